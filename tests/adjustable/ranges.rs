//! What fits the word beside the version, and what is said of what does not.

use std::panic::catch_unwind;

use tollgate::algorithm::{LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::Unsync;
use tollgate::{Adjustable, ChangeError, Quota, QuotaError};

const EIGHTH: u32 = 1 << 29;

/// The refusal of a quota, the same in every way to give it.
fn refusal(quota: Quota<u32>) -> String {
    let refused = Adjustable::<TokenBucket<u32>>::try_new(quota).unwrap_err().to_string();
    let constant = catch_unwind(|| Adjustable::<TokenBucket<u32>>::new(quota)).unwrap_err();
    assert_eq!(constant.downcast_ref(), Some(&refused), "a constant is refused in other words");
    assert_eq!(Adjustable::<LeakyBucket<u32>>::try_new(quota).unwrap_err().to_string(), refused);
    let in_cells = Adjustable::<LeakyQueue<u32>, _>::try_in_cells(quota, Unsync::fresh).unwrap_err();
    assert_eq!(in_cells.to_string(), refused);
    let bucket = Adjustable::<TokenBucket<u32>>::new(Quota::per(3, 10));
    assert_eq!(bucket.set_quota(7, quota).unwrap_err().to_string(), refused);
    assert_eq!(bucket.quota(), Quota::per(3, 10), "a refused quota was taken");
    refused
}

#[test]
fn what_does_not_fit_is_refused_with_the_most_that_does() {
    assert_eq!(
        refusal(Quota::per(1_000, 86_400_000).burst(10_000)),
        "burst and debt of 10000 units at 86400 sub-ticks each exceed the 536870912 that fit the word: \
         give at most 6213 units, a coarser tick or a wider one",
    );
    assert_eq!(
        refusal(Quota::per(EIGHTH + 1, 2).burst(1)),
        "limit = 536870913 per period in lowest terms exceeds the 268435456 that fit the word: \
         give a smaller limit, one that shares a factor with the period, or a wider tick",
    );
    assert_eq!(refusal(Quota::per(0, 10)), "limit = 0 admits nothing: give a limit of at least 1");
    assert_eq!(refusal(Quota::per(1, 10).burst(0)), "burst = 0 admits nothing: give a burst of at least 1");
}

#[test]
fn burst_and_debt_up_to_an_eighth_of_the_words_range_and_ticks_up_to_a_sixteenth() {
    let bucket = Adjustable::<TokenBucket<u32>>::new(Quota::per(1, 1).burst(EIGHTH - 1).debt(1));
    assert_eq!(bucket.try_acquire(u32::MAX, EIGHTH - 1).unwrap().remaining(), 0);
    assert_eq!(bucket.force(u32::MAX, 2).charged(), 1);
    bucket.set_quota(u32::MAX, Quota::per(EIGHTH / 2, 1).burst(EIGHTH)).unwrap();
    assert_eq!((bucket.level(u32::MAX), bucket.level(0), bucket.level(1)), (EIGHTH, EIGHTH / 2, 0));
    assert!(matches!(
        bucket.set_quota(0, Quota::per(1, 1).burst(EIGHTH).debt(1)),
        Err(ChangeError::Quota(QuotaError::TooLong { units: 0x2000_0001, per_unit: 1, most: 0x2000_0000 }))
    ));
    assert!(bucket.set_quota(0, Quota::per(EIGHTH / 2 + 1, 1)).is_err());

    let wide = Adjustable::<LeakyQueue<u64>>::new(Quota::per(1, 1).burst(1 << 61));
    assert_eq!(wide.try_acquire(7, 1 << 61).unwrap().remaining(), 0);
    assert!(wide.set_quota(7, Quota::per(1, 1).burst((1 << 61) + 1)).is_err());
    assert_eq!(wide.level(7), 1 << 61);
}

#[test]
fn the_memory_is_as_documented() {
    assert_eq!(size_of::<Adjustable<TokenBucket<u32>, Unsync<u32>>>(), 116);
    assert_eq!(size_of::<Adjustable<TokenBucket<u64>, Unsync<u64>>>(), 232);
}
