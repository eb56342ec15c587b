use super::term::Term;
use super::{ConcurrencyError, Lease, LeaseLost, LeasedPermit};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Denied, Never, NotYet};
use crate::time::Ticks;

/// At most so many units of work in progress, each for at most a lease: for work that can vanish.
///
/// A task that was killed or a response that got lost never gives its permit back. Here a permit counts for `lease` ticks
/// (an acquisition at `s` counts while `now − s < lease`) unless it is given back before or [renewed](LeasedPermit::renew).
///
/// ```
/// use tollgate::LeasedConcurrency;
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
/// static UPLOADS: LeasedConcurrency<u32, 2> = LeasedConcurrency::<u32, 2>::new(2, 30 * SECOND);
///
/// let now = 5_000;
/// let lost = UPLOADS.try_acquire(now, 1).unwrap();
/// let done = UPLOADS.try_acquire(now, 1).unwrap();
/// assert_eq!(UPLOADS.try_acquire(now, 1).unwrap_err().retry_after(), Some(30 * SECOND));
/// drop(done);
///
/// let both = UPLOADS.try_acquire(now + 30 * SECOND, 2).unwrap(); // the lease of `lost` has run out
/// drop(lost); // late: it does not free a second time
/// assert_eq!(UPLOADS.in_flight(now + 30 * SECOND), 2);
/// # drop(both);
/// ```
///
/// # Guarantees
///
/// * Units whose lease has not run out never exceed the limit, under any race: each owns one of `limit` slots, and a slot
///   changes hands by a compare-exchange.
/// * All or nothing. A weight is claimed slot by slot, and what was claimed is given back if another context took the
///   last of them: under races the limit may look fuller for a moment, never emptier.
/// * A caller that [leaves a reserve](Self::try_acquire_leaving) never takes of it, not even in a race with its like: it
///   claims only slots below which there are too few to reach the reserve.
/// * The wait of a denial is exact: asking again then succeeds if nobody else took the room, one tick earlier fails,
///   unless work ends early.
/// * A denial writes nothing, but for the first after a clock fault or a long silence, which mends the slots it met. No
///   context ever waits for another.
///
/// # Clock faults
///
/// A slot holds the instant at which its lease runs out, modulo a span of at least 16 leases (256 where the word has the
/// room). What lies up to half of that span behind the clock is over.
///
/// * **Wrap** changes no decision, and a **stall** only makes leases longer.
/// * **Step back** by up to half of the span, less a lease: mints nothing, in the clock's forward progress. The slot of
///   a vanished permit comes back later by as much as the clock stepped back, and at most by one lease: where a denied
///   request meets a slot that is more than two leases ahead, that denial re-anchors it to one lease from now. (If its
///   permit was alive after all, giving it back then has no effect, and the slot returns with its lease.) A thread
///   that acts on a reading more than a lease older than another's is such a step back.
/// * **Idling** of any length: a slot that was never given back may look held again, for two leases at most.
///   [`refresh`](Self::refresh), called once in 8 leases (from a slow timer, say), removes even that.
/// * **Late release**: what is given back is the very word that was written, the instant and a serial number. Another's
///   permit can be mistaken for it only if both recur while the late one is still about: the clock stepped back onto
///   the tick of its acquisition (or went exactly around the span), and the acquisitions in between are a multiple of
///   [`serials`](Self::serials).
///
/// # Memory and cost
///
/// A word for each of the `N` slots and one for the serial number; the limit may be lower than `N` at run time. Acquiring and
/// giving back look at every slot: this is for tens of permits, not thousands.
#[derive(Debug)]
pub struct LeasedConcurrency<T: HasShared, const N: usize, C = Shared<T>> {
    /// At most `N`.
    limit: usize,
    term: Term<T>,
    next_serial: C,
    slots: [C; N],
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const N: usize> LeasedConcurrency<$word, N> {
            /// A limit of at most `N` units and a lease in ticks, known at compile time.
            ///
            /// # Panics
            ///
            /// If the limit is 0 or above `N`, or the lease is 0 or above a sixteenth of the word's range; in a `const` or
            /// `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(limit: $word, lease: $word) -> Self {
                Self::in_cells(limit, lease)
            }
        }

        #[cfg(not(loom))]
        #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // `From` is not const; checked above
        impl<const N: usize, C: Init<$word>> LeasedConcurrency<$word, N, C> {
            /// As `new`, in cells of a given type.
            ///
            /// # Panics
            ///
            /// As `new`.
            #[must_use]
            pub const fn in_cells(limit: $word, lease: $word) -> Self {
                if let Err(error) = ConcurrencyError::check_limit(limit as u64, N as u64) {
                    panic!("{}", error.message().as_str());
                }
                let term = Term::<$word>::new(lease);
                Self { limit: limit as usize, term, next_serial: C::FRESH, slots: [const { C::FRESH }; N] }
            }
        }
    )*};
}

const_new!(u32 u64);

#[cfg(not(loom))]
impl<T: HasShared, const N: usize> LeasedConcurrency<T, N> {
    /// A limit of at most `N` units and a lease in ticks, known at run time.
    ///
    /// # Errors
    ///
    /// If the limit is 0 or above `N`, or the lease is 0 or above a sixteenth of the word's range.
    pub fn try_new(limit: T, lease: T) -> Result<Self, ConcurrencyError> {
        Self::from_parts(limit, lease, [const { Shared::<T>::FRESH }; N], Shared::<T>::FRESH)
    }
}

impl<T: HasShared, const N: usize, C> LeasedConcurrency<T, N, C> {
    /// A limit over fresh cells: one for each slot, and one for the serial number.
    ///
    /// # Errors
    ///
    /// As `try_new`.
    pub fn from_parts(limit: T, lease: T, slots: [C; N], next_serial: C) -> Result<Self, ConcurrencyError> {
        ConcurrencyError::check_limit(limit.into(), N as u64)?;
        let term = Term::try_new(lease)?;
        Ok(Self { limit: count(limit), term, next_serial, slots })
    }

    /// Units that may be held at once.
    #[must_use]
    pub fn limit(&self) -> T {
        units(self.limit)
    }

    /// Ticks for which a permit counts.
    #[must_use]
    pub fn lease(&self) -> T {
        self.term.lease()
    }

    /// Acquisitions of one tick that can be told apart: 559 for a lease of 30 s on `u32` milliseconds.
    #[must_use]
    pub fn serials(&self) -> T {
        self.term.serials()
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> LeasedConcurrency<T, N, C> {
    /// Takes `weight` units at `now`, all or none, until the permit is dropped or its lease runs out.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the ticks until enough leases have run out (work may end earlier), or [`Denied::Never`] if
    /// `weight` exceeds the limit. Nothing is taken.
    #[inline]
    pub fn try_acquire(&self, now: T, weight: T) -> Result<LeasedPermit<'_, T, N, C>, Denied<T>> {
        self.acquire_raw(now, weight).map(|lease| LeasedPermit::new(self, lease))
    }

    /// Takes `weight` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `weight` and `leave` together exceed the limit.
    #[inline]
    pub fn try_acquire_leaving(&self, now: T, weight: T, leave: T) -> Result<LeasedPermit<'_, T, N, C>, Denied<T>> {
        self.take(now, weight, weight, leave).map(|lease| LeasedPermit::new(self, lease))
    }

    /// Takes as many of `most` units as there are: [`LeasedPermit::weight`] says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit.
    #[inline]
    pub fn try_acquire_up_to(&self, now: T, most: T) -> Result<LeasedPermit<'_, T, N, C>, Denied<T>> {
        self.take(now, most.min(T::ONE), most, T::ZERO).map(|lease| LeasedPermit::new(self, lease))
    }

    /// Takes `weight` units without a permit: what is returned is a plain value to be kept (by an interrupt, in a table) and
    /// given to [`release`](Self::release).
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn acquire_raw(&self, now: T, weight: T) -> Result<Lease<T>, Denied<T>> {
        self.take(now, weight, weight, T::ZERO)
    }

    /// Gives back what was [taken by hand](Self::acquire_raw) or kept by [`LeasedPermit::forget`]. Needs no clock.
    ///
    /// # Errors
    ///
    /// If the lease had run out and units of it were gone. What was left is given back.
    #[inline]
    #[allow(clippy::needless_pass_by_value)] // a lease is given back once
    pub fn release(&self, lease: Lease<T>) -> Result<(), LeaseLost<T>> {
        self.give_back(&lease)
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without taking.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn peek(&self, now: T, weight: T) -> Result<(), Denied<T>> {
        self.weigh(now, weight, T::ZERO)
    }

    /// Units held whose lease has not run out.
    pub fn in_flight(&self, now: T) -> T {
        units(self.in_use().filter(|slot| self.left(slot.load(), now) > T::ZERO).count())
    }

    /// Units that could be taken.
    pub fn available(&self, now: T) -> T {
        self.limit().saturating_sub(self.in_flight(now))
    }

    /// Frees the slots whose lease has run out, so that no length of idling can bring it back, and re-anchors those
    /// that a step back has left too far ahead. Changes no decision otherwise.
    pub fn refresh(&self, now: T) {
        for slot in self.in_use() {
            slot.update(|word| {
                let over = word != T::FRESH && self.left(word, now) == T::ZERO;
                (if over { Some(T::FRESH) } else { self.term.mended(word, now) }, ())
            });
        }
    }

    /// Whether no lease is running. If some are, mends the slots that the clock has left behind.
    pub(crate) fn is_as_new(&self, now: T) -> bool {
        let is_as_new = self.in_flight(now) == T::ZERO;
        if !is_as_new {
            self.mend(now);
        }
        is_as_new
    }

    /// Frees every slot. Serial numbers go on.
    pub(crate) fn clear(&self) {
        self.slots.iter().for_each(|slot| slot.store(T::FRESH));
    }

    /// What [`take`](Self::take) would answer to a weight, but a denial mends what it met.
    pub(crate) fn probe(&self, now: T, weight: T, leave: T) -> Result<(), Denied<T>> {
        self.weigh(now, weight, leave).inspect_err(|_| self.mend(now))
    }

    /// The same, but only looks.
    pub(crate) fn weigh(&self, now: T, weight: T, leave: T) -> Result<(), Denied<T>> {
        let capacity = self.limit().saturating_sub(leave);
        if weight == T::ZERO || weight <= self.available(now).saturating_sub(leave) {
            return Ok(());
        }
        if weight > capacity {
            return Err(Denied::Never(Never { cost: weight, capacity }));
        }
        Err(self.not_yet(now, count(weight.wrapping_add(leave))))
    }

    /// Mends the slots that the clock has left behind.
    fn mend(&self, now: T) {
        for slot in self.in_use() {
            slot.update(|word| (self.term.mended(word, now), ()));
        }
    }

    /// Takes between `least` and `most` units, leaving `leave`.
    pub(crate) fn take(&self, now: T, least: T, most: T, leave: T) -> Result<Lease<T>, Denied<T>> {
        if most == T::ZERO {
            return Ok(Lease { word: self.term.word(now, T::ZERO), weight: 0 });
        }
        let capacity = self.limit().saturating_sub(leave);
        if least > capacity {
            return Err(Denied::Never(Never { cost: least, capacity }));
        }
        let (least, most, capacity) = (count(least), count(most), count(capacity));
        let (open, room) = self.open(now, capacity);
        if least <= room {
            let word = self.term.word(now, self.serial());
            let weight = self.claim(now, word, open, most);
            if least <= weight {
                return Ok(Lease { word, weight });
            }
            let _ = self.give_back(&Lease { word, weight }); // others were faster
        }
        self.mend(now);
        Err(self.not_yet(now, least + self.limit - capacity))
    }

    /// How many of the first slots may be claimed within `capacity`, and how many of those are free.
    ///
    /// A slot may be claimed if it, all below it, and those held above it are within the capacity. Then also whoever claims
    /// at the same time stays within it: the highest of the claimed slots has been weighed against all above it,
    /// and below it there are only so many.
    fn open(&self, now: T, capacity: usize) -> (usize, usize) {
        let (mut open, mut held) = (0, 0);
        for (below, slot) in self.in_use().enumerate().rev() {
            if open == 0 && held + below < capacity {
                open = below + 1;
            }
            held += usize::from(self.left(slot.load(), now) > T::ZERO);
        }
        (open, capacity.saturating_sub(held))
    }

    /// Writes `word` into up to `most` free ones of the first `open` slots, and says into how many.
    fn claim(&self, now: T, word: T, open: usize, most: usize) -> usize {
        self.rewrite(open, most, word, |seen| self.left(seen, now) == T::ZERO)
    }

    /// Frees the slots of a lease. Leases of one tick may share a word, and then may free each other's slots: they run out
    /// together, so it makes no difference whose it was, only how many.
    pub(crate) fn give_back(&self, lease: &Lease<T>) -> Result<(), LeaseLost<T>> {
        self.replace(lease, T::FRESH)
    }

    /// Gives a lease that has not run out another one from `now` on, less the units it has lost.
    pub(super) fn renew(&self, lease: &mut Lease<T>, now: T) -> Result<(), LeaseLost<T>> {
        if self.left(lease.word, now) == T::ZERO {
            return Err(LeaseLost { lost: lease.weight(), weight: lease.weight() });
        }
        let serial = if lease.weight == 0 { T::ZERO } else { self.serial() };
        let word = self.term.word(now, serial);
        let renewed = self.replace(lease, word);
        lease.word = word;
        if let Err(LeaseLost { lost, .. }) = renewed {
            lease.weight = lease.weight.saturating_sub(count(lost));
            if lease.weight == 0 {
                lease.word = T::FRESH; // over
            }
        }
        renewed
    }

    /// Replaces the word in as many slots as a lease has.
    fn replace(&self, lease: &Lease<T>, to: T) -> Result<(), LeaseLost<T>> {
        let found = self.rewrite(self.limit, lease.weight, to, |seen| seen == lease.word);
        if found < lease.weight {
            return Err(LeaseLost { lost: units(lease.weight - found), weight: lease.weight() });
        }
        Ok(())
    }

    /// Writes `to` into up to `most` of the first slots whose word `fits`, and says into how many.
    fn rewrite(&self, slots: usize, most: usize, to: T, fits: impl Fn(T) -> bool) -> usize {
        let mut written = 0;
        for slot in self.slots.iter().take(slots) {
            if written == most {
                break;
            }
            written += usize::from(slot.update(|word| (fits(word).then_some(to), fits(word))));
        }
        written
    }

    /// The wait until `free` slots are free.
    fn not_yet(&self, now: T, free: usize) -> Denied<T> {
        let mut wait = T::ZERO;
        for _ in 0..self.limit {
            let lefts = || self.in_use().map(|slot| self.left(slot.load(), now));
            if lefts().filter(|&left| left <= wait).count() >= free {
                break;
            }
            wait = lefts().filter(|&left| left > wait).min().unwrap_or(wait);
        }
        // Whole ticks, without the serial number; at least one if room was made while counting.
        let missing = wait.saturating_sub(self.serials().wrapping_sub(T::ONE)).max(T::ONE);
        Denied::NotYet(NotYet { missing, per_tick: self.serials() })
    }

    /// The slots the limit makes use of.
    fn in_use(&self) -> core::iter::Take<core::slice::Iter<'_, C>> {
        self.slots.iter().take(self.limit)
    }

    /// The number of the next acquisition, modulo [`serials`](Self::serials).
    fn serial(&self) -> T {
        self.next_serial.update(|word| {
            let serial = word.wrapping_sub(T::FRESH);
            let next = serial.wrapping_add(T::ONE);
            let next = if next < self.serials() { next } else { T::ZERO };
            (Some(next.wrapping_add(T::FRESH)), serial)
        })
    }

    /// Sub-ticks until the lease of a word runs out.
    #[inline]
    pub(super) fn left(&self, word: T, now: T) -> T {
        self.term.left(word, now)
    }
}

/// Units as a number of slots; what exceeds the memory's width exceeds every limit.
fn count<T: Ticks>(units: T) -> usize {
    usize::try_from(units.into()).unwrap_or(usize::MAX)
}

/// A number of slots as units; it is at most a limit, which was given in them.
fn units<T: Ticks>(count: usize) -> T {
    T::truncate(count as u64)
}
