//! The only file that names atomics and their orderings.
//!
//! A limiter of one word is `Relaxed` throughout: it guards no other memory, so a decision needs only the modification
//! order of that word, which a compare-exchange gives at any ordering. Where one word tells of another (a log and its
//! head), `load_acquire` and `update_release` order the two; where each of two contexts writes one word and then reads the
//! other's, `replace_ordered` and `load_ordered` make at least one of them see the other.

#[cfg(all(not(loom), not(feature = "portable-atomic"), target_has_atomic = "32"))]
use core::sync::atomic::AtomicU32;
#[cfg(all(not(loom), target_has_atomic = "64"))]
use core::sync::atomic::AtomicU64;
#[cfg(not(loom))]
use core::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release};
#[cfg(loom)]
use loom::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{self, AcqRel, Acquire, Relaxed, Release},
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
            /// The compare-exchange loop, with the orderings of its success and of what it reads.
            #[inline(always)]
            fn exchange<R>(
                &self,
                success: Ordering,
                read: Ordering,
                mut step: impl FnMut($word) -> (Option<$word>, R),
            ) -> R {
                let mut seen = self.0.load(read); // a stale value only costs another turn
                loop {
                    let (state, answer) = step(seen);
                    let Some(state) = state else { return answer };
                    match self.0.compare_exchange_weak(seen, state, success, read) {
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
                self.exchange(Relaxed, Relaxed, step) // the word guards no other memory
            }

            #[inline]
            fn load_acquire(&self) -> $word {
                self.0.load(Acquire) // what follows is not read before
            }

            #[inline]
            fn update_release<R>(&self, step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                self.exchange(Release, Relaxed, step) // what was written before is seen first
            }

            #[inline]
            fn replace(&self, seen: $word, state: $word) -> bool {
                self.0.compare_exchange(seen, state, Release, Relaxed).is_ok() // as `update_release`
            }

            #[inline(always)]
            fn update_acquire<R>(&self, step: impl FnMut($word) -> (Option<$word>, R)) -> R {
                self.exchange(Acquire, Acquire, step) // what follows is not read before
            }

            #[inline]
            fn load_ordered(&self) -> $word {
                self.0.fetch_or(0, AcqRel) // a read that others come before or after
            }

            #[inline]
            fn replace_ordered(&self, seen: $word, state: $word) -> bool {
                self.0.compare_exchange(seen, state, AcqRel, Relaxed).is_ok() // both of the above; a failure tells nothing
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
