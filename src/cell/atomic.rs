//! The only file that names atomics and their orderings.
//!
//! Everything is `Relaxed`: a limiter is one word and guards no other memory, so a decision needs only the
//! modification order of that word, which a compare-exchange gives at any ordering.

#[cfg(all(not(loom), not(feature = "portable-atomic"), target_has_atomic = "32"))]
use core::sync::atomic::AtomicU32;
#[cfg(all(not(loom), target_has_atomic = "64"))]
use core::sync::atomic::AtomicU64;
#[cfg(not(loom))]
use core::sync::atomic::Ordering::Relaxed;
#[cfg(loom)]
use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
#[cfg(all(not(loom), feature = "portable-atomic"))]
use portable_atomic::AtomicU32;

use super::{Init, StateCell};
#[cfg(not(loom))]
use crate::time::Ticks;

macro_rules! atomic {
    ($(#[$doc:meta])* $cell:ident, $word:ident, $atomic:ident) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $cell($atomic);

        #[cfg(not(loom))]
        impl $cell {
            /// The cell of a limiter never used.
            #[must_use]
            pub const fn fresh() -> Self {
                Self::new($word::FRESH)
            }

            /// A cell with a given state word.
            #[must_use]
            pub const fn new(state: $word) -> Self {
                Self($atomic::new(state))
            }
        }

        #[cfg(loom)] // loom's atomics cannot be made in a constant
        impl $cell {
            /// A cell with a given state word.
            pub fn new(state: $word) -> Self {
                Self($atomic::new(state))
            }
        }

        impl Init<$word> for $cell {
            #[cfg(not(loom))]
            #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
            const FRESH: Self = Self::fresh();
        }

        impl StateCell<$word> for $cell {
            #[inline]
            fn load(&self) -> $word {
                self.0.load(Relaxed) // publishes nothing
            }

            #[inline]
            fn update<R>(&self, mut step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                let mut seen = self.0.load(Relaxed); // a stale value only costs another turn
                loop {
                    let (state, answer) = step(seen);
                    let Some(state) = state else { return answer };
                    // Relaxed on success and on failure: the word guards no other memory.
                    match self.0.compare_exchange_weak(seen, state, Relaxed, Relaxed) {
                        Ok(_) => return answer,
                        Err(newer) => seen = newer,
                    }
                }
            }
        }
    };
}

#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic"))]
atomic! {
    /// A 32-bit word updated by compare-and-swap, lock-free.
    Atomic32, u32, AtomicU32
}

#[cfg(any(loom, target_has_atomic = "64"))]
atomic! {
    /// A 64-bit word updated by compare-and-swap, lock-free.
    Atomic64, u64, AtomicU64
}
