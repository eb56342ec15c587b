use core::cell::RefCell;

use super::key::Key;
use super::slots::Slots;
use crate::algorithm::{Algorithm, Step};
use crate::cell::StateCell;
use crate::time::Ticks;

/// The state word of a key at a reading of the clock, as a cell: for what keeps a word in a [table](super::Table) and has
/// steps of its own, such as a [`Penalty`](crate::Penalty).
///
/// A key without a slot reads as never used, and takes one when it is written. If there is none, what was to be written
/// is dropped, and the table [counts](super::Table::found_full) that.
#[derive(Debug)]
pub struct KeyCell<'a, A, S, H, const CLASSES: usize>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    key: Key<'a, A, S, H, CLASSES>,
    now: A::Ticks,
}

impl<'a, A, S, H, const CLASSES: usize> Key<'a, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    /// The state word of the key, as a cell for calls at `now`.
    #[must_use]
    pub const fn cell(self, now: A::Ticks) -> KeyCell<'a, A, S, H, CLASSES> {
        KeyCell { key: self, now }
    }
}

impl<A, S, H, const CLASSES: usize> StateCell<A::Ticks> for KeyCell<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    fn load(&self) -> A::Ticks {
        self.key.state().unwrap_or(A::Ticks::FRESH)
    }

    fn update<R>(&self, step: impl FnMut(A::Ticks) -> (Option<A::Ticks>, R)) -> R {
        let step = RefCell::new(step);
        let step = |word| match step.try_borrow_mut() {
            Ok(mut step) => {
                let (state, answer) = step(word);
                Step { state, answer: Some(answer) }
            }
            Err(_) => Step::keep(None), // a step runs no step
        };
        loop {
            if let Some(answer) = self.key.charge_or(self.now, &step, || step(A::Ticks::FRESH).answer) {
                return answer;
            }
        }
    }
}
