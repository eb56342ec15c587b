//! Permits of a table: they keep their slot, and give back to the key they were taken for.

use tollgate::cell::{Atomic32, Atomic64};
use tollgate::keyed::{KeyedLimits, LimitSlot, SipHash, TableFull};
use tollgate::{ConcurrencyLimit, LeasedConcurrency, Permit, RollingWindow};

use crate::kinds::{Concurrent, LIMIT, Leased, PERIOD, table};

#[test]
fn a_permit_keeps_its_slot_however_many_keys_want_one() {
    let table = table::<u32, Concurrent<Atomic32>, Atomic32>(2);
    let take = |key: u32| table.with(&key, 0, |limit| limit.try_acquire(1).ok());
    let permits: Vec<_> = (0..2).map(|key| take(key).unwrap().unwrap()).collect();
    for new in 10..1_000 {
        assert!(take(new).is_err());
        assert_eq!(table.get(&0, ConcurrencyLimit::in_flight), Ok(Some(1)));
    }
    drop(permits);
    assert!(take(10).unwrap().is_some());
    assert_eq!((table.get(&10, ConcurrencyLimit::in_flight), table.occupancy(0)), (Ok(Some(0)), 0));
    let (_ten, _eleven) = (take(10).unwrap(), take(11).unwrap());
    assert_eq!(table.get(&0, ConcurrencyLimit::in_flight), Ok(None), "its slot went to another key");
    assert_eq!(table.get(&1, ConcurrencyLimit::in_flight), Ok(None), "its slot went to another key");
}

#[test]
fn units_kept_by_hand_keep_the_slot_until_they_are_released() {
    let table = table::<u64, Concurrent<Atomic32>, Atomic64>(1);
    table.with("ann", 0, |limit| limit.acquire_raw(2)).unwrap().unwrap();
    assert!(table.with("bob", 0, |_| ()).is_err());
    table.get("ann", |limit| limit.release(1)).unwrap().unwrap().unwrap();
    assert!(table.with("bob", 0, |_| ()).is_err());
    table.get("ann", |limit| limit.release(1)).unwrap().unwrap().unwrap();
    assert!(table.with("bob", 0, |_| ()).is_ok());
}

#[test]
fn a_permit_of_a_static_table_goes_to_another_thread() {
    static UPLOADS: KeyedLimits<u32, ConcurrencyLimit, 4> =
        KeyedLimits::over([const { LimitSlot::new(ConcurrencyLimit::new(1)) }; 4], SipHash::new([1, 2]));
    let permit: Permit<'static> = UPLOADS.with("ann", 0, |limit| limit.try_acquire(1)).unwrap().unwrap();
    assert!(UPLOADS.with("ann", 0, |limit| limit.try_acquire(1)).unwrap().is_err());
    std::thread::spawn(move || drop(permit)).join().unwrap();
    assert!(UPLOADS.with("ann", 0, |limit| limit.try_acquire(1)).unwrap().is_ok());
}

#[test]
fn a_permit_split_in_two_keeps_its_slot_until_both_are_gone() {
    let table = table::<u32, Concurrent<Atomic32>, Atomic32>(1);
    let mut permit = table.with("ann", 0, |limit| limit.try_acquire(3)).unwrap().unwrap();
    let part = permit.split(1).unwrap();
    drop(permit);
    assert_eq!(table.with("bob", 0, |_| ()).unwrap_err().to_string(), full().to_string());
    drop(part);
    assert!(table.with("bob", 0, |_| ()).is_ok());
}

fn full() -> TableFull {
    let none: &[LimitSlot<u32, ConcurrencyLimit>] = &[];
    tollgate::keyed::LimitTable::over(none, SipHash::new([0, 0])).with("ann", 0, |_| ()).unwrap_err()
}

#[test]
fn a_lease_that_has_run_out_leaves_the_slot_to_another_key_and_takes_nothing_from_it() {
    let table = table::<u32, Leased<Atomic32>, Atomic32>(1);
    let (now, later, all) = (u32::MAX - 10, (PERIOD as u32).wrapping_sub(11), LIMIT as u32);
    let mut lost = table.with("ann", now, |limit| limit.try_acquire(now, all)).unwrap().unwrap();
    let early = later.wrapping_sub(1);
    assert!(table.with("bob", early, |_| ()).is_err(), "the lease had not run out");
    let theirs = table.with("bob", later, |limit| limit.try_acquire(later, all)).unwrap().unwrap();
    assert!(lost.renew(later).is_err());
    drop(lost);
    assert_eq!(table.get("bob", |limit| limit.in_flight(later)), Ok(Some(all)));
    drop(theirs);
    assert_eq!(table.get("bob", |limit| limit.in_flight(later)), Ok(Some(0)));
}

/// Both keys take in one and the same tick, as after a step back of the clock.
#[test]
fn a_late_lease_is_told_apart_from_that_of_the_next_key_by_its_serial_number() {
    let table = table::<u32, Leased<Atomic32>, Atomic32>(1);
    let lost = table.with("ann", 0, |limit| limit.try_acquire(0, 1)).unwrap().unwrap();
    table.with("bob", PERIOD as u32, |_| ()).unwrap();
    let theirs = table.with("bob", 0, |limit| limit.try_acquire(0, 1)).unwrap().unwrap();
    drop(lost);
    assert_eq!(table.get("bob", |limit: &LeasedConcurrency<u32, 4>| limit.in_flight(0)), Ok(Some(1)));
    drop(theirs);
}

#[test]
fn a_slot_in_use_by_a_context_is_not_taken_even_if_its_limit_is_new() {
    let table = table::<u32, crate::kinds::Rolling<Atomic32>, Atomic32>(1);
    let inner = table.with("ann", 0, |_: &RollingWindow<u32, 4>| table.with("bob", 0, |_| ()));
    assert!(inner.unwrap().is_err());
    assert!(table.with("bob", 0, |_| ()).is_ok());
}
