//! Clocks that step back, idle and wrap.

use proptest::prelude::*;
use tollgate::cell::{HasShared, Shared, StateCell};
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::time::Ticks;
use tollgate::{ConcurrencyLimit, Penalty};

type Guard<T> = Penalty<ConcurrencyLimit, T>;

fn guard<T: HasShared>(first: u64, factor: u64, cap: u64) -> Guard<T> {
    let [first, factor, cap] = [first, factor, cap].map(T::truncate);
    Penalty::try_new(ConcurrencyLimit::new(1), WaitingPeriod::of(first).times(factor, cap)).unwrap()
}

/// Opens a period at `now` and asks early so many times. The limit is free again after that.
fn denied<T: HasShared>(guard: &Guard<T>, now: T, early: u32)
where
    Shared<T>: StateCell<T>,
{
    let busy = guard.limit().try_acquire(1).unwrap();
    for _ in 0..=early {
        assert!(guard.try_acquire(now, T::ONE).is_err());
    }
    drop(busy);
}

fn a_step_back_holds<T: HasShared>(first: u64, factor: u64, more: u64, start: u64, early: u32, back: u64)
where
    Shared<T>: StateCell<T>,
{
    let cap = first + more;
    let guard = guard::<T>(first, factor, cap);
    let start = T::truncate(start);
    denied(&guard, start, early);
    let horizon: u64 = guard.rule().horizon().into();
    let now = start.wrapping_sub(T::truncate(back % (horizon - cap)));
    assert!(guard.waiting(now).is_some(), "ended by a step back");
    assert!(guard.waiting(now).unwrap().into() <= cap);

    let wait = guard.try_acquire(now, T::ONE).unwrap_err().retry_after().unwrap();
    assert!(wait.into() <= cap, "locked out for {wait} ticks by a cap of {cap}");
    let then = now.wrapping_add(wait);
    assert!(guard.peek(then.wrapping_sub(T::ONE), T::ONE).is_err());
    assert!(guard.try_acquire(then, T::ONE).is_ok());
}

fn a_refresh_ends_what_a_step_back_left<T: HasShared>(first: u64, more: u64, start: u64, back: u64)
where
    Shared<T>: StateCell<T>,
{
    let cap = first + more;
    let guard = guard::<T>(first, 2, cap);
    let start = T::truncate(start);
    denied(&guard, start, 2);
    let horizon: u64 = guard.rule().horizon().into();
    let now = start.wrapping_sub(T::truncate(back % (horizon - cap)));
    guard.refresh(now);
    // Nobody asks, and it is over.
    assert!(guard.try_acquire(now.wrapping_add(T::truncate(cap)), T::ONE).is_ok());
}

fn idling_costs_at_most_a_cap<T: HasShared>(first: u64, factor: u64, more: u64, start: u64, early: u32, idle: u64)
where
    Shared<T>: StateCell<T>,
{
    let cap = first + more;
    let guard = guard::<T>(first, factor, cap);
    let start = T::truncate(start);
    denied(&guard, start, early);
    let now = start.wrapping_add(T::truncate(idle));
    if let Err(refused) = guard.try_acquire(now, T::ONE) {
        let wait = refused.retry_after().unwrap();
        assert!(wait.into() <= cap);
        assert!(guard.try_acquire(now.wrapping_add(wait), T::ONE).is_ok());
    }
}

fn refreshed_once_in_a_horizon_idling_costs_nothing<T: HasShared>(first: u64, more: u64, start: u64, idle: u64)
where
    Shared<T>: StateCell<T>,
{
    let guard = guard::<T>(first, 3, first + more);
    let start = T::truncate(start);
    denied(&guard, start, 2);
    let ends = start.wrapping_add(guard.waiting(start).unwrap());
    guard.refresh(ends.wrapping_add(guard.rule().horizon()));
    assert!(guard.try_acquire(ends.wrapping_add(T::truncate(idle)), T::ONE).is_ok());
}

macro_rules! faults {
    ($width:ident) => {
        mod $width {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(1_000))]

                #[test]
                fn a_step_back_ends_no_period_and_locks_out_for_at_most_a_cap(
                    first in 1..100_u64, factor in 1..5_u64, more in 0..10_000_u64, start: u64, early in 0..12_u32,
                    back in prop_oneof![0..20_000_u64, any::<u64>()],
                ) {
                    a_step_back_holds::<$width>(first, factor, more, start, early, back);
                }

                #[test]
                fn a_refresh_cuts_what_a_step_back_has_left_too_far_ahead(
                    first in 1..100_u64, more in 0..10_000_u64, start: u64, back: u64,
                ) {
                    a_refresh_ends_what_a_step_back_left::<$width>(first, more, start, back);
                }

                #[test]
                fn idling_of_any_length_costs_at_most_a_cap(
                    first in 1..100_u64, factor in 1..5_u64, more in 0..10_000_u64, start: u64, early in 0..12_u32,
                    idle in prop_oneof![any::<u64>(), (0..30_000_u64).prop_map(|less| 0_u64.wrapping_sub(less))],
                ) {
                    super::idling_costs_at_most_a_cap::<$width>(first, factor, more, start, early, idle);
                }

                #[test]
                fn refreshed_once_in_a_horizon_idling_costs_nothing(
                    first in 1..100_u64, more in 0..10_000_u64, start: u64, idle: u64,
                ) {
                    super::refreshed_once_in_a_horizon_idling_costs_nothing::<$width>(first, more, start, idle);
                }
            }

            #[test]
            fn at_both_bounds_of_the_word_periods_and_horizons_hold() {
                for factor in [1, 2, 3, 1_000, $width::MAX] {
                    for first in [1, 7, 1_000] {
                        let most = (0..$width::BITS)
                            .map(|bits| ($width::MAX >> 2) >> bits)
                            .find(|&cap| {
                                PenaltyRule::<$width>::try_new(WaitingPeriod::of(first).times(factor, cap)).is_ok()
                            })
                            .unwrap();
                        for start in [0, $width::MAX, $width::FRESH, $width::FRESH >> 1, $width::HALF] {
                            let guard = guard::<$width>(first.into(), factor.into(), most.into());
                            denied(&guard, start, 2 * $width::BITS);
                            let cap = if factor == 1 { first } else { most };
                            assert_eq!(guard.waiting(start), Some(cap));
                            let ends = start.wrapping_add(cap);
                            assert_eq!(guard.waiting(ends.wrapping_sub(1)), Some(1));
                            assert_eq!(guard.waiting(ends), None);
                            assert!(guard.rule().horizon() >= 2 * most);
                            assert_eq!(guard.waiting(ends.wrapping_add(guard.rule().horizon())), None);
                            assert_eq!(guard.waiting(ends.wrapping_add(guard.rule().horizon() + 1)), Some(most));
                            assert_eq!(
                                guard.waiting(start.wrapping_sub(guard.rule().horizon() - most - 1)),
                                Some(most)
                            );
                        }
                    }
                }
            }
        }
    };
}

faults!(u32);
faults!(u64);

/// The one word that means "never used" meets no period: every instant, at every step.
#[test]
fn no_period_is_mistaken_for_a_fresh_word() {
    let rule = PenaltyRule::<u32>::new(WaitingPeriod::of(1).times(2, 60)); // 7 steps, the most for 3 bits
    let around = (u32::FRESH.wrapping_add(1)).wrapping_neg() >> 3; // instants whose words come near it, either way
    for now in (0..400).map(|nth| around.wrapping_add(nth).wrapping_sub(200)).chain(0..400) {
        let mut word = u32::FRESH;
        for _ in 0..9 {
            let step = rule.ask(word, now, Some(0));
            word = step.state.unwrap_or(word);
            assert_ne!(word, u32::FRESH);
            assert_eq!(rule.left(word, now), step.answer);
        }
    }
}
