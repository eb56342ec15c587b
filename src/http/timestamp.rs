use core::fmt;

use super::date::civil;
use super::decimal::Padded;

/// An instant in milliseconds since the epoch, written as in RFC 3339: `2023-11-22T10:34:39.646Z`.
///
/// The last one is in the year 9999: later ones are written as that.
///
/// ```
/// use tollgate::http::Timestamp;
///
/// assert_eq!(Timestamp::from_millis(1_700_649_279_646).to_string(), "2023-11-22T10:34:39.646Z");
/// assert_eq!(Timestamp::from_millis(u64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    millis: u64,
}

impl Timestamp {
    /// The last millisecond of the year 9999.
    pub const MAX: Self = Self { millis: 253_402_300_799_999 };

    /// So many milliseconds after the epoch, at most [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_millis(millis: u64) -> Self {
        if millis > Self::MAX.millis { Self::MAX } else { Self { millis } }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn millis(&self) -> u64 {
        self.millis
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, clock) = civil(self.millis / 1_000);
        write!(f, "{}-{}-{}", Padded::<4>(day.year), Padded::<2>(day.month), Padded::<2>(day.day))?;
        let [low, high, ..] = (self.millis % 1_000).to_le_bytes();
        write!(f, "T{clock}.{}Z", Padded::<3>(u16::from_le_bytes([low, high]).into()))
    }
}
