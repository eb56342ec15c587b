//! How a slot is found, and how it changes hands.
//!
//! A slot is a state word and a tag word. Whoever reuses a slot
//!
//! 1. *claims* it: `TAKEN` over a state that is as good as fresh. From here on nobody else writes a new tag, and an exchange
//!    by a context that still holds the last owner's tag fails;
//! 2. stores the new tag, *pending*;
//! 3. *publishes* it: the new owner's first charge over `TAKEN`;
//! 4. *resolves* it: looks at the key's other candidates, and opens the slot if no other is the key's.
//!
//! # Why a key never has two open slots
//!
//! Say slots `i < j` were both published for one key. Each is opened by a context that saw it published and after that
//! read the other one's state by [`load_ordered`](StateCell::load_ordered); publishing, too, is an ordered update. So
//! either the opener of `i` finds `j` published, or whoever opens `j` finds `i` published. A slot that finds a pending
//! one before it is vacated, one that finds a pending one behind it vacates that, by compare-exchange on its tag, and one
//! that finds an open one is vacated: so at most one of them is opened. Any context resolves any pending slot of its own
//! key, so nobody waits for a context that was stopped.
//!
//! Pending or open is said by the tag, together with key and generation, and not by the state: a compare-exchange that
//! opens or vacates can never fall on another key that has the slot meanwhile.
//!
//! # Why a charge is never lost
//!
//! A tag is read before and after the exchange on the state. If both are the same the charge went to that life of the slot.
//! If not, it fell on a key that has the slot meanwhile, and is left there: that key looks fuller, never emptier. The
//! orderings tie the state that is read to the life of the tag: an open tag is released after the state is published, and a state
//! is acquired before the tag is read again.

use super::key::Key;
use super::slots::{Slot, Slots, WAYS};
use super::tag::Tag;
use crate::algorithm::{Algorithm, Step};
use crate::cell::StateCell;
use crate::time::Ticks;

/// A candidate and its place in the key's order.
type Place<'a, S> = (usize, &'a Slot<<S as Slots>::Cell>);

/// What became of a slot that was claimed.
enum Claimed {
    /// It is the key's, and what it was published with is charged.
    Open,
    /// Another slot is the key's: nothing is charged.
    Vacated,
}

/// No candidate of the key is free.
pub(super) struct NoRoom;

impl<'a, A, S, H, const CLASSES: usize> Key<'a, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    /// Runs `step` on the key's state; if it has none, on a fresh one in a slot that is free `now`.
    #[inline(always)]
    pub(super) fn charge<R>(
        self,
        now: A::Ticks,
        step: impl Fn(A::Ticks) -> Step<A::Ticks, R> + Copy,
    ) -> Result<R, NoRoom> {
        match self.charge_at_home(&step) {
            Some(answer) => Ok(answer),
            None => self.charge_elsewhere(now, step), // by value, or all of it would live in memory here as well
        }
    }

    #[inline(never)]
    fn charge_elsewhere<R>(self, now: A::Ticks, step: impl Fn(A::Ticks) -> Step<A::Ticks, R>) -> Result<R, NoRoom> {
        // Each turn but the last is due to another context that opened, vacated or reused a slot.
        loop {
            // The home set again: the way that was tried may just be changing hands, and the key be in another one.
            if let Some(answer) = self.charge_in(self.home(), &step).or_else(|| self.charge_in(self.second(), &step)) {
                return Ok(answer);
            }
            if !self.resolve_pending() {
                let Step { state, answer } = step(A::Ticks::FRESH);
                let Some(first) = state.map(|state| self.rule().clear_of_taken(state)) else { return Ok(answer) };
                match self.insert(now, first) {
                    Ok(Claimed::Open) => return Ok(answer),
                    Err(NoRoom) if !self.has_slot() => return Err(NoRoom),
                    Ok(Claimed::Vacated) | Err(NoRoom) => {}
                }
            }
        }
    }

    /// Runs `step` on the key's state if it has an open slot in its home set.
    ///
    /// Which way it is in is worked out without a branch: it is another one for each key, so that no processor foresees it.
    #[inline(always)]
    fn charge_at_home<R>(&self, step: &impl Fn(A::Ticks) -> Step<A::Ticks, R>) -> Option<R> {
        let home: &[Slot<S::Cell>; WAYS] = self.home().try_into().ok()?;
        let mut open = 0_u32;
        for slot in home.iter().rev() {
            open = (open << 1) | u32::from(Tag(slot.tag.load()).is_open_to(self.owner()));
        }
        self.charge_slot(home.get(open.trailing_zeros() as usize)?, step)
    }

    /// Runs `step` on the key's state if it has an open slot in this set.
    fn charge_in<R>(&self, set: &[Slot<S::Cell>], step: &impl Fn(A::Ticks) -> Step<A::Ticks, R>) -> Option<R> {
        set.iter().find_map(|slot| self.charge_slot(slot, step))
    }

    /// Runs `step` on the key's state if this slot is open to it.
    #[inline(always)]
    fn charge_slot<R>(&self, slot: &Slot<S::Cell>, step: &impl Fn(A::Ticks) -> Step<A::Ticks, R>) -> Option<R> {
        let tag = slot.tag.load_acquire();
        if !Tag(tag).is_open_to(self.owner()) {
            return None;
        }
        let answer = slot.state.update_acquire(|state| {
            if state == A::Ticks::TAKEN {
                return (None, None);
            }
            let Step { state, answer } = step(state);
            (state.map(|state| self.rule().clear_of_taken(state)), Some(answer))
        });
        answer.filter(|_| slot.tag.load() == tag)
    }

    /// The key's candidates: its home set, then its second one, in an order that depends on the key alone.
    #[inline]
    fn candidates(&self) -> impl Iterator<Item = Place<'a, S>> + Clone + use<'a, A, S, H, CLASSES> {
        self.home().iter().chain(self.second()).enumerate()
    }

    /// Whether a published slot is the key's: another context may just have taken the last one for it.
    fn has_slot(&self) -> bool {
        self.candidates().any(|(_, slot)| {
            let tag = Tag(slot.tag.load_acquire());
            let is_own = tag.is_open_to(self.owner()) || tag.is_pending_for(self.owner());
            is_own && slot.state.load_acquire() != A::Ticks::TAKEN
        })
    }

    /// Settles a published slot of the key that is still pending, and says whether there was one.
    fn resolve_pending(&self) -> bool {
        for (place, slot) in self.candidates() {
            let tag = Tag(slot.tag.load_acquire());
            if tag.is_pending_for(self.owner()) && slot.state.load_acquire() != A::Ticks::TAKEN {
                self.resolve((place, slot), tag);
                return true;
            }
        }
        false
    }

    /// Opens a published slot of the key, or vacates it if another one is the key's.
    fn resolve(&self, (place, slot): Place<'a, S>, tag: Tag<A::Ticks, CLASSES>) {
        for (other_place, other) in self.candidates() {
            if other_place == place {
                continue;
            }
            loop {
                let state = other.state.load_ordered();
                let found = Tag(other.tag.load_acquire());
                let is_pending = found.is_pending_for(self.owner());
                if state == A::Ticks::TAKEN || !(is_pending || found.is_open_to(self.owner())) {
                    break; // not published, and then it will find this slot; or another's
                }
                if !is_pending || other_place < place {
                    slot.tag.replace(tag.0, tag.vacated().0);
                    return;
                }
                if other.tag.replace(found.0, found.vacated().0) {
                    break;
                }
            }
        }
        slot.tag.replace(tag.0, tag.opened().0);
    }

    /// Takes a free slot for the key, with its first charge.
    fn insert(&self, now: A::Ticks, first: A::Ticks) -> Result<Claimed, NoRoom> {
        let (place, slot) = self.claim(now).ok_or(NoRoom)?;
        let tag = slot.tag.update_release(|tag| {
            let tag = Tag(tag).passed_to(self.owner());
            (Some(tag.0), tag)
        });
        slot.state.replace_ordered(A::Ticks::TAKEN, first);
        self.resolve((place, slot), tag);
        let settled = slot.tag.load_acquire();
        if settled == tag.opened().0 {
            return Ok(Claimed::Open);
        }
        if settled == tag.vacated().0 {
            slot.state.replace(first, A::Ticks::FRESH); // what is charged is nobody's: free at once, not when it has drained
        }
        Ok(Claimed::Vacated)
    }

    /// Claims a free candidate: in the home set, but its last one only if the second set has no more.
    fn claim(&self, now: A::Ticks) -> Option<Place<'a, S>> {
        let (home, second) = ((0, self.home()), (self.home().len(), self.second()));
        let room = self.room(home.1, now);
        let sets = if room <= 1 && self.room(second.1, now) > room { [second, home] } else { [home, second] };
        sets.into_iter().find_map(|(start, set)| {
            let (way, slot) = self.claim_in(set, now)?;
            Some((start.wrapping_add(way), slot))
        })
    }

    /// Claims a slot of a set: one never used or given back, or else one whose state is as good as fresh. These are tried
    /// from another way on for each key, so that keys which are idle most of the time do not evict each other in turns.
    fn claim_in(&self, set: &'a [Slot<S::Cell>], now: A::Ticks) -> Option<Place<'a, S>> {
        let ways = set.iter().enumerate();
        let mut bare = ways.clone().filter(|(_, slot)| slot.state.load() == A::Ticks::FRESH);
        let mut in_turn = ways.cycle().skip(self.turn(set.len())).take(set.len());
        let claimed = bare.find(|(_, slot)| self.claim_one(slot, now));
        claimed.or_else(|| in_turn.find(|(_, slot)| self.claim_one(slot, now)))
    }

    fn claim_one(&self, slot: &Slot<S::Cell>, now: A::Ticks) -> bool {
        loop {
            let tag = Tag::<_, CLASSES>(slot.tag.load_acquire());
            let state = slot.state.load_acquire();
            if slot.tag.load() != tag.0 {
                continue; // of a later life, which may be of another class
            }
            let Some(refreshed) = self.table.refreshed(tag, state, now) else { return false };
            if refreshed != A::Ticks::FRESH {
                // Too far ahead for any history: a clock fault or a long silence. It is free one drain from now.
                slot.state.replace(state, refreshed);
                return false;
            }
            if !slot.state.replace_ordered(state, A::Ticks::TAKEN) {
                continue;
            }
            let claimed = Tag::<_, CLASSES>(slot.tag.load_acquire());
            if state != A::Ticks::FRESH && claimed.class() != tag.class() {
                // Another life of the slot, in the same state by chance, was judged by a class that is not its own.
                slot.state.replace_ordered(A::Ticks::TAKEN, state);
                return false;
            }
            if claimed.is_open() {
                self.table.count_reuse();
            }
            return true;
        }
    }

    /// The key's state, if it has one.
    pub(crate) fn state(&self) -> Option<A::Ticks> {
        self.candidates().find_map(|(_, slot)| {
            let tag = slot.tag.load_acquire();
            let state = slot.state.load_acquire();
            let is_known = Tag(tag).is_open_to(self.owner()) && state != A::Ticks::TAKEN && slot.tag.load() == tag;
            is_known.then_some(state)
        })
    }

    /// Lets `step` make the key's state emptier, if it has one.
    ///
    /// The tag is read between the state and its exchange, so that nothing is given back to another key: unless
    /// that has come to the very same word, which a clock that goes forward does not write twice.
    pub(crate) fn revise(&self, step: impl Fn(A::Ticks) -> Step<A::Ticks, ()>) {
        for (_, slot) in self.candidates() {
            let tag = slot.tag.load_acquire();
            if Tag(tag).is_open_to(self.owner()) && revise_slot::<A, _>(slot, tag, &step, self.rule()) {
                return;
            }
        }
    }

    /// Takes the key's slot from it, which is then free for others.
    pub(super) fn vacate(&self) {
        for (_, slot) in self.candidates() {
            let tag = Tag(slot.tag.load_acquire());
            if !tag.is_open_to(self.owner()) || !slot.tag.replace(tag.0, tag.vacated().0) {
                continue;
            }
            revise_slot::<A, _>(slot, tag.vacated().0, &|_| Step::write(A::Ticks::FRESH, ()), self.rule());
        }
    }

    /// Ticks until the first candidate is free, if its owner takes nothing more.
    pub(super) fn room_in(&self, now: A::Ticks) -> A::Ticks {
        let waits = self.candidates().map(|(_, slot)| {
            let tag = Tag(slot.tag.load_acquire());
            self.table.busy_for(tag, slot.state.load_acquire(), now)
        });
        waits.min().unwrap_or(A::Ticks::MAX).max(A::Ticks::ONE)
    }

    /// Whether a candidate is free.
    pub(super) fn has_room(&self, now: A::Ticks) -> bool {
        self.room(self.home(), now) > 0 || self.room(self.second(), now) > 0
    }

    /// How many slots of a set are free.
    fn room(&self, set: &[Slot<S::Cell>], now: A::Ticks) -> usize {
        let is_free = |slot: &&Slot<S::Cell>| {
            let tag = Tag(slot.tag.load_acquire());
            self.table.refreshed(tag, slot.state.load_acquire(), now) == Some(A::Ticks::FRESH)
        };
        set.iter().filter(is_free).count()
    }
}

/// Runs `step` on the state of a slot while it has that tag, and says whether it has.
pub(super) fn revise_slot<A: Algorithm, C: StateCell<A::Ticks>>(
    slot: &Slot<C>,
    tag: A::Ticks,
    step: &impl Fn(A::Ticks) -> Step<A::Ticks, ()>,
    rule: &A,
) -> bool {
    loop {
        let seen = slot.state.load_acquire();
        if seen == A::Ticks::TAKEN || slot.tag.load() != tag {
            return false;
        }
        let Some(state) = step(seen).state else { return true };
        if slot.state.replace(seen, rule.clear_of_taken(state)) {
            return true;
        }
    }
}
