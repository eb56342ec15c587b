//! Bytes read as a program, for the fuzzer and for the test that replays what it has kept. The bucketed window takes part.

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::BucketedWindow;
use tollgate::cell::HasShared;

use super::*;

#[path = "../bucketed_window/model.rs"]
mod model;

use model::{Model, Numbers, Told};

/// Slots of the bucketed window.
const SLOTS: u8 = 8;

/// Ticks are in 32nds of a period and single ones.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Step {
    back: bool,
    parts: u8,
    ticks: u8,
    op: Op,
    cost: u8,
}

impl Step {
    fn ticks(self, period: u128) -> u128 {
        // At most four periods: how long a silence is seen as such depends on the word.
        period * u128::from(self.parts & 127) / 32 + u128::from(self.ticks & 3)
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Op {
    Acquire,
    UpTo,
    /// Leaves a third of the cost.
    Leaving,
    Refresh,
    /// Of the bucketed window only; the others acquire.
    Refund,
    Reset,
}

struct Course {
    limit: u128,
    period: u128,
    buckets: u8,
    /// Ticks from the start of a turn of the clock, or from its end.
    start: u16,
    from_end: bool,
    steps: Vec<Step>,
}

impl Course {
    fn read(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let limit = bytes.int_in_range(1..=255_u8)?.into();
        let period = match bytes.int_in_range(0..=2_u8)? {
            0 => 1 + u128::from(u8::arbitrary(bytes)?),
            1 => 1 + u128::from(u16::arbitrary(bytes)?),
            _ => bytes.int_in_range(1..=1_u32 << 19)?.into(),
        };
        let (buckets, start, from_end) = (bytes.int_in_range(1..=SLOTS - 2)?, bytes.arbitrary()?, bytes.arbitrary()?);
        let mut steps = Vec::new();
        while !bytes.is_empty() && steps.len() < 300 {
            steps.push(bytes.arbitrary()?);
        }
        Ok(Self { limit, period, buckets, start, from_end, steps })
    }

    fn quota<T: Word>(&self) -> Quota<T> {
        Quota::per(T::cut(self.limit), T::cut(self.period))
    }

    fn run<T: Word + HasShared>(&self) {
        let turn = T::turn();
        let suffice = tags_suffice(turn, self.limit, self.period);
        // Where a wrap may cost a window, none is met.
        let end = if suffice { u128::MAX } else { turn };
        let start = u128::from(self.start);
        let start = if suffice && self.from_end { turn - 1 - start } else { start };
        let (period, limit, quota) = (self.period, self.limit, self.quota::<T>());
        let windows = Aligned { period, turn };
        let back_and_forth: Vec<_> = self.steps.iter().map(|step| (step.back, step.ticks(period))).collect();

        let rule = FixedWindow::try_new(quota).unwrap();
        let mut oracle = FixedOracle { windows, limit, counts: HashMap::new() };
        self.forward(rule, start, end, |at, cost| oracle.acquire(at, cost));
        never_mints(rule, limit, period, 2, start, &back_and_forth);

        let rule = FirstRequestWindow::try_new(quota).unwrap();
        let mut oracle = FirstRequestOracle { period, limit, opened: None };
        self.forward(rule, start, end, |at, cost| oracle.acquire(at, cost));
        never_mints(rule, limit, period, 1, start, &back_and_forth);

        let rule = SlidingWindow::try_new(quota).unwrap();
        let mut oracle = SlidingOracle { windows, limit, counts: HashMap::new() };
        self.forward(rule, start, end, |at, cost| oracle.acquire(at, cost));
        never_mints(rule, limit, period, 3, start, &back_and_forth);

        self.bucketed::<T>(start);
    }

    /// A clock that only goes on, up to `end`: every answer is the oracle's.
    fn forward<A: Algorithm>(&self, rule: A, start: u128, end: u128, mut oracle: impl FnMut(u128, u128) -> Verdict)
    where
        A::Ticks: Word,
    {
        let limiter = limiter(rule);
        let (mut at, mut refreshed) = (start, start);
        for &step in &self.steps {
            at += step.ticks(self.period);
            if at >= end {
                return;
            }
            let (now, cost) = (A::Ticks::cut(at), u128::from(step.cost));
            let left = oracle(at, 0).unwrap();
            assert_eq!(limiter.remaining(now).wide(), left, "left at {at} before {step:?}");
            match step.op {
                Op::UpTo => {
                    let taken = limiter.try_acquire_up_to(now, A::Ticks::cut(cost));
                    let taken = taken.map_or(0, |grant| grant.granted().wide());
                    assert_eq!(taken, cost.min(left), "{step:?} at {at}");
                    oracle(at, taken).unwrap();
                }
                Op::Leaving => {
                    let taken = limiter.try_acquire_leaving(now, A::Ticks::cut(cost), A::Ticks::cut(cost / 3));
                    assert_eq!(taken.is_ok(), cost == 0 || cost + cost / 3 <= left, "{step:?} at {at}");
                    if taken.is_ok() {
                        oracle(at, cost).unwrap();
                    }
                }
                _ if cost > self.limit => {
                    assert!(limiter.try_acquire(now, A::Ticks::cut(cost)).unwrap_err().is_never());
                }
                _ => {
                    let told = answer(&limiter, at, cost);
                    assert_eq!(told, oracle(at, cost), "{step:?} at {at}");
                    if let Err(wait) = told
                        && at + wait < end
                    {
                        let fits = |after| limiter.peek(A::Ticks::cut(at + after), A::Ticks::cut(cost)).is_ok();
                        assert!(!fits(wait - 1) && fits(wait), "{step:?} at {at} waits {wait}");
                    }
                }
            }
            if matches!(step.op, Op::Refresh) || at - refreshed > 4 * self.period {
                limiter.refresh(now); // changes no decision, and a long silence does not alias
                refreshed = at;
            }
        }
    }

    /// Any clock: every answer of the bucketed window is its model's.
    fn bucketed<T: Word + HasShared>(&self, start: u128) {
        let rule =
            tollgate::algorithm::BucketedWindow::try_with_buckets(self.quota::<T>(), self.buckets.into()).unwrap();
        let window = BucketedWindow::<T, { SLOTS as usize }, Cell<T>>::from_parts(rule, Cell::fresh);
        let signed = |wide: u128| i128::try_from(wide).unwrap();
        let mut model = Model::new(Numbers {
            limit: signed(self.limit),
            period: signed(self.period),
            buckets: self.buckets.into(),
            slots: SLOTS.into(),
            bits: T::turn().ilog2(),
            fresh: signed(T::FRESH.wide()),
        });
        let mut at = signed(T::turn() + start); // a turn further, so that steps back stay positive
        for &step in &self.steps {
            let by = signed(step.ticks(self.period));
            at += if step.back { -by } else { by };
            let (now, units, asked) = (T::cut(at.cast_unsigned()), i128::from(step.cost), T::cut(step.cost.into()));
            let third = T::cut((step.cost / 3).into());
            let (got, want) = match step.op {
                Op::Acquire => (window.try_acquire(now, asked), model.acquire(at, units, 0)),
                Op::UpTo => (window.try_acquire_up_to(now, asked), model.acquire_up_to(at, units)),
                Op::Leaving => (window.try_acquire_leaving(now, asked, third), model.acquire(at, units, units / 3)),
                Op::Refresh => {
                    window.refresh(now);
                    model.refresh(at);
                    (window.peek(now, asked), model.peek(at, units, 0))
                }
                Op::Refund => {
                    window.refund(now, asked);
                    model.refund(at, units);
                    (window.peek(now, T::ONE), model.peek(at, 1, 0))
                }
                Op::Reset => {
                    window.reset();
                    model.reset();
                    (window.peek(now, asked), model.peek(at, units, 0))
                }
            };
            assert_eq!(told(got), want, "{step:?} at {at}");
            assert_eq!(signed(window.remaining(now).wide()), model.remaining(at), "after {step:?} at {at}");
        }
    }
}

fn told<T: Word>(decision: tollgate::Decision<T>) -> Told {
    let signed = |ticks: T| i128::try_from(ticks.wide()).unwrap();
    match decision {
        Ok(grant) => Told::Admitted {
            granted: signed(grant.granted()),
            remaining: signed(grant.remaining()),
            reset_after: signed(grant.reset_after()),
        },
        Err(Denied::NotYet(wait)) => Told::NotYet { retry_after: signed(wait.retry_after()) },
        Err(Denied::Never(never)) => Told::Never { cost: signed(never.cost()), capacity: signed(never.capacity()) },
        Err(other) => panic!("a window never says {other}"),
    }
}

/// Runs the program that some bytes spell on every window of both widths.
///
/// # Panics
///
/// Where an answer is wrong.
pub fn run(bytes: &[u8]) {
    let course = Course::read(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros");
    course.run::<u32>();
    course.run::<u64>();
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("windows", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
