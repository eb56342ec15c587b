//! Windows whose limit changes while they are in use.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation)]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use proptest::collection::vec;
use proptest::prelude::*;
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, HasShared, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{
    BucketedWindow, Capped, Decision, Denied, FirstRequestWindow, FixedWindow, Quota, QuotaError, RollingWindow,
    SlidingWindow, Windowed,
};

const MOST: u64 = 20;
const PERIOD: u64 = 100;

/// What a decision tells, in one width.
#[derive(Debug, PartialEq)]
enum Told {
    Admitted { granted: u64, remaining: u64, reset_after: u64 },
    NotYet { wait: u64 },
    Never { cost: u64, capacity: u64 },
}

fn told<T: Ticks>(decision: Decision<T>) -> Told {
    match decision {
        Ok(grant) => Told::Admitted {
            granted: grant.granted().into(),
            remaining: grant.remaining().into(),
            reset_after: grant.reset_after().into(),
        },
        Err(Denied::NotYet(wait)) => Told::NotYet { wait: wait.retry_after().into() },
        Err(Denied::Never(never)) => Told::Never { cost: never.cost().into(), capacity: never.capacity().into() },
        Err(other) => panic!("no denial of a window: {other}"),
    }
}

fn quota<T: Ticks>(limit: u64) -> Quota<T> {
    Quota::per(T::truncate(limit), T::truncate(PERIOD))
}

/// Runs `$test(make)` for every window in both widths, where `make(limit)` gives one.
macro_rules! every_window {
    ($test:ident) => {{
        every_window!($test, u32);
        every_window!($test, u64);
    }};
    ($test:ident, $word:ident) => {{
        $test(|limit| RollingWindow::<$word, 20>::try_new(quota(limit)).unwrap());
        $test(|limit| BucketedWindow::<$word, 8>::try_new(quota(limit)).unwrap());
        $test(|limit| FixedWindow::<$word>::try_new(quota(limit)).unwrap());
        $test(|limit| FirstRequestWindow::<$word>::try_new(quota(limit)).unwrap());
        $test(|limit| SlidingWindow::<$word>::try_new(quota(limit)).unwrap());
    }};
}

type InAnyCell<L> = Capped<L, Unsync<<L as Windowed>::Ticks>>;

fn capped<L: Windowed<Ticks: HasShared>>(make: impl Fn(u64) -> L, limit: u64) -> InAnyCell<L> {
    let capped = Capped::from_parts(make(MOST), Unsync::fresh());
    capped.set_limit(L::Ticks::truncate(limit)).unwrap();
    capped
}

#[test]
fn from_the_next_decision_on_what_counts_and_the_cost_are_at_most_the_limit_as_it_stands() {
    fn check<L: Windowed<Ticks: HasShared>>(make: impl Fn(u64) -> L) {
        let number = L::Ticks::truncate;
        let (capped, now) = (capped(make, MOST), number(7));
        assert!(capped.try_acquire(now, number(6)).is_ok());
        capped.set_limit(number(8)).unwrap();
        assert_eq!((capped.limit(), capped.remaining(now)), (number(8), number(2)));
        assert!(matches!(told(capped.try_acquire(now, number(3))), Told::NotYet { .. }));
        assert_eq!(told(capped.try_acquire(now, number(9))), Told::Never { cost: 9, capacity: 8 });
        assert_eq!(told(capped.peek(now, number(9))), Told::Never { cost: 9, capacity: 8 });
        assert_eq!(told(capped.try_acquire_leaving(now, number(5), number(4))), Told::Never { cost: 5, capacity: 4 });
        assert_eq!(
            told(capped.try_acquire_leaving(now, number(1), L::Ticks::MAX)),
            Told::Never { cost: 1, capacity: 0 }
        );
        assert!(capped.try_acquire_leaving(now, number(2), number(1)).is_err());
        assert_eq!(capped.try_acquire_up_to(now, number(5)).unwrap().granted(), number(2));
        assert!(capped.try_acquire_up_to(now, number(5)).is_err());
        capped.set_limit(number(5)).unwrap(); // below what counts already
        assert_eq!(capped.remaining(now), number(0));
        assert!(capped.try_acquire(now, number(1)).is_err());
        capped.set_limit(number(MOST)).unwrap();
        assert_eq!(capped.try_acquire(now, number(12)).unwrap().remaining(), number(0));
    }
    every_window!(check);
}

#[test]
fn a_limit_out_of_range_is_refused_and_changes_nothing() {
    fn check<L: Windowed<Ticks: HasShared>>(make: impl Fn(u64) -> L) {
        let capped = capped(make, 3);
        assert_eq!(capped.set_limit(L::Ticks::ZERO), Err(QuotaError::ZeroLimit));
        let refused = capped.set_limit(L::Ticks::truncate(MOST + 1)).unwrap_err();
        assert_eq!(refused.to_string(), "limit = 21 does not fit this window: give at most 20");
        assert_eq!(capped.limit().into(), 3);
    }
    every_window!(check);
}

#[test]
fn a_capped_window_answers_as_one_made_with_that_limit() {
    fn check<L: Windowed<Ticks: HasShared>>(make: impl Fn(u64) -> L + Copy) {
        let steps = vec((0_u64..60, 0_u64..25, 0_u64..5, 0_u8..4), 1..60);
        proptest!(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() },
            |(limit in 1..=MOST, start: u64, steps in steps)| {
            let (lowered, plain) = (capped(make, limit), make(limit));
            let mut time = start;
            for (ticks, cost, leave, kind) in steps {
                time = time.wrapping_add(ticks);
                let [now, cost, leave] = [time, cost, leave].map(L::Ticks::truncate);
                let (one, other) = match kind {
                    0 => (lowered.peek(now, cost), plain.peek(now, cost)),
                    1 => (lowered.try_acquire_leaving(now, cost, leave), plain.try_acquire_leaving(now, cost, leave)),
                    _ => (lowered.try_acquire(now, cost), plain.try_acquire_leaving(now, cost, L::Ticks::ZERO)),
                };
                prop_assert_eq!(told(one), told(other));
                prop_assert_eq!(lowered.remaining(now), plain.remaining(now));
            }
        });
    }
    every_window!(check);
}

/// The oracle of an exact window: a list of what was admitted, and when.
fn never_more_than_the_limit_as_it_stands<T: HasShared, C: StateCell<T>>(cell: fn() -> C, steps: &[(u64, u64, u64)]) {
    let window = RollingWindow::<T, 20, C>::try_in_cells(quota(MOST), cell).unwrap();
    let capped = Capped::from_parts(window, cell());
    let (mut log, mut limit, mut time) = (Vec::new(), MOST, u128::from(T::MAX.into()) - 300);
    for &(ticks, cost, change) in steps {
        time += u128::from(ticks);
        let now = T::truncate(time as u64);
        if (1..=MOST).contains(&change) {
            limit = change;
            capped.set_limit(T::truncate(limit)).unwrap();
        }
        let counts = |at: &u128| time - at < u128::from(PERIOD);
        let count = log.iter().filter(|at| counts(at)).count() as u64;
        assert_eq!(capped.remaining(now).into(), limit.saturating_sub(count));
        let decision = capped.try_acquire(now, T::truncate(cost));
        assert_eq!(decision.is_ok(), cost == 0 || count + cost <= limit, "{cost} beside {count} of {limit}");
        match decision {
            Ok(grant) => {
                assert_eq!(grant.remaining().into(), limit.saturating_sub(count + cost));
                log.extend((0..cost).map(|_| time));
            }
            Err(denied) => {
                // The first reading at which enough of it has expired.
                let fits = |wait: &u128| {
                    let then = time + wait;
                    log.iter().filter(|&at| then - at < u128::from(PERIOD)).count() as u64 + cost <= limit
                };
                let expected = (cost <= limit).then(|| (1..=u128::from(PERIOD)).find(fits).unwrap());
                assert_eq!(denied.retry_after().map(|wait| u128::from(wait.into())), expected);
            }
        }
    }
}

proptest! {
    #[test]
    fn an_exact_window_counts_as_the_oracle_while_its_limit_changes(
        steps in vec((0_u64..40, 0_u64..22, 0_u64..60), 1..80),
    ) {
        never_more_than_the_limit_as_it_stands(Unsync::<u32>::fresh, &steps);
        never_more_than_the_limit_as_it_stands(Unsync::<u64>::fresh, &steps);
        never_more_than_the_limit_as_it_stands(Atomic32::fresh, &steps);
        never_more_than_the_limit_as_it_stands(Atomic64::fresh, &steps);
        #[cfg(feature = "critical-section")]
        never_more_than_the_limit_as_it_stands(CriticalSection::<u32>::fresh, &steps);
        #[cfg(feature = "critical-section")]
        never_more_than_the_limit_as_it_stands(CriticalSection::<u64>::fresh, &steps);
    }
}

#[test]
fn threads_admit_at_most_the_limit_once_it_is_lowered() {
    static WINDOW: Capped<RollingWindow<u32, 5_000>> =
        Capped::new(RollingWindow::<u32, 5_000>::new(Quota::per(5_000, 60_000)));
    let admitted = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while WINDOW.try_acquire(7, 1).is_ok() {
                    admitted.fetch_add(1, SeqCst);
                }
            });
        }
        while admitted.load(SeqCst) < 500 {}
        WINDOW.set_limit(400).unwrap();
    });
    let admitted = admitted.load(SeqCst);
    assert!((500..=5_000).contains(&admitted));
    assert_eq!((WINDOW.remaining(7), WINDOW.window().remaining(7)), (0, 5_000 - admitted as u32));
}
