//! Random programs against a list of units with the instants at which they run out, on a clock that wraps.

use proptest::prelude::*;
use tollgate::cell::{HasShared, Init, Shared, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Denied, LeasedConcurrency, LeasedPermit};

pub const SLOTS: usize = 6;

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Acquire(u64),
    AcquireLeaving(u64, u64),
    AcquireUpTo(u64),
    Drop(usize),
    Renew(usize),
    /// The work vanishes, and its permit with it.
    Vanish(usize),
    /// The permit becomes a plain value, and is released by hand at once.
    ByHand(usize),
    /// Thousandths of a lease, and ticks.
    Advance(u64, u64),
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Granted(u128),
    NotYet(u128),
    Never { cost: u128, capacity: u128 },
}

#[derive(Clone, Copy)]
struct Unit {
    owner: usize,
    runs_out: u128,
}

struct Oracle {
    limit: u128,
    lease: u128,
    held: Vec<Unit>,
}

impl Oracle {
    fn in_flight(&self, now: u128) -> u128 {
        self.held.iter().filter(|unit| unit.runs_out > now).count() as u128
    }

    fn decide(&self, now: u128, least: u128, most: u128, leave: u128) -> Verdict {
        let capacity = self.limit.saturating_sub(leave);
        if most == 0 {
            return Verdict::Granted(0);
        }
        if least > capacity {
            return Verdict::Never { cost: least, capacity };
        }
        // Try every instant: only those at which something runs out can be the first.
        let mut instants: Vec<u128> = self.held.iter().map(|unit| unit.runs_out).filter(|&at| at > now).collect();
        instants.sort_unstable();
        let first = std::iter::once(now).chain(instants).find(|&at| self.in_flight(at) + least <= capacity).unwrap();
        if first > now {
            return Verdict::NotYet(first - now);
        }
        Verdict::Granted(most.min(capacity - self.in_flight(now)))
    }

    fn acquire(&mut self, now: u128, owner: usize, least: u128, most: u128, leave: u128) -> Verdict {
        let verdict = self.decide(now, least, most, leave);
        if let Verdict::Granted(units) = verdict {
            let unit = Unit { owner, runs_out: now + self.lease };
            self.held.extend((0..units).map(|_| unit));
        }
        verdict
    }

    fn is_live(&self, owner: usize, now: u128) -> bool {
        self.held.iter().any(|unit| unit.owner == owner && unit.runs_out > now)
    }
}

fn verdict<T: Ticks>(answer: Result<T, Denied<T>>) -> Verdict {
    match answer {
        Ok(units) => Verdict::Granted(units.into().into()),
        Err(Denied::NotYet(wait)) => Verdict::NotYet(wait.retry_after().into().into()),
        Err(Denied::Never(never)) => {
            Verdict::Never { cost: never.cost().into().into(), capacity: never.capacity().into().into() }
        }
        Err(other) => panic!("a limit that knows its leases said {other:?}"),
    }
}

fn kept<'a, T: HasShared, C: StateCell<T>>(
    permits: &mut Vec<(usize, LeasedPermit<'a, T, SLOTS, C>)>,
    owner: usize,
    answer: Result<LeasedPermit<'a, T, SLOTS, C>, Denied<T>>,
) -> Verdict {
    verdict(answer.map(|permit| {
        let weight = permit.weight();
        permits.push((owner, permit));
        weight
    }))
}

fn agrees_with_the_oracle<T: HasShared, C: StateCell<T>>(
    busy: &LeasedConcurrency<T, SLOTS, C>,
    start: u64,
    ops: &[Op],
) {
    let lease: u128 = busy.lease().into().into();
    let mut oracle = Oracle { limit: busy.limit().into().into(), lease, held: Vec::new() };
    let mut permits: Vec<(usize, LeasedPermit<'_, T, SLOTS, C>)> = Vec::new();
    let (mut now, mut refreshed) = (u128::from(start), u128::from(start));
    #[allow(clippy::cast_possible_truncation)] // that is the wrap
    let reading = |now: u128| T::truncate(now as u64);
    for (owner, &op) in ops.iter().enumerate() {
        let tick = reading(now);
        let pick = |at: usize, permits: &Vec<_>| at.checked_rem(permits.len());
        match op {
            Op::Acquire(weight) => {
                let (cost, weight) = (T::truncate(weight), u128::from(weight));
                let peeked = verdict(busy.peek(tick, cost).map(|()| cost));
                let answer = kept(&mut permits, owner, busy.try_acquire(tick, cost));
                assert_eq!(answer, peeked, "peek");
                if let Verdict::NotYet(wait) = answer {
                    assert!(busy.peek(reading(now + wait), cost).is_ok());
                    assert!(busy.peek(reading(now + wait - 1), cost).is_err());
                }
                assert_eq!(answer, oracle.acquire(now, owner, weight, weight, 0));
            }
            Op::AcquireLeaving(weight, rest) => {
                let answer = busy.try_acquire_leaving(tick, T::truncate(weight), T::truncate(rest));
                let expected = oracle.acquire(now, owner, weight.into(), weight.into(), rest.into());
                assert_eq!(kept(&mut permits, owner, answer), expected);
            }
            Op::AcquireUpTo(most) => {
                let answer = busy.try_acquire_up_to(tick, T::truncate(most));
                let expected = oracle.acquire(now, owner, most.min(1).into(), most.into(), 0);
                assert_eq!(kept(&mut permits, owner, answer), expected);
            }
            Op::Drop(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (owner, permit) = permits.swap_remove(at);
                    drop(permit);
                    oracle.held.retain(|unit| unit.owner != owner);
                }
            }
            Op::ByHand(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (owner, permit) = permits.swap_remove(at);
                    let lease = permit.forget();
                    let (live, weight) = (oracle.is_live(owner, now), lease.weight());
                    match busy.release(lease) {
                        Ok(()) => {}
                        Err(error) => {
                            assert!(!live);
                            assert_eq!(error.weight(), weight);
                        }
                    }
                    oracle.held.retain(|unit| unit.owner != owner);
                }
            }
            Op::Vanish(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (_, permit) = permits.swap_remove(at);
                    let _ = permit.forget();
                }
            }
            Op::Renew(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (owner, permit) = &mut permits[at];
                    let (owner, weight) = (*owner, permit.weight());
                    match permit.renew(tick) {
                        Ok(()) => {
                            assert!(weight == T::ZERO || oracle.is_live(owner, now));
                            assert_eq!(permit.lease_left(tick), busy.lease());
                            let units = oracle.held.iter_mut().filter(|unit| unit.owner == owner);
                            units.for_each(|unit| unit.runs_out = now + lease);
                        }
                        Err(error) => {
                            assert!(!oracle.is_live(owner, now));
                            assert_eq!((error.lost(), permit.lease_left(tick)), (weight, T::ZERO));
                        }
                    }
                }
            }
            Op::Advance(thousandths, ticks) => {
                now += lease * u128::from(thousandths) / 1_000 + u128::from(ticks);
                if now - refreshed > lease {
                    busy.refresh(reading(now)); // changes no decision, and long programs do not alias
                    refreshed = now;
                }
            }
        }
        let in_flight: u128 = busy.in_flight(reading(now)).into().into();
        assert_eq!(in_flight, oracle.in_flight(now));
        assert_eq!(u128::from(busy.available(reading(now)).into()), oracle.limit - in_flight);
    }
}

pub fn on<T: HasShared, C: StateCell<T> + Init<T>>(limit: u64, lease: u64, start: u64, ops: &[Op]) {
    let (limit, lease) = (T::truncate(limit), T::truncate(lease));
    let busy = LeasedConcurrency::from_parts(limit, lease, [const { C::FRESH }; SLOTS], C::FRESH).unwrap();
    agrees_with_the_oracle::<T, C>(&busy, start, ops);
}

fn in_every_cell<T: HasShared>(limit: u64, lease: u64, start: u64, ops: &[Op])
where
    Shared<T>: StateCell<T>,
{
    on::<T, Unsync<T>>(limit, lease, start, ops);
    on::<T, Shared<T>>(limit, lease, start, ops);
    #[cfg(feature = "critical-section")]
    on::<T, tollgate::cell::CriticalSection<T>>(limit, lease, start, ops);
}

fn op() -> impl Strategy<Value = Op> {
    let weight = || prop_oneof![6 => 0..4_u64, 1 => 0..10_u64];
    prop_oneof![
        6 => weight().prop_map(Op::Acquire),
        2 => (weight(), weight()).prop_map(|(weight, leave)| Op::AcquireLeaving(weight, leave)),
        2 => weight().prop_map(Op::AcquireUpTo),
        4 => any::<usize>().prop_map(Op::Drop),
        2 => any::<usize>().prop_map(Op::Renew),
        2 => any::<usize>().prop_map(Op::Vanish),
        1 => any::<usize>().prop_map(Op::ByHand),
        5 => (0..700_u64, 0..3_u64).prop_map(|(thousandths, ticks)| Op::Advance(thousandths, ticks)),
        1 => (0..2_500_u64, 0..3_u64).prop_map(|(thousandths, ticks)| Op::Advance(thousandths, ticks)),
    ]
}

/// Leases that are short, ordinary, and the longest there are.
fn lease(longest: u64) -> impl Strategy<Value = u64> {
    prop_oneof![3 => 1..20_u64, 2 => 20..100_000_u64, 1 => longest - 3..=longest]
}

/// Anywhere, and often just before the wrap.
fn start(most: u64) -> impl Strategy<Value = u64> {
    prop_oneof![0..=most, most - 60..=most]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_answer_is_the_oracles_on_32_bits(
        limit in 1..=SLOTS as u64,
        lease in lease(1 << 28),
        start in start(u32::MAX.into()),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        in_every_cell::<u32>(limit, lease, start, &ops);
    }

    #[test]
    fn every_answer_is_the_oracles_on_64_bits(
        limit in 1..=SLOTS as u64,
        lease in lease(1 << 60),
        start in start(u64::MAX),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        in_every_cell::<u64>(limit, lease, start, &ops);
    }
}
