//! The answers of a limiter: admitted, not yet, never.
//!
//! An answer carries what was known at the instant of the decision, as plain numbers; anything that takes a
//! division ([`Grant::remaining`], [`NotYet::retry_after`], …) is worked out only when asked for.

use core::fmt;

use crate::time::Ticks;

/// Admitted or not.
pub type Decision<T> = Result<Grant<T>, Denied<T>>;

/// Admitted: the cost has been charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a grant says what is left and, from a queue, when to go"]
pub struct Grant<T> {
    pub(crate) granted: T,
    /// Sub-ticks until the grant may be used; 0 but for reservations and queues.
    pub(crate) delay: T,
    /// Sub-ticks charged and not yet drained.
    pub(crate) backlog: T,
    /// Sub-ticks that can still be charged.
    pub(crate) room: T,
    pub(crate) per_unit: T,
    pub(crate) per_tick: T,
}

impl<T: Ticks> Grant<T> {
    /// Units granted: the cost, or less for a partial grant.
    #[must_use]
    pub fn granted(&self) -> T {
        self.granted
    }

    /// Whole units that could be taken now, rounded down.
    #[must_use]
    #[inline]
    pub fn remaining(&self) -> T {
        self.room.div_floor(self.per_unit)
    }

    /// Ticks until the limiter is as good as new, rounded up, if nothing more is taken.
    #[must_use]
    #[inline]
    pub fn reset_after(&self) -> T {
        self.backlog.div_ceil(self.per_tick)
    }

    /// Ticks to wait before acting, rounded up: 0 unless the grant is a reservation or a place in a queue.
    #[must_use]
    #[inline]
    pub fn delay(&self) -> T {
        self.delay.div_ceil(self.per_tick)
    }
}

/// A charge made now for later use: see [`Limiter::reserve`](crate::Limiter::reserve).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a reservation says how long to wait, and is to be cancelled if it is not used"]
pub struct Reservation<T> {
    pub(crate) grant: Grant<T>,
    /// The state it was made on, and the one it left.
    pub(crate) before: T,
    pub(crate) after: T,
}

impl<T: Ticks> Reservation<T> {
    /// Ticks to wait before acting, rounded up; 0 if the units were there.
    #[must_use]
    pub fn delay(&self) -> T {
        self.grant.delay()
    }

    /// What was granted.
    pub fn grant(&self) -> Grant<T> {
        self.grant
    }
}

/// What became of a charge for work that had already happened: see [`Limiter::force`](crate::Limiter::force).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "units that exceed the allowed debt are not charged"]
pub struct Forced<T> {
    pub(crate) uncharged: T,
    pub(crate) grant: Grant<T>,
}

impl<T: Ticks> Forced<T> {
    /// Units charged.
    #[must_use]
    pub fn charged(&self) -> T {
        self.grant.granted()
    }

    /// Units that could not be charged, as they exceed the debt the quota allows.
    #[must_use]
    pub fn uncharged(&self) -> T {
        self.uncharged
    }

    /// The limiter after the charge: nothing [remains](Grant::remaining) while there is a debt.
    pub fn grant(&self) -> Grant<T> {
        self.grant
    }
}

/// A level beyond what a limiter can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LevelError<T> {
    pub(crate) level: T,
    pub(crate) most: T,
}

impl<T: Ticks> LevelError<T> {
    /// The level that was refused, in units.
    #[must_use]
    pub fn level(&self) -> T {
        self.level
    }

    /// The highest level there is: burst and debt.
    #[must_use]
    pub fn most(&self) -> T {
        self.most
    }
}

impl<T: Ticks> fmt::Display for LevelError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {} does not fit: give at most {}, which is burst and debt together", self.level, self.most)
    }
}

impl<T: Ticks> core::error::Error for LevelError<T> {}

/// Not admitted, and why. Nothing has been charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a denial says how long to wait"]
pub enum Denied<T> {
    /// Not yet: the same request fits later, if nobody else takes the room.
    NotYet(NotYet<T>),
    /// Busy: the same request fits once enough work in progress has finished, and no clock can tell when.
    Busy(Busy),
    /// Never: the cost exceeds what this limiter can ever hold.
    Never(Never<T>),
}

impl<T: Ticks> Denied<T> {
    /// Ticks until the request fits, at least 1; `None` if it never will, or if nobody knows when ([`Busy`]).
    #[must_use]
    #[inline]
    pub fn retry_after(&self) -> Option<T> {
        match self {
            Self::NotYet(wait) => Some(wait.retry_after()),
            Self::Busy(_) | Self::Never(_) => None,
        }
    }

    /// Whether waiting is in vain.
    #[must_use]
    #[inline]
    pub fn is_never(&self) -> bool {
        matches!(self, Self::Never(_))
    }
}

impl<T: Ticks> fmt::Display for Denied<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYet(wait) => wait.fmt(f),
            Self::Busy(busy) => busy.fmt(f),
            Self::Never(never) => never.fmt(f),
        }
    }
}

impl<T: Ticks> core::error::Error for Denied<T> {}

/// Too early by [`retry_after`](Self::retry_after) ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NotYet<T> {
    /// Sub-ticks missing, at least 1.
    pub(crate) missing: T,
    pub(crate) per_tick: T,
}

impl<T: Ticks> NotYet<T> {
    /// Ticks until the request fits, rounded up, at least 1. Asking again exactly then succeeds if nobody else
    /// took the room; one tick earlier fails.
    #[must_use]
    #[inline]
    pub fn retry_after(&self) -> T {
        self.missing.div_ceil(self.per_tick)
    }
}

impl<T: Ticks> fmt::Display for NotYet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit reached: try again in {} ticks", self.retry_after())
    }
}

/// Too much work in progress: see [`ConcurrencyLimit`](crate::ConcurrencyLimit).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Busy {
    pub(crate) weight: u32,
    pub(crate) in_flight: u32,
    pub(crate) capacity: u32,
}

impl Busy {
    /// Units asked for.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Units held by others.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// The most that may be held: the limit, less what had to be left. A limit that was lowered may lie below what is
    /// in flight.
    #[must_use]
    pub fn capacity(&self) -> u32 {
        self.capacity
    }
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weight, in_flight, capacity } = self;
        write!(f, "busy: no room for {weight} beside {in_flight} in flight of at most {capacity}: ")?;
        f.write_str("try again when some have finished")
    }
}

/// A cost that exceeds the capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Never<T> {
    pub(crate) cost: T,
    pub(crate) capacity: T,
}

impl<T: Ticks> Never<T> {
    /// Units asked for.
    #[must_use]
    pub fn cost(&self) -> T {
        self.cost
    }

    /// The most that can be had at once: the burst or limit, less what had to be left.
    #[must_use]
    pub fn capacity(&self) -> T {
        self.capacity
    }
}

impl<T: Ticks> fmt::Display for Never<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cost {} exceeds the capacity: at most {} can be taken at once", self.cost, self.capacity)
    }
}
