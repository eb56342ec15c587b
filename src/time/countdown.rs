use super::Ticks;

/// Ticks of the clock's forward progress that are still to be waited for.
///
/// A step back lengthens the wait by nothing but itself, a clock that stands still is waited for, and once the wait is over it stays
/// over, whatever the clock does. It has to be read at least once in half a turn of the clock: what passes unseen beyond
/// that counts as a step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Countdown<T> {
    left: T,
    last: T,
}

/// As much of a wait as is told at once, a quarter of a turn: who comes late by as much again is still seen to come.
pub(crate) fn at_once<T: Ticks>(ticks: T) -> T {
    ticks.min(T::HALF.wrapping_shr(1))
}

impl<T: Ticks> Countdown<T> {
    pub(crate) const fn new(now: T, ticks: T) -> Self {
        Self { left: ticks, last: now }
    }

    /// Takes a reading, and tells what is left.
    pub(crate) fn read(&mut self, now: T) -> T {
        let passed = now.wrapping_sub(self.last);
        self.last = now;
        if passed <= T::HALF {
            self.left = self.left.saturating_sub(passed);
        }
        self.left
    }

    /// What was left at the last reading.
    pub(crate) const fn left(&self) -> T {
        self.left
    }
}
