use core::fmt;

use super::{Body, Policy};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::http::{Header, Prefix, Value};
use crate::keyed::Reusable;
#[cfg(not(loom))]
use crate::profiles::quota;
use crate::profiles::{Answer, Headers};
use crate::quota::QuotaError;
use crate::rolling_window::RollingWindow;
use crate::time::{TickLength, Ticks};

/// What is left of one client's requests of one resource. `N` is the largest limit.
///
/// The limit is named by each request, as rules choose it; a limit below `N` leaves the difference untouched. That is as exact as a
/// window of just that size (no more than the limit counts, so what a request has to wait for is the oldest that does), and needs no
/// word to keep the limit in.
///
/// ```
/// use tollgate::profiles::{Answer, conecto::{Budget, Policy}};
/// use tollgate::time::TickLength;
///
/// static CHECKS: Budget<u32, 500> = Budget::<u32, 500>::new(&Policy::DOCUMENTED, TickLength::MILLISECOND);
///
/// let now = 77_000;
/// assert_eq!(CHECKS.try_acquire(500, now).unwrap().remaining(), 499);
/// ```
#[derive(Debug)]
pub struct Budget<T: HasShared, const N: usize, C = Shared<T>> {
    window: RollingWindow<T, N, C>,
}

macro_rules! const_new {
    ($($word:ident $per:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const N: usize> Budget<$word, N> {
            /// A budget never used, for the period of a constant policy.
            ///
            /// # Panics
            ///
            /// If the period does not fit the clock; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(policy: &Policy<'_>, tick: TickLength) -> Self {
                Self::new_in_cells(policy, tick)
            }
        }

        #[cfg(not(loom))]
        impl<const N: usize, C: Init<$word>> Budget<$word, N, C> {
            /// [`new`](Budget::new) in cells of any kind.
            ///
            /// # Panics
            ///
            /// As that.
            #[must_use]
            pub const fn new_in_cells(policy: &Policy<'_>, tick: TickLength) -> Self {
                let quota = quota::$per(size(N), policy.period(), tick);
                Self { window: RollingWindow::<$word, N, C>::new_in_cells(quota) }
            }
        }
    )*};
}

const_new!(u32 per_u32 u64 per_u64);

#[cfg(not(loom))]
impl<T: HasShared, const N: usize> Budget<T, N> {
    /// A budget never used, for the period of a policy known at run time.
    ///
    /// # Errors
    ///
    /// If the period does not fit the clock.
    pub fn try_new(policy: &Policy<'_>, tick: TickLength) -> Result<Self, QuotaError> {
        Ok(Self { window: RollingWindow::try_new(policy.quota(size(N), tick))? })
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Budget<T, N, C> {
    /// A budget in cells of any kind, which `cell` makes.
    ///
    /// # Errors
    ///
    /// As [`try_new`](Budget::try_new).
    pub fn try_in_cells(policy: &Policy<'_>, tick: TickLength, cell: impl FnMut() -> C) -> Result<Self, QuotaError> {
        Ok(Self { window: RollingWindow::try_in_cells(policy.quota(size(N), tick), cell)? })
    }

    /// The window.
    #[must_use]
    pub const fn window(&self) -> &RollingWindow<T, N, C> {
        &self.window
    }

    /// Asks for a request of at most `limit` in any period. What exceeds `N` is `N`, and 0 is 1.
    ///
    /// # Errors
    ///
    /// If as many have been admitted in the period that ends now. Nothing is charged.
    pub fn try_acquire(&self, limit: u32, now: T) -> Result<Admitted, Limited<T>> {
        let size = self.window.window().limit();
        let unused = size.saturating_sub(T::truncate(limit.max(1).into()));
        let limit = u32::try_from(size.saturating_sub(unused).into()).unwrap_or(u32::MAX);
        match self.window.try_acquire_leaving(now, T::ONE, unused) {
            Ok(grant) => {
                let remaining = grant.remaining().saturating_sub(unused).into();
                Ok(Admitted { limit, remaining: u32::try_from(remaining).unwrap_or(limit) })
            }
            Err(denied) => {
                let wait = denied.retry_after().unwrap_or(T::ONE); // one request fits any limit, so it is known
                Err(Limited { limit, wait, period: self.window.window().period() })
            }
        }
    }
}

/// A window that does not fit the word is refused by its own check.
#[allow(clippy::cast_possible_truncation)] // what is cut has been compared
const fn size(slots: usize) -> u32 {
    if slots > u32::MAX as usize { u32::MAX } else { slots as u32 }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Reusable<T> for Budget<T, N, C> {
    fn is_fresh(&self, now: T) -> bool {
        self.window.is_fresh(now)
    }

    fn reset(&self) {
        self.window.reset();
    }

    fn refresh(&self, now: T) {
        self.window.refresh(now);
    }
}

/// The two headers of every response, and a third.
fn headers(limit: u32, remaining: u32, third: Option<Header>) -> Headers {
    let header = |name, count: u32| Some(Header::new(name, Value::Count(count.into())));
    let names = Prefix::XRateLimit;
    Headers::new([header(names.limit(), limit), header(names.remaining(), remaining), third])
}

/// A request that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the response is to tell what remains"]
pub struct Admitted {
    limit: u32,
    remaining: u32,
}

impl Admitted {
    /// Requests in a period.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// How many more fit now.
    #[must_use]
    pub const fn remaining(&self) -> u32 {
        self.remaining
    }

    /// [`Answer::status`] on a clock of any width: 200.
    #[must_use]
    pub const fn status(&self) -> u16 {
        200
    }

    /// [`Answer::headers`] on a clock of any width.
    pub fn headers(&self, _tick: TickLength) -> Headers {
        headers(self.limit, self.remaining, None)
    }
}

impl<T: Ticks> Answer<T> for Admitted {
    fn status(&self) -> u16 {
        Self::status(self)
    }

    fn headers(&self, tick: TickLength) -> Headers {
        Self::headers(self, tick)
    }
}

/// A request that is refused: nothing remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a refusal says how long to wait"]
pub struct Limited<T> {
    limit: u32,
    wait: T,
    period: T,
}

impl<T: Ticks> Limited<T> {
    /// The only level there is.
    pub const LEVEL: &'static str = "resource";

    /// Requests in a period.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Ticks until one more fits, at least 1.
    #[must_use]
    pub const fn wait(&self) -> T {
        self.wait
    }

    /// The body of the response, at so many milliseconds since the epoch, which only the caller knows.
    #[must_use]
    pub fn body(&self, tick: TickLength, unix_millis: u64) -> Body {
        Body::new(self.limit, tick.duration(self.period), unix_millis)
    }
}

impl<T: Ticks> Answer<T> for Limited<T> {
    fn status(&self) -> u16 {
        429
    }

    fn level(&self) -> Option<&'static str> {
        Some(Self::LEVEL)
    }

    fn retry_after(&self) -> Option<T> {
        Some(self.wait)
    }

    fn headers(&self, tick: TickLength) -> Headers {
        let wait = Header::new("Retry-After", Value::wait_seconds(self.wait, tick));
        headers(self.limit, 0, Some(wait))
    }
}

impl<T: Ticks> fmt::Display for Limited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "limit of {} requests reached: try again in {} ticks", self.limit, self.wait)
    }
}

impl<T: Ticks> core::error::Error for Limited<T> {}
