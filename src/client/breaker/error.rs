use core::fmt;

use crate::quota::text::Text;
use crate::time::Ticks;

/// Why [`BreakerSettings`](super::BreakerSettings) cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BreakerError {
    /// It would open without a failure.
    ZeroFailures,
    /// It would be open for no time.
    ZeroOpen,
    /// The second open time would be none.
    ZeroFactor,
    /// The longest open time is shorter than the first.
    CapBelowOpen {
        /// Ticks of the first open time.
        open: u64,
        /// Ticks of the longest.
        cap: u64,
    },
    /// It would never let a probe out, or not close after any number of them.
    ZeroProbes,
    /// A probe would run out at once.
    ZeroProbeTime,
    /// The share of failures is no share, or of more calls than are kept.
    Share {
        /// Failures of a hundred calls.
        percent: u8,
        /// Calls the share is of.
        of: u8,
    },
}

impl BreakerError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroFailures => Text::new("failures = 0 would open without a failure: give at least 1"),
            Self::ZeroOpen => Text::new("open = 0 ticks keeps nothing back: give an open time of at least 1 tick"),
            Self::ZeroFactor => Text::new("factor = 0 leaves no open time: give at least 1, which stays the same"),
            Self::CapBelowOpen { open, cap } => Text::new("cap = ")
                .number(cap)
                .then(" ticks is shorter than the first open time: give a cap of at least ")
                .number(open)
                .then(" ticks"),
            Self::ZeroProbes => Text::new("0 probes would never close again: give at least 1 at once, and 1 to close"),
            Self::ZeroProbeTime => {
                Text::new("probe_time = 0 ticks lets no probe report: give at least the longest a call may take")
            }
            Self::Share { percent, of } => Text::new("a share of ")
                .number(percent as u64)
                .then(" percent of ")
                .number(of as u64)
                .then(" calls cannot be kept: give 1 to 100 percent of 1 to 64 calls"),
        }
    }
}

impl fmt::Display for BreakerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for BreakerError {}

/// The breaker was [forced open](super::CircuitBreaker::force_open), and only its [release](super::CircuitBreaker::release) ends
/// that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ForcedOpen;

impl fmt::Display for ForcedOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the circuit is forced open: no calls until it is released")
    }
}

impl core::error::Error for ForcedOpen {}

/// Why a call may not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotBegun<T> {
    /// The server has failed, and is left alone.
    Open {
        /// Ticks until a probe may go, told as [`Poll::Wait`](crate::client::Poll::Wait) is.
        wait: T,
    },
    /// As many probes as may are on their way.
    Probing {
        /// Ticks until they have run out, at the latest.
        wait: T,
    },
    /// It was forced open.
    Forced,
}

impl<T: Ticks> NotBegun<T> {
    /// Ticks until to ask again; `None` if it was forced open.
    #[must_use]
    pub fn retry_after(&self) -> Option<T> {
        match self {
            Self::Open { wait } | Self::Probing { wait } => Some(*wait),
            Self::Forced => None,
        }
    }
}

impl<T: Ticks> fmt::Display for NotBegun<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { wait } => write!(f, "the circuit is open: a probe may go in {wait} ticks"),
            Self::Probing { wait } => {
                write!(f, "the circuit is half open and its probes are on their way: ask again in {wait} ticks")
            }
            Self::Forced => ForcedOpen.fmt(f),
        }
    }
}

impl<T: Ticks> core::error::Error for NotBegun<T> {}
