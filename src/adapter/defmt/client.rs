use ::defmt::{Format, Formatter, write};

use crate::client::{
    Backoff, BackoffError, BackoffSettings, BreakerError, BreakerSettings, BreakerState, Call, CircuitBreaker,
    ForcedOpen, GaveUp, Jitter, NotBegun, Outcome, Pacer, Poll, Seeded, ServerWait, Trend, UsageError, UsageWarning,
    UsageWatch,
};
#[cfg(feature = "heapless")]
use crate::client::{Handle, Job, Next, NoneWaiting, QueueFull, Queued, RequestQueue};
use crate::time::Ticks;

impl<T: Ticks, R: Format> Format for Poll<T, R> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Ready => write!(f, "ready"),
            Self::Wait(ticks) => write!(f, "wait {=u64} ticks", (*ticks).into()),
            Self::Refused(reason) => write!(f, "refused: {}", reason),
        }
    }
}

/// What has no numbers, or a text of its own.
macro_rules! words {
    ($($name:ident: $($value:pat => $words:literal)+;)*) => {$(
        impl Format for $name {
            fn format(&self, f: Formatter<'_>) {
                match self {
                    $($value => write!(f, $words),)+
                }
            }
        }
    )*};
}

words! {
    Jitter: Self::None => "no jitter" Self::Full => "full jitter" Self::Equal => "equal jitter"
        Self::Decorrelated => "decorrelated jitter" Self::Additive => "additive jitter";
    Outcome: Self::Success => "success" Self::Failure => "failure" Self::Neither => "neither";
    BreakerState: Self::Closed => "closed" Self::Open => "open" Self::HalfOpen => "half open"
        Self::ForcedOpen => "forced open" Self::ForcedClosed => "forced closed";
    ForcedOpen: Self => "forced open";
    Seeded: Self { .. } => "a seeded source";
    Call: Self { .. } => "a call";
}

macro_rules! messages {
    ($($name:ident)*) => {$(
        impl Format for $name {
            fn format(&self, f: Formatter<'_>) {
                write!(f, "{=str}", self.message().as_str());
            }
        }
    )*};
}

messages! { BackoffError BreakerError UsageError }

impl<T: Ticks> Format for BackoffSettings<T> {
    fn format(&self, f: Formatter<'_>) {
        let [base, factor, cap] = [self.base, self.factor, self.cap].map(Into::into);
        write!(f, "{=u64} ticks times {=u64} up to {=u64}, {}", base, factor, cap, self.jitter);
    }
}

impl<T: Ticks> Format for Backoff<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} failures, waits {}", self.failures(), self.settings());
    }
}

impl<T: Ticks> Format for ServerWait<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Unsaid => write!(f, "the server said nothing"),
            Self::Unreadable => write!(f, "the server's wait is unreadable"),
            Self::After(ticks) => write!(f, "the server says {=u64} ticks", (*ticks).into()),
        }
    }
}

impl<T: Ticks> Format for GaveUp<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::AttemptsExhausted { attempts } => write!(f, "gave up after {=u32} attempts", *attempts),
            Self::ServerWaitTooLong { asked, most } => {
                let (asked, most) = ((*asked).into(), (*most).into());
                write!(f, "gave up: the server asks for {=u64} ticks, at most {=u64} are accepted", asked, most);
            }
        }
    }
}

impl<T: Ticks> Format for BreakerSettings<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "opens for {=u64} ticks after {=u32} failures", self.open.into(), self.failures);
    }
}

impl<T: Ticks> Format for CircuitBreaker<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} when last asked, opened {=u32} times", self.last_state(), self.trips());
    }
}

impl<T: Ticks> Format for NotBegun<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Open { wait } => write!(f, "open for {=u64} ticks", (*wait).into()),
            Self::Probing { wait } => write!(f, "probing for {=u64} ticks at most", (*wait).into()),
            Self::Forced => ForcedOpen.format(f),
        }
    }
}

impl<T: Ticks> Format for Pacer<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "one every {=u64} ticks of {}", self.interval().into(), self.quota());
    }
}

impl<T: Ticks> Format for UsageWatch<T> {
    fn format(&self, f: Formatter<'_>) {
        let (observations, warnings, hits) = (self.observations(), self.warnings(), self.hits());
        write!(f, "{=u32} observations, {=u32} warnings, {=u32} hits", observations, warnings, hits);
    }
}

impl<T: Ticks> Format for UsageWarning<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} of {=u64} remain", self.remaining, self.limit);
        if let Some(ticks) = self.exhausted_in {
            write!(f, ", none in {=u64} ticks", ticks.into());
        }
    }
}

impl Format for Trend {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} in {=u64} ticks", self.used, self.over);
    }
}

#[cfg(feature = "heapless")]
impl<R, E, T: Ticks, const N: usize> Format for RequestQueue<R, E, T, N> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=usize} of {=usize} requests", self.len(), N);
    }
}

#[cfg(feature = "heapless")]
impl<R, E: Format, T: Ticks> Format for Job<R, E, T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "to {}", self.endpoint);
    }
}

#[cfg(feature = "heapless")]
impl<R, E, T> Format for QueueFull<R, E, T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "full: {=usize} requests", self.capacity());
    }
}

#[cfg(feature = "heapless")]
impl<R, E: Format> Format for Queued<'_, R, E> {
    fn format(&self, f: Formatter<'_>) {
        let on_its_way = if self.is_on_its_way() { "on its way" } else { "waiting" };
        write!(f, "{} to {}, {=str}", self.handle(), self.endpoint(), on_its_way);
    }
}

#[cfg(feature = "heapless")]
impl Format for Handle {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "request {=u64}", self.0);
    }
}

#[cfg(feature = "heapless")]
impl<T: Ticks, X: Format> Format for Next<T, X> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Ready(handle) => write!(f, "{} is ready", handle),
            Self::Expired(handle) => write!(f, "{} has expired", handle),
            Self::Refused(handle, why) => write!(f, "{} is refused: {}", handle, why),
            Self::Wait(ticks) => write!(f, "wait {=u64} ticks", (*ticks).into()),
            Self::Empty => NoneWaiting.format(f),
        }
    }
}

#[cfg(feature = "heapless")]
impl Format for NoneWaiting {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no request is waiting");
    }
}
