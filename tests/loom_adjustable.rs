//! Every interleaving of a change of the quota with decisions and other changes, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_adjustable -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread;
use tollgate::algorithm::{TokenBucket, tat};
use tollgate::cell::Atomic32;
use tollgate::quota::Rate;
use tollgate::time::Ticks;
use tollgate::{Adjustable, Capped, FixedWindow, Limiter, Quota};

const NOW: u32 = 4_000_000_000;

type Bucket = Adjustable<TokenBucket<u32>, Atomic32>;

fn bucket(quota: Quota<u32>) -> Arc<Bucket> {
    Arc::new(Bucket::try_in_cells(quota, cell).unwrap())
}

/// So many units, of rates that have nothing in common.
const THREE: Quota<u32> = Quota::per(1, 1_000).burst(3);
const FIVE: Quota<u32> = Quota::per(7, 300).burst(5);
const FOUR: Quota<u32> = Quota::per(11, 13).burst(4);

fn one(bucket: &Bucket) -> u32 {
    bucket.try_acquire(NOW, 1).map_or(0, |grant| grant.granted())
}

#[test]
fn a_quota_raised_amid_acquires_admits_no_more_than_the_new_one() {
    explore("raise against two acquires", Some(3), || {
        let bucket = bucket(THREE);
        bucket.set_level(NOW, 2).unwrap();
        let other = bucket.clone();
        let taken = thread::spawn(move || one(&other) + one(&other));
        bucket.set_quota(NOW, FIVE).unwrap();
        let own = one(&bucket) + one(&bucket);
        let taken = taken.join().unwrap() + own;
        assert!((2..=3).contains(&taken), "{taken} taken of 3"); // a denial of before, or none
        assert_eq!((bucket.level(NOW), bucket.quota()), (2 + taken, FIVE));
    });
}

#[test]
fn a_quota_lowered_amid_acquires_admits_no_more_than_the_old_one_and_keeps_what_it_can() {
    explore("lower against two acquires", Some(3), || {
        let bucket = bucket(FIVE);
        bucket.set_level(NOW, 2).unwrap();
        let other = bucket.clone();
        let taken = thread::spawn(move || one(&other) + one(&other));
        bucket.set_quota(NOW, THREE).unwrap();
        let own = one(&bucket);
        let taken = taken.join().unwrap() + own;
        assert!((1..=2).contains(&taken), "{taken} taken");
        assert_eq!((bucket.level(NOW), bucket.quota()), (3, THREE));
    });
}

#[test]
fn a_refund_amid_a_change_is_not_lost() {
    explore("change against refund", Some(3), || {
        let bucket = bucket(FIVE);
        bucket.set_level(NOW, 3).unwrap();
        let other = bucket.clone();
        let refund = thread::spawn(move || other.refund(NOW, 2));
        bucket.set_quota(NOW, FOUR).unwrap();
        refund.join().unwrap();
        assert_eq!(bucket.level(NOW), 1);
    });
}

#[test]
fn of_two_changes_both_are_made_and_nothing_is_lost() {
    explore("two changes", Some(3), || {
        let bucket = bucket(THREE);
        bucket.set_level(NOW, 2).unwrap();
        let other = bucket.clone();
        let change = thread::spawn(move || other.set_quota(NOW, FIVE).unwrap());
        bucket.set_quota(NOW, FOUR).unwrap();
        change.join().unwrap();
        assert!([FIVE, FOUR].contains(&bucket.quota()));
        assert_eq!(bucket.level(NOW), 2);
    });
}

#[test]
fn two_changes_and_an_acquire() {
    explore("two changes and an acquire", Some(2), || {
        let bucket = bucket(THREE);
        bucket.set_level(NOW, 2).unwrap();
        let (first, second) = (bucket.clone(), bucket.clone());
        let first = thread::spawn(move || first.set_quota(NOW, FIVE).unwrap());
        let second = thread::spawn(move || second.set_quota(NOW, FOUR).unwrap());
        let taken = one(&bucket);
        first.join().unwrap();
        second.join().unwrap();
        assert_eq!((bucket.level(NOW), taken), (3, 1));
    });
}

#[test]
fn a_denial_amid_a_change_is_that_of_one_quota() {
    explore("change against denial", Some(3), || {
        let bucket = bucket(THREE);
        bucket.set_level(NOW, 3).unwrap();
        let other = bucket.clone();
        // The loads on the other thread: loom overlooks that one here could come after the whole of a change there.
        let denial = thread::spawn(move || other.try_acquire(NOW, 3).unwrap_err());
        bucket.set_quota(NOW, FOUR).unwrap();
        let wait = denial.join().unwrap().retry_after().unwrap(); // 3 are missing, or 2
        assert!([3_000, 3].contains(&wait), "a wait of {wait}"); // 2 × 13 / 11, rounded up
        assert_eq!(bucket.level(NOW), 3);
    });
}

#[test]
fn what_is_read_is_one_quota_also_when_its_version_is_used_again() {
    explore("four changes against a look", Some(2), || {
        let bucket = bucket(THREE);
        let other = bucket.clone();
        let look = thread::spawn(move || other.quota());
        for quota in [FIVE, FOUR, FIVE, FOUR] {
            bucket.set_quota(NOW, quota).unwrap();
        }
        let quota = look.join().unwrap();
        assert!([THREE, FOUR, FIVE].contains(&quota), "{quota:?}");
        assert_eq!(bucket.quota(), FOUR);
    });
}

#[test]
fn an_acquire_is_charged_once_also_when_its_version_is_used_again() {
    explore("four changes against an acquire", Some(2), || {
        let bucket = bucket(THREE);
        bucket.set_level(NOW, 1).unwrap();
        let other = bucket.clone();
        let taken = thread::spawn(move || one(&other));
        for quota in [FIVE, FOUR, FIVE, FOUR] {
            bucket.set_quota(NOW, quota).unwrap();
        }
        assert_eq!(taken.join().unwrap(), 1);
        assert_eq!(bucket.level(NOW), 2);
    });
}

#[test]
fn a_lower_limit_holds_from_the_next_decision_on() {
    explore("a window capped against acquires", None, || {
        let rule = tollgate::algorithm::FixedWindow::<u32>::new(Quota::per(3, 1_000));
        let window: FixedWindow<u32, Atomic32> = Limiter::from_parts(rule, cell());
        let capped = Arc::new(Capped::from_parts(window, cell()));
        let other = capped.clone();
        let taken = thread::spawn(move || (0..2).filter(|_| other.try_acquire(NOW, 1).is_ok()).count());
        capped.set_limit(2).unwrap();
        let own = (0..3).filter(|_| capped.try_acquire(NOW, 1).is_ok()).count();
        let all = own + taken.join().unwrap();
        assert!((2..=3).contains(&all), "{all} of at most 3");
        assert!(own <= 2, "{own} after the limit was lowered to 2");
        assert!(capped.try_acquire(NOW, 1).is_err());
        capped.set_limit(3).unwrap();
        assert_eq!(capped.remaining(NOW) as usize, 3 - all);
    });
}

/// The control: a bucket with its rate in words beside the state, which nothing ties together.
struct Loose {
    state: AtomicU32,
    numbers: [AtomicU32; 3],
}

impl Loose {
    fn new(quota: Quota<u32>) -> Arc<Self> {
        Arc::new(Self { state: AtomicU32::new(u32::FRESH), numbers: words(quota).map(AtomicU32::new) })
    }

    fn quota(&self) -> Quota<u32> {
        let [limit, period, burst] = [0, 1, 2].map(|at: usize| self.numbers[at].load(Relaxed));
        Quota::per(limit, period).burst(burst)
    }

    fn rate(&self) -> Rate<u32> {
        Rate::<u32>::new(self.quota())
    }

    fn set_quota(&self, quota: Quota<u32>) {
        let from = self.rate();
        for (word, number) in self.numbers.iter().zip(words(quota)) {
            word.store(number, Relaxed);
        }
        let rescale = |state| Some(tat::rescale(&from, &Rate::<u32>::new(quota), state, NOW));
        self.state.fetch_update(Relaxed, Relaxed, rescale).unwrap();
    }

    fn try_acquire(&self) -> bool {
        self.state.fetch_update(Relaxed, Relaxed, |state| tat::acquire(&self.rate(), state, NOW, 1, 0).state).is_ok()
    }
}

fn words(quota: Quota<u32>) -> [u32; 3] {
    [quota.limit(), quota.period(), quota.capacity()]
}

#[test]
#[should_panic(expected = "the racy twin shows a mix")]
fn numbers_in_separate_words_are_caught_being_mixed() {
    explore("the racy twin, looked at", Some(3), || {
        let loose = Loose::new(THREE);
        let other = loose.clone();
        let look = thread::spawn(move || other.quota());
        loose.set_quota(FIVE);
        let quota = look.join().unwrap();
        assert!([THREE, FIVE].contains(&quota), "the racy twin shows a mix: {quota:?}");
    });
}

#[test]
#[should_panic(expected = "the racy twin lost or made up a unit")]
fn numbers_in_separate_words_are_caught_losing_charges() {
    explore("the racy twin, charged", Some(3), || {
        let loose = Loose::new(THREE);
        let other = loose.clone();
        let change = thread::spawn(move || other.set_quota(FIVE));
        let taken = u32::from(loose.try_acquire());
        change.join().unwrap();
        let level = tat::level(&loose.rate(), loose.state.load(Relaxed), NOW);
        assert!(level == taken, "the racy twin lost or made up a unit: {level} charged of {taken}");
    });
}
