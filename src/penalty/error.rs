use core::fmt;

use crate::quota::text::Text;

/// Why a waiting period cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PenaltyError {
    /// The first wait is 0 ticks: a denial would open nothing.
    ZeroFirst,
    /// The factor is 0: an early question would end the wait.
    ZeroFactor,
    /// The longest wait is shorter than the first.
    CapBelowFirst {
        /// Ticks of the first wait.
        first: u64,
        /// Ticks of the longest.
        cap: u64,
    },
    /// The longest wait is too long for past and future to be told apart.
    CapTooLong {
        /// Ticks of the longest wait.
        cap: u64,
        /// What is accepted for sure.
        most: u64,
    },
}

impl PenaltyError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroFirst => Text::new("first = 0 ticks is no wait: give a first wait of at least 1 tick"),
            Self::ZeroFactor => {
                Text::new("factor = 0 would end the wait of who asks early: give at least 1, which restarts it")
            }
            Self::CapBelowFirst { first, cap } => Text::new("cap = ")
                .number(cap)
                .then(" ticks is shorter than the first wait: give a cap of at least ")
                .number(first)
                .then(" ticks"),
            Self::CapTooLong { cap, most } => Text::new("cap = ")
                .number(cap)
                .then(" ticks is too long for the clock's word: give at most ")
                .number(most)
                .then(" ticks, a coarser tick or a wider one"),
        }
    }
}

impl fmt::Display for PenaltyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for PenaltyError {}
