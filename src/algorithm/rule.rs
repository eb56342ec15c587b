//! What the buckets have in common: a rate over one [TAT](super::tat), read in different words.

use super::tat::{self, Verdict};
use super::{Algorithm, Charge, Step};
use crate::decision::Decision;
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::Ticks;

/// A rule whose state is a [theoretical arrival time](super::tat).
pub trait Bucket: Sized {
    /// Ticks, state word and costs.
    type Ticks: Ticks;

    /// Whether a grant has to wait until everything before it has drained: a queue, not a meter.
    const PACED: bool;

    /// The numbers of the quota.
    fn rate(&self) -> &Rate<Self::Ticks>;

    /// The rule of a quota known at run time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept.
    fn try_from_quota(quota: Quota<Self::Ticks>) -> Result<Self, QuotaError>;
}

impl<B: Bucket> Algorithm for B {
    type Ticks = B::Ticks;
    type Verdict = Verdict<B::Ticks>;

    #[inline(always)] // see `tat::weigh`
    fn weigh(
        &self,
        state: B::Ticks,
        now: B::Ticks,
        cost: B::Ticks,
        leave: B::Ticks,
    ) -> Step<B::Ticks, Verdict<B::Ticks>> {
        tat::weigh(self.rate(), state, now, cost, leave)
    }

    #[inline(always)]
    fn tell(&self, verdict: Verdict<B::Ticks>, cost: B::Ticks) -> Decision<B::Ticks> {
        pace::<B>(tat::tell(self.rate(), verdict, cost))
    }

    #[inline]
    fn acquire_up_to(&self, state: B::Ticks, now: B::Ticks, most: B::Ticks) -> Step<B::Ticks, Decision<B::Ticks>> {
        tat::acquire_up_to(self.rate(), state, now, most).map(pace::<B>)
    }

    #[inline]
    fn refund(&self, state: B::Ticks, now: B::Ticks, units: B::Ticks) -> Step<B::Ticks, ()> {
        tat::refund(self.rate(), state, now, units)
    }

    #[inline]
    fn undo(&self, state: B::Ticks, now: B::Ticks, units: B::Ticks, charge: &Charge<B::Ticks>) -> Step<B::Ticks, ()> {
        tat::undo(self.rate(), state, now, units, charge)
    }

    #[inline]
    fn penalize(&self, state: B::Ticks, now: B::Ticks, cost: B::Ticks) -> Step<B::Ticks, ()> {
        tat::force(self.rate(), state, now, cost).map(|_| ())
    }

    #[inline]
    fn capacity(&self) -> B::Ticks {
        self.rate().burst()
    }

    #[inline]
    fn remaining(&self, state: B::Ticks, now: B::Ticks) -> B::Ticks {
        tat::available(self.rate(), state, now)
    }

    #[inline]
    fn refresh(&self, state: B::Ticks, now: B::Ticks) -> Step<B::Ticks, ()> {
        tat::refresh(self.rate(), state, now)
    }
}

/// Tells a paced grant to wait for the backlog it found.
#[inline(always)]
pub(crate) fn pace<B: Bucket>(decision: Decision<B::Ticks>) -> Decision<B::Ticks> {
    if !B::PACED {
        return decision;
    }
    decision.map(|mut grant| {
        grant.delay = grant.backlog.wrapping_sub(grant.granted.wrapping_mul(grant.per_unit));
        grant
    })
}

/// Makes a [`Bucket`] of a struct with one field `rate`.
macro_rules! bucket_rule {
    ($name:ident, paced: $paced:literal) => {
        impl<T: Ticks> $name<T> {
            /// The rule of a quota known at run time.
            ///
            /// # Errors
            ///
            /// If the quota cannot be kept: see [`QuotaError`](crate::quota::QuotaError).
            pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
                Rate::try_new(quota).map(|rate| Self { rate })
            }

            /// The quota, as it was given.
            #[must_use]
            pub fn quota(&self) -> Quota<T> {
                self.rate.quota()
            }
        }

        bucket_rule!($name, const u32);
        bucket_rule!($name, const u64);

        impl<T: Ticks> Bucket for $name<T> {
            type Ticks = T;

            const PACED: bool = $paced;

            #[inline]
            fn rate(&self) -> &Rate<T> {
                &self.rate
            }

            fn try_from_quota(quota: Quota<T>) -> Result<Self, QuotaError> {
                Self::try_new(quota)
            }
        }
    };
    ($name:ident, const $word:ident) => {
        impl $name<$word> {
            /// The rule of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self { rate: Rate::<$word>::new(quota) }
            }
        }
    };
}
