use core::marker::PhantomData;
use core::mem::forget;

use super::reusable::Reusable;
use super::tag::{Stage, Tag};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};

/// A limit that one key after the other may have, in a [`LimitTable`](super::LimitTable). It takes one word of `T` beside the
/// limit.
#[derive(Debug)]
pub struct LimitSlot<T: HasShared, L, C = Shared<T>> {
    tag: C,
    limit: L,
    word: PhantomData<T>,
}

#[cfg(not(loom))]
impl<T: HasShared, L> LimitSlot<T, L> {
    /// A slot never used, with a limit that is new.
    #[must_use]
    pub const fn new(limit: L) -> Self {
        Self::in_cells(limit)
    }
}

#[cfg(not(loom))]
impl<T: HasShared, L, C: Init<T>> LimitSlot<T, L, C> {
    /// A slot never used, with a limit that is new, and a tag in a cell of any type.
    #[must_use]
    pub const fn in_cells(limit: L) -> Self {
        Self::from_parts(limit, C::FRESH)
    }
}

impl<T: HasShared, L, C> LimitSlot<T, L, C> {
    /// A slot never used, over a fresh cell, with a limit that is new.
    #[must_use]
    pub const fn from_parts(limit: L, tag: C) -> Self {
        Self { tag, limit, word: PhantomData }
    }
}

/// What became of an attempt to enter a slot.
pub(super) enum Entry<'a, T: HasShared, L, C: StateCell<T>> {
    /// It is in this stage, and will not change hands while we are in it.
    Inside(Inside<'a, T, L, C>, Stage),
    /// It is not the key's.
    NotOurs,
    /// More contexts are in it than can be counted.
    Crowded,
}

/// One of the users of a slot, which leaves it when dropped.
pub(super) struct Inside<'a, T: HasShared, L, C: StateCell<T>> {
    slot: &'a LimitSlot<T, L, C>,
}

impl<'a, T: HasShared, L, C: StateCell<T>> Inside<'a, T, L, C> {
    #[inline]
    pub(super) fn limit(&self) -> &'a L {
        &self.slot.limit
    }

    /// Makes the slot its key's, if it is pending, and says whether it is now.
    pub(super) fn open(&self) -> bool {
        self.settle(Tag::opened)
    }

    /// Makes the slot nobody's, if it is pending, and says whether it is its key's.
    pub(super) fn vacate(&self) -> bool {
        self.settle(Tag::vacated)
    }

    fn settle(&self, how: impl Fn(Tag<T>) -> Option<Tag<T>>) -> bool {
        self.slot.tag.update_release(|word| {
            let settled = how(Tag::read(word));
            let is_open = settled.unwrap_or(Tag::read(word)).stage == Stage::Open;
            (settled.map(Tag::word), is_open)
        })
    }
}

impl<T: HasShared, L, C: StateCell<T>> Drop for Inside<'_, T, L, C> {
    #[inline]
    fn drop(&mut self) {
        self.slot.tag.update_release(|word| (Some(Tag::read(word).left().word()), ()));
    }
}

impl<T: HasShared, L, C: StateCell<T>> LimitSlot<T, L, C> {
    #[inline]
    pub(super) fn tag(&self) -> Tag<T> {
        Tag::read(self.tag.load_acquire())
    }

    /// The same, read in its place among the updates: see [`search`](super::search).
    pub(super) fn tag_in_order(&self) -> Tag<T> {
        Tag::read(self.tag.load_ordered())
    }

    /// Replaces the tag if it is still the one that was `seen`.
    pub(super) fn replace(&self, seen: Tag<T>, tag: Tag<T>) -> bool {
        self.tag.replace_ordered(seen.word(), tag.word())
    }

    /// Becomes a user of the slot if its tag is `wanted`.
    #[inline]
    pub(super) fn enter(&self, wanted: impl Fn(Tag<T>) -> bool) -> Entry<'_, T, L, C> {
        let (tag, entered) = self.tag.update_acquire(|word| {
            let tag = Tag::read(word);
            let entered = if wanted(tag) { tag.entered().map(Tag::word) } else { None };
            (entered, (tag, entered.is_some()))
        });
        if entered {
            return Entry::Inside(Inside { slot: self }, tag.stage); // not before: to drop one is to leave
        }
        if wanted(tag) { Entry::Crowded } else { Entry::NotOurs }
    }

    /// Takes a slot that is nobody's.
    pub(super) fn claim_free(&self) -> bool {
        self.tag() == Tag::FREE && self.replace(Tag::FREE, Tag::CLAIMED)
    }

    /// Takes a slot from a key that does not need it `now`.
    ///
    /// The limit is judged while its key can see that: if it comes back meanwhile, the judgement is void. No second context
    /// judges before the first has left, so none can take another's judgement for its own.
    pub(super) fn claim_fresh(&self, now: T) -> bool
    where
        L: Reusable<T>,
    {
        let tag = self.tag();
        let judged = Tag { stage: Stage::Judged, users: T::ONE, ..tag };
        if tag.stage != Stage::Open || tag.users != T::ZERO || !self.replace(tag, judged) {
            return false;
        }
        let inside = Inside { slot: self };
        if !self.limit.is_fresh(now) || !self.replace(judged, Tag::CLAIMED) {
            return false;
        }
        forget(inside); // it goes on as the one that claimed
        self.limit.reset();
        true
    }

    /// Gives a slot that was claimed to a key, pending.
    pub(super) fn publish(&self, owner: T) -> Inside<'_, T, L, C> {
        self.replace(Tag::CLAIMED, Tag { owner, stage: Stage::Pending, ..Tag::CLAIMED }); // nobody else is in it
        Inside { slot: self }
    }
}
