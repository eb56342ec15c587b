//! What a table costs in memory, as documented.

use core::mem::{align_of, size_of};

use tollgate::Keyed;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::Unsync;
use tollgate::keyed::{Inline, Set};

#[test]
fn a_key_takes_8_bytes_on_u32_and_16_on_u64() {
    assert_eq!(size_of::<Inline<u32, 256>>(), 256 * 8);
    assert_eq!(size_of::<Inline<u64, 256>>(), 256 * 16);
    assert_eq!(size_of::<[Set<u64>; 64]>(), 256 * 16);
    assert_eq!(size_of::<Inline<u32, 8, Unsync<u32>>>(), 64);
}

#[test]
fn a_set_never_straddles_a_cache_line() {
    assert_eq!((size_of::<Set<u32>>(), align_of::<Set<u32>>()), (32, 32));
    assert_eq!((size_of::<Set<u64>>(), align_of::<Set<u64>>()), (64, 64));
    assert_eq!((align_of::<Inline<u32, 4>>(), align_of::<Inline<u64, 4>>()), (32, 64));
}

#[test]
fn beside_its_slots_a_table_has_rules_and_a_few_words() {
    assert!(size_of::<Keyed<TokenBucket<u32>, 256>>() <= 256 * 8 + 160);
    assert!(size_of::<Keyed<TokenBucket<u64>, 256>>() <= 256 * 16 + 320);
}
