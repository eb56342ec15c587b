//! `defmt::Format` for every public type, as one would say it in a log line: the waits and counts, not the fields.
//!
//! Numbers go out as 64 bits whatever the width of the ticks, so that nothing is asked of `T` but [`Ticks`].

mod around;
mod client;
mod concurrency;
mod http;
mod keyed;
mod layered;
mod limits;
mod profiles;
#[cfg(any(feature = "embedded-hal", feature = "embedded-hal-async"))]
mod waiting;

use ::defmt::{Format, Formatter, write};

#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic"))]
use crate::cell::Atomic32;
#[cfg(any(loom, target_has_atomic = "64"))]
use crate::cell::Atomic64;
#[cfg(feature = "critical-section")]
use crate::cell::CriticalSection;
use crate::cell::{NoSharedCell, StateCell, Unsync};
use crate::decision::{Busy, Denied, Forced, Grant, LevelError, Never, NotYet, Reservation};
use crate::quota::{Quota, QuotaError, Rate, Window};
use crate::time::{TickLength, TickLengthError, Ticks};

impl<T: Ticks> Format for Quota<T> {
    fn format(&self, f: Formatter<'_>) {
        let (limit, period, burst) = (self.limit().into(), self.period().into(), self.capacity().into());
        write!(f, "{=u64} per {=u64} ticks, burst {=u64}", limit, period, burst);
        if self.most_debt() > T::ZERO {
            write!(f, ", debt {=u64}", self.most_debt().into());
        }
    }
}

impl Format for QuotaError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks> Format for Rate<T> {
    fn format(&self, f: Formatter<'_>) {
        let (per_tick, per_unit) = (self.per_tick().into(), self.per_unit().into());
        write!(f, "{}: a tick worth {=u64}, a unit {=u64}", self.quota(), per_tick, per_unit);
    }
}

impl<T: Ticks> Format for Window<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} per {=u64} ticks", self.limit().into(), self.period().into());
    }
}

impl<T: Ticks> Format for Grant<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "granted {=u64}, remaining {=u64}", self.granted().into(), self.remaining().into());
        if self.delay() > T::ZERO {
            write!(f, ", due in {=u64} ticks", self.delay().into());
        }
    }
}

impl<T: Ticks> Format for Denied<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::NotYet(wait) => wait.format(f),
            Self::Busy(busy) => busy.format(f),
            Self::Never(never) => never.format(f),
        }
    }
}

impl<T: Ticks> Format for NotYet<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "try again in {=u64} ticks", self.retry_after().into());
    }
}

impl Format for Busy {
    fn format(&self, f: Formatter<'_>) {
        let (weight, in_flight, capacity) = (self.weight(), self.in_flight(), self.capacity());
        write!(f, "busy: no room for {=u32} beside {=u32} in flight of {=u32}", weight, in_flight, capacity);
    }
}

impl<T: Ticks> Format for Never<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "cost {=u64} exceeds the capacity {=u64}", self.cost().into(), self.capacity().into());
    }
}

impl<T: Ticks> Format for Reservation<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "reserved {=u64}, due in {=u64} ticks", self.grant().granted().into(), self.delay().into());
    }
}

impl<T: Ticks> Format for Forced<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "charged {=u64}, uncharged {=u64}", self.charged().into(), self.uncharged().into());
    }
}

impl<T: Ticks> Format for LevelError<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "level {=u64} exceeds {=u64}, which is burst and debt", self.level().into(), self.most().into());
    }
}

/// A state word: an arrival time in sub-ticks, which says something only beside another one.
struct State<T>(T);

impl<T: Ticks> Format for State<T> {
    fn format(&self, f: Formatter<'_>) {
        if self.0 == T::FRESH { write!(f, "fresh") } else { write!(f, "{=u64:#x}", self.0.into()) }
    }
}

/// A cell is its state word.
macro_rules! cells {
    ($($(#[$available:meta])? [$($word:ident)?] $cell:ty;)*) => {$(
        $(#[$available])?
        impl$(<$word: Ticks>)? Format for $cell {
            fn format(&self, f: Formatter<'_>) {
                State(self.load()).format(f);
            }
        }
    )*};
}

cells! {
    [T] Unsync<T>;
    #[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic"))]
    [] Atomic32;
    #[cfg(any(loom, target_has_atomic = "64"))]
    [] Atomic64;
    #[cfg(feature = "critical-section")]
    [T] CriticalSection<T>;
}

impl Format for NoSharedCell {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no shared cell on this target");
    }
}

#[cfg(feature = "fugit")]
impl<X: Format, const NOM: u64, const DENOM: u64> Format for super::fugit::Timed<X, NOM, DENOM> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} (a tick is {=u64}/{=u64} s)", self.as_ticks(), NOM, DENOM);
    }
}

impl Format for TickLength {
    fn format(&self, f: Formatter<'_>) {
        let (nanos, ticks) = self.ratio();
        write!(f, "a tick is {=u64}/{=u64} ns", nanos, ticks);
    }
}

impl Format for TickLengthError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "a clock of 0 Hz");
    }
}
