//! A waiting period as a limit by itself, so that a table can keep one for each key.

use super::PenaltyRule;
use crate::algorithm::{Algorithm, Charge, Step};
use crate::decision::{Decision, Denied, Grant, NotYet};
use crate::time::Ticks;

/// It admits whatever is asked while no period stands, asking early extends it, and a [`penalize`](Algorithm::penalize)
/// opens it.
impl<T: Ticks> Algorithm for PenaltyRule<T> {
    type Ticks = T;
    type Verdict = Decision<T>;

    /// Asking early extends the period, if it costs something.
    fn weigh(&self, state: T, now: T, cost: T, _leave: T) -> Step<T, Decision<T>> {
        let grant = Grant {
            granted: cost,
            delay: T::ZERO,
            backlog: self.left(state, now).unwrap_or(T::ZERO),
            room: self.remaining(state, now),
            per_unit: T::ONE,
            per_tick: T::ONE,
        };
        if cost == T::ZERO {
            return Step::keep(Ok(grant));
        }
        self.ask(state, now, None).map(|wait| match wait {
            None => Ok(grant),
            Some(missing) => Err(Denied::NotYet(NotYet { missing, per_tick: T::ONE })),
        })
    }

    fn tell(&self, verdict: Decision<T>, _cost: T) -> Decision<T> {
        verdict
    }

    fn acquire_up_to(&self, state: T, now: T, most: T) -> Step<T, Decision<T>> {
        self.weigh(state, now, most, T::ZERO)
    }

    fn refund(&self, _state: T, _now: T, _units: T) -> Step<T, ()> {
        Step::keep(())
    }

    fn undo(&self, _state: T, _now: T, _units: T, _charge: &Charge<T>) -> Step<T, ()> {
        Step::keep(())
    }

    fn penalize(&self, state: T, now: T, _cost: T) -> Step<T, ()> {
        self.ask(state, now, Some(T::ZERO)).map(|_| ())
    }

    fn capacity(&self) -> T {
        T::MAX
    }

    fn remaining(&self, state: T, now: T) -> T {
        if self.left(state, now).is_some() { T::ZERO } else { T::MAX }
    }

    fn refresh(&self, state: T, now: T) -> Step<T, ()> {
        PenaltyRule::refresh(self, state, now)
    }

    /// A period that meets the word ends a tick later.
    fn clear_of_taken(&self, state: T) -> T {
        if state == T::TAKEN { state.wrapping_add(self.a_tick()) } else { state }
    }
}
