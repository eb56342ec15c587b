use core::fmt;

use super::text::Text;

/// Why a [`Quota`](super::Quota) cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuotaError {
    /// The limit is 0: nothing would ever be admitted.
    ZeroLimit,
    /// The period is 0 ticks: a rate needs time to pass.
    ZeroPeriod,
    /// The burst is 0: nothing would ever be admitted.
    ZeroBurst,
    /// Burst and debt together, times the period, do not fit the clock's word.
    TooLong {
        /// Units of burst and debt.
        units: u64,
        /// Sub-ticks a unit costs: the period divided by its common factor with the limit.
        per_unit: u64,
        /// What `units × per_unit` may be at most: half of the word's range, an eighth in an [`Adjustable`](crate::Adjustable).
        most: u64,
    },
    /// The limit, in lowest terms with the period, leaves the word no room to tell one tick from the next.
    TooFine {
        /// Sub-ticks a tick is worth: the limit divided by its common factor with the period.
        per_tick: u64,
        /// The most it may be: a quarter of the word's range, a sixteenth in an [`Adjustable`](crate::Adjustable).
        most: u64,
    },
    /// A burst or a debt was given for a window, which admits its whole limit at once and owes nothing.
    NotAWindow {
        /// Units of the limit, which are a window's burst.
        limit: u64,
        /// The burst that was given.
        burst: u64,
        /// The debt that was given.
        debt: u64,
    },
    /// The period of a window is too long for past and future to be told apart.
    PeriodTooLong {
        /// Ticks of the period.
        period: u64,
        /// The most it may be.
        most: u64,
    },
    /// The limit of a window is too large for the words that count it.
    LimitTooLarge {
        /// Units of the limit.
        limit: u64,
        /// The most it may be.
        most: u64,
    },
    /// The sub-windows of a [bucketed window](crate::BucketedWindow) are none, or more than its slots can hold.
    Buckets {
        /// Sub-windows that were asked for.
        buckets: u64,
        /// The most there may be: two fewer than slots.
        most: u64,
    },
}

impl QuotaError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroLimit => Text::new("limit = 0 admits nothing: give a limit of at least 1"),
            Self::ZeroPeriod => Text::new("period = 0 ticks is no rate: give a period of at least 1 tick"),
            Self::ZeroBurst => Text::new("burst = 0 admits nothing: give a burst of at least 1"),
            Self::TooLong { units, per_unit, most } => {
                let text = Text::new("burst and debt of ")
                    .number(units)
                    .then(" units at ")
                    .number(per_unit)
                    .then(" sub-ticks each exceed the ")
                    .number(most)
                    .then(" that fit the word");
                match most.checked_div(per_unit) {
                    Some(fitting @ 1..) => {
                        text.then(": give at most ").number(fitting).then(" units, a coarser tick or a wider one")
                    }
                    _ => text.then(": give a shorter period, a coarser tick or a wider one"),
                }
            }
            Self::TooFine { per_tick, most } => Text::new("limit = ")
                .number(per_tick)
                .then(" per period in lowest terms exceeds the ")
                .number(most)
                .then(" that fit the word: give a smaller limit, one that shares a factor with the period, or a wider tick"),
            Self::NotAWindow { limit, burst, debt } => Text::new("a window of ")
                .number(limit)
                .then(" has that burst and no debt, but burst = ")
                .number(burst)
                .then(" and debt = ")
                .number(debt)
                .then(" were given: leave them out, or take a bucket"),
            Self::PeriodTooLong { period, most } => Text::new("period = ")
                .number(period)
                .then(" ticks is too long for the clock's word: give at most ")
                .number(most)
                .then(" ticks, a coarser tick or a wider one"),
            Self::LimitTooLarge { limit, most } => {
                Text::new("limit = ").number(limit).then(" does not fit this window: give at most ").number(most)
            }
            Self::Buckets { buckets, most } => Text::new("buckets = ")
                .number(buckets)
                .then(" do not fit the slots of this window: give 1 to ")
                .number(most),
        }
    }
}

impl fmt::Display for QuotaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for QuotaError {}
