//! How much per how long: a limit per period, with a burst.
//!
//! A [`Quota`] is what a person writes down. It is checked, reduced to lowest terms and turned into the
//! numbers an algorithm works with, a [`Rate`], when a limiter is made of it: at compile time for a
//! constant, where a wrong value stops the build, or at run time, where it is a [`QuotaError`].
//!
//! ```
//! use tollgate::{Quota, TokenBucket};
//!
//! const SECOND: u32 = 1_000; // this clock ticks in milliseconds
//!
//! static UPLINK: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(50, SECOND)); // fifty a second
//!
//! let configured = 0;
//! let refused = TokenBucket::try_new(Quota::per(configured, SECOND)).unwrap_err();
//! assert_eq!(refused.to_string(), "limit = 0 admits nothing: give a limit of at least 1");
//! ```
//!
//! ```compile_fail
//! # use tollgate::{Quota, TokenBucket};
//! // error: burst and debt of 100000 units at 86400 sub-ticks each exceed the 2147483648 that fit the word: …
//! static PER_DAY: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1_000, 86_400_000).burst(100_000));
//! ```

mod error;
mod rate;
pub(crate) mod text;
mod window;

pub use error::QuotaError;
pub use rate::Rate;
pub use window::Window;

use crate::time::Ticks;

/// A limit per period, with a burst, and optionally a debt: plain numbers, not yet checked.
///
/// Units are the caller's (requests, bytes, milliseconds of airtime); the period is in ticks of the
/// caller's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota<T> {
    limit: T,
    period: T,
    burst: T,
    debt: T,
}

impl<T: Ticks> Quota<T> {
    /// `limit` units per `period` ticks: `Quota::per(50, SECOND)` is fifty a second. The burst is the limit.
    #[must_use]
    pub const fn per(limit: T, period: T) -> Self {
        Self { limit, period, burst: limit, debt: T::ZERO }
    }

    /// Lets up to `units` pass at once after a quiet time (the capacity). It does not change the rate.
    #[must_use]
    pub const fn burst(self, units: T) -> Self {
        Self { burst: units, ..self }
    }

    /// Lets [reservations](crate::Limiter::reserve) and [forced charges](crate::Limiter::force) owe up to
    /// `units` beyond the capacity. The default is none.
    #[must_use]
    pub const fn debt(self, units: T) -> Self {
        Self { debt: units, ..self }
    }

    /// Units per period.
    #[must_use]
    pub const fn limit(&self) -> T {
        self.limit
    }

    /// Ticks of a period.
    #[must_use]
    pub const fn period(&self) -> T {
        self.period
    }

    /// Units that may pass at once: the burst.
    #[must_use]
    pub const fn capacity(&self) -> T {
        self.burst
    }

    /// Units that may be owed beyond the capacity.
    #[must_use]
    pub const fn most_debt(&self) -> T {
        self.debt
    }
}
