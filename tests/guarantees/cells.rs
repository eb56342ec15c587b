//! Cells of the tests' own.

use std::cell::Cell;

use tollgate::cell::{Init, StateCell};
use tollgate::time::Ticks;

/// A cell whose compare-exchange fails twice before it succeeds: once as if another thread had been faster, and
/// once for no reason, as hardware may.
pub struct Stuttering<T>(Cell<T>);

impl<T: Ticks> Init<T> for Stuttering<T> {
    #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
    const FRESH: Self = Self(Cell::new(T::FRESH));
}

impl<T: Ticks> StateCell<T> for Stuttering<T> {
    fn load(&self) -> T {
        self.0.get()
    }

    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        let state = self.0.get();
        let _outrun = step(state.wrapping_add(T::ONE));
        let (spurious, _) = step(state);
        let (written, answer) = step(state);
        assert_eq!(spurious, written, "the same state leads to another one when seen again");
        self.0.set(written.unwrap_or(state));
        answer
    }
}

/// A cell that counts how often it is written.
pub struct Watched<T> {
    state: Cell<T>,
    pub writes: Cell<usize>,
}

impl<T: Ticks> Init<T> for Watched<T> {
    #[allow(clippy::declare_interior_mutable_const)] // used as an initial value only
    const FRESH: Self = Self { state: Cell::new(T::FRESH), writes: Cell::new(0) };
}

impl<T: Ticks> StateCell<T> for Watched<T> {
    fn load(&self) -> T {
        self.state.get()
    }

    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        let (state, answer) = step(self.state.get());
        if let Some(state) = state {
            self.state.set(state);
            self.writes.set(self.writes.get() + 1);
        }
        answer
    }
}
