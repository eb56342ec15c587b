use super::aligned::{self, Age, Aligned};
use super::tally::{self, Packing, Tallied, Tally};
use super::{Algorithm, Step};
use crate::decision::Decision;
use crate::quota::{Quota, QuotaError, Window};
use crate::time::Ticks;

/// Fixed window: counts from tick 0 of the clock in windows of one period, and starts over at the end of each.
///
/// What many APIs count by, and so what a client needs to mirror one. **It doubles at the edge**: the limit at the end
/// of a window and the limit at the start of the next, up to `2 × limit` in any span of a period. Where that matters take a
/// rolling window.
///
/// One word holds the count and the tag of its window: limits up to `2^(width - 4) - 1`.
///
/// # Clock
///
/// * **Wrap**: the last window of a turn of the clock is cut short, unless the period divides the word's range.
/// * **Step back**: readings up to a window late are charged to the newer window; beyond, the count moves to the window after
///   the present one. Either way nothing is minted, and a lockout lasts at most two periods.
/// * **Idling** is seen as such for half as many windows as there are tags: half a turn of the clock, or
///   `2^(width - 1 - bits of the limit)` windows if that is less (then a wrap, too, may look like a step back). Beyond,
///   the old count may be taken for the present one, which costs at most two periods and which
///   [`refresh`](crate::Limiter::refresh) prevents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FixedWindow<T> {
    window: Window<T>,
    windows: Aligned<T>,
    packing: Packing,
}

/// The count of a word, and the window it is in, as seen at an instant.
#[derive(Clone, Copy)]
pub(super) struct Seen<T> {
    tag: T,
    count: T,
    /// Ticks until that window ends.
    ends_in: T,
    moved: bool,
}

impl<T: Ticks> Tallied for FixedWindow<T> {
    type Ticks = T;
    type Seen = Seen<T>;

    #[inline]
    fn window(&self) -> &Window<T> {
        &self.window
    }

    #[inline]
    fn see(&self, state: T, now: T) -> Seen<T> {
        let here = self.windows.at(now);
        let (count, tag) = self.packing.split(state ^ T::FRESH);
        let present = Seen { tag: here.tag, count, ends_in: here.left, moved: false };
        match self.windows.age(here.tag, tag) {
            Age::Now => present,
            Age::Last | Age::Past => Seen { count: T::ZERO, ..present },
            _ if count == T::ZERO => present,
            // Moved to the next window, not to this one: that may end at once, and each step back would mint a window.
            age => {
                let ends_in = here.left.wrapping_add(self.windows.next_length(now, here.left));
                let next = self.windows.at(now.wrapping_add(here.left)).tag;
                Seen { tag: next, ends_in, moved: age == Age::Ahead, ..present }
            }
        }
    }

    #[inline]
    fn state(&self, seen: Seen<T>) -> T {
        if seen.count == T::ZERO { T::FRESH } else { self.packing.join(seen.count, seen.tag) ^ T::FRESH }
    }

    #[inline]
    fn tally(&self, seen: Seen<T>) -> Tally<T> {
        let ends_in = if seen.count == T::ZERO { T::ZERO } else { seen.ends_in };
        Tally { count: seen.count, ends_in, moved: seen.moved }
    }

    #[inline]
    fn fits(&self, seen: Seen<T>, cost: T, most: T) -> bool {
        seen.count <= most.wrapping_sub(cost)
    }

    #[inline]
    fn wait(&self, seen: Seen<T>, _cost: T, _most: T) -> T {
        seen.ends_in
    }

    #[inline]
    fn charged(&self, seen: Seen<T>, units: T) -> Seen<T> {
        Seen { count: seen.count.wrapping_add(units), ..seen }
    }

    #[inline]
    fn discharged(&self, seen: Seen<T>, units: T) -> Seen<T> {
        Seen { count: seen.count.saturating_sub(units), ..seen }
    }
}

tallied_rule!(FixedWindow);
aligned_rule!(FixedWindow, counts: 1);
