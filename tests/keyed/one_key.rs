//! What can be done with one key.

use std::sync::Arc;

use tollgate::algorithm::TokenBucket;
use tollgate::keyed::{Set, SipHash, Table};
use tollgate::{Keyed, Quota};

const RULE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(4));
const HASH: SipHash = SipHash::new([13, 14]);

#[test]
fn a_key_is_looked_at_refunded_reset_and_removed_and_the_others_stay() {
    let table: Keyed<TokenBucket<u32>, 16> = Keyed::new([RULE], HASH);
    let (key, other) = (table.key("one"), table.key("other"));
    assert!(key.try_acquire(5, 3).is_ok() && other.try_acquire(5, 3).is_ok());
    assert_eq!(key.peek(5, 2).unwrap_err().retry_after(), Some(1_000));
    assert_eq!(key.peek(5, 1).unwrap().remaining(), Some(0));
    assert!(key.try_acquire_leaving(5, 1, 1).is_err());
    assert_eq!(key.remaining(5), 1);

    key.refund(5, 1);
    assert_eq!(key.remaining(5), 2);
    key.refund(5, 100);
    assert_eq!(key.remaining(5), 4, "never beyond full");

    assert_eq!(key.try_acquire_up_to(5, 9).unwrap().grant().unwrap().granted(), 4);
    key.reset();
    assert_eq!((key.remaining(5), table.occupancy(5)), (4, 1));

    assert!(key.try_acquire(5, 4).is_ok());
    key.remove();
    assert_eq!((key.remaining(5), table.occupancy(5)), (4, 1));
    assert!(key.try_acquire(5, 4).is_ok(), "a removed key is a new one");
    assert_eq!(other.remaining(5), 1);
}

#[test]
fn a_removed_key_frees_its_slot_at_once() {
    let table: Keyed<TokenBucket<u32>, 4> = Keyed::new([RULE], HASH);
    for round in 0..1_000_u32 {
        for key in 0..4 {
            assert!(table.try_acquire(&(round, key), 5, 4).is_ok(), "round {round}");
        }
        assert!(table.try_acquire("one more", 5, 1).is_err());
        (0..4).for_each(|key| table.key(&(round, key)).remove());
    }
    assert_eq!(table.reused(), 0, "nothing was taken from anybody");
}

#[test]
fn a_reset_key_frees_its_slot_for_others() {
    let table: Keyed<TokenBucket<u32>, 4> = Keyed::new([RULE], HASH);
    (0..4).for_each(|key| assert!(table.try_acquire(&key, 5, 4).is_ok()));
    table.key(&2).reset();
    assert!(table.try_acquire("one more", 5, 1).is_ok());
    assert!(table.try_acquire(&2, 5, 1).is_err());
}

#[test]
fn keys_that_are_idle_most_of_the_time_do_not_evict_each_other_beside_free_slots() {
    let sets: Arc<[Set<u32>]> = (0..4).map(|_| Set::fresh()).collect();
    let table = Table::over(Arc::clone(&sets), [RULE], HASH);
    for round in 0..100 {
        for key in 0..4 {
            assert!(table.try_acquire(&key, round * 20_000 + key * 5_000, 1).is_ok());
        }
    }
    assert_eq!(table.reused(), 0);
}

#[test]
fn a_table_lives_in_a_static_in_a_slice_in_a_vector_or_in_a_box() {
    static SETS: [Set<u32>; 2] = [const { Set::fresh() }; 2];
    static INLINE: Keyed<TokenBucket<u32>, 8> = Keyed::new([RULE], HASH);
    static LENT: Table<TokenBucket<u32>, &[Set<u32>], SipHash> = Table::over(&SETS, [RULE], HASH);
    let fresh = || (0..2).map(|_| Set::<u32>::fresh());
    let vector = Table::over(fresh().collect::<Vec<_>>(), [RULE], HASH);
    let boxed = Table::over(fresh().collect::<Box<[_]>>(), [RULE], HASH);
    for now in [0, 70_000, u32::MAX] {
        for key in 0..8 {
            let answer = INLINE.try_acquire(&key, now, 2);
            assert_eq!(LENT.try_acquire(&key, now, 2), answer);
            assert_eq!(vector.try_acquire(&key, now, 2), answer);
            assert_eq!(boxed.try_acquire(&key, now, 2), answer);
        }
    }
    assert!(format!("{INLINE:?}").starts_with("Table { rules: ["));
}
