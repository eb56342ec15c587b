//! What a change does, and what it leaves alone.

use std::cell::Cell;

use proptest::prelude::*;
use tollgate::algorithm::{LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{Init, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Adjustable, Denied, Quota};

const NOW: u32 = u32::MAX - 20;

fn bucket(quota: Quota<u32>) -> Adjustable<TokenBucket<u32>> {
    Adjustable::try_new(quota).unwrap()
}

#[test]
fn what_was_spent_stays_spent_at_any_rate() {
    let bucket = bucket(Quota::per(10, 1_000).burst(50));
    assert!(bucket.try_acquire(NOW, 30).is_ok());
    for (limit, period) in [(7, 3), (1, 1_000_000), (1_000, 1), (10, 1_000)] {
        bucket.set_quota(NOW, Quota::per(limit, period).burst(50)).unwrap();
        assert_eq!((bucket.level(NOW), bucket.remaining(NOW)), (30, 20), "at {limit} per {period}");
    }
}

#[test]
fn a_lower_burst_holds_what_it_can_and_a_higher_one_adds_room() {
    let bucket = bucket(Quota::per(1, 10).burst(50));
    assert!(bucket.try_acquire(NOW, 30).is_ok());
    bucket.set_quota(NOW, Quota::per(1, 10).burst(20)).unwrap();
    assert_eq!((bucket.level(NOW), bucket.remaining(NOW)), (20, 0));
    assert!(matches!(bucket.try_acquire(NOW, 21), Err(Denied::Never(never)) if never.capacity() == 20));
    bucket.set_quota(NOW, Quota::per(1, 10).burst(20).debt(5)).unwrap();
    assert_eq!(bucket.force(NOW, 9).charged(), 5);
    bucket.set_quota(NOW, Quota::per(1, 10).burst(100)).unwrap();
    assert_eq!((bucket.level(NOW), bucket.remaining(NOW)), (25, 75));
}

#[test]
fn what_drains_does_so_at_the_rate_in_force() {
    let bucket = bucket(Quota::per(1, 10).burst(100));
    assert!(bucket.try_acquire(NOW, 100).is_ok());
    let later = NOW.wrapping_add(100); // past the wrap
    bucket.set_quota(later, Quota::per(1, 2).burst(100)).unwrap();
    assert_eq!(bucket.level(later), 90);
    assert_eq!(bucket.level(later.wrapping_add(100)), 40);
}

#[test]
fn a_change_takes_the_next_decision_with_it() {
    let queue = Adjustable::<LeakyQueue<u64>>::new(Quota::per(1, 100).burst(4));
    assert_eq!(queue.try_acquire(5, 2).unwrap().delay(), 0);
    assert_eq!(queue.try_acquire(5, 1).unwrap().delay(), 200);
    queue.set_quota(5, Quota::per(1, 10).burst(4)).unwrap();
    assert_eq!(queue.try_acquire(5, 1).unwrap().delay(), 30);
    assert_eq!(queue.try_acquire(5, 1).unwrap_err().retry_after(), Some(10));
}

#[test]
fn a_reservation_made_before_a_change_is_given_back_in_units() {
    let bucket = bucket(Quota::per(1, 10).burst(10).debt(10));
    assert!(bucket.try_acquire(NOW, 4).is_ok());
    let reservation = bucket.reserve(NOW, 8, 1_000).unwrap();
    assert_eq!(reservation.delay(), 20);
    bucket.set_quota(NOW, Quota::per(3, 7).burst(10).debt(10)).unwrap();
    assert_eq!(bucket.level(NOW), 12);
    bucket.cancel(NOW, reservation);
    assert_eq!(bucket.level(NOW), 4);
}

#[test]
fn a_reset_keeps_the_quota_and_is_full_whatever_the_clock_reads() {
    for changes in 0..9 {
        let bucket = bucket(Quota::per(1, 10));
        for _ in 0..changes {
            bucket.set_quota(NOW, Quota::per(3, 10)).unwrap();
        }
        assert_eq!(bucket.force(NOW, 1).charged(), 1);
        bucket.reset();
        assert_eq!(bucket.quota(), Quota::per(if changes == 0 { 1 } else { 3 }, 10));
        for now in [0, 1, NOW, NOW / 2, u32::FRESH, u32::FRESH / 12] {
            assert_eq!(bucket.level(now), 0, "at {now} after {changes} changes");
        }
    }
}

#[test]
fn any_number_of_changes_one_after_the_other() {
    let bucket = Adjustable::<LeakyBucket<u64>>::new(Quota::per(1, 10).burst(1_000_000));
    bucket.set_level(0, 12_345).unwrap();
    for turn in 1..=10_000 {
        let quota = Quota::per(turn % 97 + 1, turn % 89 + 1).burst(1_000_000 + turn);
        bucket.set_quota(0, quota).unwrap();
        assert_eq!(bucket.quota(), quota);
    }
    // Each may have rounded up by less than a sub-tick, which is at most 89th of a unit.
    let level = bucket.level(0);
    assert!((12_345..=12_345 + 10_000).contains(&level), "{level}");
}

#[test]
fn whole_units_are_never_rounded() {
    let bucket = Adjustable::<LeakyBucket<u64>>::new(Quota::per(1, 10).burst(1_000));
    bucket.set_level(0, 123).unwrap();
    for turn in 1..=1_000 {
        bucket.set_quota(0, Quota::per(turn % 97 + 1, turn % 89 + 1).burst(1_000)).unwrap();
        assert_eq!((bucket.level(0), bucket.remaining(0)), (123, 877));
    }
}

/// A cell that counts how often it is written.
struct Watched(Unsync<u32>, Cell<u32>);

impl Init<u32> for Watched {
    #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
    const FRESH: Self = Self(Unsync::fresh(), Cell::new(0));
}

impl StateCell<u32> for Watched {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let mut step = step;
        self.0.update(|word| {
            let (written, answer) = step(word);
            self.1.set(self.1.get() + u32::from(written.is_some()));
            (written, answer)
        })
    }
}

#[test]
fn denials_and_looks_write_nothing_and_an_admission_one_word() {
    let cells = [const { Watched::FRESH }; 22];
    let mut next = cells.iter();
    let bucket =
        Adjustable::<TokenBucket<u32>, _>::try_in_cells(Quota::per(1, 10).burst(3), || next.next().unwrap()).unwrap();
    bucket.set_quota(NOW, Quota::per(2, 30).burst(4)).unwrap();
    let writes = || cells.iter().map(|cell| cell.1.get()).sum::<u32>();
    let before = writes();
    assert!(bucket.try_acquire(NOW, 4).is_ok());
    assert_eq!(writes(), before + 1);
    assert!(bucket.try_acquire(NOW, 1).is_err());
    assert!(bucket.try_acquire(NOW, 5).is_err());
    assert!(bucket.try_acquire_up_to(NOW, 2).is_err());
    assert!(bucket.reserve(NOW, 1, 3).is_err());
    assert!(bucket.set_level(NOW, 9).is_err());
    assert!(bucket.set_quota(NOW, Quota::per(0, 1)).is_err());
    assert!(bucket.peek(NOW, 1).is_err());
    let _ = (bucket.remaining(NOW), bucket.level(NOW), bucket.quota());
    assert_eq!(writes(), before + 1);
}

proptest! {
    /// Between changes, and after a change back, as a limiter that never heard of changes.
    #[test]
    fn decides_as_a_limiter_of_the_quota_in_force(
        limit in 1_u32..50, period in 1_u32..50, burst in 1_u32..30, now: u32,
        steps in prop::collection::vec((0_u32..100, 0_u32..32, 0_u32..8, 1_u32..6, 1_u32..6), 1..40),
    ) {
        let first = Quota::per(limit, period).burst(burst).debt(burst / 2);
        let adjustable = bucket(first);
        let mut limiter = tollgate::TokenBucket::try_new(first).unwrap();
        let mut now = now;
        for (ticks, cost, change, times, slower) in steps {
            now = now.wrapping_add(ticks);
            prop_assert_eq!(adjustable.peek(now, cost).is_ok(), limiter.peek(now, cost).is_ok());
            match (adjustable.try_acquire(now, cost), limiter.try_acquire(now, cost)) {
                (Ok(one), Ok(other)) => {
                    prop_assert_eq!(one.remaining(), other.remaining());
                    prop_assert_eq!(one.reset_after(), other.reset_after());
                }
                (Err(one), Err(other)) => {
                    prop_assert_eq!(one.retry_after(), other.retry_after());
                    prop_assert_eq!(one.is_never(), other.is_never());
                }
                (one, other) => prop_assert!(false, "{:?} and {:?}", one, other),
            }
            if change == 0 {
                let quota = Quota::per(limit * times, period * slower).burst(burst + times).debt(slower);
                adjustable.set_quota(now, quota).unwrap();
                limiter.set_quota(now, quota).unwrap();
            }
            prop_assert_eq!(adjustable.level(now), limiter.level(now));
            prop_assert_eq!(adjustable.remaining(now), limiter.remaining(now));
            prop_assert_eq!(adjustable.quota(), limiter.rule().quota());
        }
    }
}
