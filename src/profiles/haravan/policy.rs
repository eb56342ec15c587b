use core::time::Duration;

use crate::profiles::quota;
use crate::quota::Quota;
use crate::time::{TickLength, Ticks};

/// The numbers of the bucket.
///
/// ```
/// use tollgate::profiles::haravan::Policy;
///
/// const PREMIUM: Policy = Policy { size: 160, leaks: 8, ..Policy::DOCUMENTED };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Calls that fit the bucket.
    pub size: u32,
    /// Calls that leak out in a period.
    pub leaks: u32,
    /// The period, rounded up to whole ticks.
    pub period: Duration,
}

impl Policy {
    /// 80 calls, 4 of which leak out a second.
    pub const DOCUMENTED: Self = Self { size: 80, leaks: 4, period: Duration::from_secs(1) };

    /// The quota on a clock of such ticks: for a bucket, or for a client's [`Pacer`](crate::client::Pacer). None takes it if the period
    /// has more ticks than their word counts.
    #[must_use]
    pub fn quota<T: Ticks>(&self, tick: TickLength) -> Quota<T> {
        quota::per(self.leaks, self.period, tick).burst(T::truncate(self.size.into()))
    }
}

macro_rules! const_quota {
    ($($quota:ident $per:ident $word:ident;)*) => {$(
        #[cfg(not(loom))]
        impl Policy {
            #[allow(clippy::cast_lossless)] // `From` is not const
            pub(super) const fn $quota(&self, tick: TickLength) -> Quota<$word> {
                quota::$per(self.leaks, self.period, tick).burst(self.size as $word)
            }
        }
    )*};
}

const_quota! {
    quota_u32 per_u32 u32;
    quota_u64 per_u64 u64;
}
