//! Every interleaving of a few threads over permits and leases, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_concurrency -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::{ConcurrencyLimit, LeasedConcurrency};

fn busy(limit: u32) -> Arc<ConcurrencyLimit> {
    Arc::new(ConcurrencyLimit::from_parts(limit, cell(), cell()).unwrap())
}

fn leased<const N: usize>(limit: u32, lease: u32) -> Arc<LeasedConcurrency<u32, N>> {
    Arc::new(LeasedConcurrency::from_parts(limit, lease, core::array::from_fn(|_| cell()), cell()).unwrap())
}

/// What is in use, as the holders themselves count it.
struct Witness {
    in_use: AtomicU32,
    limit: u32,
}

impl Witness {
    fn new(limit: u32) -> Arc<Self> {
        Arc::new(Self { in_use: AtomicU32::new(0), limit })
    }

    fn enter(&self, weight: u32) {
        let all = self.in_use.fetch_add(weight, Relaxed) + weight;
        assert!(all <= self.limit, "{all} units in use of {}", self.limit);
    }

    fn leave(&self, weight: u32) {
        self.in_use.fetch_sub(weight, Relaxed);
    }
}

fn in_flight_never_exceeds_the_limit(name: &str, weights: &'static [u32], preemptions: Option<usize>) {
    explore(name, preemptions, move || {
        let (busy, witness) = (busy(2), Witness::new(2));
        let work = |weight| {
            let (busy, witness) = (Arc::clone(&busy), Arc::clone(&witness));
            move || {
                if let Ok(permit) = busy.try_acquire(weight) {
                    witness.enter(weight);
                    witness.leave(weight);
                    drop(permit);
                }
            }
        };
        let (first, others) = weights.split_first().unwrap();
        let threads: Vec<_> = others.iter().map(|&weight| thread::spawn(work(weight))).collect();
        work(*first)();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!((busy.in_flight(), busy.available()), (0, 2));
        assert!((1..=2).contains(&busy.high_water()));
    });
}

#[test]
fn two_threads_never_exceed_the_limit_and_give_everything_back() {
    in_flight_never_exceeds_the_limit("two threads", &[1, 2], None);
}

#[test]
fn three_threads_never_exceed_the_limit_and_give_everything_back() {
    in_flight_never_exceeds_the_limit("three threads", &[1, 1, 1], Some(2));
}

#[test]
fn a_lowered_limit_holds_for_every_acquisition_that_follows_it() {
    explore("a lowered limit", None, || {
        let busy = busy(2);
        let other = Arc::clone(&busy);
        let lowering = thread::spawn(move || {
            other.set_limit(1).unwrap();
            other.acquire_raw(1).is_ok()
        });
        let acquired = busy.acquire_raw(1).is_ok();
        let acquired_lowered = lowering.join().unwrap();
        assert!(acquired ^ acquired_lowered, "one of them, and only one");
        assert_eq!((busy.in_flight(), busy.high_water()), (1, 1));
    });
}

/// The control: limit and count in words of their own, as one would first write it.
#[test]
#[should_panic(expected = "one of them, and only one")]
fn a_limit_beside_the_count_is_caught() {
    explore("control: a limit beside the count", None, || {
        struct Twin {
            limit: AtomicU32,
            count: Atomic32,
        }
        impl Twin {
            fn acquire(&self) -> bool {
                let limit = self.limit.load(Relaxed);
                self.count.update(|count| ((count < limit).then_some(count + 1), count < limit))
            }
        }
        let twin = Arc::new(Twin { limit: AtomicU32::new(2), count: Atomic32::new(0) });
        let other = Arc::clone(&twin);
        let lowering = thread::spawn(move || {
            other.limit.store(1, Relaxed);
            other.acquire()
        });
        let acquired = twin.acquire();
        assert!(acquired ^ lowering.join().unwrap(), "one of them, and only one");
    });
}

#[test]
fn concurrent_releases_by_hand_give_back_no_more_than_was_held() {
    explore("releases by hand", None, || {
        let busy = busy(3);
        busy.acquire_raw(3).unwrap();
        let other = Arc::clone(&busy);
        let thread = thread::spawn(move || other.release(2).is_ok());
        let mine = busy.release(2).is_ok();
        assert!(mine ^ thread.join().unwrap());
        assert_eq!(busy.in_flight(), 1);
    });
}

fn leases_never_exceed_the_limit(name: &str, weights: &'static [u32], preemptions: Option<usize>) {
    explore(name, preemptions, move || {
        let (busy, witness) = (leased::<2>(2, 10), Witness::new(2));
        let work = |now, weight| {
            let (busy, witness) = (Arc::clone(&busy), Arc::clone(&witness));
            move || {
                if let Ok(permit) = busy.try_acquire(now, weight) {
                    witness.enter(weight);
                    witness.leave(weight);
                    drop(permit);
                }
            }
        };
        let (first, others) = weights.split_first().unwrap();
        let threads: Vec<_> = others.iter().map(|&weight| thread::spawn(work(100, weight))).collect();
        work(101, *first)(); // readings come slightly out of order
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(busy.in_flight(101), 0);
    });
}

#[test]
fn two_leases_never_exceed_the_limit_and_give_everything_back() {
    leases_never_exceed_the_limit("two leases", &[2, 1], Some(3));
}

#[test]
fn three_leases_never_exceed_the_limit_and_give_everything_back() {
    leases_never_exceed_the_limit("three leases", &[1, 1, 1], Some(1));
}

#[test]
fn a_late_release_that_races_with_a_takeover_does_not_free_it() {
    explore("late release", None, || {
        let busy = leased::<1>(1, 10);
        let late = busy.acquire_raw(0, 1).unwrap();
        let other = Arc::clone(&busy);
        let takeover = thread::spawn(move || other.acquire_raw(10, 1).unwrap());
        let _ = busy.release(late); // in time or not: both happen
        let taken_over = takeover.join().unwrap();
        assert_eq!(busy.in_flight(10), 1, "the late release freed another's slot");
        busy.release(taken_over).unwrap();
        assert_eq!(busy.in_flight(10), 0);
    });
}

/// The control: a release that looks, and then frees.
#[test]
#[should_panic(expected = "the late release freed another's slot")]
fn a_release_that_looks_before_it_frees_is_caught() {
    explore("control: look, then free", None, || {
        let slot = Arc::new(AtomicU32::new(10)); // runs out at 10
        let other = Arc::clone(&slot);
        let takeover = thread::spawn(move || {
            let seen = other.load(Relaxed);
            other.compare_exchange(seen, 20, Relaxed, Relaxed).is_ok() || other.swap(20, Relaxed) != 20
        });
        if slot.load(Relaxed) == 10 {
            slot.store(0, Relaxed);
        }
        assert!(takeover.join().unwrap());
        assert_eq!(slot.load(Relaxed), 20, "the late release freed another's slot");
    });
}

#[test]
fn a_renewal_that_races_with_a_takeover_leaves_the_slot_to_one_of_them() {
    explore("renewal", None, || {
        let busy = leased::<1>(1, 10);
        let mut permit = busy.try_acquire(0, 1).unwrap();
        let other = Arc::clone(&busy);
        let takeover = thread::spawn(move || other.acquire_raw(10, 1).is_ok()); // its clock is a tick ahead
        let renewed = permit.renew(9).is_ok();
        assert!(renewed ^ takeover.join().unwrap());
        assert_eq!(busy.in_flight(10), 1);
        drop(permit);
        assert_eq!(busy.in_flight(10), u32::from(!renewed));
    });
}

#[test]
fn callers_that_leave_a_reserve_do_not_take_it_together() {
    explore("reserve", Some(4), || {
        let busy = leased::<3>(3, 10);
        let _important = busy.acquire_raw(0, 1).unwrap();
        let other = Arc::clone(&busy);
        let thread = thread::spawn(move || other.try_acquire_leaving(0, 1, 1).map(|permit| permit.forget()).is_ok());
        let mine = busy.try_acquire_leaving(0, 1, 1).map(|permit| permit.forget()).is_ok();
        let both = u32::from(mine) + u32::from(thread.join().unwrap());
        assert_eq!(both, 1);
        assert_eq!(busy.available(0), 1);
    });
}
