use super::{ConcurrencyError, Permit, ReleaseError};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{Shared, StateCell};
use crate::decision::{Busy, Denied, Never};
use crate::time::Ticks;

/// The most that half a state word can count.
const MOST: u32 = u16::MAX as u32;

/// At most so many units of work in progress, in [`Permit`]s that give themselves back.
///
/// # Guarantees
///
/// * What is in flight never exceeds the limit, under any race: limit and count are two halves of one word, so that
///   acquiring and changing the limit are each one indivisible act.
/// * A limit [lowered](Self::set_limit) below what is in flight takes nothing away: nothing new until it drains.
/// * [Releasing](Self::release) more than is held is an error that changes nothing. The count never wraps.
/// * A denial writes nothing; a permit of weight 0 is always given and changes nothing.
///
/// # In an interrupt
///
/// Where a permit cannot live in a variable, as when one interrupt starts a transfer and another ends it, the units are
/// acquired and released by hand:
///
/// ```
/// use tollgate::ConcurrencyLimit;
///
/// static DMA: ConcurrencyLimit = ConcurrencyLimit::new(2);
///
/// fn on_request() -> bool {
///     DMA.acquire_raw(1).is_ok()
/// }
/// fn on_transfer_complete() {
///     if let Err(spurious) = DMA.release(1) {
///         eprintln!("{spurious}"); // cannot release 1 units: only 0 are held, and nothing was changed
///     }
/// }
///
/// assert!(on_request() && on_request() && !on_request());
/// on_transfer_complete();
/// assert!(on_request());
/// ```
///
/// # Memory
///
/// Two cells of 4 bytes (the state, and the high-water mark, written only when it rises) and the limit it was made with.
/// Source: Dijkstra's counting semaphore (EWD 123, 1965), as a meter that never waits.
#[derive(Debug)]
pub struct ConcurrencyLimit<C = Shared<u32>> {
    /// The limit it was made with. The state holds the present one as a difference to it.
    initial: u32,
    state: C,
    high_water: C,
}

/// What a state word says: the present limit, and the units held.
#[derive(Clone, Copy)]
struct Load {
    limit: u32,
    in_flight: u32,
}

impl Load {
    /// Units between `least` and `most` that fit beside `leave` for others.
    #[inline]
    fn admit(self, least: u32, most: u32, leave: u32) -> Result<u32, Denied<u32>> {
        let capacity = self.limit.saturating_sub(leave);
        let room = capacity.saturating_sub(self.in_flight);
        if least <= room {
            return Ok(most.min(room));
        }
        if least > capacity {
            return Err(Denied::Never(Never { cost: least, capacity }));
        }
        Err(Denied::Busy(Busy { weight: least, in_flight: self.in_flight, capacity }))
    }
}

#[cfg(not(loom))]
impl ConcurrencyLimit {
    /// A limit known at compile time, from 1 to 65535.
    ///
    /// # Panics
    ///
    /// If the limit is 0 or above 65535; in a `const` or `static` that is a compile error which names the value.
    ///
    /// ```compile_fail
    /// # use tollgate::ConcurrencyLimit;
    /// // error: limit = 70000 cannot be counted: give a limit from 1 to 65535
    /// static TOO_LARGE: ConcurrencyLimit = ConcurrencyLimit::new(70_000);
    /// ```
    #[must_use]
    pub const fn new(limit: u32) -> Self {
        Self::in_cells(limit)
    }

    /// A limit known at run time, from 1 to 65535.
    ///
    /// # Errors
    ///
    /// If the limit is 0 or above 65535.
    pub fn try_new(limit: u32) -> Result<Self, ConcurrencyError> {
        let cell = || <Shared<u32> as Init<u32>>::FRESH;
        Self::from_parts(limit, cell(), cell())
    }
}

#[cfg(not(loom))]
impl<C: Init<u32>> ConcurrencyLimit<C> {
    /// A limit known at compile time, in cells of a given type.
    ///
    /// # Panics
    ///
    /// As [`new`](ConcurrencyLimit::new).
    #[must_use]
    pub const fn in_cells(limit: u32) -> Self {
        match ConcurrencyError::check_limit(limit as u64, MOST as u64) {
            Ok(()) => Self { initial: limit, state: C::FRESH, high_water: C::FRESH },
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }
}

impl<C> ConcurrencyLimit<C> {
    /// A limit over two fresh cells, or over references to them: one for the state, one for the high-water mark.
    ///
    /// # Errors
    ///
    /// If the limit is 0 or above 65535.
    pub fn from_parts(limit: u32, state: C, high_water: C) -> Result<Self, ConcurrencyError> {
        ConcurrencyError::check_limit(limit.into(), MOST.into())?;
        Ok(Self { initial: limit, state, high_water })
    }
}

impl<C: StateCell<u32>> ConcurrencyLimit<C> {
    /// Takes `weight` units for as long as the permit lives, all or none.
    ///
    /// ```
    /// use tollgate::{ConcurrencyLimit, Denied};
    ///
    /// let busy = ConcurrencyLimit::new(4);
    /// let large = busy.try_acquire(3).unwrap();
    /// let small = busy.try_acquire(1).unwrap();
    /// assert_eq!(
    ///     busy.try_acquire(1).unwrap_err().to_string(),
    ///     "busy: no room for 1 beside 4 in flight of at most 4: try again when some have finished"
    /// );
    /// drop(large);
    /// assert_eq!(busy.available(), 3);
    ///
    /// assert!(busy.try_acquire(5).unwrap_err().is_never());
    /// ```
    ///
    /// # Errors
    ///
    /// [`Denied::Busy`] if there is no room now, [`Denied::Never`] if `weight` exceeds the limit (as it stands: it can be
    /// [raised](Self::set_limit)). Nothing is written.
    #[inline]
    pub fn try_acquire(&self, weight: u32) -> Result<Permit<'_, C>, Denied<u32>> {
        self.take(weight, weight, 0).map(|weight| Permit::new(self, weight))
    }

    /// Takes `weight` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `weight` and `leave` together exceed the limit.
    #[inline]
    pub fn try_acquire_leaving(&self, weight: u32, leave: u32) -> Result<Permit<'_, C>, Denied<u32>> {
        self.take(weight, weight, leave).map(|weight| Permit::new(self, weight))
    }

    /// Takes as many of `most` units as there are: [`Permit::weight`] says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::Busy`] if there is not a single unit.
    #[inline]
    pub fn try_acquire_up_to(&self, most: u32) -> Result<Permit<'_, C>, Denied<u32>> {
        self.take(most.min(1), most, 0).map(|weight| Permit::new(self, weight))
    }

    /// Takes `weight` units without a permit: to be given back by [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn acquire_raw(&self, weight: u32) -> Result<(), Denied<u32>> {
        self.take(weight, weight, 0).map(|_| ())
    }

    /// Gives back `weight` units that were [taken by hand](Self::acquire_raw) or kept by [`Permit::forget`].
    ///
    /// # Errors
    ///
    /// If fewer are held; nothing is changed.
    #[inline]
    pub fn release(&self, weight: u32) -> Result<(), ReleaseError> {
        self.state.update(|word| {
            let Load { in_flight, .. } = self.load(word);
            match weight {
                0 => (None, Ok(())),
                1.. if weight > in_flight => (None, Err(ReleaseError { weight, in_flight })),
                1.. => (Some(minus(word, weight)), Ok(())),
            }
        })
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without taking.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn peek(&self, weight: u32) -> Result<(), Denied<u32>> {
        self.probe(weight, 0)
    }

    /// Changes the limit. What is in flight stays, also above a lower limit: then nothing new is admitted until it drains.
    ///
    /// ```
    /// use tollgate::ConcurrencyLimit;
    ///
    /// let busy = ConcurrencyLimit::new(3);
    /// let (one, two) = (busy.try_acquire(1).unwrap(), busy.try_acquire(1).unwrap());
    /// busy.set_limit(1).unwrap();
    /// assert_eq!((busy.in_flight(), busy.available()), (2, 0));
    /// drop(one);
    /// assert!(busy.try_acquire(1).is_err());
    /// drop(two);
    /// assert!(busy.try_acquire(1).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// If the limit is 0 or above 65535; nothing is changed.
    pub fn set_limit(&self, limit: u32) -> Result<(), ConcurrencyError> {
        ConcurrencyError::check_limit(limit.into(), MOST.into())?;
        self.state.update(|word| {
            let Load { limit: old, in_flight } = self.load(word);
            let new = (((limit ^ self.initial) << 16) | in_flight) ^ u32::FRESH;
            ((limit != old).then_some(new), ())
        });
        Ok(())
    }

    /// The limit as it stands.
    #[inline]
    pub fn limit(&self) -> u32 {
        self.load(self.state.load()).limit
    }

    /// Units held; more than the limit only after that was lowered.
    #[inline]
    pub fn in_flight(&self) -> u32 {
        self.load(self.state.load()).in_flight
    }

    /// Units that could be taken.
    #[inline]
    pub fn available(&self) -> u32 {
        let Load { limit, in_flight } = self.load(self.state.load());
        limit.saturating_sub(in_flight)
    }

    /// The most units that were held at once since the start or the last [reset](Self::reset_high_water).
    #[inline]
    pub fn high_water(&self) -> u32 {
        (self.high_water.load() ^ u32::FRESH).max(self.in_flight())
    }

    /// Starts the high-water mark anew, from what is in flight. A peak at this very moment counts before or after it.
    pub fn reset_high_water(&self) {
        self.high_water.update(|_| (Some(u32::FRESH), ()));
        self.raise_high_water(self.in_flight());
    }

    /// Whether nothing is in flight, and the limit is the one it was made with.
    pub(crate) fn is_as_new(&self) -> bool {
        self.state.load() == u32::FRESH
    }

    /// What [`take`](Self::take) would answer, without taking.
    #[inline]
    pub(crate) fn probe(&self, weight: u32, leave: u32) -> Result<(), Denied<u32>> {
        self.load(self.state.load()).admit(weight, weight, leave).map(|_| ())
    }

    /// Takes between `least` and `most` units, leaving `leave`.
    #[inline]
    pub(crate) fn take(&self, least: u32, most: u32, leave: u32) -> Result<u32, Denied<u32>> {
        let (units, in_flight) = self.state.update(|word| {
            let load = self.load(word);
            match load.admit(least, most, leave) {
                Err(denied) => (None, Err(denied)),
                Ok(0) => (None, Ok((0, load.in_flight))),
                Ok(units) => (Some(plus(word, units)), Ok((units, load.in_flight.wrapping_add(units)))),
            }
        })?;
        self.raise_high_water(in_flight);
        Ok(units)
    }

    /// Gives back what a permit holds. Fewer units are held only if somebody released by hand what was not theirs: then
    /// all that is left of them.
    #[inline]
    pub(crate) fn give_back(&self, weight: u32) {
        self.state.update(|word| {
            let units = weight.min(self.load(word).in_flight);
            ((units > 0).then(|| minus(word, units)), ())
        });
    }

    #[inline]
    fn raise_high_water(&self, in_flight: u32) {
        self.high_water.update(|word| ((word ^ u32::FRESH < in_flight).then_some(in_flight ^ u32::FRESH), ()));
    }

    /// Reads a word. The high half is the difference to the limit it was made with, so a word never used means that.
    #[inline]
    fn load(&self, word: u32) -> Load {
        let word = word ^ u32::FRESH;
        Load { limit: self.initial ^ (word >> 16), in_flight: word & MOST }
    }
}

/// The word with `units` more in flight, which are at most the limit: they stay within their half.
#[inline]
fn plus(word: u32, units: u32) -> u32 {
    (word ^ u32::FRESH).wrapping_add(units) ^ u32::FRESH
}

/// The word with `units` fewer in flight, which are at most those that are.
#[inline]
fn minus(word: u32, units: u32) -> u32 {
    (word ^ u32::FRESH).wrapping_sub(units) ^ u32::FRESH
}
