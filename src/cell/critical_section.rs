use core::cell::Cell;

use ::critical_section::Mutex;

use super::{Init, StateCell};
use crate::time::Ticks;

/// A word behind a critical section, for targets without compare-and-swap of its width.
///
/// An update holds the section for one decision, a load for one read.
#[derive(Debug)]
pub struct CriticalSection<T: Ticks>(Mutex<Cell<T>>);

impl<T: Ticks> CriticalSection<T> {
    /// The cell of a limiter never used.
    #[must_use]
    pub const fn fresh() -> Self {
        Self::new(T::FRESH)
    }

    /// A cell with a given state word.
    #[must_use]
    pub const fn new(state: T) -> Self {
        Self(Mutex::new(Cell::new(state)))
    }
}

impl<T: Ticks> Init<T> for CriticalSection<T> {
    #[cfg(not(loom))]
    #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
    const FRESH: Self = Self::fresh();
}

impl<T: Ticks> StateCell<T> for CriticalSection<T> {
    #[inline]
    fn load(&self) -> T {
        ::critical_section::with(|section| self.0.borrow(section).get())
    }

    #[inline(always)]
    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        ::critical_section::with(|section| {
            let cell = self.0.borrow(section);
            let (state, answer) = step(cell.get());
            if let Some(state) = state {
                cell.set(state);
            }
            answer
        })
    }
}
