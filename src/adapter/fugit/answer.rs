use core::fmt;

use ::fugit::Duration;

use super::{Timed, Word};
use crate::decision::{Denied, Forced, Grant, Reservation};

/// Admitted or not, with the waits as durations.
pub type Decision<T, const NOM: u64, const DENOM: u64> =
    Result<Timed<Grant<T>, NOM, DENOM>, Timed<Denied<T>, NOM, DENOM>>;

/// Admitted.
impl<T: Word, const NOM: u64, const DENOM: u64> Timed<Grant<T>, NOM, DENOM> {
    /// Units granted: the cost, or less for a partial grant.
    #[must_use]
    pub fn granted(&self) -> T {
        self.0.granted()
    }

    /// Whole units that could be taken now, rounded down.
    #[must_use]
    #[inline]
    pub fn remaining(&self) -> T {
        self.0.remaining()
    }

    /// Time until the limiter is as good as new, rounded up to a tick, if nothing more is taken.
    #[must_use]
    #[inline]
    pub fn reset_after(&self) -> Duration<T, NOM, DENOM> {
        self.0.reset_after().duration()
    }

    /// Time to wait before acting, rounded up to a tick: 0 unless the grant is a reservation or a place in a queue.
    #[must_use]
    #[inline]
    pub fn delay(&self) -> Duration<T, NOM, DENOM> {
        self.0.delay().duration()
    }
}

/// Not admitted.
impl<T: Word, const NOM: u64, const DENOM: u64> Timed<Denied<T>, NOM, DENOM> {
    /// Time until the request fits, rounded up, at least one tick; `None` if it never will.
    #[must_use]
    #[inline]
    pub fn retry_after(&self) -> Option<Duration<T, NOM, DENOM>> {
        self.0.retry_after().map(T::duration)
    }

    /// Whether waiting is in vain.
    #[must_use]
    #[inline]
    pub fn is_never(&self) -> bool {
        self.0.is_never()
    }
}

impl<T: Word, const NOM: u64, const DENOM: u64> fmt::Display for Timed<Denied<T>, NOM, DENOM>
where
    Duration<T, NOM, DENOM>: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.retry_after() {
            Some(wait) => write!(f, "limit reached: try again in {wait}"),
            None => self.0.fmt(f),
        }
    }
}

impl<T: Word, const NOM: u64, const DENOM: u64> core::error::Error for Timed<Denied<T>, NOM, DENOM> where
    Duration<T, NOM, DENOM>: fmt::Display
{
}

/// Charged now for later use.
impl<T: Word, const NOM: u64, const DENOM: u64> Timed<Reservation<T>, NOM, DENOM> {
    /// Time to wait before acting, rounded up to a tick; 0 if the units were there.
    #[must_use]
    pub fn delay(&self) -> Duration<T, NOM, DENOM> {
        self.0.delay().duration()
    }

    /// What was granted.
    #[must_use]
    pub fn grant(&self) -> Timed<Grant<T>, NOM, DENOM> {
        Timed(self.0.grant())
    }
}

/// Charged for work that had already happened.
impl<T: Word, const NOM: u64, const DENOM: u64> Timed<Forced<T>, NOM, DENOM> {
    /// Units charged.
    #[must_use]
    pub fn charged(&self) -> T {
        self.0.charged()
    }

    /// Units that could not be charged, as they exceed the debt the quota allows.
    #[must_use]
    pub fn uncharged(&self) -> T {
        self.0.uncharged()
    }

    /// The limiter after the charge.
    #[must_use]
    pub fn grant(&self) -> Timed<Grant<T>, NOM, DENOM> {
        Timed(self.0.grant())
    }
}
