use super::Ticks;

/// The clock's forward progress, by the rule of a [`Countdown`](super::Countdown).
///
/// A step back adds nothing, and what passes unseen beyond half a turn of the clock counts as one. 64 bits, so that it does not
/// wrap: instants in it compare as plain numbers, and mean something beside each other alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Progress<T> {
    last: T,
    total: u64,
}

impl<T: Ticks> Progress<T> {
    pub(crate) const fn new() -> Self {
        Self { last: T::ZERO, total: 0 }
    }

    /// Takes a reading, and tells the progress up to it.
    pub(crate) fn read(&mut self, now: T) -> u64 {
        let passed = now.wrapping_sub(self.last);
        self.last = now;
        if passed <= T::HALF {
            self.total = self.total.saturating_add(passed.into());
        }
        self.total
    }
}
