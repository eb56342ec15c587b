use core::fmt;
use core::time::Duration;

use super::Reason;
use super::scanner::Scanner;

/// A decimal number as it stands in a value: digits, a sign before them, a fraction behind.
///
/// Numbers saturate: one beyond 64 bits reads as the most there is, never as a smaller one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number<'h> {
    negative: bool,
    whole: &'h [u8],
    fraction: &'h [u8],
}

/// Decimal places of a nanosecond: in a second, and in a millisecond.
const PLACES_OF_SECOND: usize = 9;
const PLACES_OF_MILLI: usize = 6;

impl<'h> Number<'h> {
    /// Reads a value that is nothing but a number.
    ///
    /// # Errors
    ///
    /// If it is empty, or anything else.
    pub fn parse(value: &'h [u8]) -> Result<Self, Reason> {
        let mut scanner = Scanner::trimmed(value);
        if scanner.is_done() {
            return Err(Reason::Empty);
        }
        let number = Self::scan(&mut scanner).ok_or(Reason::NotANumber)?;
        if scanner.is_done() { Ok(number) } else { Err(Reason::NotANumber) }
    }

    /// Takes a number: at least a digit before the point and one behind it.
    pub(crate) fn scan(scanner: &mut Scanner<'h>) -> Option<Self> {
        let negative = scanner.strip(b'-');
        let whole = scanner.digits();
        let fraction = if scanner.strip(b'.') { Some(scanner.digits()) } else { None };
        let complete = !whole.is_empty() && fraction != Some(&[]);
        complete.then_some(Self { negative, whole, fraction: fraction.unwrap_or_default() })
    }

    /// Whether it has no fraction.
    pub(crate) fn is_whole(&self) -> bool {
        self.fraction.is_empty()
    }

    /// Units: a whole number of 0 or more.
    ///
    /// # Errors
    ///
    /// If it has a fraction, or is below 0.
    pub fn count(&self) -> Result<u64, Reason> {
        if !self.is_whole() {
            return Err(Reason::NotWhole);
        }
        Ok(self.magnitude()?.unwrap_or(u64::MAX))
    }

    /// Seconds, exact to the nanosecond and rounded up beyond.
    ///
    /// # Errors
    ///
    /// If it is below 0.
    pub fn seconds(&self) -> Result<Duration, Reason> {
        Ok(match self.magnitude()? {
            Some(whole) => Duration::from_secs(whole).saturating_add(self.nanos(PLACES_OF_SECOND)),
            None => Duration::MAX,
        })
    }

    /// Milliseconds, exact to the nanosecond and rounded up beyond.
    ///
    /// # Errors
    ///
    /// If it is below 0.
    pub fn milliseconds(&self) -> Result<Duration, Reason> {
        let whole = Duration::from_millis(self.magnitude()?.unwrap_or(u64::MAX));
        Ok(whole.saturating_add(self.nanos(PLACES_OF_MILLI)))
    }

    /// The whole part, `None` if it exceeds a word. `-0` is not below 0.
    pub(crate) fn magnitude(&self) -> Result<Option<u64>, Reason> {
        let is_zero = |digits: &[u8]| digits.iter().all(|digit| *digit == b'0');
        if self.negative && !(is_zero(self.whole) && is_zero(self.fraction)) {
            return Err(Reason::Negative);
        }
        Ok(value_of(self.whole))
    }

    /// The fraction, where so many decimal places are a nanosecond.
    fn nanos(&self, places: usize) -> Duration {
        let mut digits = self.fraction.iter();
        let mut nanos = 0_u32;
        for _ in 0..places {
            let digit = digits.next().map_or(0, |digit| digit.wrapping_sub(b'0'));
            nanos = nanos.wrapping_mul(10).wrapping_add(digit.into()); // below 10^9
        }
        let beyond = digits.any(|digit| *digit != b'0');
        Duration::from_nanos(u64::from(nanos).wrapping_add(beyond.into()))
    }
}

impl fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let point = if self.is_whole() { "" } else { "." };
        write!(f, "{sign}{}{point}{}", self.whole.escape_ascii(), self.fraction.escape_ascii())
    }
}

/// The value of decimal digits, `None` if it exceeds a word.
fn value_of(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(digit.wrapping_sub(b'0').into()))
}

/// Reads a value that is a whole number: `50`.
///
/// # Errors
///
/// If it is empty, below 0, has a fraction, or is no number.
///
/// ```
/// use tollgate::http::{Reason, count};
///
/// assert_eq!(count(b" 50 "), Ok(50));
/// assert_eq!(count(b"99999999999999999999"), Ok(u64::MAX)); // numbers saturate
/// assert_eq!(count(b"fifty"), Err(Reason::NotANumber));
/// ```
pub fn count(value: &[u8]) -> Result<u64, Reason> {
    Number::parse(value)?.count()
}
