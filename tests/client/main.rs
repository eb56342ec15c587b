//! What the machines of a client promise, each promise a test.
#![cfg(not(loom))]

mod backoff;
mod breaker;
mod clock;
mod jitter;
mod pacer;
#[cfg(feature = "heapless")]
mod queue;
#[cfg(feature = "heapless")]
mod queue_programs;
mod usage;
