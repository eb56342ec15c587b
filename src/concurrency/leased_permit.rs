use super::{LeaseLost, LeasedConcurrency};
use crate::cell::{HasShared, Shared, StateCell};
use crate::time::Ticks;

/// Units taken by hand of a [`LeasedConcurrency`]: a plain value, to be [released](LeasedConcurrency::release) there.
///
/// Dropping it does nothing: its units come back when its lease runs out.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the units stay held until this is released or the lease runs out"]
pub struct Lease<T> {
    /// What was written into each of its slots.
    pub(super) word: T,
    pub(super) weight: usize,
}

impl<T: Ticks> Lease<T> {
    /// Units held.
    #[must_use]
    pub fn weight(&self) -> T {
        T::truncate(self.weight as u64)
    }
}

/// Units of a [`LeasedConcurrency`], given back when this is dropped, or else when the lease runs out.
///
/// Dropped late, it frees nothing that is in other hands.
#[derive(Debug)]
#[must_use = "a permit that is not kept gives its units back at once"]
pub struct LeasedPermit<'a, T: HasShared, const N: usize, C: StateCell<T> = Shared<T>> {
    limit: &'a LeasedConcurrency<T, N, C>,
    lease: Lease<T>,
}

impl<'a, T: HasShared, const N: usize, C: StateCell<T>> LeasedPermit<'a, T, N, C> {
    pub(super) const fn new(limit: &'a LeasedConcurrency<T, N, C>, lease: Lease<T>) -> Self {
        Self { limit, lease }
    }

    /// Units held.
    #[must_use]
    pub fn weight(&self) -> T {
        self.lease.weight()
    }

    /// The limit they are held of.
    #[must_use]
    pub fn limit(&self) -> &'a LeasedConcurrency<T, N, C> {
        self.limit
    }

    /// Ticks until the lease runs out: time left to finish in. 0 once it has.
    #[must_use]
    pub fn lease_left(&self, now: T) -> T {
        self.limit.left(self.lease.word, now).div_floor(self.limit.serials())
    }

    /// Holds the units for another lease from `now` on.
    ///
    /// ```
    /// use tollgate::LeasedConcurrency;
    ///
    /// let uploads = LeasedConcurrency::<u32, 1>::new(1, 30);
    /// let mut permit = uploads.try_acquire(0, 1).unwrap();
    /// permit.renew(20).unwrap();
    /// assert_eq!(permit.lease_left(20), 30);
    /// assert!(uploads.try_acquire(49, 1).is_err());
    ///
    /// assert!(permit.renew(50).is_err()); // too late, though nobody has taken it yet
    /// ```
    ///
    /// # Errors
    ///
    /// If the lease had run out, at `now` or at a later reading by which units of it were given to others. The permit keeps
    /// what was left, and [`weight`](Self::weight) says how much that is.
    pub fn renew(&mut self, now: T) -> Result<(), LeaseLost<T>> {
        self.limit.renew(&mut self.lease, now)
    }

    /// Drops the permit and keeps its units, until they are [released](LeasedConcurrency::release) or their lease runs out.
    pub fn forget(mut self) -> Lease<T> {
        let empty = Lease { word: T::FRESH, weight: 0 };
        core::mem::replace(&mut self.lease, empty)
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Drop for LeasedPermit<'_, T, N, C> {
    /// Gives the units back, if the lease has not run out.
    #[inline]
    fn drop(&mut self) {
        let _ = self.limit.give_back(&self.lease);
    }
}
