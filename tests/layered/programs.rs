//! Random sets of limits and random requests to them.

use proptest::prelude::*;
use tollgate::algorithm::{self, FirstRequestWindow, FixedWindow, LeakyQueue, TokenBucket};
use tollgate::cell::{HasShared, Unsync};
use tollgate::layered::{Admission, Class, Level};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, ConcurrencyLimit, Layered, Limiter, Quota, RollingWindow};

use crate::naive::{Kind, Naive, Told};

#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The clock moves on by so many ticks.
    On(u32),
    Request {
        cost: u32,
        leave: u8,
    },
    /// The oldest admission still held is done.
    Done,
    /// The same request again, given back at once as if it had never been made.
    Withdrawn {
        cost: u32,
    },
}

#[derive(Clone, Debug)]
pub struct Program {
    pub kinds: Vec<Kind>,
    /// Ticks before a turn of the clock, or before half of one.
    pub before_wrap: u32,
    pub steps: Vec<Step>,
}

/// The longest period, so that a bucketed window has a sub-window for each tick.
pub const LONGEST: u32 = 14;
pub const MOST: u32 = 12;

pub fn program() -> impl Strategy<Value = Program> {
    let quota = (1..=MOST, 1..=LONGEST);
    let kind = prop_oneof![
        (quota.clone(), 1..=MOST).prop_map(|((limit, period), burst)| Kind::Bucket { limit, period, burst }),
        (quota.clone(), 1..=MOST).prop_map(|((limit, period), burst)| Kind::Queue { limit, period, burst }),
        quota.clone().prop_map(|(limit, period)| Kind::Rolling { limit, period }),
        quota.clone().prop_map(|(limit, period)| Kind::Bucketed { limit, period }),
        quota.clone().prop_map(|(limit, period)| Kind::Fixed { limit, period }),
        quota.prop_map(|(limit, period)| Kind::FirstRequest { limit, period }),
        (1..=MOST).prop_map(|limit| Kind::Busy { limit }),
    ];
    let step = prop_oneof![
        2 => (0..=2 * LONGEST).prop_map(Step::On),
        5 => (0..=5_u32, prop_oneof![3 => Just(0), 1 => 0..=60_u8]).prop_map(|(cost, leave)| Step::Request { cost, leave }),
        2 => Just(Step::Done),
        1 => (0..=5_u32).prop_map(|cost| Step::Withdrawn { cost }),
    ];
    let (kinds, steps) = (prop::collection::vec(kind, 0..=8), prop::collection::vec(step, 1..60));
    (kinds, 0..200_u32, steps).prop_map(|(kinds, before_wrap, steps)| Program { kinds, before_wrap, steps })
}

/// A level that shows its state word for word.
trait Shown<T: Ticks>: Level<T, Receipt = ()> + core::fmt::Debug {}

impl<T: Ticks, L: Level<T, Receipt = ()> + core::fmt::Debug> Shown<T> for L {}

fn real<T: HasShared>(kind: Kind) -> Box<dyn Shown<T>> {
    let per = |limit: u32, period: u32| Quota::per(T::truncate(limit.into()), T::truncate(period.into()));
    match kind {
        Kind::Bucket { limit, period, burst } => {
            let rule = TokenBucket::<T>::try_new(per(limit, period).burst(T::truncate(burst.into()))).unwrap();
            Box::new(rule.over(Unsync::fresh()))
        }
        Kind::Queue { limit, period, burst } => {
            let rule = LeakyQueue::<T>::try_new(per(limit, period).burst(T::truncate(burst.into()))).unwrap();
            Box::new(rule.over(Unsync::fresh()))
        }
        Kind::Rolling { limit, period } => {
            Box::new(RollingWindow::<T, { MOST as usize }, _>::try_in_cells(per(limit, period), Unsync::fresh).unwrap())
        }
        Kind::Bucketed { limit, period } => {
            let buckets = period as usize;
            let rule = algorithm::BucketedWindow::<T, 16>::try_with_buckets(per(limit, period), buckets).unwrap();
            Box::new(BucketedWindow::from_parts(rule, Unsync::fresh))
        }
        Kind::Fixed { limit, period } => {
            Box::new(Limiter::from_parts(FixedWindow::<T>::try_new(per(limit, period)).unwrap(), Unsync::fresh()))
        }
        Kind::FirstRequest { limit, period } => {
            let rule = FirstRequestWindow::<T>::try_new(per(limit, period)).unwrap();
            Box::new(Limiter::from_parts(rule, Unsync::fresh()))
        }
        Kind::Busy { limit } => {
            Box::new(ConcurrencyLimit::from_parts(limit, Unsync::<u32>::fresh(), Unsync::fresh()).unwrap())
        }
    }
}

/// Puts the program to the limits together, and to the naive ones one by one.
pub fn agree<T: HasShared>(program: &Program) {
    let real: Vec<_> = program.kinds.iter().map(|&kind| real::<T>(kind)).collect();
    let levels: Vec<&dyn Shown<T>> = real.iter().map(|level| &**level).collect();
    let mut naive: Vec<_> = program.kinds.iter().map(|&kind| Naive::new(kind, T::BITS)).collect();
    let gate = Layered::new(levels.as_slice());
    let mut held: Vec<(Admission<T, _>, i128)> = Vec::new();
    // A wrap may look like a step back to an aligned window as short as these: see its docs.
    let is_aligned = program.kinds.iter().any(|kind| matches!(kind, Kind::Fixed { .. }));
    let turn = T::BITS - u32::from(is_aligned);
    let mut time = (1_i128 << turn) - i128::from(program.before_wrap);
    for step in &program.steps {
        let now = T::truncate(time as u64);
        match *step {
            Step::On(ticks) => time += i128::from(ticks),
            Step::Done => {
                if !held.is_empty() {
                    let (admission, cost) = held.remove(0);
                    drop(admission);
                    for level in &mut naive {
                        level.release(cost);
                    }
                }
            }
            Step::Request { cost, leave } => {
                let before = format!("{real:?}");
                let class = Class::try_leaving("tested", leave).unwrap();
                let answer = class.try_acquire(gate.levels(), now, T::truncate(cost.into()));
                let told = together(&naive, time, cost.into(), leave.into());
                assert_eq!(answer.as_ref().err().map(|refused| seen(*refused)), told, "{step:?} at {time}");
                let Ok(admission) = answer else {
                    assert_eq!(format!("{real:?}"), before, "a refusal changed something: {step:?} at {time}");
                    continue;
                };
                let cost = i128::from(cost);
                for level in &mut naive {
                    level.take(time, cost);
                }
                let delay = naive.iter().map(|level| level.delay(time, cost)).max().unwrap_or(0);
                assert_eq!(i128::from(admission.delay().into()), delay, "the delay of {step:?} at {time}");
                held.push((admission, cost));
            }
            Step::Withdrawn { cost } => {
                if let Ok(admission) = gate.try_acquire(now, T::truncate(cost.into())) {
                    admission.withdraw(now);
                }
            }
        }
        let now = T::truncate(time as u64);
        let least = naive.iter().map(|level| level.remaining(time)).enumerate().min_by_key(|(_, left)| *left);
        let tightest = gate.tightest(now);
        assert_eq!(
            (!naive.is_empty()).then(|| (tightest.level, i128::from(tightest.remaining.into()))),
            least,
            "the tightest after {step:?} at {time}"
        );
    }
}

/// What refuses, and whether waiting is in vain, or for how long it is not.
type Refusal = (usize, bool, Option<i128>);

fn seen<T: Ticks>(refused: tollgate::layered::Refused<T>) -> Refusal {
    (refused.level(), refused.is_never(), refused.retry_after().map(|wait| i128::from(wait.into())))
}

/// What naive limits say one by one.
fn together(levels: &[Naive], now: i128, cost: i128, percent: i128) -> Option<Refusal> {
    let told: Vec<_> =
        levels.iter().map(|level| level.ask(now, cost, (level.capacity() * percent + 99) / 100)).collect();
    if let Some(level) = told.iter().position(|told| *told == Told::Never) {
        return Some((level, true, None));
    }
    let level = told.iter().position(|told| *told != Told::Fits)?;
    let wait = told.iter().filter_map(|told| if let Told::NotYet(wait) = told { *wait } else { None }).max();
    Some((level, false, wait))
}
