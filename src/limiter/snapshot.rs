//! Snapshots of one word: see [`crate::snapshot`].

use super::Limiter;
use crate::algorithm::Durable;
use crate::cell::StateCell;
use crate::snapshot::{Label, Length, SnapshotError, Writer, fixed_len};

/// What outlives a reset: see [`snapshot`](crate::snapshot).
impl<A: Durable, C: StateCell<A::Ticks>> Limiter<A, C> {
    /// Bytes of a snapshot.
    pub const SNAPSHOT_LEN: usize = fixed_len(size_of::<A::Words>());

    /// Writes the state as seen at `now` into the first [`SNAPSHOT_LEN`](Self::SNAPSHOT_LEN) bytes of a buffer, and
    /// returns those. Every decision made before the call is in it, and what others decide meanwhile is or is not.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::BufferTooSmall`].
    pub fn snapshot<'b>(&self, now: A::Ticks, buffer: &'b mut [u8]) -> Result<&'b [u8], SnapshotError> {
        let writer = Writer::new(buffer, self.label(), Self::SNAPSHOT_LEN)?;
        Ok(writer.fixed(self.rule.to_words(self.cell.load(), now).as_ref()))
    }

    /// Replaces the state by that of a snapshot which was taken `elapsed` ticks ago, on this clock or on another; `None`
    /// if that is not known: then as if none had passed. Bytes after the snapshot are not looked at.
    ///
    /// # Errors
    ///
    /// If the bytes are no snapshot of such a limiter; nothing is changed.
    pub fn restore(&self, now: A::Ticks, bytes: &[u8], elapsed: Option<A::Ticks>) -> Result<(), SnapshotError> {
        let mut words = A::Words::default();
        let found = self.label().open(bytes, Length::Fixed(words.as_ref().len()))?;
        for (word, found) in words.as_mut().iter_mut().zip(found) {
            *word = found;
        }
        let state = self.rule.revive(words, now, elapsed.unwrap_or_default()).ok_or(SnapshotError::Corrupt)?;
        self.cell.update(|_| (Some(state), ()));
        Ok(())
    }

    fn label(&self) -> Label {
        Label::new(A::KIND, self.rule.numbers())
    }
}
