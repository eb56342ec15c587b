use core::time::Duration;

use super::date_forms::Written;
use super::{HttpDate, Number, Reason};

/// What `Retry-After` says (RFC 9110, section 10.2.3): how long to wait, or until when.
///
/// ```
/// use core::time::Duration;
/// use tollgate::http::{HttpDate, Reason, RetryAfter};
///
/// assert_eq!(RetryAfter::parse(b"120"), Ok(RetryAfter::After(Duration::from_secs(120))));
/// assert_eq!(RetryAfter::parse(b"2.5"), Ok(RetryAfter::After(Duration::from_millis(2_500))));
/// let date = HttpDate::from_seconds(784_111_777);
/// assert_eq!(RetryAfter::parse(b"Sun, 06 Nov 1994 08:49:37 GMT"), Ok(RetryAfter::At(date)));
/// assert_eq!(RetryAfter::parse(b"soon"), Err(Reason::NotAWait));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetryAfter {
    /// So long after the response.
    After(Duration),
    /// Not before that date, by the server's clock.
    At(HttpDate),
}

impl RetryAfter {
    /// Reads a value: seconds, whole or with a fraction (exact to the nanosecond, rounded up beyond; the longest duration there is
    /// if they exceed a word), or a [date](HttpDate::parse).
    ///
    /// # Errors
    ///
    /// If it is neither, or below 0.
    pub fn parse(value: &[u8]) -> Result<Self, Reason> {
        Self::parse_at(value, HttpDate::REFERENCE)
    }

    /// The same, for [years of two digits](HttpDate::parse_at) as seen from `now`.
    ///
    /// # Errors
    ///
    /// If it is neither, or below 0.
    pub fn parse_at(value: &[u8], now: HttpDate) -> Result<Self, Reason> {
        Wait::parse(value)?.resolve(now)
    }

    /// How long to wait at `now`, a reading of the server's clock.
    #[must_use]
    pub const fn wait(&self, now: HttpDate) -> Duration {
        match self {
            Self::After(wait) => *wait,
            Self::At(date) => date.since(now),
        }
    }
}

/// What it says, as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    After(Duration),
    At(Written),
}

impl Wait {
    pub(crate) fn parse(value: &[u8]) -> Result<Self, Reason> {
        match Number::parse(value) {
            Ok(number) => number.seconds().map(Self::After),
            Err(Reason::Empty) => Err(Reason::Empty),
            Err(_) => Written::parse(value).map(Self::At).map_err(|_| Reason::NotAWait),
        }
    }

    pub(crate) fn resolve(self, now: HttpDate) -> Result<RetryAfter, Reason> {
        match self {
            Self::After(wait) => Ok(RetryAfter::After(wait)),
            Self::At(date) => date.resolve(now).map(RetryAfter::At),
        }
    }
}
