//! Rate limits for firmware and servers: exact, `no_std`, without allocation and without a clock of its own.
//!
//! A rate limit here is a pure integer state machine, `(state, now, cost) -> (state', decision)`. Everything else is
//! kept apart from it: where the state word lives, what a tick is, and how the answer is spoken.
//!
//! | name | what it is |
//! |---|---|
//! | [`Quota`] | so many units per so many ticks, with a burst |
//! | [`TokenBucket`] | a steady rate, and bursts after a quiet time |
//! | [`LeakyBucket`] | the same, read as a level that leaks |
//! | [`LeakyQueue`] | evenly spaced: admits with a delay, up to a depth |
//! | [`RollingWindow`] | never more than the limit in any span of a period |
//! | [`BucketedWindow`] | the same for large limits, in a few words |
//! | [`ConcurrencyLimit`] | at most so many at once |
//! | [`Layered`] | several limits taken together, all or none |
//! | [`Keyed`] | a limit for each key, in fixed memory |
//!
//! ([`SlidingWindow`], [`FixedWindow`] and [`FirstRequestWindow`] are there to mirror servers; [`LeasedConcurrency`] is for
//! holders that may vanish. The README compares them all.)
//!
//! Around a limit: [`Penalty`] for asking too early, [`SuppressionCount`] and [`throttled!`] for log lines, [`RateLease`] to draw
//! units in bulk, [`Adjustable`] and [`Capped`] for limits that change while in use, [`snapshot`] to outlive a reset.
//!
//! ```
//! use tollgate::{Quota, TokenBucket};
//!
//! const SECOND: u32 = 1_000; // this clock ticks in milliseconds
//! static UPLINK: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, SECOND).burst(32));
//!
//! let now = 4_294_967_295; // any reading will do; the next one is 0
//! match UPLINK.try_acquire(now, 1) {
//!     Ok(grant) => assert_eq!(grant.remaining(), 31),
//!     Err(denied) => println!("{denied}"), // limit reached: try again in … ticks
//! }
//! ```
//!
//! (`TokenBucket::<u32>` names the width twice because a generic `const fn` cannot calculate yet; at run time
//! `TokenBucket::try_new(quota)?` infers it.)
//!
//! # Guarantees
//!
//! * **Exact**: rates are ratios of integers, kept in lowest terms. No float, no rounding, no drift. A wait is rounded up
//!   once, to whole ticks; what remains is rounded down, to whole units.
//! * **Any clock**: ticks are plain `u32` or `u64`; wraps, stalls, steps back and long silences have
//!   [stated and bounded effects](algorithm::tat#clock-faults).
//! * **Denial writes nothing**: under overload a refused request is a load and a comparison.
//! * **Two kinds of no**: [`Denied::NotYet`] with the wait, [`Denied::Never`] for a cost that cannot fit.
//! * **Never a panic** while deciding, no `unsafe`, no allocation, no recursion.
//!
//! # Where things are
//!
//! [`time`], [`quota`] and [`decision`] hold the words, [`algorithm`] the state machines, [`cell`] the places a state
//! word can live in; a [`Limiter`] is a rule and a cell. What is put together of limits is in [`layered`], [`keyed`],
//! [`penalty`] and [`lease`]. How limits are spoken of over HTTP is in [`http`], what a client needs to obey them in [`client`], and
//! the limits of three APIs, ready to be enforced or obeyed, in [`profiles`].
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

#[cfg(any(feature = "defmt", feature = "embedded-hal", feature = "embedded-hal-async", feature = "fugit"))]
pub mod adapter;
mod adjustable;
pub mod algorithm;
mod bucketed_window;
mod capped;
pub mod cell;
pub mod client;
pub mod concurrency;
pub mod decision;
pub mod http;
pub mod keyed;
pub mod layered;
pub mod lease;
mod limiter;
pub mod penalty;
pub mod profiles;
pub mod quota;
mod rolling_window;
pub mod snapshot;
mod suppression;
mod throttled;
pub mod time;

pub use adjustable::{Adjustable, ChangeError};
pub use bucketed_window::BucketedWindow;
pub use capped::{Capped, Windowed};
pub use concurrency::{ConcurrencyLimit, LeasedConcurrency, LeasedPermit, Permit};
pub use decision::{Decision, Denied, Forced, Grant, Reservation};
pub use keyed::Keyed;
pub use layered::Layered;
pub use lease::RateLease;
pub use limiter::Limiter;
pub use penalty::Penalty;
pub use quota::{Quota, QuotaError};
pub use rolling_window::RollingWindow;
pub use snapshot::SnapshotError;
pub use suppression::SuppressionCount;

/// A token bucket: see [`algorithm::TokenBucket`].
pub type TokenBucket<T, C = cell::Shared<T>> = Limiter<algorithm::TokenBucket<T>, C>;

/// A leaky bucket that passes or fails: see [`algorithm::LeakyBucket`].
pub type LeakyBucket<T, C = cell::Shared<T>> = Limiter<algorithm::LeakyBucket<T>, C>;

/// A leaky bucket that delays: see [`algorithm::LeakyQueue`].
pub type LeakyQueue<T, C = cell::Shared<T>> = Limiter<algorithm::LeakyQueue<T>, C>;

/// A window aligned to tick 0: see [`algorithm::FixedWindow`].
pub type FixedWindow<T, C = cell::Shared<T>> = Limiter<algorithm::FixedWindow<T>, C>;

/// A window opened by the first request: see [`algorithm::FirstRequestWindow`].
pub type FirstRequestWindow<T, C = cell::Shared<T>> = Limiter<algorithm::FirstRequestWindow<T>, C>;

/// A sliding window of two counters: see [`algorithm::SlidingWindow`].
pub type SlidingWindow<T, C = cell::Shared<T>> = Limiter<algorithm::SlidingWindow<T>, C>;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
