use core::fmt;

use super::{Admission, Level, Refused, Request, admission};
use crate::quota::text::Text;
use crate::time::Ticks;

/// A named class of requests, and the share of every limit that it must leave to more important ones.
///
/// ```
/// use tollgate::layered::Class;
/// use tollgate::{Quota, TokenBucket};
///
/// const PAYMENTS: Class = Class::new("payments");
/// const REPORTS: Class = Class::leaving("reports", 20); // percent
/// static API: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, 1_000));
///
/// let now = 5_000;
/// let reports = (0..16).filter(|_| REPORTS.try_acquire(&API, now, 1).is_ok()).count();
/// assert_eq!(reports, 12); // 20 percent of 16, rounded up, are left
/// assert!(PAYMENTS.try_acquire(&API, now, 4).is_ok());
/// ```
///
/// The share is rounded up to whole units of each level's capacity: of its burst, its limit, or the limit of what may be
/// in progress as it stands. So any share of a limit of 1 is all of it, and the class never gets anything.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Class {
    name: &'static str,
    percent: u8,
}

impl Class {
    pub(super) const UNRESERVED: Self = Self::new("all");

    /// A class that may take all there is.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, percent: 0 }
    }

    /// A class that leaves `percent` of each limit, 0 to 99.
    ///
    /// # Panics
    ///
    /// If it would leave everything; in a `const` or `static` that is a compile error.
    #[must_use]
    pub const fn leaving(name: &'static str, percent: u8) -> Self {
        match Self::try_leaving(name, percent) {
            Ok(class) => class,
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }

    /// A class that leaves `percent` of each limit, known at run time.
    ///
    /// # Errors
    ///
    /// If that is more than 99: the class could never take anything.
    pub const fn try_leaving(name: &'static str, percent: u8) -> Result<Self, ShareError> {
        if percent > 99 {
            return Err(ShareError { percent });
        }
        Ok(Self { name, percent })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Units it leaves of a capacity, rounded up.
    #[must_use]
    #[inline]
    pub fn leaves<T: Ticks>(&self, capacity: T) -> T {
        if self.percent == 0 {
            T::ZERO
        } else {
            capacity.scale_ceil(T::truncate(self.percent.into()), T::truncate(100))
        }
    }

    /// Takes `cost` units of a limit, or of several [layered](super::Layered) ones, and leaves each its share.
    ///
    /// # Errors
    ///
    /// [`Refused`], as by [`Layered::try_acquire`](super::Layered::try_acquire). What the share does not leave room for is
    /// refused as never.
    pub fn try_acquire<'l, T: Ticks, L: Level<T> + ?Sized>(
        &self,
        limit: &'l L,
        now: T,
        cost: T,
    ) -> Result<Admission<T, &'l L>, Refused<T>> {
        admission::acquire(limit, Request::new(now, cost).of_class(*self))
    }
}

impl fmt::Debug for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (leaves {} %)", self.name, self.percent)
    }
}

/// A class that would leave everything to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShareError {
    percent: u8,
}

impl ShareError {
    pub(crate) const fn message(self) -> Text {
        Text::new("a class that leaves ").number(self.percent as u64).then(" percent never gets anything: give 0 to 99")
    }
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for ShareError {}
