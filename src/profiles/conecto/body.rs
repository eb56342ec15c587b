use core::fmt::{self, Write};
use core::str;
use core::time::Duration;

use crate::http::Timestamp;

/// The JSON body of a 429: written with `Display`, or [into a buffer](Self::write_into).
///
/// ```
/// use core::time::Duration;
/// use tollgate::profiles::conecto::Body;
///
/// let body = Body::new(500, Duration::from_secs(3_600), 1_700_649_279_646);
/// let mut buffer = [0; 160];
/// assert_eq!(
///     body.write_into(&mut buffer).unwrap(),
///     r#"{"status":429,"timestamp":"2023-11-22T10:34:39.646Z","message":"Too Many Requests, exceeded your 500 requests per hour limit.","details":[]}"#
/// );
/// assert_eq!(body.write_into(&mut [0; 100]).unwrap_err().needed(), 140);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Body {
    limit: u32,
    period: Duration,
    timestamp: Timestamp,
}

impl Body {
    /// Of a limit in a period that was exceeded at so many milliseconds since the epoch.
    #[must_use]
    pub const fn new(limit: u32, period: Duration, unix_millis: u64) -> Self {
        Self { limit, period, timestamp: Timestamp::from_millis(unix_millis) }
    }

    /// The limit that was exceeded.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Writes it to the start of a buffer.
    ///
    /// # Errors
    ///
    /// If it does not fit; the error names the length it takes.
    pub fn write_into<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, BodyTooLong> {
        let mut into = Into { rest: &mut *buffer, length: 0 };
        let _ = write!(into, "{self}"); // what does not fit is counted
        let length = into.length;
        let text = buffer.get(..length).ok_or(BodyTooLong { needed: length })?;
        str::from_utf8(text).map_err(|_| BodyTooLong { needed: length }) // it is ASCII
    }
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (timestamp, limit, period) = (self.timestamp, self.limit, Per(self.period));
        write!(f, r#"{{"status":429,"timestamp":"{timestamp}","message":"#)?;
        write!(f, r#""Too Many Requests, exceeded your {limit} requests per {period} limit.","details":[]}}"#)
    }
}

/// A buffer that is filled from the start, and counts on when it is full.
struct Into<'b> {
    rest: &'b mut [u8],
    length: usize,
}

impl fmt::Write for Into<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.length = self.length.saturating_add(text.len());
        let rest = core::mem::take(&mut self.rest);
        if let Some((start, rest)) = rest.split_at_mut_checked(text.len()) {
            start.copy_from_slice(text.as_bytes());
            self.rest = rest;
        }
        Ok(())
    }
}

/// The name of a period.
struct Per(Duration);

impl fmt::Display for Per {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.as_secs(), self.0.subsec_nanos()) {
            (1, 0) => f.write_str("second"),
            (60, 0) => f.write_str("minute"),
            (3_600, 0) => f.write_str("hour"),
            (86_400, 0) => f.write_str("day"),
            (seconds, 0) => write!(f, "{seconds} seconds"),
            _ => write!(f, "{:?}", self.0),
        }
    }
}

/// The buffer is too short for the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BodyTooLong {
    needed: usize,
}

impl BodyTooLong {
    /// Bytes it takes.
    #[must_use]
    pub const fn needed(&self) -> usize {
        self.needed
    }
}

impl fmt::Display for BodyTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the buffer is too short for the body: give at least {} bytes", self.needed)
    }
}

impl core::error::Error for BodyTooLong {}
