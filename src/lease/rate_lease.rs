use core::fmt;

use super::{Source, Terms, Unused};
use crate::algorithm::Charge;
use crate::decision::Denied;
use crate::time::Ticks;

/// Admitted by a lease: the units have been spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "from a queue, it says when to go"]
pub struct Spent<T> {
    left: T,
    delay: T,
}

impl<T: Ticks> Spent<T> {
    /// Units that the lease can still spend without another draw.
    #[must_use]
    #[inline]
    pub fn left(&self) -> T {
        self.left
    }

    /// Ticks to wait before acting: 0 unless the limit is a queue.
    #[must_use]
    #[inline]
    pub fn delay(&self) -> T {
        self.delay
    }
}

/// Units drawn of a limit at once and spent one by one without touching it: see the [module](super).
///
/// It belongs to one thread or task at a time (`&mut self`), and should be read from one clock. What is left goes back when it
/// is dropped.
#[must_use = "what is not spent goes back at once"]
pub struct RateLease<'a, S: Source + ?Sized> {
    source: &'a S,
    terms: Terms<S::Ticks>,
    /// What was drawn and is not spent.
    unused: Unused<S::Ticks>,
    /// The last reading, and the one at which the lifetime is over: the same if there is nothing to spend.
    seen: S::Ticks,
    ends: S::Ticks,
    /// Ticks from the draw until its units may be used.
    delay: S::Ticks,
}

impl<'a, S: Source + ?Sized> RateLease<'a, S> {
    /// A lease on a limit. Nothing is drawn until it is asked.
    #[inline]
    pub const fn new(source: &'a S, terms: Terms<S::Ticks>) -> Self {
        let zero = S::Ticks::ZERO;
        let unused = Unused { units: zero, of: Charge { units: zero, at: zero, left: None } };
        Self { source, terms, unused, seen: zero, ends: zero, delay: zero }
    }

    /// Takes `cost` units at `now`, all or none: of what the lease has left, or else of a new draw. A cost of 0 is
    /// admitted and draws nothing. A cost above the units of the terms is drawn as it is.
    ///
    /// # Errors
    ///
    /// That of the limit. Nothing is charged, and what was left of the lease, too little or too old, has been put back.
    #[inline]
    pub fn try_acquire(&mut self, now: S::Ticks, cost: S::Ticks) -> Result<Spent<S::Ticks>, Denied<S::Ticks>> {
        if cost <= self.unused.units && self.is_alive(now) {
            self.seen = now;
            return Ok(self.spend(cost));
        }
        self.draw(now, cost)
    }

    /// Units that can be spent at `now` without another draw.
    #[must_use]
    #[inline]
    pub fn left(&self, now: S::Ticks) -> S::Ticks {
        if self.is_alive(now) { self.unused.units } else { S::Ticks::ZERO }
    }

    /// Puts back at `now` what is left, as far as it has not drained since. The lease can be used on: it draws anew.
    #[inline]
    pub fn give_back(&mut self, now: S::Ticks) {
        let unused = self.end(now);
        self.put_back(now, unused);
    }

    /// The limit it draws of.
    #[must_use]
    pub const fn source(&self) -> &'a S {
        self.source
    }

    /// How it draws.
    #[must_use]
    pub const fn terms(&self) -> Terms<S::Ticks> {
        self.terms
    }

    /// A reading before the last one is almost a turn of the clock after it, which no lifetime reaches.
    #[inline]
    fn is_alive(&self, now: S::Ticks) -> bool {
        now.wrapping_sub(self.seen) < self.ends.wrapping_sub(self.seen)
    }

    #[inline]
    fn spend(&mut self, cost: S::Ticks) -> Spent<S::Ticks> {
        self.unused.units = self.unused.units.wrapping_sub(cost);
        let elapsed = self.seen.wrapping_sub(self.unused.of.at);
        Spent { left: self.unused.units, delay: self.delay.saturating_sub(elapsed) }
    }

    /// Out of line, so that spending is short.
    #[cold]
    #[inline(never)]
    fn draw(&mut self, now: S::Ticks, cost: S::Ticks) -> Result<Spent<S::Ticks>, Denied<S::Ticks>> {
        let unused = self.end(now);
        if cost == S::Ticks::ZERO {
            self.put_back(now, unused);
            return Ok(Spent { left: S::Ticks::ZERO, delay: S::Ticks::ZERO });
        }
        let drawn = self.source.draw(now, cost, self.terms.units().max(cost), unused)?;
        self.unused = Unused { units: drawn.charge.units, of: drawn.charge };
        self.delay = drawn.delay;
        self.seen = now;
        self.ends = now.wrapping_add(self.terms.lifetime());
        Ok(self.spend(cost))
    }

    /// Leaves the lease with nothing to spend, and tells what is to be put back at `now`: nothing if the clock has
    /// stepped back.
    fn end(&mut self, now: S::Ticks) -> Unused<S::Ticks> {
        let stepped_back = now.wrapping_sub(self.seen) > S::Ticks::HALF;
        let unused = self.unused;
        self.unused.units = S::Ticks::ZERO;
        self.ends = self.seen;
        if stepped_back { self.unused } else { unused }
    }

    #[inline]
    fn put_back(&self, now: S::Ticks, unused: Unused<S::Ticks>) {
        if unused.units > S::Ticks::ZERO {
            self.source.put_back(now, unused);
        }
    }
}

impl<S: Source + ?Sized> Drop for RateLease<'_, S> {
    /// Puts back what is left, as of the last reading.
    #[inline]
    fn drop(&mut self) {
        self.put_back(self.seen, self.unused);
    }
}

impl<S: Source + ?Sized> fmt::Debug for RateLease<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLease")
            .field("terms", &self.terms)
            .field("unused", &self.unused)
            .field("seen", &self.seen)
            .field("ends", &self.ends)
            .finish_non_exhaustive()
    }
}
