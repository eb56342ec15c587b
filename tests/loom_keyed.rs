//! Every interleaving of a few threads over a table of one set, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_keyed -- --nocapture`
#![cfg(loom)]

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use tollgate::Quota;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::Atomic32;
use tollgate::keyed::{Admitted, Answer, Set, SipHash, Table};
use tollgate::time::Ticks;

type Sets = Vec<Set<u32, Atomic32>>;
type Keys<const CLASSES: usize> = Table<TokenBucket<u32>, Sets, SipHash, CLASSES>;

const NOW: u32 = 1_000_000;
/// A unit takes this long to drain.
const UNIT: u32 = 100;

/// Hashes whose home is the first set, with fingerprints of their own.
const KEY: u64 = 0x10_0000;
const OTHER: u64 = 0x20_0000;

/// Runs a model through its interleavings and prints how many there were.
fn explore(name: &str, preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let runs = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 10_000;
    builder.preemption_bound = builder.preemption_bound.or(preemptions);
    builder.check(move || {
        counted.fetch_add(1, SeqCst);
        model();
    });
    println!("{name}: {} interleavings", runs.load(SeqCst));
    assert!(runs.load(SeqCst) > 1, "one interleaving only: the atomics of the crate are not those of loom");
}

fn cell() -> Atomic32 {
    Atomic32::new(u32::FRESH)
}

fn rule(burst: u32) -> TokenBucket<u32> {
    TokenBucket::<u32>::new(Quota::per(1, UNIT).burst(burst))
}

/// A table of so many sets whose keys may take `burst` units at once.
fn table(sets: usize, burst: u32) -> Arc<Keys<1>> {
    let sets = (0..sets).map(|_| Set::in_cells(cell)).collect();
    Arc::new(Table::from_parts(sets, [rule(burst)], SipHash::new([0, 0]), [cell(), cell(), cell()]))
}

/// Keys that are in use for long, in all slots of the first set but `free`.
fn crowd(table: &Keys<1>, free: u64) {
    for other in 0..4 - free {
        table.hashed((other + 8) << 24).try_acquire(NOW, 3).unwrap();
    }
}

fn units(answer: Answer<u32>) -> u32 {
    match answer {
        Ok(Admitted::Key(grant)) => grant.granted(),
        Ok(other) => panic!("not by the key's own limit: {other:?}"),
        Err(_) => 0,
    }
}

/// How many units the key gets from now on, at one instant.
fn left(table: &Keys<1>, key: u64, now: u32) -> u32 {
    units(table.hashed(key).try_acquire_up_to(now, 100))
}

fn one_new_key_from_two_threads(name: &str, sets: usize, free: u64, preemptions: usize) {
    explore(name, Some(preemptions), move || {
        let table = table(sets, 3);
        crowd(&table, free);
        let other = Arc::clone(&table);
        let thread = thread::spawn(move || units(other.hashed(KEY).try_acquire(NOW, 2)));
        let mine = units(table.hashed(KEY).try_acquire(NOW, 2));
        let both = mine + thread.join().unwrap();
        assert_eq!(both, 2, "two budgets, or none");
        assert_eq!(left(&table, KEY, NOW), 1, "a charge was lost, or made twice");
        assert_eq!(table.occupancy(NOW), usize::try_from(4 - free).unwrap() + 1);
        // What was vacated is free at once.
        (1..free).for_each(|new| assert!(table.hashed(new << 12).try_acquire(NOW, 1).is_ok()));
    });
}

#[test]
fn two_threads_with_one_new_key_share_one_budget() {
    one_new_key_from_two_threads("one new key, two free slots", 1, 2, 3);
}
