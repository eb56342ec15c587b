//! `fugit`'s types at the edge of a limiter.
//!
//!     cargo test --features fugit --test adapter_fugit

use fugit::{
    Duration, ExtU32, HertzU32, HertzU64, Instant, KilohertzU32, MonotonicTimerInstantU32, MonotonicTimerInstantU64,
    Rate, RateExtU32, WrappingTimerInstantU32, WrappingTimerInstantU64,
    kind::{Kind, Monotonic, Wrapping},
};
use proptest::prelude::*;
use tollgate::adapter::fugit::Timed;
use tollgate::cell::Unsync;
use tollgate::quota::QuotaError;
use tollgate::{LeakyBucket, LeakyQueue, Quota, TokenBucket, algorithm};

const HZ: u64 = 32_768;
type Timer<X> = Timed<X, 1, HZ>;
type Millis<X> = Timed<X, 1, 1_000>;
type Nanos<X> = Timed<X, 1, 1_000_000_000>;
type Picos<X> = Timed<X, 1, 1_000_000_000_000>;

/// Limit and period.
fn ratio<const NOM: u64, const DENOM: u64>(quota: Timed<Quota<u32>, NOM, DENOM>) -> (u32, u32) {
    (quota.as_ticks().limit(), quota.as_ticks().period())
}

#[test]
fn a_rate_is_an_exact_ratio_on_any_clock() {
    const FIFTY: Timer<Quota<u32>> = Timer::<Quota<u32>>::from_rate(HertzU32::Hz(50), 10);
    assert_eq!(ratio(FIFTY), (25, 16_384));
    assert_eq!(FIFTY.as_ticks().capacity(), 10);

    let quota = |rate: HertzU32| ratio(Timer::<Quota<u32>>::from_rate(rate, 1));
    assert_eq!(quota(1.Hz()), (1, 32_768));
    assert_eq!(quota(7.Hz()), (7, 32_768));
    assert_eq!(quota(32_768.Hz()), (1, 1));
    assert_eq!(quota(1.MHz()), (15_625, 512)); // more than one a tick
    assert_eq!(quota((u32::MAX / 4).Hz()), (u32::MAX / 4, 32_768));
}

#[test]
fn a_rate_in_any_base_counts() {
    assert_eq!(ratio(Timer::<Quota<u32>>::from_rate(KilohertzU32::from_raw(50), 1)), (3_125, 2_048));
    // Seven a minute, and three per 11 s on a tick of 5/7 s: no whole number of ticks, no matter.
    assert_eq!(ratio(Millis::<Quota<u32>>::from_rate(Rate::<u32, 1, 60>::from_raw(7), 1)), (7, 60_000));
    assert_eq!(ratio(Timed::<Quota<u32>, 5, 7>::from_rate(Rate::<u32, 3, 11>::from_raw(1), 1)), (15, 77));
    // Bases whose product exceeds 64 bits, but not in lowest terms.
    let quota = *Picos::<Quota<u64>>::from_rate(Rate::<u64, 1_000_000_000_000, 1>::from_raw(3), 1).as_ticks();
    assert_eq!((quota.limit(), quota.period()), (3, 1));
}

#[test]
fn a_rate_beyond_the_word_is_an_error_that_names_the_value() {
    let error = Nanos::<Quota<u32>>::try_from_rate(Rate::<u32, 1, 60>::from_raw(7), 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "burst and debt of 1 units at 60000000000 sub-ticks each exceed the 2147483648 that fit the word: \
         give a shorter period, a coarser tick or a wider one"
    );
    let error = Timed::<Quota<u32>, 7, 1>::try_from_rate(HertzU32::from_raw(u32::MAX), 1).unwrap_err();
    assert_eq!(
        error.to_string(),
        "limit = 30064771065 per period in lowest terms exceeds the 1073741824 that fit the word: \
         give a smaller limit, one that shares a factor with the period, or a wider tick"
    );
    assert!(matches!(
        Timed::<Quota<u64>, 7, 1>::try_from_rate(HertzU64::from_raw(u64::MAX), 1),
        Err(QuotaError::TooFine { per_tick: u64::MAX, .. })
    ));
    // The same rates fit a wider word or a coarser tick.
    assert!(Nanos::<Quota<u64>>::try_from_rate(Rate::<u64, 1, 60>::from_raw(7), 1).is_ok());
    assert!(Millis::<Quota<u32>>::try_from_rate(Rate::<u32, 1, 60>::from_raw(7), 1).is_ok());
}

#[test]
#[should_panic(expected = "exceed the 2147483648 that fit the word: give a shorter period")]
fn a_period_beyond_the_word_panics_in_the_const_form() {
    let _ = Nanos::<Quota<u32>>::from_rate(Rate::<u32, 1, 60>::from_raw(7), 1);
}

#[test]
#[should_panic(expected = "per period in lowest terms exceeds the 1073741824 that fit the word")]
fn a_limit_beyond_the_word_panics_in_the_const_form() {
    let _ = Timed::<Quota<u32>, 7, 1>::from_rate(HertzU32::from_raw(u32::MAX), 1);
}

#[test]
fn a_rate_of_zero_is_refused_when_a_limiter_is_made_of_it() {
    let quota = Timer::<Quota<u32>>::try_from_rate(0.Hz::<1, 1>(), 1).unwrap();
    assert_eq!(Timer::<TokenBucket<u32>>::try_new(quota).unwrap_err(), QuotaError::ZeroLimit);
}

#[test]
fn a_period_is_its_ticks() {
    const PER_SECOND: Timer<Quota<u32>> = Timer::<Quota<u32>>::per(50, Duration::<u32, 1, HZ>::from_secs(1));
    assert_eq!(ratio(PER_SECOND), (50, 32_768));
    assert_eq!(PER_SECOND.as_ticks().capacity(), 50);
    assert_eq!(PER_SECOND.period(), ExtU32::secs::<1, HZ>(1));

    let quota = Millis::<Quota<u32>>::per(16, 1.minutes()).burst(32).debt(4); // the base is inferred
    assert_eq!(quota.into_ticks(), Quota::per(16, 60_000).burst(32).debt(4));
    let quota = Nanos::<Quota<u64>>::per(16, fugit::ExtU64::minutes(1));
    assert_eq!(quota.into_ticks(), Quota::per(16, 60_000_000_000));
}

#[test]
fn statics_are_made_of_rates_and_periods_in_both_widths() {
    static BUCKET: Timer<TokenBucket<u32>> =
        Timer::<TokenBucket<u32>>::new(Timer::<Quota<u32>>::from_rate(HertzU32::Hz(50), 10));
    static WIDE: Nanos<LeakyBucket<u64>> =
        Nanos::<LeakyBucket<u64>>::new(Nanos::<Quota<u64>>::from_rate(HertzU64::Hz(1_000_000_007), 3));
    static QUEUE: Millis<LeakyQueue<u32>> =
        Millis::<LeakyQueue<u32>>::new(Millis::<Quota<u32>>::per(1, Duration::<u32, 1, 1_000>::from_secs(1)).burst(5));
    assert_eq!(BUCKET.remaining(MonotonicTimerInstantU32::<HZ>::from_ticks(0)), 10);
    assert_eq!(WIDE.remaining(MonotonicTimerInstantU64::<1_000_000_000>::from_ticks(0)), 3);
    assert_eq!(QUEUE.remaining(MonotonicTimerInstantU32::<1_000>::from_ticks(0)), 5);
}

/// Drains a bucket of 3 at 50 Hz, waits as told and not a tick less, at `start`.
fn told_waits_are_exact<K: Kind>(start: Instant<u32, 1, HZ, K>)
where
    Instant<u32, 1, HZ, K>: core::ops::Add<Duration<u32, 1, HZ>, Output = Instant<u32, 1, HZ, K>>,
{
    let bucket = Timer::<TokenBucket<u32>>::try_new(Timer::<Quota<u32>>::from_rate(50.Hz::<1, 1>(), 3)).unwrap();
    let grant = bucket.try_acquire(start, 3).unwrap();
    assert_eq!((grant.granted(), grant.remaining(), grant.delay().as_ticks()), (3, 0, 0));
    assert_eq!(grant.reset_after().as_ticks(), 1_967); // 60 ms is 1966.08 ticks

    let denied = bucket.try_acquire(start, 1).unwrap_err();
    let wait = denied.retry_after().unwrap();
    assert_eq!(wait.as_ticks(), 656); // 20 ms is 655.36 ticks
    assert!(!denied.is_never());
    assert_eq!(denied.to_string(), "limit reached: try again in 656 ticks @ (1/32768)");

    assert!(bucket.try_acquire(start + Duration::<u32, 1, HZ>::from_ticks(655), 1).is_err());
    assert!(bucket.try_acquire(start + wait, 1).is_ok());
    assert!(bucket.peek(start + wait, 4).unwrap_err().is_never());
}

#[test]
fn waits_are_durations_for_both_kinds_of_instant() {
    told_waits_are_exact::<Wrapping>(WrappingTimerInstantU32::from_ticks(7));
    told_waits_are_exact::<Monotonic>(MonotonicTimerInstantU32::from_ticks(7));
}

#[test]
fn a_wrapping_u32_instant_wraps_without_a_change_of_decision() {
    for before in [0, 1, 655, 656, 1_966] {
        told_waits_are_exact(WrappingTimerInstantU32::from_ticks(u32::MAX - before));
    }
}

#[test]
fn a_monotonic_timeline_whose_counter_wrapped_is_read_on() {
    let bucket = Millis::<TokenBucket<u32>>::new(Millis::<Quota<u32>>::per(1, 1.secs()));
    let at = MonotonicTimerInstantU32::<1_000>::from_ticks;
    assert!(bucket.try_acquire(at(u32::MAX), 1).is_ok());
    assert!(bucket.try_acquire(at(998), 1).is_err());
    assert!(bucket.try_acquire(at(999), 1).is_ok());
}

#[test]
fn wrapping_and_monotonic_u64_instants_are_read_alike() {
    let bucket = Nanos::<TokenBucket<u64>>::new(Nanos::<Quota<u64>>::from_rate(HertzU64::kHz(1), 1));
    let (wrapping, monotonic) = (
        WrappingTimerInstantU64::<1_000_000_000>::from_ticks(u64::MAX - 5),
        MonotonicTimerInstantU64::<1_000_000_000>::from_ticks(u64::MAX - 5),
    );
    assert!(bucket.try_acquire(wrapping, 1).is_ok());
    let wait = bucket.try_acquire(monotonic, 1).unwrap_err().retry_after().unwrap();
    assert_eq!(wait, fugit::ExtU64::millis::<1, 1_000_000_000>(1));
    assert!(bucket.try_acquire(wrapping + wait, 1).is_ok());
}

#[test]
fn a_queue_tells_its_delays_as_durations() {
    let queue = Millis::<LeakyQueue<u32>>::new(Millis::<Quota<u32>>::per(1, 1.secs()).burst(3));
    let now = WrappingTimerInstantU32::<1_000>::from_ticks(u32::MAX - 500);
    let delays: Vec<_> = (0..3).map(|_| queue.try_acquire(now, 1).unwrap().delay()).collect();
    assert_eq!(delays, [0.secs(), 1.secs::<1, 1_000>(), 2.secs()]);
    assert_eq!(queue.try_acquire(now, 1).unwrap_err().to_string(), "limit reached: try again in 1000 ms");
}

#[test]
fn every_operation_reads_the_instant_and_keeps_the_units() {
    let now = WrappingTimerInstantU32::<1_000>::from_ticks(u32::MAX);
    let later = now + 500.millis::<1, 1_000>();
    let mut bucket = Millis::<TokenBucket<u32>>::new(Millis::<Quota<u32>>::per(2, 1.secs()).burst(4).debt(4));

    assert!(bucket.try_acquire_leaving(now, 1, 4).is_err());
    assert_eq!(bucket.try_acquire_up_to(now, 9).unwrap().granted(), 4);
    assert_eq!((bucket.level(now), bucket.level(later)), (4, 3));
    bucket.refund(now, 1);
    assert_eq!(bucket.remaining(now), 1);

    let forced = bucket.force(now, 9);
    assert_eq!((forced.charged(), forced.uncharged(), forced.grant().remaining()), (5, 4, 0));
    bucket.set_level(now, 4).unwrap();
    assert_eq!(bucket.set_level(now, 9).unwrap_err().most(), 8);

    assert_eq!(bucket.reserve(now, 2, 999.millis()).unwrap_err().retry_after(), Some(1.millis()));
    let reservation = bucket.reserve(now, 2, 1.secs()).unwrap();
    assert_eq!((reservation.delay(), reservation.grant().granted()), (1.secs(), 2));
    bucket.cancel(now, reservation);
    assert_eq!(bucket.level(now), 4);

    bucket.set_quota(now, Millis::<Quota<u32>>::per(4, 1.secs())).unwrap();
    assert_eq!((bucket.level(now), bucket.level(later)), (4, 2));
    bucket.refresh(later);
    assert_eq!(bucket.level(later), 2);
    bucket.reset();
    assert_eq!(bucket.remaining(now), 4);
}

#[test]
fn many_states_share_one_rule() {
    const RULE: Millis<algorithm::TokenBucket<u32>> = Millis::<algorithm::TokenBucket<u32>>::new(
        Millis::<Quota<u32>>::per(2, Duration::<u32, 1, 1_000>::from_secs(1)),
    );
    let now = MonotonicTimerInstantU32::<1_000>::from_ticks(0);
    let cells = [const { Unsync::<u32>::fresh() }; 2];
    assert!(RULE.over(&cells[0]).try_acquire(now, 2).is_ok());
    assert_eq!(RULE.over(&cells[0]).remaining(now), 0);
    assert_eq!(RULE.over(&cells[1]).remaining(now), 2);

    let wider = Millis::<algorithm::TokenBucket<u32>>::try_new(Millis::<Quota<u32>>::per(8, 1.secs())).unwrap();
    RULE.over(&cells[0]).rescale(now, &wider);
    assert_eq!(wider.over(&cells[0]).remaining(now), 6);
}

proptest! {
    #[test]
    fn a_rate_and_its_ratio_are_equal_as_fractions(raw: u32) {
        // raw × 1000/7 Hz on a tick of 3/32768 s, in wide integers.
        let quota = *Timed::<Quota<u64>, 3, 32_768>::from_rate(Rate::<u64, 1_000, 7>::from_raw(raw.into()), 1).as_ticks();
        let (limit, period) = (u128::from(quota.limit()), u128::from(quota.period()));
        prop_assert_eq!(limit * 7 * 32_768, u128::from(raw) * 1_000 * 3 * period);
    }

    #[test]
    fn narrow_and_wide_words_agree_wherever_the_narrow_one_can_keep_the_ratio(raw: u32) {
        let wide = *Timer::<Quota<u64>>::from_rate(Rate::<u64, 1, 60>::from_raw(raw.into()), 5).as_ticks();
        match Timer::<Quota<u32>>::try_from_rate(Rate::<u32, 1, 60>::from_raw(raw), 5) {
            Ok(narrow) => prop_assert_eq!(
                Quota::per(u64::from(narrow.as_ticks().limit()), narrow.as_ticks().period().into()).burst(5), wide),
            Err(_) => prop_assert!(wide.limit() > 1 << 30),
        }
    }

    #[test]
    fn decisions_are_those_of_plain_ticks(steps in prop::collection::vec((any::<u16>(), 0_u32..5), 1..200), start: u32) {
        let timed = Timer::<TokenBucket<u32>>::new(Timer::<Quota<u32>>::from_rate(HertzU32::Hz(50), 3));
        let plain = TokenBucket::<u32>::new(Quota::per(25, 16_384).burst(3));
        let mut now = start;
        for (step, cost) in steps {
            now = now.wrapping_add(step.into());
            let instant = WrappingTimerInstantU32::<HZ>::from_ticks(now);
            let (got, expected) = (timed.try_acquire(instant, cost), plain.try_acquire(now, cost));
            prop_assert_eq!(got.map(Timed::into_ticks).map_err(Timed::into_ticks), expected);
            if let Err(denied) = got {
                prop_assert_eq!(denied.retry_after().map(|wait| wait.as_ticks()), expected.unwrap_err().retry_after());
            }
        }
    }
}
