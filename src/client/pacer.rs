use super::Poll;
use crate::algorithm::{Algorithm, TokenBucket, tat};
use crate::quota::{Quota, QuotaError, Rate};
use crate::time::{Countdown, Ticks};

/// Spreads a quota evenly over its period: 500 an hour as one every 7.2 s, exactly.
///
/// # Guarantees
///
/// * In any span of `t` ticks no more than the burst and `limit × t / period` are taken, edges included; the burst is 1 unless
///   [more](Self::bursting) is allowed. That is where the spacing is a number of whole ticks, as 7 200 ms are. Where it is not, spans
///   are as exact as the clock: less than `limit × (t + 1) / period`, and over whole periods still no more than the limits.
/// * **Nothing drifts**: each goes at the first tick that is not too early, and the part of a tick it had to wait for is
///   not lost. With a clock in seconds, one every 7.2 s goes at 0, 8, 15, 22, 29 and 36.
/// * [Spread](Self::spread) by what a server says remains, never more than that is taken before its reset.
/// * A pacer never taken from is ready at any reading.
/// * Clock faults: as for [a bucket](crate::algorithm::tat#clock-faults), and for the time to a reset as for
///   [all waits](super#clocks). It is to be polled at least once in the rate's
///   [horizon](crate::quota::Rate::horizon_ticks), or idling for longer may cost one wait.
///
/// ```
/// use tollgate::client::{Pacer, Poll};
/// use tollgate::Quota;
///
/// const SECOND: u32 = 1_000;
/// let mut pacer = Pacer::<u32>::new(Quota::per(500, 3_600 * SECOND));
///
/// assert_eq!(pacer.take(0), Poll::Ready);
/// assert_eq!(pacer.poll(0), Poll::Wait(7_200));
/// assert_eq!(pacer.take(7_200), Poll::Ready);
///
/// // "X-RateLimit-Remaining: 30", and a reset in a minute: one every 2 s until then.
/// pacer.spread(7_200, 30, 60 * SECOND)?;
/// assert_eq!(pacer.poll(7_200), Poll::Wait(2_000));
/// # Ok::<(), tollgate::QuotaError>(())
/// ```
///
/// ```compile_fail
/// # use tollgate::{Quota, client::Pacer};
/// // error: limit = 0 admits nothing: give a limit of at least 1
/// static PACER: Pacer<u32> = Pacer::<u32>::new(Quota::per(0, 1_000));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pacer<T> {
    own: TokenBucket<T>,
    state: T,
    spread: Option<Spread<T>>,
}

/// What a server said remains until its reset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Spread<T> {
    /// The pace; if nothing remains, that of before.
    rule: TokenBucket<T>,
    remaining: T,
    reset: Countdown<T>,
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        impl Pacer<$word> {
            /// A pacer of a constant quota, of which one may go at once.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::bursting(quota.burst(1))
            }

            /// A pacer of a constant quota whose burst may go at once after a quiet time.
            ///
            /// # Panics
            ///
            /// As [`new`](Self::new).
            #[must_use]
            pub const fn bursting(quota: Quota<$word>) -> Self {
                Self::of(TokenBucket::<$word>::new(quota.debt(0)))
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> Pacer<T> {
    /// A pacer of a quota known at run time, of which one may go at once.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept.
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        Self::try_bursting(quota.burst(T::ONE))
    }

    /// A pacer of a quota known at run time whose burst may go at once after a quiet time.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept.
    pub fn try_bursting(quota: Quota<T>) -> Result<Self, QuotaError> {
        TokenBucket::try_new(quota.debt(T::ZERO)).map(Self::of)
    }

    const fn of(own: TokenBucket<T>) -> Self {
        Self { own, state: T::FRESH, spread: None }
    }

    /// Whether one may go now.
    pub fn poll(&mut self, now: T) -> Poll<T> {
        self.turn(now);
        self.weigh(now).0
    }

    /// Takes one, if it may go now.
    #[must_use = "what is not ready was not taken"]
    pub fn take(&mut self, now: T) -> Poll<T> {
        self.turn(now);
        let (poll, state) = self.weigh(now);
        if poll.is_ready() {
            self.state = state;
            if let Some(spread) = &mut self.spread {
                spread.remaining = spread.remaining.saturating_sub(T::ONE);
            }
        }
        poll
    }

    /// Paces by what a server says: `remaining` units evenly over the `reset` ticks until it counts anew, then the own pace again.
    ///
    /// That may be slower than the own pace, or faster. If nothing remains, nothing goes before the reset; a reset in 0
    /// ticks is over. What was taken shortly before is waited for at the new pace, in proportion.
    ///
    /// # Errors
    ///
    /// If such a rate cannot be kept, as when the reset is too far away for the clock's word; the pace stays as it was.
    pub fn spread(&mut self, now: T, remaining: T, reset: T) -> Result<(), QuotaError> {
        if reset == T::ZERO {
            self.end_spread(now);
            return Ok(());
        }
        let before = *self.rule();
        let rule = if remaining == T::ZERO {
            before
        } else {
            TokenBucket::try_new(Quota::per(remaining, reset).burst(self.own.capacity()))?
        };
        self.rescale(now, &before, &rule);
        self.spread = Some(Spread { rule, remaining, reset: Countdown::new(now, reset) });
        Ok(())
    }

    /// As [`spread`](Self::spread), but only if that is slower than the present pace; tells whether it was.
    ///
    /// For a server whose word is taken for a limit, and not for leave to go faster. At the own pace no more than `remaining` are
    /// taken before the reset either, whatever the burst.
    ///
    /// # Errors
    ///
    /// As [`spread`](Self::spread).
    pub fn slow_down(&mut self, now: T, remaining: T, reset: T) -> Result<bool, QuotaError> {
        self.turn(now);
        let is_slower = match &self.spread {
            Some(held) if held.remaining == T::ZERO => remaining == T::ZERO && reset > held.reset.left(),
            _ => {
                // remaining / reset < per_tick / per_unit
                let present = rate_of(self.rule());
                !present.per_tick().product_at_most(reset, remaining, present.per_unit())
            }
        };
        if is_slower {
            return self.spread(now, remaining, reset).map(|()| true);
        }
        let at_own_pace = Spread { rule: self.own, remaining, reset: Countdown::new(now, reset) };
        self.spread.get_or_insert(at_own_pace);
        Ok(false)
    }

    /// Goes back to the own pace.
    pub fn resume(&mut self, now: T) {
        self.end_spread(now);
    }

    /// The present pace, one unit in so many ticks, rounded up.
    #[must_use]
    pub fn interval(&self) -> T {
        let rate = rate_of(self.rule());
        rate.per_unit().div_ceil(rate.per_tick())
    }

    /// The own quota, as it was given but for the burst.
    #[must_use]
    pub fn quota(&self) -> Quota<T> {
        self.own.quota()
    }

    fn rule(&self) -> &TokenBucket<T> {
        self.spread.as_ref().map_or(&self.own, |spread| &spread.rule)
    }

    /// What one more comes to, and the state with it.
    fn weigh(&mut self, now: T) -> (Poll<T>, T) {
        let step = self.rule().acquire(self.state, now, T::ONE, T::ZERO);
        let by_pace = match step.answer {
            Ok(_) => Poll::Ready,
            Err(denied) => {
                self.state = step.state.unwrap_or(self.state); // brought down after a step back
                Poll::after(denied.retry_after().unwrap_or(T::ONE))
            }
        };
        let poll = match &self.spread {
            Some(Spread { remaining, reset, .. }) if *remaining == T::ZERO => Poll::after(reset.left()),
            // After the reset it may go faster.
            Some(Spread { reset, .. }) => match by_pace {
                Poll::Wait(ticks) => Poll::Wait(ticks.min(reset.left())),
                ready => ready,
            },
            None => by_pace,
        };
        let next = step.state.unwrap_or(self.state).wrapping_sub(self.lateness(now).unwrap_or(T::ZERO));
        (poll, if next == T::FRESH { next.wrapping_add(T::ONE) } else { next })
    }

    /// Sub-ticks since the next one was due, where that is less than a tick ago: it could not go earlier, and the one after it is
    /// due as if it had. To the bucket, what is late is gone.
    fn lateness(&self, now: T) -> Option<T> {
        let per_tick = rate_of(self.rule()).per_tick();
        let late = now.wrapping_mul(per_tick).wrapping_sub(self.state);
        (self.state != T::FRESH && late < per_tick).then_some(late)
    }

    /// Does what time alone does.
    fn turn(&mut self, now: T) {
        if self.lateness(now).is_none() {
            self.state = self.rule().refresh(self.state, now).state.unwrap_or(self.state);
        }
        let is_over = self.spread.as_mut().is_some_and(|spread| spread.reset.read(now) == T::ZERO);
        if is_over {
            self.end_spread(now);
        }
    }

    fn end_spread(&mut self, now: T) {
        let (before, own) = (*self.rule(), self.own);
        self.rescale(now, &before, &own);
        self.spread = None;
    }

    fn rescale(&mut self, now: T, from: &TokenBucket<T>, to: &TokenBucket<T>) {
        self.state = tat::rescale(rate_of(from), rate_of(to), self.state, now);
    }
}

fn rate_of<T: Ticks>(rule: &TokenBucket<T>) -> &Rate<T> {
    use crate::algorithm::Bucket;
    rule.rate()
}
