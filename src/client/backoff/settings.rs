use super::BackoffError;
use crate::time::Ticks;

/// How chance spreads the waits, so that many clients that failed together do not come back together.
///
/// *Grown* is `base × factor^n` after `n` earlier failures, and no more than the cap. All ranges are in whole ticks with both ends
/// included, and every tick in them is as likely as the others.
///
/// Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Jitter {
    /// No chance: grown.
    None,
    /// From 0 to grown: the least work in all, and a retry may come at once. See [`pause`](BackoffSettings::pause).
    #[default]
    Full,
    /// Half of grown, and from 0 to the other half.
    Equal,
    /// From the base to `factor` times the wait before, and the cap for all that is drawn above it, so that near the cap many do come
    /// back together; the source's factor is 3.
    Decorrelated,
    /// Grown, and from 0 to just below the base: Clover's `2^n + U[0, 1)` seconds with a base of one second and a factor of 2. The
    /// chance goes on top of the cap: clients that have all grown up to it would retry in step otherwise.
    Additive,
}

/// How a [`Backoff`](super::Backoff) waits, and when it gives up: plain numbers in ticks, not yet checked.
///
/// ```
/// use tollgate::client::{Backoff, BackoffSettings, Jitter};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
///
/// const CLOVER: BackoffSettings<u32> = BackoffSettings::exponential(SECOND, 2, 512 * SECOND)
///     .jitter(Jitter::Additive)
///     .attempts(10)
///     .pause(SECOND)
///     .unreadable(60 * SECOND);
/// static BACKOFF: Backoff<u32> = Backoff::<u32>::new(CLOVER);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BackoffSettings<T> {
    pub(crate) base: T,
    pub(crate) factor: T,
    pub(crate) cap: T,
    pub(crate) jitter: Jitter,
    pub(crate) attempts: u32,
    pub(crate) pause: T,
    pub(crate) unreadable: T,
    pub(crate) longest_server_wait: T,
}

impl<T: Ticks> BackoffSettings<T> {
    /// Waits of `base` ticks that grow by `factor` with every failure in a row, up to `cap` ticks.
    ///
    /// [`Full`](Jitter::Full) jitter, 10 attempts, no pause; a wait that is due and [unreadable](Self::unreadable) counts
    /// as the cap; the server may ask for any wait.
    #[must_use]
    pub const fn exponential(base: T, factor: T, cap: T) -> Self {
        Self {
            base,
            factor,
            cap,
            jitter: Jitter::Full,
            attempts: 10,
            pause: T::ZERO,
            unreadable: cap,
            longest_server_wait: T::MAX,
        }
    }

    /// How chance spreads the waits.
    #[must_use]
    pub const fn jitter(self, jitter: Jitter) -> Self {
        Self { jitter, ..self }
    }

    /// Attempts in all, the first one included: after so many failures in a row there is no wait, and no more attempt.
    #[must_use]
    pub const fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Nothing is sent for at least so many ticks after a failure, whatever chance draws and the server says: the first thing to do
    /// about a 429 is to pause.
    #[must_use]
    pub const fn pause(self, pause: T) -> Self {
        Self { pause, ..self }
    }

    /// What counts as the server's wait where it owed one, and it [was missing or could not be read](super::ServerWait::Unreadable).
    #[must_use]
    pub const fn unreadable(self, unreadable: T) -> Self {
        Self { unreadable, ..self }
    }

    /// The longest wait that is accepted from the server; if it asks for more, the backoff
    /// [gives up](super::GaveUp::ServerWaitTooLong) instead.
    #[must_use]
    pub const fn longest_server_wait(self, longest: T) -> Self {
        Self { longest_server_wait: longest, ..self }
    }

    /// Whether the numbers can be kept, for both widths.
    pub(super) const fn check(base: u64, factor: u64, cap: u64, attempts: u32) -> Result<(), BackoffError> {
        if base == 0 {
            return Err(BackoffError::ZeroBase);
        }
        if factor == 0 {
            return Err(BackoffError::ZeroFactor);
        }
        if cap < base {
            return Err(BackoffError::CapBelowBase { base, cap });
        }
        if attempts == 0 {
            return Err(BackoffError::ZeroAttempts);
        }
        Ok(())
    }
}
