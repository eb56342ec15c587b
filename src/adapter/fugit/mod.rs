//! Quotas, limiters and answers in the types of the crate [`fugit`](mod@::fugit).
//!
//! A limiter counts plain ticks. [`Timed`] says in its type how long a tick is, takes `fugit`'s instants as `now` and
//! tells waits as its durations: an instant of another clock does not compile. It costs nothing at run time.
//!
//! ```
//! use fugit::{HertzU32, TimerDurationU32, WrappingTimerInstantU32};
//! use tollgate::{Quota, TokenBucket};
//!
//! type Timer<X> = tollgate::adapter::fugit::Timed<X, 1, 32_768>; // this board's clock, said once
//!
//! // Fifty a second, up to ten at once; and sixteen a minute.
//! static UPLINK: Timer<TokenBucket<u32>> =
//!     Timer::<TokenBucket<u32>>::new(Timer::<Quota<u32>>::from_rate(HertzU32::Hz(50), 10));
//! static ALARMS: Timer<TokenBucket<u32>> =
//!     Timer::<TokenBucket<u32>>::new(Timer::<Quota<u32>>::per(16, TimerDurationU32::from_minutes(1)));
//!
//! let now = WrappingTimerInstantU32::<32_768>::from_ticks(4_294_967_295); // the next reading is 0
//! assert_eq!(UPLINK.try_acquire(now, 10).unwrap().remaining(), 0);
//!
//! let wait = UPLINK.try_acquire(now, 1).unwrap_err().retry_after().unwrap();
//! assert_eq!(wait.as_ticks(), 656); // 20 ms is 655.36 ticks: a wait is rounded up
//! assert!(UPLINK.try_acquire(now + wait, 1).is_ok());
//! # assert!(ALARMS.try_acquire(now, 16).is_ok());
//! ```
//!
//! ```compile_fail,E0308
//! # use fugit::{HertzU32, WrappingTimerInstantU32};
//! # use tollgate::{Quota, TokenBucket};
//! # type Timer<X> = tollgate::adapter::fugit::Timed<X, 1, 32_768>;
//! # static UPLINK: Timer<TokenBucket<u32>> =
//! #     Timer::<TokenBucket<u32>>::new(Timer::<Quota<u32>>::from_rate(HertzU32::Hz(50), 10));
//! let milliseconds = WrappingTimerInstantU32::<1_000>::from_ticks(0);
//! let _ = UPLINK.try_acquire(milliseconds, 1); // error: expected `32768`, found `1000`
//! ```
//!
//! # Rates are exact, periods are whole ticks
//!
//! A rate becomes the exact ratio of units and ticks ([`from_rate`](Timed::from_rate)): 50 Hz on a 32768 Hz timer is 25
//! units per 16384 ticks. A period ([`per`](Timed::per)) is counted in whole ticks, and it is `fugit` that converts
//! to them: `Duration::from_millis(20)` of that timer is 655 ticks, and not 655.36. Where a
//! period is not a whole number of ticks, give the rate. A constant rate that the word cannot keep stops the build:
//!
//! ```compile_fail,E0080
//! # use fugit::Rate;
//! # use tollgate::Quota;
//! type Nanoseconds<X> = tollgate::adapter::fugit::Timed<X, 1, 1_000_000_000>;
//! // error: burst and debt of 1 units at 60000000000 sub-ticks each exceed the 2147483648 that fit the word: …
//! const SEVEN_A_MINUTE: Nanoseconds<Quota<u32>> =
//!     Nanoseconds::<Quota<u32>>::from_rate(Rate::<u32, 1, 60>::from_raw(7), 1);
//! # let _ = SEVEN_A_MINUTE;
//! ```
//!
//! # Both kinds of instant
//!
//! `fugit` tells `Wrapping` instants (a hardware counter) from `Monotonic` ones (a timeline that does not wrap). Both will
//! do as `now`, in 32 and in 64 bits, and both are read as ticks modulo the word:
//!
//! * `Wrapping` is what a limiter expects; a wrap changes no decision.
//! * `Monotonic` is the same without ever wrapping. Should its counter wrap after all, the limiter goes on as if
//!   nothing had happened, though `fugit`'s own order of such instants no longer holds.
//!
//! What idling and steps back may cost is the same for both: see [clock faults](crate::algorithm::tat#clock-faults).
//! All callers of one limiter are to read the same counter; the tick in the type cannot see to that.

mod answer;
mod limiter;
mod quota;

use ::fugit::kind::Kind;
use ::fugit::{Duration, Instant};

pub use answer::Decision;

use crate::time::Ticks;

/// An `X` whose ticks are `NOM / DENOM` seconds, as in `fugit`'s types.
///
/// | `X` | what is in `fugit`'s types |
/// |---|---|
/// | [`Quota`](crate::Quota) | made of a rate or a period |
/// | [`Limiter`](crate::Limiter) by any of its names | every `now`, every longest wait |
/// | a rule of [`algorithm`](crate::algorithm) | made of such a quota, gives such limiters |
/// | [`Grant`](crate::Grant), [`Denied`](crate::Denied), [`Reservation`](crate::Reservation), [`Forced`](crate::Forced) | every wait |
///
/// Whatever else `X` can do is a call away by [`as_ticks`](Self::as_ticks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Timed<X, const NOM: u64, const DENOM: u64>(X);

impl<X, const NOM: u64, const DENOM: u64> Timed<X, NOM, DENOM> {
    /// Declares the ticks of `inner` to be `NOM / DENOM` seconds.
    #[must_use]
    pub const fn from_ticks(inner: X) -> Self {
        const { assert!(NOM > 0 && DENOM > 0, "a tick of NOM / DENOM seconds needs both to be above 0") };
        Self(inner)
    }

    /// What is inside, in plain ticks.
    #[must_use]
    pub const fn as_ticks(&self) -> &X {
        &self.0
    }

    /// What is inside, in plain ticks.
    #[must_use]
    pub fn into_ticks(self) -> X {
        self.0
    }
}

/// An integer that both this crate and `fugit` count ticks in: `u32` or `u64`. Sealed, as [`Ticks`] is.
pub trait Word: Ticks {
    /// The reading of a clock, in ticks.
    #[must_use]
    fn reading<const NOM: u64, const DENOM: u64, K: Kind>(now: Instant<Self, NOM, DENOM, K>) -> Self;

    /// The length of `duration`, in its ticks.
    #[must_use]
    fn length<const NOM: u64, const DENOM: u64>(duration: Duration<Self, NOM, DENOM>) -> Self;

    /// A duration of so many ticks.
    #[must_use]
    fn duration<const NOM: u64, const DENOM: u64>(self) -> Duration<Self, NOM, DENOM>;
}

macro_rules! word {
    ($($word:ident)*) => {$(
        impl Word for $word {
            #[inline]
            fn reading<const NOM: u64, const DENOM: u64, K: Kind>(now: Instant<Self, NOM, DENOM, K>) -> Self {
                now.as_ticks()
            }

            #[inline]
            fn length<const NOM: u64, const DENOM: u64>(duration: Duration<Self, NOM, DENOM>) -> Self {
                duration.as_ticks()
            }

            #[inline]
            fn duration<const NOM: u64, const DENOM: u64>(self) -> Duration<Self, NOM, DENOM> {
                Duration::<Self, NOM, DENOM>::from_ticks(self)
            }
        }
    )*};
}

word!(u32 u64);
