use crate::decision::Grant;
use crate::quota::{Quota, QuotaError, Window};
use crate::time::Ticks;

/// The numbers of a [bucketed window](crate::BucketedWindow): a rolling window that remembers sub-windows instead of
/// admissions.
///
/// The period `W` is cut into `B` sub-windows of `w = ⌈W / B⌉` ticks. What is admitted in one of them is forgotten at
/// once, when the last tick of the sub-window is `W` ticks old. So a unit admitted at `s` counts while `now − s < W`,
/// and at most `w − 1` ticks longer, which is less than `W / B`.
///
/// This is the sliding window over counters of sub-windows that many web services use (S. Datar et al., *Maintaining
/// stream statistics over sliding windows*, 2002, call them basic windows), rounded to the safe side.
///
/// `SLOTS` is a power of two and 2 above the most sub-windows there can be: the newest one is not complete, and a
/// reading that is late by up to a sub-window still sees what was in force at its time. Sub-windows are numbered from
/// 0 modulo the word, which `SLOTS` divides; number `n` begins `n × w` ticks, modulo the word, after the *origin*, the
/// tick of the first use. So a wrap of the clock or of the numbers changes nothing.
///
/// ```
/// use tollgate::{BucketedWindow, Quota, algorithm, cell::Unsync};
///
/// const HOUR: u32 = 3_600_000;
/// const AIRTIME: algorithm::BucketedWindow<u32, 64> =
///     algorithm::BucketedWindow::<u32, 64>::with_buckets(Quota::per(36_000, HOUR), 60);
/// assert_eq!(AIRTIME.latest(), HOUR / 60 - 1); // forgotten at most so many ticks late
///
/// let airtime: BucketedWindow<u32, 64, Unsync<u32>> = BucketedWindow::in_cells(AIRTIME);
/// assert_eq!(airtime.remaining(0), 36_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BucketedWindow<T, const SLOTS: usize> {
    window: Window<T>,
    /// Ticks of a sub-window, `w`.
    width: T,
    /// Ticks from a sub-window before its beginning until it is forgotten: `W + 2w − 1`.
    span: T,
    /// The [`Sight::since`] from which the oldest sub-window of a ring is forgotten.
    edge: T,
    /// The power of two above the limit: a word is a key times this, plus units.
    radix: T,
}

/// An instant, as seen from the newest sub-window.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<T> {
    /// The number of the newest sub-window.
    pub newest: T,
    /// Ticks since one sub-window *before* that began: a reading may be late by as much.
    pub since: T,
}

struct Numbers {
    width: u64,
    span: u64,
    edge: u64,
    radix: u64,
}

impl Numbers {
    /// All of them are below the word's range, as the period is at most a sixteenth of it.
    const fn new(limit: u64, period: u64, buckets: u64) -> Self {
        let width = ceil(period, buckets);
        let span = period + 2 * width - 1;
        Self { width, span, edge: span - ceil(period, width) * width, radix: (limit + 1).next_power_of_two() }
    }
}

const fn ceil(dividend: u64, divisor: u64) -> u64 {
    match (dividend + divisor - 1).checked_div(divisor) {
        Some(whole) => whole,
        None => 0,
    }
}

impl<T: Ticks, const SLOTS: usize> BucketedWindow<T, SLOTS> {
    /// The most sub-windows there can be: `SLOTS − 2`.
    pub const MOST_BUCKETS: usize = {
        let fits = SLOTS.is_power_of_two() && SLOTS >= 4 && SLOTS <= 65_536;
        assert!(fits, "a bucketed window has 4, 8, 16, ... or 65536 slots: a power of two");
        SLOTS - 2
    };

    /// The numbers of a quota known at run time, with [as many](Self::MOST_BUCKETS) sub-windows as there can be.
    ///
    /// # Errors
    ///
    /// As [`try_with_buckets`](Self::try_with_buckets).
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        Self::try_with_buckets(quota, Self::MOST_BUCKETS)
    }

    /// The numbers of a quota and of a number of sub-windows known at run time.
    ///
    /// # Errors
    ///
    /// A [`QuotaError`] that names the value and what would be accepted: 1 to [`MOST_BUCKETS`](Self::MOST_BUCKETS)
    /// sub-windows; a period of at most a sixteenth of the word's range; a limit that leaves `log2(SLOTS) + 6` bits of
    /// the word for the number of a sub-window, which for 64 slots is 1 048 575 on `u32`.
    pub fn try_with_buckets(quota: Quota<T>, buckets: usize) -> Result<Self, QuotaError> {
        let most = T::MAX.wrapping_shr(key_bits(SLOTS));
        let window = Window::try_new(quota, most)?;
        check(buckets, Self::MOST_BUCKETS)?;
        let Numbers { width, span, edge, radix } =
            Numbers::new(window.limit().into(), window.period().into(), buckets as u64);
        let [width, span, edge, radix] = [width, span, edge, radix].map(T::truncate);
        Ok(Self { window, width, span, edge, radix })
    }

    /// Units that may be admitted within the period.
    #[must_use]
    #[inline]
    pub const fn limit(&self) -> T {
        self.window.limit()
    }

    /// The quota this was made of.
    #[must_use]
    pub const fn quota(&self) -> Quota<T> {
        self.window.quota()
    }

    /// Ticks by which a unit is forgotten late, at the most: a sub-window less one tick.
    #[must_use]
    pub fn latest(&self) -> T {
        self.width.wrapping_sub(T::ONE)
    }

    /// Ticks of a sub-window.
    #[inline]
    pub(crate) fn width(&self) -> T {
        self.width
    }

    /// `now` as seen from the newest sub-window; `None` if nothing has been used yet, or if `now` lies more than a
    /// sub-window before it, which shows a clock that stepped back (or idling for half of the word's range).
    #[inline]
    pub(crate) fn sight(&self, newest: T, origin: T, now: T) -> Option<Sight<T>> {
        let since = now.wrapping_sub(origin).wrapping_sub(newest.wrapping_mul(self.width)).wrapping_add(self.width);
        (origin != T::FRESH && since < T::HALF).then_some(Sight { newest, since })
    }

    /// The instant at which the newest sub-window begins.
    #[inline]
    pub(crate) fn start(&self, newest: T) -> Sight<T> {
        Sight { newest, since: self.width }
    }

    /// The origin for which the newest sub-window begins `now`. An origin that meets "never used" is put one tick
    /// later: once in `2^w`, units are forgotten one tick late.
    #[inline]
    pub(crate) fn origin(&self, newest: T, now: T) -> T {
        let origin = now.wrapping_sub(newest.wrapping_mul(self.width));
        if origin == T::FRESH { origin.wrapping_add(T::ONE) } else { origin }
    }

    /// The number of the sub-window in which `at` lies, at most the newest.
    pub(crate) fn number(&self, newest: T, origin: T, at: T) -> T {
        let before = origin.wrapping_add(newest.wrapping_mul(self.width)).wrapping_sub(at);
        if before >= T::HALF { newest } else { newest.wrapping_sub(before.div_ceil(self.width)) }
    }

    /// The first [`Sight::since`] beyond the beginning of the newest sub-window that is at the same place in a sub-window as
    /// the instant `elapsed` ticks after another, or one sub-window later.
    pub(crate) fn same_place(&self, since: T, elapsed: T) -> T {
        let place = |ticks: T| ticks.wrapping_sub(ticks.div_floor(self.width).wrapping_mul(self.width));
        self.width.wrapping_add(place(since)).wrapping_add(place(elapsed))
    }

    /// Whether the instant is beyond the newest sub-window.
    #[inline]
    pub(crate) fn has_ended(&self, sight: Sight<T>) -> bool {
        sight.since >= self.width.wrapping_add(self.width)
    }

    /// Whether the instant is in the newest sub-window: neither beyond it nor late.
    #[inline]
    pub(crate) fn is_current(&self, sight: Sight<T>) -> bool {
        sight.since >= self.width && !self.has_ended(sight)
    }

    /// The same instant, seen from its own sub-window. Divides only if that is not the newest one or the next.
    #[inline]
    pub(crate) fn follow(&self, sight: Sight<T>) -> Sight<T> {
        let mut steps = T::ZERO;
        if self.has_ended(sight) {
            let past = sight.since.wrapping_sub(self.width);
            let next = past < self.width.wrapping_add(self.width);
            steps = if next { T::ONE } else { past.div_floor(self.width) };
        }
        Sight {
            newest: sight.newest.wrapping_add(steps),
            since: sight.since.wrapping_sub(steps.wrapping_mul(self.width)),
        }
    }

    /// Ticks until the newest sub-window is forgotten, 0 if it is.
    #[inline]
    pub(crate) fn left(&self, sight: Sight<T>) -> T {
        self.span.saturating_sub(sight.since)
    }

    /// The word of a sub-window that is open and empty.
    #[inline]
    pub(crate) fn open(&self, number: T) -> T {
        self.key(number, false)
    }

    /// The word of a sub-window after it was closed; `None` if it is not open.
    #[inline]
    pub(crate) fn close(&self, word: T, number: T) -> Option<T> {
        self.split(word, self.open(number)).map(|units| self.key(number, true).wrapping_add(units))
    }

    /// The units of a sub-window that is open; `None` if the word is that of a closed one, or of another.
    #[inline]
    pub(crate) fn open_units(&self, word: T, number: T) -> Option<T> {
        self.split(word, self.open(number))
    }

    /// The units of a sub-window, open or closed; 0 if the word is that of another.
    #[inline]
    pub(crate) fn units(&self, word: T, number: T) -> T {
        let open = self.split(word, self.key(number, false));
        open.or_else(|| self.split(word, self.key(number, true))).unwrap_or(T::ZERO)
    }

    /// The word for the sum of the sub-windows older than the newest, without units. The sum holds for instants in one
    /// newest sub-window, on one side of the edge.
    #[inline]
    pub(crate) fn older(&self, sight: Sight<T>) -> T {
        self.key(sight.newest, sight.since >= self.edge)
    }

    /// The units in `word` if it has the key of `empty`.
    #[inline]
    pub(crate) fn split(&self, word: T, empty: T) -> Option<T> {
        let units = word.wrapping_sub(empty);
        (units < self.radix).then_some(units)
    }

    #[inline]
    pub(crate) fn grant(&self, sight: Sight<T>, granted: T, room: T) -> Grant<T> {
        let backlog = self.left(sight);
        Grant { granted, delay: T::ZERO, backlog, room, per_unit: T::ONE, per_tick: T::ONE }
    }

    /// A word without units. Numbers are kept modulo a power of two that is at least 32 rings; number 0, open and
    /// empty, is the word of a cell never used.
    #[inline]
    fn key(&self, number: T, flag: bool) -> T {
        let key = number.wrapping_add(number).wrapping_add(if flag { T::ONE } else { T::ZERO });
        T::FRESH.wrapping_add(key.wrapping_mul(self.radix))
    }
}

/// Bits of a word that are kept from the units: one for the flag, and the numbers of 32 rings.
const fn key_bits(slots: usize) -> u32 {
    slots.trailing_zeros() + 6
}

const fn check(buckets: usize, most: usize) -> Result<(), QuotaError> {
    if buckets == 0 || buckets > most {
        return Err(QuotaError::Buckets { buckets: buckets as u64, most: most as u64 });
    }
    Ok(())
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        impl<const SLOTS: usize> BucketedWindow<$word, SLOTS> {
            /// The numbers of a constant quota, with [as many](Self::MOST_BUCKETS) sub-windows as there can be.
            ///
            /// # Panics
            ///
            /// As [`with_buckets`](Self::with_buckets).
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::with_buckets(quota, Self::MOST_BUCKETS)
            }

            /// The numbers of a constant quota and a constant number of sub-windows.
            ///
            /// # Panics
            ///
            /// If they cannot be kept, which in a `const` or `static` is a compile error that names the value: see
            /// [`try_with_buckets`](Self::try_with_buckets).
            #[must_use]
            #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // `From` is not const; all fit the word
            pub const fn with_buckets(quota: Quota<$word>, buckets: usize) -> Self {
                let window = Window::<$word>::new(quota, $word::MAX >> key_bits(SLOTS));
                if let Err(error) = check(buckets, Self::MOST_BUCKETS) {
                    panic!("{}", error.message().as_str());
                }
                let Numbers { width, span, edge, radix } =
                    Numbers::new(window.limit() as u64, window.period() as u64, buckets as u64);
                let [width, span, edge, radix] = [width as $word, span as $word, edge as $word, radix as $word];
                Self { window, width, span, edge, radix }
            }
        }
    )*};
}

const_new!(u32 u64);
