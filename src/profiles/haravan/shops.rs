use core::fmt;
use core::hash::{BuildHasher, Hash};

#[cfg(not(loom))]
use super::Policy;
use super::shop::told;
use super::{Admitted, Limited};
use crate::algorithm::LeakyBucket;
use crate::cell::Shared;
#[cfg(not(loom))]
use crate::cell::{HasShared, Init};
use crate::keyed::{self, Inline, SipHash, Slots, Table};
use crate::profiles::{Full, Refusal};
#[cfg(not(loom))]
use crate::quota::QuotaError;
#[cfg(not(loom))]
use crate::time::TickLength;
use crate::time::Ticks;

/// A bucket for each shop, in a fixed number of [slots](Slots): see [`keyed`](crate::keyed).
///
/// ```
/// use std::hash::RandomState;
/// use tollgate::keyed::Set;
/// use tollgate::profiles::{Answer, haravan::{Policy, Shops}};
/// use tollgate::time::TickLength;
///
/// let slots: Vec<Set<u64>> = (0..250).map(|_| Set::fresh()).collect(); // a thousand, sized at start
/// let shops = Shops::try_over(slots, Policy::DOCUMENTED, TickLength::NANOSECOND, RandomState::new()).unwrap();
/// assert_eq!(shops.try_acquire("a shop", 5_000_000_000).status(), 200);
/// ```
pub struct Shops<T, S, H>
where
    T: Ticks,
    S: Slots<Word = T>,
{
    table: Table<LeakyBucket<T>, S, H>,
}

/// [`Shops`] with `N` slots of their own, a multiple of 4.
pub type InlineShops<T, const N: usize, H = SipHash, C = Shared<T>> = Shops<T, Inline<T, N, C>, H>;

macro_rules! const_new {
    ($($word:ident $quota:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const N: usize, H, C> InlineShops<$word, N, H, C>
        where
            C: crate::cell::StateCell<$word> + Init<$word>,
        {
            /// Shops of a constant policy. An `N` that is not a multiple of 4 is a compile error.
            ///
            /// # Panics
            ///
            /// If the numbers do not fit the clock; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(policy: Policy, tick: TickLength, hasher: H) -> Self {
                Self { table: Table::new([LeakyBucket::<$word>::new(policy.$quota(tick))], hasher) }
            }
        }
    )*};
}

const_new!(u32 quota_u32 u64 quota_u64);

#[cfg(not(loom))]
impl<T: HasShared, S, H> Shops<T, S, H>
where
    S: Slots<Word = T, Cell: Init<T>>,
{
    /// Shops in slots that the caller provides.
    ///
    /// # Errors
    ///
    /// If the numbers of the policy do not fit the clock.
    pub fn try_over(slots: S, policy: Policy, tick: TickLength, hasher: H) -> Result<Self, QuotaError> {
        Ok(Self { table: Table::over(slots, [LeakyBucket::try_new(policy.quota(tick))?], hasher) })
    }
}

impl<T: Ticks, S: Slots<Word = T>, H> Shops<T, S, H> {
    /// Shops in a table of any making. Where it is full they are refused, whatever [it would do](Table::when_full).
    #[must_use]
    pub const fn from_table(table: Table<LeakyBucket<T>, S, H>) -> Self {
        Self { table }
    }

    /// The table, to look at.
    #[must_use]
    pub const fn table(&self) -> &Table<LeakyBucket<T>, S, H> {
        &self.table
    }
}

impl<T: Ticks, S: Slots<Word = T>, H: BuildHasher> Shops<T, S, H> {
    /// Asks for a call of a shop.
    ///
    /// # Errors
    ///
    /// If its bucket is full, or if there is no slot for it.
    #[inline]
    pub fn try_acquire<Q: Hash + ?Sized>(&self, shop: &Q, now: T) -> Result<Admitted, Refusal<Limited<T>>> {
        let [rule] = self.table.rules();
        let decision = match self.table.try_acquire(shop, now, T::ONE) {
            Ok(keyed::Admitted::Key(grant)) => Ok(grant),
            Err(keyed::Refused::Key(denied)) => Err(denied),
            Ok(_) | Err(_) => return Err(Refusal::Full(Full::of("shops"))),
        };
        told(rule, decision).map_err(Refusal::Limited)
    }
}

impl<T: Ticks, S: Slots<Word = T>, H> fmt::Debug for Shops<T, S, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shops").field("table", &self.table).finish()
    }
}
