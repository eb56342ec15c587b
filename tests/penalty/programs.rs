//! Any program of questions, against the oracle: both widths, all cells, any reading to start with.

use proptest::prelude::*;
use tollgate::cell::{HasShared, Init, Shared, StateCell, Unsync};
use tollgate::layered::Refused;
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::time::Ticks;
use tollgate::{Penalty, Quota, algorithm::TokenBucket};

use crate::oracle::{self, Said};

#[derive(Clone, Copy, Debug)]
enum Op {
    Ask(u8),
    Peek(u8),
    /// Asks when it was told to, if it was.
    Heed(u8),
    Forward(u64),
    Refresh,
    Reset,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => (0..5_u8).prop_map(Op::Ask),
        1 => (0..5_u8).prop_map(Op::Peek),
        2 => (1..4_u8).prop_map(Op::Heed),
        4 => (0..300_u64).prop_map(Op::Forward),
        1 => (0..100_000_u64).prop_map(Op::Forward),
        1 => Just(Op::Refresh),
        1 => Just(Op::Reset),
    ]
}

fn period() -> impl Strategy<Value = (u64, u64, u64)> {
    (1..60_u64, 1..6_u64, 0..5_000_u64).prop_map(|(first, factor, more)| (first, factor, first + more))
}

/// Per unit, burst, debt.
fn bucket() -> impl Strategy<Value = (u64, u64, u64)> {
    (1..400_u64, 1..4_u64, 0..4_u64)
}

/// Anywhere, and where words are special: at the wrap, and where a period's word comes near the fresh one.
fn start<T: Ticks>() -> impl Strategy<Value = u64> {
    let fresh: u64 = T::FRESH.into();
    prop_oneof![
        any::<u64>(),
        (0..2_000_u64).prop_map(|before| u64::MAX - before),
        (1..8_u32, 0..2_000_u64).prop_map(move |(bits, before)| (fresh >> bits).wrapping_sub(before)),
    ]
}

fn said<R, T: Ticks>(answer: &Result<R, Refused<T>>) -> Said {
    match answer {
        Ok(_) => Said::Admitted,
        Err(refused) if refused.is_never() => Said::Never,
        Err(refused) => Said::Wait(i128::from(refused.retry_after().expect("a bucket knows the wait").into())),
    }
}

fn agrees<T: HasShared, C: StateCell<T> + Init<T>>(
    (first, factor, cap): (u64, u64, u64),
    (per_unit, burst, debt): (u64, u64, u64),
    charges_denied: bool,
    start: u64,
    ops: &[Op],
) {
    let [t_first, t_factor, t_cap, t_unit, t_burst, t_debt] =
        [first, factor, cap, per_unit, burst, debt].map(T::truncate);
    let quota = Quota::per(T::ONE, t_unit).burst(t_burst).debt(t_debt);
    let rule = PenaltyRule::try_new(WaitingPeriod::of(t_first).times(t_factor, t_cap)).unwrap();
    let mut real = Penalty::from_parts(TokenBucket::try_new(quota).unwrap().over(C::FRESH), rule, C::FRESH);
    if charges_denied {
        real = real.charging_denied();
    }
    let [first, factor, cap, per_unit, burst, debt] = [first, factor, cap, per_unit, burst, debt].map(i128::from);
    let bucket = oracle::Bucket { per_unit, burst, debt, drained: 0 };
    let mut oracle = oracle::Penalty { first, factor, cap, charges_denied, period: None, bucket };

    let mut passed = 0_u64;
    for &op in ops {
        let (now, instant) = (T::truncate(start.wrapping_add(passed)), i128::from(passed));
        match op {
            Op::Ask(cost) => {
                assert_eq!(said(&real.try_acquire(now, T::truncate(cost.into()))), oracle.ask(instant, cost.into()));
            }
            Op::Peek(cost) => {
                assert_eq!(said(&real.peek(now, T::truncate(cost.into()))), oracle.peek(instant, cost.into()));
            }
            Op::Heed(cost) => {
                let cost = cost.min(u8::try_from(burst).unwrap());
                if let Said::Wait(wait) = oracle.peek(instant, cost.into()) {
                    let wait = u64::try_from(wait).unwrap();
                    let (cost, then) = (T::truncate(cost.into()), now.wrapping_add(T::truncate(wait)));
                    assert!(real.peek(then.wrapping_sub(T::ONE), cost).is_err(), "a tick before");
                    assert!(real.peek(then, cost).is_ok());
                    passed += wait;
                }
            }
            Op::Forward(ticks) => passed += ticks,
            Op::Refresh => real.refresh(now),
            Op::Reset => {
                real.reset();
                oracle.period = None;
            }
        }
        let (now, instant) = (T::truncate(start.wrapping_add(passed)), i128::from(passed));
        assert_eq!(real.waiting(now).map(|left| i128::from(left.into())), oracle.waiting(instant));
    }
}

macro_rules! programs {
    ($($name:ident: $ticks:ty, $cell:ty;)*) => {$(
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(500))]
            #[test]
            fn $name(
                period in period(),
                bucket in bucket(),
                charges_denied: bool,
                start in start::<$ticks>(),
                ops in proptest::collection::vec(op(), 1..80),
            ) {
                agrees::<$ticks, $cell>(period, bucket, charges_denied, start, &ops);
            }
        }
    )*};
}

programs! {
    every_program_agrees_with_the_oracle_u32_unsync: u32, Unsync<u32>;
    every_program_agrees_with_the_oracle_u64_unsync: u64, Unsync<u64>;
    every_program_agrees_with_the_oracle_u32_shared: u32, Shared<u32>;
    every_program_agrees_with_the_oracle_u64_shared: u64, Shared<u64>;
}

#[cfg(feature = "critical-section")]
programs! {
    every_program_agrees_with_the_oracle_u32_critical_section: u32, tollgate::cell::CriticalSection<u32>;
    every_program_agrees_with_the_oracle_u64_critical_section: u64, tollgate::cell::CriticalSection<u64>;
}
