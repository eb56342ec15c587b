//! What a permit costs, as a ratio to a compare-exchange loop on one word in the same run.
//!
//! ```text
//! cargo bench --bench concurrency
//! ```
//!
//! How to read it: see the `ratios` bench. Taking a permit and giving it back are two compare-exchanges, so nothing
//! shared can do it with less than twice the floor.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, missing_docs)]

mod race;
mod work;

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use race::Race;
use tollgate::cell::Unsync;
use tollgate::{ConcurrencyLimit, LeasedConcurrency};
use work::{leak, times};

const NOW: u32 = 4_000_000_000;

fn compare_exchange_loop(word: &AtomicU32) {
    let mut seen = word.load(Relaxed);
    while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
        seen = newer;
    }
}

fn main() {
    let word = leak(AtomicU32::new(0));
    let floor = || times(|| compare_exchange_loop(black_box(word)));

    let busy = leak(ConcurrencyLimit::new(black_box(10)));
    let alone = leak(ConcurrencyLimit::<Unsync<u32>>::in_cells(black_box(10)));
    Race::new("acquire and give back, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter("permit", times(|| _ = black_box(busy.try_acquire(black_box(1)).is_ok())))
        .enter(
            "by hand",
            times(|| {
                black_box(busy.acquire_raw(black_box(1)).is_ok());
                black_box(busy.release(black_box(1)).is_ok());
            }),
        )
        .enter("permit in a plain cell", times(|| _ = black_box(alone.try_acquire(black_box(1)).is_ok())))
        .run();

    let ten = leak(LeasedConcurrency::<u32, 10>::new(black_box(10), 30_000));
    Race::new("leased: acquire and give back, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter("permit of 10 slots", times(|| _ = black_box(ten.try_acquire(black_box(NOW), black_box(1)).is_ok())))
        .run();

    let full = leak(ConcurrencyLimit::new(black_box(10)));
    full.acquire_raw(10).expect("it is new");
    let held = leak(LeasedConcurrency::<u32, 10>::new(black_box(10), 30_000));
    let _ = held.acquire_raw(NOW, 10).expect("it is new");
    Race::new("deny, against a load")
        .enter(
            "load",
            times(move || {
                black_box(black_box(word).load(Relaxed));
            }),
        )
        .enter(
            "permit",
            times(|| {
                black_box(full.try_acquire(black_box(1)).is_err());
            }),
        )
        .enter(
            "leased, 10 slots, with its wait",
            times(|| {
                black_box(held.try_acquire(black_box(NOW), black_box(1)).err().and_then(|denied| denied.retry_after()));
            }),
        )
        .run();

    let contended = leak(ConcurrencyLimit::new(black_box(10)));
    Race::new("acquire and give back, two threads on one limit")
        .enter_pair("compare-exchange loop", [(); 2].map(|()| floor()))
        .enter_pair("permit", [(); 2].map(|()| times(|| _ = black_box(contended.try_acquire(black_box(1)).is_ok()))))
        .run();
}
