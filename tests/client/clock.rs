//! A clock that wraps, stands still and steps back, beside the time that has passed on it.

use proptest::prelude::*;
use tollgate::time::Ticks;

pub struct Clock<T> {
    pub now: T,
    /// Ticks forward, all together.
    pub progress: u128,
}

#[derive(Clone, Copy, Debug)]
pub enum Move {
    Forward(u64),
    Back(u64),
}

impl<T: Ticks> Clock<T> {
    pub fn starting_at(start: u64) -> Self {
        Self { now: T::truncate(start), progress: 0 }
    }

    /// Half a turn at most, as a reading must be taken in each.
    pub fn go(&mut self, by: Move) {
        match by {
            Move::Forward(ticks) => {
                let ticks = ticks.min(T::HALF.into());
                self.now = self.now.wrapping_add(T::truncate(ticks));
                self.progress += u128::from(ticks);
            }
            Move::Back(ticks) => self.now = self.now.wrapping_sub(T::truncate(ticks.min(T::HALF.into() - 1))),
        }
    }

    /// A wait as it was told: never so long that it could not be seen to pass, also for who comes late.
    pub fn forward(&mut self, ticks: T) {
        assert!(ticks <= T::HALF.wrapping_shr(1));
        self.go(Move::Forward(ticks.into()));
    }
}

/// Small steps, large ones and none; a step back of any length.
pub fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0..400_u64).prop_map(Move::Forward),
        2 => (0..100_000_u64).prop_map(Move::Forward),
        1 => any::<u64>().prop_map(|ticks| Move::Forward(ticks >> 8)), // not 2^64 in all
        1 => (0..400_u64).prop_map(Move::Back),
        1 => any::<u64>().prop_map(Move::Back),
    ]
}

/// Anywhere, and just before the wrap of either width.
pub fn start() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), (0..2_000_u64).prop_map(|before| u64::MAX - before)]
}
