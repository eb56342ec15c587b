//! Units drawn in bulk: many decisions for one access to the shared word.
//!
//! Where many threads ask one limiter all the time, each decision waits for the cache line that holds the word. A
//! [`RateLease`] draws up to so many units in one step and then spends them by itself: a comparison and a subtraction,
//! and no access to anything shared. Each thread or task has a lease of its own on the same limiter.
//!
//! ```
//! use tollgate::{Quota, RateLease, TokenBucket, lease::Terms};
//!
//! const SECOND: u64 = 1_000_000_000; // this clock ticks in nanoseconds
//! static CALLS: TokenBucket<u64> = TokenBucket::<u64>::new(Quota::per(1_000_000, SECOND));
//! const BY_64: Terms<u64> = Terms::<u64>::new(64, SECOND / 1_000); // 64 units, for a millisecond
//!
//! let now = 12_345;
//! let mut lease = RateLease::new(&CALLS, BY_64);
//! assert_eq!(lease.try_acquire(now, 1).unwrap().left(), 63); // drawn: 64 units are charged
//! assert_eq!(lease.try_acquire(now + 100, 1).unwrap().left(), 62); // spent: nothing shared is touched
//!
//! lease.give_back(now + 100); // or drop it
//! assert_eq!(CALLS.remaining(now + 100), 1_000_000 - 2);
//! ```
//!
//! # Guarantees
//!
//! * **The bound**: units are charged when they are drawn and are spent within the lease's lifetime or not at all. So
//!   what is spent in a span of `D` ticks was charged in a span of `D + lifetime`, however many leases there are: of a bucket at
//!   most `burst + rate × (D + lifetime)`, of a window what it admits in that span. A lease past its lifetime spends
//!   nothing.
//! * **The long-run rate is exact**: no unit is spent that was not charged, and none is charged twice.
//! * **What is put back** is what can be known not to have drained or ended since it was drawn, as others may have had that: a
//!   limiter is left with no more than if those units had never been drawn. Of a draw of `k` units, a bucket takes back at
//!   most `k - rate × (time since)`; the rest drains as if it had been spent. Putting back is part of the next draw, in the same
//!   step (on a window of many words in a step before it).
//! * **All or nothing**: a request is admitted in full or not at all. If what is left does not suffice it goes back, and
//!   the denial is the limiter's own, with its wait.
//!
//! What the lease does not see it cannot count: dropped without [`give_back`](RateLease::give_back), it puts back as of the
//! last reading it was given. Dropped soon after, that is exact. Where a lease may lie idle before it is dropped, and others draw
//! meanwhile, give it back with a reading: otherwise the bound holds as if the lifetime were the time it was held.
//!
//! # Clock faults
//!
//! * **Wrap**: changes nothing.
//! * **Stall**: a lease stays alive while the clock stands.
//! * **Step back**: a reading before the last one ends the lease, and what was left of it *stays charged*: nobody can tell any
//!   more what has drained. So no lease outlives its lifetime of the clock's forward progress, and at most one draw
//!   per lease is lost.
//! * **Idling**: a lease that is asked nothing for half of the word's range (24 days on `u32` milliseconds) takes that for a step
//!   back; if it is a whole turn of the clock, less than what is left of its lifetime apart, the lease looks alive, and its units,
//!   charged long ago, can still be spent.
//!
//! # Which limits
//!
//! Every [`Limiter`](crate::Limiter), [`RollingWindow`](crate::RollingWindow) and [`BucketedWindow`](crate::BucketedWindow): see
//! [`Source`]. A [`LeakyQueue`](crate::LeakyQueue) spaces the draws, not the units of one, which are all due after the same
//! [`delay`](Spent::delay).
//!
//! (For *places* that come back by themselves if their holder vanishes there is
//! [`LeasedConcurrency`](crate::LeasedConcurrency).)

mod rate_lease;
mod source;
mod terms;

pub use rate_lease::{RateLease, Spent};
pub use source::{Drawn, Source, Unused};
pub use terms::{Terms, TermsError};
