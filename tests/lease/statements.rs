//! Single statements.

use tollgate::lease::{Terms, TermsError};
use tollgate::{LeakyQueue, Quota, RateLease, RollingWindow, TokenBucket};

fn bucket() -> TokenBucket<u32> {
    TokenBucket::<u32>::new(Quota::per(100, 1_000))
}

#[test]
fn spending_touches_nothing_shared() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(10, 50));
    let _ = lease.try_acquire(5, 1).unwrap();
    let state = bucket.clone_state();
    for left in (0..9).rev() {
        assert_eq!(lease.try_acquire(5 + 9 - left, 1).unwrap().left(), left);
        assert_eq!(bucket.clone_state(), state);
    }
    let _ = lease.try_acquire(15, 1).unwrap();
    assert_ne!(bucket.clone_state(), state, "a new draw");
}

/// The state word, to compare.
trait State {
    fn clone_state(&self) -> u32;
}

impl State for TokenBucket<u32> {
    fn clone_state(&self) -> u32 {
        tollgate::cell::StateCell::load(self.cell())
    }
}

#[test]
fn past_its_lifetime_a_lease_spends_nothing() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(60, 50));
    let _ = lease.try_acquire(1_000, 1).unwrap();
    assert_eq!((lease.left(1_049), lease.left(1_050)), (59, 0));
    assert!(bucket.try_acquire(1_049, 40).is_ok());
    assert!(bucket.try_acquire(1_049, 5).is_err(), "the rest is the lease's");
    assert_eq!(lease.try_acquire(1_050, 1).unwrap().left(), 59, "5 came back by themselves, 55 from the lease");
}

#[test]
fn a_denial_is_that_of_the_limiter_and_leaves_it_what_the_lease_had() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(10, 500));
    let _ = lease.try_acquire(0, 1).unwrap(); // holds 9
    assert!(bucket.try_acquire(0, 85).is_ok()); // 5 are left
    let denied = lease.try_acquire(0, 15).unwrap_err();
    assert_eq!(denied.retry_after(), Some(10), "14 are there, with those of the lease");
    assert_eq!((lease.left(0), bucket.remaining(0)), (0, 14));
    assert!(lease.try_acquire(10, 15).is_ok());
    assert!(lease.try_acquire(10, 101).unwrap_err().is_never());
}

#[test]
fn a_draw_takes_what_there_is_if_that_suffices() {
    let bucket = bucket();
    assert!(bucket.try_acquire(0, 97).is_ok());
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(10, 500));
    assert_eq!(lease.try_acquire(0, 2).unwrap().left(), 1);
    assert_eq!(bucket.remaining(0), 0);
}

#[test]
fn a_cost_above_the_terms_is_drawn_as_it_is() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(10, 500));
    assert_eq!(lease.try_acquire(0, 64).unwrap().left(), 0);
    assert_eq!(bucket.remaining(0), 36);
}

#[test]
fn a_cost_of_nothing_draws_nothing_and_puts_back_what_is_over() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(10, 5));
    assert_eq!(lease.try_acquire(0, 0).unwrap().left(), 0);
    assert_eq!(bucket.remaining(0), 100);
    let _ = lease.try_acquire(0, 1).unwrap();
    assert_eq!(lease.try_acquire(4, 0).unwrap().left(), 9);
    assert_eq!(lease.try_acquire(5, 0).unwrap().left(), 0);
    assert_eq!(bucket.remaining(5), 99, "9 of 10 put back, and half a unit drained");
}

#[test]
fn what_has_drained_is_not_put_back() {
    let bucket = bucket();
    let mut lease = RateLease::new(&bucket, Terms::<u32>::new(100, 5_000));
    let _ = lease.try_acquire(0, 1).unwrap();
    assert!(bucket.try_acquire(900, 90).is_ok(), "of what came back by itself");
    lease.give_back(900);
    assert_eq!(bucket.remaining(900), 10, "the 10 that had not, and not 100");
}

#[test]
fn a_lease_given_back_much_later_leaves_what_others_took_alone() {
    // One that looks ahead of the clock again, beyond the horizon of its word.
    let bucket = TokenBucket::<u32>::new(Quota::per(1_000_003, 1_000).burst(1_000));
    for later in [10_u32, 2_000, 3_222, 5_000, 1 << 20, 1 << 30] {
        bucket.reset();
        let mut lease = RateLease::new(&bucket, Terms::<u32>::new(1_000, 50));
        let _ = lease.try_acquire(0, 1).unwrap();
        bucket.reset(); // or it might look spent itself
        assert!(bucket.try_acquire(later, 1_000).is_ok());
        lease.give_back(later);
        assert_eq!(bucket.remaining(later), 0, "after {later} ticks");
    }
}

#[test]
fn the_units_of_a_queue_are_due_when_their_draw_is() {
    let queue = LeakyQueue::<u32>::new(Quota::per(1, 10).burst(20));
    assert!(queue.try_acquire(0, 5).is_ok());
    let mut lease = RateLease::new(&queue, Terms::<u32>::new(4, 1_000));
    assert_eq!(lease.try_acquire(0, 1).unwrap().delay(), 50);
    assert_eq!(lease.try_acquire(20, 1).unwrap().delay(), 30);
    assert_eq!(lease.try_acquire(60, 1).unwrap().delay(), 0);
}

#[test]
fn the_long_run_rate_is_exact() {
    let (limit, period, ticks) = (7_u64, 45, 45 * 10_000);
    let bucket = TokenBucket::<u64>::new(Quota::per(limit, period).burst(23));
    let mut leases =
        [RateLease::new(&bucket, Terms::<u64>::new(9, 11)), RateLease::new(&bucket, Terms::<u64>::new(4, 3))];
    let mut spent = 0;
    for now in 0..=ticks {
        for lease in &mut leases {
            while lease.try_acquire(now, 1).is_ok() {
                spent += 1;
            }
        }
    }
    assert_eq!(spent, 23 + ticks * limit / period);
}

#[test]
fn what_a_window_gets_back_can_be_had_at_once() {
    let window = RollingWindow::<u32, 10>::new(Quota::per(10, 100));
    let mut lease = RateLease::new(&window, Terms::<u32>::new(8, 50));
    let _ = lease.try_acquire(0, 3).unwrap();
    assert_eq!(window.remaining(0), 2);
    drop(lease);
    assert_eq!(window.remaining(0), 7);
}

#[test]
fn terms_that_cannot_be_kept_are_errors_that_say_why() {
    let most = 1 << 28;
    assert!(Terms::<u32>::try_new(1, most).is_ok());
    assert_eq!(Terms::<u32>::try_new(0, 1), Err(TermsError::ZeroUnits));
    assert_eq!(Terms::<u32>::try_new(1, 0), Err(TermsError::ZeroLifetime));
    let error = Terms::<u32>::try_new(1, most + 1).unwrap_err();
    assert_eq!(error, TermsError::LifetimeTooLong { lifetime: u64::from(most) + 1, most: most.into() });
    assert!(error.to_string().contains("lifetime = 268435457 ticks is too long"), "{error}");
    assert!(std::panic::catch_unwind(|| Terms::<u64>::new(1, u64::MAX)).is_err());
}
