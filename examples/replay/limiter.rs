//! The limiters behind `--limiter`: one for each key, all alike, whatever the algorithm and the width of its clock.
//!
//! A new algorithm is a [`Kind`], a line in [`fresh_gates`], and an implementation of [`Gate`] if it is not a
//! [`tollgate::Limiter`].

use std::collections::HashMap;

use clap::ValueEnum;
use tollgate::algorithm::{Algorithm, Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota};

use crate::failure::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Starts full, refills steadily: bursts pass after a quiet time
    TokenBucket,
    /// A meter that leaks steadily: decides as the token bucket, counts the other way round
    LeakyBucket,
    /// A queue that leaks steadily: delays what it admits to an even pace; the burst is its depth
    LeakyQueue,
}

/// How wide the limiters' clock and state are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Clock {
    /// u32 ticks, 4 bytes of state
    #[value(name = "32")]
    Bits32,
    /// u64 ticks, 8 bytes of state
    #[value(name = "64")]
    Bits64,
}

impl Clock {
    /// The largest number that fits: of a cost, a limit, a burst, a period.
    pub fn most(self) -> u64 {
        match self {
            Self::Bits32 => u32::MAX.into(),
            Self::Bits64 => u64::MAX,
        }
    }
}

/// The limit every key gets.
pub struct Settings {
    pub kind: Kind,
    pub clock: Clock,
    pub limit: u64,
    /// In ticks.
    pub period: u64,
    pub burst: u64,
}

#[derive(Clone, Copy)]
pub enum Op {
    Acquire,
    Release,
}

/// What became of an operation.
pub struct Answer {
    pub outcome: Outcome,
    /// Whole units left after it.
    pub remaining: u64,
}

pub enum Outcome {
    /// Admitted, to go after `delay` ticks: 0 but for a queue.
    Admit {
        delay: u64,
    },
    Deny {
        retry_after: u64,
    },
    /// The cost exceeds the capacity.
    Never,
    /// What was held has been given back.
    #[allow(dead_code)] // spoken by limiters that hold something: none of the rate limiters does
    Released,
    /// The operation means nothing to this limiter, and has changed nothing.
    Error,
}

/// One limiter for each key, made when the key is first seen.
pub struct Gates {
    fresh: FreshGate,
    by_key: HashMap<Vec<u8>, Box<dyn Gate>>,
}

impl Gates {
    /// Checks the settings; no limiter can fail to be made after that.
    pub fn new(settings: &Settings) -> Result<Self, Failure> {
        let fresh = match settings.clock {
            Clock::Bits32 => fresh_gates::<u32>(settings)?,
            Clock::Bits64 => fresh_gates::<u64>(settings)?,
        };
        Ok(Self { fresh, by_key: HashMap::new() })
    }

    /// Puts an operation to the limiter of `key`. The clock is cut to the limiters' width; the cost has to fit it.
    pub fn put(&mut self, op: Op, key: &[u8], now: u64, cost: u64) -> Answer {
        let gate = self.by_key.entry(key.to_vec()).or_insert_with(&self.fresh);
        let outcome = match op {
            Op::Acquire => gate.acquire(now, cost),
            Op::Release => gate.release(now, cost),
        };
        Answer { outcome, remaining: gate.remaining(now) }
    }
}

/// A limiter of any kind and width.
trait Gate {
    fn acquire(&self, now: u64, cost: u64) -> Outcome;

    fn remaining(&self, now: u64) -> u64;

    /// A rate limiter holds nothing that could be released.
    fn release(&self, _now: u64, _cost: u64) -> Outcome {
        Outcome::Error
    }
}

impl<A: Algorithm, C: StateCell<A::Ticks>> Gate for Limiter<A, C> {
    fn acquire(&self, now: u64, cost: u64) -> Outcome {
        match self.try_acquire(A::Ticks::truncate(now), A::Ticks::truncate(cost)) {
            Ok(grant) => Outcome::Admit { delay: grant.delay().into() },
            Err(denied) => match denied.retry_after() {
                Some(wait) => Outcome::Deny { retry_after: wait.into() },
                None => Outcome::Never,
            },
        }
    }

    fn remaining(&self, now: u64) -> u64 {
        self.remaining(A::Ticks::truncate(now)).into()
    }
}

type FreshGate = Box<dyn Fn() -> Box<dyn Gate>>;

fn fresh_gates<T: Ticks>(settings: &Settings) -> Result<FreshGate, Failure> {
    let fit = |option: &str, value: u64| {
        let most = T::MAX.into();
        let misfit = || Failure::options(format!("{option} {value} does not fit --clock-bits 32: give at most {most}"));
        if value <= most { Ok(T::truncate(value)) } else { Err(misfit()) }
    };
    let quota = Quota::per(fit("--limit", settings.limit)?, fit("--period", settings.period)?)
        .burst(fit("--burst", settings.burst)?);
    Ok(match settings.kind {
        Kind::TokenBucket => buckets(TokenBucket::try_new(quota).map_err(Failure::options)?),
        Kind::LeakyBucket => buckets(LeakyBucket::try_new(quota).map_err(Failure::options)?),
        Kind::LeakyQueue => buckets(LeakyQueue::try_new(quota).map_err(Failure::options)?),
    })
}

fn buckets<B: Bucket + Copy + 'static>(rule: B) -> FreshGate {
    Box::new(move || Box::new(Limiter::from_parts(rule, Unsync::fresh())))
}
