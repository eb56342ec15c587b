//! Buckets whose quota changes while they are in use.

mod error;
mod versions;
mod word;

use core::marker::PhantomData;

pub use error::ChangeError;

use self::versions::Versions;
use crate::algorithm::{Bucket, Step, pace, tat};
#[cfg(not(loom))]
use crate::algorithm::{LeakyBucket, LeakyQueue, TokenBucket};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Decision, Denied, Forced, LevelError, Reservation};
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::Ticks;

/// A bucket whose quota can be replaced at any time, from any context, by `&self` and without a lock.
///
/// `B` says how it is read: [`TokenBucket`], [`LeakyBucket`] or [`LeakyQueue`]. It answers as a
/// [`Limiter`](crate::Limiter) of that rule does, with the same exact numbers.
///
/// ```
/// use tollgate::algorithm::TokenBucket;
/// use tollgate::{Adjustable, Quota};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
/// static CALLS: Adjustable<TokenBucket<u32>> = Adjustable::<TokenBucket<u32>>::new(Quota::per(10, SECOND));
///
/// let now = 4_294_967_295;
/// assert_eq!(CALLS.try_acquire(now, 8).unwrap().remaining(), 2);
///
/// // The server says that it allows more:
/// CALLS.set_quota(now, Quota::per(20, SECOND).burst(12)).unwrap();
/// assert_eq!((CALLS.level(now), CALLS.remaining(now)), (8, 4)); // what was spent is spent
/// assert_eq!(CALLS.try_acquire(now, 5).unwrap_err().retry_after(), Some(50)); // one unit, at twenty a second
///
/// let refused = CALLS.set_quota(now, Quota::per(0, SECOND)).unwrap_err();
/// assert_eq!(refused.to_string(), "limit = 0 admits nothing: give a limit of at least 1");
/// ```
///
/// # Guarantees
///
/// * **Atomic**: every answer is that of one quota, the one before a change or the one after, never a mix of both. A
///   change takes place at one instant, that of a compare-exchange.
/// * **Nothing is lost**: as many units as were charged stay charged, rounded up to a sub-tick, and at most what the new
///   quota can hold (its burst and debt). What is charged or given back while a change is made is carried over with the rest.
/// * **Nobody waits**: a change that is stopped half-way holds up no decision, and no other change while at most three are
///   under way. A fourth is refused: [`ChangeError::TooManyAtOnce`].
/// * **Denial writes nothing**, as ever. It reads the state word twice.
///
/// # What it costs
///
/// | | |
/// |---|---|
/// | Memory | 22 cells and the first quota, 7 words: 116 bytes on `u32` ticks with the cells of that size |
/// | A decision | four loads more than a [`Limiter`](crate::Limiter)'s, five if it is denied: about half as long again |
/// | Range | two bits of the word: a quarter of what a [`Limiter`](crate::Limiter) can hold |
///
/// So burst and debt may be at most an eighth of the word's range in sub-ticks (half of it for a
/// [`Limiter`](crate::Limiter)), a tick's worth at most a sixteenth, and the
/// [horizon](crate::algorithm::tat#clock-faults) is a quarter of what it is there: 6 days instead of 24 on `u32` milliseconds at
/// fifty a second. The effects of clock faults are the same. (Idling beyond the horizon can cost a drain also after a change
/// or a [`refresh`](Self::refresh) of a full bucket: only one never used, or [`reset`](Self::reset), is full whatever
/// the clock reads. `refresh` within every horizon removes that, as it does for all buckets.)
///
/// # How it works
///
/// The two lowest bits of the state word say under which of four versions of the quota it stands. A change claims a free
/// version, writes its numbers there, and then moves the state word to the same level under that version. A decision reads
/// the word and the numbers of its version, and counts only if the word has not changed when it is made: an admission finds
/// out by its compare-exchange, a denial by looking again.
///
/// What remains: a context stopped in the middle of a decision, while the quota is changed so often that its version is in
/// use again (four times, or fewer while other changes are stopped), and the state word then is the very same to the bit.
/// Its decision would be that of the quota it has read. This takes a word that recurs by chance, or changes that leave limit and
/// period as they are (then it is right but for the burst), or a bucket that was [`reset`](Self::reset) before and after.
#[derive(Clone, Debug)]
pub struct Adjustable<B: Bucket<Ticks: HasShared>, C = Shared<<B as Bucket>::Ticks>> {
    state: C,
    versions: Versions<B::Ticks, C>,
    reading: PhantomData<B>,
}

impl<B: Bucket<Ticks: HasShared>, C: StateCell<B::Ticks>> Adjustable<B, C> {
    /// A bucket never used, in cells of any kind, which `cell` makes. What they hold is written over.
    ///
    /// ```
    /// use tollgate::algorithm::LeakyBucket;
    /// use tollgate::{Adjustable, Quota, cell::Unsync};
    ///
    /// let bucket = Adjustable::<LeakyBucket<u64>, _>::try_in_cells(Quota::per(5, 1_000), Unsync::fresh).unwrap();
    /// assert_eq!(bucket.remaining(0), 5);
    /// ```
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
    pub fn try_in_cells(quota: Quota<B::Ticks>, mut cell: impl FnMut() -> C) -> Result<Self, QuotaError> {
        let first = Rate::try_sparing(quota, word::BITS)?;
        let mut fresh = || {
            let cell = cell();
            cell.store(B::Ticks::FRESH);
            cell
        };
        let (state, taken) = (fresh(), fresh());
        let numbers = core::array::from_fn(|_| core::array::from_fn(|_| fresh()));
        Ok(Self { state, versions: Versions::new(first, taken, numbers), reading: PhantomData })
    }

    /// Replaces the quota and keeps the level: as many units as were charged stay charged, and at most what the new quota
    /// can hold.
    ///
    /// `now` is for the level: what has drained until then has drained at the old rate.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept, or three other changes are under way; nothing is changed.
    pub fn set_quota(&self, now: B::Ticks, quota: Quota<B::Ticks>) -> Result<(), ChangeError> {
        let to = Rate::try_sparing(quota, word::BITS)?;
        let version = self.versions.claim(word::version(self.state.load())).ok_or(ChangeError::TooManyAtOnce)?;
        self.versions.write(version, &to);
        let left = self.confirmed(|word, from| {
            let tat = settled(tat::rescale(from, &to, word::state(word), now), &to, now);
            Step::write(word::joined(word::rounded_up(tat), version), word::version(word))
        });
        self.versions.release(left);
        Ok(())
    }

    /// The quota in force.
    pub fn quota(&self) -> Quota<B::Ticks> {
        self.confirmed(|word, _| Step::keep(self.versions.quota(word::version(word))))
    }

    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the wait, or [`Denied::Never`] if `cost` exceeds the capacity. Nothing is charged, and
    /// nothing is written (but [after a clock fault](crate::algorithm::tat#clock-faults)).
    #[inline]
    pub fn try_acquire(&self, now: B::Ticks, cost: B::Ticks) -> Decision<B::Ticks> {
        self.try_acquire_leaving(now, cost, B::Ticks::ZERO)
    }

    /// Takes `cost` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `cost` and `leave` together exceed the capacity.
    #[inline]
    pub fn try_acquire_leaving(&self, now: B::Ticks, cost: B::Ticks, leave: B::Ticks) -> Decision<B::Ticks> {
        self.decide(now, |rate, state| tat::acquire(rate, state, now, cost, leave))
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`](crate::Grant::granted) says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit, with the wait for one.
    #[inline]
    pub fn try_acquire_up_to(&self, now: B::Ticks, most: B::Ticks) -> Decision<B::Ticks> {
        self.decide(now, |rate, state| tat::acquire_up_to(rate, state, now, most))
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn peek(&self, now: B::Ticks, cost: B::Ticks) -> Decision<B::Ticks> {
        pace::<B>(self.look(|rate, state| tat::acquire(rate, state, now, cost, B::Ticks::ZERO).answer))
    }

    /// Whole units that can be taken at `now`, rounded down.
    #[inline]
    pub fn remaining(&self, now: B::Ticks) -> B::Ticks {
        self.look(|rate, state| tat::available(rate, state, now))
    }

    /// Gives back `units` that were taken and not used. What goes beyond full is dropped.
    #[inline]
    pub fn refund(&self, now: B::Ticks, units: B::Ticks) {
        self.step(now, |rate, state| tat::refund(rate, state, now, units));
    }

    /// Keeps a long silence from being mistaken for a recent past: see
    /// [clock faults](crate::algorithm::tat#clock-faults). Changes no decision otherwise.
    #[inline]
    pub fn refresh(&self, now: B::Ticks) {
        self.step(now, |rate, state| tat::refresh(rate, state, now));
    }

    /// As good as new: full, whatever the clock reads next. The quota stays.
    #[inline]
    pub fn reset(&self) {
        self.state.update(|word| (Some(word::fresh(word::version(word))), ()));
    }

    /// Takes `cost` units now, to be used after the reservation's [`delay`](Reservation::delay), which is at most
    /// `max_wait` ticks: as [`Limiter::reserve`](crate::Limiter::reserve).
    ///
    /// A delay is that of the quota it was told under; a later change moves no reservation.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if the wait or the debt would be too long, with the ticks after which the same reservation
    /// is accepted; [`Denied::Never`] if `cost` exceeds the capacity. Nothing is charged.
    #[inline]
    pub fn reserve(
        &self,
        now: B::Ticks,
        cost: B::Ticks,
        max_wait: B::Ticks,
    ) -> Result<Reservation<B::Ticks>, Denied<B::Ticks>> {
        self.confirmed(|word, rate| {
            let step = tat::reserve(rate, B::PACED, word::state(word), now, cost, max_wait);
            let state = written(step.state, rate, word, now);
            let after = state.unwrap_or(word);
            Step { state, answer: step.answer.map(|reserved| Reservation { before: word, after, ..reserved }) }
        })
    }

    /// Takes back a reservation of this bucket: to the bit if nothing happened since, as a [`refund`](Self::refund) of
    /// its units otherwise.
    #[inline]
    pub fn cancel(&self, now: B::Ticks, reservation: Reservation<B::Ticks>) {
        self.confirmed(|word, rate| {
            if word == reservation.after {
                return Step::write(reservation.before, ());
            }
            let step = tat::refund(rate, word::state(word), now, reservation.grant.granted);
            Step { state: written(step.state, rate, word, now), answer: () }
        });
    }

    /// Charges `cost` units for work that has already happened, as a debt where the capacity does not suffice: as
    /// [`Limiter::force`](crate::Limiter::force).
    #[inline]
    pub fn force(&self, now: B::Ticks, cost: B::Ticks) -> Forced<B::Ticks> {
        self.step(now, |rate, state| tat::force(rate, state, now, cost))
    }

    /// Units charged and not yet drained, rounded up: the water in a leaky bucket, the tokens missing from a token
    /// bucket. More than the burst means a debt.
    #[inline]
    pub fn level(&self, now: B::Ticks) -> B::Ticks {
        self.look(|rate, state| tat::level(rate, state, now))
    }

    /// Sets the level from outside, as when a server says that it counts 32 of 80.
    ///
    /// # Errors
    ///
    /// If `level` exceeds burst and debt together; nothing is changed.
    #[inline]
    pub fn set_level(&self, now: B::Ticks, level: B::Ticks) -> Result<(), LevelError<B::Ticks>> {
        self.step(now, |rate, _| match tat::at_level(rate, now, level) {
            Ok(state) => Step::write(state, Ok(())),
            Err(error) => Step::keep(Err(error)),
        })
    }

    /// A decision under the quota in force.
    #[inline(always)]
    pub(crate) fn decide(
        &self,
        now: B::Ticks,
        decide: impl FnMut(&Rate<B::Ticks>, B::Ticks) -> Step<B::Ticks, Decision<B::Ticks>>,
    ) -> Decision<B::Ticks> {
        pace::<B>(self.step(now, decide))
    }

    /// One step of the state machine under the quota in force.
    #[inline(always)]
    pub(crate) fn step<R>(
        &self,
        now: B::Ticks,
        mut step: impl FnMut(&Rate<B::Ticks>, B::Ticks) -> Step<B::Ticks, R>,
    ) -> R {
        self.confirmed(|word, rate| {
            let Step { state, answer } = step(rate, word::state(word));
            Step { state: written(state, rate, word, now), answer }
        })
    }

    #[inline(always)]
    pub(crate) fn look<R>(&self, mut look: impl FnMut(&Rate<B::Ticks>, B::Ticks) -> R) -> R {
        self.confirmed(|word, rate| Step::keep(look(rate, word::state(word))))
    }

    /// Runs `step` on a word and its rate until the word has not changed meanwhile: only then the rate was that of one version.
    #[inline(always)]
    fn confirmed<R>(&self, mut step: impl FnMut(B::Ticks, &Rate<B::Ticks>) -> Step<B::Ticks, R>) -> R {
        loop {
            let word = self.state.load_acquire();
            let rate = self.versions.rate(word::version(word));
            let Step { state, answer } = step(word, &rate);
            let is_confirmed = match state {
                Some(state) => self.state.replace(word, state),
                None => self.state.load() == word,
            };
            if is_confirmed {
                return answer;
            }
        }
    }
}

/// The word to write for a state under the same version as `word`.
#[inline(always)]
fn written<T: Ticks>(state: Option<T>, rate: &Rate<T>, word: T, now: T) -> Option<T> {
    state.map(|state| word::joined(settled(state, rate, now), word::version(word)))
}

/// The arrival time of a state that is set to full: now, not `FRESH`, so that words do not recur. See
/// [what remains](Adjustable#how-it-works).
#[inline(always)]
fn settled<T: Ticks>(state: T, rate: &Rate<T>, now: T) -> T {
    if state == T::FRESH { now.wrapping_mul(rate.per_tick()) } else { state }
}

#[cfg(not(loom))]
impl<B: Bucket<Ticks: HasShared>, C: Init<B::Ticks>> Adjustable<B, C> {
    const fn fresh(first: Rate<B::Ticks>) -> Self {
        let numbers = [const { [const { C::FRESH }; 5] }; word::VERSIONS];
        Self { state: C::FRESH, versions: Versions::new(first, C::FRESH, numbers), reading: PhantomData }
    }
}

#[cfg(not(loom))]
impl<B: Bucket<Ticks: HasShared>> Adjustable<B> {
    /// A bucket never used, of a quota known at run time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
    pub fn try_new(quota: Quota<B::Ticks>) -> Result<Self, QuotaError> {
        Rate::try_sparing(quota, word::BITS).map(Self::fresh)
    }
}

macro_rules! const_new {
    ($($name:ident)*) => {$(
        const_new!($name, u32);
        const_new!($name, u64);
    )*};
    ($name:ident, $word:ident) => {
        #[cfg(not(loom))]
        impl Adjustable<$name<$word>> {
            /// A bucket never used, of a constant quota.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            /// For values known only at run time there is [`try_new`](Self::try_new).
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::new_in_cells(quota)
            }
        }

        #[cfg(not(loom))]
        impl<C: Init<$word>> Adjustable<$name<$word>, C> {
            /// [`new`](Adjustable::new) in cells of any kind.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new_in_cells(quota: Quota<$word>) -> Self {
                Self::fresh(Rate::<$word>::sparing(quota, word::BITS))
            }
        }
    };
}

const_new!(TokenBucket LeakyBucket LeakyQueue);
