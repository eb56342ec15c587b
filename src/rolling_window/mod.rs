//! The exact log of admissions, shared without a lock.

mod ring;
mod snapshot;

use core::array;

use crate::algorithm::rolling_window::Slot;
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Decision, Denied, Grant, Never, NotYet};
use crate::quota::{Quota, QuotaError, Window};

/// Rolling window: never more than `limit` admissions in any span of a period, edges included. `N` is the largest limit.
///
/// It remembers every admission: one at `s` counts while `now - s < period`. (Elsewhere this is a *sliding window log*:
/// [Figma](https://www.figma.com/blog/an-alternative-approach-to-rate-limiting/) describes it beside its relatives.)
///
/// ```
/// use tollgate::{Quota, RollingWindow};
///
/// const HOUR: u32 = 3_600_000; // this clock ticks in milliseconds
/// static MAILS: RollingWindow<u32, 500> = RollingWindow::<u32, 500>::new(Quota::per(500, HOUR));
///
/// let now = 4_294_967_295;
/// assert_eq!(MAILS.try_acquire(now, 500).unwrap().remaining(), 0);
/// let denied = MAILS.try_acquire(now.wrapping_add(60_000), 1).unwrap_err();
/// assert_eq!(denied.retry_after(), Some(HOUR - 60_000));
/// assert!(MAILS.try_acquire(now.wrapping_add(HOUR), 500).is_ok());
/// ```
///
/// # Rolling window or token bucket
///
/// A token bucket of 100 per hour refills while it spends: 100 at once after a quiet time, and the 99 that come back
/// within the hour, are 199 in one hour. This window admits 100 in *every* hour, wherever the hour begins. The price is
/// memory, and that after a burst nothing comes back until the burst is a period old.
///
/// | | |
/// |---|---|
/// | Memory | `N + 3` words and the quota: 500 on `u32` ticks are 2 KB |
/// | An admission | one compare-exchange, and one for each unit; no division |
/// | A denial | reads as many slots as were asked for, and writes nothing |
/// | [`remaining`](Self::remaining), [`peek`](Self::peek) | read as many slots as are free |
/// | [`refund`](Self::refund), [`refresh`](Self::refresh), [`reset`](Self::reset) | read or write every slot |
///
/// # Shared by threads and interrupts
///
/// A request takes the next slots of a ring by one compare-exchange on its head and then stamps each, also by
/// compare-exchange, over a stamp that at its reading counts no more. *It is admitted only when it has stamped them
/// all.* So of any `limit + 1` admissions two share a slot, and a slot is stamped anew only a period later: there is no
/// interleaving, and no order of readings, in which more are admitted. (Readings are taken as they are given. What is
/// given back, forgotten or [re-anchored](#clock-faults) counts no more.)
///
/// Nobody waits for another context. One that is stopped for good between its two steps leaves slots that look free, as
/// they are: they come round again within a period. Two contexts want the same slot only if all the others were taken
/// in between; one stamps it, the other gives its slots back and asks anew. Where that happens to several units at once,
/// the window may look fuller for a moment, never emptier.
///
/// # Clock faults
///
/// Stamps are kept modulo half the word's range, half of it past and half ahead; the period is at most a sixteenth of
/// the range.
///
/// * **Wrap**: changes no decision.
/// * **Stall**: nothing expires; at most the limit is admitted.
/// * **Step back**: mints nothing. If the stamps a request has to wait for lie ahead of its reading, the wait would be
///   longer than a period: then they, and all others that lie ahead, are brought down to the reading. This is the one
///   denial that writes, and no wait exceeds one period. Within a period of the clock's forward progress never more than the limit
///   is admitted. A step back by more than a quarter of the range looks like idling instead.
/// * **Late readings** of several threads are small steps back. They are answered as of their own time, and touch
///   nothing unless one of the slots they ask for, which are the oldest, was stamped later than they were read.
/// * **Idling** for longer than three sixteenths of the range (9 days on `u32` milliseconds): old stamps may look
///   new, which costs at most a period of denials and never over-admits. [`refresh`](Self::refresh), called at least
///   once in that time, removes even that.
/// * **First use**: a new window is empty, whatever the clock reads.
#[derive(Clone, Debug)]
pub struct RollingWindow<T: HasShared, const N: usize, C = Shared<T>> {
    window: Window<T>,
    /// The position whose slot is the next to be taken: it holds the oldest admission.
    head: C,
    /// A hint: as of the newest stamp, the slots from the head to this position are free.
    free_to: C,
    /// A hint: the slots from the head to this position hold no stamp.
    bare_to: C,
    slots: [C; N],
}

impl<T: HasShared, const N: usize, C: StateCell<T>> RollingWindow<T, N, C> {
    /// A window in cells of any kind, which `cell` makes. What they hold is written over.
    ///
    /// ```
    /// use tollgate::{Quota, RollingWindow, cell::Unsync};
    ///
    /// let window = RollingWindow::<u64, 8, _>::try_in_cells(Quota::per(5, 1_000), Unsync::fresh).unwrap();
    /// assert_eq!(window.remaining(0), 5);
    /// ```
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
    pub fn try_in_cells(quota: Quota<T>, mut cell: impl FnMut() -> C) -> Result<Self, QuotaError> {
        let window = Window::try_new(quota, T::truncate(Self::MOST))?;
        let mut fresh = || {
            let cell = cell();
            cell.store(T::FRESH);
            cell
        };
        let (head, free_to, bare_to) = (fresh(), fresh(), fresh());
        Ok(Self { window, head, free_to, bare_to, slots: array::from_fn(|_| fresh()) })
    }

    /// The quota as it was checked.
    #[must_use]
    pub const fn window(&self) -> &Window<T> {
        &self.window
    }

    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] with the exact wait until `cost` units fit, or [`Denied::Never`] if `cost` exceeds the limit.
    /// Nothing is charged, and nothing is written (but [after a clock fault](Self#clock-faults)).
    #[inline]
    pub fn try_acquire(&self, now: T, cost: T) -> Decision<T> {
        self.try_acquire_leaving(now, cost, T::ZERO)
    }

    /// Takes `cost` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire); [`Denied::Never`] if `cost` and `leave` together exceed the limit.
    #[inline]
    pub fn try_acquire_leaving(&self, now: T, cost: T, leave: T) -> Decision<T> {
        if cost == T::ZERO {
            return Ok(self.free_of_charge(now));
        }
        let room = self.acquire::<true>(now, cost, leave)?;
        Ok(Self::grant(cost, room, self.window.period()))
    }

    /// [`try_acquire_leaving`](Self::try_acquire_leaving) where nobody asks what is left, which takes time to count.
    #[inline]
    pub(crate) fn admit(&self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        if cost == T::ZERO {
            return Ok(());
        }
        self.acquire::<false>(now, cost, leave).map(|_| ())
    }

    /// Takes `cost` units, at least one, and says how many remain if they are to be counted.
    #[inline]
    fn acquire<const COUNT: bool>(&self, now: T, cost: T, leave: T) -> Result<T, Denied<T>> {
        let asked = self.asked(cost, leave)?;
        loop {
            let head = self.head.load_acquire();
            let (held_up, oldest) = self.held_up_by(head, now, asked);
            if !held_up.is_free() {
                if self.is_still(head) {
                    return Err(self.deny(head, now, held_up));
                }
            } else if let Some(room) = self.take::<COUNT>(head, oldest, now, cost) {
                return Ok(room);
            }
        }
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`] says how many.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`] if there is not a single unit, with the wait for one.
    #[inline]
    pub fn try_acquire_up_to(&self, now: T, most: T) -> Decision<T> {
        loop {
            let cost = most.min(self.count_free(now, most.min(self.window.limit())).max(T::ONE));
            match self.try_acquire(now, cost) {
                Err(Denied::NotYet(_)) if cost > T::ONE => {} // others took some of them meanwhile
                answer => return answer,
            }
        }
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn peek(&self, now: T, cost: T) -> Decision<T> {
        if cost == T::ZERO {
            return Ok(self.free_of_charge(now));
        }
        match self.look(now, self.asked(cost, T::ZERO)?) {
            Slot::Free => Ok(Self::grant(cost, self.remaining(now).saturating_sub(cost), self.window.period())),
            held_up => Err(self.not_yet(held_up)),
        }
    }

    /// Units that can be taken at `now`.
    #[must_use]
    pub fn remaining(&self, now: T) -> T {
        self.count_free(now, self.window.limit())
    }

    /// Gives back up to `units` of those taken at `taken_at`, and says how many that were: admissions that count no more
    /// are not given back.
    ///
    /// Without a stamp of just that reading, the newest before it are given back: where nobody else takes units
    /// meanwhile, any later reading will do. Units given back are free at once if they are the newest of all; if others
    /// have taken some since, once the older ones have expired, which is at most a period later.
    pub fn refund(&self, taken_at: T, units: T) -> T {
        let head = self.head.load_acquire();
        let (mut given_back, mut newest, mut age) = (T::ZERO, T::ZERO, T::ZERO);
        while given_back < units && age < self.window.limit() {
            age = age.wrapping_add(T::ONE);
            let counted = self.slot_before(head, age).is_some_and(|slot| {
                slot.update_release(|word| match self.read(word, taken_at) {
                    Slot::Counts(_) => (Some(T::FRESH), true),
                    Slot::Free | Slot::Ahead => (None, false),
                })
            });
            if counted {
                given_back = given_back.wrapping_add(T::ONE);
                if given_back == age {
                    newest = age;
                }
            }
        }
        if newest > T::ZERO {
            self.head.replace(head, self.positions().back(head, newest));
            self.free_to.store(self.head.load());
        }
        given_back
    }

    /// Keeps a long silence from being mistaken for a recent past: see [clock faults](Self#clock-faults). Changes no
    /// decision otherwise.
    pub fn refresh(&self, now: T) {
        for slot in self.used() {
            Self::forget_if_ancient(slot, now);
        }
    }

    /// As good as new: full, whatever the clock reads next.
    pub fn reset(&self) {
        for slot in self.used() {
            slot.update_release(|_| (Some(T::FRESH), ()));
        }
    }

    /// Whether no admission counts. If some lie ahead by more than a period, as no late reading could leave them, all
    /// that lie ahead are brought down to `now`.
    pub(crate) fn is_as_new(&self, now: T) -> bool {
        let (limit, period) = (self.window.limit(), self.window.period());
        let held_up = self.look(now, limit);
        if held_up == Slot::Ahead && self.look(now.wrapping_add(period), limit) == Slot::Ahead {
            self.re_anchor(self.head.load_acquire(), now);
        }
        held_up.is_free()
    }

    /// What [`try_acquire_leaving`](Self::try_acquire_leaving) would answer, without charging; but a denial re-anchors as
    /// there.
    #[inline]
    pub(crate) fn probe(&self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        if cost == T::ZERO {
            return Ok(());
        }
        let asked = self.asked(cost, leave)?;
        loop {
            let head = self.head.load_acquire();
            let (held_up, _) = self.held_up_by(head, now, asked);
            if held_up.is_free() {
                return Ok(());
            }
            if self.is_still(head) {
                return Err(self.deny(head, now, held_up));
            }
        }
    }

    /// The same, but only looks.
    #[inline]
    pub(crate) fn peek_leaving(&self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        if cost == T::ZERO {
            return Ok(());
        }
        match self.look(now, self.asked(cost, leave)?) {
            Slot::Free => Ok(()),
            held_up => Err(self.not_yet(held_up)),
        }
    }

    /// Units that have to be free for a request.
    #[inline]
    fn asked(&self, cost: T, leave: T) -> Result<T, Denied<T>> {
        let capacity = self.window.limit().saturating_sub(leave);
        if cost > capacity {
            return Err(Denied::Never(Never { cost, capacity }));
        }
        Ok(cost.wrapping_add(leave))
    }

    /// Denies; if the clock stepped back, brings all stamps that lie ahead of `now` down to it.
    #[inline]
    fn deny(&self, head: T, now: T, held_up: Slot<T>) -> Denied<T> {
        if held_up == Slot::Ahead {
            self.re_anchor(head, now);
        }
        self.not_yet(held_up)
    }

    #[inline]
    fn not_yet(&self, held_up: Slot<T>) -> Denied<T> {
        Denied::NotYet(NotYet { missing: self.wait(held_up), per_tick: T::ONE })
    }

    /// Ticks until what holds up counts no more; a stamp that lies ahead counts from now on.
    #[inline]
    fn wait(&self, held_up: Slot<T>) -> T {
        match held_up {
            Slot::Free => T::ZERO,
            Slot::Counts(left) => left,
            Slot::Ahead => self.window.period(),
        }
    }

    #[inline]
    fn grant(granted: T, room: T, backlog: T) -> Grant<T> {
        Grant { granted, delay: T::ZERO, backlog, room, per_unit: T::ONE, per_tick: T::ONE }
    }

    #[cold]
    fn free_of_charge(&self, now: T) -> Grant<T> {
        Self::grant(T::ZERO, self.remaining(now), self.wait(self.look(now, self.window.limit())))
    }
}

impl<T: HasShared, const N: usize, C> RollingWindow<T, N, C> {
    /// The largest limit: what the slots hold and a position can tell apart.
    const MOST: u64 = {
        assert!(N <= 1 << 16, "a rolling window holds at most 65536 admissions: take a bucketed window for more");
        N as u64
    };

    #[cfg(not(loom))]
    const fn fresh(window: Window<T>) -> Self
    where
        C: Init<T>,
    {
        Self { window, head: C::FRESH, free_to: C::FRESH, bare_to: C::FRESH, slots: [C::FRESH; N] }
    }
}

#[cfg(not(loom))]
impl<T: HasShared, const N: usize> RollingWindow<T, N> {
    /// A window never used, of a quota known at run time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept; the [`QuotaError`] names the value and what would be accepted.
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        Window::try_new(quota, T::truncate(Self::MOST)).map(Self::fresh)
    }
}

macro_rules! const_new {
    ($word:ident) => {
        #[cfg(not(loom))]
        impl<const N: usize> RollingWindow<$word, N> {
            /// A window never used, of a constant quota.
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
        impl<const N: usize, C: Init<$word>> RollingWindow<$word, N, C> {
            /// [`new`](RollingWindow::new) in cells of any kind.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            #[allow(clippy::cast_possible_truncation)] // N is small
            pub const fn new_in_cells(quota: Quota<$word>) -> Self {
                Self::fresh(Window::<$word>::new(quota, Self::MOST as $word))
            }
        }
    };
}

const_new!(u32);
const_new!(u64);
