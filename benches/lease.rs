//! What a decision costs where two threads share one limiter, with and without leases, as a ratio to a contended
//! compare-exchange loop in the same run.
//!
//! ```text
//! cargo bench --bench lease
//! ```
//!
//! How to read it: see the `ratios` bench. The burst is more than two threads can spend, so every decision admits, and a
//! lease ends by its units, not by its lifetime.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, missing_docs)]

mod race;
mod work;

use std::hint::black_box;
use std::sync::atomic::AtomicU64;

use race::Race;
use tollgate::lease::Terms;
use tollgate::{Quota, RateLease, TokenBucket};
use work::{compare_exchange_loop, leak};

/// More than is ever spent.
const QUOTA: Quota<u64> = Quota::per(1, 1).burst(1 << 60);
const START: u64 = 1 << 30;

/// Decisions of one thread on a clock that moves on by a tick each. Only how many were denied is looked at: to look
/// at each answer would take as long as to spend of a lease.
fn decisions(mut admits: impl FnMut(u64) -> bool + Send) -> impl FnMut(u64) + Send {
    let mut start = START;
    move |count| {
        let end = start + count;
        let denied = (start..end).filter(|&now| !admits(now)).count();
        assert_eq!(black_box(denied), 0, "every decision admits");
        start = end;
    }
}

fn bucket() -> &'static TokenBucket<u64> {
    leak(TokenBucket::<u64>::new(black_box(QUOTA)))
}

fn leased(source: &'static TokenBucket<u64>, units: u64) -> impl FnMut(u64) + Send {
    let mut lease = RateLease::new(source, Terms::<u64>::new(black_box(units), 1_000_000));
    decisions(move |now| lease.try_acquire(now, 1).is_ok())
}

fn main() {
    let word = leak(AtomicU64::new(0));
    let floor = || decisions(move |_| (compare_exchange_loop(black_box(word)), true).1);
    let (plain, by_64, by_8) = (bucket(), bucket(), bucket());
    let direct = || decisions(move |now| plain.try_acquire(now, 1).is_ok());
    Race::new("a decision, two threads on one limiter")
        .enter_pair("compare-exchange loop", [(); 2].map(|()| floor()))
        .enter_pair("token bucket", [(); 2].map(|()| direct()))
        .enter_pair("leases of 8", [(); 2].map(|()| leased(by_8, 8)))
        .enter_pair("leases of 64", [(); 2].map(|()| leased(by_64, 64)))
        .run();

    let alone = bucket();
    Race::new("a decision, one thread alone")
        .enter("compare-exchange loop", floor())
        .enter("token bucket", decisions(move |now| alone.try_acquire(now, 1).is_ok()))
        .enter("lease of 8", leased(bucket(), 8))
        .enter("lease of 64", leased(bucket(), 64))
        .run();
}
