//! Any program of a backoff, against one as one would write it down.

use proptest::prelude::*;
use tollgate::client::{Backoff, BackoffSettings, Jitter, Poll, ServerWait};
use tollgate::time::Ticks;

use super::clock::{Clock, Move, moves, start};

/// A backoff on a clock that never wraps, as one would write it down.
struct Naive {
    base: u128,
    factor: u128,
    cap: u128,
    jitter: Jitter,
    attempts: u32,
    pause: u128,
    unreadable: u128,
    longest: u128,
    most: u128,
    failures: u32,
    own_before: u128,
    until: u128,
    gave_up: bool,
}

impl Naive {
    /// The least or the most the formula gives.
    fn own(&self, highest: bool) -> u128 {
        let grown = self.base.saturating_mul(self.factor.saturating_pow(self.failures - 1)).min(self.cap);
        let (least, most) = match self.jitter {
            Jitter::Full => (0, grown),
            Jitter::Equal => (grown.div_ceil(2), grown),
            Jitter::Decorrelated => (self.base, (self.own_before * self.factor).min(self.cap)),
            Jitter::Additive => (grown, (grown + self.base - 1).min(self.most)),
            _ => (grown, grown),
        };
        if highest { most } else { least }
    }

    fn fail(&mut self, now: u128, server: ServerWait<u64>, highest: bool) {
        self.failures += 1;
        let asked = match server {
            ServerWait::After(ticks) => u128::from(ticks),
            ServerWait::Unreadable => self.unreadable,
            _ => 0,
        };
        let is_too_long = matches!(server, ServerWait::After(_)) && asked > self.longest;
        self.gave_up |= self.failures >= self.attempts || is_too_long;
        let mut wait = asked.max(self.pause);
        if !self.gave_up {
            self.own_before = self.own(highest);
            wait = wait.max(self.own_before);
        }
        self.until = self.until.max(now + wait);
    }

    fn succeed(&mut self) {
        (self.failures, self.own_before, self.gave_up) = (0, self.base, false);
    }

    fn left(&self, now: u128) -> Option<u128> {
        (!self.gave_up).then(|| self.until.saturating_sub(now).min(self.most / 4 + 1))
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Fail(ServerWait<u64>, bool),
    Succeed,
    Go(Move),
    /// Waits as it is told.
    Heed,
}

fn op() -> impl Strategy<Value = Op> {
    let server = prop_oneof![
        3 => Just(ServerWait::Unsaid),
        1 => Just(ServerWait::Unreadable),
        2 => (0..9_000_u64).prop_map(ServerWait::After),
    ];
    prop_oneof![
        6 => (server, any::<bool>()).prop_map(|(server, highest)| Op::Fail(server, highest)),
        1 => Just(Op::Succeed),
        4 => moves().prop_map(Op::Go),
        3 => Just(Op::Heed),
    ]
}

fn settings() -> impl Strategy<Value = ([u64; 6], u32, Jitter)> {
    let number = || prop_oneof![4 => 1..5_000_u64, 1 => any::<u64>().prop_map(|number| number.max(1))];
    let jitter = prop_oneof![
        Just(Jitter::None),
        Just(Jitter::Full),
        Just(Jitter::Equal),
        Just(Jitter::Decorrelated),
        Just(Jitter::Additive)
    ];
    let numbers = (number(), 1..5_u64, number(), 0..3_000_u64, 0..3_000_u64, 0..9_000_u64);
    (numbers, 1..20_u32, jitter).prop_map(|((base, factor, more, pause, unreadable, longest), attempts, jitter)| {
        ([base, factor, base.saturating_add(more), pause, unreadable, longest], attempts, jitter)
    })
}

pub fn agrees<T: Ticks>(numbers: [u64; 6], attempts: u32, jitter: Jitter, start: u64, ops: &[Op]) {
    let most = T::MAX.into();
    let numbers = numbers.map(|number| number.min(most));
    let [base, factor, cap, pause, unreadable, longest] = numbers.map(T::truncate);
    let settings = BackoffSettings::exponential(base, factor, cap).jitter(jitter).attempts(attempts);
    let settings = settings.pause(pause).unreadable(unreadable).longest_server_wait(longest);
    let mut real = Backoff::try_new(settings).unwrap();
    let [base, factor, cap, pause, unreadable, longest] = numbers.map(u128::from);
    let (failures, until, gave_up, most) = (0, 0, false, most.into());
    let mut naive = Naive {
        base,
        factor,
        cap,
        jitter,
        attempts,
        pause,
        unreadable,
        longest,
        most,
        failures,
        own_before: base,
        until,
        gave_up,
    };

    let mut clock = Clock::<T>::starting_at(start);
    for &op in ops {
        match op {
            Op::Fail(server, highest) => {
                let told = match server {
                    ServerWait::After(ticks) => ServerWait::After(T::truncate(ticks)),
                    ServerWait::Unreadable => ServerWait::Unreadable,
                    _ => ServerWait::Unsaid,
                };
                let told = real.on_failure(clock.now, told, || if highest { u64::MAX } else { 0 });
                naive.fail(clock.progress, server, highest);
                assert_eq!(told, real.poll(clock.now));
            }
            Op::Succeed => {
                real.on_success();
                naive.succeed();
            }
            Op::Go(by) => clock.go(by),
            Op::Heed => {
                // A wait of a whole turn is told in four.
                for _ in 0..4 {
                    if let Poll::Wait(ticks) = real.poll(clock.now) {
                        clock.forward(ticks);
                    }
                }
                let is_over = naive.left(clock.progress).is_none();
                assert!(real.poll(clock.now).is_ready() != is_over, "waited as told, and may not go");
            }
        }
        let left = real.poll(clock.now).wait().map(|ticks| u128::from(ticks.into()));
        assert_eq!(left, naive.left(clock.progress));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn every_program_agrees_with_the_oracle_u32(
        (numbers, attempts, jitter) in settings(), start in start(), ops in prop::collection::vec(op(), 1..80),
    ) {
        agrees::<u32>(numbers, attempts, jitter, start, &ops);
    }

    #[test]
    fn every_program_agrees_with_the_oracle_u64(
        (numbers, attempts, jitter) in settings(), start in start(), ops in prop::collection::vec(op(), 1..80),
    ) {
        agrees::<u64>(numbers, attempts, jitter, start, &ops);
    }
}
