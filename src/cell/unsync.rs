use core::cell::Cell;

use super::{Init, StateCell};
use crate::time::Ticks;

/// A plain word, for one thread or one interrupt level. Not `Sync`.
#[derive(Clone, Debug)]
pub struct Unsync<T: Ticks>(Cell<T>);

impl<T: Ticks> Unsync<T> {
    /// The cell of a limiter never used.
    #[must_use]
    pub const fn fresh() -> Self {
        Self::new(T::FRESH)
    }

    /// A cell with a given state word.
    #[must_use]
    pub const fn new(state: T) -> Self {
        Self(Cell::new(state))
    }
}

impl<T: Ticks> Init<T> for Unsync<T> {
    #[cfg(not(loom))]
    #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
    const FRESH: Self = Self::fresh();
}

impl<T: Ticks> StateCell<T> for Unsync<T> {
    #[inline]
    fn load(&self) -> T {
        self.0.get()
    }

    #[inline(always)]
    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        let (state, answer) = step(self.0.get());
        if let Some(state) = state {
            self.0.set(state);
        }
        answer
    }
}
