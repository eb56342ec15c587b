mod error;
mod outcomes;
mod settings;

pub use error::{BreakerError, ForcedOpen, NotBegun};
pub use settings::BreakerSettings;

use super::Poll;
use crate::time::{Countdown, Ticks, at_once};
use outcomes::Outcomes;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The server did its work.
    Success,
    /// It did not: a timeout, a broken connection, a 5xx.
    Failure,
    /// It says nothing about the server's health: cancelled, a wrong request, a 429 (which is for a
    /// [backoff](super::Backoff)).
    Neither,
}

/// A call that has begun: to be handed back with its outcome, to the breaker it came from.
///
/// It cannot be copied, so that no call reports twice. One that is dropped is a call that never reports: nothing while the
/// breaker is closed, and a probe that runs out while it is half open.
#[derive(Debug, PartialEq, Eq, Hash)]
#[must_use = "the breaker learns from how the call ends"]
pub struct Call {
    generation: u32,
}

/// Where a breaker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BreakerState {
    /// Calls go.
    Closed,
    /// No call goes, for a time.
    Open,
    /// A few probes go.
    HalfOpen,
    /// No call goes until it is released.
    ForcedOpen,
    /// Calls go, whatever becomes of them, until it is released.
    ForcedClosed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Phase<T> {
    Closed(Outcomes),
    Open(Countdown<T>),
    HalfOpen {
        on_their_way: u32,
        succeeded: u32,
        /// Until the probes on their way have run out.
        left: Countdown<T>,
    },
    ForcedOpen,
    ForcedClosed,
}

/// Leaves a server alone that fails, and sends it a few probes from time to time.
///
/// **Closed**, calls go, and failures are counted: so many in a row, or a share of the last calls, open it. **Open**, no call goes
/// for a time. **Half open**, a bounded number of probes go: as many successes as the settings name close it, one failure opens it
/// again, for longer.
///
/// # Guarantees
///
/// * **It cannot wedge**: who waits as [`poll`](Self::poll) says may begin after a probe time and an open time at the latest, unless
///   it is [forced open](Self::force_open). A probe that is never reported runs out and counts as a failure.
/// * **Late reports do not count**: a [`Call`] is of the state it was begun in. One begun before the breaker opened says nothing
///   about the server after that, whenever it reports.
/// * While half open there are never more probes on their way than the settings allow.
/// * Times count the [clock's forward progress](super#clocks).
///
/// Source: Nygard, "Release It!", 2007, "Circuit Breaker"; the share of the last calls as in resilience4j's count-based window.
///
/// ```
/// use tollgate::client::{BreakerSettings, CircuitBreaker, NotBegun, Outcome, Poll};
///
/// const SECOND: u32 = 1_000;
/// let mut breaker = CircuitBreaker::<u32>::new(BreakerSettings::after(2, 10 * SECOND));
///
/// for now in [0, 500] {
///     let call = breaker.try_begin(now)?;
///     breaker.end(now, call, Outcome::Failure);
/// }
/// assert_eq!(breaker.poll(600), Poll::Wait(9_900));
/// assert_eq!(breaker.try_begin(600), Err(NotBegun::Open { wait: 9_900 }));
///
/// let probe = breaker.try_begin(10_500)?;
/// assert!(breaker.try_begin(10_500).is_err()); // one at a time
/// breaker.end(10_800, probe, Outcome::Success);
/// assert_eq!(breaker.poll(10_800), Poll::Ready);
/// # Ok::<(), NotBegun<u32>>(())
/// ```
///
/// ```compile_fail
/// # use tollgate::client::{BreakerSettings, CircuitBreaker};
/// // error: failures = 0 would open without a failure: give at least 1
/// static BREAKER: CircuitBreaker<u32> = CircuitBreaker::<u32>::new(BreakerSettings::after(0, 1_000));
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct CircuitBreaker<T> {
    settings: BreakerSettings<T>,
    phase: Phase<T>,
    /// Of the calls that count. 2^32 changes of state later, a call that is still on its way would count again.
    generation: u32,
    /// Ticks for which it opens the next time.
    open: T,
    trips: u32,
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl CircuitBreaker<$word> {
            /// A closed breaker of constant settings.
            ///
            /// # Panics
            ///
            /// If the settings cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(settings: BreakerSettings<$word>) -> Self {
                let BreakerSettings { open, factor, cap, probe_time, .. } = settings;
                match settings.check([open as u64, factor as u64, cap as u64, probe_time as u64]) {
                    Ok(()) => Self::of(settings),
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> CircuitBreaker<T> {
    /// A closed breaker of settings known at run time.
    ///
    /// # Errors
    ///
    /// If a count, a time or the factor is 0, the cap is below the open time, or the share is not 1 to 100 percent of 1 to 64 calls.
    pub fn try_new(settings: BreakerSettings<T>) -> Result<Self, BreakerError> {
        let BreakerSettings { open, factor, cap, probe_time, .. } = settings;
        settings.check([open.into(), factor.into(), cap.into(), probe_time.into()])?;
        Ok(Self::of(settings))
    }

    const fn of(settings: BreakerSettings<T>) -> Self {
        Self { settings, phase: Phase::Closed(Outcomes::NONE), generation: 0, open: settings.open, trips: 0 }
    }

    /// Whether a call may begin.
    pub fn poll(&mut self, now: T) -> Poll<T, ForcedOpen> {
        match self.admits(now) {
            Ok(()) => Poll::Ready,
            Err(NotBegun::Open { wait } | NotBegun::Probing { wait }) => Poll::Wait(wait),
            Err(NotBegun::Forced) => Poll::Refused(ForcedOpen),
        }
    }

    /// Begins a call, which is a probe if the breaker is half open.
    ///
    /// # Errors
    ///
    /// If it is open, or half open with as many probes on their way as may be: with the ticks until to ask again.
    pub fn try_begin(&mut self, now: T) -> Result<Call, NotBegun<T>> {
        self.admits(now)?;
        if let Phase::HalfOpen { on_their_way, left, .. } = &mut self.phase {
            *on_their_way = on_their_way.saturating_add(1);
            *left = Countdown::new(now, self.settings.probe_time);
        }
        Ok(Call { generation: self.generation })
    }

    /// Ends a call. One that was begun before the breaker last changed its state counts for nothing.
    #[allow(clippy::needless_pass_by_value)] // a call ends once
    pub fn end(&mut self, now: T, call: Call, outcome: Outcome) {
        self.turn(now);
        if call.generation != self.generation {
            return;
        }
        let BreakerSettings { failures, share, probes_to_close, .. } = self.settings;
        match (&mut self.phase, outcome) {
            (Phase::Closed(outcomes), _) => {
                outcomes.add(outcome);
                if outcomes.in_a_row() >= failures || share.is_some_and(|share| outcomes.reach(share)) {
                    self.open = self.settings.open;
                    self.trip(now);
                }
            }
            (Phase::HalfOpen { .. }, Outcome::Failure) => self.reopen(now),
            (Phase::HalfOpen { on_their_way, succeeded, .. }, _) => {
                *on_their_way = on_their_way.saturating_sub(1);
                *succeeded = succeeded.saturating_add(u32::from(outcome == Outcome::Success));
                if *succeeded >= probes_to_close {
                    self.enter(Phase::Closed(Outcomes::NONE));
                }
            }
            (Phase::Open(_) | Phase::ForcedOpen | Phase::ForcedClosed, _) => {}
        }
    }

    /// Lets no call begin until it is [released](Self::release).
    pub fn force_open(&mut self) {
        self.enter(Phase::ForcedOpen);
    }

    /// Lets every call begin, whatever becomes of them, until it is [released](Self::release).
    pub fn force_closed(&mut self) {
        self.enter(Phase::ForcedClosed);
    }

    /// Ends any state, forced or not: closed, with nothing known about the server.
    pub fn release(&mut self) {
        self.enter(Phase::Closed(Outcomes::NONE));
    }

    /// Where it stands at `now`.
    pub fn state(&mut self, now: T) -> BreakerState {
        self.turn(now);
        self.last_state()
    }

    /// Where it stood when it was last asked.
    pub(crate) const fn last_state(&self) -> BreakerState {
        match self.phase {
            Phase::Closed(_) => BreakerState::Closed,
            Phase::Open(_) => BreakerState::Open,
            Phase::HalfOpen { .. } => BreakerState::HalfOpen,
            Phase::ForcedOpen => BreakerState::ForcedOpen,
            Phase::ForcedClosed => BreakerState::ForcedClosed,
        }
    }

    /// How often it has opened, not counting by force.
    #[must_use]
    pub const fn trips(&self) -> u32 {
        self.trips
    }

    /// The settings it was made of.
    #[must_use]
    pub const fn settings(&self) -> BreakerSettings<T> {
        self.settings
    }

    fn admits(&mut self, now: T) -> Result<(), NotBegun<T>> {
        self.turn(now);
        match &self.phase {
            Phase::Open(left) => Err(NotBegun::Open { wait: at_once(left.left()) }),
            Phase::HalfOpen { on_their_way, left, .. } if *on_their_way >= self.settings.probes_at_once => {
                Err(NotBegun::Probing { wait: at_once(left.left()) })
            }
            Phase::ForcedOpen => Err(NotBegun::Forced),
            Phase::Closed(_) | Phase::HalfOpen { .. } | Phase::ForcedClosed => Ok(()),
        }
    }

    /// Does what time alone does: ends the open time, and lets probes run out.
    fn turn(&mut self, now: T) {
        match &mut self.phase {
            Phase::Open(left) => {
                if left.read(now) == T::ZERO {
                    let left = Countdown::new(now, T::ZERO);
                    self.enter(Phase::HalfOpen { on_their_way: 0, succeeded: 0, left });
                }
            }
            Phase::HalfOpen { on_their_way: 1.., left, .. } => {
                if left.read(now) == T::ZERO {
                    self.reopen(now);
                }
            }
            Phase::HalfOpen { .. } | Phase::Closed(_) | Phase::ForcedOpen | Phase::ForcedClosed => {}
        }
    }

    fn reopen(&mut self, now: T) {
        self.open = self.open.saturating_mul(self.settings.factor).min(self.settings.cap);
        self.trip(now);
    }

    fn trip(&mut self, now: T) {
        self.trips = self.trips.saturating_add(1);
        self.enter(Phase::Open(Countdown::new(now, self.open)));
    }

    fn enter(&mut self, phase: Phase<T>) {
        self.phase = phase;
        self.generation = self.generation.wrapping_add(1);
    }
}
