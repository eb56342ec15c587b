//! Clocks that stall, wrap and step back mint nothing for any key, and cost at most a drain.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tollgate::algorithm::{Bucket, TokenBucket};
use tollgate::cell::StateCell;
use tollgate::keyed::{Line, Refused, SipHash, Table};
use tollgate::time::Ticks;
use tollgate::{Quota, QuotaError};

const BURST: u64 = 4;
const UNIT: u64 = 100;

/// Each key is admitted at most its burst and the rate times the clock's forward progress.
fn a_step_back_mints_nothing<T: Line<Cell: StateCell<T>>>(
    make: fn(Quota<T>) -> Result<TokenBucket<T>, QuotaError>,
    start: u64,
    rows: &[(i16, u8)],
) {
    let rule = make(Quota::per(T::ONE, T::truncate(UNIT)).burst(T::truncate(BURST))).unwrap();
    let table = Table::over(crate::sets::<T>(2), [rule], SipHash::new([15, 16]));
    let (mut time, mut progress) = (start, 0);
    let mut admitted: HashMap<u8, (u64, u64)> = HashMap::new();
    for (row, &(ticks, key)) in rows.iter().enumerate() {
        time = time.wrapping_add_signed(ticks.into());
        progress += u64::try_from(ticks).unwrap_or(0);
        let now = T::truncate(time);
        match table.try_acquire(&key, now, T::ONE) {
            Ok(_) => {
                let (since, units) = admitted.entry(key).or_insert((progress, 0));
                *units += 1;
                let most = BURST + (progress - *since) / UNIT;
                assert!(*units <= most, "row {row}: {units} units for key {key}, and {most} fit");
            }
            Err(Refused::Key(denied)) => {
                let wait: u64 = denied.retry_after().unwrap().into();
                assert!(wait <= BURST * UNIT, "row {row}: told to wait {wait} ticks, longer than a drain");
            }
            Err(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_step_back_mints_nothing_for_any_key(
        rows in vec((prop_oneof![4 => Just(0_i16), 4 => -50..60_i16, 1 => -3_000..3_000_i16], 0..14_u8), 1..400),
        start in prop_oneof![Just(0_u64), Just(u64::from(u32::MAX)), Just(u64::MAX), any::<u64>()],
    ) {
        a_step_back_mints_nothing::<u32>(TokenBucket::try_new, start, &rows);
        a_step_back_mints_nothing::<u64>(TokenBucket::try_new, start, &rows);
    }
}

#[test]
fn after_any_silence_every_slot_is_free_within_one_drain() {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(4));
    let drain = rule.rate().drain_ticks();
    for silence in (1..=16).map(|sixteenths| sixteenths * (1_u64 << 28)) {
        let table = Table::over(crate::sets::<u32>(2), [rule], SipHash::new([17, 18]));
        (0..8).for_each(|key| assert!(table.try_acquire(&key, 5, 4).is_ok()));
        let now = 5_u32.wrapping_add(u32::truncate(silence));
        // Old states may look like ones ahead. Whoever looks for a slot puts them right.
        let first = (100..108).filter(|key| table.try_acquire(key, now, 4).is_ok()).count();
        let later = now.wrapping_add(drain);
        let second = (200..208).filter(|key| table.try_acquire(key, later, 4).is_ok()).count();
        assert_eq!(second, 8, "{first} of 8 slots free at once after {silence} ticks, and not all a drain later");
    }
}

#[test]
fn a_table_that_is_refreshed_forgets_what_no_longer_matters() {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(4));
    let table = Table::over(crate::sets::<u32>(2), [rule], SipHash::new([17, 18]));
    (0..8).for_each(|key| assert!(table.try_acquire(&key, 5, 4).is_ok()));
    let half = rule.rate().horizon_ticks();
    table.refresh(half);
    let now = half.wrapping_add(half);
    assert_eq!(table.occupancy(now), 0);
    assert!((100..108).all(|key| table.try_acquire(&key, now, 4).is_ok()));
}
