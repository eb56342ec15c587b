//! Leases, drops and direct takers in any order, against a log of what was charged and what was spent.

use proptest::prelude::*;
use tollgate::algorithm::{Algorithm, LeakyBucket, TokenBucket};
use tollgate::cell::{Atomic32, Atomic64, StateCell, Unsync};
use tollgate::lease::{Source, Terms};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Decision, FixedWindow, Limiter, Quota, RateLease, RollingWindow};

/// One step of a program: the clock moves on by `after` ticks, then somebody acts.
#[derive(Clone, Copy, Debug)]
struct Step {
    after: u16,
    who: usize,
    act: Act,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Acquire(u8),
    GiveBack,
    Drop,
    Direct(u8),
}

const LEASES: usize = 3;
const TERMS: [(u8, u16); LEASES] = [(1, 7), (5, 40), (9, 300)];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        6 => (0_u8..8).prop_map(Act::Acquire),
        1 => Just(Act::GiveBack),
        1 => Just(Act::Drop),
        2 => (1_u8..8).prop_map(Act::Direct),
    ];
    let after = prop_oneof![3 => Just(0_u16), 4 => 0_u16..6, 2 => 0_u16..60, 1 => 0_u16..2_000];
    let step = (after, 0..LEASES, act).prop_map(|(after, who, act)| Step { after, who, act });
    prop::collection::vec(step, 1..120)
}

/// Units charged at an instant, of which some may have been put back since.
#[derive(Clone, Copy, Debug)]
struct Charged {
    at: u64,
    units: u64,
}

#[derive(Default)]
struct Log {
    charged: Vec<Charged>,
    /// When, how many, and the lifetime they were spent under.
    spent: Vec<(u64, u64, u64)>,
    end: u64,
}

/// Runs a program from `first` on, where the log counts from 0.
fn run<S: Source>(
    limit: &S,
    first: S::Ticks,
    direct: impl Fn(S::Ticks, S::Ticks) -> Decision<S::Ticks>,
    steps: &[Step],
    after_each: impl Fn(S::Ticks, &Log),
) -> Log {
    let ticks = |value: u64| S::Ticks::truncate(value);
    let lease = |who: usize| {
        let (units, lifetime) = TERMS[who];
        RateLease::new(limit, Terms::try_new(ticks(units.into()), ticks(lifetime.into())).unwrap())
    };
    let mut leases: [_; LEASES] = std::array::from_fn(lease);
    // Which charge a lease spends of, and how much of it is left as the test counts.
    let mut holds: [Option<(usize, u64)>; LEASES] = [None; LEASES];
    let mut log = Log::default();
    for &Step { after, who, act } in steps {
        log.end += u64::from(after);
        let now = first.wrapping_add(ticks(log.end));
        let lifetime: u64 = TERMS[who].1.into();
        let alive = holds[who].is_some_and(|(charge, _)| log.end - log.charged[charge].at < lifetime);
        let left = holds[who].filter(|_| alive).map_or(0, |(_, left)| left);
        assert_eq!(leases[who].left(now).into(), left, "what is left of lease {who} at {}", log.end);
        let returns = |log: &mut Log, hold: &mut Option<(usize, u64)>| {
            if let Some((charge, left)) = hold.take() {
                log.charged[charge].units -= left;
            }
        };
        match act {
            Act::Acquire(cost) => {
                let cost = u64::from(cost);
                let answer = leases[who].try_acquire(now, ticks(cost));
                if let Some((charge, left)) = holds[who].filter(|&(_, left)| alive && cost <= left) {
                    assert_eq!(answer.expect("it has them").left().into(), left - cost);
                    holds[who] = Some((charge, left - cost));
                } else {
                    returns(&mut log, &mut holds[who]);
                    if let Ok(spent) = answer.as_ref().filter_ok(cost) {
                        let left: u64 = spent.left().into();
                        assert!(left + cost <= cost.max(TERMS[who].0.into()), "more than the terms say");
                        log.charged.push(Charged { at: log.end, units: left + cost });
                        holds[who] = Some((log.charged.len() - 1, left));
                    }
                }
                if answer.is_ok() {
                    log.spent.push((log.end, cost, lifetime));
                }
            }
            Act::GiveBack => {
                leases[who].give_back(now);
                returns(&mut log, &mut holds[who]);
                assert_eq!(leases[who].left(now), S::Ticks::ZERO);
            }
            Act::Drop => {
                // Right after a reading, as of which it puts back.
                let _ = leases[who].try_acquire(now, S::Ticks::ZERO);
                leases[who] = lease(who);
                returns(&mut log, &mut holds[who]);
            }
            Act::Direct(cost) => {
                if direct(now, ticks(cost.into())).is_ok() {
                    log.charged.push(Charged { at: log.end, units: cost.into() });
                    log.spent.push((log.end, cost.into(), 0));
                }
            }
        }
        after_each(now, &log);
    }
    log
}

/// An answer to a cost of 0 has drawn nothing.
trait FilterOk<X, E> {
    fn filter_ok(self, cost: u64) -> Result<X, Option<E>>;
}

impl<X, E> FilterOk<X, E> for Result<X, E> {
    fn filter_ok(self, cost: u64) -> Result<X, Option<E>> {
        if cost == 0 { Err(None) } else { self.map_err(Some) }
    }
}

const LIMIT: u64 = 7;
const PERIOD: u64 = 45;
const BURST: u64 = 23;

/// Sub-ticks that the units charged keep a bucket busy after `now`, by the book.
fn backlog(log: &Log) -> u64 {
    let mut arrival = 0;
    for charge in &log.charged {
        arrival = arrival.max(charge.at * LIMIT) + charge.units * PERIOD;
    }
    arrival.saturating_sub(log.end * LIMIT)
}

fn buckets_hold<A: Algorithm, C: StateCell<A::Ticks>>(rule: A, cell: C, first: u64, steps: &[Step]) {
    let bucket = Limiter::from_parts(rule, cell);
    let first = A::Ticks::truncate(first);
    let log = run(
        &bucket,
        first,
        |now, cost| bucket.try_acquire(now, cost),
        steps,
        |now, log| {
            let fair = (BURST * PERIOD).saturating_sub(backlog(log)) / PERIOD;
            let remaining: u64 = bucket.remaining(now).into();
            assert!(
                remaining <= fair,
                "{remaining} remain, but {fair} would if what was put back had never been drawn"
            );
        },
    );
    for (first, &(from, _, _)) in log.spent.iter().enumerate() {
        let (mut sum, mut lifetime) = (0, 0);
        for &(to, units, of) in &log.spent[first..] {
            (sum, lifetime) = (sum + units, lifetime.max(of));
            assert!(
                sum * PERIOD <= BURST * PERIOD + LIMIT * (to - from + lifetime),
                "{sum} units spent in {} ticks under leases of {lifetime}",
                to - from
            );
        }
    }
}

/// In no span shorter than a period more is charged, and not put back, than the limit.
fn windows_hold(log: &Log, limit: u64, period: u64) {
    for (first, from) in log.charged.iter().enumerate() {
        let within = log.charged[first..].iter().take_while(|charge| charge.at - from.at < period);
        let sum: u64 = within.map(|charge| charge.units).sum();
        assert!(sum <= limit, "{sum} units in the period from {}", from.at);
    }
}

fn quota<T: Ticks>() -> Quota<T> {
    Quota::per(T::truncate(LIMIT), T::truncate(PERIOD)).burst(T::truncate(BURST))
}

fn window<T: Ticks>() -> Quota<T> {
    Quota::per(T::truncate(12), T::truncate(100))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_more_than_the_burst_and_the_rate_over_a_span_and_a_lifetime(first: u64, steps in steps()) {
        let before_the_wrap = u64::MAX - first % 2_000;
        for first in [first, before_the_wrap] {
            buckets_hold(TokenBucket::<u32>::try_new(quota()).unwrap(), Unsync::fresh(), first, &steps);
            buckets_hold(TokenBucket::<u64>::try_new(quota()).unwrap(), Unsync::fresh(), first, &steps);
            buckets_hold(LeakyBucket::<u32>::try_new(quota()).unwrap(), Atomic32::fresh(), first, &steps);
            buckets_hold(LeakyBucket::<u64>::try_new(quota()).unwrap(), Atomic64::fresh(), first, &steps);
        }
    }

    #[test]
    fn never_more_drawn_of_a_rolling_window_than_its_limit_in_any_period(first: u64, steps in steps()) {
        let small = RollingWindow::<u32, 12>::new(window());
        let log = run(&small, first as u32, |now, cost| small.try_acquire(now, cost), &steps, |_, _| {});
        windows_hold(&log, 12, 100);
        let large = RollingWindow::<u64, 12>::new(window());
        let log = run(&large, first, |now, cost| large.try_acquire(now, cost), &steps, |_, _| {});
        windows_hold(&log, 12, 100);
    }

    #[test]
    fn never_more_drawn_of_a_bucketed_window_than_its_limit_in_any_period(first: u64, steps in steps()) {
        let small = BucketedWindow::<u32, 16>::new(window());
        let log = run(&small, first as u32, |now, cost| small.try_acquire(now, cost), &steps, |_, _| {});
        windows_hold(&log, 12, 100);
        let large = BucketedWindow::<u64, 16>::new(window());
        let log = run(&large, first, |now, cost| large.try_acquire(now, cost), &steps, |_, _| {});
        windows_hold(&log, 12, 100);
    }

    #[test]
    fn never_more_drawn_of_a_fixed_window_than_its_limit(steps in steps()) {
        let fixed = FixedWindow::<u64>::new(window());
        let log = run(&fixed, 0, |now, cost| fixed.try_acquire(now, cost), &steps, |_, _| {});
        for number in 0..=log.end / 100 {
            let sum: u64 = log.charged.iter().filter(|charge| charge.at / 100 == number).map(|charge| charge.units).sum();
            assert!(sum <= 12, "{sum} units in window {number}");
        }
    }

    #[test]
    fn at_one_instant_everything_unspent_comes_back(costs in prop::collection::vec((0..LEASES, 0_u32..12), 0..40)) {
        let bucket = tollgate::TokenBucket::<u32>::new(quota());
        let mut leases = TERMS.map(|(units, life)| RateLease::new(&bucket, Terms::<u32>::new(units.into(), life.into())));
        let mut spent = 0;
        for (who, cost) in costs {
            let before = u32::from(leases[who].try_acquire(99, cost).is_ok()) * cost;
            spent += before;
        }
        drop(leases);
        prop_assert_eq!(bucket.remaining(99), BURST as u32 - spent);
    }
}
