//! A bucket as one would write it with a wide word and no care for speed, and numbers to drive it with.

use tollgate::Quota;
use tollgate::time::Ticks;

/// Counts in units × period: a unit weighs a period, a tick drains a limit. Nothing is reduced and nothing wraps.
pub struct Model {
    level: u64,
    limit: u64,
    period: u64,
    burst: u64,
}

impl Model {
    pub fn new<T: Ticks>(quota: Quota<T>) -> Self {
        Self { level: 0, limit: quota.limit().into(), period: quota.period().into(), burst: quota.capacity().into() }
    }

    /// Ticks a full bucket takes to drain, rounded up.
    pub fn drain_ticks(&self) -> u64 {
        (self.burst * self.period).div_ceil(self.limit)
    }

    pub fn pass(&mut self, ticks: u64) {
        self.level = self.level.saturating_sub(ticks * self.limit);
    }

    /// What remains, or the wait: `None` for a cost that never fits.
    pub fn acquire(&mut self, cost: u64) -> Result<u64, Option<u64>> {
        if cost > self.burst {
            return Err(None);
        }
        let (after, full) = (self.level + cost * self.period, self.burst * self.period);
        if cost > 0 && after > full {
            return Err(Some((after - full).div_ceil(self.limit)));
        }
        self.level = after;
        Ok((full - after) / self.period)
    }
}

/// Repeatable random numbers (xorshift64*).
pub struct Dice(pub u64);

impl Dice {
    /// A number below `end`, or 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16) % end.max(1)
    }
}
