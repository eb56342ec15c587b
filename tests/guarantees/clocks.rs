//! Clocks start anywhere, wrap, idle and step back.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
use tollgate::cell::Unsync;
use tollgate::time::Ticks;
use tollgate::{LeakyQueue, Quota, QuotaError, TokenBucket};

use crate::every_bucket::{cases, programs};
use crate::oracle::Told;
use crate::programs::machine::{reading, wide};
use crate::programs::{Amount, Machine, Move, Number, Op, Program, Span, Step};

fn machine<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    start: Number,
) -> Option<Machine<B, Unsync<T>>> {
    Machine::new(make, program.quota, start, Unsync::fresh())
}

fn is_full<T: Ticks, B: Bucket<Ticks = T> + Copy>(machine: &Machine<B, Unsync<T>>) {
    let (limiter, now, burst) = (machine.limiter(), machine.now(), machine.rule.rate().burst());
    assert_eq!(limiter.remaining(now), burst, "not full at {now} under {:?}", machine.rule.rate());
    assert_eq!(limiter.level(now), T::ZERO);
    assert_eq!(limiter.peek(now, burst).map(|grant| grant.delay()), Ok(T::ZERO));
}

fn new_limiters_are_full<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
) {
    let Some(mut machine) = machine(make, program, program.start) else { return };
    let fresh = wide(T::FRESH);
    for time in [machine.time, 0, 1, -1, wide(T::MAX) / 2, wide(T::MAX), fresh, fresh - 1, fresh + 1] {
        machine.time = wide(reading::<T>(time));
        is_full(&machine);
    }
}

/// The same program from another start tells the same, but for the one arrival time in a word's range that is
/// stored late.
fn the_start_changes_nothing<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    other_start: Number,
) {
    let answers = |start| {
        let mut machine = machine(make, program, start)?;
        Some(program.steps.iter().map(|step| machine.step(step)).collect::<Vec<_>>())
    };
    assert_eq!(answers(program.start), answers(other_start));
}

/// After any program and any idling: the wait for anything is at most one drain, and no more than a burst is there.
fn idling_costs_at_most_a_drain<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    idle: Span,
) {
    let Some(mut machine) = machine(make, program, program.start) else { return };
    for step in &program.steps {
        machine.step(step);
    }
    machine.time += machine.ticks(idle);
    let (limiter, now, rate) = (machine.limiter(), machine.now(), machine.rule.rate());
    let burst = rate.burst();
    assert!(limiter.remaining(now) <= burst);
    let wait = limiter.try_acquire(now, burst).map_or_else(|denied| denied.retry_after().unwrap(), |_| T::ZERO);
    assert!(wait <= rate.drain_ticks(), "{wait} ticks after idling {idle:?} under {rate:?}");
    if wait > T::ZERO {
        assert!(limiter.try_acquire(now.wrapping_add(wait), burst).is_ok(), "denied after a drain under {rate:?}");
    }
    assert_eq!(limiter.remaining(now.wrapping_add(wait)), T::ZERO);
}

/// After any program: if `refresh` is called at least once per horizon, the bucket is full after a drain of idling,
/// and then stays so for any time without it.
fn refreshed_idling_costs_nothing<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    sixteenths: u8,
    idle: Span,
) {
    let Some(mut machine) = machine(make, program, program.start) else { return };
    for step in &program.steps {
        machine.step(step);
    }
    let refresh = Step { clock: Move::Stall, op: Op::Refresh };
    machine.step(&refresh); // whatever the program has left, the last step back included
    let (horizon, drain) = (wide(machine.rule.rate().horizon_ticks()), wide(machine.rule.rate().drain_ticks()));
    let pause = (horizon * i128::from(sixteenths % 17) / 16).max(1);
    let mut idled = 0;
    // A pause of a 16th of the horizon takes at most 33 turns, as a drain is at most two horizons.
    while idled < drain + pause {
        machine.time += pause;
        idled += pause;
        machine.step(&refresh);
        if idled > 40 * pause {
            return;
        }
    }
    is_full(&machine);
    machine.time += machine.ticks(idle);
    is_full(&machine);
}

/// A bucket that was spent at one instant.
fn spent<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
) -> Option<Machine<B, Unsync<T>>> {
    let mut machine = machine(make, program, program.start)?;
    machine.step(&Step { clock: Move::Stall, op: Op::Force(Amount::Most) });
    Some(machine)
}

fn up_to_a_horizon_idling_is_free<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    short: u8,
) {
    let Some(mut machine) = spent(make, program) else { return };
    let (horizon, drain) = (wide(machine.rule.rate().horizon_ticks()), wide(machine.rule.rate().drain_ticks()));
    machine.time += (horizon - i128::from(short)).max(0);
    if horizon - i128::from(short) >= drain {
        is_full(&machine);
    }
}

fn a_step_back_shorter_than_the_horizon_is_seen_as_one<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    short: u8,
) {
    let Some(mut machine) = spent(make, program) else { return };
    let horizon = wide(machine.rule.rate().horizon_ticks());
    machine.time -= (horizon - 1 - i128::from(short)).max(0);
    let told = machine.step(&Step { clock: Move::Stall, op: Op::UpTo(Amount::Most) });
    assert!(matches!(told, Told::NotYet { .. }), "{told:?} under {:?}", machine.rule.rate());
}

fn spans() -> impl Strategy<Value = Span> {
    prop_oneof![
        (any::<u64>(), any::<u8>()).prop_map(|(digits, shift)| Span::Any(Number { digits, shift })),
        any::<u8>().prop_map(Span::Drain),
        any::<i8>().prop_map(Span::Horizon),
        (1_u8..4, Just(0)).prop_map(|(laps, more)| Span::Laps(laps, more)),
        (1_u8..4, any::<i8>()).prop_map(|(laps, more)| Span::Laps(laps, more)),
    ]
}

fn starts() -> impl Strategy<Value = Number> {
    prop_oneof![
        (any::<u64>(), any::<u8>()).prop_map(|(digits, shift)| Number { digits, shift }),
        (0_u64..1 << 40).prop_map(|before_the_wrap| Number { digits: u64::MAX - before_the_wrap, shift: 0 }),
    ]
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_new_limiter_is_full_at_whatever_tick_it_first_sees(program in programs()) {
        every_bucket!(new_limiters_are_full(&program));
    }

    #[test]
    fn a_wrap_changes_no_decision(program in programs(), other_start in starts()) {
        every_bucket!(the_start_changes_nothing(&program, other_start));
    }

    #[test]
    fn idling_for_any_length_costs_at_most_one_drain_and_never_over_admits(program in programs(), idle in spans()) {
        every_bucket!(idling_costs_at_most_a_drain(&program, idle));
    }

    #[test]
    fn with_a_refresh_per_horizon_idling_costs_nothing(program in programs(), sixteenths in 1_u8..17, idle in spans()) {
        every_bucket!(refreshed_idling_costs_nothing(&program, sixteenths, idle));
    }

    #[test]
    fn idling_up_to_the_horizon_costs_nothing(program in programs(), short in 0_u8..4) {
        every_bucket!(up_to_a_horizon_idling_is_free(&program, short));
    }

    #[test]
    fn a_step_back_shorter_than_the_horizon_mints_nothing(program in programs(), short in 0_u8..4) {
        every_bucket!(a_step_back_shorter_than_the_horizon_is_seen_as_one(&program, short));
    }
}

#[test]
fn a_new_limiter_is_full_at_tick_0_and_at_the_last() {
    for now in [0, u32::MAX] {
        let bucket = TokenBucket::<u32>::new(Quota::per(3, 1_000));
        assert_eq!(bucket.try_acquire(now, 3).unwrap().remaining(), 0);
        let queue = LeakyQueue::<u32>::new(Quota::per(3, 1_000));
        assert_eq!(queue.try_acquire(now, 1).unwrap().delay(), 0);
    }
}

#[test]
fn exactly_one_wrap_of_silence_costs_at_most_a_drain() {
    let bucket = TokenBucket::<u32>::new(Quota::per(10, 1_000));
    assert!(bucket.try_acquire(77, 10).is_ok());
    // 2^32 ticks later the clock reads the same again: no word can tell, and nothing is admitted too much.
    assert_eq!(bucket.try_acquire(77, 10).unwrap_err().retry_after(), Some(1_000));
    assert!(bucket.try_acquire(1_077, 10).is_ok());

    bucket.refresh(1_000_000);
    assert_eq!(bucket.remaining(1_077), 10); // refreshed since: the same silence costs nothing
}
