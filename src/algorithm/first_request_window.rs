use super::durable;
use super::tally::{self, Counted, Counter, Packing, Tallied};
use super::{Algorithm, Charge, Durable, Step};
use crate::decision::Decision;
use crate::quota::{Quota, QuotaError, Window};
use crate::time::Ticks;

/// Fixed window opened by the first request: counts from the tick of the first admission for one period, and then waits for
/// the next first one.
///
/// As servers count that keep a counter with an expiry time. Like every fixed window it **doubles at the edge**: up to
/// `2 × limit - 1` in some span of a period (`2 × limit` if the request that opened it is withdrawn).
///
/// # Clock
///
/// The word holds the count and the tick the window opened at, modulo `2^(width - bits of the limit)`; the period is at most half of that.
/// A wrap changes no decision. A step back keeps the count and opens the window anew at the present: nothing is minted, and
/// the lockout lasts at most one period. Idling beyond the modulus may look like an open window: that costs at most one period, and
/// [`refresh`](crate::Limiter::refresh) prevents it. (500 an hour in `u32` milliseconds: the modulus is 2.3 hours.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FirstRequestWindow<T> {
    window: Window<T>,
    packing: Packing,
}

impl<T: Ticks> FirstRequestWindow<T> {
    /// `ticks` modulo what the word holds of them.
    #[inline]
    fn modulo(&self, ticks: T) -> T {
        self.packing.split(self.packing.join(T::ZERO, ticks)).1
    }
}

impl<T: Ticks> Counter for FirstRequestWindow<T> {
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
        self.modulo(at.wrapping_sub(tag)) < self.window.period()
    }

    #[inline]
    fn look(&self, state: T, now: T) -> Counted<T> {
        let (count, opened) = self.packing.split(state ^ T::FRESH);
        let period = self.window.period();
        let (age, range) = (self.modulo(now.wrapping_sub(opened)), self.modulo(T::MAX));
        let opening = Counted { tag: self.modulo(now), count, ends_in: period, moved: false };
        if count > T::ZERO && age < period {
            Counted { tag: opened, ends_in: period.wrapping_sub(age), ..opening }
        } else if count > T::ZERO && age > range.wrapping_sub(range.wrapping_shr(2)) {
            Counted { moved: true, ..opening } // it opens ahead of the clock, which stepped back
        } else {
            Counted { count: T::ZERO, ..opening }
        }
    }
}

tallied_rule!(FirstRequestWindow);

/// The largest limit whose count leaves room for twice the `period` in a word of `width`.
const fn most(period: u64, width: u32) -> u64 {
    let tag_bits = u64::BITS - period.saturating_sub(1).leading_zeros() + 1;
    match 1_u64.checked_shl(width.saturating_sub(tag_bits)) {
        Some(above) => above - 1,
        None => u64::MAX,
    }
}

impl<T: Ticks> FirstRequestWindow<T> {
    /// The rule of a quota known at run time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept: see [`QuotaError`].
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        let window = Window::try_new(quota, T::truncate(most(quota.period().into(), T::BITS)))?;
        Ok(Self { window, packing: Packing::for_limit(window.limit().into()) })
    }
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // numbers of the word's own width
        impl FirstRequestWindow<$word> {
            /// The rule of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                let window = Window::<$word>::new(quota, most(quota.period() as u64, $word::BITS) as $word);
                Self { window, packing: Packing::for_limit(window.limit() as u64) }
            }
        }
    )*};
}

const_new!(u32 u64);

/// The words are the count and the ticks until its window ends.
impl<T: Ticks> Durable for FirstRequestWindow<T> {
    type Words = [T; 2];

    const KIND: u8 = 5;

    fn numbers(&self) -> [T; 4] {
        durable::of_window(&self.window)
    }

    fn to_words(&self, state: T, now: T) -> [T; 2] {
        let tally = self.tally(self.see(state, now));
        [tally.count, tally.ends_in]
    }

    fn revive(&self, [count, ends_in]: [T; 2], now: T, elapsed: T) -> Option<T> {
        let period = self.window.period();
        if !durable::is_tally(&self.window, &[count], ends_in, period) {
            return None;
        }
        let left = ends_in.saturating_sub(elapsed);
        let count = if left == T::ZERO { T::ZERO } else { count };
        let opened = now.wrapping_add(left).wrapping_sub(period);
        Some(self.state(Counted { tag: self.modulo(opened), count, ends_in: left, moved: false }))
    }
}
