use super::BreakerError;
use crate::time::Ticks;

/// The most outcomes whose share of failures is kept.
const MOST_KEPT: u8 = 64;

/// When a [`CircuitBreaker`](super::CircuitBreaker) opens, for how long, and how it finds back: plain numbers, not yet checked.
///
/// ```
/// use tollgate::client::{BreakerSettings, CircuitBreaker};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
///
/// static BREAKER: CircuitBreaker<u32> = CircuitBreaker::<u32>::new(
///     BreakerSettings::after(5, 10 * SECOND) // 5 failures in a row open it for 10 s,
///         .or_share(50, 20) // or 10 failures among the last 20 calls;
///         .times(2, 300 * SECOND) // then 20 s, 40 s and so on as long as probes fail, up to 5 minutes;
///         .probes(1, 3) // probes go one at a time, and 3 that succeed close it;
///         .probe_time(30 * SECOND), // one that has not reported in 30 s has failed
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BreakerSettings<T> {
    pub(crate) failures: u32,
    pub(super) share: Option<Share>,
    pub(crate) open: T,
    pub(crate) factor: T,
    pub(crate) cap: T,
    pub(crate) probes_at_once: u32,
    pub(crate) probes_to_close: u32,
    pub(crate) probe_time: T,
}

/// So many failures in a hundred, of so many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Share {
    pub(super) percent: u8,
    pub(super) of: u8,
}

impl<T: Ticks> BreakerSettings<T> {
    /// Opens after so many failures in a row, for `open` ticks.
    ///
    /// The open time stays the same however often probes fail; one probe at a time, and one to close; a probe has as long to
    /// report as it was kept back first.
    #[must_use]
    pub const fn after(failures: u32, open: T) -> Self {
        Self {
            failures,
            share: None,
            open,
            factor: T::ONE,
            cap: open,
            probes_at_once: 1,
            probes_to_close: 1,
            probe_time: open,
        }
    }

    /// Opens also where at least `percent` of the last `of` calls have failed, 1 to 64, in any order.
    #[must_use]
    pub const fn or_share(self, percent: u8, of: u8) -> Self {
        Self { share: Some(Share { percent, of }), ..self }
    }

    /// The open time grows by `factor`, 1 or more, each time the probes fail, up to `cap` ticks.
    #[must_use]
    pub const fn times(self, factor: T, cap: T) -> Self {
        Self { factor, cap, ..self }
    }

    /// So many probes at once while half open, and so many that succeed to close.
    #[must_use]
    pub const fn probes(self, at_once: u32, to_close: u32) -> Self {
        Self { probes_at_once: at_once, probes_to_close: to_close, ..self }
    }

    /// Probes that have not reported so many ticks after the last of them began have failed.
    #[must_use]
    pub const fn probe_time(self, ticks: T) -> Self {
        Self { probe_time: ticks, ..self }
    }

    /// Whether the numbers can be kept, for both widths: times are open, factor, cap and probe time.
    pub(super) const fn check(&self, [open, factor, cap, probe_time]: [u64; 4]) -> Result<(), BreakerError> {
        if self.failures == 0 {
            return Err(BreakerError::ZeroFailures);
        }
        if let Some(Share { percent, of }) = self.share
            && (percent == 0 || percent > 100 || of == 0 || of > MOST_KEPT)
        {
            return Err(BreakerError::Share { percent, of });
        }
        if open == 0 {
            return Err(BreakerError::ZeroOpen);
        }
        if factor == 0 {
            return Err(BreakerError::ZeroFactor);
        }
        if cap < open {
            return Err(BreakerError::CapBelowOpen { open, cap });
        }
        if self.probes_at_once == 0 || self.probes_to_close == 0 {
            return Err(BreakerError::ZeroProbes);
        }
        if probe_time == 0 {
            return Err(BreakerError::ZeroProbeTime);
        }
        Ok(())
    }
}
