use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::{Admitted, Budget, Limited, Policy, PolicyError};
use crate::cell::{HasShared, Shared, StateCell};
use crate::keyed::{LimitSlot, LimitTable, SipHash};
use crate::profiles::{Full, Refusal};

/// The budgets of all clients, in a fixed number of [slots](LimitSlot) of two sizes: see [`keyed::limits`](crate::keyed::limits).
///
/// `P` lends slots for limits up to `N`, `Q` for those up to `M`: arrays, slices, `Vec`s. A budget keeps its slot as long as one of
/// its requests counts.
pub struct Clients<'r, T, P, Q, H, const N: usize = 500, const M: usize = 100, C = Shared<T>>
where
    T: HasShared,
{
    policy: Policy<'r>,
    large: LimitTable<T, Budget<T, N, C>, P, (), C>,
    small: LimitTable<T, Budget<T, M, C>, Q, (), C>,
    hasher: H,
}

/// [`Clients`] with so many slots of their own for limits up to 500 and up to 100.
pub type InlineClients<T, const LARGE: usize, const SMALL: usize, H = SipHash> =
    Clients<'static, T, [LimitSlot<T, Budget<T, 500>>; LARGE], [LimitSlot<T, Budget<T, 100>>; SMALL], H>;

impl<'r, T, P, Q, H, const N: usize, const M: usize, C> Clients<'r, T, P, Q, H, N, M, C>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, Budget<T, N, C>, C>]>,
    Q: AsRef<[LimitSlot<T, Budget<T, M, C>, C>]>,
{
    /// Over slots never used, which were made for the period of that policy, constant.
    ///
    /// # Panics
    ///
    /// If a limit of the policy exceeds both sizes; in a `const` or `static` that is a compile error which names the value.
    #[must_use]
    pub const fn over(policy: Policy<'r>, large: P, small: Q, hasher: H) -> Self {
        match policy.check(if N > M { N } else { M }) {
            Ok(()) => Self::unchecked(policy, large, small, hasher),
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }

    /// The same, known at run time.
    ///
    /// # Errors
    ///
    /// If a limit of the policy exceeds both sizes.
    pub fn try_over(policy: Policy<'r>, large: P, small: Q, hasher: H) -> Result<Self, PolicyError> {
        policy.check(N.max(M))?;
        Ok(Self::unchecked(policy, large, small, hasher))
    }

    /// How many budgets fit, of the larger and the smaller ones.
    #[must_use]
    pub fn capacity(&self) -> (usize, usize) {
        (self.large.capacity(), self.small.capacity())
    }

    const fn unchecked(policy: Policy<'r>, large: P, small: Q, hasher: H) -> Self {
        Self { policy, large: LimitTable::over(large, ()), small: LimitTable::over(small, ()), hasher }
    }
}

impl<'r, T, P, Q, H, const N: usize, const M: usize, C> Clients<'r, T, P, Q, H, N, M, C>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, Budget<T, N, C>, C>]>,
    Q: AsRef<[LimitSlot<T, Budget<T, M, C>, C>]>,
    H: BuildHasher,
    C: StateCell<T>,
{
    /// Asks for a request of a client: by its [identifier](super::client_id), the method, and the path, with or without a query.
    ///
    /// # Errors
    ///
    /// If the budget is spent, or if there is no slot for it.
    pub fn try_acquire<K>(&self, client: &K, method: &str, path: &str, now: T) -> Result<Admitted, Refusal<Limited<T>>>
    where
        K: Hash + ?Sized,
    {
        let choice = self.policy.choose(method, path);
        let (limit, hash) = (choice.limit(), self.hasher.hash_one((client, choice.resource())));
        let fits_small = limit as usize <= M && (M <= N || limit as usize > N);
        let (answer, table) = if fits_small {
            (self.small.with_hashed(hash, now, |budget| budget.try_acquire(limit, now)), "small budgets")
        } else {
            (self.large.with_hashed(hash, now, |budget| budget.try_acquire(limit, now)), "large budgets")
        };
        answer.map_err(|_| Refusal::Full(Full::of(table)))?.map_err(Refusal::Limited)
    }

    /// The rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy<'r> {
        &self.policy
    }

    /// How many budgets are in use at `now`, of the larger and the smaller ones: those of which a request counts. Reads every slot.
    pub fn occupancy(&self, now: T) -> (usize, usize) {
        (self.large.occupancy(now), self.small.occupancy(now))
    }

    /// Keeps a long silence from being mistaken for a recent past: see [`LimitTable::refresh`].
    pub fn refresh(&self, now: T) {
        self.large.refresh(now);
        self.small.refresh(now);
    }
}

impl<T, P, Q, H, const N: usize, const M: usize, C> fmt::Debug for Clients<'_, T, P, Q, H, N, M, C>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, Budget<T, N, C>, C>]>,
    Q: AsRef<[LimitSlot<T, Budget<T, M, C>, C>]>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Clients");
        fields.field("policy", &self.policy).field("large", &self.large).field("small", &self.small);
        fields.finish_non_exhaustive()
    }
}
