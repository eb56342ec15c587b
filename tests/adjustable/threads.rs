//! Threads that decide while others change the quota.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use tollgate::algorithm::TokenBucket;
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, HasShared, StateCell};
use tollgate::time::Ticks;
use tollgate::{Adjustable, ChangeError, Denied, Quota};

/// So many units are taken at one instant, in any case less than a burst.
const TAKEN: u64 = 20_000;

fn quota<T: Ticks>([limit, period, burst]: [u64; 3]) -> Quota<T> {
    Quota::per(T::truncate(limit), T::truncate(period)).burst(T::truncate(burst))
}

/// Changes the quota until all that is to be taken was, and counts the changes in `made`.
fn change_all_along<T, C>(
    bucket: &Adjustable<TokenBucket<T>, C>,
    now: T,
    quotas: &[[u64; 3]],
    done: &AtomicBool,
    made: &AtomicU64,
) where
    T: HasShared,
    C: StateCell<T>,
{
    while !done.load(Relaxed) {
        for &numbers in quotas {
            let changed = bucket.set_quota(now, quota(numbers));
            made.fetch_add(1, Relaxed);
            assert!(matches!(changed, Ok(()) | Err(ChangeError::TooManyAtOnce)));
        }
    }
}

/// Sets a flag when it goes out of scope, also by a panic: a failed test is not to wait for the changers.
struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

fn no_charge_is_lost_to_a_change<T: HasShared, C: StateCell<T> + Sync>(cell: fn() -> C) {
    const QUOTAS: [[u64; 3]; 5] =
        [[1, 1_000, 50_000], [7, 300, 60_000], [3, 1_000, 50_001], [1, 7, 90_000], [1, 1, 50_000]];
    let now = T::MAX;
    let bucket = Adjustable::<TokenBucket<T>, _>::try_in_cells(quota(QUOTAS[0]), cell).unwrap();
    let (done, made) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let finish = Done(&done);
        let changers = [0, 1].map(|from| {
            scope.spawn({
                let (bucket, done, made) = (&bucket, &done, &made);
                move || change_all_along(bucket, now, &QUOTAS[from..], done, made)
            })
        });
        let takers = [1_u64, 2].map(|cost| {
            let (bucket, made) = (&bucket, &made);
            scope.spawn(move || {
                for taken in 0..TAKEN / 2 / cost {
                    // A busy machine may run one thread for long: in each tenth there is another change.
                    while made.load(Relaxed) < taken * cost * 20 / TAKEN {
                        thread::yield_now();
                    }
                    let grant = bucket.try_acquire(now, T::truncate(cost)).unwrap();
                    assert!(grant.remaining().into() >= 50_000 - TAKEN && grant.remaining().into() < 90_000);
                }
            })
        });
        for taker in takers {
            taker.join().unwrap();
        }
        drop(finish);
        for changer in changers {
            changer.join().unwrap();
        }
    });
    assert_eq!(bucket.level(now).into(), TAKEN);
    for _ in 0..4 {
        bucket.set_quota(now, quota(QUOTAS[0])).unwrap(); // every version came back
    }
}

fn answers_are_of_one_quota_or_the_other<T: HasShared, C: StateCell<T> + Sync>(cell: fn() -> C) {
    // Full: one unit is there after a period, of which a full bucket lacks all.
    const QUOTAS: [[u64; 3]; 4] = [[1, 1_000, 5], [1, 77, 9], [1, 3_000, 12], [1, 250, 7]];
    let now = T::truncate(5);
    let bucket = Adjustable::<TokenBucket<T>, _>::try_in_cells(quota(QUOTAS[0]), cell).unwrap();
    bucket.set_level(now, T::truncate(5)).unwrap();
    let (done, made) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let finish = Done(&done);
        let changer = scope.spawn(|| change_all_along(&bucket, now, &QUOTAS, &done, &made));
        let mut denials = 0;
        let mut rounds = 0;
        // Until both kinds of denial were seen: a busy machine may run one thread for long.
        while rounds < TAKEN || denials < 10 {
            rounds += 1;
            let all = QUOTAS.map(quota);
            assert!(all.contains(&bucket.quota()));
            // With five taken, more than there is in any of them, and more than some can hold.
            for cost in [8, 12] {
                match bucket.try_acquire(now, T::truncate(cost)).unwrap_err() {
                    Denied::Never(never) => {
                        let capacity = never.capacity().into();
                        assert!(capacity < cost && QUOTAS.iter().any(|&[_, _, burst]| burst == capacity), "{capacity}");
                    }
                    denied => {
                        let wait = denied.retry_after().unwrap().into();
                        let is_of_one = QUOTAS
                            .iter()
                            .any(|&[_, period, burst]| burst >= cost && wait == (5 + cost - burst) * period);
                        assert!(is_of_one, "a wait of {wait} for {cost}");
                        denials += 1;
                    }
                }
            }
        }
        drop(finish);
        changer.join().unwrap();
    });
    assert_eq!(bucket.level(now).into(), 5);
}

#[test]
fn no_charge_is_lost_to_a_change_in_atomics() {
    no_charge_is_lost_to_a_change::<u32, _>(Atomic32::fresh);
    no_charge_is_lost_to_a_change::<u64, _>(Atomic64::fresh);
}

#[test]
fn answers_are_of_one_quota_or_the_other_in_atomics() {
    answers_are_of_one_quota_or_the_other::<u32, _>(Atomic32::fresh);
    answers_are_of_one_quota_or_the_other::<u64, _>(Atomic64::fresh);
}

#[cfg(feature = "critical-section")]
#[test]
fn no_charge_is_lost_to_a_change_in_critical_sections() {
    no_charge_is_lost_to_a_change::<u32, _>(CriticalSection::<u32>::fresh);
    no_charge_is_lost_to_a_change::<u64, _>(CriticalSection::<u64>::fresh);
}

#[cfg(feature = "critical-section")]
#[test]
fn answers_are_of_one_quota_or_the_other_in_critical_sections() {
    answers_are_of_one_quota_or_the_other::<u32, _>(CriticalSection::<u32>::fresh);
    answers_are_of_one_quota_or_the_other::<u64, _>(CriticalSection::<u64>::fresh);
}
