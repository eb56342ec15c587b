//! A wrong quota is refused with the value and what would be accepted.
//!
//! A wrong constant stops the build with the same text: the constructors are `const fn` and panic with it.

use std::panic::catch_unwind;

use tollgate::algorithm::Bucket;
use tollgate::{LeakyBucket, LeakyQueue, Quota, QuotaError, TokenBucket, algorithm};

const HALF: u32 = 1 << 31;

fn refusal(quota: Quota<u32>) -> String {
    let refused = TokenBucket::<u32>::try_new(quota).unwrap_err().to_string();
    assert_eq!(LeakyBucket::<u32>::try_new(quota).unwrap_err().to_string(), refused);
    assert_eq!(LeakyQueue::<u32>::try_new(quota).unwrap_err().to_string(), refused);
    let panic = catch_unwind(|| algorithm::TokenBucket::<u32>::new(quota)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&refused), "a constant is refused in other words");
    refused
}

#[test]
fn nothing_per_anything_is_refused() {
    assert_eq!(refusal(Quota::per(0, 1_000)), "limit = 0 admits nothing: give a limit of at least 1");
    assert_eq!(refusal(Quota::per(5, 0)), "period = 0 ticks is no rate: give a period of at least 1 tick");
    assert_eq!(refusal(Quota::per(5, 1_000).burst(0)), "burst = 0 admits nothing: give a burst of at least 1");
}

#[test]
fn a_burst_too_long_for_the_word_is_refused_with_the_most_that_fits() {
    assert_eq!(
        refusal(Quota::per(1_000, 86_400_000).burst(100_000)),
        "burst and debt of 100000 units at 86400 sub-ticks each exceed the 2147483648 that fit the word: \
         give at most 24855 units, a coarser tick or a wider one",
    );
    assert!(TokenBucket::<u32>::try_new(Quota::per(1_000, 86_400_000).burst(24_855)).is_ok());
    assert!(TokenBucket::<u32>::try_new(Quota::per(1_000, 86_400_000).burst(24_856)).is_err());
}

#[test]
fn debt_counts_towards_what_fits() {
    assert!(TokenBucket::<u32>::try_new(Quota::per(1, 1).burst(HALF - 1).debt(1)).is_ok());
    assert!(matches!(
        TokenBucket::<u32>::try_new(Quota::per(1, 1).burst(HALF).debt(1)),
        Err(QuotaError::TooLong { units: 0x8000_0001, per_unit: 1, most: 0x8000_0000 })
    ));
    let most = u64::MAX;
    assert!(TokenBucket::<u64>::try_new(Quota::per(1, 1).burst(most).debt(most)).is_err());
}

#[test]
fn a_limit_too_fine_for_the_word_is_refused_in_lowest_terms() {
    assert_eq!(
        refusal(Quota::per(HALF + 1, 2).burst(1)),
        "limit = 2147483649 per period in lowest terms exceeds the 1073741824 that fit the word: \
         give a smaller limit, one that shares a factor with the period, or a wider tick",
    );
    assert!(TokenBucket::<u32>::try_new(Quota::per(HALF / 2, 1).burst(1)).is_ok());
    assert!(TokenBucket::<u32>::try_new(Quota::per(HALF / 2 + 1, 1).burst(1)).is_err());
    assert!(TokenBucket::<u32>::try_new(Quota::per(u32::MAX, u32::MAX).burst(1)).is_ok());
}

#[test]
fn the_longest_message_is_told_to_its_end() {
    let most = u64::MAX;
    let too_long = QuotaError::TooLong { units: most, per_unit: most, most }.to_string();
    assert!(
        too_long.starts_with("burst and debt of 18446744073709551615 units at 18446744073709551615 sub-ticks each")
    );
    assert!(too_long.ends_with("a coarser tick or a wider one"), "{too_long}");
    // With the largest number at every place it has.
    let too_long = QuotaError::TooLong { units: most, per_unit: 1, most }.to_string();
    assert!(too_long.ends_with("give at most 18446744073709551615 units, a coarser tick or a wider one"), "{too_long}");
    let too_fine = QuotaError::TooFine { per_tick: most, most }.to_string();
    assert!(too_fine.ends_with("or a wider tick"), "{too_fine}");
}

#[test]
fn a_quota_is_given_back_as_it_was_written() {
    let quota = Quota::per(50, 32_768).burst(7).debt(3);
    assert_eq!(algorithm::TokenBucket::<u32>::new(quota).rate().quota(), quota);
    assert_eq!(algorithm::TokenBucket::<u32>::try_new(quota).unwrap().rate().quota(), quota);
}

/// The table in the docs of `tat`.
#[test]
fn the_horizon_is_as_documented() {
    let minute = |ticks: u64, hertz: u64| ticks / hertz / 60;
    let horizon = |rate: &tollgate::quota::Rate<u32>| u64::from(rate.horizon_ticks());
    let of = |quota| algorithm::TokenBucket::<u32>::new(quota);
    assert_eq!(minute(horizon(of(Quota::per(50, 1_000)).rate()), 1_000) / (24 * 60), 24);
    assert_eq!(minute(horizon(of(Quota::per(50, 32_768)).rate()), 32_768), 43);
    let of = |quota| algorithm::TokenBucket::<u64>::new(quota).rate().horizon_ticks();
    assert_eq!(of(Quota::per(50, 1_000_000_000)) / 1_000_000_000 / (365 * 24 * 3_600), 292);
    assert_eq!(of(Quota::per(1_000_000_007, 1_000_000_000)) / 1_000_000_000, 8);
}
