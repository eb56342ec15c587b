//! Threads with leases on one limiter.

use std::sync::Barrier;
use std::thread;

use tollgate::algorithm::{Algorithm, FixedWindow, TokenBucket};
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, StateCell};
use tollgate::lease::{Source, Terms};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Limiter, Quota, RateLease, RollingWindow};

const THREADS: u64 = 4;
const CAPACITY: u64 = 2_003;
const NOW: u64 = 7;

/// Every thread spends until it is denied; some of them drop their lease now and then, and draw anew.
fn spend_all<S: Source + Sync>(limit: &S) -> u64 {
    let start = Barrier::new(THREADS as usize);
    let work = |thread: u64| {
        let terms = Terms::try_new(S::Ticks::truncate(1 + thread * 3), S::Ticks::truncate(1_000)).unwrap();
        let now = S::Ticks::truncate(NOW);
        let (mut lease, mut spent) = (RateLease::new(limit, terms), 0);
        start.wait();
        while lease.try_acquire(now, S::Ticks::ONE).is_ok() {
            spent += 1;
            if thread % 2 == 1 && spent % 5 == 0 {
                lease = RateLease::new(limit, terms);
            }
        }
        spent
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

/// Whoever is denied may have been while others still held some: what is left then is what they put back.
fn never_more_and_nothing_lost<A, C>(rule: A, cell: C)
where
    A: Algorithm + Sync,
    C: StateCell<A::Ticks> + Sync,
{
    let limiter = Limiter::from_parts(rule, cell);
    for _ in 0..50 {
        limiter.reset();
        let spent = spend_all(&limiter);
        let left: u64 = limiter.remaining(A::Ticks::truncate(NOW)).into();
        assert_eq!(spent + left, CAPACITY);
    }
}

#[test]
fn threads_at_one_instant_spend_what_is_charged_and_put_back_the_rest() {
    let (small, large) = (Quota::per(CAPACITY as u32, 60_000), Quota::per(CAPACITY, 60_000));
    never_more_and_nothing_lost(TokenBucket::<u32>::new(small), Atomic32::fresh());
    never_more_and_nothing_lost(TokenBucket::<u64>::new(large), Atomic64::fresh());
    never_more_and_nothing_lost(FixedWindow::<u32>::new(small), Atomic32::fresh());
    #[cfg(feature = "critical-section")]
    never_more_and_nothing_lost(TokenBucket::<u64>::new(large), CriticalSection::fresh());
}

#[test]
fn threads_at_one_instant_never_spend_more_of_a_window_than_its_limit() {
    for _ in 0..20 {
        let rolling = RollingWindow::<u64, 200>::new(Quota::per(200, 60_000));
        assert!(spend_all(&rolling) <= 200);
        let bucketed = BucketedWindow::<u64, 16>::new(Quota::per(CAPACITY, 60_000));
        let spent = spend_all(&bucketed);
        assert!(spent + bucketed.remaining(NOW) <= CAPACITY, "{spent} spent");
    }
}
