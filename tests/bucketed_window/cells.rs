//! Cells that show, or provoke, what a real one seldom does.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use tollgate::cell::{Init, StateCell};
use tollgate::time::Ticks;

/// A cell whose every other update has to run its step twice, as after a compare-exchange that failed.
pub struct Stuttering<T>(Cell<T>, Cell<bool>);

impl<T: Ticks> Init<T> for Stuttering<T> {
    const FRESH: Self = Self(Cell::new(T::FRESH), Cell::new(false));
}

impl<T: Ticks> StateCell<T> for Stuttering<T> {
    fn load(&self) -> T {
        self.0.get()
    }

    fn update<R>(&self, mut step: impl FnMut(T) -> (Option<T>, R)) -> R {
        self.1.set(!self.1.get());
        if self.1.get() {
            let _ = step(self.0.get());
        }
        let (state, answer) = step(self.0.get());
        self.0.set(state.unwrap_or(self.0.get()));
        answer
    }
}

/// How often cells were read and written.
#[derive(Default)]
pub struct Counts {
    pub reads: Cell<u32>,
    pub writes: Cell<u32>,
}

/// A cell that counts what is done to it and to its like.
pub struct Watched<'a> {
    state: Cell<u32>,
    counts: &'a Counts,
}

impl<'a> Watched<'a> {
    pub fn new(counts: &'a Counts) -> Self {
        Self { state: Cell::new(u32::FRESH), counts }
    }
}

impl StateCell<u32> for Watched<'_> {
    fn load(&self) -> u32 {
        self.counts.reads.set(self.counts.reads.get() + 1);
        self.state.get()
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let (state, answer) = step(self.load());
        if let Some(state) = state {
            self.counts.writes.set(self.counts.writes.get() + 1);
            self.state.set(state);
        }
        answer
    }
}

/// Writes a caller may still make before it is stopped for good; endless if `None`.
#[derive(Clone, Default)]
pub struct Budget(Rc<Cell<Option<u32>>>);

impl Budget {
    /// Runs `call` until it ends, or until it would write once more than it may.
    pub fn live<R>(&self, writes: Option<u32>, call: impl FnOnce() -> R) -> Option<R> {
        self.0.set(writes);
        let answer = catch_unwind(AssertUnwindSafe(call)).ok();
        self.0.set(None);
        answer
    }
}

/// A cell whose caller may be stopped before any write.
pub struct Mortal {
    state: Cell<u32>,
    budget: Budget,
}

impl Mortal {
    pub fn new(budget: &Budget) -> Self {
        Self { state: Cell::new(u32::FRESH), budget: budget.clone() }
    }
}

impl StateCell<u32> for Mortal {
    fn load(&self) -> u32 {
        self.state.get()
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let (state, answer) = step(self.state.get());
        if let Some(state) = state {
            match self.budget.0.get() {
                Some(0) => resume_unwind(Box::new("stopped")),
                Some(left) => self.budget.0.set(Some(left - 1)),
                None => {}
            }
            self.state.set(state);
        }
        answer
    }
}
