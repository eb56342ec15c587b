//! A clock in milliseconds that may run faster than the real one, so that an hour passes in seconds.

use std::time::{Duration, Instant};

/// Milliseconds since it was made, so many times as fast as real ones. At a speed of 0 it stands still.
///
/// It is monotonic, as a limiter's clock should be: the time of day is set back now and then.
#[derive(Clone, Copy)]
pub struct Clock {
    start: Instant,
    speed: u32,
}

impl Clock {
    pub fn new(speed: u32) -> Self {
        Self { start: Instant::now(), speed }
    }

    pub fn now(&self) -> u64 {
        let nanos = self.start.elapsed().as_nanos() * u128::from(self.speed);
        u64::try_from(nanos / 1_000_000).unwrap_or(u64::MAX)
    }

    /// Waits so many milliseconds of this clock, or a little longer: forever, if it stands still.
    pub async fn sleep(&self, millis: u64) {
        if millis == 0 {
            return;
        }
        match Duration::from_millis(millis).checked_div(self.speed) {
            Some(real) => tokio::time::sleep(real).await,
            None => std::future::pending().await,
        }
    }
}
