//! The quotas that are in force, about to be, or were a moment ago.

use super::word::{self, VERSIONS};
use crate::cell::StateCell;
use crate::quota::{Quota, Rate};
use crate::time::Ticks;

/// The numbers of a rate.
const NUMBERS: usize = 5;

/// A few rates, of which a state word names one.
///
/// A version is written by nobody but the context that has claimed it, and read by all. What is read of it holds only if
/// the state word names that version before *and after*: then nobody has claimed it in between. Numbers are written with
/// release and read with acquire, so that whoever reads one of a later claim finds that the word has moved on.
#[derive(Clone, Debug)]
pub(super) struct Versions<T, C> {
    /// What cells never written mean.
    first: Rate<T>,
    /// One bit for each version that is in force or claimed.
    taken: C,
    numbers: [[C; NUMBERS]; VERSIONS],
}

impl<T, C> Versions<T, C> {
    pub(super) const fn new(first: Rate<T>, taken: C, numbers: [[C; NUMBERS]; VERSIONS]) -> Self {
        Self { first, taken, numbers }
    }
}

impl<T: Ticks, C: StateCell<T>> Versions<T, C> {
    /// The rate of a version, but for what only its [`quota`](Self::quota) needs.
    #[inline(always)]
    pub(super) fn rate(&self, version: T) -> Rate<T> {
        let [per_tick, per_unit, burst, ceiling, _] = self.numbers(version);
        let [tick, unit, most, top, _] = self.first.numbers();
        Rate::from_numbers([read(per_tick, tick), read(per_unit, unit), read(burst, most), read(ceiling, top), T::ZERO])
    }

    pub(super) fn quota(&self, version: T) -> Quota<T> {
        let (cells, mut numbers) = (self.numbers(version), self.first.numbers());
        for (number, cell) in numbers.iter_mut().zip(cells) {
            *number = read(cell, *number);
        }
        Rate::from_numbers(numbers).quota_sparing(word::BITS)
    }

    /// A free version, the one after `current` first: so a version is not used again before most others were.
    pub(super) fn claim(&self, current: T) -> Option<T> {
        let claimed = self.taken.update_release(|word| {
            let taken = in_use(word);
            let mut others = [1, 2, 3].map(|ahead| word::version_after(current, T::truncate(ahead))).into_iter();
            let free = others.find(|&version| taken & bit(version) == T::ZERO);
            (free.map(|version| word ^ bit(version)), free)
        });
        // Our own write or a later one: it tells that the word has moved on from this version, before we write over it.
        self.taken.load_acquire();
        claimed
    }

    /// Writes the numbers of a version that this context has claimed, and nobody else uses yet.
    pub(super) fn write(&self, version: T, rate: &Rate<T>) {
        for ((cell, number), first) in self.numbers(version).iter().zip(rate.numbers()).zip(self.first.numbers()) {
            cell.update_release(|_| (Some(number ^ first ^ T::FRESH), ()));
        }
    }

    /// Gives up a version that the word has moved on from.
    pub(super) fn release(&self, version: T) {
        self.taken.update_release(|word| (Some(word ^ bit(version)), ()));
    }

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation)] // only the low bits are wanted
    fn numbers(&self, version: T) -> &[C; NUMBERS] {
        let version: u64 = version.into();
        &self.numbers[version as usize & (VERSIONS - 1)]
    }
}

#[inline(always)]
fn read<T: Ticks, C: StateCell<T>>(cell: &C, first: T) -> T {
    cell.load_acquire() ^ first ^ T::FRESH
}

#[allow(clippy::cast_possible_truncation)] // a version is small
fn bit<T: Ticks>(version: T) -> T {
    let version: u64 = version.into();
    T::ONE.wrapping_shl(version as u32)
}

/// The bits of a word of [`Versions::taken`]: at first, version 0.
fn in_use<T: Ticks>(word: T) -> T {
    word ^ T::FRESH ^ T::ONE
}
