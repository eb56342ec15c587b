use ::fugit::kind::Kind;
use ::fugit::{Duration, Instant};

use super::{Decision, Timed, Word};
use crate::algorithm::{
    Algorithm, Bucket, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, TokenBucket,
};
use crate::cell::StateCell;
#[cfg(not(loom))]
use crate::cell::{HasShared, Shared};
use crate::decision::{Denied, Forced, LevelError, Reservation};
use crate::limiter::Limiter;
use crate::quota::{Quota, QuotaError};

/// What every limiter does, as [`Limiter`] does it.
impl<A, C, T, const NOM: u64, const DENOM: u64> Timed<Limiter<A, C>, NOM, DENOM>
where
    A: Algorithm<Ticks = T>,
    C: StateCell<T>,
    T: Word,
{
    /// Takes `cost` units at `now`, all or none: [`Limiter::try_acquire`].
    ///
    /// # Errors
    ///
    /// Not yet, with the wait, or never.
    #[inline]
    pub fn try_acquire<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, cost: T) -> Decision<T, NOM, DENOM> {
        self.0.try_acquire(T::reading(now), cost).map(Timed).map_err(Timed)
    }

    /// Takes `cost` units if at least `leave` units remain: [`Limiter::try_acquire_leaving`].
    ///
    /// # Errors
    ///
    /// Not yet, with the wait, or never.
    #[inline]
    pub fn try_acquire_leaving<K: Kind>(
        &self,
        now: Instant<T, NOM, DENOM, K>,
        cost: T,
        leave: T,
    ) -> Decision<T, NOM, DENOM> {
        self.0.try_acquire_leaving(T::reading(now), cost, leave).map(Timed).map_err(Timed)
    }

    /// Takes as many of `most` units as there are: [`Limiter::try_acquire_up_to`].
    ///
    /// # Errors
    ///
    /// Not yet, with the wait for one unit.
    #[inline]
    pub fn try_acquire_up_to<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, most: T) -> Decision<T, NOM, DENOM> {
        self.0.try_acquire_up_to(T::reading(now), most).map(Timed).map_err(Timed)
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging: [`Limiter::peek`].
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn peek<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, cost: T) -> Decision<T, NOM, DENOM> {
        self.0.peek(T::reading(now), cost).map(Timed).map_err(Timed)
    }

    /// Whole units that can be taken at `now`: [`Limiter::remaining`].
    #[inline]
    pub fn remaining<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>) -> T {
        self.0.remaining(T::reading(now))
    }

    /// Gives back `units` that were not used: [`Limiter::refund`].
    #[inline]
    pub fn refund<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, units: T) {
        self.0.refund(T::reading(now), units);
    }

    /// Keeps a long silence from being mistaken for a recent past: [`Limiter::refresh`].
    #[inline]
    pub fn refresh<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>) {
        self.0.refresh(T::reading(now));
    }

    /// As good as new: [`Limiter::reset`].
    #[inline]
    pub fn reset(&self) {
        self.0.reset();
    }
}

/// What every bucket does, as [`Limiter`] does it.
impl<B, C, T, const NOM: u64, const DENOM: u64> Timed<Limiter<B, C>, NOM, DENOM>
where
    B: Bucket<Ticks = T>,
    C: StateCell<T>,
    T: Word,
{
    /// Takes `cost` units now, to be used after a delay of at most `max_wait`: [`Limiter::reserve`].
    ///
    /// # Errors
    ///
    /// Not yet, with the time after which the same reservation is accepted, or never.
    #[inline]
    pub fn reserve<K: Kind>(
        &self,
        now: Instant<T, NOM, DENOM, K>,
        cost: T,
        max_wait: Duration<T, NOM, DENOM>,
    ) -> Result<Timed<Reservation<T>, NOM, DENOM>, Timed<Denied<T>, NOM, DENOM>> {
        self.0.reserve(T::reading(now), cost, T::length(max_wait)).map(Timed).map_err(Timed)
    }

    /// Takes back a reservation of this limiter: [`Limiter::cancel`].
    #[inline]
    pub fn cancel<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, reservation: Timed<Reservation<T>, NOM, DENOM>) {
        self.0.cancel(T::reading(now), reservation.0);
    }

    /// Charges `cost` units for work that has already happened: [`Limiter::force`].
    #[inline]
    pub fn force<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, cost: T) -> Timed<Forced<T>, NOM, DENOM> {
        Timed(self.0.force(T::reading(now), cost))
    }

    /// Units charged and not yet drained: [`Limiter::level`].
    #[inline]
    pub fn level<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>) -> T {
        self.0.level(T::reading(now))
    }

    /// Sets the level from outside: [`Limiter::set_level`].
    ///
    /// # Errors
    ///
    /// If `level` exceeds burst and debt together; nothing is changed.
    #[inline]
    pub fn set_level<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, level: T) -> Result<(), LevelError<T>> {
        self.0.set_level(T::reading(now), level)
    }

    /// Changes the quota and keeps the level: [`Limiter::set_quota`].
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; nothing is changed.
    pub fn set_quota<K: Kind>(
        &mut self,
        now: Instant<T, NOM, DENOM, K>,
        quota: Timed<Quota<T>, NOM, DENOM>,
    ) -> Result<(), QuotaError> {
        self.0.set_quota(T::reading(now), quota.0)
    }

    /// Carries the state over to another rule: [`Limiter::rescale`].
    #[inline]
    pub fn rescale<K: Kind>(&self, now: Instant<T, NOM, DENOM, K>, to: &Timed<B, NOM, DENOM>) {
        self.0.rescale(T::reading(now), &to.0);
    }
}

macro_rules! timed {
    ($rule:ident) => {
        timed!($rule, const u32);
        timed!($rule, const u64);

        /// A rule, to be shared by many states.
        impl<T: Word, const NOM: u64, const DENOM: u64> Timed<$rule<T>, NOM, DENOM> {
            /// The rule of a quota known at run time.
            ///
            /// # Errors
            ///
            /// If the quota cannot be kept.
            pub fn try_new(quota: Timed<Quota<T>, NOM, DENOM>) -> Result<Self, QuotaError> {
                $rule::try_new(quota.0).map(Self::from_ticks)
            }

            /// A limiter of this rule over a cell, or over a reference to one.
            #[inline]
            #[must_use]
            pub const fn over<C: StateCell<T>>(self, cell: C) -> Timed<Limiter<$rule<T>, C>, NOM, DENOM> {
                Timed(Limiter::from_parts(self.0, cell))
            }
        }

        #[cfg(not(loom))]
        impl<T: HasShared + Word, const NOM: u64, const DENOM: u64> Timed<Limiter<$rule<T>, Shared<T>>, NOM, DENOM> {
            /// A limiter, full, of a quota known at run time.
            ///
            /// # Errors
            ///
            /// If the quota cannot be kept.
            pub fn try_new(quota: Timed<Quota<T>, NOM, DENOM>) -> Result<Self, QuotaError> {
                Limiter::<$rule<T>, Shared<T>>::try_new(quota.0).map(Self::from_ticks)
            }
        }
    };
    ($rule:ident, const $word:ident) => {
        impl<const NOM: u64, const DENOM: u64> Timed<$rule<$word>, NOM, DENOM> {
            /// The rule of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Timed<Quota<$word>, NOM, DENOM>) -> Self {
                Self::from_ticks($rule::<$word>::new(*quota.as_ticks()))
            }
        }

        #[cfg(not(loom))]
        impl<const NOM: u64, const DENOM: u64> Timed<Limiter<$rule<$word>, Shared<$word>>, NOM, DENOM> {
            /// A limiter, full, of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Timed<Quota<$word>, NOM, DENOM>) -> Self {
                Self::from_ticks(Limiter::<$rule<$word>, Shared<$word>>::new(*quota.as_ticks()))
            }
        }
    };
}

timed!(TokenBucket);
timed!(LeakyBucket);
timed!(LeakyQueue);
timed!(FixedWindow);
timed!(FirstRequestWindow);
timed!(SlidingWindow);
