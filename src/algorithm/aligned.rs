//! Windows aligned to tick 0: which one the clock is in, and how far another one is.
//!
//! Windows are numbered from tick 0 of each turn of the clock, modulo the tags that fit the word. The last window of a
//! turn ends with it, and so is shorter where the period does not divide the word's range.

use crate::time::Ticks;

/// The fewest tag bits that tell past, present and future apart.
const LEAST_TAG_BITS: u32 = 4;

/// The windows of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Aligned<T> {
    period: T,
    /// How many tags there are: the windows of a turn of the clock, or what fits the word.
    tags: T,
}

/// Where the clock stands in its window.
#[derive(Clone, Copy)]
pub(super) struct Position<T> {
    pub(super) tag: T,
    /// Ticks since the window began.
    pub(super) elapsed: T,
    /// Ticks until it ends.
    pub(super) left: T,
}

/// Where a tagged window lies as seen from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// The same window.
    Now,
    /// The one before.
    Last,
    /// Older than that.
    Past,
    /// The next one: a late reading, or a clock that stepped back a little.
    Next,
    /// Further ahead: the clock stepped back.
    Ahead,
}

/// The largest limit of which `counts` fit a word of `width` beside a tag.
pub(super) const fn most(counts: u32, width: u32) -> u64 {
    (1 << ((width - LEAST_TAG_BITS) / counts)) - 1
}

/// How many tags there are for windows of `period` on a clock that reads at most `last`, if they have `tag_bits`.
pub(super) const fn tags(period: u64, last: u64, tag_bits: u32) -> u64 {
    let windows = match last.checked_div(period) {
        Some(whole) => whole.saturating_add(1),
        None => u64::MAX,
    };
    match 1_u64.checked_shl(tag_bits) {
        Some(tags) if tags < windows => tags,
        _ => windows,
    }
}

/// Gives a rule of a window, its alignment and its packing the constructors.
macro_rules! aligned_rule {
    ($name:ident, counts: $counts:literal) => {
        impl<T: Ticks> $name<T> {
            /// The rule of a quota known at run time.
            ///
            /// # Errors
            ///
            /// If the quota cannot be kept: see [`QuotaError`].
            pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
                let window = Window::try_new(quota, T::truncate(aligned::most($counts, T::BITS)))?;
                let packing = Packing::for_limit(window.limit().into());
                let tags = aligned::tags(window.period().into(), T::MAX.into(), packing.tag_bits(T::BITS, $counts));
                Ok(Self { window, windows: Aligned::new(window.period(), T::truncate(tags)), packing })
            }
        }

        aligned_rule!($name, counts: $counts, const u32);
        aligned_rule!($name, counts: $counts, const u64);
    };
    ($name:ident, counts: $counts:literal, const $word:ident) => {
        #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // numbers of the word's own width
        impl $name<$word> {
            /// The rule of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                let window = Window::<$word>::new(quota, aligned::most($counts, $word::BITS) as $word);
                let packing = Packing::for_limit(window.limit() as u64);
                let tag_bits = packing.tag_bits($word::BITS, $counts);
                let tags = aligned::tags(window.period() as u64, $word::MAX as u64, tag_bits);
                Self { window, windows: Aligned::new(window.period(), tags as $word), packing }
            }
        }
    };
}

impl<T: Ticks> Aligned<T> {
    pub(super) const fn new(period: T, tags: T) -> Self {
        Self { period, tags }
    }

    #[inline]
    pub(super) fn at(&self, now: T) -> Position<T> {
        let number = now.div_floor(self.period);
        let elapsed = now.wrapping_sub(number.wrapping_mul(self.period));
        let tag = if number < self.tags {
            number
        } else {
            number.wrapping_sub(number.div_floor(self.tags).wrapping_mul(self.tags))
        };
        Position { tag, elapsed, left: self.length(now.wrapping_sub(elapsed)).wrapping_sub(elapsed) }
    }

    /// Ticks of the window after the one at `now`.
    #[inline]
    pub(super) fn next_length(&self, now: T, left: T) -> T {
        self.length(now.wrapping_add(left))
    }

    /// The tag of the first window that lasts for `ticks` from `now` on, or of the next one.
    ///
    /// Two windows are enough: nothing is counted for longer, but after a step back, when any end is early enough that
    /// leaves a whole window.
    #[inline]
    pub(super) fn lasting(&self, now: T, ticks: T) -> T {
        let here = self.at(now);
        if ticks <= here.left { here.tag } else { self.at(now.wrapping_add(here.left)).tag }
    }

    /// Where the window tagged `then` lies as seen from the one tagged `tag`.
    #[inline]
    pub(super) fn age(&self, tag: T, then: T) -> Age {
        let forward = if tag >= then { tag } else { tag.wrapping_add(self.tags) }.wrapping_sub(then);
        if forward == T::ZERO {
            Age::Now
        } else if forward == T::ONE {
            Age::Last
        } else if forward <= self.tags.wrapping_shr(1) {
            Age::Past
        } else if forward.wrapping_add(T::ONE) == self.tags {
            Age::Next
        } else {
            Age::Ahead
        }
    }

    /// Ticks of the window that begins at `start`: the period, or what is left of the clock's turn.
    #[inline]
    fn length(&self, start: T) -> T {
        let turn = T::ZERO.wrapping_sub(start);
        if start == T::ZERO { self.period } else { self.period.min(turn) }
    }
}
