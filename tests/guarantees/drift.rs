//! Zero drift: over ten million ticks a caller gets the quota to the unit, however often it asks.

use tollgate::algorithm::Bucket;
use tollgate::cell::{StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{LeakyBucket, LeakyQueue, Limiter, Quota, TokenBucket};

const TICKS: u64 = 10_000_000;

/// Asks at every reading for all there is, from empty, and checks the sum after every reading.
fn gets_exactly_the_quota<T, B, C>(limiter: &Limiter<B, C>, start: T, mut pause: impl FnMut() -> u64)
where
    T: Ticks,
    B: Bucket<Ticks = T>,
    C: StateCell<T>,
{
    let quota = limiter.rule().rate().quota();
    let (limit, period): (u64, u64) = (quota.limit().into(), quota.period().into());
    limiter.set_level(start, quota.capacity()).unwrap();
    let (mut elapsed, mut admitted) = (0, 0);
    while elapsed < TICKS {
        elapsed = (elapsed + pause()).min(TICKS);
        let now = start.wrapping_add(T::truncate(elapsed));
        while let Ok(grant) = limiter.try_acquire_up_to(now, T::MAX) {
            admitted += grant.granted().into();
        }
        let due = (u128::from(elapsed) * u128::from(limit) / u128::from(period)) as u64;
        assert_eq!(admitted, due, "admitted, and due, {elapsed} ticks on");
    }
}

/// A few bits of noise, the same in every run.
fn noise(below: u64) -> impl FnMut() -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        1 + state % below
    }
}

/// The three callers on the three algorithms; the clocks start where they wrap on the way.
macro_rules! zero_drift {
    ($every_tick:ident, $every_71_ticks:ident, $at_random:ident: $word:ident, $quota:expr, below: $below:expr) => {
        #[test]
        fn $every_tick() {
            let limiter = TokenBucket::<$word, _>::from_parts(rule!(TokenBucket, $word, $quota), Unsync::fresh());
            gets_exactly_the_quota(&limiter, $word::MAX - 4_000_000, || 1);
        }

        #[test]
        fn $every_71_ticks() {
            let limiter = LeakyBucket::<$word, _>::from_parts(rule!(LeakyBucket, $word, $quota), Unsync::fresh());
            gets_exactly_the_quota(&limiter, $word::MAX - 4_000_000, || 71);
        }

        #[test]
        fn $at_random() {
            let limiter = LeakyQueue::<$word, _>::from_parts(rule!(LeakyQueue, $word, $quota), Unsync::fresh());
            gets_exactly_the_quota(&limiter, $word::MAX - 4_000_000, noise($below));
        }
    };
}

macro_rules! rule {
    ($name:ident, $word:ident, $quota:expr) => {
        tollgate::algorithm::$name::<$word>::new($quota)
    };
}

zero_drift! {
    fifty_a_second_on_a_32768_hz_timer_polled_every_tick,
    fifty_a_second_on_a_32768_hz_timer_polled_every_71_ticks,
    fifty_a_second_on_a_32768_hz_timer_polled_at_random: u32, Quota::per(50, 32_768), below: 20_000
}

zero_drift! {
    seven_a_minute_in_milliseconds_polled_every_tick,
    seven_a_minute_in_milliseconds_polled_every_71_ticks,
    seven_a_minute_in_milliseconds_polled_at_random: u32, Quota::per(7, 60_000), below: 40_000
}

zero_drift! {
    a_billion_and_seven_a_second_in_nanoseconds_polled_every_tick,
    a_billion_and_seven_a_second_in_nanoseconds_polled_every_71_ticks,
    a_billion_and_seven_a_second_in_nanoseconds_polled_at_random:
    u64, Quota::per(1_000_000_007, 1_000_000_000), below: 5_000
}

/// One unit at a time, as callers do: every admission comes at the first tick at which it is due.
#[test]
fn a_caller_of_single_units_is_never_a_tick_early_or_late() {
    let bucket = TokenBucket::<u32>::new(Quota::per(50, 32_768));
    bucket.set_level(0, 50).unwrap();
    let mut admitted = 0_u64;
    for now in 0..TICKS {
        let due = (admitted + 1) * 32_768 <= now * 50;
        assert_eq!(bucket.try_acquire(now as u32, 1).is_ok(), due, "tick {now}, unit {admitted}");
        admitted += u64::from(due);
    }
    assert_eq!(admitted, (TICKS - 1) * 50 / 32_768);
}
