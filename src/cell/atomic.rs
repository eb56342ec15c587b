//! The only file that names atomics and their orderings.
//!
//! A limiter of one word is `Relaxed` throughout: it guards no other memory, so a decision needs only the modification
//! order of that word, which a compare-exchange gives at any ordering. Where one word tells of another (a log and its
//! head), `load_acquire` and `update_release` order the two.

#[cfg(all(not(loom), not(feature = "portable-atomic"), target_has_atomic = "32"))]
use core::sync::atomic::AtomicU32;
#[cfg(all(not(loom), target_has_atomic = "64"))]
use core::sync::atomic::AtomicU64;
#[cfg(not(loom))]
use core::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};
#[cfg(loom)]
use loom::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{self, Acquire, Relaxed, Release},
};
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

        impl $cell {
            /// The compare-exchange loop, with the ordering of its success.
            #[inline(always)]
            fn exchange<R>(&self, success: Ordering, mut step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                let mut seen = self.0.load(Relaxed); // a stale value only costs another turn
                loop {
                    let (state, answer) = step(seen);
                    let Some(state) = state else { return answer };
                    // Relaxed on failure: nothing was written.
                    match self.0.compare_exchange_weak(seen, state, success, Relaxed) {
                        Ok(_) => return answer,
                        Err(newer) => seen = newer,
                    }
                }
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

            #[inline(always)]
            fn update<R>(&self, step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                self.exchange(Relaxed, step) // the word guards no other memory
            }

            #[inline]
            fn load_acquire(&self) -> $word {
                self.0.load(Acquire) // what follows is not read before
            }

            #[inline]
            fn update_release<R>(&self, step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                self.exchange(Release, step) // what was written before is seen first
            }

            #[inline]
            fn replace(&self, seen: $word, state: $word) -> bool {
                self.0.compare_exchange(seen, state, Release, Relaxed).is_ok() // as `update_release`
            }

            #[inline]
            fn store(&self, state: $word) {
                self.0.store(state, Relaxed); // publishes nothing, and nobody waits for it
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
