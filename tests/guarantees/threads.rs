//! Threads on one limiter at one instant admit exactly its capacity.

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, Init, StateCell};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota};

const THREADS: usize = 4;
const CAPACITY: u64 = 20_011;

/// Lets threads call `take` until it gives nothing more, and says how much they got together.
fn taken_by_all<T: Ticks>(take: impl Fn(usize) -> Option<T> + Sync) -> u64 {
    let start = Barrier::new(THREADS);
    let hammer = |thread: usize| {
        start.wait();
        let mut taken = 0;
        while let Some(units) = take(thread) {
            taken += units.into();
        }
        taken
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || hammer(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn exactly_the_capacity<T: Ticks, B: Bucket<Ticks = T> + Copy + Sync, C: StateCell<T> + Init<T> + Sync>(rule: B) {
    let now = T::MAX;
    for round in 0..8 {
        let limiter = Limiter::from_parts(rule, C::FRESH);
        let one_by_one = taken_by_all(|_| limiter.try_acquire(now, T::ONE).ok().map(|grant| grant.granted()));
        assert_eq!(one_by_one, CAPACITY, "one by one, round {round}");
        assert_eq!(limiter.remaining(now), T::ZERO);

        limiter.reset();
        let in_parts = taken_by_all(|thread| {
            let most = T::truncate(2 + thread as u64 * 3);
            limiter.try_acquire_up_to(now, most).ok().map(|grant| grant.granted())
        });
        assert_eq!(in_parts, CAPACITY, "in parts, round {round}");

        limiter.reset();
        let reserved = taken_by_all(|_| {
            let reservation = limiter.reserve(now, T::ONE, T::MAX).ok()?;
            Some(reservation.grant().granted())
        });
        assert_eq!(reserved, CAPACITY, "reserved, round {round}");

        limiter.reset();
        let left = AtomicUsize::new(2_000);
        taken_by_all(|_| {
            let turns = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
            limiter.cancel(now, limiter.reserve(now, T::ONE, T::MAX).unwrap());
            turns.ok().map(|_| T::ONE)
        });
        assert_eq!(limiter.remaining(now).into(), CAPACITY, "after cancelled reservations, round {round}");
    }
}

fn in_every_algorithm<C32, C64>()
where
    C32: StateCell<u32> + Init<u32> + Sync,
    C64: StateCell<u64> + Init<u64> + Sync,
{
    let (small, large) = (Quota::per(CAPACITY as u32, 60_000), Quota::per(CAPACITY, 60_000_000_000));
    exactly_the_capacity::<_, _, C32>(TokenBucket::<u32>::new(small));
    exactly_the_capacity::<_, _, C32>(LeakyBucket::<u32>::new(small));
    exactly_the_capacity::<_, _, C32>(LeakyQueue::<u32>::new(small));
    exactly_the_capacity::<_, _, C64>(TokenBucket::<u64>::new(large));
    exactly_the_capacity::<_, _, C64>(LeakyBucket::<u64>::new(large));
    exactly_the_capacity::<_, _, C64>(LeakyQueue::<u64>::new(large));
}

#[test]
fn threads_on_an_atomic_at_one_instant_admit_exactly_the_capacity() {
    in_every_algorithm::<Atomic32, Atomic64>();
}

#[cfg(feature = "critical-section")]
#[test]
fn threads_on_a_critical_section_at_one_instant_admit_exactly_the_capacity() {
    in_every_algorithm::<CriticalSection<u32>, CriticalSection<u64>>();
}

#[test]
fn threads_on_a_static_at_one_instant_admit_exactly_the_capacity() {
    static SHARED: tollgate::TokenBucket<u32> = tollgate::TokenBucket::<u32>::new(Quota::per(CAPACITY as u32, 60_000));
    assert_eq!(taken_by_all(|_| SHARED.try_acquire(7, 1).ok().map(|grant| grant.granted())), CAPACITY);
}
