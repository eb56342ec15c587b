use core::fmt;

use crate::quota::text::Text;
use crate::time::Ticks;

/// Why [`BackoffSettings`](super::BackoffSettings) cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackoffError {
    /// The base is 0 ticks: there would be no wait.
    ZeroBase,
    /// The factor is 0: the second wait would be none.
    ZeroFactor,
    /// The longest wait is shorter than the first.
    CapBelowBase {
        /// Ticks of the first wait.
        base: u64,
        /// Ticks of the longest.
        cap: u64,
    },
    /// Not a single attempt is allowed.
    ZeroAttempts,
}

impl BackoffError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroBase => Text::new("base = 0 ticks is no wait: give a base of at least 1 tick"),
            Self::ZeroFactor => Text::new("factor = 0 leaves no wait: give at least 1, which waits evenly"),
            Self::CapBelowBase { base, cap } => Text::new("cap = ")
                .number(cap)
                .then(" ticks is shorter than the base: give a cap of at least ")
                .number(base)
                .then(" ticks"),
            Self::ZeroAttempts => Text::new("attempts = 0 sends nothing: give at least 1, which is never repeated"),
        }
    }
}

impl fmt::Display for BackoffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for BackoffError {}

/// Why a [`Backoff`](super::Backoff) waits no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GaveUp<T> {
    /// As many attempts have failed as are allowed.
    AttemptsExhausted {
        /// How many are allowed.
        attempts: u32,
    },
    /// The server asks for a longer wait than the settings accept.
    ServerWaitTooLong {
        /// Ticks it asks for.
        asked: T,
        /// The most that is accepted.
        most: T,
    },
}

impl<T: Ticks> fmt::Display for GaveUp<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AttemptsExhausted { attempts } => write!(f, "gave up: all {attempts} attempts have failed"),
            Self::ServerWaitTooLong { asked, most } => {
                write!(f, "gave up: the server asks to wait for {asked} ticks, and at most {most} are accepted")
            }
        }
    }
}

impl<T: Ticks> core::error::Error for GaveUp<T> {}
