//! Random programs against a count in wide integers.

use proptest::prelude::*;
use tollgate::cell::{Init, StateCell, Unsync};
use tollgate::{ConcurrencyLimit, Denied, Permit};

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Acquire(u32),
    AcquireLeaving(u32, u32),
    AcquireUpTo(u32),
    AcquireRaw(u32),
    Release(u32),
    Drop(usize),
    Forget(usize),
    Split(usize, u32),
    Merge(usize, usize),
    SetLimit(u32),
    ResetHighWater,
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Granted(i64),
    Busy { in_flight: i64, capacity: i64 },
    Never { cost: i64, capacity: i64 },
}

/// What is in flight, counted naively.
struct Oracle {
    limit: i64,
    in_flight: i64,
    high_water: i64,
}

impl Oracle {
    fn acquire(&mut self, least: u32, most: u32, leave: u32) -> Verdict {
        let (least, most, capacity) = (i64::from(least), i64::from(most), (self.limit - i64::from(leave)).max(0));
        if least > capacity {
            return Verdict::Never { cost: least, capacity };
        }
        if least > 0 && self.in_flight + least > capacity {
            return Verdict::Busy { in_flight: self.in_flight, capacity };
        }
        let granted = most.min((capacity - self.in_flight).max(0));
        self.in_flight += granted;
        self.high_water = self.high_water.max(self.in_flight);
        Verdict::Granted(granted)
    }

    fn give_back(&mut self, units: u32) {
        self.in_flight = (self.in_flight - i64::from(units)).max(0);
    }
}

fn verdict(answer: Result<u32, Denied<u32>>) -> Verdict {
    match answer {
        Ok(units) => Verdict::Granted(units.into()),
        Err(denied) => {
            assert_eq!(denied.retry_after(), None, "no clock can tell");
            match denied {
                Denied::Busy(busy) => {
                    Verdict::Busy { in_flight: busy.in_flight().into(), capacity: busy.capacity().into() }
                }
                Denied::Never(never) => Verdict::Never { cost: never.cost().into(), capacity: never.capacity().into() },
                other => panic!("a limit without a clock said {other:?}"),
            }
        }
    }
}

fn kept<'a, C: StateCell<u32>>(
    permits: &mut Vec<Permit<'a, C>>,
    answer: Result<Permit<'a, C>, Denied<u32>>,
) -> Result<u32, Denied<u32>> {
    let permit = answer?;
    let weight = permit.weight();
    permits.push(permit);
    Ok(weight)
}

fn agrees_with_the_oracle<C: StateCell<u32>>(busy: &ConcurrencyLimit<C>, ops: &[Op]) {
    let mut oracle = Oracle { limit: busy.limit().into(), in_flight: 0, high_water: 0 };
    let mut permits: Vec<Permit<'_, C>> = Vec::new();
    for &op in ops {
        let pick = |at: usize, permits: &Vec<_>| at.checked_rem(permits.len());
        match op {
            Op::Acquire(weight) => {
                let expected = verdict(busy.peek(weight).map(|()| weight));
                let answer = verdict(kept(&mut permits, busy.try_acquire(weight)));
                assert_eq!(answer, expected, "peek");
                assert_eq!(answer, oracle.acquire(weight, weight, 0));
            }
            Op::AcquireLeaving(weight, leave) => {
                let answer = kept(&mut permits, busy.try_acquire_leaving(weight, leave));
                assert_eq!(verdict(answer), oracle.acquire(weight, weight, leave));
            }
            Op::AcquireUpTo(most) => {
                let answer = kept(&mut permits, busy.try_acquire_up_to(most));
                assert_eq!(verdict(answer), oracle.acquire(most.min(1), most, 0));
            }
            Op::AcquireRaw(weight) => {
                let answer = busy.acquire_raw(weight).map(|()| weight);
                assert_eq!(verdict(answer), oracle.acquire(weight, weight, 0));
            }
            Op::Release(weight) => match busy.release(weight) {
                Ok(()) => {
                    assert!(i64::from(weight) <= oracle.in_flight);
                    oracle.give_back(weight);
                }
                Err(error) => {
                    assert!(i64::from(weight) > oracle.in_flight);
                    assert_eq!((error.weight(), i64::from(error.in_flight())), (weight, oracle.in_flight));
                }
            },
            Op::Drop(at) => {
                if let Some(at) = pick(at, &permits) {
                    let permit = permits.swap_remove(at);
                    oracle.give_back(permit.weight());
                }
            }
            Op::Forget(at) => {
                if let Some(at) = pick(at, &permits) {
                    let permit = permits.swap_remove(at);
                    assert_eq!(permit.weight(), permit.forget());
                }
            }
            Op::Split(at, weight) => {
                if let Some(at) = pick(at, &permits) {
                    let whole = permits[at].weight();
                    match permits[at].split(weight) {
                        None => assert!(weight > whole && permits[at].weight() == whole),
                        Some(part) => {
                            assert_eq!((part.weight(), permits[at].weight() + weight), (weight, whole));
                            permits.push(part);
                        }
                    }
                }
            }
            Op::Merge(at, other) => {
                if let (Some(at), Some(other)) = (pick(at, &permits), pick(other, &permits))
                    && at != other
                {
                    let sum = permits[at].weight() + permits[other].weight();
                    let other = std::mem::replace(&mut permits[other], busy.try_acquire(0).unwrap());
                    assert!(permits[at].merge(other).is_ok());
                    assert_eq!(permits[at].weight(), sum);
                }
            }
            Op::SetLimit(limit) => match busy.set_limit(limit) {
                Ok(()) => oracle.limit = limit.into(),
                Err(_) => assert!(limit == 0 || limit > 65_535),
            },
            Op::ResetHighWater => {
                busy.reset_high_water();
                oracle.high_water = oracle.in_flight;
            }
        }
        assert_eq!(i64::from(busy.limit()), oracle.limit);
        assert_eq!(i64::from(busy.in_flight()), oracle.in_flight);
        assert_eq!(i64::from(busy.available()), (oracle.limit - oracle.in_flight).max(0));
        assert_eq!(i64::from(busy.high_water()), oracle.high_water);
    }
}

pub fn on<C: StateCell<u32> + Init<u32>>(limit: u32, ops: &[Op]) {
    agrees_with_the_oracle(&ConcurrencyLimit::from_parts(limit, C::FRESH, C::FRESH).unwrap(), ops);
}

fn weight() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..8_u32, 1 => 0..70_000_u32, 1 => any::<u32>()]
}

fn limit() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 1..12_u32, 1 => 65_530..=65_535_u32, 1 => 1..=65_535_u32]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        4 => weight().prop_map(Op::Acquire),
        2 => (weight(), weight()).prop_map(|(weight, leave)| Op::AcquireLeaving(weight, leave)),
        2 => weight().prop_map(Op::AcquireUpTo),
        2 => weight().prop_map(Op::AcquireRaw),
        2 => weight().prop_map(Op::Release),
        3 => any::<usize>().prop_map(Op::Drop),
        1 => any::<usize>().prop_map(Op::Forget),
        1 => (any::<usize>(), weight()).prop_map(|(at, weight)| Op::Split(at, weight)),
        1 => any::<(usize, usize)>().prop_map(|(at, other)| Op::Merge(at, other)),
        1 => prop_oneof![9 => limit(), 1 => any::<u32>()].prop_map(Op::SetLimit),
        1 => Just(Op::ResetHighWater),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_answer_is_the_oracles_in_every_cell(limit in limit(), ops in prop::collection::vec(op(), 1..60)) {
        on::<Unsync<u32>>(limit, &ops);
        on::<tollgate::cell::Atomic32>(limit, &ops);
        #[cfg(feature = "critical-section")]
        on::<tollgate::cell::CriticalSection<u32>>(limit, &ops);
    }
}
