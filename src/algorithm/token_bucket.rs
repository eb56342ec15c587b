use super::Bucket;
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::Ticks;

/// Token bucket: starts full, spends, refills at a steady rate, and so admits bursts after a quiet time.
///
/// In any span of `D` ticks at most `burst + D × limit / period` units are admitted: after a quiet hour a bucket of
/// 100/h with a burst of 100 lets 199 or so through within the next hour.
///
/// Source: RFC 2697 and RFC 2698 (token bucket meters); the arithmetic is [`tat`](super::tat)'s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenBucket<T> {
    rate: Rate<T>,
}

bucket_rule!(TokenBucket, paced: false);
