use super::Ticks;

/// The clock's forward progress since the first reading, by the rule of a [`Countdown`](super::Countdown).
///
/// A step back adds nothing, and what passes unseen beyond half a turn of the clock counts as one. 64 bits, so that it never
/// ends: instants in it compare as plain numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Progress<T> {
    last: Option<T>,
    total: u64,
}

impl<T: Ticks> Progress<T> {
    pub(crate) const fn new() -> Self {
        Self { last: None, total: 0 }
    }

    /// Takes a reading, and tells the progress so far.
    pub(crate) fn read(&mut self, now: T) -> u64 {
        let passed = now.wrapping_sub(self.last.unwrap_or(now));
        self.last = Some(now);
        if passed <= T::HALF {
            self.total = self.total.saturating_add(passed.into());
        }
        self.total
    }
}
