use super::aligned::{self, Age, Aligned};
use super::durable;
use super::tally::{self, Packing, Tallied, Tally};
use super::{Algorithm, Charge, Durable, Step};
use crate::decision::Decision;
use crate::quota::{Quota, QuotaError, Window};
use crate::time::Ticks;

/// Sliding window of two counters: weighs the count of the last window by how much of it still overlaps.
///
/// Windows of one period `W` are aligned to tick 0. At `elapsed` ticks into one, `cost` is admitted if
/// `last × (W − elapsed) + (current + cost) × W ≤ limit × W`, in exact integers.
///
/// **An approximation**: it assumes that the last window's units came evenly. In a span of a period it can admit more than
/// the limit, but always fewer than `2 × limit`, and it can refuse where an exact window would admit. It is the
/// cheapest window that does not double at the edge for steady traffic; where the limit must hold, take a
/// rolling window.
///
/// Source: the method described by Cloudflare, *How we built rate limiting capable of scaling to millions of domains* (2017).
///
/// One word holds two counts and the tag of their window: limits up to 16 383 (`u32`) and 1 073 741 823 (`u64`).
///
/// # Clock
///
/// As for the [`FixedWindow`](super::FixedWindow), with two counts beside the tag. A window that the wrap cuts short is
/// weighed as if it had been whole, which refuses more rather than less. A lockout after a step back, or by idling that is
/// not seen as such, lasts at most three periods: up to one until the counts' window begins, two until both are forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SlidingWindow<T> {
    window: Window<T>,
    windows: Aligned<T>,
    packing: Packing,
}

/// The two counts of a word, and the window they are in, as seen at an instant.
#[derive(Clone, Copy)]
pub(super) struct Seen<T> {
    tag: T,
    last: T,
    current: T,
    /// Ticks until the window of `tag` begins, if it has not.
    early: T,
    /// Ticks since it began, until it ends, and of the window after it.
    elapsed: T,
    left: T,
    next: T,
    moved: bool,
}

impl<T: Ticks> SlidingWindow<T> {
    /// The first tick of a window at which `last` units of the one before weigh at most `room`.
    #[inline]
    fn overlap_ends(&self, last: T, room: T) -> T {
        self.window.period().saturating_sub(room.scale_floor(self.window.period(), last))
    }
}

impl<T: Ticks> Tallied for SlidingWindow<T> {
    type Ticks = T;
    type Seen = Seen<T>;

    #[inline]
    fn window(&self) -> &Window<T> {
        &self.window
    }

    #[inline]
    fn see(&self, state: T, now: T) -> Seen<T> {
        let here = self.windows.at(now);
        let next = self.windows.next_length(now, here.left);
        let (current, rest) = self.packing.split(state ^ T::FRESH);
        let (last, tag) = self.packing.split(rest);
        let seen = Seen {
            tag: here.tag,
            last,
            current,
            early: T::ZERO,
            elapsed: here.elapsed,
            left: here.left,
            next,
            moved: false,
        };
        if current == T::ZERO && last == T::ZERO {
            return seen;
        }
        match self.windows.age(here.tag, tag) {
            Age::Now => seen,
            Age::Last => Seen { last: current, current: T::ZERO, ..seen },
            Age::Past => Seen { last: T::ZERO, current: T::ZERO, ..seen },
            // Moved to the next window, not to this one: that may end at once, and each step back would mint a window.
            age => {
                let after = self.windows.next_length(now, here.left.wrapping_add(next));
                let tag = self.windows.at(now.wrapping_add(here.left)).tag;
                let moved = age == Age::Ahead;
                Seen { tag, early: here.left, elapsed: T::ZERO, left: next, next: after, moved, ..seen }
            }
        }
    }

    #[inline]
    fn state(&self, seen: Seen<T>) -> T {
        if seen.current == T::ZERO && seen.last == T::ZERO {
            return T::FRESH;
        }
        self.packing.join(seen.current, self.packing.join(seen.last, seen.tag)) ^ T::FRESH
    }

    #[inline]
    fn tally(&self, seen: Seen<T>) -> Tally<T> {
        let period = self.window.period();
        let weight = seen.last.scale_ceil(period.wrapping_sub(seen.elapsed), period);
        let ends_in = if seen.current > T::ZERO {
            seen.early.wrapping_add(seen.left).wrapping_add(seen.next)
        } else if seen.last > T::ZERO {
            seen.early.wrapping_add(seen.left)
        } else {
            T::ZERO
        };
        Tally { count: seen.current.wrapping_add(weight), ends_in, moved: seen.moved }
    }

    #[inline]
    fn fits(&self, seen: Seen<T>, cost: T, most: T) -> bool {
        let (room, period) = (most.wrapping_sub(cost), self.window.period());
        seen.current <= room
            && seen.last.product_at_most(period.wrapping_sub(seen.elapsed), room.wrapping_sub(seen.current), period)
    }

    #[inline]
    fn wait(&self, seen: Seen<T>, cost: T, most: T) -> T {
        let room = most.wrapping_sub(cost);
        let within = if seen.current <= room {
            // In this window, as the last one fades; at its end the current count becomes the last, and fits.
            let fits = self.overlap_ends(seen.last, room.wrapping_sub(seen.current)).saturating_sub(seen.elapsed);
            fits.min(seen.left)
        } else {
            let fits = self.overlap_ends(seen.current, room);
            seen.left.wrapping_add(fits.min(seen.next))
        };
        seen.early.wrapping_add(within)
    }

    #[inline]
    fn charged(&self, seen: Seen<T>, units: T) -> Seen<T> {
        Seen { current: seen.current.wrapping_add(units), ..seen }
    }

    #[inline]
    fn holds(&self, seen: Seen<T>, at: T) -> bool {
        !seen.moved && self.windows.at(at).tag == seen.tag
    }

    #[inline]
    fn discharged(&self, seen: Seen<T>, units: T) -> Seen<T> {
        Seen { current: seen.current.saturating_sub(units), ..seen }
    }
}

tallied_rule!(SlidingWindow);
aligned_rule!(SlidingWindow, counts: 2);

/// The words are the two counts and the ticks until the window of the current one ends.
impl<T: Ticks> Durable for SlidingWindow<T> {
    type Words = [T; 3];

    const KIND: u8 = 6;

    fn numbers(&self) -> [T; 4] {
        durable::of_window(&self.window)
    }

    fn to_words(&self, state: T, now: T) -> [T; 3] {
        let seen = self.see(state, now);
        if seen.last == T::ZERO && seen.current == T::ZERO {
            return [T::ZERO; 3];
        }
        [seen.last, seen.current, seen.early.wrapping_add(seen.left)]
    }

    fn revive(&self, [last, current, ends_in]: [T; 3], now: T, elapsed: T) -> Option<T> {
        let period = self.window.period();
        if !durable::is_tally(&self.window, &[last, current], ends_in, period.wrapping_add(period)) {
            return None;
        }
        let (here, left) = (self.windows.at(now), ends_in.saturating_sub(elapsed));
        let seen = self.see(T::FRESH, now);
        let seen = if left > T::ZERO {
            Seen { tag: self.windows.lasting(now, left), last, current, ..seen }
        } else {
            // What was current fades, or is counted once more from the start of the window it would begin to fade in.
            let over = elapsed.wrapping_sub(ends_in);
            if over >= period {
                seen
            } else if over >= here.elapsed {
                Seen { last: current, ..seen }
            } else {
                Seen { current, ..seen }
            }
        };
        Some(self.state(seen))
    }
}
