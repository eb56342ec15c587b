//! Invented keys take free slots and no others.

use tollgate::algorithm::TokenBucket;
use tollgate::keyed::{Admitted, Full, Refused, Set, SipHash, Table};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota, cell::Unsync};

const RULE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(4));
const HASH: SipHash = SipHash::new([9, 10]);

#[test]
fn a_flood_of_invented_keys_neither_resets_nor_evicts_nor_delays_a_key_in_use() {
    for full in [Full::Refuse, Full::Admit, Full::Overflow(RULE)] {
        let sets: Vec<_> = (0..2).map(|_| Set::<u32>::fresh()).collect();
        let table = Table::over(sets, [RULE], HASH).when_full(full);
        let alone = [(); 3].map(|()| Limiter::from_parts(RULE, Unsync::new(u32::FRESH)));
        let (mut now, mut invented, mut denied) = (u32::MAX - 50_000, 1_000_u64, 0);
        for (key, alone) in alone.iter().enumerate() {
            assert!(alone.try_acquire(now, 2).is_ok() && table.try_acquire(&(key as u64), now, 2).is_ok());
        }
        for round in 0..8_000_u32 {
            now = now.wrapping_add(round % 11);
            for _ in 0..20 {
                invented += 1;
                let _ = table.try_acquire(&invented, now, 1 + round % 4);
            }
            // Each asks several times in a unit's time, and so is in use all along.
            let key = round as usize % 3;
            let expected = alone[key].try_acquire(now, 1);
            match (table.try_acquire(&(key as u64), now, 1), expected) {
                (Ok(Admitted::Key(answer)), Ok(expected)) => assert_eq!(answer, expected, "round {round}"),
                (Err(Refused::Key(answer)), Err(expected)) => {
                    denied += 1;
                    assert_eq!(answer, expected, "round {round}");
                }
                other => panic!("round {round}: {other:?}"),
            }
        }
        assert!(denied > 5_000 && table.found_full() > 100_000, "{denied} denied: it was no flood of a busy table");
    }
}

#[test]
fn a_flood_costs_what_the_slots_cost() {
    let sets: Vec<_> = (0..16).map(|_| Set::<u32>::fresh()).collect();
    let table = Table::over(sets, [RULE], HASH);
    let admitted = (0..10_000_u32).filter(|invented| table.try_acquire(invented, 7, 1).is_ok()).count();
    assert_eq!(admitted, 64, "one for each slot");
    assert_eq!(table.occupancy(7), 64);
    assert_eq!(table.occupancy(1_007), 0, "and a unit's time later all are free");
    assert!(table.try_acquire("a new client", 1_007, 4).is_ok());
}

/// A key that asks for nothing, or for more than there ever is, takes no slot.
#[test]
fn what_charges_nothing_takes_no_slot() {
    let table = Table::over(crate::sets::<u32>(4), [RULE], HASH);
    for key in 0..1_000 {
        assert!(table.try_acquire(&key, 7, 0).is_ok());
        assert!(table.try_acquire(&key, 7, 5).unwrap_err().is_never());
        assert!(table.key(&key).try_acquire_leaving(7, 4, 1).unwrap_err().is_never());
        assert!(table.key(&key).peek(7, 4).is_ok());
        table.key(&key).refund(7, 3);
        table.key(&key).reset();
        table.key(&key).remove();
    }
    assert_eq!((table.occupancy(7), table.reused(), table.found_full()), (0, 0, 0));
    assert!((0..10_u32).all(|key| table.try_acquire(&key, 7, 4).is_ok()) || table.found_full() > 0);
}
