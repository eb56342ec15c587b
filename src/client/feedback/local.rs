use crate::algorithm::{self, Algorithm, Bucket, LeakyBucket, tat};
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, Unsync};
use crate::decision::Denied;
use crate::quota::{Quota, QuotaError};

/// Slots of a window: it forgets at most a thirtieth of its period late.
pub(super) const SLOTS: usize = 32;

pub(super) type WindowRule<T> = algorithm::BucketedWindow<T, SLOTS>;

/// Our own count of what the server counts.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there is no box
pub(super) enum Local<T: HasShared> {
    Bucket {
        rule: LeakyBucket<T>,
        state: T,
    },
    /// Rolling, so that it is inside the limit of a server whose windows begin whenever.
    Window(BucketedWindow<T, SLOTS, Unsync<T>>),
    None,
}

impl<T: HasShared> Local<T> {
    pub(super) fn try_bucket(quota: Quota<T>) -> Result<Self, QuotaError> {
        Ok(Self::Bucket { rule: LeakyBucket::try_new(quota)?, state: T::FRESH })
    }

    pub(super) fn try_window(quota: Quota<T>) -> Result<Self, QuotaError> {
        let rule = WindowRule::try_new(quota)?;
        Ok(Self::Window(BucketedWindow::from_parts(rule, Unsync::fresh)))
    }

    pub(super) fn quota(&self) -> Option<Quota<T>> {
        match self {
            Self::Bucket { rule, .. } => Some(rule.quota()),
            Self::Window(window) => Some(window.rule().quota()),
            Self::None => None,
        }
    }

    /// The most that may count at once.
    pub(super) fn limit(&self) -> Option<T> {
        match self {
            Self::Bucket { rule, .. } => Some(rule.rate().burst()),
            Self::Window(window) => Some(window.rule().limit()),
            Self::None => None,
        }
    }

    /// Ticks after which nothing counts that counts now.
    pub(super) fn memory(&self) -> T {
        match self {
            Self::Bucket { rule, .. } => rule.rate().drain_ticks(),
            Self::Window(window) => window.rule().quota().period(),
            Self::None => T::ZERO,
        }
    }

    /// Units that count, rounded up.
    pub(super) fn level(&self, now: T) -> T {
        match self {
            Self::Bucket { rule, state } => tat::level(rule.rate(), *state, now),
            Self::Window(window) => window.rule().limit().saturating_sub(window.remaining(now)),
            Self::None => T::ZERO,
        }
    }

    /// Whether `cost` fits. A clock that stepped back is kept in mind.
    pub(super) fn ask(&mut self, now: T, cost: T, leave: T) -> Result<(), Denied<T>> {
        match self {
            Self::Bucket { rule, state } => {
                let step = rule.acquire(*state, now, cost, leave);
                if let (Some(anchored), Err(_)) = (step.state, &step.answer) {
                    *state = anchored;
                }
                step.answer.map(|_| ())
            }
            Self::Window(window) => window.probe(now, cost, leave),
            Self::None => Ok(()),
        }
    }

    /// Charges up to `units`, as far as they fit.
    pub(super) fn charge(&mut self, now: T, units: T) {
        match self {
            Self::Bucket { rule, state } => *state = rule.penalize(*state, now, units).state.unwrap_or(*state),
            Self::Window(window) if units > T::ZERO => {
                let _ = window.try_acquire_up_to(now, units); // denied if it is full already
            }
            Self::Window(_) | Self::None => {}
        }
    }

    /// Makes `units` count, or the limit if that is less, if fewer do.
    pub(super) fn raise(&mut self, now: T, units: T) {
        let level = self.level(now);
        match self {
            Self::Bucket { rule, state } => {
                let units = units.min(rule.rate().burst());
                if units >= level {
                    *state = tat::at_level(rule.rate(), now, units).unwrap_or(*state); // a level rounds up: it has never been more
                }
            }
            Self::Window(_) => self.charge(now, units.saturating_sub(level)),
            Self::None => {}
        }
    }

    /// Makes `units` count, if more do: what was sent last counts on, as a server that counts less has begun anew since.
    pub(super) fn lower(&mut self, now: T, units: T) {
        if units >= self.level(now) {
            return;
        }
        match self {
            Self::Bucket { rule, state } => *state = tat::at_level(rule.rate(), now, units).unwrap_or(*state),
            Self::Window(window) => window.keep_newest(now, units),
            Self::None => {}
        }
    }
}
