use core::fmt;
use core::time::Duration;

use super::Reason;
use super::civil::{Civil, weekday};
use super::date_forms::Written;
use super::decimal::Padded;

pub(crate) const SECONDS_PER_DAY: u64 = 86_400;

pub(crate) const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
pub(crate) const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A date of HTTP (RFC 9110, section 5.6.7): whole seconds since the epoch, from 1970 to the end of the year 9999.
///
/// `Display` writes the form that RFC asks for, `Sun, 06 Nov 1994 08:49:37 GMT`; [`parse`](Self::parse) reads that and the two
/// older ones.
///
/// ```
/// use tollgate::http::{HttpDate, Reason};
///
/// let date = HttpDate::from_seconds(784_111_777);
/// assert_eq!(date.to_string(), "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!(HttpDate::parse(b"Sun, 06 Nov 1994 08:49:37 GMT"), Ok(date));
/// assert_eq!(HttpDate::parse(b"Sunday, 06-Nov-94 08:49:37 GMT"), Ok(date));
/// assert_eq!(HttpDate::parse(b"Sun Nov  6 08:49:37 1994"), Ok(date));
/// assert_eq!(HttpDate::parse(b"Wed, 30 Feb 1994 08:49:37 GMT"), Err(Reason::NoSuchDay));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpDate {
    seconds: u64,
}

impl HttpDate {
    /// 1970-01-01, 00:00:00.
    pub const EPOCH: Self = Self { seconds: 0 };
    /// 9999-12-31, 23:59:59.
    pub const MAX: Self = Self { seconds: 253_402_300_799 };
    /// 2026-01-01, 00:00:00: the day about which a year of two digits is understood by those who know no other, so that `77` is
    /// 1977 and `75` is 2075.
    pub const REFERENCE: Self = Self { seconds: 1_767_225_600 };

    /// So many seconds after the epoch, at most [`MAX`](Self::MAX).
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        if seconds > Self::MAX.seconds { Self::MAX } else { Self { seconds } }
    }

    /// The first whole second that is not before a time since the epoch, at most [`MAX`](Self::MAX).
    #[must_use]
    pub const fn not_before(since_epoch: Duration) -> Self {
        Self::from_seconds(since_epoch.as_secs().saturating_add((since_epoch.subsec_nanos() > 0) as u64))
    }

    /// Reads any of the three forms.
    ///
    /// Names of days and months are taken in any case, the rest as the RFC has it. A leap second, `23:59:60`, is the first second of
    /// the next day. A year of two digits is understood from 2026: see [`parse_at`](Self::parse_at).
    ///
    /// # Errors
    ///
    /// If it has none of the three forms, if there is no such day or time, if the weekday is that of another date, or if the date is before
    /// 1970.
    pub fn parse(value: &[u8]) -> Result<Self, Reason> {
        Self::parse_at(value, Self::REFERENCE)
    }

    /// The same for those who know what time it is: a year of two digits is the latest that does not put the date more than 50 years
    /// after `now`.
    ///
    /// # Errors
    ///
    /// As with [`parse`](Self::parse).
    pub fn parse_at(value: &[u8], now: Self) -> Result<Self, Reason> {
        Written::parse(value)?.resolve(now)
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn seconds(&self) -> u64 {
        self.seconds
    }

    /// Time since the epoch.
    #[must_use]
    pub const fn since_epoch(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Time since an earlier date; 0 if it is later.
    #[must_use]
    pub const fn since(&self, earlier: Self) -> Duration {
        Duration::from_secs(self.seconds.saturating_sub(earlier.seconds))
    }

    pub(crate) fn civil(self) -> (Civil, Clock) {
        civil(self.seconds)
    }
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Clock {
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
}

/// Civil and time of seconds since the epoch, which end with the year 9999.
pub(crate) fn civil(seconds: u64) -> (Civil, Clock) {
    let days = low_bits(seconds / SECONDS_PER_DAY);
    let second = low_bits(seconds % SECONDS_PER_DAY);
    (Civil::of_days(days), Clock { hour: second / 3_600, minute: second / 60 % 60, second: second % 60 })
}

/// A number that is known to fit.
#[allow(clippy::cast_possible_truncation)]
const fn low_bits(value: u64) -> u32 {
    value as u32
}

/// The name with this index, from 0.
pub(crate) fn name<const N: usize>(names: &[&'static str; N], index: u32) -> &'static str {
    names.get(index as usize).copied().unwrap_or_default()
}

impl fmt::Display for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, clock) = self.civil();
        let weekday = name(&WEEKDAYS, weekday(day.days()));
        f.write_str(weekday.get(..3).unwrap_or_default())?;
        write!(
            f,
            ", {} {} {} ",
            Padded::<2>(day.day),
            name(&MONTHS, day.month.wrapping_sub(1)),
            Padded::<4>(day.year)
        )?;
        write!(f, "{clock} GMT")
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", Padded::<2>(self.hour), Padded::<2>(self.minute), Padded::<2>(self.second))
    }
}
