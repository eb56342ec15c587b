//! What comes back.

use arbitrary::Unstructured;
use proptest::collection::vec;
use proptest::prelude::*;
use tollgate::cell::{Atomic32, Unsync};
use tollgate::time::Ticks;
use tollgate::{FixedWindow, Quota, RollingWindow, SlidingWindow, TokenBucket};

use crate::fuzzed::{Course, bears_damage, nothing_comes_back_for_an_unknown_time, survives_a_reset};
use crate::subject::{Case, Family, Subject};

fn courses() -> impl Strategy<Value = Course> {
    vec(any::<u8>(), 40..300).prop_map(|bytes| Course::read(&mut Unstructured::new(&bytes)).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_restored_decides_as_if_never_off(course in courses()) {
        every_limit!(survives_a_reset(&course));
    }

    #[test]
    fn with_an_unknown_time_off_nothing_is_admitted_that_would_not_have_been(course in courses()) {
        every_limit!(nothing_comes_back_for_an_unknown_time(&course));
    }

    #[test]
    fn damaged_bytes_change_nothing_or_restore_what_could_have_been(course in courses()) {
        every_limit!(bears_damage(&course));
    }

    #[test]
    fn aligned_windows_hold_no_less_where_windows_begin_elsewhere(
        asks in vec((0..60_u32, 1..4_u32), 1..12), off in 0..250_u32, now in 100_000..100_100_u32
    ) {
        fn holds<L: Subject<u32>>(live: &L, restored: &L, asks: &[(u32, u32)], off: u32, now: u32) {
            let mut at = 5_000;
            for &(later, cost) in asks {
                at += later;
                let _ = live.acquire(at, cost);
            }
            restored.restore(now, &live.bytes(at), Some(off)).unwrap();
            for later in 0..300 {
                let (left, restored) = (live.remaining(at + off + later), restored.remaining(now + later));
                assert!(restored <= left, "{restored} of {left}, {later} after");
            }
            assert_eq!(restored.remaining(now + 300), 5, "for at most two periods longer");
        }
        let quota = Quota::per(5, 100);
        holds(&FixedWindow::try_new(quota).unwrap(), &FixedWindow::try_new(quota).unwrap(), &asks, off, now);
        holds(&SlidingWindow::try_new(quota).unwrap(), &SlidingWindow::try_new(quota).unwrap(), &asks, off, now);
    }
}

#[test]
fn a_limit_never_used_stays_so_on_any_clock() {
    fn fresh<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let capacity = T::truncate(if case.family == Family::Bucket { 8 } else { 5 });
        let bytes = case.usual().bytes(T::ZERO);
        for now in [T::ZERO, T::ONE, T::HALF, T::MAX, T::FRESH] {
            let restored = case.usual();
            let _ = restored.acquire(now, T::ONE).unwrap();
            restored.restore(now, &bytes, None).unwrap();
            // As good as new, also at a reading that has nothing to do with the last one.
            for now in [now, now.wrapping_add(T::HALF), T::ZERO, T::MAX] {
                assert_eq!(restored.remaining(now), capacity, "{} at {now}", case.name);
            }
        }
    }
    every_limit!(fresh());
}

#[test]
fn after_any_length_of_time_off_a_limit_is_as_good_as_new() {
    fn drained<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let capacity = T::truncate(if case.family == Family::Bucket { 8 } else { 5 });
        for (at, now) in [(T::ZERO, T::ZERO), (T::MAX, T::truncate(3)), (T::HALF, T::MAX)] {
            let limit = case.usual();
            let _ = limit.acquire_up_to(at, T::MAX).unwrap();
            (case.owe)(&limit, at, T::truncate(2));
            let bytes = limit.bytes(at);
            for off in [T::truncate(300), T::truncate(1 << 20), T::HALF, T::MAX] {
                limit.restore(now, &bytes, Some(off)).unwrap();
                assert_eq!(limit.remaining(now), capacity, "{} after {off}", case.name);
            }
        }
    }
    every_limit!(drained());
}

#[test]
fn a_debt_survives() {
    let quota = Quota::<u32>::per(1, 10).burst(4).debt(6);
    let [owing, restored] = [(); 2].map(|()| TokenBucket::try_new(quota).unwrap());
    assert_eq!(owing.force(0, 9).charged(), 9);
    restored.restore(4_000_000_000, &owing.bytes(0), Some(15)).unwrap();
    assert_eq!(restored.level(4_000_000_000), 8); // 7.5 drained to
    assert_eq!(restored.try_acquire(4_000_000_000, 1).unwrap_err().retry_after(), Some(45));
}

#[test]
fn a_place_given_back_keeps_its_turn() {
    let make = || RollingWindow::<u32, 3, _>::try_in_cells(Quota::per(3, 100), Atomic32::fresh).unwrap();
    let (live, restored) = (make(), make());
    for now in [0, 10, 20] {
        let _ = live.try_acquire(now, 1).unwrap();
    }
    assert_eq!(live.refund(10, 1), 1);
    let mut buffer = [0; RollingWindow::<u32, 3>::SNAPSHOT_LEN];
    restored.restore(1_000, live.snapshot(20, &mut buffer).unwrap(), Some(0)).unwrap();
    for later in [0, 79, 80, 99, 100] {
        assert_eq!(restored.remaining(1_000 + later), live.remaining(20 + later), "{later} later");
    }
}

#[test]
fn what_a_step_back_left_ahead_is_held_as_if_just_admitted() {
    fn bounded<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let (limit, back) = (case.usual(), T::truncate(2_000));
        let _ = limit.acquire_up_to(T::truncate(7_000), T::MAX).unwrap();
        let bytes = limit.bytes(back);
        limit.restore(back, &bytes, None).unwrap();
        assert_eq!(limit.remaining(back), T::ZERO, "{}: a step back mints nothing", case.name);
        let bound = T::truncate(2_000 + 300);
        assert!(limit.remaining(bound) >= T::truncate(5), "{}: it is held for too long", case.name);
    }
    every_limit!(bounded());
}

#[test]
fn a_shared_limit_is_restored_by_reference_and_from_a_longer_page() {
    let cell = Unsync::fresh();
    let rule = tollgate::algorithm::TokenBucket::<u64>::try_new(Quota::per(2, 1_000)).unwrap();
    let _ = rule.over(&cell).try_acquire(0, 2).unwrap();
    let mut page = [0xFF; 256];
    let len = rule.over(&cell).snapshot(0, &mut page).unwrap().len();
    assert_eq!((len, page[len]), (14, 0xFF), "what follows is not written");
    rule.over(&cell).restore(77, &page, Some(500)).unwrap();
    assert_eq!(rule.over(&cell).remaining(77), 1);
}

#[test]
fn a_full_window_is_full_at_once_whatever_was_summed_up_before() {
    fn full<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let (live, now) = (case.usual(), T::truncate(7_046));
        let _ = live.acquire(T::truncate(7_000), T::truncate(3)).unwrap();
        let _ = live.acquire_up_to(now, T::MAX).unwrap();
        for was_used in [false, true] {
            let restored = case.usual();
            if was_used {
                let _ = restored.acquire(now, T::ONE).unwrap();
            }
            restored.restore(now, &live.bytes(now), Some(T::ZERO)).unwrap();
            assert!(restored.acquire(now, T::ONE).is_err(), "{}", case.name);
        }
    }
    every_limit!(full());
}
