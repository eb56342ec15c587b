//! What the machines of a client promise, each promise a test.
#![cfg(not(loom))]

mod backoff;
mod backoff_programs;
mod breaker;
mod breaker_programs;
mod clock;
#[cfg(feature = "heapless")]
pub mod fuzzed;
mod jitter;
mod pacer;
#[cfg(feature = "heapless")]
mod queue;
#[cfg(feature = "heapless")]
mod queue_programs;
mod usage;
