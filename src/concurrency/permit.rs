use super::ConcurrencyLimit;
#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic", feature = "critical-section"))]
use crate::cell::Shared;
use crate::cell::StateCell;

macro_rules! permit {
    ($(= $default:ty)?) => {
        /// Units of a [`ConcurrencyLimit`], given back when this is dropped.
        ///
        /// The permit of a `static` limit is a `Permit<'static>`: it can be stored, and sent to another thread.
        ///
        /// ```
        /// use tollgate::{ConcurrencyLimit, Permit};
        ///
        /// static WORKERS: ConcurrencyLimit = ConcurrencyLimit::new(4);
        ///
        /// let permit: Permit<'static> = WORKERS.try_acquire(1).unwrap();
        /// let worker = std::thread::spawn(move || {
        ///     let _permit = permit; // back when the thread is done, also if it panics
        /// });
        /// worker.join().unwrap();
        /// assert_eq!(WORKERS.in_flight(), 0);
        /// ```
        #[derive(Debug)]
        #[must_use = "a permit that is not kept gives its units back at once"]
        pub struct Permit<'a, C: StateCell<u32> $(= $default)?> {
            limit: &'a ConcurrencyLimit<C>,
            weight: u32,
        }
    };
}

#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic", feature = "critical-section"))]
permit!(= Shared<u32>);
// Without a cell that can be shared there is no default to name.
#[cfg(not(any(loom, target_has_atomic = "32", feature = "portable-atomic", feature = "critical-section")))]
permit!();

impl<'a, C: StateCell<u32>> Permit<'a, C> {
    #[inline]
    pub(super) const fn new(limit: &'a ConcurrencyLimit<C>, weight: u32) -> Self {
        Self { limit, weight }
    }

    /// Units held.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// The limit they are held of.
    #[must_use]
    pub fn limit(&self) -> &'a ConcurrencyLimit<C> {
        self.limit
    }

    /// Drops the permit and keeps its units: they are to be [released](ConcurrencyLimit::release) by hand.
    ///
    /// ```
    /// use tollgate::ConcurrencyLimit;
    ///
    /// let busy = ConcurrencyLimit::new(4);
    /// let units = busy.try_acquire(3).unwrap().forget();
    /// assert_eq!(busy.in_flight(), 3);
    /// busy.release(units).unwrap();
    /// ```
    #[must_use = "the units stay held until as many are released"]
    pub fn forget(self) -> u32 {
        let weight = self.weight;
        core::mem::forget(self);
        weight
    }

    /// Moves `weight` of the units into a permit of their own; `None` if this one has fewer.
    ///
    /// ```
    /// use tollgate::ConcurrencyLimit;
    ///
    /// let busy = ConcurrencyLimit::new(4);
    /// let mut all = busy.try_acquire(4).unwrap();
    /// let one = all.split(1).unwrap();
    /// drop(all);
    /// assert_eq!((one.weight(), busy.in_flight()), (1, 1));
    /// ```
    #[must_use = "units split off and not kept are given back at once"]
    pub fn split(&mut self, weight: u32) -> Option<Self> {
        self.weight = self.weight.checked_sub(weight)?;
        Some(Self { limit: self.limit, weight })
    }

    /// Takes over the units of another permit of the same limit.
    ///
    /// # Errors
    ///
    /// The other permit, as it was, if it is of another limit.
    pub fn merge(&mut self, other: Self) -> Result<(), Self> {
        if !core::ptr::eq(self.limit, other.limit) {
            return Err(other);
        }
        self.weight = self.weight.saturating_add(other.forget());
        Ok(())
    }
}

impl<C: StateCell<u32>> Drop for Permit<'_, C> {
    /// Gives the units back.
    #[inline]
    fn drop(&mut self) {
        self.limit.give_back(self.weight);
    }
}
