//! How a slot is found, and how it changes hands.
//!
//! All that is decided is decided by compare-exchange on the tag of a slot, which counts the contexts that are *in* it. A
//! slot with a context in it keeps its key. So a limit of any kind is used for one key at a time, and what is found
//! out about a slot from inside stays true.
//!
//! Whoever takes a slot
//!
//! 1. *claims* it: nobody's, and nobody in it; or its key's, nobody in it, and as good as new. From here on it is in
//!    the hands of one context, which makes the limit new;
//! 2. *publishes* it for the new key, *pending*, and is in it;
//! 3. *resolves* it: looks at the other slots of the set, and opens it if none of them is the key's.
//!
//! # Why a key never has two open slots
//!
//! Say slots `i < j` were both published for one key. Each is opened by a context that saw it published and after that
//! read the other one's tag by [`load_ordered`](StateCell::load_ordered); publishing, too, is an ordered update. So
//! either the opener of `i` finds `j` published, or whoever opens `j` finds `i` published. A slot that finds a pending
//! one before it is vacated, one that finds a pending one behind it vacates that, by compare-exchange on its tag, and one
//! that finds an open one is vacated: so at most one of them is opened. Any context resolves any pending slot of its own
//! key, so nobody waits for a context that was stopped. (That the one before goes first is for progress: two that vacate each
//! other are safe too, but get nowhere.)
//!
//! Whoever resolves a slot is in it, so that it does not come round again meanwhile, and nobody opens it for what was
//! true of an earlier life. To vacate a pending slot is always safe: its limit has not been used.
//!
//! The candidates of two keys are the same set or have nothing in common. So two keys with one fingerprint are
//! one key to the table, whoever resolves their slot.

use super::reusable::Reusable;
use super::slot::{Entry, Inside, LimitSlot};
use super::table::TableFull;
use super::tag::{Stage, Tag};
use crate::cell::{HasShared, StateCell};
use crate::keyed::key::share;

/// Slots of a set.
const WAYS: usize = 8;

/// Where a key may be, and how it is known there.
pub(super) struct Search<'a, T: HasShared, L, C> {
    set: &'a [LimitSlot<T, L, C>],
    owner: T,
    /// The slot from which a free one is looked for.
    turn: usize,
}

impl<'a, T: HasShared, L, C: StateCell<T>> Search<'a, T, L, C> {
    /// The search for the key with that hash.
    #[inline]
    pub(super) fn new(slots: &'a [LimitSlot<T, L, C>], hash: u64) -> Self {
        let sets = (slots.len() / WAYS).max(1);
        let number = share(hash, sets);
        let start = number.wrapping_mul(WAYS);
        let end = if number.wrapping_add(1) < sets { start.wrapping_add(WAYS) } else { slots.len() };
        let set = slots.get(start..end).unwrap_or(&[]);
        let turn = share(hash.wrapping_mul(0xd134_2543_de82_ef95), set.len());
        Self { set, owner: Tag::owner(hash), turn }
    }

    /// Enters the key's slot, if it has one.
    #[inline]
    pub(super) fn find(&self) -> Result<Option<Inside<'a, T, L, C>>, TableFull> {
        loop {
            let mut found = None;
            for (place, slot) in self.set.iter().enumerate() {
                match slot.enter(|tag| tag.is_of(self.owner)) {
                    Entry::NotOurs => {}
                    Entry::Crowded => return Err(TableFull::new()),
                    Entry::Inside(inside, stage) => {
                        found = Some((place, inside, stage));
                        break;
                    }
                }
            }
            let Some((place, inside, stage)) = found else { return Ok(None) };
            if stage != Stage::Pending || self.resolve(place, &inside) {
                return Ok(Some(inside));
            }
        }
    }

    /// Enters the key's slot; if it has none, one that is free `now` and whose limit is new.
    #[inline]
    pub(super) fn find_or_insert(&self, now: T) -> Result<Inside<'a, T, L, C>, TableFull>
    where
        L: Reusable<T>,
    {
        // Each turn but the last is due to another context that opened, vacated or reused a slot.
        loop {
            if let Some(inside) = self.find()? {
                return Ok(inside);
            }
            match self.claim(now) {
                Some((place, slot)) => {
                    let inside = slot.publish(self.owner);
                    if self.resolve(place, &inside) {
                        return Ok(inside);
                    }
                }
                None if self.has_slot() => {}
                None => return Err(TableFull::new()),
            }
        }
    }

    /// Whether a slot is the key's: another context may just have taken the last one for it.
    fn has_slot(&self) -> bool {
        self.set.iter().any(|slot| slot.tag().is_of(self.owner))
    }

    /// Opens the slot, which the caller found pending, or vacates it if another one is the key's. Says whether it is the key's.
    #[cold]
    fn resolve(&self, place: usize, inside: &Inside<'a, T, L, C>) -> bool {
        for (other_place, other) in self.set.iter().enumerate().filter(|(other_place, _)| *other_place != place) {
            loop {
                let tag = other.tag_in_order();
                if !tag.is_of(self.owner) {
                    break; // if it is to be published for the key, it will find this one
                }
                match tag.vacated() {
                    Some(vacated) if other_place > place => {
                        if other.replace(tag, vacated) {
                            break;
                        }
                    }
                    _ => return inside.vacate(),
                }
            }
        }
        inside.open()
    }

    /// Claims a slot that is nobody's, or else one that is as good as new. They are tried from another one on for each
    /// key, so that keys which are idle most of the time do not evict each other in turns.
    #[cold]
    fn claim(&self, now: T) -> Option<(usize, &'a LimitSlot<T, L, C>)>
    where
        L: Reusable<T>,
    {
        let mut in_turn = self.set.iter().enumerate().cycle().skip(self.turn).take(self.set.len());
        let free = in_turn.clone().find(|(_, slot)| slot.claim_free());
        free.or_else(|| in_turn.find(|(_, slot)| slot.claim_fresh(now)))
    }
}
