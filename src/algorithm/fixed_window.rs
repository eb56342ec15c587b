use super::aligned::{self, Age, Aligned};
use super::durable;
use super::tally::{self, Counted, Counter, Packing, Tallied};
use super::{Algorithm, Charge, Durable, Step};
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

impl<T: Ticks> Counter for FixedWindow<T> {
    type Ticks = T;

    #[inline]
    fn window(&self) -> &Window<T> {
        &self.window
    }

    #[inline]
    fn packing(&self) -> Packing {
        self.packing
    }

    #[inline]
    fn is_of(&self, tag: T, at: T) -> bool {
        self.windows.at(at).tag == tag
    }

    #[inline]
    fn look(&self, state: T, now: T) -> Counted<T> {
        let here = self.windows.at(now);
        let (count, tag) = self.packing.split(state ^ T::FRESH);
        let present = Counted { tag: here.tag, count, ends_in: here.left, moved: false };
        match self.windows.age(here.tag, tag) {
            Age::Now => present,
            Age::Last | Age::Past => Counted { count: T::ZERO, ..present },
            _ if count == T::ZERO => present,
            // Moved to the next window, not to this one: that may end at once, and each step back would mint a window.
            age => {
                let ends_in = here.left.wrapping_add(self.windows.next_length(now, here.left));
                let next = self.windows.at(now.wrapping_add(here.left)).tag;
                Counted { tag: next, ends_in, moved: age == Age::Ahead, ..present }
            }
        }
    }
}

tallied_rule!(FixedWindow);
aligned_rule!(FixedWindow, counts: 1);

/// The words are the count and the ticks until its window ends.
impl<T: Ticks> Durable for FixedWindow<T> {
    type Words = [T; 2];

    const KIND: u8 = 4;

    fn numbers(&self) -> [T; 4] {
        durable::of_window(&self.window)
    }

    fn to_words(&self, state: T, now: T) -> [T; 2] {
        let tally = self.tally(self.see(state, now));
        [tally.count, tally.ends_in]
    }

    fn revive(&self, [count, ends_in]: [T; 2], now: T, elapsed: T) -> Option<T> {
        let period = self.window.period();
        if !durable::is_tally(&self.window, &[count], ends_in, period.wrapping_add(period)) {
            return None;
        }
        let left = ends_in.saturating_sub(elapsed);
        let count = if left == T::ZERO { T::ZERO } else { count };
        Some(self.state(Counted { tag: self.windows.lasting(now, left), count, ends_in: left, moved: false }))
    }
}
