use core::fmt;
use core::time::Duration;

use super::{Budget, HttpDate};
use crate::time::{TickLength, Ticks};

/// What stands behind the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value {
    /// A whole number: `50`.
    Count(u64),
    /// Tenths of a whole: `2.0`.
    Tenths(u64),
    /// So much of so much: `32/80`.
    UsedOf {
        /// Units that count against the limit.
        used: u64,
        /// The most that may.
        size: u64,
    },
    /// A date: `Sun, 06 Nov 1994 08:49:37 GMT`.
    Date(HttpDate),
    /// The nearest window: `limit=100, remaining=50, reset=30`.
    Budget(Budget),
}

/// Waits that a client is told. All are rounded up, and never 0: a client that was denied and asks again at once is denied again.
///
/// ```
/// use core::time::Duration;
/// use tollgate::http::{Header, Value};
/// use tollgate::time::TickLength;
///
/// const MILLIS: TickLength = TickLength::MILLISECOND;
/// assert_eq!(Header::new("Retry-After", Value::wait_seconds(20_001_u32, MILLIS)).to_string(), "Retry-After: 21");
/// assert_eq!(Header::new("Retry-After", Value::wait_tenths(1_901_u32, MILLIS)).to_string(), "Retry-After: 2.0");
/// let now = Duration::from_millis(784_111_776_500);
/// assert_eq!(Value::wait_until(now, 400_u32, MILLIS).to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// ```
impl Value {
    /// Whole seconds, at least 1.
    #[must_use]
    pub fn wait_seconds<T: Ticks>(ticks: T, length: TickLength) -> Self {
        Self::Count(length.seconds(ticks).max(1))
    }

    /// Tenths of a second, at least one.
    #[must_use]
    pub fn wait_tenths<T: Ticks>(ticks: T, length: TickLength) -> Self {
        Self::Tenths(length.tenths(ticks).max(1))
    }

    /// The date when it is over, later than `now`, a time since the epoch.
    #[must_use]
    pub fn wait_until<T: Ticks>(now: Duration, ticks: T, length: TickLength) -> Self {
        let next = HttpDate::from_seconds(now.as_secs().saturating_add(1));
        Self::Date(HttpDate::not_before(now.saturating_add(length.duration(ticks))).max(next))
    }

    /// Seconds since the epoch when it is over, later than `now`.
    #[must_use]
    pub fn epoch_seconds<T: Ticks>(now: Duration, ticks: T, length: TickLength) -> Self {
        let end = now.saturating_add(length.duration(ticks).max(Duration::from_nanos(1)));
        Self::Count(end.as_secs().saturating_add((end.subsec_nanos() > 0).into()))
    }

    /// Milliseconds since the epoch when it is over, later than `now`.
    #[must_use]
    pub fn epoch_millis<T: Ticks>(now: Duration, ticks: T, length: TickLength) -> Self {
        let end = now.saturating_add(length.duration(ticks).max(Duration::from_nanos(1)));
        let beyond = !end.subsec_nanos().is_multiple_of(1_000_000);
        let whole = end.as_secs().saturating_mul(1_000).saturating_add(end.subsec_millis().into());
        Self::Count(whole.saturating_add(beyond.into()))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::UsedOf { used, size } => write!(f, "{used}/{size}"),
            Self::Date(date) => date.fmt(f),
            Self::Budget(budget) => budget.fmt(f),
        }
    }
}
