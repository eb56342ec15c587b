//! Haravan: a leaky bucket for each shop that passes or fails.
//!
//! 80 calls fit the bucket, 4 leak out a second. Every response tells the level, `X-Haravan-Api-Call-Limit: 32/80`; a 429 also how
//! long to wait, `Retry-After: 2.0`.
//!
//! ```
//! use tollgate::profiles::{Answer, haravan};
//! use tollgate::time::TickLength;
//!
//! const TICK: TickLength = TickLength::MILLISECOND;
//! static SHOP: haravan::Shop<u32> = haravan::Shop::<u32>::new(haravan::Policy::DOCUMENTED, TICK);
//!
//! let head = |answer: &dyn Answer<u32>| answer.headers(TICK).map(|header| header.to_string()).collect::<Vec<_>>();
//! let now = 7_000;
//! let answers: Vec<_> = (0..81).map(|_| SHOP.try_acquire(now)).collect();
//! assert_eq!(head(&answers[31]), ["X-Haravan-Api-Call-Limit: 32/80"]);
//! assert_eq!(answers[80].status(), 429);
//! assert_eq!(head(&answers[80]), ["X-Haravan-Api-Call-Limit: 80/80", "Retry-After: 0.3"]); // a call leaks out in 250 ms
//! ```
//!
//! The level that is told is rounded up to whole calls, so that a bucket with room says less than 80; the wait is rounded up to
//! tenths of a second.
//!
//! The names and numbers are those of the API's documents, *API call limit*. Their example of 39/80 that has fallen to 19/80 ten
//! seconds later fits a leak of 2 a second; at 4 it would read 0/80. A server that leaks 2 is
//! `Policy { leaks: 2, ..Policy::DOCUMENTED }`.
//!
//! # Memory
//!
//! A [`Shop`] with its own rule takes 32 bytes on `u32` and 64 on `u64`; a slot of [`Shops`] 8 and 16.

use core::time::Duration;

use super::BackoffPolicy;
use crate::client::Jitter;

mod policy;
mod shop;
mod shops;

pub use policy::Policy;
pub use shop::{Admitted, Limited, Shop};
pub use shops::{InlineShops, Shops};

/// How a client backs off: not before the server's `Retry-After`, and by itself for no longer than it takes a full bucket to leak
/// out. (The documents name no numbers: these are ours.)
pub const BACKOFF: BackoffPolicy = BackoffPolicy {
    first: Duration::from_millis(500),
    factor: 2,
    longest: Duration::from_secs(20),
    jitter: Jitter::Full,
    attempts: 10,
    pause: Duration::ZERO,
    unreadable: Duration::from_secs(2),
};
