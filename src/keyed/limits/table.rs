use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use super::reusable::Reusable;
use super::search::Search;
use super::slot::{Entry, LimitSlot};
use super::tag::Stage;
use crate::cell::{HasShared, Shared, StateCell};

/// A limit of any size for each key, in a fixed number of slots: see [`limits`](super) for what it guarantees.
///
/// `T` are the ticks of the clock and the width of the tags, `L` is the limit, and `S` lends the [slots](LimitSlot): an
/// array, then with the name [`KeyedLimits`](super::KeyedLimits), or `&[LimitSlot]`, `Vec<LimitSlot>` and the like. `H` hashes
/// the keys.
pub struct LimitTable<T: HasShared, L, S, H, C = Shared<T>> {
    slots: S,
    hasher: H,
    lends: PhantomData<LimitSlot<T, L, C>>,
}

impl<T: HasShared, L, S, H, C> LimitTable<T, L, S, H, C>
where
    S: AsRef<[LimitSlot<T, L, C>]>,
{
    /// A table over slots never used.
    ///
    /// All of them hold the same limit, made anew: which one a key gets is left to chance.
    #[must_use]
    pub const fn over(slots: S, hasher: H) -> Self {
        Self { slots, hasher, lends: PhantomData }
    }

    /// How many slots there are.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.slots.as_ref().len()
    }
}

impl<T: HasShared, L, S, H, C: StateCell<T>> LimitTable<T, L, S, H, C>
where
    L: Reusable<T>,
    S: AsRef<[LimitSlot<T, L, C>]>,
{
    /// As [`with`](Self::with), for a ready hash, which must be spread over all 64 bits and be
    /// [hard to foresee](crate::keyed::SipHash) where keys come from outside.
    ///
    /// # Errors
    ///
    /// As [`with`](Self::with).
    #[inline]
    pub fn with_hashed<'t, R>(&'t self, hash: u64, now: T, ask: impl FnOnce(&'t L) -> R) -> Result<R, TableFull> {
        let inside = Search::new(self.slots.as_ref(), hash).find_or_insert(now)?;
        Ok(ask(inside.limit()))
    }

    /// As [`get`](Self::get), for a ready hash.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    #[inline]
    pub fn get_hashed<'t, R>(&'t self, hash: u64, ask: impl FnOnce(&'t L) -> R) -> Result<Option<R>, TableFull> {
        let inside = Search::new(self.slots.as_ref(), hash).find()?;
        Ok(inside.map(|inside| ask(inside.limit())))
    }

    /// How many keys are in use at `now`: those whose limit is not as good as new. Reads every limit.
    pub fn occupancy(&self, now: T) -> usize {
        let mut count = 0_usize;
        self.visit(|limit| count = count.saturating_add(usize::from(!limit.is_fresh(now))));
        count
    }

    /// Keeps a long silence from being mistaken for a recent past, for every key. Reads every limit.
    pub fn refresh(&self, now: T) {
        self.visit(|limit| limit.refresh(now));
    }

    /// Goes through the limits that are some key's.
    fn visit(&self, mut ask: impl FnMut(&L)) {
        for slot in self.slots.as_ref() {
            if let Entry::Inside(inside, _) = slot.enter(|tag| matches!(tag.stage, Stage::Open | Stage::Judged)) {
                ask(inside.limit());
            }
        }
    }
}

impl<T: HasShared, L, S, H, C: StateCell<T>> LimitTable<T, L, S, H, C>
where
    L: Reusable<T>,
    S: AsRef<[LimitSlot<T, L, C>]>,
    H: BuildHasher,
{
    /// Asks the key's limit. A key without one gets a slot that is free `now`, whatever it asks.
    ///
    /// The slot stays the key's while `ask` runs, and as long after that as the limit is not [as good as
    /// new](Reusable::is_fresh). So a permit may be taken away with the answer; the limit itself is to be used nowhere else,
    /// as it may be another key's by then.
    ///
    /// ```
    /// use tollgate::keyed::{KeyedLimits, LimitSlot, SipHash};
    /// use tollgate::{Quota, RollingWindow};
    ///
    /// type Sends = RollingWindow<u32, 20>;
    /// const SECRET: SipHash = SipHash::new([3, 4]);
    /// static SENDS: KeyedLimits<u32, Sends, 8> = // eight peers, 848 bytes
    ///     KeyedLimits::over([const { LimitSlot::new(Sends::new(Quota::per(20, 60_000))) }; 8], SECRET);
    ///
    /// let now = 4_294_967_290;
    /// let decision = SENDS.with(&[0x02, 0x42, 7_u8], now, |sends| sends.try_acquire(now, 20));
    /// assert_eq!(decision.unwrap().unwrap().remaining(), 0);
    /// # assert_eq!(size_of_val(&SENDS), 8 * (20 + 6) * 4 + 16);
    /// ```
    ///
    /// # Errors
    ///
    /// If there is no slot for the key; `ask` has not been run.
    #[inline]
    pub fn with<'t, Q, R>(&'t self, key: &Q, now: T, ask: impl FnOnce(&'t L) -> R) -> Result<R, TableFull>
    where
        Q: Hash + ?Sized,
    {
        self.with_hashed(self.hasher.hash_one(key), now, ask)
    }

    /// Asks the key's limit if it has one: to look at it, or to give back. `None` if the key has no slot, which is that of a
    /// limit as good as new.
    ///
    /// # Errors
    ///
    /// If more contexts use the key's limit than can be counted; `ask` has not been run.
    #[inline]
    pub fn get<'t, Q, R>(&'t self, key: &Q, ask: impl FnOnce(&'t L) -> R) -> Result<Option<R>, TableFull>
    where
        Q: Hash + ?Sized,
    {
        self.get_hashed(self.hasher.hash_one(key), ask)
    }
}

impl<T: HasShared, L, S, H, C> fmt::Debug for LimitTable<T, L, S, H, C>
where
    S: AsRef<[LimitSlot<T, L, C>]>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitTable").field("capacity", &self.capacity()).finish_non_exhaustive()
    }
}

/// The key has no slot: those where it may be are all in use by other keys, or in the hands of other contexts. Nothing was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TableFull {}

impl TableFull {
    pub(super) const fn new() -> Self {
        Self {}
    }
}

impl fmt::Display for TableFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no slot for this key: those it may have are in use, try again when another key is idle")
    }
}

impl core::error::Error for TableFull {}
