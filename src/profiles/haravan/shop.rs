use core::fmt;

use super::Policy;
use crate::algorithm::LeakyBucket;
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Decision, Denied, Grant};
use crate::http::{Header, Value};
use crate::limiter::Limiter;
use crate::profiles::{Answer, Headers};
use crate::quota::QuotaError;
use crate::time::{TickLength, Ticks};

/// The bucket of one shop.
#[derive(Clone, Debug)]
pub struct Shop<T: HasShared, C = Shared<T>> {
    bucket: Limiter<LeakyBucket<T>, C>,
}

macro_rules! const_new {
    ($($word:ident $quota:ident)*) => {$(
        #[cfg(not(loom))]
        impl Shop<$word> {
            /// An empty bucket of a constant policy.
            ///
            /// # Panics
            ///
            /// If its numbers do not fit the clock; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(policy: Policy, tick: TickLength) -> Self {
                let rule = LeakyBucket::<$word>::new(policy.$quota(tick));
                Self { bucket: Limiter::from_parts(rule, <Shared<$word> as Init<$word>>::FRESH) }
            }
        }
    )*};
}

const_new!(u32 quota_u32 u64 quota_u64);

#[cfg(not(loom))]
impl<T: HasShared> Shop<T> {
    /// An empty bucket of a policy known at run time.
    ///
    /// # Errors
    ///
    /// If its numbers do not fit the clock.
    pub fn try_new(policy: Policy, tick: TickLength) -> Result<Self, QuotaError> {
        Self::try_over(policy, tick, <Shared<T> as Init<T>>::FRESH)
    }
}

impl<T: HasShared, C> Shop<T, C> {
    /// A bucket over a fresh cell of any kind, or over a reference to one.
    ///
    /// # Errors
    ///
    /// As [`try_new`](Shop::try_new).
    pub fn try_over(policy: Policy, tick: TickLength, cell: C) -> Result<Self, QuotaError> {
        Ok(Self { bucket: Limiter::from_parts(LeakyBucket::try_new(policy.quota(tick))?, cell) })
    }

    /// The bucket, to look at, to [refund](Limiter::refund) or to set by what a server says.
    #[must_use]
    pub const fn bucket(&self) -> &Limiter<LeakyBucket<T>, C> {
        &self.bucket
    }
}

impl<T: HasShared, C: StateCell<T>> Shop<T, C> {
    /// Asks for a call.
    ///
    /// # Errors
    ///
    /// If the bucket is full.
    #[inline]
    pub fn try_acquire(&self, now: T) -> Result<Admitted, Limited<T>> {
        told(self.bucket.rule(), self.bucket.try_acquire(now, T::ONE))
    }
}

/// The decision in the words of the API. A refused call finds the bucket full: its level, rounded up, is its size.
pub(super) fn told<T: Ticks>(rule: &LeakyBucket<T>, decision: Decision<T>) -> Result<Admitted, Limited<T>> {
    let size = rule.quota().capacity().into();
    match decision {
        Ok(grant) => Ok(Admitted { used: level(&grant), size }),
        Err(denied) => Err(Limited { size, wait: wait(denied) }),
    }
}

/// Calls in the bucket, rounded up.
fn level<T: Ticks>(grant: &Grant<T>) -> u64 {
    grant.backlog.div_ceil(grant.per_unit).into()
}

fn wait<T: Ticks>(denied: Denied<T>) -> T {
    denied.retry_after().unwrap_or(T::ONE) // one call fits any bucket, so it is known
}

const USED: &str = "X-Haravan-Api-Call-Limit";

/// A call that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the response is to tell the level"]
pub struct Admitted {
    used: u64,
    size: u64,
}

impl Admitted {
    /// Calls in the bucket with this one, rounded up.
    #[must_use]
    pub const fn used(&self) -> u64 {
        self.used
    }

    /// Calls that fit the bucket.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// [`Answer::status`] on a clock of any width: 200.
    #[must_use]
    pub const fn status(&self) -> u16 {
        200
    }

    /// [`Answer::headers`] on a clock of any width.
    pub fn headers(&self, _tick: TickLength) -> Headers {
        let Self { used, size } = *self;
        Headers::new([Some(Header::new(USED, Value::UsedOf { used, size })), None, None])
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

/// A call that fails: the bucket is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a refusal says how long to wait"]
pub struct Limited<T> {
    size: u64,
    wait: T,
}

impl<T: Ticks> Limited<T> {
    /// The only level there is.
    pub const LEVEL: &'static str = "shop";

    /// Calls that fit the bucket, and are in it.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Ticks until a call fits, at least 1.
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
        Some(Self::LEVEL)
    }

    fn retry_after(&self) -> Option<T> {
        Some(self.wait)
    }

    fn headers(&self, tick: TickLength) -> Headers {
        let level = Header::new(USED, Value::UsedOf { used: self.size, size: self.size });
        let wait = Header::new("Retry-After", Value::wait_tenths(self.wait, tick));
        Headers::new([Some(level), Some(wait), None])
    }
}

impl<T: Ticks> fmt::Display for Limited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bucket of {} calls is full: try again in {} ticks", self.size, self.wait)
    }
}

impl<T: Ticks> core::error::Error for Limited<T> {}
