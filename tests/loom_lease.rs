//! Every interleaving of leases that draw and put back, and a racy twin that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_lease -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::thread;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::lease::Terms;
use tollgate::{Limiter, Quota, RateLease};

const NOW: u32 = 100;
const BY_TWO: Terms<u32> = Terms::<u32>::new(2, 10);

fn bucket(burst: u32) -> Arc<Limiter<TokenBucket<u32>, Atomic32>> {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 10).burst(burst));
    Arc::new(Limiter::from_parts(rule, cell()))
}

#[test]
fn two_leases_on_the_last_units_spend_no_more_than_there_are_and_lose_none() {
    for burst in 1..=4 {
        explore("two leases on the last units", None, move || {
            let bucket = bucket(burst);
            let work = |bucket: &Limiter<_, _>| {
                let mut lease = RateLease::new(bucket, BY_TWO);
                let spent = u32::from(lease.try_acquire(NOW, 1).is_ok());
                spent + u32::from(lease.try_acquire(NOW + 1, 2).is_ok()) * 2
            };
            let other = Arc::clone(&bucket);
            let thread = thread::spawn(move || work(&other));
            let spent = work(&bucket) + thread.join().unwrap();
            assert!(spent <= burst, "{spent} spent of {burst}");
            assert_eq!(bucket.level(NOW + 1), spent, "charged for what was spent");
        });
    }
}

#[test]
fn a_drop_that_races_with_an_acquisition_gives_back_exactly_what_was_left() {
    explore("drop and acquire", None, || {
        let bucket = bucket(3);
        let mut lease = RateLease::new(&*bucket, BY_TWO);
        assert!(lease.try_acquire(NOW, 1).is_ok());
        let other = Arc::clone(&bucket);
        let thread = thread::spawn(move || other.try_acquire(NOW, 2).is_ok());
        drop(lease);
        let spent = 1 + 2 * u32::from(thread.join().unwrap());
        assert_eq!(bucket.remaining(NOW), 3 - spent);
    });
}

/// The control: putting back by a load and a store.
#[test]
#[should_panic(expected = "a charge was lost")]
fn putting_back_by_a_load_and_a_store_is_caught() {
    explore("control: load, then store", None, || {
        let charged = Arc::new(Atomic32::new(2));
        let other = Arc::clone(&charged);
        let thread = thread::spawn(move || other.update(|charged| (Some(charged + 1), ())));
        charged.store(charged.load() - 1);
        thread.join().unwrap();
        assert_eq!(charged.load(), 2, "a charge was lost");
    });
}
