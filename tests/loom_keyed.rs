//! Every interleaving of a few threads over a small table, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_keyed -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::sync::atomic::{
    AtomicU32,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use loom::thread;
use tollgate::Quota;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::keyed::{Admitted, Answer, Set, SipHash, Table};

type Keys<C = Atomic32> = Table<TokenBucket<u32>, Vec<Set<u32, C>>, SipHash>;

const NOW: u32 = 1_000_000;
/// A unit takes this long to drain.
const UNIT: u32 = 100;
const BURST: u32 = 3;
/// All that was charged up to now has drained.
const DRAINED: u32 = NOW + UNIT * BURST;

const KEY: u64 = 0x10_0000;
const OTHER: u64 = 0x20_0000;

/// A table of so many sets, in cells that `cell` makes.
fn table<C: StateCell<u32>>(sets: usize, cell: fn() -> C) -> Arc<Keys<C>> {
    let rule = TokenBucket::<u32>::new(Quota::per(1, UNIT).burst(BURST));
    let sets = (0..sets).map(|_| Set::in_cells(cell)).collect();
    Arc::new(Table::from_parts(sets, [rule], SipHash::new([0, 0]), [cell(), cell(), cell()]))
}

/// A table of one set in which `free` slots are left, and the others are in use at `now`.
fn crowded<C: StateCell<u32>>(free: u64, now: u32, cell: fn() -> C) -> Arc<Keys<C>> {
    let table = table(1, cell);
    (free..4).for_each(|other| assert_eq!(take(&table, (other + 8) << 24, now, BURST), BURST));
    table
}

/// Units that the key got, all or none.
fn take<C: StateCell<u32>>(table: &Keys<C>, key: u64, now: u32, cost: u32) -> u32 {
    units(table.hashed(key).try_acquire(now, cost))
}

/// Units that the key gets from now on, at one instant.
fn left<C: StateCell<u32>>(table: &Keys<C>, key: u64, now: u32) -> u32 {
    units(table.hashed(key).try_acquire_up_to(now, 100))
}

fn units(answer: Answer<u32>) -> u32 {
    match answer {
        Ok(Admitted::Key(grant)) => grant.granted(),
        Ok(other) => panic!("not by the key's own limit: {other:?}"),
        Err(_) => 0,
    }
}

/// Runs `work` on another thread beside what the caller does.
fn beside<C: StateCell<u32> + Send + Sync + 'static, R: 'static>(
    table: &Arc<Keys<C>>,
    work: impl FnOnce(&Keys<C>) -> R + 'static,
) -> thread::JoinHandle<R> {
    let table = Arc::clone(table);
    thread::spawn(move || work(&table))
}

/// Threads that each take one of the three units of one new key.
fn share_one_budget<C: StateCell<u32> + Send + Sync + 'static>(
    make: impl Fn() -> Arc<Keys<C>>,
    threads: u32,
    free_after: u64,
) {
    let table = make();
    let others: Vec<_> = (1..threads).map(|_| beside(&table, |table| take(table, KEY, NOW, 1))).collect();
    let mine = take(&table, KEY, NOW, 1);
    let all = others.into_iter().fold(mine, |all, other| all + other.join().unwrap());
    assert_eq!((all, left(&table, KEY, NOW)), (threads, BURST - threads), "the key has two budgets, or paid twice");
    (0..free_after).for_each(|new| assert_eq!(take(&table, (new + 1) << 12, NOW, 1), 1, "a slot got lost"));
}

#[test]
fn two_threads_with_one_new_key_share_its_budget() {
    explore("one new key", Some(3), || share_one_budget(|| crowded(2, NOW, cell), 2, 1));
}

#[test]
fn a_key_has_one_slot_in_two_sets() {
    explore("one new key, two sets", Some(2), || share_one_budget(|| table(2, cell), 2, 0));
}

#[test]
fn a_new_key_from_two_threads_gets_the_last_slot_once() {
    explore("one new key, one slot", Some(2), || {
        let table = crowded(1, NOW, cell);
        let other = beside(&table, |table| take(table, KEY, NOW, 1));
        let both = take(&table, KEY, NOW, 1) + other.join().unwrap();
        // Who comes while the other one is taking the slot may find none.
        assert!(both == 1 || both == 2, "the slot went to nobody");
        assert_eq!(left(&table, KEY, NOW), BURST - both, "the key has two budgets, or paid twice");
    });
}

/// A cell that orders nothing which the update of a single limiter does not order.
struct Unordered(Atomic32);

impl StateCell<u32> for Unordered {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update(step)
    }

    fn load_acquire(&self) -> u32 {
        self.0.load_acquire()
    }

    fn update_release<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update_release(step)
    }

    fn load_ordered(&self) -> u32 {
        self.0.load_acquire()
    }
}

/// The control: the same table, and a look at the other candidates that is a mere load.
#[test]
#[should_panic(expected = "the key has two budgets")]
fn looking_at_the_other_candidates_by_loads_is_caught() {
    explore("control: plain loads", Some(3), || {
        share_one_budget(|| crowded(2, NOW, || Unordered(cell())), 2, 0);
    });
}

#[test]
fn a_user_of_an_idle_key_and_a_thief_of_its_slot_do_not_both_get_it() {
    explore("user and thief", Some(3), || {
        let table = crowded(1, DRAINED, cell);
        assert_eq!(take(&table, KEY, NOW, BURST), BURST);
        let thief = beside(&table, |table| take(table, OTHER, DRAINED, 1));
        let mine = take(&table, KEY, DRAINED, 1);
        let theirs = thief.join().unwrap();
        assert_eq!(mine + theirs, 1, "one slot for two keys, or for none");
        let kept = left(&table, if mine == 1 { KEY } else { OTHER }, DRAINED);
        assert!(kept == BURST - 1 || (kept == BURST - 2 && theirs == 1), "{kept} left: the charge was lost");
    });
}

/// The control: a charge that does not look whose slot it fell on.
#[test]
#[should_panic(expected = "admitted, and not charged")]
fn a_charge_without_a_second_look_at_the_tag_is_caught() {
    explore("control: no second look", None, || {
        struct Twin {
            tag: AtomicU32,
            charged: AtomicU32,
        }
        let slot = Arc::new(Twin { tag: AtomicU32::new(1), charged: AtomicU32::new(0) });
        let other = Arc::clone(&slot);
        let thief = thread::spawn(move || {
            // Idle: taken over with a charge of its own.
            if other.charged.compare_exchange(0, 99, AcqRel, Relaxed).is_ok() {
                other.tag.store(2, Relaxed);
                other.charged.compare_exchange(99, 1, AcqRel, Relaxed).unwrap();
            }
        });
        let mut admitted = false;
        if slot.tag.load(Acquire) == 1 {
            let seen = slot.charged.load(Acquire);
            admitted = seen != 99 && slot.charged.compare_exchange(seen, seen + 1, Acquire, Relaxed).is_ok();
        }
        thief.join().unwrap();
        assert!(!admitted || slot.tag.load(Relaxed) == 1, "admitted, and not charged");
    });
}

#[test]
fn two_thieves_do_not_get_one_slot() {
    explore("two thieves of one slot", Some(2), || {
        let table = crowded(1, DRAINED, cell);
        assert_eq!(take(&table, 0x30_0000, NOW, BURST), BURST);
        let thief = beside(&table, |table| take(table, OTHER, DRAINED, 1));
        let mine = take(&table, KEY, DRAINED, 1);
        let theirs = thief.join().unwrap();
        assert_eq!(mine + theirs, 1, "one slot for two keys, or for none");
        assert_eq!(left(&table, if mine == 1 { KEY } else { OTHER }, DRAINED), BURST - 1);
        assert_eq!(table.reused(), 1);
    });
}

#[test]
fn two_thieves_of_two_slots_get_one_each() {
    explore("two thieves of two slots", Some(3), || {
        let table = crowded(2, NOW, cell);
        let thief = beside(&table, |table| take(table, OTHER, NOW, 1));
        assert_eq!((take(&table, KEY, NOW, 1), thief.join().unwrap()), (1, 1), "refused beside a free slot");
        assert_eq!((left(&table, KEY, NOW), left(&table, OTHER, NOW)), (BURST - 1, BURST - 1));
    });
}

#[test]
fn a_key_that_comes_back_while_it_is_evicted_has_one_budget() {
    explore("evicted and back", Some(2), || {
        let table = crowded(2, DRAINED, cell);
        assert_eq!(take(&table, KEY, NOW, BURST), BURST);
        assert_eq!(take(&table, 0x30_0000, NOW, BURST), BURST);
        let thief = beside(&table, |table| take(table, OTHER, DRAINED, 1));
        assert_eq!(
            (take(&table, KEY, DRAINED, 1), take(&table, KEY, DRAINED, 1)),
            (1, 1),
            "refused beside a free slot"
        );
        assert_eq!(thief.join().unwrap(), 1, "refused beside a free slot");
        assert_eq!(left(&table, KEY, DRAINED), BURST - 2, "the key has two budgets");
        assert!(left(&table, OTHER, DRAINED) <= BURST - 1, "the charge was lost");
    });
}

#[test]
fn a_refund_never_goes_to_the_key_that_took_the_slot() {
    explore("refund and thief", Some(3), || {
        let table = crowded(1, DRAINED, cell);
        assert_eq!(take(&table, KEY, NOW, BURST), BURST);
        let thief = beside(&table, |table| take(table, OTHER, DRAINED, BURST));
        table.hashed(KEY).refund(NOW, BURST); // its clock is late
        assert_eq!(thief.join().unwrap(), BURST, "a refund made the slot busy");
        assert_eq!(left(&table, OTHER, DRAINED), 0, "another key's refund");
    });
}

#[test]
fn a_key_that_is_removed_while_it_is_charged_is_new_or_gone() {
    explore("removal and charge", Some(3), || {
        let table = crowded(2, NOW, cell);
        assert_eq!(take(&table, KEY, NOW, 2), 2);
        let removal = beside(&table, |table| table.hashed(KEY).remove());
        let mine = take(&table, KEY, NOW, 1);
        removal.join().unwrap();
        let kept = left(&table, KEY, NOW);
        assert!(mine == 1 && (kept == BURST || kept == BURST - 1), "{mine} taken, {kept} left");
        // A charge that fell on the slot after the removal is nobody's, and drains.
        let later = (take(&table, 1 << 12, DRAINED, 1), take(&table, 2 << 12, DRAINED, 1));
        assert_eq!(later, (1, 1), "a slot got lost");
    });
}
