use super::{Pause, TickLength};
use crate::time::Ticks;

/// Ticks of the clock's forward progress that are still to be waited for.
#[derive(Clone, Copy, Debug)]
pub(in crate::adapter) struct Countdown<T> {
    left: T,
    last: T,
}

impl<T: Ticks> Countdown<T> {
    pub(in crate::adapter) fn new(now: T, ticks: T) -> Self {
        Self { left: ticks, last: now }
    }

    /// Takes a reading, and tells how long to pause before the next one; `None` if the wait is over.
    pub(in crate::adapter) fn pause(&mut self, now: T, tick: TickLength) -> Option<Pause> {
        self.read(now);
        // The clock must not go half a turn unseen, or it would look stepped back.
        (self.left > T::ZERO).then(|| tick.pause(self.left.min(T::HALF.wrapping_shr(1))))
    }

    pub(super) fn read(&mut self, now: T) {
        let passed = now.wrapping_sub(self.last);
        self.last = now;
        if passed <= T::HALF {
            self.left = self.left.saturating_sub(passed);
        }
    }

    pub(super) fn left(&self) -> T {
        self.left
    }
}
