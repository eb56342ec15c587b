//! Windows whose limit is lowered, and raised again, while they are in use.

mod windowed;

pub use windowed::Windowed;

#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Decision, Denied, Grant, Never};
use crate::quota::QuotaError;
use crate::time::Ticks;

/// A window whose limit can be lowered at any time, and raised again up to the one it was made with, by `&self`.
///
/// For [`RollingWindow`](crate::RollingWindow), [`BucketedWindow`](crate::BucketedWindow),
/// [`SlidingWindow`](crate::SlidingWindow), [`FixedWindow`](crate::FixedWindow) and
/// [`FirstRequestWindow`](crate::FirstRequestWindow), or a reference to one. (The quota of a bucket changes in an
/// [`Adjustable`](crate::Adjustable), the limit of work in progress by
/// [`ConcurrencyLimit::set_limit`](crate::ConcurrencyLimit::set_limit).)
///
/// Make the window with the largest limit there will be: that is what its memory is for.
///
/// ```
/// use tollgate::{Capped, Quota, RollingWindow};
///
/// const HOUR: u32 = 3_600_000; // this clock ticks in milliseconds
/// static MAILS: Capped<RollingWindow<u32, 500>> = Capped::new(RollingWindow::<u32, 500>::new(Quota::per(500, HOUR)));
///
/// let now = 4_294_967_295;
/// assert_eq!(MAILS.try_acquire(now, 90).unwrap().remaining(), 410);
///
/// MAILS.set_limit(100).unwrap(); // we are on probation
/// assert_eq!(MAILS.remaining(now), 10);
/// assert_eq!(MAILS.try_acquire(now, 11).unwrap_err().retry_after(), Some(HOUR));
/// assert!(MAILS.try_acquire(now, 101).unwrap_err().is_never());
///
/// MAILS.set_limit(500).unwrap();
/// assert_eq!(MAILS.try_acquire(now, 101).unwrap().remaining(), 309);
/// ```
///
/// # Guarantees
///
/// * **From the next decision on**, a request is admitted only if what counts and its cost are at most the limit as it
///   stands. One that is being decided while the limit changes is decided by the one or by the other.
/// * **Nothing is lost**: what was admitted counts on, also above a lower limit; then nothing is admitted until enough of it
///   has expired. A limit raised again finds all that was admitted meanwhile.
/// * **Answers are against the limit as it stands**: `remaining`, [`Denied::Never`] and the wait.
/// * One word more, one load more; a change is one store. Nobody waits.
///
/// What is given back or reset goes to the [window](Self::window) itself. A decision there is one up to the limit it was made with.
#[derive(Clone, Debug)]
pub struct Capped<L: Windowed<Ticks: HasShared>, C = Shared<<L as Windowed>::Ticks>> {
    window: L,
    /// How much lower the limit is than the window's.
    reserve: C,
}

impl<L: Windowed<Ticks: HasShared>, C> Capped<L, C> {
    /// Puts a window and a fresh cell together.
    #[must_use]
    pub const fn from_parts(window: L, reserve: C) -> Self {
        Self { window, reserve }
    }

    /// The window, with the limit it was made with.
    #[must_use]
    pub const fn window(&self) -> &L {
        &self.window
    }
}

#[cfg(not(loom))]
impl<L: Windowed<Ticks: HasShared>> Capped<L> {
    /// A window with the limit it was made with, for now.
    #[must_use]
    pub const fn new(window: L) -> Self {
        Self::from_parts(window, <Shared<L::Ticks> as Init<L::Ticks>>::FRESH)
    }
}

impl<L: Windowed<Ticks: HasShared>, C: StateCell<L::Ticks>> Capped<L, C> {
    /// Changes the limit: 1 up to the one the window was made with.
    ///
    /// # Errors
    ///
    /// [`QuotaError::ZeroLimit`] or [`QuotaError::LimitTooLarge`]; nothing is changed.
    pub fn set_limit(&self, limit: L::Ticks) -> Result<(), QuotaError> {
        let most = self.window.limit();
        if limit == L::Ticks::ZERO {
            return Err(QuotaError::ZeroLimit);
        }
        if limit > most {
            return Err(QuotaError::LimitTooLarge { limit: limit.into(), most: most.into() });
        }
        self.reserve.update(|_| (Some(most.wrapping_sub(limit) ^ L::Ticks::FRESH), ()));
        Ok(())
    }

    /// The limit as it stands.
    #[inline]
    pub fn limit(&self) -> L::Ticks {
        self.window.limit().saturating_sub(self.reserve())
    }

    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the wait, or [`Denied::Never`] if `cost` exceeds the limit as it stands. Nothing is charged.
    #[inline]
    pub fn try_acquire(&self, now: L::Ticks, cost: L::Ticks) -> Decision<L::Ticks> {
        self.try_acquire_leaving(now, cost, L::Ticks::ZERO)
    }

    /// Takes `cost` units if at least `leave` units of the limit as it stands remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `cost` and `leave` together exceed the limit.
    #[inline]
    pub fn try_acquire_leaving(&self, now: L::Ticks, cost: L::Ticks, leave: L::Ticks) -> Decision<L::Ticks> {
        self.take(now, cost, leave, self.reserve())
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`] says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit, with the wait for one.
    #[inline]
    pub fn try_acquire_up_to(&self, now: L::Ticks, mut most: L::Ticks) -> Decision<L::Ticks> {
        loop {
            let reserve = self.reserve();
            let cost = most.min(self.window.remaining(now).saturating_sub(reserve).max(L::Ticks::ONE));
            match self.take(now, cost, L::Ticks::ZERO, reserve) {
                // Others took some of them meanwhile: at that instant there were fewer.
                Err(Denied::NotYet(_)) if cost > L::Ticks::ONE => most = cost.wrapping_sub(L::Ticks::ONE),
                answer => return answer,
            }
        }
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn peek(&self, now: L::Ticks, cost: L::Ticks) -> Decision<L::Ticks> {
        let reserve = self.reserve();
        if cost == L::Ticks::ZERO {
            return self.window.peek(now, cost).map(|grant| less(grant, reserve));
        }
        let capacity = self.window.limit().saturating_sub(reserve);
        if cost > capacity {
            return Err(Denied::Never(Never { cost, capacity }));
        }
        // As if the reserve were taken too: what is left after that is what remains.
        self.window.peek(now, cost.wrapping_add(reserve)).map(|grant| Grant { granted: cost, ..grant })
    }

    /// Units that can be taken at `now`.
    #[inline]
    pub fn remaining(&self, now: L::Ticks) -> L::Ticks {
        self.window.remaining(now).saturating_sub(self.reserve())
    }

    #[inline]
    fn take(&self, now: L::Ticks, cost: L::Ticks, leave: L::Ticks, reserve: L::Ticks) -> Decision<L::Ticks> {
        let leave =
            if leave > L::Ticks::MAX.wrapping_sub(reserve) { L::Ticks::MAX } else { leave.wrapping_add(reserve) };
        self.window.try_acquire_leaving(now, cost, leave).map(|grant| less(grant, reserve))
    }

    /// Units that nobody may take.
    #[inline]
    pub(crate) fn reserve(&self) -> L::Ticks {
        self.reserve.load() ^ L::Ticks::FRESH
    }
}

/// A grant of a window whose last `reserve` units are not to be had. (A unit of a window is one sub-tick.)
#[inline]
fn less<T: Ticks>(grant: Grant<T>, reserve: T) -> Grant<T> {
    Grant { room: grant.room.saturating_sub(reserve), ..grant }
}
