use core::fmt;

use super::Level;
use crate::http::{Header, Value};
use crate::profiles::{Answer, Headers};
use crate::time::{TickLength, Ticks};

/// A request that is refused, and by which level. Nothing has been charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a refusal says which level it was, and how long to wait"]
pub struct Limited<T> {
    pub(super) level: Level,
    pub(super) limit: u32,
    pub(super) wait: T,
}

impl<T: Ticks> Limited<T> {
    /// The level that refuses, the first of several.
    #[must_use]
    pub const fn by(&self) -> Level {
        self.level
    }

    /// The limit of that level.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Ticks to wait, at least 1. For the places it is the waiting period, at the end of which they may be taken again.
    #[must_use]
    pub const fn wait(&self) -> T {
        self.wait
    }
}

impl<T: Ticks> Answer<T> for Limited<T> {
    fn status(&self) -> u16 {
        429
    }

    fn level(&self) -> Option<&'static str> {
        Some(self.level.name())
    }

    fn retry_after(&self) -> Option<T> {
        Some(self.wait)
    }

    fn headers(&self, tick: TickLength) -> Headers {
        let level = Header::new(self.level.header(), Value::Count(self.limit.into()));
        let wait = Header::new("retry-after", Value::wait_seconds(self.wait, tick));
        Headers::new([Some(level), self.level.is_concurrent().then_some(wait), None])
    }
}

impl<T: Ticks> fmt::Display for Limited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {} reached: try again in {} ticks", self.level, self.limit, self.wait)
    }
}

impl<T: Ticks> core::error::Error for Limited<T> {}
