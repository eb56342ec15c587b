//! What a full table says, by each choice.

use tollgate::algorithm::TokenBucket;
use tollgate::keyed::{Admitted, Full, Refused, Set, SipHash, Table};
use tollgate::{Denied, Keyed, Quota};

const RULE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(4));
const SHARED: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 10).burst(2));
const HASH: SipHash = SipHash::new([11, 12]);

type Four = Keyed<TokenBucket<u32>, 4>;

/// Four keys in use, for 1, 2, 3 and 4 units' time.
fn fill(table: &Four, now: u32) {
    (0..4_u32).for_each(|key| assert!(matches!(table.try_acquire(&key, now, key + 1), Ok(Admitted::Key(_)))));
}

#[test]
fn a_full_table_refuses_with_the_wait_for_the_first_slot() {
    static TABLE: Four = Keyed::new([RULE], HASH);
    let now = u32::MAX - 300;
    fill(&TABLE, now);
    let later = now.wrapping_add(400);
    let refused = TABLE.try_acquire("new", later, 1).unwrap_err();
    assert!(matches!(refused, Refused::Full(_)) && refused.is_full() && !refused.is_never());
    assert_eq!((refused.retry_after(), TABLE.found_full()), (Some(600), 1));
    assert_eq!(refused.to_string(), "no slot for this key: the first comes free in 600 ticks");
    assert!(matches!(Denied::from(refused), Denied::NotYet(_)));
    assert_eq!(TABLE.key("new").peek(later, 1), Err(refused));
    assert_eq!(TABLE.found_full(), 1, "a look is not counted");
    assert!(TABLE.try_acquire("new", later.wrapping_add(599), 1).is_err());
    assert!(TABLE.try_acquire("new", later.wrapping_add(600), 1).is_ok());
    assert_eq!(TABLE.reused(), 1);
}

#[test]
fn a_full_table_admits_uncounted_if_told_to() {
    static TABLE: Four = Four::new([RULE], HASH).when_full(Full::Admit);
    fill(&TABLE, 5);
    for _ in 0..10 {
        let admitted = TABLE.try_acquire("new", 5, 3).unwrap();
        assert_eq!((admitted, admitted.remaining(), admitted.is_full()), (Admitted::Uncounted, None, true));
    }
    assert!(TABLE.try_acquire("new", 5, 5).unwrap_err().is_never(), "what never fits the key's own limit");
    assert_eq!((TABLE.found_full(), TABLE.occupancy(5)), (10, 4));
}

#[test]
fn a_full_table_charges_the_shared_limit_if_told_to() {
    static TABLE: Four = Four::new([RULE], HASH).when_full(Full::Overflow(SHARED));
    fill(&TABLE, 5);
    assert!(matches!(TABLE.try_acquire("new", 5, 1), Ok(Admitted::Overflow(grant)) if grant.remaining() == 1));
    assert_eq!(TABLE.key("newer").peek(5, 2).unwrap_err().retry_after(), Some(10));
    assert!(
        matches!(TABLE.key("newer").try_acquire_up_to(5, 4), Ok(Admitted::Overflow(grant)) if grant.granted() == 1)
    );
    let refused = TABLE.try_acquire("new", 5, 1).unwrap_err();
    assert!(matches!(refused, Refused::Overflow(_)) && refused.is_full());
    assert_eq!(
        refused.to_string(),
        "no slot for this key, and of the limit shared by such keys: limit reached: try again in 10 ticks"
    );
    assert!(TABLE.try_acquire(&0_u32, 5, 3).is_ok(), "a key in use has its own limit");
    TABLE.overflow().unwrap().refund(5, 2);
    assert_eq!(TABLE.overflow().unwrap().remaining(5), 2);
    assert!(TABLE.key("new").try_acquire_leaving(5, 1, 2).unwrap_err().is_never(), "the shared limit holds 2");
}

#[test]
fn a_class_that_is_not_there_is_named() {
    let table: Keyed<TokenBucket<u32>, 4, 2> = Keyed::new([RULE, SHARED], HASH);
    let error = table.key("somebody").of_class(2).unwrap_err();
    assert_eq!((error.class(), error.classes()), (2, 2));
    assert_eq!(error.to_string(), "there is no class 2: the table has 2, counted from 0");
}

#[test]
fn a_key_has_a_limit_of_its_own_in_each_class_and_each_is_judged_by_its_own_rule() {
    let table: Keyed<TokenBucket<u32>, 4, 2> = Keyed::new([RULE, SHARED], HASH);
    let [slow, fast] = [0, 1].map(|class| table.key("somebody").of_class(class).unwrap());
    assert_eq!((slow.remaining(0), fast.remaining(0)), (4, 2));
    assert!(slow.try_acquire(0, 4).is_ok() && fast.try_acquire(0, 2).is_ok());
    assert!(slow.try_acquire(20, 1).is_err() && fast.try_acquire(20, 2).is_ok());
    let mut usage: Vec<_> = table.in_use(20).map(|usage| (usage.class(), usage.remaining())).collect();
    usage.sort_unstable();
    assert_eq!(usage, [(0, 0), (1, 0)]);
    assert!((0..2_u32).all(|key| table.try_acquire(&key, 20, 4).is_ok()));
    assert_eq!(table.try_acquire(&3_u32, 30, 1).unwrap_err().retry_after(), Some(10), "the fast class drains first");
    assert!(table.try_acquire(&3_u32, 40, 1).is_ok());
    assert!(slow.try_acquire(40, 1).is_err(), "the slow one is still in use");
}

#[test]
fn a_table_without_sets_is_always_full() {
    let none: &[Set<u32>] = &[];
    let table = Table::over(none, [RULE], HASH);
    assert_eq!(table.try_acquire("somebody", 7, 1).unwrap_err(), table.key("somebody").peek(7, 1).unwrap_err());
    assert_eq!((table.capacity(), table.found_full(), table.occupancy(7)), (0, 1, 0));
    table.refresh(7);
    assert_eq!(table.when_full(Full::Admit).try_acquire("somebody", 7, 1), Ok(Admitted::Uncounted));
}
