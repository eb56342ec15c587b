use core::time::Duration;

use crate::client::{BackoffSettings, Jitter};
use crate::time::{TickLength, Ticks};

/// How a client of an API [backs off](crate::client::Backoff), in time: numbers to change.
///
/// ```
/// use tollgate::client::Backoff;
/// use tollgate::profiles::{BackoffPolicy, clover};
/// use tollgate::time::TickLength;
///
/// const HASTY: BackoffPolicy = BackoffPolicy { attempts: 4, ..clover::BACKOFF };
/// static BACKOFF: Backoff<u32> = Backoff::<u32>::new(HASTY.settings_u32(TickLength::MILLISECOND));
/// let backoff = Backoff::<u64>::try_new(clover::BACKOFF.settings(TickLength::NANOSECOND)).unwrap();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BackoffPolicy {
    /// The first wait.
    pub first: Duration,
    /// By how much it grows with every failure in a row.
    pub factor: u32,
    /// How long it gets at most, without what chance adds.
    pub longest: Duration,
    /// How chance spreads the waits.
    pub jitter: Jitter,
    /// Attempts in all.
    pub attempts: u32,
    /// For how long at least nothing is sent after a failure.
    pub pause: Duration,
    /// What counts as the server's wait where its header is missing or cannot be read.
    pub unreadable: Duration,
}

impl BackoffPolicy {
    /// The same in ticks, rounded up, each time at most what a word counts: on `u32`, 4.29 s in nanoseconds.
    #[must_use]
    pub fn settings<T: Ticks>(&self, tick: TickLength) -> BackoffSettings<T> {
        BackoffSettings::exponential(tick.ticks(self.first), T::truncate(self.factor.into()), tick.ticks(self.longest))
            .jitter(self.jitter)
            .attempts(self.attempts)
            .pause(tick.ticks(self.pause))
            .unreadable(tick.ticks(self.unreadable))
    }
}

macro_rules! const_settings {
    ($($settings:ident $word:ident, $text:literal;)*) => {$(
        impl BackoffPolicy {
            #[doc = $text]
            #[must_use]
            #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // what is cut has been compared
            pub const fn $settings(&self, tick: TickLength) -> BackoffSettings<$word> {
                const fn ticks(time: Duration, tick: TickLength) -> $word {
                    let ticks = tick.count(time);
                    if ticks > $word::MAX as u64 { $word::MAX } else { ticks as $word }
                }
                BackoffSettings::exponential(ticks(self.first, tick), self.factor as $word, ticks(self.longest, tick))
                    .jitter(self.jitter)
                    .attempts(self.attempts)
                    .pause(ticks(self.pause, tick))
                    .unreadable(ticks(self.unreadable, tick))
            }
        }
    )*};
}

const_settings! {
    settings_u32 u32, "The same in `u32` ticks, for constants.";
    settings_u64 u64, "The same in `u64` ticks, for constants.";
}
