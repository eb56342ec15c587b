//! Rate limits for firmware and servers: exact, `no_std`, without allocation, without a clock of its own.
#![no_std]
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(test)]
extern crate std;

pub mod algorithm;
pub mod cell;
pub mod decision;
mod limiter;
pub mod quota;
pub mod time;

pub use decision::{Decision, Denied, Forced, Grant, Reservation};
pub use limiter::Limiter;
pub use quota::{Quota, QuotaError};

/// A token bucket: see [`algorithm::TokenBucket`].
pub type TokenBucket<T, C = cell::Shared<T>> = Limiter<algorithm::TokenBucket<T>, C>;

/// A leaky bucket that passes or fails: see [`algorithm::LeakyBucket`].
pub type LeakyBucket<T, C = cell::Shared<T>> = Limiter<algorithm::LeakyBucket<T>, C>;

/// A leaky bucket that delays: see [`algorithm::LeakyQueue`].
pub type LeakyQueue<T, C = cell::Shared<T>> = Limiter<algorithm::LeakyQueue<T>, C>;
