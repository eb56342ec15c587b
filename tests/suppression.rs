//! What a suppression count promises, each promise a test.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::thread;

use proptest::prelude::*;
use tollgate::cell::{HasShared, Init, Shared, StateCell, Unsync};
use tollgate::penalty::WaitingPeriod;
use tollgate::time::Ticks;
use tollgate::{ConcurrencyLimit, Layered, Penalty, Quota, SuppressionCount, TokenBucket, algorithm};

fn agrees_with_a_naive_count<T: HasShared, K: StateCell<T> + Init<T>, C: StateCell<u32> + Init<u32>>(
    period: u64,
    start: u64,
    events: &[(u64, u8)],
) {
    let bucket =
        algorithm::TokenBucket::try_new(Quota::per(T::ONE, T::truncate(period)).burst(T::truncate(2))).unwrap();
    let real = SuppressionCount::from_parts(bucket.over(K::FRESH), C::FRESH);
    let twin = bucket.over(Unsync::fresh()); // says who is refused
    let (mut now, mut refused) = (T::truncate(start), 0);
    for &(passed, cost) in events {
        now = now.wrapping_add(T::truncate(passed));
        let cost = T::truncate(cost.into());
        let answer = real.try_acquire(now, cost);
        if twin.try_acquire(now, cost).is_ok() {
            assert_eq!(answer.unwrap().1, refused);
            refused = 0;
        } else {
            assert!(answer.is_err());
            refused += 1;
        }
        assert_eq!(real.suppressed(), refused);
    }
    assert_eq!(real.take_suppressed(), refused);
    assert_eq!((real.suppressed(), real.take_suppressed()), (0, 0));
}

macro_rules! programs {
    ($($name:ident: $ticks:ty, $state:ty, $count:ty;)*) => {$(
        proptest! {
            #[test]
            fn $name(
                period in 1..1_000_u64,
                start: u64,
                events in proptest::collection::vec((0..400_u64, 0..4_u8), 0..200),
            ) {
                agrees_with_a_naive_count::<$ticks, $state, $count>(period, start, &events);
            }
        }
    )*};
}

programs! {
    an_admission_tells_what_was_refused_since_the_last_u32: u32, Shared<u32>, Shared<u32>;
    an_admission_tells_what_was_refused_since_the_last_u64: u64, Shared<u64>, Shared<u32>;
    an_admission_tells_what_was_refused_since_the_last_unsync: u64, Unsync<u64>, Unsync<u32>;
}

#[cfg(feature = "critical-section")]
programs! {
    an_admission_tells_what_was_refused_since_the_last_u32_critical_section:
        u32, tollgate::cell::CriticalSection<u32>, tollgate::cell::CriticalSection<u32>;
    an_admission_tells_what_was_refused_since_the_last_u64_critical_section:
        u64, tollgate::cell::CriticalSection<u64>, tollgate::cell::CriticalSection<u32>;
}

#[test]
fn a_full_count_stays_full_and_never_starts_over() {
    let cell = Unsync::new((u32::MAX - 1) ^ u32::FRESH);
    let line = SuppressionCount::from_parts(TokenBucket::<u32>::new(Quota::per(1, 100)), &cell);
    let _ = line.limit().try_acquire(0, 1).unwrap();
    for told in [u32::MAX - 1, u32::MAX, u32::MAX, u32::MAX] {
        assert_eq!(line.suppressed(), told);
        assert!(line.try_acquire(0, 1).is_err());
    }
    assert_eq!(line.try_acquire(100, 1).unwrap().1, u32::MAX);
    assert_eq!(line.suppressed(), 0);
}

/// The count is kept xored with the fresh word, which is a count like any other.
#[test]
fn every_count_is_told_as_it_is() {
    for count in [1, 2, u32::FRESH - 1, u32::FRESH, u32::FRESH + 1, u32::MAX >> 1] {
        let cell = Unsync::new(count ^ u32::FRESH);
        let line = SuppressionCount::from_parts(TokenBucket::<u32>::new(Quota::per(1, 100)), &cell);
        assert_eq!(line.suppressed(), count);
        assert_eq!(line.try_acquire(0, 1).unwrap().1, count);
    }
}

#[test]
fn any_limit_can_be_inside_and_its_permits_come_through() {
    let busy = SuppressionCount::new(ConcurrencyLimit::new(1));
    let (permit, told) = busy.try_acquire(0_u32, 1).unwrap();
    assert_eq!(told, 0);
    for _ in 0..3 {
        assert!(busy.try_acquire(0_u64, 1).is_err()); // of either width
    }
    drop(permit);
    assert_eq!(busy.try_acquire(0_u32, 1).unwrap().1, 3);

    let rate = TokenBucket::<u64>::new(Quota::per(5, 100));
    let gate = SuppressionCount::new(Layered::new((&rate, busy.limit())));
    let held = gate.try_acquire(0, 1).unwrap().0;
    assert_eq!(gate.try_acquire(0, 1).unwrap_err().level(), 1);
    assert!(gate.try_acquire(0, 9).unwrap_err().is_never()); // counts as any other
    assert_eq!(gate.suppressed(), 2);
    drop(held);

    let strict = SuppressionCount::new(Penalty::<_, u64>::new(&rate, WaitingPeriod::of(50)));
    assert_eq!(strict.try_acquire(0, 4).unwrap().1, 0);
    assert!(strict.try_acquire(0, 1).is_err());
    assert_eq!(strict.try_acquire(50, 1).unwrap().1, 1);
}

#[test]
fn threads_that_refuse_and_admit_at_once_lose_nothing_and_tell_nothing_twice() {
    const THREADS: u32 = 4;
    const EVENTS: u32 = 100_000;
    let line = SuppressionCount::new(TokenBucket::<u32>::new(Quota::per(1, 7)));
    let (clock, told, admitted) = (AtomicU32::new(0), AtomicU64::new(0), AtomicU32::new(0));
    let start = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                start.wait();
                for _ in 0..EVENTS {
                    if let Ok((_, more)) = line.try_acquire(clock.fetch_add(1, SeqCst), 1) {
                        told.fetch_add(more.into(), SeqCst);
                        admitted.fetch_add(1, SeqCst);
                    }
                }
            });
        }
    });
    let (admitted, told) = (admitted.into_inner(), told.into_inner());
    println!("{admitted} admitted, {told} told, {} left", line.suppressed());
    assert!(admitted > EVENTS / 7 && told > 0);
    assert_eq!(u64::from(admitted) + told + u64::from(line.suppressed()), u64::from(THREADS * EVENTS));
}
