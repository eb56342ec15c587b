use core::time::Duration;

use super::{Number, Reason};

/// When a window is as new again: after a time, or at a time.
///
/// Servers write seconds from now, seconds since the epoch and milliseconds since the epoch under the same names. The size tells
/// them apart: below [`EPOCH_SECONDS_FROM`](Self::EPOCH_SECONDS_FROM) it is seconds from now (31 years and less), below
/// [`EPOCH_MILLIS_FROM`](Self::EPOCH_MILLIS_FROM) seconds since the epoch (from September 2001 on), and beyond milliseconds (from September
/// 2001 on as well).
///
/// ```
/// use core::time::Duration;
/// use tollgate::http::Reset;
///
/// assert_eq!(Reset::parse(b"30"), Ok(Reset::After(Duration::from_secs(30))));
/// assert_eq!(Reset::parse(b"1700649279"), Ok(Reset::At(Duration::from_secs(1_700_649_279))));
/// assert_eq!(Reset::parse(b"1700649279646"), Ok(Reset::At(Duration::from_millis(1_700_649_279_646))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reset {
    /// So long after the response.
    After(Duration),
    /// So long after the epoch, by the server's clock.
    At(Duration),
}

impl Reset {
    /// The least number that is seconds since the epoch.
    pub const EPOCH_SECONDS_FROM: u64 = 1_000_000_000;
    /// The least number that is milliseconds since the epoch.
    pub const EPOCH_MILLIS_FROM: u64 = 1_000_000_000_000;

    /// Reads a value: a number, whole or with a fraction (exact to the nanosecond, rounded up beyond).
    ///
    /// # Errors
    ///
    /// If it is no number, or below 0.
    pub fn parse(value: &[u8]) -> Result<Self, Reason> {
        let number = Number::parse(value)?;
        let whole = number.magnitude()?.unwrap_or(u64::MAX);
        Ok(if whole < Self::EPOCH_SECONDS_FROM {
            Self::After(number.seconds()?)
        } else if whole < Self::EPOCH_MILLIS_FROM {
            Self::At(number.seconds()?)
        } else {
            Self::At(number.milliseconds()?)
        })
    }
}
