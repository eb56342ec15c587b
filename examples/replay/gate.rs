//! One limiter, of any kind and on any clock, alone or as a level of several: what an operation is put to.

use tollgate::algorithm::{
    self, Algorithm, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, TokenBucket,
};
use tollgate::cell::{HasShared, StateCell, Unsync};
use tollgate::concurrency::ConcurrencyError;
use tollgate::layered::{Level, Refused};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, ConcurrencyLimit, Decision, Limiter, Quota, QuotaError, RollingWindow};

use crate::failure::Failure;
use crate::limiter::{Kind, Outcome, Settings};

/// A limiter, whatever it is. The clock and the costs are cut to its width.
pub trait Gate {
    fn acquire(&self, now: u64, cost: u64) -> Outcome;

    fn remaining(&self, now: u64) -> u64;

    /// Units that could be released; `None` for what limits requests over time, which holds nothing.
    fn held(&self) -> Option<u64> {
        None
    }

    /// All or nothing.
    fn release(&self, _cost: u64) -> Outcome {
        Outcome::Error
    }
}

/// Makes gates that are all alike, as never used.
pub type FreshGate = Box<dyn Fn() -> Box<dyn Gate>>;

/// A limiter that can stand alone, or be a level of several.
pub trait Part<T: Ticks>: Gate + Level<T, Receipt = ()> {}

impl<T: Ticks, L: Gate + Level<T, Receipt = ()>> Part<T> for L {}

/// Makes limiters of one kind, as never used.
pub type Fresh<T> = Box<dyn Fn() -> Box<dyn Part<T>>>;

/// Checks the settings of a limiter that stands alone.
pub fn fresh_alone<T: HasShared>(settings: &Settings) -> Result<FreshGate, Failure> {
    let fresh = fresh::<T>(settings)?;
    Ok(Box::new(move || fresh()))
}

/// Checks the settings; no limiter can fail to be made after that.
pub fn fresh<T: HasShared>(settings: &Settings) -> Result<Fresh<T>, Failure> {
    let quota = || quota(settings);
    match settings.kind {
        Kind::TokenBucket => one_word(TokenBucket::<T>::try_new(quota()?)),
        Kind::LeakyBucket => one_word(LeakyBucket::<T>::try_new(quota()?)),
        Kind::LeakyQueue => one_word(LeakyQueue::<T>::try_new(quota()?)),
        Kind::RollingWindow => match settings.limit {
            ..=64 => log_of::<T, 64>(quota()?),
            65..=1024 => log_of::<T, 1024>(quota()?),
            _ => log_of::<T, 16384>(quota()?),
        },
        // No more slots than the buckets need, as each leaves less of a word to the limit.
        Kind::BucketedWindow => match settings.buckets {
            1..=14 => sums_of::<T, 16>(quota()?, settings.buckets),
            15..=62 => sums_of::<T, 64>(quota()?, settings.buckets),
            63..=254 => sums_of::<T, 256>(quota()?, settings.buckets),
            _ => sums_of::<T, 1024>(quota()?, settings.buckets),
        },
        Kind::SlidingWindow => one_word(SlidingWindow::<T>::try_new(quota()?)),
        Kind::FixedWindow => one_word(FixedWindow::<T>::try_new(quota()?)),
        Kind::FirstRequestWindow => one_word(FirstRequestWindow::<T>::try_new(quota()?)),
        Kind::Concurrency => work_in_progress(settings.limit),
    }
}

/// Checks that the numbers fit the width of the clock.
pub fn quota<T: Ticks>(settings: &Settings) -> Result<Quota<T>, Failure> {
    let limit = fit("--limit", settings.limit)?;
    Ok(Quota::per(limit, fit("--period", settings.period)?).burst(fit("--burst", settings.burst)?))
}

fn fit<T: Ticks>(option: &str, value: u64) -> Result<T, Failure> {
    let most = T::MAX.into();
    let misfit = || Failure::options(format!("{option} {value} does not fit --clock-bits 32: give at most {most}"));
    if value <= most { Ok(T::truncate(value)) } else { Err(misfit()) }
}

fn one_word<A: Algorithm + Copy + 'static>(rule: Result<A, QuotaError>) -> Result<Fresh<A::Ticks>, Failure> {
    let rule = rule.map_err(Failure::options)?;
    Ok(Box::new(move || Box::new(Limiter::from_parts(rule, Unsync::fresh()))))
}

/// `N` is the largest limit there is room for.
fn log_of<T: HasShared, const N: usize>(quota: Quota<T>) -> Result<Fresh<T>, Failure> {
    let window = RollingWindow::<T, N, _>::try_in_cells(quota, Unsync::fresh).map_err(Failure::options)?;
    Ok(Box::new(move || Box::new(window.clone())))
}

/// `SLOTS` is 2 more than the buckets there is room for.
fn sums_of<T: HasShared, const SLOTS: usize>(quota: Quota<T>, buckets: usize) -> Result<Fresh<T>, Failure> {
    let rule = algorithm::BucketedWindow::<T, SLOTS>::try_with_buckets(quota, buckets).map_err(Failure::options)?;
    Ok(Box::new(move || Box::new(BucketedWindow::from_parts(rule, Unsync::fresh))))
}

/// The most that a [`ConcurrencyLimit`] counts.
pub const MOST_AT_ONCE: u64 = u16::MAX as u64;

fn work_in_progress<T: Ticks>(limit: u64) -> Result<Fresh<T>, Failure> {
    let too_large = |_| ConcurrencyError::LimitTooLarge { limit, most: MOST_AT_ONCE };
    let limit = u32::try_from(limit).map_err(too_large).map_err(Failure::options)?;
    ConcurrencyLimit::<Unsync<u32>>::from_parts(limit, Unsync::fresh(), Unsync::fresh()).map_err(Failure::options)?;
    Ok(Box::new(move || Box::new(ConcurrencyLimit::<Unsync<u32>>::in_cells(limit))))
}

impl<A: Algorithm, C: StateCell<A::Ticks>> Gate for Limiter<A, C> {
    fn acquire(&self, now: u64, cost: u64) -> Outcome {
        decided(self.try_acquire(A::Ticks::truncate(now), A::Ticks::truncate(cost)))
    }

    fn remaining(&self, now: u64) -> u64 {
        self.remaining(A::Ticks::truncate(now)).into()
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Gate for RollingWindow<T, N, C> {
    fn acquire(&self, now: u64, cost: u64) -> Outcome {
        decided(self.try_acquire(T::truncate(now), T::truncate(cost)))
    }

    fn remaining(&self, now: u64) -> u64 {
        self.remaining(T::truncate(now)).into()
    }
}

impl<T: HasShared, const SLOTS: usize, C: StateCell<T>> Gate for BucketedWindow<T, SLOTS, C> {
    fn acquire(&self, now: u64, cost: u64) -> Outcome {
        decided(self.try_acquire(T::truncate(now), T::truncate(cost)))
    }

    fn remaining(&self, now: u64) -> u64 {
        self.remaining(T::truncate(now)).into()
    }
}

/// Knows no time, and counts in 32 bits whatever the clock.
impl<C: StateCell<u32>> Gate for ConcurrencyLimit<C> {
    fn acquire(&self, _now: u64, cost: u64) -> Outcome {
        self.acquire_raw(counted(cost))
            .map_or_else(|denied| refused::<u32>(denied.into()), |()| Outcome::Admit { delay: 0 })
    }

    fn remaining(&self, _now: u64) -> u64 {
        self.available().into()
    }

    fn held(&self) -> Option<u64> {
        Some(self.in_flight().into())
    }

    fn release(&self, cost: u64) -> Outcome {
        self.release(counted(cost)).map_or(Outcome::Error, |()| Outcome::Released)
    }
}

/// What does not fit 32 bits is more than any limit, and so is the largest number that does.
fn counted(cost: u64) -> u32 {
    u32::try_from(cost).unwrap_or(u32::MAX)
}

fn decided<T: Ticks>(decision: Decision<T>) -> Outcome {
    decision.map_or_else(|denied| refused::<T>(denied.into()), |grant| Outcome::Admit { delay: grant.delay().into() })
}

/// By one level or by several; what stands alone is level 0.
pub fn refused<T: Ticks>(refused: Refused<T>) -> Outcome {
    let level = refused.level();
    if refused.is_never() {
        return Outcome::Never { level };
    }
    Outcome::Deny { level, retry_after: refused.retry_after().map(Into::into) }
}
