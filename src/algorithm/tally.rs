//! What the counting windows have in common: a count in one word, tagged with the window it belongs to.

use super::{Charge, Step};
use crate::decision::{Decision, Denied, Grant, Never, NotYet};
use crate::quota::Window;
use crate::time::Ticks;

/// The counts of a state word as they stand at an instant.
#[derive(Clone, Copy)]
pub(super) struct Tally<T> {
    /// Units that count now, rounded up.
    pub(super) count: T,
    /// Ticks until nothing of it counts any more.
    pub(super) ends_in: T,
    /// Whether the clock has stepped back, so that the count had to be moved to the present.
    pub(super) moved: bool,
}

/// A rule that keeps a tally.
pub(super) trait Tallied {
    type Ticks: Ticks;
    /// A state word taken apart, at an instant.
    type Seen: Copy;

    fn window(&self) -> &Window<Self::Ticks>;
    fn see(&self, state: Self::Ticks, now: Self::Ticks) -> Self::Seen;
    /// The state word of what was seen.
    fn state(&self, seen: Self::Seen) -> Self::Ticks;
    fn tally(&self, seen: Self::Seen) -> Tally<Self::Ticks>;
    /// Whether `cost` units more make at most `most`.
    fn fits(&self, seen: Self::Seen, cost: Self::Ticks, most: Self::Ticks) -> bool;
    /// Ticks until they do, at least 1; asked only if they do not.
    fn wait(&self, seen: Self::Seen, cost: Self::Ticks, most: Self::Ticks) -> Self::Ticks;
    /// With `units` more, which fit.
    fn charged(&self, seen: Self::Seen, units: Self::Ticks) -> Self::Seen;
    /// Whether a charge made at `at` is among the newest that were seen.
    fn holds(&self, seen: Self::Seen, at: Self::Ticks) -> bool;
    /// With `units` of the newest less, or none.
    fn discharged(&self, seen: Self::Seen, units: Self::Ticks) -> Self::Seen;
}

#[inline]
pub(super) fn acquire<R: Tallied>(
    rule: &R,
    state: R::Ticks,
    now: R::Ticks,
    cost: R::Ticks,
    leave: R::Ticks,
) -> Step<R::Ticks, Decision<R::Ticks>> {
    let seen = rule.see(state, now);
    if cost == R::Ticks::ZERO {
        return Step::keep(Ok(grant(rule, cost, seen)));
    }
    let most = rule.window().limit().saturating_sub(leave);
    if cost > most {
        return Step::keep(Err(Denied::Never(Never { cost, capacity: most })));
    }
    if rule.fits(seen, cost, most) {
        let seen = rule.charged(seen, cost);
        return Step::write(rule.state(seen), Ok(grant(rule, cost, seen)));
    }
    let denied = Err(Denied::NotYet(NotYet { missing: rule.wait(seen, cost, most), per_tick: R::Ticks::ONE }));
    if rule.tally(seen).moved { Step::write(rule.state(seen), denied) } else { Step::keep(denied) }
}

#[inline]
pub(super) fn acquire_up_to<R: Tallied>(
    rule: &R,
    state: R::Ticks,
    now: R::Ticks,
    most: R::Ticks,
) -> Step<R::Ticks, Decision<R::Ticks>> {
    let whole = remaining(rule, state, now).max(R::Ticks::ONE);
    acquire(rule, state, now, most.min(whole), R::Ticks::ZERO)
}

#[inline]
pub(super) fn refund<R: Tallied>(rule: &R, state: R::Ticks, now: R::Ticks, units: R::Ticks) -> Step<R::Ticks, ()> {
    let seen = rule.see(state, now);
    if units == R::Ticks::ZERO || rule.tally(seen).count == R::Ticks::ZERO {
        return Step::keep(());
    }
    Step::write(rule.state(rule.discharged(seen, units)), ())
}

#[inline]
pub(super) fn undo<R: Tallied>(
    rule: &R,
    state: R::Ticks,
    now: R::Ticks,
    units: R::Ticks,
    charge: &Charge<R::Ticks>,
) -> Step<R::Ticks, ()> {
    // A charge of another window ends with that; to take it off the present count would let others in twice.
    // (Windows much later may have the same tag; up to half a turn of the clock they are told by the time that has passed.)
    let elapsed = now.wrapping_sub(charge.at);
    let is_over = elapsed >= rule.window().period() && elapsed <= R::Ticks::HALF;
    if is_over || !rule.holds(rule.see(state, now), charge.at) {
        return Step::keep(());
    }
    refund(rule, state, now, units.min(charge.units))
}

#[inline]
pub(super) fn remaining<R: Tallied>(rule: &R, state: R::Ticks, now: R::Ticks) -> R::Ticks {
    rule.window().limit().saturating_sub(rule.tally(rule.see(state, now)).count)
}

#[inline]
pub(super) fn refresh<R: Tallied>(rule: &R, state: R::Ticks, now: R::Ticks) -> Step<R::Ticks, ()> {
    let seen = rule.see(state, now);
    let tally = rule.tally(seen);
    if tally.count == R::Ticks::ZERO {
        return if state == R::Ticks::FRESH { Step::keep(()) } else { Step::write(R::Ticks::FRESH, ()) };
    }
    if tally.moved { Step::write(rule.state(seen), ()) } else { Step::keep(()) }
}

#[inline]
fn grant<R: Tallied>(rule: &R, granted: R::Ticks, seen: R::Seen) -> Grant<R::Ticks> {
    let tally = rule.tally(seen);
    Grant {
        granted,
        delay: R::Ticks::ZERO,
        backlog: tally.ends_in,
        room: rule.window().limit().saturating_sub(tally.count),
        per_unit: R::Ticks::ONE,
        per_tick: R::Ticks::ONE,
    }
}

/// A rule that keeps a single count.
pub(super) trait Counter {
    type Ticks: Ticks;

    fn window(&self) -> &Window<Self::Ticks>;
    fn packing(&self) -> Packing;
    fn look(&self, state: Self::Ticks, now: Self::Ticks) -> Counted<Self::Ticks>;
    /// Whether the window tagged `tag` is that of the reading `at`.
    fn is_of(&self, tag: Self::Ticks, at: Self::Ticks) -> bool;
}

/// The count of a word, and the window it is in, as seen at an instant.
#[derive(Clone, Copy)]
pub(super) struct Counted<T> {
    /// What the word says of the window.
    pub(super) tag: T,
    pub(super) count: T,
    /// Ticks until that window ends.
    pub(super) ends_in: T,
    /// As in a [`Tally`].
    pub(super) moved: bool,
}

impl<R: Counter> Tallied for R {
    type Ticks = R::Ticks;
    type Seen = Counted<R::Ticks>;

    #[inline]
    fn window(&self) -> &Window<R::Ticks> {
        Counter::window(self)
    }

    #[inline]
    fn see(&self, state: R::Ticks, now: R::Ticks) -> Self::Seen {
        self.look(state, now)
    }

    #[inline]
    fn state(&self, seen: Self::Seen) -> R::Ticks {
        if seen.count == R::Ticks::ZERO {
            return R::Ticks::FRESH;
        }
        self.packing().join(seen.count, seen.tag) ^ R::Ticks::FRESH
    }

    #[inline]
    fn tally(&self, seen: Self::Seen) -> Tally<R::Ticks> {
        let ends_in = if seen.count == R::Ticks::ZERO { R::Ticks::ZERO } else { seen.ends_in };
        Tally { count: seen.count, ends_in, moved: seen.moved }
    }

    #[inline]
    fn fits(&self, seen: Self::Seen, cost: R::Ticks, most: R::Ticks) -> bool {
        seen.count <= most.wrapping_sub(cost)
    }

    #[inline]
    fn wait(&self, seen: Self::Seen, _cost: R::Ticks, _most: R::Ticks) -> R::Ticks {
        seen.ends_in
    }

    #[inline]
    fn charged(&self, seen: Self::Seen, units: R::Ticks) -> Self::Seen {
        Counted { count: seen.count.wrapping_add(units), ..seen }
    }

    #[inline]
    fn holds(&self, seen: Self::Seen, at: R::Ticks) -> bool {
        !seen.moved && self.is_of(seen.tag, at)
    }

    #[inline]
    fn discharged(&self, seen: Self::Seen, units: R::Ticks) -> Self::Seen {
        Counted { count: seen.count.saturating_sub(units), ..seen }
    }
}

/// Words packed as `tag · counts`, where never used is all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Packing {
    /// Bits of one count.
    count_bits: u32,
}

impl Packing {
    /// The narrowest packing for counts up to `limit`.
    pub(super) const fn for_limit(limit: u64) -> Self {
        Self { count_bits: u64::BITS - limit.leading_zeros() }
    }

    /// Bits left of a word of `width` for the tag beside `counts` counts.
    pub(super) const fn tag_bits(self, width: u32, counts: u32) -> u32 {
        width.saturating_sub(self.count_bits * counts)
    }

    /// The count at `place`, from the low end, and what is above it.
    #[inline]
    pub(super) fn split<T: Ticks>(self, word: T) -> (T, T) {
        let rest = word.wrapping_shr(self.count_bits);
        (word ^ rest.wrapping_shl(self.count_bits), rest)
    }

    /// `count` below `rest`.
    #[inline]
    pub(super) fn join<T: Ticks>(self, count: T, rest: T) -> T {
        rest.wrapping_shl(self.count_bits) | count
    }
}

/// Gives a [`Tallied`] rule the [`Algorithm`](super::Algorithm) it implies.
macro_rules! tallied_rule {
    ($name:ident) => {
        impl<T: Ticks> $name<T> {
            /// The quota, as it was given.
            #[must_use]
            pub fn quota(&self) -> Quota<T> {
                self.window.quota()
            }
        }

        impl<T: Ticks> Algorithm for $name<T> {
            type Ticks = T;
            type Verdict = Decision<T>;

            #[inline]
            fn weigh(&self, state: T, now: T, cost: T, leave: T) -> Step<T, Decision<T>> {
                tally::acquire(self, state, now, cost, leave)
            }

            #[inline]
            fn tell(&self, verdict: Decision<T>, _cost: T) -> Decision<T> {
                verdict
            }

            #[inline]
            fn acquire_up_to(&self, state: T, now: T, most: T) -> Step<T, Decision<T>> {
                tally::acquire_up_to(self, state, now, most)
            }

            #[inline]
            fn refund(&self, state: T, now: T, units: T) -> Step<T, ()> {
                tally::refund(self, state, now, units)
            }

            #[inline]
            fn undo(&self, state: T, now: T, units: T, charge: &Charge<T>) -> Step<T, ()> {
                tally::undo(self, state, now, units, charge)
            }

            #[inline]
            fn penalize(&self, state: T, now: T, cost: T) -> Step<T, ()> {
                self.acquire_up_to(state, now, cost).map(|_| ())
            }

            #[inline]
            fn capacity(&self) -> T {
                self.window.limit()
            }

            #[inline]
            fn remaining(&self, state: T, now: T) -> T {
                tally::remaining(self, state, now)
            }

            #[inline]
            fn refresh(&self, state: T, now: T) -> Step<T, ()> {
                tally::refresh(self, state, now)
            }
        }
    };
}
