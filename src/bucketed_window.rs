//! The bucketed window: see [`BucketedWindow`].

mod snapshot;

use crate::algorithm::{self, Sight};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Decision, Denied, Grant, Never, NotYet};
#[cfg(not(loom))]
use crate::quota::{Quota, QuotaError};
use crate::time::Ticks;

/// A rolling window for large limits and weights: at most `limit` units in any span of the period, whatever a request
/// costs, in `SLOTS + 3` words. Milliseconds of airtime an hour, bytes a minute.
///
/// ```
/// use tollgate::{BucketedWindow, Quota};
///
/// const HOUR: u32 = 3_600_000; // this clock ticks in milliseconds
/// static AIRTIME: BucketedWindow<u32, 64> = BucketedWindow::<u32, 64>::new(Quota::per(36_000, HOUR)); // 1 percent
///
/// assert_eq!(AIRTIME.try_acquire(5_000, 35_000).unwrap().remaining(), 1_000); // 35 seconds on air
/// let denied = AIRTIME.try_acquire(6_000, 1_500).unwrap_err();
/// let wait = denied.retry_after().unwrap();
/// assert!(wait >= HOUR - 1_000 && wait <= HOUR - 1_000 + HOUR / 62); // an hour after, on the safe side
/// ```
///
/// # Guarantees
///
/// * **Never over the limit in any span of the period**, edges included: a unit admitted at `s` counts while
///   `now − s < period`. It is forgotten less than `period / B` later than that: at most
///   [`latest`](algorithm::BucketedWindow::latest) ticks late (and a tick more if it began at the one reading in a turn of the
///   clock whose word means "never used"). `B` is the number of sub-windows, `SLOTS − 2` or as
///   many as asked for; [how it works](algorithm::BucketedWindow).
/// * **Under any interleaving**, if no caller's reading is late by more than a sub-window, `period / B`, as it is decided
///   on. No context waits for another, and one that is stopped for good in the middle of a call holds nothing: a
///   request is admitted by a single compare-exchange.
/// * **The wait of a denial is exact**: asking again then succeeds if nobody else took the room, one tick earlier fails.
/// * **Denial writes nothing** (but the first one after a clock fault). It costs a walk over the sub-windows; an admission
///   does not, but for the first one or two in a sub-window.
///
/// # Clock faults
///
/// * **Wrap**: changes no decision. **First use**: full, whatever the clock reads. **Stall**: nothing is forgotten.
/// * **Step back** to at most a sub-window before the newest one: taken for the late reading of another context. What
///   is held is held until its time comes again, at most two sub-windows longer than the period.
/// * **Step back** beyond that: what is held counts as if admitted now at the latest, so it is held for at most the
///   period and a sub-window from here. Nothing is minted: between any readings, the period has passed by the clock's
///   forward progress before a unit is admitted again. A step back by half of the word's range or more looks like idling.
/// * **Idling** for half of the word's range (25 days of `u32` milliseconds), less two sub-windows, or longer looks like a
///   step back, and costs at most the period and a sub-window. [`refresh`](Self::refresh), called more often than
///   that, removes even this.
///
/// # How it is shared
///
/// One sub-window is open, and units are admitted by a compare-exchange on its word alone; closed ones can only shrink.
/// An admission sums up the closed ones (or takes the sum that somebody left), adds the open one, and if its cost fits,
/// exchanges the open word for one with the cost: that fails if anything was admitted or closed in between. Whoever
/// finds that time has moved on closes the open word, clears the slots of the next sub-windows and then advances the
/// number of the newest; whoever finds that begun and not done, does it. Nothing is reserved that could be left behind.
///
/// Words tell 32 turns of the ring apart, or more if the limit leaves room. A call that is stopped between a load and its
/// compare-exchange for an exact multiple of that, while others go on to leave the very word it saw, would not notice.
#[derive(Debug)]
pub struct BucketedWindow<T: HasShared, const SLOTS: usize, C = Shared<T>> {
    rule: algorithm::BucketedWindow<T, SLOTS>,
    /// The number of the newest sub-window, the only one that may be open. It moves on after that was closed.
    newest: C,
    /// The tick at which sub-window 0 began; "never used" before the first use.
    origin: C,
    /// The sum of all sub-windows but the newest, for one newest sub-window. May be too high, never too low.
    older: C,
    /// The units of sub-window `n` at `n % SLOTS`.
    slots: [C; SLOTS],
}

/// What became of an attempt to enter the newest sub-window.
enum Entry<T> {
    Granted(Grant<T>),
    /// It does not fit.
    Full,
    /// The sub-window is over, by this reading or by another's.
    Over,
}

#[cfg(not(loom))]
impl<T: HasShared, const SLOTS: usize> BucketedWindow<T, SLOTS> {
    /// A window, empty, of a quota known at run time, with `SLOTS − 2` sub-windows.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        algorithm::BucketedWindow::try_new(quota).map(Self::in_cells)
    }

    /// A window, empty, of a quota and a number of sub-windows known at run time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept, or the number is not 1 to `SLOTS − 2`.
    pub fn try_with_buckets(quota: Quota<T>, buckets: usize) -> Result<Self, QuotaError> {
        algorithm::BucketedWindow::try_with_buckets(quota, buckets).map(Self::in_cells)
    }
}

#[cfg(not(loom))]
impl<T: HasShared, const SLOTS: usize, C: Init<T>> BucketedWindow<T, SLOTS, C> {
    /// A window, empty, in cells of any type.
    #[must_use]
    pub const fn in_cells(rule: algorithm::BucketedWindow<T, SLOTS>) -> Self {
        Self { rule, newest: C::FRESH, origin: C::FRESH, older: C::FRESH, slots: [const { C::FRESH }; SLOTS] }
    }
}

impl<T: HasShared, const SLOTS: usize, C> BucketedWindow<T, SLOTS, C> {
    /// A window over `SLOTS + 3` fresh cells, made by `cell`.
    pub fn from_parts(rule: algorithm::BucketedWindow<T, SLOTS>, mut cell: impl FnMut() -> C) -> Self {
        Self { rule, newest: cell(), origin: cell(), older: cell(), slots: core::array::from_fn(|_| cell()) }
    }

    /// The numbers of the window.
    #[must_use]
    pub const fn rule(&self) -> &algorithm::BucketedWindow<T, SLOTS> {
        &self.rule
    }
}

impl<T: HasShared, const SLOTS: usize, C: StateCell<T>> BucketedWindow<T, SLOTS, C> {
    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the wait, or [`Denied::Never`] if `cost` exceeds the limit. Nothing is charged.
    #[inline]
    pub fn try_acquire(&self, now: T, cost: T) -> Decision<T> {
        self.take(now, T::ZERO, |_| cost)
    }

    /// Takes `cost` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `cost` and `leave` together exceed the limit.
    #[inline]
    pub fn try_acquire_leaving(&self, now: T, cost: T, leave: T) -> Decision<T> {
        self.take(now, leave, |_| cost)
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`] says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit, with the wait for one.
    #[inline]
    pub fn try_acquire_up_to(&self, now: T, most: T) -> Decision<T> {
        self.take(now, T::ZERO, |room| most.min(room.max(T::ONE)))
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn peek(&self, now: T, cost: T) -> Decision<T> {
        let (sight, limit) = (self.glance(now), self.rule.limit());
        let room = limit.saturating_sub(self.sum(sight));
        if cost == T::ZERO {
            return Ok(Grant { backlog: self.as_good_as_new(sight), ..self.rule.grant(sight, cost, room) });
        }
        if cost > limit {
            return Err(Denied::Never(Never { cost, capacity: limit }));
        }
        match self.wait(sight, limit.wrapping_sub(cost)) {
            Some(missing) => Err(not_yet(missing)),
            None => Ok(self.rule.grant(self.rule.follow(sight), cost, room.saturating_sub(cost))),
        }
    }

    /// Units that can be taken at `now`.
    pub fn remaining(&self, now: T) -> T {
        self.rule.limit().saturating_sub(self.sum(self.glance(now)))
    }

    /// Gives back `units` that were taken and not used, the newest first. What goes beyond full is dropped.
    pub fn refund(&self, now: T, units: T) {
        let sight = self.anchored(now);
        let mut owed = units;
        for (_, number) in self.live(sight) {
            if owed == T::ZERO {
                break;
            }
            owed = self.slot(number).update_release(|word| {
                let back = owed.min(self.rule.units(word, number));
                ((back > T::ZERO).then(|| word.wrapping_sub(back)), owed.wrapping_sub(back))
            });
        }
        if owed < units {
            self.recount(sight);
        }
    }

    /// Forgets all but `units`, the oldest first.
    pub(crate) fn keep_newest(&self, now: T, units: T) {
        let sight = self.anchored(now);
        let mut kept = units;
        for (_, number) in self.live(sight) {
            kept = self.slot(number).update_release(|word| {
                let held = self.rule.units(word, number);
                let beyond = held.saturating_sub(kept);
                ((beyond > T::ZERO).then(|| word.wrapping_sub(beyond)), kept.saturating_sub(held))
            });
        }
        self.recount(sight);
    }

    /// Gives back units taken at `taken_at`, as if they had never been taken: from the sub-window of that reading, which
    /// is theirs or, if it was a late one, older.
    pub(crate) fn give_back(&self, taken_at: T, units: T) {
        let sight = self.glance(taken_at);
        let number = self.rule.number(self.newest(), self.origin.load_acquire(), taken_at);
        let given_back = self.slot(number).update_release(|word| {
            let back = units.min(self.rule.units(word, number));
            ((back > T::ZERO).then(|| word.wrapping_sub(back)), back > T::ZERO)
        });
        if given_back {
            self.recount(sight);
        }
    }

    /// Whether nothing is held. If the newest sub-window lies ahead by more than a period, as no late reading could
    /// leave it, it begins `now`.
    pub(crate) fn is_as_new(&self, now: T) -> bool {
        let is_as_new = self.as_good_as_new(self.glance(now)) == T::ZERO;
        let later = now.wrapping_add(self.rule.quota().period());
        if !is_as_new && self.rule.sight(self.newest(), self.origin.load_acquire(), later).is_none() {
            self.anchored(now);
        }
        is_as_new
    }

    /// What [`try_acquire_leaving`](Self::try_acquire_leaving) would answer, without charging; but a denial keeps a step
    /// back in mind.
    pub(crate) fn probe(&self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        self.peek_leaving(now, cost, leave).inspect_err(|denied| {
            if !denied.is_never() {
                self.anchored(now);
            }
        })
    }

    /// The same, but only looks.
    pub(crate) fn peek_leaving(&self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        if cost == T::ZERO {
            return Ok(());
        }
        let capacity = self.rule.limit().saturating_sub(leave);
        if cost > capacity {
            return Err(Denied::Never(Never { cost, capacity }));
        }
        let missing = self.wait(self.glance(now), capacity.wrapping_sub(cost));
        missing.map_or(Ok(()), |missing| Err(not_yet(missing)))
    }

    /// Keeps a long silence from being mistaken for a step back, if called more often than once in half of the word's
    /// range. Changes no decision otherwise.
    pub fn refresh(&self, now: T) {
        let sight = self.anchored(now);
        if self.rule.has_ended(sight) {
            self.advance(sight.newest, self.rule.follow(sight));
        }
    }

    /// As good as new: empty, whatever the clock reads next. What other contexts admit meanwhile may be forgotten with
    /// the rest.
    pub fn reset(&self) {
        let (first, ring) = (self.newest(), T::truncate(SLOTS as u64));
        loop {
            let newest = self.newest();
            if newest.wrapping_sub(first) >= ring {
                break;
            }
            self.advance(newest, self.rule.start(first.wrapping_add(ring))); // others may help by shorter steps
        }
        self.origin.update_release(|_| (Some(T::FRESH), ()));
    }

    fn take(&self, now: T, leave: T, ask: impl Fn(T) -> T) -> Decision<T> {
        let (least, capacity) = (ask(T::ZERO), self.rule.limit().saturating_sub(leave));
        if least == T::ZERO {
            return self.peek(now, least);
        }
        if least > capacity {
            return Err(Denied::Never(Never { cost: least, capacity }));
        }
        loop {
            let sight = self.anchored(now);
            let entry = if self.rule.has_ended(sight) { Entry::Over } else { self.enter(sight, leave, &ask) };
            match entry {
                Entry::Granted(grant) => return Ok(grant),
                Entry::Full => match self.wait(sight, capacity.wrapping_sub(least)) {
                    Some(missing) => return Err(not_yet(missing)),
                    None => self.recount(sight), // somebody has just given back, or left a sum that is too high
                },
                Entry::Over if self.rule.has_ended(sight) => {
                    if let Some(missing) = self.wait(sight, capacity.wrapping_sub(least)) {
                        return Err(not_yet(missing));
                    }
                    self.advance(sight.newest, self.rule.follow(sight));
                }
                Entry::Over => {
                    self.advance(sight.newest, self.rule.start(sight.newest.wrapping_add(T::ONE)));
                }
            }
        }
    }

    /// Admits into the newest sub-window, by one compare-exchange.
    #[inline]
    fn enter(&self, sight: Sight<T>, leave: T, ask: &impl Fn(T) -> T) -> Entry<T> {
        let slot = self.slot(sight.newest);
        let known = if self.rule.is_current(sight) {
            self.rule.split(self.older.load_acquire(), self.rule.older(sight))
        } else {
            None
        };
        let older = known.unwrap_or_else(|| self.sum_of_older(sight));
        let enter = |word| self.entry(sight, word, older, leave, ask);
        if known.is_none() && enter(slot.load()).0.is_some() {
            self.recount(sight); // before anything is admitted, so that no sum survives a ring with admissions
        }
        slot.update_release(enter)
    }

    /// What becomes of a request if the newest sub-window has this word, and its word after that.
    #[inline]
    fn entry(&self, sight: Sight<T>, word: T, older: T, leave: T, ask: &impl Fn(T) -> T) -> (Option<T>, Entry<T>) {
        let Some(units) = self.rule.open_units(word, sight.newest) else { return (None, Entry::Over) };
        let room = self.rule.limit().saturating_sub(older).saturating_sub(units);
        let cost = ask(room.saturating_sub(leave));
        if cost > room.saturating_sub(leave) {
            return (None, Entry::Full);
        }
        (Some(word.wrapping_add(cost)), Entry::Granted(self.rule.grant(sight, cost, room.wrapping_sub(cost))))
    }

    /// Closes sub-window `from` and makes that of `to` the newest one, if no other context has moved on from it already.
    ///
    /// What the slots on the way hold is a ring older than their new numbers, and so forgotten at `to`.
    fn advance(&self, from: T, to: Sight<T>) {
        // From here on nothing can be admitted until the newest number has moved on.
        self.slot(from).update_release(|word| (self.rule.close(word, from), ()));
        let ring = T::truncate(SLOTS as u64);
        let steps = to.newest.wrapping_sub(from).min(ring);
        let mut number = to.newest.wrapping_sub(steps);
        while number != to.newest {
            number = number.wrapping_add(T::ONE);
            if !self.open(number, from) {
                return;
            }
        }
        let moved = self.newest.update_release(|word| {
            let here = word == T::FRESH.wrapping_add(from);
            (here.then(|| T::FRESH.wrapping_add(to.newest)), here)
        });
        if moved {
            self.recount(to);
        }
    }

    /// Clears the slot of a sub-window to come. False if the newest one is `from` no more: then the slot may be in use.
    fn open(&self, number: T, from: T) -> bool {
        let slot = self.slot(number);
        loop {
            let seen = slot.load_acquire(); // if somebody uses this slot already, we see that `newest` has moved
            if self.newest() != from {
                return false;
            }
            let opened = slot.update_release(|word| {
                let unchanged = word == seen;
                (unchanged.then(|| self.rule.open(number)), unchanged)
            });
            if opened {
                return true;
            }
        }
    }

    /// Leaves the sum of the older sub-windows for the next request; a reading beyond the newest sub-window leaves that of
    /// its beginning.
    fn recount(&self, sight: Sight<T>) {
        let sight = if self.rule.is_current(sight) { sight } else { self.rule.start(sight.newest) };
        let sum = self.sum_of_older(sight);
        if sum <= self.rule.limit() {
            let word = self.rule.older(sight).wrapping_add(sum);
            self.older.update_release(|_| ((self.newest() == sight.newest).then_some(word), ()));
        }
    }

    /// The sub-windows in force, the newest first: ticks until they are forgotten, and their numbers.
    #[inline]
    fn live(&self, sight: Sight<T>) -> impl Iterator<Item = (T, T)> + use<T, SLOTS, C> {
        let (width, mut left, mut number) = (self.rule.width(), self.rule.left(sight), sight.newest);
        core::iter::from_fn(move || {
            let item = (left > T::ZERO).then_some((left, number));
            left = left.saturating_sub(width);
            number = number.wrapping_sub(T::ONE);
            item
        })
    }

    fn units(&self, number: T) -> T {
        self.rule.units(self.slot(number).load_acquire(), number)
    }

    fn sum(&self, sight: Sight<T>) -> T {
        self.live(sight).fold(T::ZERO, |sum, (_, number)| sum.wrapping_add(self.units(number)))
    }

    fn sum_of_older(&self, sight: Sight<T>) -> T {
        self.live(sight).skip(1).fold(T::ZERO, |sum, (_, number)| sum.wrapping_add(self.units(number)))
    }

    /// Ticks until no more than `spare` units are held; `None` if that is so now.
    fn wait(&self, sight: Sight<T>, mut spare: T) -> Option<T> {
        for (left, number) in self.live(sight) {
            let units = self.units(number);
            if units > spare {
                return Some(left);
            }
            spare = spare.wrapping_sub(units);
        }
        None
    }

    /// Ticks until nothing is held.
    fn as_good_as_new(&self, sight: Sight<T>) -> T {
        self.wait(sight, T::ZERO).unwrap_or(T::ZERO)
    }

    fn newest(&self) -> T {
        self.newest.load_acquire().wrapping_sub(T::FRESH)
    }

    /// `now` as the sub-windows see it; if the clock has stepped back, as the beginning of the newest one.
    fn glance(&self, now: T) -> Sight<T> {
        let newest = self.newest();
        self.rule.sight(newest, self.origin.load_acquire(), now).unwrap_or(self.rule.start(newest))
    }

    /// The same, and a first use or a step back are kept in mind.
    #[inline]
    fn anchored(&self, now: T) -> Sight<T> {
        loop {
            let newest = self.newest();
            if let Some(sight) = self.rule.sight(newest, self.origin.load_acquire(), now) {
                return sight;
            }
            self.origin.update_release(|origin| {
                let lost = self.newest() == newest && self.rule.sight(newest, origin, now).is_none();
                (lost.then(|| self.rule.origin(newest, now)), ())
            });
        }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation)] // only the low bits are wanted, and SLOTS is a power of two
    fn slot(&self, number: T) -> &C {
        let number: u64 = number.into();
        &self.slots[number as usize & (SLOTS - 1)]
    }
}

fn not_yet<T: Ticks>(missing: T) -> Denied<T> {
    Denied::NotYet(NotYet { missing, per_tick: T::ONE })
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const SLOTS: usize> BucketedWindow<$word, SLOTS> {
            /// A window, empty, of a constant quota, with `SLOTS − 2` sub-windows.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::in_cells(algorithm::BucketedWindow::<$word, SLOTS>::new(quota))
            }

            /// A window, empty, of a constant quota and a constant number of sub-windows, 1 to `SLOTS − 2`.
            ///
            /// # Panics
            ///
            /// As [`new`](Self::new).
            #[must_use]
            pub const fn with_buckets(quota: Quota<$word>, buckets: usize) -> Self {
                Self::in_cells(algorithm::BucketedWindow::<$word, SLOTS>::with_buckets(quota, buckets))
            }
        }
    )*};
}

const_new!(u32 u64);
