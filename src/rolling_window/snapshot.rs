//! Snapshots of the log: see [`crate::snapshot`].

use super::RollingWindow;
use crate::algorithm::rolling_window::stamp;
use crate::cell::{HasShared, StateCell};
use crate::snapshot::{Label, Length, SnapshotError, Writer, list_len};

const KIND: u8 = 7;

/// What outlives a reset: see [`snapshot`](crate::snapshot).
impl<T: HasShared, const N: usize, C: StateCell<T>> RollingWindow<T, N, C> {
    /// Bytes of the longest snapshot: 10, and a word for each admission.
    pub const SNAPSHOT_LEN: usize = list_len(N * size_of::<T>());

    /// Writes the admissions that count at `now` into a buffer of [`SNAPSHOT_LEN`](Self::SNAPSHOT_LEN) bytes or more, and
    /// returns as many as were needed. Every admission made before the call is in it, and what others are admitted
    /// meanwhile is or is not; the snapshot is taken again while others admit.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::BufferTooSmall`].
    pub fn snapshot<'b>(&self, now: T, buffer: &'b mut [u8]) -> Result<&'b [u8], SnapshotError> {
        let writer = Writer::new(buffer, self.label(), Self::SNAPSHOT_LEN)?;
        Ok(writer.list::<T>(|words| {
            loop {
                let head = self.head.load_acquire();
                let admissions = self.slots_from(head, self.window.limit());
                let counting = admissions.map(|slot| self.wait(self.read(slot.load_acquire(), now)));
                words.restart();
                // A place that was given back is as good as one that counts no more, but keeps its turn.
                counting.skip_while(|&left| left == T::ZERO).for_each(|left| words.word(left));
                if self.is_still(head) {
                    return;
                }
            }
        }))
    }

    /// Replaces all admissions by those of a snapshot which was taken `elapsed` ticks ago, on this clock or on another;
    /// `None` if that is not known: then as if none had passed. Bytes after the snapshot are not looked at.
    ///
    /// To be called before the window is used: what others are admitted meanwhile may be forgotten.
    ///
    /// # Errors
    ///
    /// If the bytes are no snapshot of such a window; nothing is changed.
    pub fn restore(&self, now: T, bytes: &[u8], elapsed: Option<T>) -> Result<(), SnapshotError> {
        let (period, slots) = (self.window.period(), self.used().len());
        let counting = self.label().open::<T>(bytes, Length::List(slots))?;
        if counting.clone().any(|left| left > period) {
            return Err(SnapshotError::Corrupt);
        }
        let head = self.head.load_acquire();
        let free = slots.saturating_sub(counting.clone().count());
        let words = core::iter::repeat_n(T::ZERO, free).chain(counting);
        for (slot, left) in self.slots_from(head, self.window.limit()).zip(words) {
            let left = left.saturating_sub(elapsed.unwrap_or_default());
            let admitted_at = now.wrapping_add(left).wrapping_sub(period);
            let word = if left == T::ZERO { T::FRESH } else { stamp(admitted_at) };
            slot.update_release(|_| (Some(word), ()));
        }
        self.free_to.store(head);
        self.bare_to.store(head);
        Ok(())
    }

    fn label(&self) -> Label {
        Label::new(KIND, [self.window.limit(), self.window.period(), T::ZERO, T::ZERO])
    }
}
