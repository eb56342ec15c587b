//! What a decision of the exact log costs, as a ratio to the least it could cost.
//!
//! ```text
//! cargo bench --bench rolling_window                          # add --features critical-section for that cell
//! ```
//!
//! Read it as the bench `ratios`. Floors are a compare-exchange loop for admissions and a load for denials.
//!
//! * *saturated*: each admission takes the slot that has just expired. *half full*: the older half has expired, and one
//!   more does for each admission. *quiet*: everything has expired; *all free*: nothing was taken but the last.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, clippy::unwrap_used, dead_code, missing_docs)]

mod race;
mod subjects;

use std::hint::black_box;

use race::Race;
use subjects::{admit, compare_exchange_32, compare_exchange_64, deny, leak, load_64};
use tollgate::cell::{Atomic32, Atomic64, HasShared, StateCell, Unsync};
use tollgate::{Quota, RollingWindow};

const SLOTS: usize = 500;
const ALL: u32 = 500;
/// Ticks between admissions in all states.
const STEP: u32 = 1_000;

/// A window of 500 whose quota the compiler cannot see, in which an admission counts for so many steps.
fn counting_for<T: HasShared, C: StateCell<T> + 'static>(steps: u32, cell: fn() -> C) -> impl subjects::Ask<T> + Copy {
    let quota = Quota::per(T::truncate(SLOTS as u64), T::truncate((steps * STEP).into()));
    let window = leak(RollingWindow::<T, SLOTS, C>::try_in_cells(black_box(quota), cell).unwrap());
    move |now| window.try_acquire(now, T::ONE)
}

/// Several units at once from a saturated window.
fn several<T: HasShared, C: StateCell<T> + 'static>(units: u32, cell: fn() -> C) -> impl subjects::Ask<T> {
    let quota = Quota::per(T::truncate(SLOTS as u64), T::truncate((ALL / units * STEP).into()));
    let window = leak(RollingWindow::<T, SLOTS, C>::try_in_cells(black_box(quota), cell).unwrap());
    move |now| window.try_acquire(now, T::truncate(units.into()))
}

fn main() {
    Race::new("admit, 64 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_64())
        .enter("saturated", admit(STEP, counting_for::<u64, _>(ALL, Atomic64::fresh)))
        .enter("half full", admit(STEP, counting_for::<u64, _>(ALL / 2, Atomic64::fresh)))
        .enter("quiet", admit(STEP, counting_for::<u64, _>(1, Atomic64::fresh)))
        .enter("unsync, saturated", admit(STEP, counting_for::<u64, _>(ALL, Unsync::fresh)))
        .enter("ten at once, saturated", admit(STEP, several::<u64, _>(10, Atomic64::fresh)))
        .run();

    Race::new("admit, 32 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_32())
        .enter("saturated", admit(STEP, counting_for::<u32, _>(ALL, Atomic32::fresh)))
        .enter("half full", admit(STEP, counting_for::<u32, _>(ALL / 2, Atomic32::fresh)))
        .enter("quiet", admit(STEP, counting_for::<u32, _>(1, Atomic32::fresh)))
        .enter("unsync, saturated", admit(STEP, counting_for::<u32, _>(ALL, Unsync::fresh)))
        .run();

    Race::new("deny with its wait, against a load and a compare-exchange loop")
        .enter("load", load_64())
        .enter("compare-exchange loop", compare_exchange_64())
        .enter("64 bits", deny(counting_for::<u64, _>(ALL, Atomic64::fresh)))
        .enter("32 bits", deny(counting_for::<u32, _>(ALL, Atomic32::fresh)))
        .enter("unsync, 64 bits", deny(counting_for::<u64, _>(ALL, Unsync::fresh)))
        .run();

    #[cfg(feature = "critical-section")]
    {
        use tollgate::cell::CriticalSection;
        Race::new("in critical sections of std, a mutex")
            .enter("an empty critical section", |count| {
                for _ in 0..count {
                    critical_section::with(|section| {
                        black_box(section);
                    });
                }
            })
            .enter("admit, saturated", admit(STEP, counting_for::<u64, _>(ALL, CriticalSection::fresh)))
            .enter("deny with its wait", deny(counting_for::<u64, _>(ALL, CriticalSection::fresh)))
            .run();
    }

    let word = leak(std::sync::atomic::AtomicU64::new(0));
    let shared = counting_for::<u64, _>(ALL, Atomic64::fresh);
    let spent = counting_for::<u64, _>(ALL, Atomic64::fresh);
    Race::new("two threads on one window")
        .enter_pair("compare-exchange loop", [(); 2].map(|()| subjects::compare_exchange_on(word)))
        .enter_pair("admit, saturated or denied", [(); 2].map(|()| contended(shared)))
        .enter_pair("deny with its wait", [(); 2].map(|()| deny(spent)))
        .run();
}

/// Requests on a clock of one's own, of which some are denied.
fn contended(ask: impl subjects::Ask<u64> + Send) -> impl FnMut(u64) + Send {
    let mut now = u64::from(subjects::START);
    move |count| {
        for _ in 0..count {
            now += u64::from(STEP);
            black_box(ask(now).is_ok());
        }
    }
}
