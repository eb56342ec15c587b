//! What a decision of a bucketed window costs, as a ratio to the least it could cost.
//!
//! ```text
//! cargo bench --bench bucketed_window
//! ```
//!
//! How to read it stands in `ratios.rs`. 62 sub-windows in 64 slots; an admission in an open sub-window is one
//! compare-exchange, the first one in a sub-window opens it and sums up the others, and a denial walks over all of them
//! for its exact wait.

#![allow(clippy::cast_precision_loss, clippy::unwrap_used, missing_docs)]

mod race;
#[allow(dead_code, reason = "shared by all benches")]
mod subjects;

use std::cell::Cell;
use std::hint::black_box;

use race::Race;
use subjects::{compare_exchange_32, compare_exchange_64, leak, load_64};
use tollgate::cell::{Atomic32, Atomic64, HasShared, Init, StateCell, Unsync};
use tollgate::{BucketedWindow, Quota, algorithm};

const SLOTS: usize = 64;
const BUCKETS: u64 = 62;
/// Ticks of a sub-window.
const WIDTH: u64 = 1_000;

/// A window of `limit` units whose numbers the compiler cannot see.
fn window<T: HasShared, C: Init<T> + 'static>(limit: u64) -> &'static BucketedWindow<T, SLOTS, C> {
    let quota = Quota::per(T::truncate(limit), T::truncate(BUCKETS * WIDTH));
    leak(BucketedWindow::in_cells(algorithm::BucketedWindow::try_new(black_box(quota)).unwrap()))
}

/// Admissions of one unit, so many ticks apart; each finds room, if they stand still up to a limit that no bench reaches.
fn admit<T: HasShared, C: Init<T> + StateCell<T> + 'static>(step: u64) -> impl FnMut(u64) {
    let window = window::<T, C>(if step == 0 { 1 << 50 } else { 80_000 });
    let now = Cell::new(0);
    let ask = move || {
        now.set(now.get() + step);
        window.try_acquire(T::truncate(now.get()), T::ONE)
    };
    for _ in 0..200_000 {
        assert!(ask().is_ok());
    }
    move |count| {
        for _ in 0..count {
            black_box(ask().is_ok());
        }
    }
}

/// Denials of one unit, with the wait, half a sub-window after the last of `parts` equal parts of the limit was taken.
fn deny<T: HasShared, C: Init<T> + StateCell<T> + 'static>(parts: u64) -> impl FnMut(u64) {
    let window = window::<T, C>(62_000);
    for part in 0..parts {
        let (now, cost) = (T::truncate(part * WIDTH), T::truncate(62_000 / parts));
        assert!(window.try_acquire(now, cost).is_ok());
    }
    let now = T::truncate((parts - 1) * WIDTH + WIDTH / 2);
    assert!(window.try_acquire(now, T::ONE).is_err());
    move |count| {
        for _ in 0..count {
            black_box(window.try_acquire(black_box(now), T::ONE).err().and_then(|denied| denied.retry_after()));
        }
    }
}

fn main() {
    Race::new("admit, 64 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_64())
        .enter("in an open sub-window", admit::<u64, Atomic64>(0))
        .enter("a tick apart: every 1000th opens one", admit::<u64, Atomic64>(1))
        .enter("each opens a sub-window", admit::<u64, Atomic64>(WIDTH))
        .enter("unsync, in an open sub-window", admit::<u64, Unsync<u64>>(0))
        .run();
    Race::new("admit, 32 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_32())
        .enter("a tick apart: every 1000th opens one", admit::<u32, Atomic32>(1))
        .run();
    Race::new("deny with its exact wait, against a load")
        .enter("load", load_64())
        .enter("all taken in one sub-window", deny::<u64, Atomic64>(1))
        .enter("all taken in two, the limit reached in the second", deny::<u64, Atomic64>(2))
        .enter("all taken in 62", deny::<u64, Atomic64>(BUCKETS))
        .run();
}
