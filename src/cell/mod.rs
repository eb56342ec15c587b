//! Where a state word lives.
//!
//! | cell | for | RAM | needs |
//! |---|---|---|---|
//! | [`Unsync`] | one thread, or one interrupt level | the word | nothing |
//! | `Atomic32` | threads, tasks, interrupts | 4 bytes | 32-bit compare-and-swap, or the feature `portable-atomic` |
//! | `Atomic64` | the same | 8 bytes | 64-bit compare-and-swap |
//! | `CriticalSection` | the same, on any target | the word | the feature `critical-section` |
//!
//! A limiter that names no cell has the [`Shared`] one: an atomic where the target has a native one of the width, a
//! critical section where it does not. A lock is never dressed up as an atomic: on a 32-bit target 64-bit states live
//! in a critical section, because an emulated atomic can deadlock against an interrupt.
//!
//! # Targets without compare-and-swap
//!
//! On a Cortex-M0 or an RV32IMC enable one of
//!
//! * `critical-section`, with an implementation from the HAL (for instance `cortex-m`'s `critical-section-single-core`);
//! * `portable-atomic`, with one of *its* back ends chosen by the application (`unsafe-assume-single-core` is the leanest);
//!
//! or name a cell: `TokenBucket<u32, Unsync<u32>>`. Without any, [`Shared`] is `NoSharedCell`, and the compiler says so.

use crate::time::Ticks;

#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic", target_has_atomic = "64"))]
mod atomic;
#[cfg(feature = "critical-section")]
mod critical_section;
mod unsync;

#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic"))]
pub use atomic::Atomic32;
#[cfg(any(loom, target_has_atomic = "64"))]
pub use atomic::Atomic64;
#[cfg(feature = "critical-section")]
pub use critical_section::CriticalSection;
pub use unsync::Unsync;

/// A place for one state word that can be read and updated by `&self`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the state of a limiter on `{T}` ticks",
    note = "without compare-and-swap, enable the feature `critical-section` or `portable-atomic`, or name a cell such as `Unsync<{T}>`"
)]
pub trait StateCell<T> {
    /// The state word now.
    fn load(&self) -> T;

    /// Replaces the state by what `step` makes of it, in one indivisible act, and returns the answer of `step`.
    ///
    /// `step` returns `None` to leave the state alone: then nothing is written. It may be run more than once and must be pure.
    fn update<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R;

    /// [`load`](Self::load), and whatever was written before the [`update_release`](Self::update_release) it sees is seen from here on.
    #[inline]
    fn load_acquire(&self) -> T {
        self.load()
    }

    /// [`update`](Self::update), and whoever sees it with [`load_acquire`](Self::load_acquire) sees all that was written before.
    #[inline]
    fn update_release<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R {
        self.update(step)
    }

    /// [`update`](Self::update), of a state that is read with [`load_acquire`](Self::load_acquire).
    #[inline(always)]
    fn update_acquire<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R {
        self.update(step)
    }

    /// [`load_acquire`](Self::load_acquire) by an update that changes nothing, so that it has a place among the updates:
    /// who comes later sees all that was written before, and it sees all that was written by who came earlier.
    #[inline]
    fn load_ordered(&self) -> T
    where
        T: Copy,
    {
        self.update(|state| (Some(state), state))
    }

    /// [`replace`](Self::replace) that also sees all that was written before the state it replaces.
    #[inline]
    fn replace_ordered(&self, seen: T, state: T) -> bool
    where
        T: Copy + PartialEq,
    {
        self.replace(seen, state)
    }

    /// Replaces the state if it is `seen`, as [`update_release`](Self::update_release), and says whether it was.
    #[inline]
    fn replace(&self, seen: T, state: T) -> bool
    where
        T: Copy + PartialEq,
    {
        self.update_release(|word| if word == seen { (Some(state), true) } else { (None, false) })
    }

    /// Writes a state whatever it was: for hints, which may be lost.
    #[inline]
    fn store(&self, state: T)
    where
        T: Copy,
    {
        self.update(|_| (Some(state), ()));
    }
}

impl<T, C: StateCell<T>> StateCell<T> for &C {
    #[inline]
    fn load(&self) -> T {
        C::load(self)
    }

    #[inline(always)]
    fn update<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R {
        C::update(self, step)
    }

    #[inline]
    fn load_acquire(&self) -> T {
        C::load_acquire(self)
    }

    #[inline]
    fn update_release<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R {
        C::update_release(self, step)
    }

    #[inline(always)]
    fn update_acquire<R>(&self, step: impl FnMut(T) -> (Option<T>, R)) -> R {
        C::update_acquire(self, step)
    }

    #[inline]
    fn load_ordered(&self) -> T
    where
        T: Copy,
    {
        C::load_ordered(self)
    }

    #[inline]
    fn replace_ordered(&self, seen: T, state: T) -> bool
    where
        T: Copy + PartialEq,
    {
        C::replace_ordered(self, seen, state)
    }

    #[inline]
    fn replace(&self, seen: T, state: T) -> bool
    where
        T: Copy + PartialEq,
    {
        C::replace(self, seen, state)
    }

    #[inline]
    fn store(&self, state: T)
    where
        T: Copy,
    {
        C::store(self, state);
    }
}

/// The cell of a limiter that names none: see [`Shared`].
pub trait HasShared: Ticks {
    /// A cell for this width that threads and interrupts can share.
    type Cell: Init<Self>;
}

/// The cell that threads, tasks and interrupts can share on this target.
pub type Shared<T> = <T as HasShared>::Cell;

/// A cell that can stand in a `static`.
pub trait Init<T>: Sized {
    /// The cell of a limiter never used.
    #[cfg(not(loom))]
    const FRESH: Self;
}

macro_rules! shared {
    ($word:ident: $($condition:meta => $cell:ty;)*) => {$(
        #[cfg($condition)]
        impl HasShared for $word {
            type Cell = $cell;
        }
    )*};
}

shared! { u32:
    any(loom, target_has_atomic = "32", feature = "portable-atomic") => Atomic32;
    all(not(any(loom, target_has_atomic = "32", feature = "portable-atomic")), feature = "critical-section") => CriticalSection<u32>;
    not(any(loom, target_has_atomic = "32", feature = "portable-atomic", feature = "critical-section")) => NoSharedCell;
}

shared! { u64:
    any(loom, target_has_atomic = "64") => Atomic64;
    all(not(any(loom, target_has_atomic = "64")), feature = "critical-section") => CriticalSection<u64>;
    not(any(loom, target_has_atomic = "64", feature = "critical-section")) => NoSharedCell;
}

/// Stands where this target has no cell that can be shared: enable the feature `critical-section` (or, for 32 bits,
/// `portable-atomic`), or name a cell.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSharedCell(());

impl<T> Init<T> for NoSharedCell {
    #[cfg(not(loom))]
    const FRESH: Self = Self(());
}
