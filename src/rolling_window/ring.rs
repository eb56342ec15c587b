//! The ring of slots: who takes which, and in what order it is read.

use super::RollingWindow;
use crate::algorithm::rolling_window::{Ring, Slot, is_ancient, stamp};
use crate::cell::{HasShared, StateCell};
use crate::time::Ticks;

impl<T: HasShared, const N: usize, C: StateCell<T>> RollingWindow<T, N, C> {
    #[inline]
    pub(super) fn positions(&self) -> Ring<T> {
        Ring::new(self.window.limit(), T::truncate(const { Self::MOST.next_power_of_two() }))
    }

    #[inline]
    pub(super) fn used(&self) -> &[C] {
        self.slots.get(..index(self.window.limit())).unwrap_or(&self.slots)
    }

    /// `count` slots in the order in which they will be taken, which is that of their admissions: from the head the oldest.
    #[inline]
    pub(super) fn slots_from(&self, position: T, count: T) -> Slots<'_, C> {
        let limit = index(self.window.limit());
        Slots { ring: &self.slots, limit, next: index(self.positions().slot(position)), left: index(count) }
    }

    /// The slot of the `age`th newest admission.
    #[inline]
    pub(super) fn slot_before(&self, head: T, age: T) -> Option<&C> {
        let positions = self.positions();
        self.slots.get(index(positions.slot(positions.back(head, age))))
    }

    #[inline]
    pub(super) fn read(&self, word: T, now: T) -> Slot<T> {
        Slot::read(word, now, self.window.period())
    }

    /// What holds up `units`, at least one, longest; and the word of the oldest.
    #[inline]
    pub(super) fn held_up_by(&self, head: T, now: T, units: T) -> (Slot<T>, T) {
        let mut slots = self.slots_from(head, units);
        let oldest = slots.next().map_or(T::FRESH, C::load_acquire);
        let others = slots.map(|slot| self.read(slot.load_acquire(), now));
        (others.fold(self.read(oldest, now), Ord::max), oldest)
    }

    /// Whether no slot was taken between a load of the head and the (acquiring) loads of slots after it. Otherwise the
    /// slot read as the oldest may be the newest.
    #[inline]
    pub(super) fn is_still(&self, head: T) -> bool {
        self.head.load() == head
    }

    /// What holds up `units`, and nothing else happening meanwhile.
    pub(super) fn look(&self, now: T, units: T) -> Slot<T> {
        loop {
            let head = self.head.load_acquire();
            let (held_up, _) = self.held_up_by(head, now, units);
            if self.is_still(head) {
                return held_up;
            }
        }
    }

    /// Free slots from the head on, `most` at most.
    pub(super) fn count_free(&self, now: T, most: T) -> T {
        loop {
            let head = self.head.load_acquire();
            let mut slots = self.slots_from(head, most);
            let free = slots.count_while(|slot| self.read(slot.load_acquire(), now).is_free());
            if self.is_still(head) {
                return free;
            }
        }
    }

    /// Takes the slots from the head on and stamps them, and says how many are free after that if that is asked for;
    /// `None` if others were faster with the head or with a slot.
    #[inline]
    pub(super) fn take<const COUNT: bool>(&self, head: T, oldest: T, now: T, cost: T) -> Option<T> {
        let next = self.positions().forward(head, cost);
        // Counted before, as that overlaps with the slow part.
        let room = if COUNT { self.room_after(head, next, now, cost) } else { T::ZERO };
        if !self.head.replace(head, next) {
            return None;
        }
        let stamp = stamp(now);
        for (slot, stamped) in self.slots_from(head, cost).zip(0..) {
            let is_stamped = stamped == 0 && slot.replace(oldest, stamp) || self.stamp_if_free(slot, now);
            if !is_stamped {
                self.give_up(head, next, stamp, stamped);
                return None;
            }
        }
        if COUNT {
            self.free_to.store(self.positions().forward(next, room));
        }
        // What is ancient is free, so the count is a bound, where there is one.
        self.forget_ancient(next, now, if COUNT { room } else { self.window.limit().wrapping_sub(cost) });
        Some(room)
    }

    /// Stamps a slot over a word that is free at `now`, whatever was read there before: what counts is what is overwritten.
    #[inline]
    fn stamp_if_free(&self, slot: &C, now: T) -> bool {
        slot.update_release(|word| {
            let free = self.read(word, now).is_free();
            (free.then(|| stamp(now)), free)
        })
    }

    /// Undoes a take that got no further than `stamped` slots.
    #[cold]
    fn give_up(&self, head: T, next: T, stamp: T, stamped: usize) {
        for slot in self.slots_from(head, self.window.limit()).take(stamped) {
            slot.update_release(|word| ((word == stamp).then_some(T::FRESH), ()));
        }
        self.head.replace(next, head);
    }

    /// The free slots there will be once those from `head` to `next` are taken.
    ///
    /// An admission goes on counting where the last one stopped, so that it looks at each slot once a lap, not at all
    /// free slots each time.
    #[inline]
    fn room_after(&self, head: T, next: T, now: T, cost: T) -> T {
        let most = self.window.limit().wrapping_sub(cost);
        if !self.slots_from(next, most).next().is_some_and(|slot| self.read(slot.load(), now).is_free()) {
            return T::ZERO;
        }
        let mut known = self.positions().distance(next, self.free_to.load()).unwrap_or(T::ZERO).min(most);
        if known > T::ZERO && !self.is_newest(head, now) {
            known = T::ZERO;
        }
        let mut others = self.slots_from(self.positions().forward(next, known), most.wrapping_sub(known));
        known.wrapping_add(others.count_while(|slot| self.read(slot.load(), now).is_free()))
    }

    /// Forgets the oldest stamps, of the `most` slots from the head on, before they are so old that they look new again.
    #[inline]
    fn forget_ancient(&self, head: T, now: T, most: T) {
        if most == T::ZERO {
            return;
        }
        let positions = self.positions();
        let bare = positions.distance(head, self.bare_to.load()).unwrap_or(T::ZERO).min(most);
        let mut others = self.slots_from(positions.forward(head, bare), most.wrapping_sub(bare));
        let forgotten: T = others.count_while(|slot| Self::forget_if_ancient(slot, now));
        if forgotten > T::ZERO {
            self.bare_to.store(positions.forward(head, bare.wrapping_add(forgotten)));
        }
    }

    /// Whether `now` is not before the newest stamp before `head`, nor so much later that a free slot may look new again.
    #[inline]
    fn is_newest(&self, head: T, now: T) -> bool {
        self.slot_before(head, T::ONE).is_some_and(|newest| {
            let word = newest.load();
            word != T::FRESH && self.read(word, now) != Slot::Ahead && !is_ancient(word, now)
        })
    }

    /// Makes sure that a slot does not hold an ancient stamp, and says whether it now holds none at all.
    #[inline]
    pub(super) fn forget_if_ancient(slot: &C, now: T) -> bool {
        let word = slot.load();
        word == T::FRESH || is_ancient(word, now) && slot.replace(word, T::FRESH)
    }

    #[cold]
    pub(super) fn re_anchor(&self, head: T, now: T) {
        for slot in self.used() {
            slot.update_release(|word| ((self.read(word, now) == Slot::Ahead).then(|| stamp(now)), ()));
        }
        self.free_to.store(head);
    }
}

/// Slots of a ring, one after the other.
pub(super) struct Slots<'a, C> {
    ring: &'a [C],
    limit: usize,
    next: usize,
    left: usize,
}

impl<C> Slots<'_, C> {
    /// How many there are before the first of which `condition` does not hold.
    #[inline]
    fn count_while<T: Ticks>(&mut self, mut condition: impl FnMut(&C) -> bool) -> T {
        let mut count = T::ZERO;
        while self.next().is_some_and(&mut condition) {
            count = count.wrapping_add(T::ONE);
        }
        count
    }
}

impl<'a, C> Iterator for Slots<'a, C> {
    type Item = &'a C;

    #[inline]
    fn next(&mut self) -> Option<&'a C> {
        self.left = self.left.checked_sub(1)?;
        let slot = self.ring.get(self.next);
        self.next += 1;
        if self.next >= self.limit {
            self.next = 0;
        }
        slot
    }
}

/// A count of slots, of which there are few.
#[inline]
#[allow(clippy::cast_possible_truncation)]
fn index<T: Ticks>(count: T) -> usize {
    Into::<u64>::into(count) as usize
}
