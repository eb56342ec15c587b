//! `defmt::Format` for every public type, as one would say it in a log line: the waits and counts, not the fields.
//!
//! Numbers go out as 64 bits whatever the width of the ticks, so that nothing is asked of `T` but [`Ticks`].

use ::defmt::{Format, Formatter, write};

use crate::adjustable::{Adjustable, ChangeError};
use crate::algorithm::tat::Verdict;
use crate::algorithm::{
    self, Algorithm, Bucket, Charge, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, Step,
    TokenBucket,
};
use crate::bucketed_window::BucketedWindow;
use crate::capped::{Capped, Windowed};
#[cfg(any(loom, target_has_atomic = "32", feature = "portable-atomic"))]
use crate::cell::Atomic32;
#[cfg(any(loom, target_has_atomic = "64"))]
use crate::cell::Atomic64;
#[cfg(feature = "critical-section")]
use crate::cell::CriticalSection;
use crate::cell::{HasShared, NoSharedCell, StateCell, Unsync};
use crate::concurrency::{
    ConcurrencyError, ConcurrencyLimit, Lease, LeaseLost, LeasedConcurrency, LeasedPermit, Permit, ReleaseError,
};
use crate::decision::{Busy, Denied, Forced, Grant, LevelError, Never, NotYet, Reservation};
use crate::keyed::{
    self, ClassError, Full, HalfLine, Inline, Key, KeyCell, LimitSlot, LimitTable, Line, Set, SipHash, SipHasher, Slot,
    Slots, Table, TableFull, Usage, WholeLine,
};
use crate::layered::{Admission, Admitted, Class, Costing, Layered, Level, Refused, Request, ShareError, Tightest};
use crate::lease::{Drawn, RateLease, Source, Spent, Terms, TermsError, Unused};
use crate::limiter::Limiter;
use crate::penalty::{Penalty, PenaltyError, PenaltyRule, WaitingPeriod};
use crate::quota::{Quota, QuotaError, Rate, Window};
use crate::rolling_window::RollingWindow;
use crate::snapshot::SnapshotError;
use crate::suppression::SuppressionCount;
use crate::time::Ticks;

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

impl<T: Ticks, R: Format> Format for Step<T, R> {
    fn format(&self, f: Formatter<'_>) {
        if let Some(state) = self.state {
            write!(f, "{}, state becomes {}", self.answer, State(state));
        } else {
            write!(f, "{}, state stays", self.answer);
        }
    }
}

impl<T: Ticks> Format for Verdict<T> {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::Admitted(ahead) => write!(f, "admitted, {=u64} sub-ticks ahead", ahead.into()),
            Self::NotYet(missing) => write!(f, "{=u64} sub-ticks missing", missing.into()),
            Self::Never(capacity) => write!(f, "exceeds the capacity {=u64}", capacity.into()),
        }
    }
}

impl<A: Format, C: Format> Format for Limiter<A, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, state {}", self.rule(), self.cell());
    }
}

macro_rules! rules {
    ($($rule:ident: $text:literal;)*) => {$(
        impl<T: Ticks> Format for $rule<T> {
            fn format(&self, f: Formatter<'_>) {
                write!(f, $text, self.quota());
            }
        }
    )*};
}

rules! {
    TokenBucket: "token bucket of {}";
    LeakyBucket: "leaky bucket of {}";
    LeakyQueue: "leaky queue of {}";
    FixedWindow: "fixed window of {}";
    FirstRequestWindow: "first-request window of {}";
    SlidingWindow: "sliding window of {}";
}

impl<C: StateCell<u32>> Format for ConcurrencyLimit<C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} in flight of {=u32}", self.in_flight(), self.limit());
    }
}

impl<C: StateCell<u32>> Format for Permit<'_, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "permit for {=u32}", self.weight());
    }
}

impl<T: HasShared, const N: usize, C> Format for LeasedConcurrency<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "at most {=u64} in flight, leased for {=u64} ticks", self.limit().into(), self.lease().into());
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Format for LeasedPermit<'_, T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "leased permit for {=u64}", self.weight().into());
    }
}

impl<T: Ticks> Format for Lease<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "lease of {=u64}", self.weight().into());
    }
}

impl<T: Ticks> Format for LeaseLost<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(
            f,
            "the lease has run out: {=u64} of its {=u64} units were gone",
            self.lost().into(),
            self.weight().into()
        );
    }
}

impl Format for ReleaseError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "cannot release {=u32} units: only {=u32} are held", self.weight(), self.in_flight());
    }
}

impl Format for ConcurrencyError {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::ZeroLimit { most } => write!(f, "limit = 0 is not from 1 to {=u64}", most),
            Self::LimitTooLarge { limit, most } => write!(f, "limit = {=u64} is not from 1 to {=u64}", limit, most),
            Self::ZeroLease => write!(f, "lease = 0 ticks has run out at once"),
            Self::LeaseTooLong { lease, most } => write!(f, "lease = {=u64} ticks exceeds {=u64}", lease, most),
        }
    }
}

impl Format for SnapshotError {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::BufferTooSmall { len, needed } => write!(f, "buffer of {=usize} bytes, {=usize} needed", len, needed),
            Self::Empty => write!(f, "no snapshot: erased or never written"),
            Self::Truncated { len, needed } => write!(f, "snapshot cut short: {=usize} of {=usize} bytes", len, needed),
            Self::OtherVersion { found, supported } => {
                write!(f, "snapshot of version {=u8}, not {=u8}", found, supported);
            }
            Self::OtherKind { found, expected } => {
                write!(f, "snapshot of kind {=u8:#x}, not {=u8:#x}", found, expected);
            }
            Self::Corrupt => write!(f, "snapshot corrupt"),
            Self::OtherQuota => write!(f, "snapshot of another quota"),
        }
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Format for RollingWindow<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "rolling window of {}", self.window());
    }
}

impl<T: Ticks, const SLOTS: usize> Format for algorithm::BucketedWindow<T, SLOTS> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "bucketed window of {}", self.quota());
    }
}

impl<T: HasShared, const SLOTS: usize, C> Format for BucketedWindow<T, SLOTS, C> {
    fn format(&self, f: Formatter<'_>) {
        self.rule().format(f);
    }
}

impl<B: Bucket<Ticks: HasShared>, C: StateCell<B::Ticks>> Format for Adjustable<B, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "adjustable bucket of {}", self.quota());
    }
}

impl Format for ChangeError {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Quota(error) => error.format(f),
            Self::TooManyAtOnce => write!(f, "three other changes are under way"),
        }
    }
}

impl<L: Windowed<Ticks: HasShared> + Format, C: StateCell<L::Ticks>> Format for Capped<L, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, capped at {=u64}", self.window(), self.limit().into());
    }
}

impl<T: Ticks> Format for WaitingPeriod<T> {
    fn format(&self, f: Formatter<'_>) {
        let (first, factor, cap) = (self.first().into(), self.factor().into(), self.cap().into());
        write!(f, "{=u64} ticks, times {=u64} up to {=u64}", first, factor, cap);
    }
}

impl<T: Ticks> Format for PenaltyRule<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "penalty of {}", self.period());
    }
}

impl Format for PenaltyError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<L: Format, T: HasShared, C: StateCell<T>> Format for Penalty<L, T, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, {}", self.limit(), self.rule());
    }
}

impl<L: Format, C: StateCell<u32>> Format for SuppressionCount<L, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, {=u32} suppressed", self.limit(), self.suppressed());
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

impl<T: Ticks, R> Format for Admitted<T, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted, due in {=u64} ticks", self.delay.into());
    }
}

impl<T: Ticks> Format for Request<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} at {=u64}", self.cost().into(), self.now().into());
    }
}

impl<T: Ticks> Format for Tightest<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "level {=usize}, remaining {=u64}", self.level, self.remaining.into());
    }
}

impl<T: Ticks> Format for Refused<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "level {=usize}: {}", self.level(), self.denied());
    }
}

impl Format for Class {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.name());
    }
}

impl Format for ShareError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks, L: Level<T>> Format for Admission<T, L> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted {=u64}, {}", self.cost().into(), self.tightest());
    }
}

impl<L: Format> Format for Layered<L> {
    fn format(&self, f: Formatter<'_>) {
        self.levels().format(f);
    }
}

impl<T: Ticks, L: Format> Format for Costing<T, L> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} at {=u64} each", self.limit, self.cost.into());
    }
}

impl<T: Ticks> Format for Charge<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} at {=u64}", self.units.into(), self.at.into());
    }
}

impl<T: Ticks> Format for Terms<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} units for {=u64} ticks", self.units().into(), self.lifetime().into());
    }
}

impl Format for TermsError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks> Format for Spent<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "spent, {=u64} left", self.left().into());
        if self.delay() > T::ZERO {
            write!(f, ", due in {=u64} ticks", self.delay().into());
        }
    }
}

impl<T: Ticks> Format for Drawn<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "drawn {=u64}, due in {=u64} ticks", self.charge.units.into(), self.delay.into());
    }
}

impl<T: Ticks> Format for Unused<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} unused of {=u64}", self.units.into(), self.of.units.into());
    }
}

impl<S: Source + ?Sized> Format for RateLease<'_, S> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "lease of {}", self.terms());
    }
}

#[cfg(feature = "embedded-hal")]
impl<D, F> Format for super::embedded_hal::Waiter<D, F> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "waiter, {}", self.tick());
    }
}

#[cfg(feature = "embedded-hal-async")]
impl<D, F> Format for super::embedded_hal_async::Waiter<D, F> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "waiter, {}", self.tick());
    }
}

#[cfg(any(feature = "embedded-hal", feature = "embedded-hal-async"))]
mod waiting {
    use ::defmt::{Format, Formatter, write};

    use super::super::waiting::{Patience, Retry, TickLength, TickLengthError};
    use crate::time::Ticks;

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

    impl<T: Ticks> Format for Patience<T> {
        fn format(&self, f: Formatter<'_>) {
            write!(f, "at most {=u64} ticks", self.ticks.into());
            if self.attempts < u32::MAX {
                write!(f, ", {=u32} attempts", self.attempts);
            }
            if let Some(every) = self.poll {
                write!(f, ", polling every {=u64} ticks", every.into());
            }
        }
    }

    #[allow(clippy::match_same_arms)] // they write different texts, which the macro interns
    impl<T: Ticks> Format for Retry<T> {
        fn format(&self, f: Formatter<'_>) {
            match self {
                Self::After(ticks) => write!(f, "after {=u64} ticks", (*ticks).into()),
                Self::Unknown => write!(f, "nobody knows when"),
                Self::Never => write!(f, "never again"),
            }
        }
    }
}

impl<A: Algorithm, S: Slots<Word = A::Ticks>, H, const CLASSES: usize> Format for Table<A, S, H, CLASSES> {
    fn format(&self, f: Formatter<'_>) {
        let (capacity, reused, full) = (self.capacity() as u64, self.reused().into(), self.found_full().into());
        write!(f, "table of {=u64} slots, {=u64} times reused, {=u64} times found full", capacity, reused, full);
    }
}

impl<A: Algorithm, S: Slots<Word = A::Ticks>, H, const CLASSES: usize> Format for Key<'_, A, S, H, CLASSES> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "key {=u64:#x}", self.fingerprint().into());
    }
}

impl<T: HasShared, L, S: AsRef<[LimitSlot<T, L, C>]>, H, C> Format for LimitTable<T, L, S, H, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "table of {=u64} limits", self.capacity() as u64);
    }
}

impl<T: Ticks> Format for Usage<T> {
    fn format(&self, f: Formatter<'_>) {
        let (key, class, remaining) = (self.fingerprint().into(), self.class() as u64, self.remaining().into());
        write!(f, "key {=u64:#x} of class {=u64}, remaining {=u64}", key, class, remaining);
    }
}

impl<T: Ticks> Format for keyed::Admitted<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Key(grant) => grant.format(f),
            Self::Overflow(grant) => write!(f, "no slot, shared limit: {}", grant),
            Self::Uncounted => write!(f, "no slot, uncounted"),
        }
    }
}

impl<T: Ticks> Format for keyed::Refused<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Key(denied) => denied.format(f),
            Self::Overflow(denied) => write!(f, "no slot, shared limit: {}", denied),
            Self::Full(wait) => write!(f, "no slot: {}", wait),
        }
    }
}

impl<A: Format> Format for Full<A> {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Refuse => write!(f, "refuse"),
            Self::Admit => write!(f, "admit"),
            Self::Overflow(rule) => write!(f, "overflow to {}", rule),
        }
    }
}

impl Format for ClassError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no class {=u64}: there are {=u64}", self.class() as u64, self.classes() as u64);
    }
}

impl<T: Line, const N: usize, C> Format for Inline<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} slots", N as u64);
    }
}

/// What says no more than what it is: parts of a table, and the secret of a hash.
macro_rules! names {
    ($([$($parameter:tt)*] $type:ty: $text:literal;)*) => {$(
        impl<$($parameter)*> Format for $type {
            fn format(&self, f: Formatter<'_>) {
                write!(f, $text);
            }
        }
    )*};
}

names! {
    [T: Line, C] Set<T, C>: "set of 4 slots";
    [C] Slot<C>: "slot";
    [T: HasShared, L, C] LimitSlot<T, L, C>: "slot";
    [] TableFull: "no slot for this key";
    [] HalfLine: "half a cache line";
    [] WholeLine: "a cache line";
    [] SipHash: "SipHash";
    [] SipHasher: "SipHasher";
}

impl<A, S, H, const CLASSES: usize> Format for KeyCell<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    fn format(&self, f: Formatter<'_>) {
        write!(f, "state {=u64:#x} of a key", self.load().into());
    }
}
