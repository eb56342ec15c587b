mod ignored;
mod kept;
mod line;
mod reader;
mod reported;

pub use ignored::Ignored;
pub use reported::Reported;

use self::kept::Kept;
use super::{HttpDate, RetryAfter};

const MOST_WINDOWS: usize = 8;
const MOST_IGNORED: usize = 8;

/// All that a response says about limits, whichever of the known headers it says it in.
///
/// Lines that speak of the same window are joined: limit, remaining and reset of a prefix; a policy and its state, by name
/// (and partition key, where both have one); and the window of a policy without a name, by its quota, with the one that limit and remaining
/// speak of. Where a thing is said twice, the first counts.
///
/// ```
/// use core::time::Duration;
/// use tollgate::http::{Report, Reset};
///
/// let head: [(&[u8], &[u8]); 4] = [
///     (b"content-type", b"application/json"),
///     (b"ratelimit-policy", br#""burst";q=100;w=60, "daily";q=1000;w=86400"#),
///     (b"ratelimit", br#""burst";r=50;t=30"#),
///     (b"retry-after", b"soon"),
/// ];
/// let report = Report::read(head);
/// let burst = report.windows().next().unwrap();
/// assert_eq!((burst.name(), burst.limit(), burst.remaining()), (Some(&b"burst"[..]), Some(100), Some(50)));
/// assert_eq!((burst.window(), burst.reset()), (Some(Duration::from_secs(60)), Some(Reset::After(Duration::from_secs(30)))));
/// assert_eq!((report.windows().count(), report.retry_after()), (2, None));
/// let ignored = report.ignored().next().unwrap().to_string();
/// assert!(ignored.starts_with("retry-after ignored: neither seconds, as in 120 or 2.0, nor a date"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report<'h> {
    windows: Kept<Reported<'h>, MOST_WINDOWS>,
    retry_after: Option<RetryAfter>,
    date: Option<HttpDate>,
    ignored: Kept<Ignored<'h>, MOST_IGNORED>,
}

impl<'h> Report<'h> {
    /// Windows that are kept.
    pub const MOST_WINDOWS: usize = MOST_WINDOWS;
    /// Ignored lines that are kept.
    pub const MOST_IGNORED: usize = MOST_IGNORED;

    /// Reads name and value of every header of a response, in any order. Others than those about limits are passed over.
    pub fn read(headers: impl IntoIterator<Item = (&'h [u8], &'h [u8])>) -> Self {
        let mut reader = reader::Reader::new();
        for (name, value) in headers {
            reader.line(name, value);
        }
        reader.finish()
    }

    /// The windows in the order in which they were first spoken of, at most [`MOST_WINDOWS`](Self::MOST_WINDOWS).
    pub fn windows(&self) -> impl Iterator<Item = Reported<'h>> {
        self.windows.iter().copied()
    }

    /// What `Retry-After` says. A year of two digits is understood from the response's `Date`.
    #[must_use]
    pub const fn retry_after(&self) -> Option<RetryAfter> {
        self.retry_after
    }

    /// What `Date` says: the server's clock when it answered.
    #[must_use]
    pub const fn date(&self) -> Option<HttpDate> {
        self.date
    }

    /// Lines about limits that were not used, or parts of them, at most [`MOST_IGNORED`](Self::MOST_IGNORED).
    pub fn ignored(&self) -> impl Iterator<Item = Ignored<'h>> {
        self.ignored.iter().copied()
    }

    /// How many more were ignored than are kept.
    #[must_use]
    pub const fn ignored_beyond(&self) -> usize {
        self.ignored.beyond()
    }
}
