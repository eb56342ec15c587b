use super::Bucket;
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::Ticks;

/// Leaky bucket as a queue: admits with a delay, so that what leaves is evenly spaced, up to a depth.
///
/// A grant says by its [`delay`](crate::Grant::delay) when to act. The burst of the quota is the depth: units
/// admitted and not yet due, the one being served included. With a depth of 5 at 1/s, of seven requests at one
/// instant the first goes at once, four wait for 1, 2, 3 and 4 s, and two are refused.
///
/// Source: the virtual scheduling algorithm of ITU-T I.371, annex A, read as a shaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeakyQueue<T> {
    rate: Rate<T>,
}

bucket_rule!(LeakyQueue, paced: true);
