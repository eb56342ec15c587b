//! Rate limits as pure integer state machines: `(state, now, cost) -> (state', decision)`.
//!
//! Nothing here knows where the state word lives or how it is shared. A *rule* ([`TokenBucket`],
//! [`LeakyBucket`], [`LeakyQueue`]) holds the constants of a quota and is shared by as many state words as there
//! are things to limit; each is a plain `u32` or `u64` that starts as [`FRESH`](crate::time::Ticks::FRESH).
//!
//! ```
//! use tollgate::algorithm::{Algorithm, TokenBucket};
//! use tollgate::time::Ticks;
//! use tollgate::Quota;
//!
//! const RULE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(2, 1_000));
//!
//! let step = RULE.acquire(u32::FRESH, 5_000, 1, 0);
//! assert_eq!(step.answer.unwrap().remaining(), 1);
//! let state = step.state.unwrap(); // a denial would leave None: nothing to write
//! assert_eq!(RULE.acquire(state, 5_000, 2, 0).state, None);
//! ```

use crate::decision::Decision;
use crate::time::Ticks;

#[macro_use]
mod aligned;
#[macro_use]
mod rule;
#[macro_use]
mod tally;
mod bucketed_window;
mod durable;
#[cfg(test)]
mod exhaustive;
mod first_request_window;
mod fixed_window;
mod leaky_bucket;
mod leaky_queue;
pub(crate) mod rolling_window;
mod sliding_window;
pub mod tat;
mod token_bucket;

pub use bucketed_window::BucketedWindow;
pub(crate) use bucketed_window::Sight;
pub use durable::Durable;
pub use first_request_window::FirstRequestWindow;
pub use fixed_window::FixedWindow;
pub use leaky_bucket::LeakyBucket;
pub use leaky_queue::LeakyQueue;
pub use rule::Bucket;
pub use sliding_window::SlidingWindow;
pub use token_bucket::TokenBucket;

/// What a state machine makes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Step<T, R> {
    /// The state to write, or `None` to leave it bit for bit.
    pub state: Option<T>,
    /// What to tell the caller.
    pub answer: R,
}

impl<T, R> Step<T, R> {
    /// Leaves the state alone.
    #[inline]
    pub const fn keep(answer: R) -> Self {
        Self { state: None, answer }
    }

    /// Moves to `state`.
    #[inline]
    pub const fn write(state: T, answer: R) -> Self {
        Self { state: Some(state), answer }
    }

    /// The same step with another answer.
    #[inline]
    pub fn map<S>(self, answer: impl FnOnce(R) -> S) -> Step<T, S> {
        Step { state: self.state, answer: answer(self.answer) }
    }
}

/// A charge made earlier, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Charge<T> {
    /// Units charged.
    pub units: T,
    /// The reading at which they were.
    pub at: T,
    /// The state word the charge left, if that is known.
    pub left: Option<T>,
}

/// A rule over one state word.
///
/// All functions are pure and cheap to run again, as a compare-exchange loop does.
pub trait Algorithm {
    /// The clock's ticks, the state word and the type of costs.
    type Ticks: Ticks;

    /// What a decision comes down to: small enough to leave the update of a cell in registers.
    type Verdict;

    /// Takes `cost` units if that leaves at least `leave` for others.
    ///
    /// A `cost` of 0 is always admitted and changes nothing.
    fn weigh(
        &self,
        state: Self::Ticks,
        now: Self::Ticks,
        cost: Self::Ticks,
        leave: Self::Ticks,
    ) -> Step<Self::Ticks, Self::Verdict>;

    /// The decision on `cost` units that a verdict stands for.
    ///
    /// # Errors
    ///
    /// What the verdict says: [`Denied`](crate::Denied).
    fn tell(&self, verdict: Self::Verdict, cost: Self::Ticks) -> Decision<Self::Ticks>;

    /// [Weighs](Self::weigh) and [tells](Self::tell).
    #[inline]
    fn acquire(
        &self,
        state: Self::Ticks,
        now: Self::Ticks,
        cost: Self::Ticks,
        leave: Self::Ticks,
    ) -> Step<Self::Ticks, Decision<Self::Ticks>> {
        self.weigh(state, now, cost, leave).map(|verdict| self.tell(verdict, cost))
    }

    /// Takes as many of `most` units as there are, and is denied if there is not even one.
    fn acquire_up_to(
        &self,
        state: Self::Ticks,
        now: Self::Ticks,
        most: Self::Ticks,
    ) -> Step<Self::Ticks, Decision<Self::Ticks>>;

    /// Gives back `units`, never beyond full.
    fn refund(&self, state: Self::Ticks, now: Self::Ticks, units: Self::Ticks) -> Step<Self::Ticks, ()>;

    /// Gives back `units` of a charge, as if they had never been taken, and not more.
    ///
    /// Unlike a [`refund`](Self::refund) it leaves what has drained or ended since the charge: that others may have taken
    /// anew. What is not known of the charge is assumed so that rather too little comes back.
    fn undo(
        &self,
        state: Self::Ticks,
        now: Self::Ticks,
        units: Self::Ticks,
        charge: &Charge<Self::Ticks>,
    ) -> Step<Self::Ticks, ()>;

    /// Charges an attempt that was denied: what is left goes, up to `cost`, and where the quota has a debt, that too.
    fn penalize(&self, state: Self::Ticks, now: Self::Ticks, cost: Self::Ticks) -> Step<Self::Ticks, ()>;

    /// The most units that can be had at once.
    fn capacity(&self) -> Self::Ticks;

    /// Whole units that could be taken, rounded down.
    fn remaining(&self, state: Self::Ticks, now: Self::Ticks) -> Self::Ticks;

    /// Forgets the past where it no longer matters, so that no length of idling can be mistaken for it.
    fn refresh(&self, state: Self::Ticks, now: Self::Ticks) -> Step<Self::Ticks, ()>;

    /// The word to keep for `state` where [`TAKEN`](Ticks::TAKEN) means something else, as in a [table](crate::keyed).
    ///
    /// Arrival times that meet it are kept one sub-tick later: never early, as with [`FRESH`](Ticks::FRESH). A window
    /// never writes it, as it counts nothing there.
    #[inline]
    fn clear_of_taken(&self, state: Self::Ticks) -> Self::Ticks {
        if state == Self::Ticks::TAKEN { state.wrapping_add(Self::Ticks::ONE) } else { state }
    }
}
