//! Any program of a circuit breaker, against one that keeps every call.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tollgate::client::{BreakerSettings, Call, CircuitBreaker, Outcome, Poll};
use tollgate::time::Ticks;

use super::clock::{Clock, Move, moves, start};

#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub failures: u32,
    /// Percent of so many calls.
    pub share: Option<(u8, u8)>,
    pub open: u64,
    pub factor: u64,
    pub cap: u64,
    pub at_once: u32,
    pub to_close: u32,
    pub probe_time: u64,
}

fn numbers() -> impl Strategy<Value = Numbers> {
    let time = || prop_oneof![4 => 1..900_u64, 1 => any::<u64>().prop_map(|time| time.max(1))];
    let share = prop::option::of((1..=100_u8, 1..=64_u8));
    (1..5_u32, share, time(), 1..4_u64, time(), 1..4_u32, 1..4_u32, time()).prop_map(
        |(failures, share, open, factor, more, at_once, to_close, probe_time)| {
            let cap = open.saturating_add(more);
            Numbers { failures, share, open, factor, cap, at_once, to_close, probe_time }
        },
    )
}

/// A breaker on a clock that never wraps: every call is kept, with the spell it was begun in.
struct Naive {
    numbers: Numbers,
    spell: usize,
    state: Naively,
    /// How often probes have failed since it was closed.
    failed_probes: u32,
}

enum Naively {
    Closed { failed: Vec<bool> },
    Open { until: u128 },
    HalfOpen { begun: BTreeMap<usize, u128>, last: u128, succeeded: u32 },
    ForcedOpen,
    ForcedClosed,
}

impl Naive {
    fn enter(&mut self, state: Naively) {
        self.state = state;
        self.spell += 1;
    }

    fn trip(&mut self, now: u128, most: u128) {
        let Numbers { open, factor, cap, .. } = self.numbers;
        let grown = u128::from(open).saturating_mul(u128::from(factor).saturating_pow(self.failed_probes));
        self.enter(Naively::Open { until: now + grown.min(cap.into()).min(most) });
    }

    fn pass(&mut self, now: u128, most: u128) {
        match &self.state {
            Naively::Open { until } if now >= *until => {
                self.enter(Naively::HalfOpen { begun: BTreeMap::new(), last: 0, succeeded: 0 });
            }
            Naively::HalfOpen { begun, last, .. }
                if !begun.is_empty() && now - last >= self.numbers.probe_time.into() =>
            {
                self.failed_probes += 1;
                self.trip(now, most);
            }
            _ => {}
        }
    }

    /// Ticks until to ask again; `None` if it is forced open.
    fn wait(&self, now: u128, most: u128) -> Option<u128> {
        self.whole_wait(now).map(|wait| wait.min(most / 4 + 1))
    }

    fn whole_wait(&self, now: u128) -> Option<u128> {
        match &self.state {
            Naively::Open { until } => Some(until - now),
            Naively::HalfOpen { begun, last, .. } if begun.len() >= self.numbers.at_once as usize => {
                Some(last + u128::from(self.numbers.probe_time) - now)
            }
            Naively::ForcedOpen => None,
            _ => Some(0),
        }
    }

    fn end(&mut self, now: u128, most: u128, id: usize, spell: usize, outcome: Outcome) {
        if spell != self.spell || outcome == Outcome::Neither && matches!(self.state, Naively::Closed { .. }) {
            return;
        }
        match &mut self.state {
            Naively::Closed { failed } => {
                failed.push(outcome == Outcome::Failure);
                let in_a_row = failed.iter().rev().take_while(|&&failed| failed).count();
                let share = self.numbers.share.is_some_and(|(percent, of)| {
                    let of = usize::from(of);
                    let bad = failed.iter().rev().take(of).filter(|&&failed| failed).count();
                    failed.len() >= of && bad * 100 >= usize::from(percent) * of
                });
                if in_a_row >= self.numbers.failures as usize || share {
                    self.failed_probes = 0;
                    self.trip(now, most);
                }
            }
            Naively::HalfOpen { begun, succeeded, .. } => {
                begun.remove(&id);
                *succeeded += u32::from(outcome == Outcome::Success);
                if outcome == Outcome::Failure {
                    self.failed_probes += 1;
                    self.trip(now, most);
                } else if *succeeded >= self.numbers.to_close {
                    self.enter(Naively::Closed { failed: Vec::new() });
                }
            }
            _ => {}
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Begin,
    /// Of the calls on their way, any.
    End(usize, Outcome),
    Forget(usize),
    Go(Move),
    ForceOpen,
    ForceClosed,
    Release,
    /// Waits as it is told, and begins.
    Heed,
}

fn op() -> impl Strategy<Value = Op> {
    let outcome = prop_oneof![Just(Outcome::Success), Just(Outcome::Failure), Just(Outcome::Neither)];
    prop_oneof![
        8 => Just(Op::Begin),
        8 => (any::<usize>(), outcome).prop_map(|(nth, outcome)| Op::End(nth, outcome)),
        4 => any::<usize>().prop_map(|nth| Op::End(nth, Outcome::Failure)),
        1 => any::<usize>().prop_map(Op::Forget),
        6 => moves().prop_map(Op::Go),
        1 => prop_oneof![Just(Op::ForceOpen), Just(Op::ForceClosed), Just(Op::Release)],
        3 => Just(Op::Heed),
    ]
}

pub fn agrees<T: Ticks>(mut numbers: Numbers, start: u64, ops: &[Op]) {
    let width = T::MAX.into();
    for time in [&mut numbers.open, &mut numbers.cap, &mut numbers.probe_time] {
        *time = (*time).min(width);
    }
    let [open, factor, cap, probe_time] =
        [numbers.open, numbers.factor, numbers.cap, numbers.probe_time].map(T::truncate);
    let settings = BreakerSettings::after(numbers.failures, open).times(factor, cap).probe_time(probe_time);
    let settings = settings.probes(numbers.at_once, numbers.to_close);
    let settings = numbers.share.map_or(settings, |(percent, of)| settings.or_share(percent, of));
    let mut real = CircuitBreaker::try_new(settings).unwrap();
    let mut naive = Naive { numbers, spell: 0, state: Naively::Closed { failed: Vec::new() }, failed_probes: 0 };
    let most = u128::from(width);

    let mut clock = Clock::<T>::starting_at(start);
    let mut on_their_way: Vec<(Call, usize, usize)> = Vec::new();
    let mut begun = 0;
    for &op in ops {
        naive.pass(clock.progress, most);
        let mut begins = false;
        match op {
            Op::Begin => begins = true,
            Op::End(nth, outcome) if !on_their_way.is_empty() => {
                let (call, id, spell) = on_their_way.swap_remove(nth % on_their_way.len());
                real.end(clock.now, call, outcome);
                naive.end(clock.progress, most, id, spell, outcome);
            }
            Op::Forget(nth) if !on_their_way.is_empty() => {
                drop(on_their_way.swap_remove(nth % on_their_way.len()));
            }
            Op::End(..) | Op::Forget(_) => {}
            Op::Go(by) => clock.go(by),
            Op::ForceOpen => {
                real.force_open();
                naive.enter(Naively::ForcedOpen);
            }
            Op::ForceClosed => {
                real.force_closed();
                naive.enter(Naively::ForcedClosed);
            }
            Op::Release => {
                real.release();
                naive.enter(Naively::Closed { failed: Vec::new() });
            }
            Op::Heed => {
                // Two waits at the most, each of up to four quarter turns of the clock.
                let mut waited = 0;
                while let Poll::Wait(ticks) = real.poll(clock.now) {
                    clock.forward(ticks);
                    naive.pass(clock.progress, most);
                    waited += 1;
                    assert!(waited <= 8, "waited as told eight times, and may not begin");
                }
                begins = true;
            }
        }
        naive.pass(clock.progress, most);
        if begins {
            let expected = naive.wait(clock.progress, most);
            match real.try_begin(clock.now) {
                Ok(call) => {
                    assert_eq!(expected, Some(0));
                    begun += 1;
                    if let Naively::HalfOpen { begun: probes, last, .. } = &mut naive.state {
                        probes.insert(begun, clock.progress);
                        *last = clock.progress;
                        assert!(probes.len() <= numbers.at_once as usize);
                    }
                    on_their_way.push((call, begun, naive.spell));
                }
                Err(refused) => assert_eq!(refused.retry_after().map(|wait| u128::from(wait.into())), expected),
            }
        }
        let told = real.poll(clock.now).wait().map(|wait| u128::from(wait.into()));
        assert_eq!(told, naive.wait(clock.progress, most));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_program_agrees_with_the_oracle_and_none_wedges_u32(
        numbers in numbers(), start in start(), ops in prop::collection::vec(op(), 1..100),
    ) {
        agrees::<u32>(numbers, start, &ops);
    }

    #[test]
    fn every_program_agrees_with_the_oracle_and_none_wedges_u64(
        numbers in numbers(), start in start(), ops in prop::collection::vec(op(), 1..100),
    ) {
        agrees::<u64>(numbers, start, &ops);
    }
}
