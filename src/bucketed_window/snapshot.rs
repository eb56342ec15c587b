//! Snapshots of the sub-windows: see [`crate::snapshot`].

use super::BucketedWindow;
use crate::algorithm::Sight;
use crate::cell::{HasShared, StateCell};
use crate::snapshot::{Label, Length, SnapshotError, Writer, list_len};

const KIND: u8 = 8;

/// What outlives a reset: see [`snapshot`](crate::snapshot).
impl<T: HasShared, const SLOTS: usize, C: StateCell<T>> BucketedWindow<T, SLOTS, C> {
    /// Words of the longest snapshot: how far the newest sub-window is, and the units of each.
    const WORDS: usize = 1 + SLOTS;

    /// Bytes of the longest snapshot: 10, a word for each slot, and one.
    pub const SNAPSHOT_LEN: usize = list_len(Self::WORDS * size_of::<T>());

    /// Writes the sub-windows in force at `now` into a buffer of [`SNAPSHOT_LEN`](Self::SNAPSHOT_LEN) bytes or more, and
    /// returns as many as were needed. Every admission made before the call is in it, and what others are admitted
    /// meanwhile is or is not.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::BufferTooSmall`].
    pub fn snapshot<'b>(&self, now: T, buffer: &'b mut [u8]) -> Result<&'b [u8], SnapshotError> {
        let writer = Writer::new(buffer, self.label(), Self::SNAPSHOT_LEN)?;
        let is_used = self.origin.load_acquire() != T::FRESH;
        let sight = self.glance(now);
        Ok(writer.list::<T>(|words| {
            if is_used {
                let held = self.live(sight).zip(1..).filter(|&((_, number), _)| self.units(number) > T::ZERO);
                let count = held.last().map_or(0, |(_, count)| count); // older ones hold nothing
                words.word(sight.since);
                self.live(sight).take(count).for_each(|(_, number)| words.word(self.units(number)));
            }
        }))
    }

    /// Replaces what is held by that of a snapshot which was taken `elapsed` ticks ago, on this clock or on another;
    /// `None` if that is not known: then as if none had passed. Bytes after the snapshot are not looked at.
    ///
    /// To be called before the window is used: what others are admitted meanwhile may be forgotten.
    ///
    /// # Errors
    ///
    /// If the bytes are no snapshot of such a window; nothing is changed.
    pub fn restore(&self, now: T, bytes: &[u8], elapsed: Option<T>) -> Result<(), SnapshotError> {
        let mut units = self.label().open::<T>(bytes, Length::List(Self::WORDS))?;
        let Some(since) = units.next() else {
            self.reset();
            return Ok(());
        };
        let newest = self.newest();
        let then = Sight { newest, since };
        if units.clone().count() > self.live(then).count() || units.clone().any(|units| units > self.rule.limit()) {
            return Err(SnapshotError::Corrupt);
        }
        let elapsed = elapsed.unwrap_or_default();
        let is_over = elapsed >= self.rule.left(then);
        let since = if is_over { self.rule.same_place(since, elapsed) } else { since.wrapping_add(elapsed) };
        // A sum of another sub-window, so that nobody takes what was summed up before.
        let foreign = self.rule.older(self.rule.start(newest.wrapping_sub(T::ONE)));
        self.older.update_release(|_| (Some(foreign), ()));
        let mut number = newest;
        for units in units.filter(|_| !is_over).chain(core::iter::repeat(T::ZERO)).take(SLOTS) {
            let open = self.rule.open(number).wrapping_add(units);
            let closed = self.rule.close(open, number).filter(|_| number != newest);
            self.slot(number).update_release(|_| (Some(closed.unwrap_or(open)), ()));
            number = number.wrapping_sub(T::ONE);
        }
        let began = now.wrapping_add(self.rule.width()).wrapping_sub(since);
        self.origin.update_release(|_| (Some(self.rule.origin(newest, began)), ()));
        Ok(())
    }

    fn label(&self) -> Label {
        Label::new(KIND, [self.rule.limit(), self.rule.quota().period(), self.rule.width(), T::ZERO])
    }
}
