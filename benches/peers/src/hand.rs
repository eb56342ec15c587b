//! A clock that reads a word in memory, for all who are compared.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Nanoseconds, moved on by hand.
pub struct Hand(AtomicU64);

impl Hand {
    pub fn new() -> Self {
        Self(AtomicU64::new(1 << 30))
    }

    pub fn nanos(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// By one thread only.
    #[allow(dead_code, reason = "where two threads move it")]
    pub fn pass(&self, nanos: u64) {
        self.0.store(self.nanos() + nanos, Relaxed);
    }

    /// By any thread.
    #[allow(dead_code, reason = "where one thread moves it")]
    pub fn pass_together(&self, nanos: u64) {
        self.0.fetch_add(nanos, Relaxed);
    }
}

/// The same for governor.
#[derive(Clone)]
pub struct Reads(pub &'static Hand);

impl governor::clock::Clock for Reads {
    type Instant = governor::nanos::Nanos;

    fn now(&self) -> Self::Instant {
        self.0.nanos().into()
    }
}
