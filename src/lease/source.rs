//! What units can be drawn of.

use crate::algorithm::{Algorithm, Charge, Step};
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, StateCell};
use crate::decision::{Decision, Denied};
use crate::limiter::Limiter;
use crate::rolling_window::RollingWindow;
use crate::time::Ticks;

/// Units drawn of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Drawn<T> {
    /// The charge: how many, when, and what is known of it.
    pub charge: Charge<T>,
    /// Ticks to wait before any of them may be used, 0 but for a queue.
    pub delay: T,
}

/// Units of a draw that are to be put back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Unused<T> {
    /// How many: at most those of the charge.
    pub units: T,
    /// The charge they are of, with all its units.
    pub of: Charge<T>,
}

/// A limit of which units can be drawn in bulk, and put back. To write another, keep these promises.
pub trait Source {
    /// Ticks of the clock, and units.
    type Ticks: Ticks;

    /// Puts back what is `unused` of an earlier draw, as [`put_back`](Self::put_back) does and also where this one is denied, and
    /// takes as many units as there are: at least `cost`, which is above 0, and at most `most`, which is no less.
    ///
    /// # Errors
    ///
    /// That of the limit for `cost` units; none are taken.
    fn draw(
        &self,
        now: Self::Ticks,
        cost: Self::Ticks,
        most: Self::Ticks,
        unused: Unused<Self::Ticks>,
    ) -> Result<Drawn<Self::Ticks>, Denied<Self::Ticks>>;

    /// Gives back what is `unused` of a charge, and leaves no more than if that had never been drawn. What cannot be told
    /// stays charged.
    fn put_back(&self, now: Self::Ticks, unused: Unused<Self::Ticks>);
}

/// In one step.
impl<A: Algorithm, C: StateCell<A::Ticks>> Source for Limiter<A, C> {
    type Ticks = A::Ticks;

    #[inline]
    fn draw(
        &self,
        now: A::Ticks,
        cost: A::Ticks,
        most: A::Ticks,
        unused: Unused<A::Ticks>,
    ) -> Result<Drawn<A::Ticks>, Denied<A::Ticks>> {
        let rule = self.rule();
        let grant = self.step(|state| {
            let returned = rule.undo(state, now, unused.units, &unused.of).state;
            let full = returned.unwrap_or(state);
            let units = most.min(rule.remaining(full, now)).max(cost);
            let step = rule.acquire(full, now, units, A::Ticks::ZERO);
            Step { state: step.state.or(returned), answer: step.answer }
        })?;
        // The word it left would allow more to be put back, but no more than is safe while only one lease puts back:
        // another one lowers the word.
        Ok(Drawn { charge: Charge { units: grant.granted(), at: now, left: None }, delay: grant.delay() })
    }

    #[inline]
    fn put_back(&self, now: A::Ticks, unused: Unused<A::Ticks>) {
        self.step(|state| self.rule().undo(state, now, unused.units, &unused.of));
    }
}

/// Draws of a window of many words, where others may take some of the units between a look and an attempt.
#[inline]
fn draw_of<T: Ticks>(
    now: T,
    cost: T,
    most: T,
    remaining: impl Fn() -> T,
    take: impl Fn(T) -> Decision<T>,
) -> Result<Drawn<T>, Denied<T>> {
    loop {
        let units = most.min(remaining()).max(cost);
        match take(units) {
            Ok(grant) => {
                return Ok(Drawn { charge: Charge { units, at: now, left: None }, delay: grant.delay() });
            }
            Err(Denied::NotYet(_)) if units > cost => {} // others were faster, so somebody got on
            Err(denied) => return Err(denied),
        }
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Source for RollingWindow<T, N, C> {
    type Ticks = T;

    fn draw(&self, now: T, cost: T, most: T, unused: Unused<T>) -> Result<Drawn<T>, Denied<T>> {
        self.put_back(now, unused);
        draw_of(now, cost, most, || self.remaining(now), |units| self.try_acquire(now, units))
    }

    fn put_back(&self, now: T, unused: Unused<T>) {
        if now.wrapping_sub(unused.of.at) < self.window().period() {
            self.refund(unused.of.at, unused.units); // by their stamps
        }
    }
}

impl<T: HasShared, const SLOTS: usize, C: StateCell<T>> Source for BucketedWindow<T, SLOTS, C> {
    type Ticks = T;

    fn draw(&self, now: T, cost: T, most: T, unused: Unused<T>) -> Result<Drawn<T>, Denied<T>> {
        self.put_back(now, unused);
        draw_of(now, cost, most, || self.remaining(now), |units| self.try_acquire(now, units))
    }

    fn put_back(&self, now: T, unused: Unused<T>) {
        if unused.units > T::ZERO && now.wrapping_sub(unused.of.at) < self.rule().quota().period() {
            self.give_back(unused.of.at, unused.units);
        }
    }
}
