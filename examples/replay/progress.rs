//! Work in progress: which requests of a log are still being served, and when they end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::limiter::{Limits, Op};

/// The admitted requests that have not ended, the next to end first.
///
/// A request runs from its stamp until the time it took is over, that instant not included. Before a line is decided on,
/// what has ended by *its* stamp is given back, in the order of the ends. If the log steps back, nothing is taken back:
/// what has ended stays ended, and what has not by the earlier stamp still runs, as most of it did: a slow request is
/// logged after faster ones that began later, and they ran side by side.
#[derive(Default)]
pub struct InProgress(BinaryHeap<Reverse<(u64, Vec<u8>)>>);

impl InProgress {
    pub fn begin(&mut self, key: &[u8], now: u64, took: u64) {
        self.0.push(Reverse((now.saturating_add(took), key.to_vec())));
    }

    /// Gives back what has ended by `now`.
    pub fn end(&mut self, now: u64, limits: &mut dyn Limits) {
        while self.0.peek().is_some_and(|Reverse((end, _))| *end <= now) {
            if let Some(Reverse((end, key))) = self.0.pop() {
                limits.put(Op::Release, &key, end, 1);
            }
        }
    }
}
