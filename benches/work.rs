//! Work that a race times, and its floor: shared by the benches.
#![allow(dead_code, reason = "no bench needs all of it")]

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The floor of an admission: load, add one, compare-exchange until it succeeds.
pub fn compare_exchange_loop(word: &AtomicU64) {
    let mut seen = word.load(Relaxed);
    while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
        seen = newer;
    }
}

/// Work that is done so many times.
pub fn times(mut work: impl FnMut()) -> impl FnMut(u64) {
    move |count| (0..count).for_each(|_| work())
}

/// Decisions on a clock that moves on by so much each time, so that all are admitted, or none.
pub fn ticking(step: u64, mut decide: impl FnMut(u64)) -> impl FnMut(u64) {
    let mut now = 1 << 30;
    move |count| {
        for _ in 0..count {
            now += step;
            decide(black_box(now));
        }
    }
}

pub fn leak<X>(value: X) -> &'static X {
    Box::leak(Box::new(value))
}
