use super::answer::{Admitted, Answer, ClassError, Full, Refused};
use super::search::NoRoom;
use super::slots::{Slot, Slots};
use super::table::Table;
use super::tag::Tag;
use crate::algorithm::{Algorithm, Step};
use crate::cell::StateCell;
use crate::decision::{Decision, NotYet};
use crate::time::Ticks;

/// One key of a [`Table`]: what can be done with its limit.
///
/// It holds the key's hash and nothing else, takes no slot, and may be kept.
#[derive(Debug)]
pub struct Key<'a, A, S, H, const CLASSES: usize>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    pub(super) table: &'a Table<A, S, H, CLASSES>,
    hash: u64,
    class: usize,
    rule: &'a A,
}

impl<A, S, H, const CLASSES: usize> Clone for Key<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, S, H, const CLASSES: usize> Copy for Key<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
}

impl<'a, A, S, H, const CLASSES: usize> Key<'a, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    #[inline]
    pub(super) fn new(table: &'a Table<A, S, H, CLASSES>, hash: u64, class: usize, rule: &'a A) -> Self {
        Self { table, hash, class, rule }
    }

    /// The same key under the rule of another class, with a limit of its own there.
    ///
    /// A key is of class 0 unless told otherwise. Classes are the plans of an API (free, paid) or its named endpoints: a key
    /// that is used under two classes takes two slots.
    ///
    /// # Errors
    ///
    /// If the table has no such class.
    #[inline]
    pub fn of_class(self, class: usize) -> Result<Self, ClassError> {
        let Some(rule) = self.table.rules().get(class) else { return Err(ClassError { class, classes: CLASSES }) };
        Ok(Self { class, rule, ..self })
    }

    /// Takes `cost` units at `now`, all or none. A cost of 0 is admitted and changes nothing.
    ///
    /// # Errors
    ///
    /// If the key's limit denies, with the wait, or if there is no slot for it and the table
    /// [refuses such keys](Full). Nothing is charged.
    #[inline(always)] // see `tat::weigh`
    pub fn try_acquire(&self, now: A::Ticks, cost: A::Ticks) -> Answer<A::Ticks> {
        self.try_acquire_leaving(now, cost, A::Ticks::ZERO)
    }

    /// Takes `cost` units if at least `leave` units remain for more important callers.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline(always)]
    pub fn try_acquire_leaving(&self, now: A::Ticks, cost: A::Ticks, leave: A::Ticks) -> Answer<A::Ticks> {
        let rule = self.rule;
        match self.charge(now, move |state| rule.weigh(state, now, cost, leave)) {
            Ok(verdict) => by_key(rule.tell(verdict, cost)),
            Err(NoRoom) => self.overflow(now, move |rule, state| rule.acquire(state, now, cost, leave)),
        }
    }

    /// Takes as many of `most` units as there are: [`Grant::granted`](crate::Grant::granted) says how many.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire), if there is not a single unit.
    pub fn try_acquire_up_to(&self, now: A::Ticks, most: A::Ticks) -> Answer<A::Ticks> {
        let rule = self.rule;
        match self.charge(now, move |state| rule.acquire_up_to(state, now, most)) {
            Ok(decision) => by_key(decision),
            Err(NoRoom) => self.overflow(now, move |rule, state| rule.acquire_up_to(state, now, most)),
        }
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    pub fn peek(&self, now: A::Ticks, cost: A::Ticks) -> Answer<A::Ticks> {
        self.peek_leaving(now, cost, A::Ticks::ZERO)
    }

    pub(crate) fn peek_leaving(&self, now: A::Ticks, cost: A::Ticks, leave: A::Ticks) -> Answer<A::Ticks> {
        let state = self.state();
        let step = self.rule.acquire(state.unwrap_or(A::Ticks::FRESH), now, cost, leave);
        let needs_slot = state.is_none() && step.state.is_some();
        if !needs_slot || self.has_room(now) {
            return by_key(step.answer);
        }
        self.without_slot(now, |rule| rule.acquire(self.table.overflow_cell().load(), now, cost, leave).answer)
    }

    /// The same, but a denial by the key's own limit re-anchors that after a clock fault, as one that was meant would.
    pub(crate) fn probe(&self, now: A::Ticks, cost: A::Ticks, leave: A::Ticks) -> Answer<A::Ticks> {
        let answer = self.peek_leaving(now, cost, leave);
        if let Err(Refused::Key(_)) = answer {
            self.revise(|state| {
                let Step { state, answer } = self.rule.acquire(state, now, cost, leave);
                Step { state: state.filter(|_| answer.is_err()), answer: () }
            });
        }
        answer
    }

    /// Steps on the state of the key's own limit, or answers by `otherwise` if there is no slot for it.
    #[inline]
    pub(crate) fn charge_or<R>(
        &self,
        now: A::Ticks,
        step: &impl Fn(A::Ticks) -> Step<A::Ticks, R>,
        otherwise: impl FnOnce() -> R,
    ) -> R {
        self.charge(now, step).unwrap_or_else(|NoRoom| {
            self.table.count_full();
            otherwise()
        })
    }

    /// Whole units that can be taken at `now`, rounded down: all of them if the key has no slot.
    pub fn remaining(&self, now: A::Ticks) -> A::Ticks {
        self.rule.remaining(self.state().unwrap_or(A::Ticks::FRESH), now)
    }

    /// Gives back `units` that were taken from the key's own limit and not used. What goes beyond full is dropped.
    pub fn refund(&self, now: A::Ticks, units: A::Ticks) {
        self.revise(|state| self.rule.refund(state, now, units));
    }

    /// As good as new: full, whatever the clock reads next. The key keeps its slot as long as nobody wants it.
    pub fn reset(&self) {
        self.revise(|_| Step::write(A::Ticks::FRESH, ()));
    }

    /// Forgets the key: its slot is free for others at once.
    pub fn remove(&self) {
        self.vacate();
    }

    /// The fingerprint by which the table knows the key, as [`Usage::fingerprint`](super::Usage::fingerprint) tells it.
    #[must_use]
    pub fn fingerprint(&self) -> A::Ticks {
        self.owner().print()
    }

    #[inline(always)]
    pub(crate) fn rule(&self) -> &'a A {
        self.rule
    }

    #[inline(always)]
    pub(super) fn owner(&self) -> Tag<A::Ticks, CLASSES> {
        Tag::new(self.hash, self.class)
    }

    /// The set in which the key is looked for first. By the high bits of the hash: on `u32` the low ones are the fingerprint.
    #[inline(always)]
    pub(super) fn home(&self) -> &'a [Slot<S::Cell>] {
        let slots = self.table.slots();
        slots.set(share(self.hash, slots.sets()))
    }

    /// Another set, by bits that the home says nothing of; none if there is only one.
    #[inline]
    pub(super) fn second(&self) -> &'a [Slot<S::Cell>] {
        let slots = self.table.slots();
        let sets = slots.sets();
        let Some(others @ 1..) = sets.checked_sub(1) else { return &[] };
        let mixed = self.hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let second = share(self.hash, sets).wrapping_add(1).wrapping_add(share(mixed, others));
        slots.set(if second < sets { second } else { second.wrapping_sub(sets) })
    }

    /// The way of a set from which the key looks for a slot to reuse.
    pub(super) fn turn(&self, ways: usize) -> usize {
        share(self.hash.wrapping_mul(0xd134_2543_de82_ef95), ways)
    }

    #[cold]
    #[inline(never)]
    fn overflow(
        self,
        now: A::Ticks,
        step: impl Fn(&A, A::Ticks) -> Step<A::Ticks, Decision<A::Ticks>>,
    ) -> Answer<A::Ticks> {
        self.table.count_full();
        self.without_slot(now, |rule| {
            self.table.overflow_cell().update(|state| {
                let Step { state, answer } = step(rule, state);
                (state, answer)
            })
        })
    }

    /// The answer for a key that finds no slot, with that of the shared limit if there is one.
    fn without_slot(&self, now: A::Ticks, shared: impl Fn(&A) -> Decision<A::Ticks>) -> Answer<A::Ticks> {
        match self.table.full() {
            Full::Refuse => Err(Refused::Full(NotYet { missing: self.room_in(now), per_tick: A::Ticks::ONE })),
            Full::Admit => Ok(Admitted::Uncounted),
            Full::Overflow(rule) => shared(rule).map(Admitted::Overflow).map_err(Refused::Overflow),
        }
    }
}

#[inline(always)]
fn by_key<T>(decision: Decision<T>) -> Answer<T> {
    match decision {
        Ok(grant) => Ok(Admitted::Key(grant)),
        Err(denied) => Err(Refused::Key(denied)),
    }
}

/// The high half of `hash` scaled to `0..parts`, evenly and without a division.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // below `parts`, or below 2^32 where `parts` is more
pub(super) fn share(hash: u64, parts: usize) -> usize {
    let parts = parts as u64;
    (hash.wrapping_shr(32).wrapping_mul(parts)).wrapping_shr(32) as usize
}
