//! What a table says of its slots, and what they cost.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tollgate::cell::{Atomic32, Atomic64, HasShared, Init, StateCell, Unsync};
use tollgate::keyed::{KeyedLimits, LimitSlot, LimitTable, SipHash};
use tollgate::{ConcurrencyLimit, Quota, RollingWindow};

use crate::kinds::{Concurrent, Kind, Limits, Rolling, table};

#[test]
fn a_slot_takes_one_word_beside_its_limit() {
    assert_eq!(size_of::<LimitSlot<u32, ConcurrencyLimit>>(), 16);
    assert_eq!(size_of::<LimitSlot<u32, RollingWindow<u32, 20>>>(), 20 * 4 + 24);
    assert_eq!(size_of::<LimitSlot<u64, RollingWindow<u64, 20>>>(), size_of::<RollingWindow<u64, 20>>() + 8);
    assert_eq!(size_of::<KeyedLimits<u32, ConcurrencyLimit, 64>>(), 64 * 16 + size_of::<SipHash>());
}

#[test]
fn every_slot_can_be_had_in_tables_of_every_size_up_to_one_set() {
    for slots in 1..=15 {
        let table = table::<u32, Concurrent<Atomic32>, Atomic32>(slots);
        let take = |key: &usize| table.with(key, 0, |limit| limit.acquire_raw(1)).is_ok();
        assert_eq!((0..100).filter(take).count(), slots);
        assert_eq!((table.capacity(), table.occupancy(0)), (slots, slots));
    }
}

#[test]
fn every_slot_can_be_had_in_tables_of_several_sets() {
    for slots in [16, 17, 23, 24, 100] {
        let table = table::<u32, Concurrent<Atomic32>, Atomic32>(slots);
        let take = |key: &usize| table.with(key, 0, |limit| limit.acquire_raw(1)).is_ok();
        assert_eq!((0..10_000).filter(take).count(), slots);
    }
}

#[test]
fn a_table_without_slots_is_full() {
    let table = table::<u32, Rolling<Atomic32>, Atomic32>(0);
    assert!(table.with("ann", 0, |_| ()).is_err());
    assert_eq!(table.get("ann", |_| ()), Ok(None));
    table.refresh(0);
    assert_eq!((table.capacity(), table.occupancy(0)), (0, 0));
}

#[test]
fn the_documented_share_of_new_keys_finds_a_half_full_table_full() {
    let slots = 8_000;
    for (part, one_in) in [(2, 18), (4, 900)] {
        let mut refused = 0;
        for seed in 0..8_u64 {
            let limits = (0..slots).map(|_| LimitSlot::new(ConcurrencyLimit::new(1))).collect::<Vec<_>>();
            let table: LimitTable<u32, ConcurrencyLimit, _, _> = LimitTable::over(limits, SipHash::new([seed, 2]));
            let take = |key: &usize| table.with(key, 0, |limit| limit.acquire_raw(1)).is_ok();
            let mut keys = 0..;
            while table.occupancy(0) < slots / part {
                let missing = slots / part - table.occupancy(0);
                keys.by_ref().take(missing).for_each(|key| _ = take(&key));
            }
            let new = |key: &usize| table.with(key, 0, |_| ()).is_err();
            refused += (1_000_000..1_004_000_usize).filter(new).count();
        }
        let expected = 32_000 / one_in;
        assert!(refused * 5 > expected * 4 && refused * 5 < expected * 6, "{refused} instead of {expected} of 32000");
    }
}

#[test]
fn looking_takes_no_slot_and_asking_takes_one() {
    let table = table::<u32, Rolling<Atomic32>, Atomic32>(1);
    assert_eq!(table.get("ann", |_| ()), Ok(None));
    assert_eq!(table.with("bob", 0, |window| window.remaining(0)), Ok(3));
    assert_eq!(table.get("bob", |_| ()), Ok(Some(())));
    assert_eq!(table.get("ann", |_| ()), Ok(None));
    assert_eq!(table.with("ann", 0, |_| ()), Ok(()), "an idle key keeps a slot from nobody");
    assert_eq!(table.get("bob", |_| ()), Ok(None));
}

type Slot = LimitSlot<u32, ConcurrencyLimit>;

fn check<S: AsRef<[Slot]>>(table: &LimitTable<u32, ConcurrencyLimit, S, SipHash>) {
    assert!(table.with("ann", 0, |limit| limit.try_acquire(1).is_ok()).unwrap());
    assert_eq!(format!("{table:?}"), "LimitTable { capacity: 3, .. }");
}

#[test]
fn slots_may_be_lent_by_whatever_holds_a_slice_of_them() {
    static SLOTS: [Slot; 3] = [const { LimitSlot::new(ConcurrencyLimit::new(1)) }; 3];
    let slots = || (0..3).map(|_| LimitSlot::new(ConcurrencyLimit::new(1)));
    let hash = SipHash::new([1, 2]);
    check(&LimitTable::over(&SLOTS, hash));
    check(&LimitTable::over(SLOTS.as_slice(), hash));
    check(&LimitTable::over(slots().collect::<Vec<_>>(), hash));
    check(&LimitTable::over(slots().collect::<Box<[_]>>(), hash));
    check(&LimitTable::over(slots().collect::<Arc<[_]>>(), hash));
}

/// Each context in the limit of a key asks again from inside.
fn nest<T: HasShared, K: Kind<T>, C: StateCell<T> + Init<T>>(table: &Limits<T, K, C>, depth: u32) -> u32 {
    table.with("ann", T::ZERO, |_| if depth == 0 { 0 } else { 1 + nest::<T, K, C>(table, depth - 1) }).unwrap_or(0)
}

#[test]
fn as_many_contexts_as_documented_use_a_key_at_once_and_one_more_finds_the_table_full() {
    let narrow = table::<u32, Rolling<Atomic32>, Atomic32>(3);
    assert_eq!(nest::<u32, Rolling<Atomic32>, Atomic32>(&narrow, 300), 255);
    assert_eq!(nest::<u32, Rolling<Atomic32>, Atomic32>(&narrow, 100), 100, "all have left");
    let table = table::<u64, Rolling<Unsync<u64>>, Unsync<u64>>(3);
    let deep = move || nest::<u64, Rolling<Unsync<u64>>, Unsync<u64>>(&table, 66_000);
    let thread = std::thread::Builder::new().stack_size(1 << 28).spawn(deep).unwrap();
    assert_eq!(thread.join().unwrap(), 65_535);
}

#[test]
fn a_context_that_panics_leaves_its_slot() {
    let table = table::<u64, Rolling<Atomic64>, Atomic64>(1);
    for _ in 0..3 {
        let panicked =
            catch_unwind(AssertUnwindSafe(|| table.with("ann", 0, |_| std::panic::resume_unwind(Box::new(1)))));
        assert!(panicked.is_err());
    }
    assert!(table.with("bob", 0, |_| ()).is_ok());
}

#[test]
fn windows_of_constant_quotas_stand_in_a_static() {
    static SENDS: KeyedLimits<u64, RollingWindow<u64, 5>, 4> = KeyedLimits::over(
        [const { LimitSlot::new(RollingWindow::<u64, 5>::new(Quota::per(5, 1_000))) }; 4],
        SipHash::new([1, 2]),
    );
    let take = |key: &str| SENDS.with(key, 9, |window| window.try_acquire(9, 5).is_ok());
    assert_eq!((take("ann"), take("ann"), take("bob")), (Ok(true), Ok(false), Ok(true)));
}
