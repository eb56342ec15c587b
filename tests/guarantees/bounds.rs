//! What is admitted is at most the burst and the rate times the clock's forward progress.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
use tollgate::cell::{StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Quota, QuotaError};

use crate::every_bucket::{cases, programs};
use crate::oracle::Told;
use crate::programs::machine::wide;
use crate::programs::{Amount, Machine, Move, Op, Program, Size, Span, Step};

/// Which moves of the clock are made.
#[derive(Clone, Copy, PartialEq)]
enum Clock {
    /// Any move forward, wraps included, and back as long as it stays less than a horizon behind where it stood when
    /// the state was last written.
    NeverAHorizonBehindTheLastCharge,
    /// Any move forward, and steps back of less than a horizon less a drain from one denial to the next.
    StepsBackLessThanAHorizonLessADrain,
    /// Any move at all.
    Anything,
}

/// Runs a program of takings and holds what every span of readings admits against the bound.
///
/// That every span keeps to the bound is itself a bucket: `room` is what the bound still allows in the span that allows
/// least.
fn every_span_keeps_to_the_bound<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    clock: Clock,
) {
    let mut shape = program.quota;
    shape.debt = Size::Units(0);
    let Some(mut machine) = Machine::new(make, shape, program.start, Unsync::fresh()) else { return };
    let (horizon, drain) = (wide(machine.rule.rate().horizon_ticks()), wide(machine.rule.rate().drain_ticks()));
    let quota = machine.rule.rate().quota();
    let [limit, period, burst] = [quota.limit(), quota.period(), quota.capacity()].map(wide);
    let mut room = burst * period;
    let mut written_at = i128::MAX;
    for step in &program.steps {
        let forward = machine.distance(step.clock);
        let allowed = match clock {
            Clock::NeverAHorizonBehindTheLastCharge => {
                written_at == i128::MAX || machine.time + forward > written_at - horizon
            }
            Clock::StepsBackLessThanAHorizonLessADrain => forward > drain - horizon,
            Clock::Anything => true,
        };
        if allowed {
            machine.time += forward;
            let returned =
                if forward < 0 && clock == Clock::Anything { burst * period } else { forward.max(0) * limit };
            room = (room + returned).min(burst * period);
        }
        let op = match (taking(step.op), clock) {
            // Every reading has to be one that a denial can put right.
            (_, Clock::StepsBackLessThanAHorizonLessADrain) => Op::Acquire(Amount::Units(1)),
            (op, _) => op,
        };
        let before = machine.cell.load();
        let told = machine.step(&Step { clock: Move::Stall, op });
        if machine.cell.load() != before {
            written_at = machine.time;
        }
        if let (Told::Admitted { granted, .. }, false) = (told, matches!(op, Op::Peek(_))) {
            room -= granted * period;
        }
        assert!(room >= 0, "{} units too many after {step:?} under {quota:?}", (-room + period - 1) / period);
    }
}

/// The nearest operation that gives nothing back.
fn taking(op: Op) -> Op {
    match op {
        Op::Acquire(_) | Op::Leaving(..) | Op::UpTo(_) | Op::Peek(_) | Op::Reserve(..) | Op::Refresh => op,
        Op::Force(cost) => Op::Force(cost), // without a debt it charges no more than there is
        Op::Refund(cost) | Op::SetLevel(cost) => Op::Acquire(cost),
        Op::Cancel(_) | Op::Reset | Op::Rescale(_) => Op::Acquire(Amount::Units(1)),
    }
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn never_more_than_burst_and_rate_times_forward_progress(program in programs()) {
        every_bucket!(every_span_keeps_to_the_bound(&program, Clock::NeverAHorizonBehindTheLastCharge));
    }

    #[test]
    fn steps_back_between_requests_mint_nothing_up_to_a_horizon_less_a_drain(program in programs()) {
        every_bucket!(every_span_keeps_to_the_bound(&program, Clock::StepsBackLessThanAHorizonLessADrain));
    }

    #[test]
    fn a_step_back_of_any_length_admits_at_most_one_burst(program in programs()) {
        every_bucket!(every_span_keeps_to_the_bound(&program, Clock::Anything));
    }

    /// A caller that hammers at every reading, on a clock that trembles.
    #[test]
    fn a_trembling_clock_mints_nothing(
        mut program in programs(), tremble in prop::collection::vec((any::<bool>(), any::<u8>()), 1..300),
    ) {
        program.steps = tremble
            .into_iter()
            .map(|(back, ticks)| {
                let span = if ticks < 200 { Span::Ticks(ticks % 8) } else { Span::Drain(ticks - 200) };
                let clock = if back { Move::Back(span) } else { Move::Forward(span) };
                Step { clock, op: Op::UpTo(Amount::Most) }
            })
            .collect();
        every_bucket!(every_span_keeps_to_the_bound(&program, Clock::NeverAHorizonBehindTheLastCharge));
    }
}
