use ::defmt::{Format, Formatter, write};

use super::State;
use crate::algorithm::tat::Verdict;
use crate::algorithm::{
    self, Charge, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, Step, TokenBucket,
};
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, StateCell};
use crate::limiter::Limiter;
use crate::rolling_window::RollingWindow;
use crate::snapshot::SnapshotError;
use crate::time::Ticks;

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

impl<T: Ticks> Format for Charge<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} at {=u64}", self.units.into(), self.at.into());
    }
}
