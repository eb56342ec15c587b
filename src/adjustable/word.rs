//! A state word that names the version of the quota it is under.
//!
//! The lowest bits are the version, less those of [`FRESH`](Ticks::FRESH), so that a word never used is under version 0;
//! the others are the arrival time. As all numbers of the rate are multiples of [`VERSIONS`], so are all arrival times.

use crate::time::Ticks;

/// Bits of a word that name a version.
pub(super) const BITS: u32 = 2;

/// How many versions there are.
pub(super) const VERSIONS: usize = 1 << BITS;

#[inline]
fn lowest<T: Ticks>(word: T) -> T {
    word & T::truncate(VERSIONS as u64 - 1)
}

/// The version `ahead` of another, in a circle.
#[inline]
pub(super) fn version_after<T: Ticks>(version: T, ahead: T) -> T {
    lowest(version.wrapping_add(ahead))
}

#[inline]
pub(super) fn version<T: Ticks>(word: T) -> T {
    lowest(word.wrapping_sub(T::FRESH))
}

/// The word of a bucket never used, under a version.
#[inline]
pub(super) fn fresh<T: Ticks>(version: T) -> T {
    (T::FRESH ^ lowest(T::FRESH)) | lowest(version.wrapping_add(T::FRESH))
}

/// The arrival time of a word, or `FRESH`: the state as `tat` reads it.
#[inline]
pub(super) fn state<T: Ticks>(word: T) -> T {
    if is_fresh(word) { T::FRESH } else { word ^ lowest(word) }
}

/// The word of an arrival time, which is a multiple of [`VERSIONS`]: one that meets those of fresh words is stored one
/// sub-tick later.
#[inline]
pub(super) fn joined<T: Ticks>(tat: T, version: T) -> T {
    let tat = if is_fresh(tat) { tat.wrapping_add(T::truncate(VERSIONS as u64)) } else { tat };
    tat | lowest(version.wrapping_add(T::FRESH))
}

/// An arrival time that need not be a multiple of [`VERSIONS`], later by less than one.
#[inline]
pub(super) fn rounded_up<T: Ticks>(tat: T) -> T {
    let up = tat.wrapping_add(T::truncate(VERSIONS as u64 - 1));
    up ^ lowest(up)
}

#[inline]
fn is_fresh<T: Ticks>(word: T) -> bool {
    word ^ T::FRESH < T::truncate(VERSIONS as u64)
}
