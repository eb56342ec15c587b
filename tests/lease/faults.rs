//! Clocks that step back, stand still, wrap and idle.

#![allow(clippy::cast_sign_loss)] // a clock that steps back

use proptest::prelude::*;
use tollgate::lease::Terms;
use tollgate::{Quota, RateLease, TokenBucket};

const TERMS: Terms<u32> = Terms::<u32>::new(50, 100);

fn bucket() -> TokenBucket<u32> {
    TokenBucket::<u32>::new(Quota::per(100, 1_000_000))
}

#[test]
fn a_reading_before_the_draw_ends_the_lease_and_what_it_had_stays_charged() {
    for (drawn, before) in [(1_000, 999), (0, u32::MAX), (1_000, 0), (10, 10 + (1 << 31) + 1)] {
        let bucket = bucket();
        let mut lease = RateLease::new(&bucket, TERMS);
        let _ = lease.try_acquire(drawn, 10).unwrap();
        assert_eq!(lease.left(before), 0);
        lease.give_back(before);
        assert_eq!(bucket.remaining(drawn), 50, "all 50, drawn at {drawn}, read at {before}");
    }
}

#[test]
fn a_step_back_to_after_the_draw_ends_the_lease_too() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, TERMS);
    let _ = lease.try_acquire(0, 1).unwrap();
    let _ = lease.try_acquire(90, 1).unwrap();
    assert_eq!(lease.left(50), 0, "or it would see 50 + 90 ticks of a lifetime of 100");
}

#[test]
fn while_the_clock_stands_a_lease_stays_alive_and_spends_no_more_than_it_drew() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, TERMS);
    let spent = (0..1_000).filter(|_| lease.try_acquire(77, 1).is_ok()).count();
    assert_eq!(spent, 100);
}

#[test]
fn a_lease_asked_nothing_for_half_a_turn_puts_nothing_back() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, TERMS);
    let _ = lease.try_acquire(0, 10).unwrap();
    let later = (1 << 31) + 5;
    bucket.refresh(1 << 30);
    assert!(bucket.try_acquire(later, 100).is_ok());
    let _ = lease.try_acquire(later, 1).unwrap_err();
    assert_eq!(bucket.remaining(later), 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Of the readings a lease is given, those that go forward add up to less than its lifetime while it is not drawn anew.
    #[test]
    fn no_lease_outlives_its_lifetime_of_forward_progress(
        first: u32,
        moves in prop::collection::vec(prop_oneof![5 => 0_i64..20, 1 => -200_i64..0, 1 => 0_i64..300], 1..60),
    ) {
        let bucket = TokenBucket::<u32>::new(Quota::per(1, 1).burst(1 << 20));
        let mut lease = RateLease::new(&bucket, TERMS);
        let (mut now, mut progress) = (first, 0);
        prop_assert_eq!(lease.try_acquire(now, 1).unwrap().left(), 49);
        for by in moves {
            now = now.wrapping_add(by as u32);
            let held = lease.left(now);
            let left = lease.try_acquire(now, 1).unwrap().left();
            if held > 0 && left == held - 1 {
                progress += by;
                prop_assert!((0..100).contains(&progress), "alive after {} ticks", progress);
                prop_assert!(by >= 0);
            } else {
                prop_assert_eq!(left, 49, "a new draw");
                progress = 0;
            }
        }
    }
}
