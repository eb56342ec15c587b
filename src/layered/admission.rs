use core::fmt;

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::time::Ticks;

/// Admitted by all levels. Holds what they hold only while the work lasts, such as permits, and gives that back when dropped.
///
/// What limits over time keeps its charge, unless it is [withdrawn](Self::withdraw).
#[must_use = "dropped at once, it gives back what is held while work is in progress"]
pub struct Admission<T: Ticks, L: Level<T>> {
    limit: L,
    request: Request<T>,
    delay: T,
    /// Gone once it was given back or forgotten.
    receipt: Option<L::Receipt>,
}

/// Asks all levels, and takes of all if none refuses.
#[inline]
pub(crate) fn acquire<T: Ticks, L: Level<T>>(limit: L, request: Request<T>) -> Result<Admission<T, L>, Refused<T>> {
    limit.probe(&request)?;
    match limit.admit(&request) {
        Ok(Admitted { delay, receipt }) => Ok(Admission { limit, request, delay, receipt: Some(receipt) }),
        // Others took the room in between, so all levels are asked again who refuses now, and for how long. If they have
        // given it back already, one refusal stands: to go on trying could take forever.
        Err(refused) => Err(limit.probe(&request).err().unwrap_or(refused)),
    }
}

impl<T: Ticks, L: Level<T>> Admission<T, L> {
    /// The level with the least left, and how much that is; the first of several.
    ///
    /// It is read when asked, at the reading of the request: with other takers about, it is what they left.
    #[must_use]
    #[inline]
    pub fn tightest(&self) -> Tightest<T> {
        self.limit.tightest(self.request.now())
    }

    /// Units left of the [tightest](Self::tightest) level.
    #[must_use]
    #[inline]
    pub fn remaining(&self) -> T {
        self.tightest().remaining
    }

    /// Units taken of each level (unless a level has a [cost](super::Costing) of its own).
    #[must_use]
    pub fn cost(&self) -> T {
        self.request.cost()
    }

    /// Ticks to wait before acting: 0 unless one of the levels is a queue.
    #[must_use]
    #[inline]
    pub fn delay(&self) -> T {
        self.delay
    }

    /// Gives everything back at `now`, also what limits over time, as if nothing had been asked: for work that was never
    /// begun. What has drained since is not given twice.
    #[inline]
    pub fn withdraw(mut self, now: T) {
        if let Some(receipt) = self.receipt.take() {
            self.limit.withdraw(now, &self.request, receipt);
        }
    }

    /// Drops the admission and keeps what it holds, to be [released](Level::release) by hand.
    ///
    /// ```
    /// use tollgate::{ConcurrencyLimit, Layered, layered::Level};
    ///
    /// static BUSY: ConcurrencyLimit = ConcurrencyLimit::new(2);
    ///
    /// let receipt = Layered::new((&BUSY, &BUSY)).try_acquire(0_u32, 1).unwrap().forget();
    /// assert_eq!(BUSY.in_flight(), 2);
    /// Level::<u32>::release(&(&BUSY, &BUSY), 1, receipt);
    /// assert_eq!(BUSY.in_flight(), 0);
    /// ```
    #[allow(clippy::must_use_candidate)] // most receipts say nothing
    pub fn forget(self) -> L::Receipt
    where
        L::Receipt: Default,
    {
        let mut this = self;
        this.receipt.take().unwrap_or_default() // it is there until now
    }
}

impl<T: Ticks, L: Level<T>> Drop for Admission<T, L> {
    /// Gives back what is held while work is in progress.
    #[inline]
    fn drop(&mut self) {
        if let Some(receipt) = self.receipt.take() {
            self.limit.release(self.request.cost(), receipt);
        }
    }
}

impl<T: Ticks, L: Level<T>> fmt::Debug for Admission<T, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("request", &self.request).field("delay", &self.delay).finish_non_exhaustive()
    }
}
