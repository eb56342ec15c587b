//! The arithmetic of an exact log: what a slot's word says, and where in a ring the head is.
//!
//! A slot holds the stamp of one admission and a bit that says so: `2 × stamp + 1`, counted from
//! [`FRESH`](Ticks::FRESH), which is the slot without an admission. Stamps are so kept modulo half the word's range, of
//! which half is the past and half lies ahead: on `u32` ticks 2^30 each.

use crate::time::Ticks;

/// What a slot says at a reading of the clock. The greater of two is the one that holds up longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot<T> {
    /// It holds no admission, or one that counts no more.
    Free,
    /// Its admission counts for so many more ticks, at least 1 and at most a period.
    Counts(T),
    /// Its admission lies ahead of this reading: the reading is late, or the clock stepped back.
    Ahead,
}

impl<T: Ticks> Slot<T> {
    /// Reads `word` at `now`. An admission at `s` counts while `now − s < period`.
    #[inline]
    #[must_use]
    pub fn read(word: T, now: T, period: T) -> Self {
        match twice_the_age(word, now) {
            None => Self::Free,
            Some(age) if age >= T::HALF => Self::Ahead,
            Some(age) => {
                let left = period.wrapping_add(period).saturating_sub(age).wrapping_shr(1);
                if left == T::ZERO { Self::Free } else { Self::Counts(left) }
            }
        }
    }

    /// Whether an admission may take its place.
    #[inline]
    #[must_use]
    pub fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }
}

/// The word of an admission at `now`.
#[inline]
#[must_use]
pub(crate) fn stamp<T: Ticks>(now: T) -> T {
    T::FRESH.wrapping_add(now).wrapping_add(now).wrapping_add(T::ONE)
}

/// Whether `word` holds a stamp so old (a quarter of the past) that it is to be forgotten before it looks new again.
/// No period is longer.
#[inline]
#[must_use]
pub(crate) fn is_ancient<T: Ticks>(word: T, now: T) -> bool {
    twice_the_age(word, now).is_some_and(|age| age < T::HALF && age >= T::HALF.wrapping_shr(2))
}

/// `None` without an admission. Half the range and more: the stamp lies ahead.
#[inline]
fn twice_the_age<T: Ticks>(word: T, now: T) -> Option<T> {
    let code = word.wrapping_sub(T::FRESH);
    (code != T::ZERO).then(|| now.wrapping_add(now).wrapping_sub(code).wrapping_add(T::ONE))
}

/// Positions in a ring of `limit` slots, which are used one after the other, lap after lap.
///
/// A position is one word: the slot in the low bits and the lap in the others, counted from [`FRESH`](Ticks::FRESH).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring<T> {
    limit: T,
    lap: T,
}

impl<T: Ticks> Ring<T> {
    /// A ring of `limit` slots; `lap` is a power of two, at least `limit`.
    #[inline]
    #[must_use]
    pub const fn new(limit: T, lap: T) -> Self {
        Self { limit, lap }
    }

    /// The slot at a position.
    #[inline]
    #[must_use]
    pub fn slot(&self, position: T) -> T {
        position.wrapping_sub(T::FRESH) & self.lap.wrapping_sub(T::ONE)
    }

    /// The position `units` later, which are at most a lap.
    #[inline]
    #[must_use]
    pub fn forward(&self, position: T, units: T) -> T {
        let next = self.slot(position).wrapping_add(units);
        let moved = position.wrapping_add(units);
        if next < self.limit { moved } else { moved.wrapping_sub(self.limit).wrapping_add(self.lap) }
    }

    /// The position `units` earlier, which are at most a lap.
    #[inline]
    #[must_use]
    pub fn back(&self, position: T, units: T) -> T {
        let moved = position.wrapping_sub(units);
        if units <= self.slot(position) { moved } else { moved.wrapping_add(self.limit).wrapping_sub(self.lap) }
    }

    /// How many slots `to` is later than `from`; `None` if it is earlier, or later by more than a lap.
    #[inline]
    #[must_use]
    pub fn distance(&self, from: T, to: T) -> Option<T> {
        let (start, end) = (self.slot(from), self.slot(to));
        let laps = to.wrapping_sub(end).wrapping_sub(from.wrapping_sub(start));
        if laps == T::ZERO && end >= start {
            Some(end.wrapping_sub(start))
        } else if laps == self.lap && end <= start {
            Some(self.limit.wrapping_sub(start).wrapping_add(end))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_age_of_every_stamp_is_read_as_it_is_on_a_small_word() {
        for period in 1..=16_u8 {
            for now in 0..=u8::MAX {
                assert_eq!(Slot::read(u8::FRESH, now, period), Slot::Free);
                for age in 0..64_u8 {
                    let past = stamp(now.wrapping_sub(age));
                    let expected = if age < period { Slot::Counts(period - age) } else { Slot::Free };
                    assert_eq!(Slot::read(past, now, period), expected);
                    assert_eq!(is_ancient(past, now), age >= 16);
                    let ahead = stamp(now.wrapping_add(age + 1));
                    assert_eq!(Slot::read(ahead, now, period), Slot::Ahead);
                    assert!(!is_ancient(ahead, now));
                }
            }
        }
    }

    #[test]
    fn positions_count_slots_and_laps_on_a_small_word() {
        for limit in 1..=8_u8 {
            let lap = limit.next_power_of_two();
            let ring = Ring::new(limit, lap);
            let mut position = u8::FRESH;
            for step in 0..u32::from(limit) * u32::from(u8::MAX / lap) * 3 {
                assert_eq!(u32::from(ring.slot(position)), step % u32::from(limit));
                for units in 0..=limit {
                    let later = ring.forward(position, units);
                    assert_eq!(ring.back(later, units), position);
                    assert_eq!(ring.distance(position, later), Some(units));
                    let earlier = ring.distance(later, position);
                    assert!(units == 0 || earlier.is_none() || lap > u8::MAX / 3, "{earlier:?}");
                }
                position = ring.forward(position, 1);
            }
        }
    }
}
