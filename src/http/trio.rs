use super::{Header, Value};

/// The spellings of the three headers that say limit, remaining and reset one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Prefix {
    /// `X-RateLimit-Limit`, `-Remaining`, `-Reset`.
    XRateLimit,
    /// `X-Rate-Limit-Limit`, `-Remaining`, `-Reset`.
    XRateDashLimit,
    /// `RateLimit-Limit`, `-Remaining`, `-Reset`, as in draft-ietf-httpapi-ratelimit-headers-03.
    RateLimit,
}

impl Prefix {
    /// The name of the header with the limit.
    #[must_use]
    pub const fn limit(self) -> &'static str {
        match self {
            Self::XRateLimit => "X-RateLimit-Limit",
            Self::XRateDashLimit => "X-Rate-Limit-Limit",
            Self::RateLimit => "RateLimit-Limit",
        }
    }

    /// The name of the header with what is left.
    #[must_use]
    pub const fn remaining(self) -> &'static str {
        match self {
            Self::XRateLimit => "X-RateLimit-Remaining",
            Self::XRateDashLimit => "X-Rate-Limit-Remaining",
            Self::RateLimit => "RateLimit-Remaining",
        }
    }

    /// The name of the header with the time of the reset.
    #[must_use]
    pub const fn reset(self) -> &'static str {
        match self {
            Self::XRateLimit => "X-RateLimit-Reset",
            Self::XRateDashLimit => "X-Rate-Limit-Reset",
            Self::RateLimit => "RateLimit-Reset",
        }
    }
}

/// Limit, remaining and reset of a window, on three lines.
///
/// ```
/// use tollgate::http::{Prefix, Trio, Value};
/// use tollgate::time::TickLength;
///
/// let trio = Trio::new(100, 50).reset(Value::wait_seconds(29_001_u32, TickLength::MILLISECOND));
/// let lines: Vec<_> = trio.headers(Prefix::XRateLimit).map(|header| header.to_string()).collect();
/// assert_eq!(lines, ["X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 50", "X-RateLimit-Reset: 30"]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Trio {
    limit: u64,
    remaining: u64,
    reset: Option<Value>,
}

impl Trio {
    /// Without a reset, which some servers leave out.
    #[must_use]
    pub const fn new(limit: u64, remaining: u64) -> Self {
        Self { limit, remaining, reset: None }
    }

    /// With a reset: [seconds from now](Value::wait_seconds), or [seconds](Value::epoch_seconds) or
    /// [milliseconds](Value::epoch_millis) since the epoch.
    #[must_use]
    pub const fn reset(self, reset: Value) -> Self {
        Self { reset: Some(reset), ..self }
    }

    /// The lines, in this order: limit, remaining, reset.
    pub fn headers(&self, prefix: Prefix) -> impl Iterator<Item = Header> + use<> {
        let limit = Header::new(prefix.limit(), Value::Count(self.limit));
        let remaining = Header::new(prefix.remaining(), Value::Count(self.remaining));
        let reset = self.reset.map(|reset| Header::new(prefix.reset(), reset));
        [limit, remaining].into_iter().chain(reset)
    }
}
