//! What a limiter costs in memory, as documented.
#![cfg(not(loom))]

use core::mem::size_of;

use tollgate::cell::{Atomic32, Atomic64, Unsync};
use tollgate::{LeakyBucket, LeakyQueue, Quota, TokenBucket};

#[test]
fn a_state_is_one_word() {
    assert_eq!(size_of::<Atomic32>(), 4);
    assert_eq!(size_of::<Atomic64>(), 8);
    assert_eq!(size_of::<Unsync<u32>>(), 4);
    assert_eq!(size_of::<Unsync<u64>>(), 8);
}

#[test]
fn a_limiter_with_its_quota_is_32_bytes_or_one_cache_line() {
    assert_eq!(size_of::<TokenBucket<u32>>(), 32);
    assert_eq!(size_of::<TokenBucket<u64>>(), 64);
    assert_eq!(size_of::<LeakyBucket<u32>>(), 32);
    assert_eq!(size_of::<LeakyQueue<u32>>(), 32);
}

#[test]
fn a_limiter_fits_a_static_and_is_shared_between_threads() {
    static BUCKET: TokenBucket<u64> = TokenBucket::<u64>::new(Quota::per(1_000, 1_000_000));
    let admitted: usize = std::thread::scope(|scope| {
        let callers = [(); 4].map(|()| scope.spawn(|| (0..1_000).filter(|_| BUCKET.try_acquire(7, 1).is_ok()).count()));
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    assert_eq!(admitted, 1_000);
}
