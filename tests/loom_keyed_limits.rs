//! Every interleaving of a few threads over a small table of limits, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_keyed_limits -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::sync::atomic::{
    AtomicU32,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use loom::thread;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::keyed::{LimitSlot, LimitTable, Reusable, SipHash, TableFull};
use tollgate::{ConcurrencyLimit, Quota, RollingWindow};

type Limits<L, C = Atomic32> = LimitTable<u32, L, Vec<LimitSlot<u32, L, C>>, SipHash, C>;
type Busy = ConcurrencyLimit<Atomic32>;

const NOW: u32 = 1_000_000;
const LIMIT: u32 = 2;

const KEY: u64 = 1;
const OTHER: u64 = 2;

fn busy() -> Busy {
    ConcurrencyLimit::from_parts(LIMIT, cell(), cell()).unwrap()
}

/// A table of so many slots, which is one set, in cells that `cell` makes.
fn table<L, C: StateCell<u32>>(slots: usize, limit: fn() -> L, cell: fn() -> C) -> Arc<Limits<L, C>> {
    let slots = (0..slots).map(|_| LimitSlot::from_parts(limit(), cell())).collect();
    Arc::new(LimitTable::over(slots, SipHash::new([0, 0])))
}

/// Takes a unit of the key's limit by hand, and says how many the key holds after that.
fn take<C: StateCell<u32>>(table: &Limits<Busy, C>, key: u64) -> Result<u32, TableFull> {
    table.with_hashed(key, NOW, |limit| limit.acquire_raw(1).map_or(99, |()| limit.in_flight()))
}

/// Units that the key holds.
fn held<C: StateCell<u32>>(table: &Limits<Busy, C>, key: u64) -> u32 {
    table.get_hashed(key, |limit| limit.in_flight()).unwrap().unwrap_or(0)
}

/// Runs `work` on another thread beside what the caller does.
fn beside<L: 'static, C: 'static, R: 'static>(
    table: &Arc<Limits<L, C>>,
    work: impl FnOnce(&Limits<L, C>) -> R + 'static,
) -> thread::JoinHandle<R> {
    let table = Arc::clone(table);
    thread::spawn(move || work(&table))
}

/// Two threads that each take one of the two units of one new key.
fn share_one_limit<C: StateCell<u32> + 'static>(slots: usize, cell: fn() -> C) {
    let table = table(slots, busy, cell);
    let other = beside(&table, |table| take(table, KEY));
    let mine = take(&table, KEY).unwrap();
    let theirs = other.join().unwrap().unwrap();
    assert!(mine.max(theirs) == LIMIT && held(&table, KEY) == LIMIT, "the key has two limits");
    assert_eq!(take(&table, KEY), Ok(99), "the key has two limits");
    // What was vacated is free again.
    (1..slots as u64).for_each(|new| assert!(take(&table, OTHER + new).is_ok(), "a slot got lost"));
    assert!(take(&table, 100).is_err());
}

#[test]
fn two_threads_with_one_new_key_share_its_limit() {
    explore("one new key, two slots", Some(3), || share_one_limit(2, cell));
    explore("one new key, three slots", Some(2), || share_one_limit(3, cell));
}

/// A cell that looks at the other slots by a mere load.
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

    fn update_acquire<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update_acquire(step)
    }

    fn replace_ordered(&self, seen: u32, state: u32) -> bool {
        self.0.replace_ordered(seen, state)
    }

    fn load_ordered(&self) -> u32 {
        self.0.load_acquire()
    }
}

#[test]
#[should_panic(expected = "the key has two limits")]
fn looking_at_the_other_slots_by_loads_is_caught() {
    explore("control: plain loads", Some(3), || share_one_limit(2, || Unordered(cell())));
}

#[test]
fn a_new_key_from_two_threads_gets_the_last_slot_once() {
    explore("one new key, one slot", Some(3), || {
        let table = table(1, busy, cell);
        let other = beside(&table, |table| take(table, KEY));
        let both = [take(&table, KEY), other.join().unwrap()];
        // Who comes while the other one is taking the slot may find none.
        let admitted = both.iter().filter(|answer| answer.is_ok()).count() as u32;
        assert!(admitted > 0, "the slot went to nobody");
        assert_eq!(held(&table, KEY), admitted, "the key has two limits, or paid twice");
    });
}

/// A key whose unit is given back while another key looks for a slot.
fn user_and_thief<L>(limit: fn() -> L, in_flight: fn(&L) -> &Busy)
where
    L: Reusable<u32> + 'static,
{
    let table = table(1, limit, cell);
    table.with_hashed(KEY, NOW, |_| ()).unwrap();
    let take = move |table: &Limits<L>, key| {
        table.with_hashed(key, NOW, |limit| {
            let before = in_flight(limit).in_flight();
            in_flight(limit).acquire_raw(1).unwrap();
            assert_eq!(before, 0, "a limit with units of another key");
        })
    };
    let thief = beside(&table, move |table| take(table, OTHER).is_ok());
    let mine = take(&table, KEY).is_ok();
    let theirs = thief.join().unwrap();
    assert!(!(mine && theirs), "one slot for two keys");
    let units = |key| table.get_hashed(key, |limit| in_flight(limit).in_flight()).unwrap().unwrap_or(0);
    assert_eq!((units(KEY), units(OTHER)), (mine.into(), theirs.into()), "what was taken is gone");
}

#[test]
fn a_user_of_an_idle_key_and_a_thief_of_its_slot_do_not_both_get_it() {
    explore("user and thief", None, || user_and_thief(busy, |limit| limit));
}

/// A limit that is always ready to go to another key.
struct Careless(Busy);

impl Reusable<u32> for Careless {
    fn is_fresh(&self, _now: u32) -> bool {
        true
    }

    fn reset(&self) {}
}

#[test]
#[should_panic(expected = "a limit with units of another key")]
fn a_limit_that_is_not_judged_is_caught() {
    explore("control: not judged", None, || user_and_thief(|| Careless(busy()), |limit| &limit.0));
}

/// The control: a thief that judges while nobody is in the slot, and then takes it if its tag is still the same.
#[test]
#[should_panic(expected = "held by a key that has lost its slot")]
fn a_judgement_that_its_key_cannot_see_is_caught() {
    explore("control: judged unseen", None, || {
        struct Twin {
            /// Ten times the key, and the users.
            tag: AtomicU32,
            held: AtomicU32,
        }
        let slot = Arc::new(Twin { tag: AtomicU32::new(10), held: AtomicU32::new(0) });
        let other = Arc::clone(&slot);
        let thief = thread::spawn(move || {
            other.tag.load(Acquire) == 10
                && other.held.load(Acquire) == 0
                && other.tag.compare_exchange(10, 20, AcqRel, Relaxed).is_ok()
        });
        let held = slot.tag.compare_exchange(10, 11, AcqRel, Relaxed).is_ok();
        if held {
            slot.held.fetch_add(1, AcqRel);
            slot.tag.fetch_sub(1, AcqRel);
        }
        assert!(!(thief.join().unwrap() && held), "held by a key that has lost its slot");
    });
}

#[test]
fn a_permit_keeps_its_slot_from_a_thief_until_it_is_dropped() {
    explore("permit and thief", None, || {
        let table = table(1, busy, cell);
        let permit = table.with_hashed(KEY, NOW, |limit| limit.try_acquire(1).unwrap()).unwrap();
        let thief = beside(&table, |table| take(table, OTHER));
        assert_eq!(permit.limit().in_flight(), 1, "the slot of a permit was taken");
        assert_eq!(held(&table, KEY), 1, "the slot of a permit was taken");
        drop(permit);
        let theirs = thief.join().unwrap();
        assert_eq!(held(&table, OTHER), theirs.unwrap_or(0), "a permit gave back what was not its own");
    });
}

#[test]
fn two_thieves_do_not_get_one_slot() {
    explore("two thieves of one slot", Some(3), || {
        let table = table(1, busy, cell);
        table.with_hashed(3, NOW, |_| ()).unwrap();
        let thief = beside(&table, |table| take(table, OTHER).is_ok());
        let (mine, theirs) = (take(&table, KEY).is_ok(), thief.join().unwrap());
        assert!(mine != theirs, "one slot for two keys, or for none");
        assert_eq!((held(&table, KEY), held(&table, OTHER)), (mine.into(), theirs.into()));
    });
}

#[test]
fn two_thieves_of_two_slots_get_one_each() {
    explore("two thieves of two slots", Some(2), || {
        let table = table(2, busy, cell);
        table.with_hashed(3, NOW, |_| ()).unwrap();
        let thief = beside(&table, |table| take(table, OTHER));
        assert_eq!((take(&table, KEY), thief.join().unwrap()), (Ok(1), Ok(1)), "refused beside a free slot");
        assert_eq!((held(&table, KEY), held(&table, OTHER)), (1, 1));
    });
}

/// The key is evicted from one slot while two contexts bring it back.
#[test]
fn a_key_that_comes_back_while_it_is_evicted_has_one_limit() {
    explore("evicted and back", Some(2), || {
        let table = table(2, busy, cell);
        table.with_hashed(KEY, NOW, |_| ()).unwrap();
        table.with_hashed(3, NOW, |_| ()).unwrap();
        let thief = beside(&table, |table| take(table, OTHER));
        let back = beside(&table, |table| take(table, KEY));
        let mine = take(&table, KEY);
        let (theirs, other) = (back.join().unwrap(), thief.join().unwrap());
        let units = u32::from(mine.is_ok()) + u32::from(theirs.is_ok());
        assert_eq!(held(&table, KEY), units, "the key has two limits");
        assert_eq!(held(&table, OTHER), other.unwrap_or(0));
    });
}

/// A limit of several words sees all that was written for its last key, and by who made it new.
#[test]
fn a_window_that_changes_hands_is_new_to_its_next_key() {
    const PERIOD: u32 = 100;
    explore("window and thief", Some(2), || {
        let window = || RollingWindow::try_in_cells(Quota::per(1, PERIOD), cell).unwrap();
        let table: Arc<Limits<RollingWindow<u32, 1, Atomic32>>> = table(1, window, cell);
        let take = |table: &Limits<RollingWindow<u32, 1, Atomic32>>, key, now| {
            table.with_hashed(key, now, |window| window.try_acquire(now, 1).is_ok())
        };
        assert_eq!(take(&table, KEY, NOW), Ok(true));
        let later = NOW + PERIOD;
        let thief = beside(&table, move |table| take(table, OTHER, later));
        let mine = take(&table, KEY, later);
        let theirs = thief.join().unwrap();
        assert!(mine == Ok(true) || theirs == Ok(true), "the slot went to nobody");
        assert!(mine != theirs, "one slot for two keys");
        assert!(mine != Ok(false) && theirs != Ok(false), "a new limit that denies");
    });
}
