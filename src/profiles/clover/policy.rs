use core::fmt;
use core::time::Duration;

use crate::concurrency::ConcurrencyError;
use crate::penalty::{PenaltyError, WaitingPeriod};
use crate::profiles::quota;
use crate::quota::{Quota, QuotaError};
use crate::time::{TickLength, Ticks};

/// What an app, or a token, may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caps {
    /// Requests in any period.
    pub rate: u32,
    /// Requests in progress.
    pub at_once: u32,
}

/// The numbers of all levels.
///
/// ```
/// use tollgate::profiles::clover::{Caps, Policy};
///
/// const STRICT: Policy = Policy { token: Caps { rate: 4, at_once: 1 }, ..Policy::DOCUMENTED };
/// ```
///
/// Rates above the documented ones take windows with more slots: `App<u32, 80>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// All tokens of an app together.
    pub app: Caps,
    /// Each token.
    pub token: Caps,
    /// The period of the rates, which rolls, rounded up to whole ticks.
    pub period: Duration,
    /// The wait of who finds no place.
    pub first_wait: Duration,
    /// By how much it grows with every request that comes too early.
    pub growth: u32,
    /// How long it gets at most.
    pub longest_wait: Duration,
}

impl Policy {
    /// 50 and 16 in a second, 10 and 5 at once, as the documents say; and, as they do not, a wait of a second that doubles up to a
    /// minute.
    pub const DOCUMENTED: Self = Self {
        app: Caps { rate: 50, at_once: 10 },
        token: Caps { rate: 16, at_once: 5 },
        period: Duration::from_secs(1),
        first_wait: Duration::from_secs(1),
        growth: 2,
        longest_wait: Duration::from_secs(60),
    };

    /// The rate of an app or a token on a clock of such ticks: for a window, or for a client's [`Pacer`](crate::client::Pacer). None
    /// takes it if the period has more ticks than their word counts.
    #[must_use]
    pub fn quota<T: Ticks>(&self, caps: Caps, tick: TickLength) -> Quota<T> {
        quota::per(caps.rate, self.period, tick)
    }

    pub(super) fn wait<T: Ticks>(&self, tick: TickLength) -> WaitingPeriod<T> {
        let growth = T::truncate(self.growth.into());
        WaitingPeriod::of(tick.ticks(self.first_wait)).times(growth, tick.ticks(self.longest_wait))
    }
}

/// Why the numbers cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyError {
    /// A rate and the period.
    Rate(QuotaError),
    /// How many at once.
    AtOnce(ConcurrencyError),
    /// The wait.
    Wait(PenaltyError),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rate(error) => write!(f, "rate: {error}"),
            Self::AtOnce(error) => write!(f, "at once: {error}"),
            Self::Wait(error) => write!(f, "wait: {error}"),
        }
    }
}

impl core::error::Error for PolicyError {}
