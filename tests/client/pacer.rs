//! Pacer: even spacing without drift, and what servers say about it.

use proptest::prelude::*;
use tollgate::Quota;
use tollgate::client::{Pacer, Poll};
use tollgate::time::Ticks;

use super::clock::{Clock, Move, start};

const SECOND: u32 = 1_000;
const HOUR: u32 = 3_600 * SECOND;
const ORDERS: Quota<u32> = Quota::per(500, HOUR);

/// When each of the next ones goes, for who waits as he is told.
fn taken<T: Ticks>(pacer: &mut Pacer<T>, mut now: T, count: usize) -> Vec<T> {
    let mut at = Vec::new();
    while at.len() < count {
        match pacer.take(now) {
            Poll::Ready => at.push(now),
            told => now = now.wrapping_add(told.wait().unwrap()),
        }
    }
    at
}

#[test]
fn five_hundred_an_hour_go_one_every_7_2_seconds_exactly() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    let start = u32::MAX - HOUR / 2; // across the wrap
    for (nth, at) in taken(&mut pacer, start, 2_001).into_iter().enumerate() {
        assert_eq!(at.wrapping_sub(start), u32::try_from(nth).unwrap() * 7_200);
    }
    assert_eq!(pacer.interval(), 7_200);
}

#[test]
fn a_clock_too_coarse_for_the_spacing_does_not_drift() {
    // In seconds, 7.2 is 8, 7, 7, 7, 7 and so on: each at the first tick not too early.
    let mut pacer = Pacer::<u32>::new(Quota::per(500, 3_600));
    for (nth, at) in taken(&mut pacer, 0, 5_001).into_iter().enumerate() {
        assert_eq!(u64::from(at), (nth as u64 * 3_600).div_ceil(500));
    }
}

#[test]
fn only_less_than_a_tick_of_lateness_is_made_up_for() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    assert_eq!(taken(&mut pacer, 0, 2), [0, 7_200]);
    assert_eq!(taken(&mut pacer, 14_401, 2), [14_401, 21_601]); // due at 14 400
    let mut coarse = Pacer::<u32>::new(Quota::per(500, 3_600));
    assert_eq!(taken(&mut coarse, 0, 2), [0, 8]);
    assert_eq!(taken(&mut coarse, 16, 2), [16, 24]); // due at 14.4: 1.6 s late
}

/// The one state that means "never used" would let the next one go at once.
#[test]
fn no_state_is_mistaken_for_that_of_a_new_pacer() {
    // Of these due times, in fifths of a second 36 apart, the one after so many takes would meet it.
    const INVERSE_OF_5: u32 = 0xcccc_cccd;
    for takes in 2..12 {
        let start = u32::FRESH.wrapping_sub(36 * takes).wrapping_mul(INVERSE_OF_5);
        let mut pacer = Pacer::<u32>::new(Quota::per(500, 3_600));
        for at in taken(&mut pacer, start, 15).windows(2) {
            assert!((7..=8).contains(&at[1].wrapping_sub(at[0])), "{at:?}");
        }
    }
}

#[test]
fn a_burst_goes_at_once_only_where_it_is_allowed() {
    assert_eq!(taken(&mut Pacer::<u32>::new(ORDERS), 9, 3), [9, 7_209, 14_409]);
    assert_eq!(taken(&mut Pacer::<u32>::bursting(ORDERS.burst(3)), 9, 5), [9, 9, 9, 7_209, 14_409]);
}

#[test]
fn looking_takes_nothing() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    for now in 0..10 {
        assert_eq!(pacer.poll(now), Poll::Ready);
    }
    assert_eq!(pacer.take(10), Poll::Ready);
    for now in 10..20 {
        assert_eq!(pacer.poll(now), Poll::Wait(7_210 - now));
    }
}

#[test]
fn what_remains_is_spread_over_the_time_to_the_reset() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    pacer.spread(1_000, 30, 60 * SECOND).unwrap(); // faster: one in 2 s
    let at = taken(&mut pacer, 1_000, 32);
    for (nth, at) in at.iter().take(30).enumerate() {
        assert_eq!(*at, 1_000 + 2_000 * u32::try_from(nth).unwrap());
    }
    assert_eq!(at[30..], [61_000, 68_200]); // the own pace again
    pacer.spread(70_000, 2, 60 * SECOND).unwrap(); // slower: one in 30 s
    assert_eq!(pacer.interval(), 30_000);
    pacer.resume(70_000);
    assert_eq!(pacer.interval(), 7_200);
}

#[test]
fn where_nothing_remains_nothing_goes_before_the_reset() {
    let mut pacer = Pacer::<u32>::bursting(ORDERS.burst(5));
    pacer.spread(100, 0, 9_000).unwrap();
    assert_eq!(pacer.poll(100), Poll::Wait(9_000));
    assert_eq!(pacer.take(9_099), Poll::Wait(1));
    assert_eq!(taken(&mut pacer, 9_100, 6), [9_100, 9_100, 9_100, 9_100, 9_100, 16_300]);
}

#[test]
fn what_was_taken_shortly_before_is_waited_for_at_the_new_pace_in_proportion() {
    for (at, wait) in [(0, 2_000), (3_600, 1_000), (7_199, 1)] {
        let mut pacer = Pacer::<u32>::new(ORDERS);
        assert_eq!(pacer.take(0), Poll::Ready);
        pacer.spread(at, 30, 60 * SECOND).unwrap();
        assert_eq!(pacer.poll(at), Poll::Wait(wait));
    }
}

#[test]
fn a_wait_ends_at_the_reset_and_what_is_left_of_it_is_waited_for_at_the_own_pace() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    pacer.spread(0, 3, 60 * SECOND).unwrap(); // one in 20 s
    assert_eq!(pacer.take(45_000), Poll::Ready);
    assert_eq!(pacer.poll(45_000), Poll::Wait(15_000));
    assert_eq!(pacer.poll(60_000), Poll::Wait(1_800)); // a quarter of a spacing was left
}

#[test]
fn a_burst_never_takes_more_than_remains() {
    let mut pacer = Pacer::<u32>::bursting(ORDERS.burst(5));
    pacer.spread(0, 2, 60 * SECOND).unwrap();
    assert_eq!(taken(&mut pacer, 0, 3), [0, 0, 60_000]);
}

#[test]
fn a_reset_of_0_ticks_is_over() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    pacer.spread(0, 0, 60_000).unwrap();
    pacer.spread(10, 0, 0).unwrap();
    assert_eq!(pacer.poll(10), Poll::Ready);
}

#[test]
fn slowed_down_it_never_goes_faster() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    assert_eq!(pacer.slow_down(0, 30, 60 * SECOND), Ok(false)); // would be one in 2 s
    assert_eq!(pacer.interval(), 7_200);
    assert_eq!(pacer.slow_down(0, 500, HOUR), Ok(false)); // the same
    assert_eq!(pacer.slow_down(0, 6, 60 * SECOND), Ok(true));
    assert_eq!(pacer.interval(), 10_000);
    assert_eq!(pacer.slow_down(0, 8, 60 * SECOND), Ok(false)); // slower than its own, but not than now
    assert_eq!(pacer.slow_down(0, 0, 60 * SECOND), Ok(true));
    assert_eq!(pacer.slow_down(1_000, 9, 900 * SECOND), Ok(false)); // nothing goes, and that stays so
    assert_eq!(pacer.poll(1_000), Poll::Wait(59_000));
    assert_eq!(pacer.slow_down(1_000, 0, 60 * SECOND), Ok(true)); // for longer
    assert_eq!(pacer.poll(1_000), Poll::Wait(60_000));
    assert_eq!(pacer.slow_down(1_000, 0, 60 * SECOND), Ok(false)); // as it is
}

#[test]
fn slowed_down_a_burst_takes_no_more_than_remains_even_at_its_own_pace() {
    let mut pacer = Pacer::<u32>::bursting(Quota::per(10, 100 * SECOND).burst(10));
    assert_eq!(pacer.slow_down(0, 2, 3 * SECOND), Ok(false)); // not slower than one in 10 s
    assert_eq!(taken(&mut pacer, 0, 3), [0, 0, 3_000]);
}

#[test]
fn a_spread_that_cannot_be_kept_is_refused_and_changes_nothing() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    assert!(pacer.spread(0, 2, u32::MAX).is_err());
    assert_eq!(pacer.interval(), 7_200);
    assert_eq!(
        Pacer::<u32>::try_new(Quota::per(0, 1_000)).unwrap_err().to_string(),
        "limit = 0 admits nothing: give a limit of at least 1"
    );
    assert!(Pacer::<u32>::try_bursting(ORDERS.burst(0)).is_err());
}

#[test]
fn a_step_back_mints_nothing_and_locks_out_for_one_spacing_at_most() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    assert_eq!(pacer.take(50_000), Poll::Ready);
    assert_eq!(pacer.poll(10_000), Poll::Wait(7_200));
    assert_eq!(pacer.take(17_199), Poll::Wait(1));
    assert_eq!(pacer.take(17_200), Poll::Ready);
}

#[test]
fn idling_for_exactly_one_wrap_costs_at_most_one_spacing() {
    let mut pacer = Pacer::<u32>::new(ORDERS);
    assert_eq!(pacer.take(5), Poll::Ready);
    let wait = pacer.poll(5).wait().unwrap();
    assert!(wait <= 7_200);
    assert_eq!(pacer.take(5_u32.wrapping_add(wait)), Poll::Ready);
    // Polled once in a horizon, it costs nothing.
    assert_eq!(pacer.poll(1 << 29), Poll::Ready);
    assert_eq!(pacer.poll(5), Poll::Ready);
}

#[derive(Clone, Copy, Debug)]
enum Op {
    Take,
    Heed,
    Go(Move),
}

/// Steps that stay well within the horizon of all rates below.
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => Just(Op::Take),
        3 => Just(Op::Heed),
        4 => (0..3_000_u64).prop_map(|ticks| Op::Go(Move::Forward(ticks))),
        1 => (0..1_000_000_u64).prop_map(|ticks| Op::Go(Move::Forward(ticks))),
        1 => (0..3_000_u64).prop_map(|ticks| Op::Go(Move::Back(ticks))),
    ]
}

fn common(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { common(other, one % other) }
}

/// In any span, no more than the burst and the rate: every pair of takes, in wide integers.
fn never_more_than_burst_and_rate<T: Ticks>([limit, period, burst]: [u64; 3], start: u64, ops: &[Op]) {
    let quota = Quota::per(T::truncate(limit), T::truncate(period)).burst(T::truncate(burst));
    let mut pacer = Pacer::try_bursting(quota).unwrap();
    let mut clock = Clock::<T>::starting_at(start);
    let mut takes: Vec<u128> = Vec::new();
    for &op in ops {
        match op {
            Op::Go(by) => clock.go(by),
            Op::Take => {
                if pacer.take(clock.now).is_ready() {
                    takes.push(clock.progress);
                }
            }
            Op::Heed => {
                let wait = pacer.poll(clock.now).wait().unwrap();
                if wait > T::ZERO {
                    let mut early = pacer.clone();
                    assert!(!early.take(clock.now.wrapping_add(wait).wrapping_sub(T::ONE)).is_ready(), "told too long");
                }
                clock.forward(wait);
                assert!(pacer.take(clock.now).is_ready(), "told too short");
                takes.push(clock.progress);
            }
        }
    }
    for (first, at) in takes.iter().enumerate() {
        for (more, later) in takes.iter().skip(first).enumerate() {
            let count = more as u128 + 1;
            // To the tick, and exact where the spacing is a number of whole ticks.
            let span = (later - at) * u128::from(limit) + u128::from(limit - common(limit, period));
            let earned = span / u128::from(period);
            assert!(count <= u128::from(burst) + earned, "{count} in {} ticks", later - at);
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Take,
    Heed,
    Forward(u32),
    Spread(u32, u32),
    SlowDown(u32, u32),
}

fn said() -> impl Strategy<Value = Said> {
    prop_oneof![
        6 => Just(Said::Take),
        4 => Just(Said::Heed),
        3 => (0..20_000_u32).prop_map(Said::Forward),
        2 => (0..40_u32, 0..60_000_u32).prop_map(|(remaining, reset)| Said::Spread(remaining, reset)),
        2 => (0..40_u32, 0..60_000_u32).prop_map(|(remaining, reset)| Said::SlowDown(remaining, reset)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn never_more_than_burst_and_rate_in_any_span_whatever_the_clock_does_u32(
        numbers in (1..600_u64, 1..100_000_u64, 1..5_u64), start in start(), ops in prop::collection::vec(op(), 1..80),
    ) {
        never_more_than_burst_and_rate::<u32>(numbers.into(), start, &ops);
    }

    #[test]
    fn never_more_than_burst_and_rate_in_any_span_whatever_the_clock_does_u64(
        numbers in (1..600_u64, 1..100_000_u64, 1..5_u64), start in start(), ops in prop::collection::vec(op(), 1..80),
    ) {
        never_more_than_burst_and_rate::<u64>(numbers.into(), start, &ops);
    }

    #[test]
    fn never_more_than_remains_before_the_reset_and_never_wedged(
        burst in 1..4_u32, start: u32, ops in prop::collection::vec(said(), 1..80),
    ) {
        let mut pacer = Pacer::<u32>::bursting(Quota::per(500, HOUR).burst(burst));
        let mut clock = Clock::<u32>::starting_at(start.into());
        // What remains, until when.
        let mut server: Option<(u32, u128)> = None;
        for said in ops {
            server = server.filter(|&(_, reset)| clock.progress < reset);
            let interval = {
                let _ = pacer.poll(clock.now);
                pacer.interval()
            };
            match said {
                Said::Take | Said::Heed => {
                    // A wait for the reset, and one at the own pace after it.
                    for _ in 0..if matches!(said, Said::Heed) { 2 } else { 0 } {
                        clock.forward(pacer.poll(clock.now).wait().unwrap());
                    }
                    let is_ready = pacer.take(clock.now).is_ready();
                    prop_assert!(is_ready || matches!(said, Said::Take), "waited twice as told, and may not go");
                    server = server.filter(|&(_, reset)| clock.progress < reset);
                    if let (true, Some((remaining, _))) = (is_ready, &mut server) {
                        prop_assert!(*remaining > 0, "more than remained");
                        *remaining -= 1;
                    }
                }
                Said::Forward(ticks) => clock.forward(ticks),
                Said::Spread(remaining, reset) => {
                    pacer.spread(clock.now, remaining, reset).unwrap();
                    server = (reset > 0).then_some((remaining, clock.progress + u128::from(reset)));
                }
                Said::SlowDown(remaining, reset) => {
                    // Where no slower word holds, what remains is heeded also if the pace is not.
                    if pacer.slow_down(clock.now, remaining, reset).unwrap() || server.is_none() {
                        server = Some((remaining, clock.progress + u128::from(reset)));
                    }
                    prop_assert!(pacer.interval() >= interval, "slowed down to go faster");
                }
            }
        }
    }
}
