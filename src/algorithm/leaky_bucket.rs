use super::Bucket;
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::Ticks;

/// Leaky bucket as a meter: every unit raises the level, the level leaks at a steady rate, and what would
/// overflow is refused at once.
///
/// The mirror image of a [`TokenBucket`](super::TokenBucket): its level is the other's missing tokens, so both
/// decide alike. It is the form that APIs report as used/size, such as `32/80`.
///
/// Source: J. Turner, *New Directions in Communications*, IEEE Communications Magazine 24(10), 1986; ITU-T I.371,
/// annex A (continuous-state leaky bucket).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeakyBucket<T> {
    rate: Rate<T>,
}

bucket_rule!(LeakyBucket, paced: false);
