use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::answer::{Answer, Full};
use super::key::Key;
use super::search::revise_slot;
use super::slots::{Apart, Slot, Slots};
#[cfg(not(loom))]
use super::slots::{Inline, Line};
use super::tag::Tag;
use crate::algorithm::{Algorithm, Step};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::StateCell;
use crate::limiter::Limiter;
use crate::quota::text::Text;
use crate::time::Ticks;

/// A limit for each key, in a fixed number of slots: see the [module](super) for what it guarantees.
///
/// `A` is the algorithm, `S` says where the [slots](Slots) are, `H` hashes the keys, and there are 1 to 16 `CLASSES` of
/// keys, each with a rule of its own. With the slots inside it has the name [`Keyed`](crate::Keyed).
pub struct Table<A, S, H, const CLASSES: usize = 1>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    rules: [A; CLASSES],
    full: Full<A>,
    hasher: H,
    slots: S,
    /// What all keys share, written only where a key finds no slot or takes one from another: the state of the limit
    /// shared by keys without a slot, and how many slots were reused, and found full, as distances from `FRESH`.
    shared: Apart<S::Aligned, [S::Cell; 3]>,
}

/// A key in use, as it is seen in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Usage<T> {
    fingerprint: T,
    class: usize,
    remaining: T,
}

impl<T: Ticks> Usage<T> {
    /// What the table knows of the key: see [`Key::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> T {
        self.fingerprint
    }

    /// The key's class.
    #[must_use]
    pub fn class(&self) -> usize {
        self.class
    }

    /// Whole units that can be taken, rounded down.
    #[must_use]
    pub fn remaining(&self) -> T {
        self.remaining
    }
}

#[cfg(not(loom))]
impl<A, const N: usize, C, H, const CLASSES: usize> Table<A, Inline<A::Ticks, N, C>, H, CLASSES>
where
    A: Algorithm,
    A::Ticks: Line,
    C: StateCell<A::Ticks> + Init<A::Ticks>,
{
    /// A table of `N` slots of its own, with the rule of each class: mostly there is one.
    ///
    /// An `N` that is not a multiple of 4, and more than 16 classes, are compile errors.
    #[must_use]
    pub const fn new(rules: [A; CLASSES], hasher: H) -> Self {
        Self::over(Inline::fresh(), rules, hasher)
    }
}

#[cfg(not(loom))]
impl<A, S, H, const CLASSES: usize> Table<A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks, Cell: Init<A::Ticks>>,
{
    /// A table over sets of slots that the caller provides, in a `static` or sized at start.
    ///
    /// ```
    /// use std::hash::RandomState;
    /// use tollgate::keyed::{Set, Table};
    /// use tollgate::{Quota, algorithm::TokenBucket};
    ///
    /// let per_client = TokenBucket::<u64>::new(Quota::per(50, 1_000_000_000)); // nanoseconds
    /// let sets: Vec<Set<u64>> = (0..1_024).map(|_| Set::fresh()).collect();
    /// let clients = Table::over(sets, [per_client], RandomState::new());
    /// assert_eq!(clients.capacity(), 4_096);
    /// assert!(clients.try_acquire("192.0.2.7", 5_000, 1).is_ok());
    /// ```
    #[must_use]
    pub const fn over(slots: S, rules: [A; CLASSES], hasher: H) -> Self {
        Self::from_parts(slots, rules, hasher, [const { <S::Cell as Init<A::Ticks>>::FRESH }; 3])
    }
}

impl<A, S, H, const CLASSES: usize> Table<A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    /// A table whose own three words, too, are given: for cells that cannot be made in a constant. They must be fresh.
    #[must_use]
    pub const fn from_parts(slots: S, rules: [A; CLASSES], hasher: H, cells: [S::Cell; 3]) -> Self {
        const { check_classes(CLASSES) }
        Self { rules, full: Full::Refuse, hasher, slots, shared: Apart::new(cells) }
    }

    /// What to do with a key that finds no slot; it is refused unless told otherwise.
    #[must_use]
    pub const fn when_full(mut self, full: Full<A>) -> Self
    where
        A: Copy,
    {
        self.full = full;
        self
    }

    /// The key with that ready hash, which must be spread over all 64 bits and be
    /// [hard to foresee](super::SipHash) where keys come from outside.
    #[inline(always)]
    #[must_use]
    pub fn hashed(&self, hash: u64) -> Key<'_, A, S, H, CLASSES> {
        Key::new(self, hash, 0, &self.rules[0]) // there is one: `check_classes`
    }

    /// The rule of each class.
    #[must_use]
    pub const fn rules(&self) -> &[A; CLASSES] {
        &self.rules
    }

    /// How many slots there are.
    #[must_use]
    pub fn capacity(&self) -> usize {
        (0..self.slots.sets()).map(|set| self.slots.set(set).len()).sum()
    }

    /// How many keys are in use at `now`: those that are not as good as fresh. Reads every slot.
    pub fn occupancy(&self, now: A::Ticks) -> usize {
        self.in_use(now).count()
    }

    /// The keys that are in use at `now`, for metrics. Reads every slot.
    ///
    /// The table does not know keys, only [fingerprints](Key::fingerprint) of them.
    pub fn in_use(&self, now: A::Ticks) -> impl Iterator<Item = Usage<A::Ticks>> + '_ {
        self.every_slot().filter_map(move |slot| {
            let tag = Tag::<_, CLASSES>(slot.tag.load_acquire());
            let state = slot.state.load_acquire();
            let rule = self.rules.get(tag.class()).filter(|_| tag.is_open())?;
            if state == A::Ticks::TAKEN || self.refreshed(tag, state, now) == Some(A::Ticks::FRESH) {
                return None;
            }
            let remaining = rule.remaining(state, now);
            Some(Usage { fingerprint: tag.print(), class: tag.class(), remaining })
        })
    }

    /// How often a slot was taken from a key that no longer needed it, modulo the word.
    pub fn reused(&self) -> A::Ticks {
        self.reused_cell().load().wrapping_sub(A::Ticks::FRESH)
    }

    /// How often a key found no slot, modulo the word.
    pub fn found_full(&self) -> A::Ticks {
        self.full_cell().load().wrapping_sub(A::Ticks::FRESH)
    }

    /// The limit shared by all keys without a slot, if there is one: to look at, or to give back to.
    pub fn overflow(&self) -> Option<Limiter<A, &S::Cell>>
    where
        A: Copy,
    {
        let Full::Overflow(rule) = self.full else { return None };
        Some(Limiter::from_parts(rule, self.overflow_cell()))
    }

    /// Keeps a long silence from being mistaken for a recent past, for every key: see
    /// [clock faults](crate::algorithm::tat#clock-faults). Changes no decision otherwise. Reads every slot.
    pub fn refresh(&self, now: A::Ticks) {
        for slot in self.every_slot() {
            let tag = slot.tag.load_acquire();
            if let Some(rule) = self.rules.get(Tag::<_, CLASSES>(tag).class()) {
                let refresh = |state| match self.refreshed(Tag(tag), state, now) {
                    Some(refreshed) if refreshed != state => Step::write(refreshed, ()),
                    _ => Step::keep(()),
                };
                revise_slot::<A, _>(slot, tag, &refresh, rule);
            }
        }
        if let Full::Overflow(rule) = &self.full {
            self.overflow_cell().update(|state| {
                let Step { state, answer } = rule.refresh(state, now);
                (state, answer)
            });
        }
    }

    fn every_slot(&self) -> impl Iterator<Item = &Slot<S::Cell>> {
        (0..self.slots.sets()).flat_map(|set| self.slots.set(set))
    }

    #[inline(always)]
    pub(super) fn slots(&self) -> &S {
        &self.slots
    }

    pub(super) fn full(&self) -> &Full<A> {
        &self.full
    }

    pub(super) fn overflow_cell(&self) -> &S::Cell {
        let [overflow, _, _] = &self.shared.inner;
        overflow
    }

    fn reused_cell(&self) -> &S::Cell {
        let [_, reused, _] = &self.shared.inner;
        reused
    }

    fn full_cell(&self) -> &S::Cell {
        let [_, _, full] = &self.shared.inner;
        full
    }

    pub(super) fn count_reuse(&self) {
        count(self.reused_cell());
    }

    pub(super) fn count_full(&self) {
        count(self.full_cell());
    }

    /// What the state of a slot may be replaced by at `now`, changing no decision: `FRESH` if the slot is free. `None` if
    /// it is to stay.
    pub(super) fn refreshed(&self, tag: Tag<A::Ticks, CLASSES>, state: A::Ticks, now: A::Ticks) -> Option<A::Ticks> {
        if state == A::Ticks::FRESH {
            return Some(state);
        }
        if state == A::Ticks::TAKEN {
            return None;
        }
        let rule = self.rules.get(tag.class())?;
        let refreshed = rule.refresh(state, now).state?;
        if refreshed == A::Ticks::FRESH {
            return Some(refreshed);
        }
        // Too far ahead, if it still is one drain later: this may be the late reading of a neighbour, of which a key that
        // has just spent its all must get nothing back.
        let drained = now.wrapping_add(drain(rule, refreshed, now));
        let is_ahead = rule.refresh(state, drained).state.is_some_and(|state| state != A::Ticks::FRESH);
        is_ahead.then(|| rule.clear_of_taken(refreshed))
    }

    /// Ticks until the slot is free, if nothing more is taken.
    pub(super) fn busy_for(&self, tag: Tag<A::Ticks, CLASSES>, state: A::Ticks, now: A::Ticks) -> A::Ticks {
        let state = self.refreshed(tag, state, now).unwrap_or(state);
        let Some(rule) = self.rules.get(tag.class()).filter(|_| state != A::Ticks::TAKEN) else { return A::Ticks::ONE };
        drain(rule, state, now)
    }
}

impl<A, S, H, const CLASSES: usize> Table<A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
    H: BuildHasher,
{
    /// A key, to ask more than one thing of it.
    #[inline(always)]
    pub fn key<Q: Hash + ?Sized>(&self, key: &Q) -> Key<'_, A, S, H, CLASSES> {
        self.hashed(self.hasher.hash_one(key))
    }

    /// Takes `cost` units of the key's limit at `now`, all or none: see [`Key::try_acquire`].
    ///
    /// # Errors
    ///
    /// As [`Key::try_acquire`].
    #[inline(always)]
    pub fn try_acquire<Q: Hash + ?Sized>(&self, key: &Q, now: A::Ticks, cost: A::Ticks) -> Answer<A::Ticks> {
        self.key(key).try_acquire(now, cost)
    }
}

impl<A, S, H, const CLASSES: usize> fmt::Debug for Table<A, S, H, CLASSES>
where
    A: Algorithm + fmt::Debug,
    S: Slots<Word = A::Ticks>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("rules", &self.rules)
            .field("full", &self.full)
            .field("capacity", &self.capacity())
            .field("reused", &self.reused())
            .field("found_full", &self.found_full())
            .finish_non_exhaustive()
    }
}

/// Ticks until a state is as good as fresh.
fn drain<A: Algorithm>(rule: &A, state: A::Ticks, now: A::Ticks) -> A::Ticks {
    let looked = rule.acquire(state, now, A::Ticks::ZERO, A::Ticks::ZERO).answer;
    looked.map_or(A::Ticks::ONE, |grant| grant.reset_after())
}

#[cold]
fn count<T: Ticks>(cell: &impl StateCell<T>) {
    cell.update(|count| (Some(count.wrapping_add(T::ONE)), ()));
}

const fn check_classes(classes: usize) {
    if classes == 0 || classes > 16 {
        let text = Text::new("CLASSES = ").number(classes as u64);
        panic!("{}", text.then(" is not from 1 to 16: give so many rules").as_str());
    }
}
