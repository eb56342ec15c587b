//! A rule and a state word together: what one puts into a `static` and asks.

mod snapshot;

use crate::algorithm::{
    Algorithm, Bucket, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, Step, TokenBucket, tat,
};
use crate::cell::StateCell;
#[cfg(not(loom))]
use crate::cell::{HasShared, Init, Shared};
use crate::decision::{Decision, Denied, Forced, LevelError, Reservation};
use crate::quota::{Quota, QuotaError};
use crate::time::Ticks;

/// A rule `A` and the cell `C` of its state, shared by `&self` between threads, tasks and interrupts as the cell allows.
///
/// Mostly used by its names [`TokenBucket`](crate::TokenBucket), [`LeakyBucket`](crate::LeakyBucket) and
/// [`LeakyQueue`](crate::LeakyQueue). Any call may be made from anywhere at any time; `now` is the caller's clock, of
/// which [little is asked](crate::time).
///
/// # Many states, one rule
///
/// A limiter bundles rule and state. Where many things are limited alike, keep the rule once (a `const` or `static`
/// goes to flash) and a bare cell of 4 or 8 bytes for each, and put them together for the call:
///
/// ```
/// use tollgate::{Quota, algorithm::TokenBucket, cell::Atomic32};
///
/// const PER_PEER: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, 1_000));
/// static PEERS: [Atomic32; 8] = [const { Atomic32::fresh() }; 8];
///
/// let now = 12_345;
/// assert!(PER_PEER.over(&PEERS[3]).try_acquire(now, 1).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Limiter<A, C> {
    rule: A,
    cell: C,
}

impl<A, C> Limiter<A, C> {
    /// Puts a rule and a cell (or a reference to one) together.
    #[must_use]
    pub const fn from_parts(rule: A, cell: C) -> Self {
        Self { rule, cell }
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &A {
        &self.rule
    }

    /// The cell of the state.
    #[must_use]
    pub const fn cell(&self) -> &C {
        &self.cell
    }
}

/// What every limiter does.
impl<A: Algorithm, C: StateCell<A::Ticks>> Limiter<A, C> {
    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// ```
    /// use tollgate::{Quota, TokenBucket};
    ///
    /// let bucket = TokenBucket::<u32>::new(Quota::per(2, 1_000)); // milliseconds
    /// assert_eq!(bucket.try_acquire(0, 2).unwrap().remaining(), 0);
    ///
    /// let denied = bucket.try_acquire(0, 1).unwrap_err();
    /// assert_eq!(denied.retry_after(), Some(500));
    /// assert!(bucket.try_acquire(500, 1).is_ok());
    ///
    /// assert!(bucket.try_acquire(500, 3).unwrap_err().is_never());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the wait, or [`Denied::Never`] if `cost` exceeds the capacity. Nothing is charged, and
    /// nothing is written (but [after a clock fault](crate::algorithm::tat#clock-faults)).
    #[inline(always)] // see `tat::weigh`
    pub fn try_acquire(&self, now: A::Ticks, cost: A::Ticks) -> Decision<A::Ticks> {
        self.try_acquire_leaving(now, cost, A::Ticks::ZERO)
    }

    /// Takes `cost` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `cost` and `leave` together exceed the capacity.
    #[inline(always)]
    pub fn try_acquire_leaving(&self, now: A::Ticks, cost: A::Ticks, leave: A::Ticks) -> Decision<A::Ticks> {
        self.rule.tell(self.step(|state| self.rule.weigh(state, now, cost, leave)), cost)
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`](crate::Grant::granted) says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit, with the wait for one.
    #[inline]
    pub fn try_acquire_up_to(&self, now: A::Ticks, most: A::Ticks) -> Decision<A::Ticks> {
        self.step(|state| self.rule.acquire_up_to(state, now, most))
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn peek(&self, now: A::Ticks, cost: A::Ticks) -> Decision<A::Ticks> {
        self.rule.acquire(self.cell.load(), now, cost, A::Ticks::ZERO).answer
    }

    /// Whole units that can be taken at `now`, rounded down.
    #[inline]
    pub fn remaining(&self, now: A::Ticks) -> A::Ticks {
        self.rule.remaining(self.cell.load(), now)
    }

    /// Gives back `units` that were taken and not used. What goes beyond full is dropped.
    #[inline]
    pub fn refund(&self, now: A::Ticks, units: A::Ticks) {
        self.step(|state| self.rule.refund(state, now, units));
    }

    /// Keeps a long silence from being mistaken for a recent past: see
    /// [clock faults](crate::algorithm::tat#clock-faults). Changes no decision otherwise.
    #[inline]
    pub fn refresh(&self, now: A::Ticks) {
        self.step(|state| self.rule.refresh(state, now));
    }

    /// As good as new: full, whatever the clock reads next. Forgets what reservations and leases hold; one that gives back
    /// after that gives back of what others have taken since.
    #[inline]
    pub fn reset(&self) {
        self.cell.update(|_| (Some(A::Ticks::FRESH), ()));
    }

    /// Whether the state is that of a limiter never used.
    pub(crate) fn is_as_new(&self) -> bool {
        self.cell.load() == A::Ticks::FRESH
    }

    #[inline(always)]
    pub(crate) fn step<R>(&self, mut step: impl FnMut(A::Ticks) -> Step<A::Ticks, R>) -> R {
        self.cell.update(|state| {
            let Step { state, answer } = step(state);
            (state, answer)
        })
    }
}

/// What every bucket does.
impl<B: Bucket, C: StateCell<B::Ticks>> Limiter<B, C> {
    /// Takes `cost` units now, to be used after the reservation's [`delay`](Reservation::delay), which is at most
    /// `max_wait` ticks.
    ///
    /// Units reserved beyond the capacity are owed: how many may be is the quota's [`debt`](Quota::debt), 0 if it
    /// names none. (A [`LeakyQueue`](crate::LeakyQueue) delays within its capacity and needs no debt.)
    ///
    /// ```
    /// use tollgate::{Quota, TokenBucket};
    ///
    /// let bucket = TokenBucket::<u32>::new(Quota::per(2, 1_000).debt(3));
    /// let first = bucket.reserve(0, 2, 0).unwrap();
    /// assert_eq!(first.delay(), 0);
    /// let second = bucket.reserve(0, 2, 1_000).unwrap();
    /// assert_eq!(second.delay(), 1_000); // sleep, then act
    ///
    /// assert_eq!(bucket.reserve(0, 1, 1_000).unwrap_err().retry_after(), Some(500));
    /// bucket.cancel(0, second);
    /// assert_eq!(bucket.reserve(0, 1, 1_000).unwrap().delay(), 500);
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if the wait or the debt would be too long, with the ticks after which the same reservation
    /// is accepted; [`Denied::Never`] if `cost` exceeds the capacity. Nothing is charged.
    #[inline]
    pub fn reserve(
        &self,
        now: B::Ticks,
        cost: B::Ticks,
        max_wait: B::Ticks,
    ) -> Result<Reservation<B::Ticks>, Denied<B::Ticks>> {
        self.step(|state| tat::reserve(self.rule.rate(), B::PACED, state, now, cost, max_wait))
    }

    /// Takes back a reservation of this limiter: to the bit if nothing happened since, as a [`refund`](Self::refund) otherwise.
    #[inline]
    pub fn cancel(&self, now: B::Ticks, reservation: Reservation<B::Ticks>) {
        self.step(|state| tat::cancel(self.rule.rate(), state, now, &reservation));
    }

    /// Charges `cost` units for work that has already happened, as a debt where the capacity does not suffice.
    ///
    /// What exceeds the quota's [`debt`](Quota::debt) is not charged, and the answer says how much that is.
    #[inline]
    pub fn force(&self, now: B::Ticks, cost: B::Ticks) -> Forced<B::Ticks> {
        self.step(|state| tat::force(self.rule.rate(), state, now, cost))
    }

    /// Units charged and not yet drained, rounded up: the water in a leaky bucket, the tokens missing from a token
    /// bucket. More than the burst means a debt.
    #[inline]
    pub fn level(&self, now: B::Ticks) -> B::Ticks {
        tat::level(self.rule.rate(), self.cell.load(), now)
    }

    /// Sets the level from outside, as when a server says that it counts 32 of 80.
    ///
    /// ```
    /// use tollgate::{LeakyBucket, Quota};
    ///
    /// let calls = LeakyBucket::<u32>::new(Quota::per(4, 1_000).burst(80));
    /// calls.set_level(7_000, 32).unwrap();
    /// assert_eq!((calls.level(7_000), calls.remaining(7_000)), (32, 48));
    /// assert_eq!(calls.level(10_000), 20);
    /// ```
    ///
    /// # Errors
    ///
    /// If `level` exceeds burst and debt together; nothing is changed.
    #[inline]
    pub fn set_level(&self, now: B::Ticks, level: B::Ticks) -> Result<(), LevelError<B::Ticks>> {
        let state = tat::at_level(self.rule.rate(), now, level)?;
        self.cell.update(|_| (Some(state), ()));
        Ok(())
    }

    /// Changes the quota and keeps the level: as many units as were charged stay charged, and at most what the new quota
    /// can hold.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; nothing is changed.
    pub fn set_quota(&mut self, now: B::Ticks, quota: Quota<B::Ticks>) -> Result<(), QuotaError> {
        let rule = B::try_from_quota(quota)?;
        self.rescale(now, &rule);
        self.rule = rule;
        Ok(())
    }

    /// Carries the state over to another rule: as many units as were charged are charged there, and at most what it can hold.
    ///
    /// For states that share a rule; a limiter that owns its rule has [`set_quota`](Self::set_quota).
    #[inline]
    pub fn rescale(&self, now: B::Ticks, to: &B) {
        self.cell.update(|state| (Some(tat::rescale(self.rule.rate(), to.rate(), state, now)), ()));
    }
}

/// What a limiter has by its rule: constructors, constant and not.
macro_rules! limiter {
    ($name:ident) => {
        impl<T: Ticks> $name<T> {
            /// A limiter of this rule over a cell, or over a reference to one.
            #[inline]
            #[must_use]
            pub const fn over<C: StateCell<T>>(self, cell: C) -> Limiter<Self, C> {
                Limiter::from_parts(self, cell)
            }
        }

        #[cfg(not(loom))]
        impl<T: HasShared> Limiter<$name<T>, Shared<T>> {
            /// A limiter never used, of a quota known at run time.
            ///
            /// # Errors
            ///
            /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
            pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
                $name::try_new(quota).map(|rule| Self::from_parts(rule, <Shared<T> as Init<T>>::FRESH))
            }
        }

        limiter!($name, const u32);
        limiter!($name, const u64);
    };
    ($name:ident, const $word:ident) => {
        #[cfg(not(loom))]
        impl Limiter<$name<$word>, Shared<$word>> {
            /// A limiter never used, of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            /// For values known only at run time there is [`try_new`](Self::try_new).
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::from_parts($name::<$word>::new(quota), <Shared<$word> as Init<$word>>::FRESH)
            }
        }
    };
}

limiter!(TokenBucket);
limiter!(LeakyBucket);
limiter!(LeakyQueue);
limiter!(FixedWindow);
limiter!(FirstRequestWindow);
limiter!(SlidingWindow);
