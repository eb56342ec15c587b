//! Every interleaving of the update loop, by loom's model of memory.
//!
//!     RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test --release --test loom -- --nocapture
#![cfg(loom)]

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use loom::sync::Arc;
use loom::sync::atomic::AtomicU32;
use loom::thread;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, Atomic64, StateCell};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota};

const NOW: u32 = 4_000_000_000;

type Bucket<C> = Limiter<TokenBucket<u32>, C>;

/// A limiter of so many units that refills too slowly to matter.
fn bucket(burst: u32) -> Arc<Bucket<Atomic32>> {
    Arc::new(TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(burst)).over(Atomic32::new(u32::FRESH)))
}

/// Runs `body` in every interleaving and prints how many there were.
fn in_every_interleaving(name: &str, body: impl Fn() + Send + Sync + 'static) {
    let runs = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    loom::model(move || {
        counted.fetch_add(1, Relaxed);
        body();
    });
    println!("{name}: {} interleavings", runs.load(Relaxed));
    assert!(runs.load(Relaxed) > 1, "one interleaving only: the atomics of the crate are not those of loom");
}

/// Runs `ask` on so many threads, the calling one included, and adds up what they got.
fn together<C: StateCell<u32> + Send + Sync + 'static>(
    limiter: &Arc<Bucket<C>>,
    threads: usize,
    ask: fn(&Bucket<C>) -> u32,
) -> u32 {
    let others: Vec<_> = (1..threads)
        .map(|_| {
            let limiter = limiter.clone();
            thread::spawn(move || ask(&limiter))
        })
        .collect();
    let own = ask(limiter);
    others.into_iter().map(|other| other.join().unwrap()).sum::<u32>() + own
}

fn one<C: StateCell<u32>>(limiter: &Bucket<C>) -> u32 {
    limiter.try_acquire(NOW, 1).map_or(0, |grant| grant.granted())
}

fn two<C: StateCell<u32>>(limiter: &Bucket<C>) -> u32 {
    one(limiter) + one(limiter)
}

#[test]
fn two_threads_at_one_instant_admit_exactly_the_capacity() {
    in_every_interleaving("two threads, two requests each, capacity 3", || {
        let limiter = bucket(3);
        assert_eq!(together(&limiter, 2, two), 3);
        assert_eq!(limiter.remaining(NOW), 0);
    });
}

#[test]
fn three_threads_at_one_instant_admit_exactly_the_capacity() {
    in_every_interleaving("three threads, one request each, capacity 2", || {
        let limiter = bucket(2);
        assert_eq!(together(&limiter, 3, one), 2);
        assert_eq!(limiter.remaining(NOW), 0);
    });
}

#[test]
fn partial_grants_of_two_threads_add_up_to_the_capacity() {
    in_every_interleaving("two partial grants of 3 out of 4", || {
        let limiter = bucket(4);
        assert_eq!(together(&limiter, 2, |limiter| limiter.try_acquire_up_to(NOW, 3).unwrap().granted()), 4);
    });
}

#[test]
fn words_of_64_bits_admit_exactly_the_capacity() {
    in_every_interleaving("64 bits, two threads, capacity 1", || {
        let rule = TokenBucket::<u64>::new(Quota::per(1, 1_000).burst(1));
        let limiter = Arc::new(rule.over(Atomic64::new(u64::FRESH)));
        let other = limiter.clone();
        let other = thread::spawn(move || other.try_acquire(7, 1).is_ok());
        let own = limiter.try_acquire(7, 1).is_ok();
        assert!(own != other.join().unwrap());
    });
}

#[test]
fn a_refund_is_never_lost_to_an_acquire() {
    in_every_interleaving("acquire against refund", || {
        let limiter = bucket(2);
        limiter.set_level(NOW, 2).unwrap();
        let other = limiter.clone();
        let taken = thread::spawn(move || one(&other));
        // On this thread: loom overlooks that a load here could come after the whole of an update there.
        limiter.refund(NOW, 1);
        let taken = taken.join().unwrap();
        assert_eq!(limiter.level(NOW), 1 + taken);
    });
}

#[test]
fn a_level_set_from_outside_comes_before_or_after_an_acquire() {
    in_every_interleaving("acquire against set_level", || {
        let limiter = bucket(4);
        let other = limiter.clone();
        let set = thread::spawn(move || other.set_level(NOW, 2).unwrap());
        assert_eq!(one(&limiter), 1);
        set.join().unwrap();
        assert!([2, 3].contains(&limiter.level(NOW)));
    });
}

#[test]
fn a_reset_comes_before_or_after_an_acquire() {
    in_every_interleaving("acquire against reset", || {
        let limiter = bucket(4);
        limiter.set_level(NOW, 4).unwrap();
        let other = limiter.clone();
        let taken = thread::spawn(move || one(&other));
        limiter.reset();
        let taken = taken.join().unwrap();
        assert!(limiter.level(NOW) <= taken);
    });
}

#[test]
fn a_cancelled_reservation_leaves_what_others_took_meanwhile() {
    in_every_interleaving("reserve and cancel against acquire", || {
        let limiter = bucket(2);
        let other = limiter.clone();
        let cancelled = thread::spawn(move || {
            if let Ok(reservation) = other.reserve(NOW, 1, 0) {
                other.cancel(NOW, reservation);
            }
        });
        let taken = two(&limiter);
        cancelled.join().unwrap();
        // What is reserved for a moment may be denied to others; what they got they keep.
        assert!(taken >= 1);
        assert_eq!(limiter.level(NOW), taken);
    });
}

#[test]
fn a_refresh_loses_no_charge() {
    in_every_interleaving("refresh against acquire", || {
        let limiter = bucket(2);
        limiter.set_level(NOW - 5_000, 1).unwrap(); // drained by now: there is something to refresh
        let other = limiter.clone();
        let refresh = thread::spawn(move || other.refresh(NOW));
        assert_eq!(one(&limiter), 1);
        refresh.join().unwrap();
        assert_eq!(limiter.level(NOW), 1);
    });
}

/// The control: a cell that loads and stores must be caught.
struct LoadThenStore(AtomicU32);

impl StateCell<u32> for LoadThenStore {
    fn load(&self) -> u32 {
        self.0.load(loom::sync::atomic::Ordering::SeqCst)
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let (state, answer) = step(self.load());
        if let Some(state) = state {
            self.0.store(state, loom::sync::atomic::Ordering::SeqCst);
        }
        answer
    }
}

#[test]
#[should_panic(expected = "the racy twin admitted 2 of 1")]
fn a_cell_that_loads_and_then_stores_is_caught() {
    in_every_interleaving("the racy twin", || {
        let rule = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(1));
        let limiter = Arc::new(rule.over(LoadThenStore(AtomicU32::new(u32::FRESH))));
        let admitted = together(&limiter, 2, one);
        assert!(admitted == 1, "the racy twin admitted {admitted} of 1");
    });
}
