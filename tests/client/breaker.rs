//! Circuit breaker: when it opens, how it finds back, and that it always does.

use std::collections::BTreeMap;

use proptest::prelude::*;
use tollgate::client::{BreakerSettings, BreakerState, Call, CircuitBreaker, ForcedOpen, NotBegun, Outcome, Poll};
use tollgate::time::Ticks;

use crate::clock::{Clock, Move, moves, start};

const SECOND: u32 = 1_000;
const THREE: BreakerSettings<u32> = BreakerSettings::after(3, 10 * SECOND);

fn call(breaker: &mut CircuitBreaker<u32>, now: u32, outcome: Outcome) {
    let call = breaker.try_begin(now).unwrap();
    breaker.end(now, call, outcome);
}

/// As `settings` say, open since `now`.
fn open(settings: BreakerSettings<u32>, now: u32) -> CircuitBreaker<u32> {
    let mut breaker = CircuitBreaker::<u32>::new(settings);
    for _ in 0..3 {
        call(&mut breaker, now, Outcome::Failure);
    }
    assert_eq!(breaker.state(now), BreakerState::Open);
    breaker
}

#[test]
fn it_opens_after_so_many_failures_in_a_row_and_not_before() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    for outcome in [Outcome::Failure, Outcome::Failure, Outcome::Success, Outcome::Failure, Outcome::Failure] {
        call(&mut breaker, 0, outcome);
        assert_eq!((breaker.state(0), breaker.trips()), (BreakerState::Closed, 0));
    }
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!((breaker.state(0), breaker.trips()), (BreakerState::Open, 1));
    assert_eq!(breaker.poll(1), Poll::Wait(9_999));
    assert_eq!(breaker.try_begin(1), Err(NotBegun::Open { wait: 9_999 }));
}

#[test]
fn what_says_nothing_about_the_server_neither_counts_nor_breaks_a_row() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    for outcome in [Outcome::Failure, Outcome::Neither, Outcome::Failure, Outcome::Neither] {
        call(&mut breaker, 0, outcome);
    }
    assert_eq!(breaker.state(0), BreakerState::Closed);
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn it_opens_at_a_share_of_the_last_calls_in_any_order_and_only_once_all_are_known() {
    let settings = BreakerSettings::after(1_000, SECOND).or_share(50, 6);
    let outcomes = |of: &str| {
        let mut breaker = CircuitBreaker::<u32>::new(settings);
        for outcome in of.chars() {
            call(&mut breaker, 0, if outcome == 'x' { Outcome::Failure } else { Outcome::Success });
        }
        breaker.state(0)
    };
    assert_eq!(outcomes("xxxxx"), BreakerState::Closed); // of five, not six
    assert_eq!(outcomes("x.x.x."), BreakerState::Open); // three of six
    assert_eq!(outcomes("x.x..."), BreakerState::Closed);
    assert_eq!(outcomes("xx....x.x"), BreakerState::Closed); // the first two are too old to count
    assert_eq!(outcomes("xx....x.xx"), BreakerState::Open);
    // The most that is kept, and all of it.
    let settings = BreakerSettings::after(1_000, SECOND).or_share(100, 64);
    let mut breaker = CircuitBreaker::<u32>::new(settings);
    for _ in 0..63 {
        call(&mut breaker, 0, Outcome::Failure);
    }
    assert_eq!(breaker.state(0), BreakerState::Closed);
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn open_it_lets_nothing_through_to_the_tick_then_a_probe() {
    let mut breaker = open(THREE, u32::MAX - 5_000); // across the wrap
    assert_eq!(breaker.try_begin(4_998), Err(NotBegun::Open { wait: 1 }));
    assert_eq!(breaker.state(4_999), BreakerState::HalfOpen);
    let probe = breaker.try_begin(4_999).unwrap();
    assert_eq!(breaker.try_begin(5_999), Err(NotBegun::Probing { wait: 9_000 }));
    breaker.end(6_000, probe, Outcome::Success);
    assert_eq!(breaker.state(6_000), BreakerState::Closed);
}

#[test]
fn the_open_time_grows_while_probes_fail_up_to_the_cap_and_starts_anew_once_it_closed() {
    let mut breaker = open(THREE.times(2, 35 * SECOND), 0);
    let mut now = 0;
    for expected in [10_000, 20_000, 35_000, 35_000] {
        assert_eq!(breaker.poll(now), Poll::Wait(expected));
        now += expected;
        call(&mut breaker, now, Outcome::Failure);
    }
    now += 35_000;
    call(&mut breaker, now, Outcome::Success);
    for _ in 0..3 {
        call(&mut breaker, now, Outcome::Failure);
    }
    assert_eq!((breaker.poll(now), breaker.trips()), (Poll::Wait(10_000), 6));
}

#[test]
fn as_many_probes_go_at_once_and_as_many_must_succeed_as_the_settings_say() {
    let mut breaker = open(THREE.probes(2, 3), 0);
    let first = breaker.try_begin(10_000).unwrap();
    let second = breaker.try_begin(10_001).unwrap();
    assert!(breaker.try_begin(10_002).is_err());
    breaker.end(10_003, first, Outcome::Success);
    let third = breaker.try_begin(10_003).unwrap();
    breaker.end(10_004, second, Outcome::Neither); // frees its place, and proves nothing
    breaker.end(10_005, third, Outcome::Success);
    assert_eq!(breaker.state(10_005), BreakerState::HalfOpen);
    call(&mut breaker, 10_006, Outcome::Success);
    assert_eq!(breaker.state(10_006), BreakerState::Closed);
}

#[test]
fn a_probe_that_is_never_reported_runs_out_and_counts_as_a_failure() {
    let mut breaker = open(THREE.times(3, 90 * SECOND).probe_time(2 * SECOND), 0);
    let lost = breaker.try_begin(10_000).unwrap();
    assert_eq!(breaker.poll(11_000), Poll::Wait(1_000));
    assert_eq!(breaker.poll(12_000), Poll::Wait(30_000)); // open again, for longer
    breaker.end(12_001, lost, Outcome::Success); // too late to count
    assert_eq!(breaker.state(12_001), BreakerState::Open);
    assert_eq!(breaker.poll(42_000), Poll::Ready);
}

#[test]
fn late_reports_of_calls_begun_before_the_trip_do_not_count() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    let [early, late, later] = [(); 3].map(|()| breaker.try_begin(0).unwrap());
    for _ in 0..3 {
        call(&mut breaker, 0, Outcome::Failure);
    }
    breaker.end(1, early, Outcome::Success);
    assert_eq!(breaker.state(1), BreakerState::Open);
    let probe = breaker.try_begin(10_000).unwrap();
    breaker.end(10_001, late, Outcome::Failure);
    assert_eq!(breaker.state(10_001), BreakerState::HalfOpen); // and the probe is still the one that decides
    assert!(breaker.try_begin(10_001).is_err());
    breaker.end(10_002, probe, Outcome::Success);
    for _ in 0..2 {
        call(&mut breaker, 10_003, Outcome::Failure);
    }
    breaker.end(10_004, later, Outcome::Failure); // would be the third
    assert_eq!(breaker.state(10_004), BreakerState::Closed);
}

#[test]
fn forced_open_it_refuses_for_good_until_released() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    let before = breaker.try_begin(0).unwrap();
    breaker.force_open();
    assert_eq!(breaker.poll(1 << 30), Poll::Refused(ForcedOpen));
    assert_eq!(breaker.try_begin(1 << 30), Err(NotBegun::Forced));
    breaker.end(1 << 30, before, Outcome::Success);
    assert_eq!(breaker.state(1 << 30), BreakerState::ForcedOpen);
    breaker.release();
    assert_eq!(breaker.poll(1 << 30), Poll::Ready);
}

#[test]
fn forced_closed_it_stays_so_whatever_fails_until_released() {
    let mut breaker = open(THREE, 0);
    breaker.force_closed();
    for _ in 0..10 {
        call(&mut breaker, 1, Outcome::Failure);
    }
    assert_eq!((breaker.state(1), breaker.poll(1)), (BreakerState::ForcedClosed, Poll::Ready));
    breaker.release();
    assert_eq!(breaker.state(1), BreakerState::Closed);
    for _ in 0..2 {
        call(&mut breaker, 1, Outcome::Failure);
    }
    assert_eq!(breaker.state(1), BreakerState::Closed); // nothing of before is known
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_value_and_what_would_be_accepted() {
    let told = |settings| CircuitBreaker::<u32>::try_new(settings).unwrap_err().to_string();
    let of = BreakerSettings::after;
    assert_eq!(told(of(0, 9)), "failures = 0 would open without a failure: give at least 1");
    assert_eq!(told(of(3, 0)), "open = 0 ticks keeps nothing back: give an open time of at least 1 tick");
    assert_eq!(told(of(3, 9).times(0, 9)), "factor = 0 leaves no open time: give at least 1, which stays the same");
    assert_eq!(
        told(of(3, 9).times(2, 8)),
        "cap = 8 ticks is shorter than the first open time: give a cap of at least 9 ticks"
    );
    for probes in [(0, 1), (1, 0)] {
        assert_eq!(
            told(of(3, 9).probes(probes.0, probes.1)),
            "0 probes would never close again: give at least 1 at once, and 1 to close"
        );
    }
    assert_eq!(
        told(of(3, 9).probe_time(0)),
        "probe_time = 0 ticks lets no probe report: give at least the longest a call may take"
    );
    for (percent, calls) in [(0, 10), (101, 10), (50, 65), (50, 0)] {
        let message = told(of(3, 9).or_share(percent, calls));
        assert!(message.ends_with("calls cannot be kept: give 1 to 100 percent of 1 to 64 calls"), "{message}");
    }
    assert_eq!(
        told(of(3, 9).or_share(101, 65)),
        "a share of 101 percent of 65 calls cannot be kept: give 1 to 100 percent of 1 to 64 calls"
    );
}

#[derive(Clone, Copy, Debug)]
struct Numbers {
    failures: u32,
    /// Percent of so many calls.
    share: Option<(u8, u8)>,
    open: u64,
    factor: u64,
    cap: u64,
    at_once: u32,
    to_close: u32,
    probe_time: u64,
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
        self.whole_wait(now).map(|wait| wait.min(most / 2 + 1))
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
enum Op {
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

fn agrees<T: Ticks>(mut numbers: Numbers, start: u64, ops: &[Op]) {
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
                // Two waits at the most, each of one or two half turns of the clock.
                let mut waited = 0;
                while let Poll::Wait(ticks) = real.poll(clock.now) {
                    clock.forward(ticks);
                    naive.pass(clock.progress, most);
                    waited += 1;
                    assert!(waited <= 4, "waited as told four times, and may not begin");
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
