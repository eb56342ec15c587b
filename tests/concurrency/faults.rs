//! Leases on clocks that step back, jump and idle.

use proptest::prelude::*;
use tollgate::cell::{HasShared, Shared, StateCell};
use tollgate::time::Ticks;
use tollgate::{LeasedConcurrency, LeasedPermit};

pub const SLOTS: usize = 4;

#[derive(Clone, Copy, Debug)]
pub enum Op {
    Acquire(u64),
    Drop(usize),
    Renew(usize),
    Vanish(usize),
    Refresh,
    /// Hundredths of a lease.
    Forward(u64),
    Back(u64),
    /// An idle spell of any length.
    Jump(u64),
}

/// Units that count whatever the clock did: for a lease of its forward progress.
struct Unit {
    owner: usize,
    since: u128,
}

/// The clock, as a human would draw it.
struct Course {
    at: i128,
    peak: i128,
    progress: u128,
}

impl Course {
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_wrap)] // checked by the signs
    fn step(&mut self, by: i128) {
        self.at += by;
        self.peak = self.peak.max(self.at);
        self.progress += by.max(0) as u128;
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // that is the wrap
    fn reading<T: Ticks>(&self) -> T {
        T::truncate(self.at as u64)
    }
}

/// Runs a program and checks after each step that units whose lease cannot have run out never exceed the limit.
pub fn survives<T: HasShared>(limit: u64, lease: u64, start: u64, ops: &[Op])
where
    Shared<T>: StateCell<T>,
{
    let busy = LeasedConcurrency::<T, SLOTS>::try_new(T::truncate(limit), T::truncate(lease)).unwrap();
    let mut clock = Course { at: start.into(), peak: start.into(), progress: 0 };
    let mut permits: Vec<(usize, LeasedPermit<'_, T, SLOTS>)> = Vec::new();
    let mut units: Vec<Unit> = Vec::new();
    for (owner, &op) in ops.iter().enumerate() {
        let now: T = clock.reading();
        let since = clock.progress;
        let pick = |at: usize, permits: &Vec<_>| at.checked_rem(permits.len());
        match op {
            Op::Acquire(weight) => match busy.try_acquire(now, T::truncate(weight)) {
                Ok(permit) => {
                    units.extend((0..weight).map(|_| Unit { owner, since }));
                    permits.push((owner, permit));
                }
                Err(denied) => {
                    if let Some(wait) = denied.retry_after() {
                        assert!(wait.into() <= 2 * lease, "locked for {wait} ticks by a lease of {lease}");
                        assert!(busy.peek(now.wrapping_add(wait), T::truncate(weight)).is_ok());
                        let early = now.wrapping_add(wait).wrapping_sub(T::ONE);
                        assert!(busy.peek(early, T::truncate(weight)).is_err());
                    }
                }
            },
            Op::Drop(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (owner, permit) = permits.swap_remove(at);
                    drop(permit);
                    units.retain(|unit| unit.owner != owner);
                }
            }
            Op::Vanish(at) => {
                if let Some(at) = pick(at, &permits) {
                    let _ = permits.swap_remove(at).1.forget();
                }
            }
            Op::Renew(at) => {
                if let Some(at) = pick(at, &permits) {
                    let (owner, permit) = &mut permits[at];
                    if permit.renew(now).is_ok() {
                        units.iter_mut().filter(|unit| unit.owner == *owner).for_each(|unit| unit.since = since);
                    }
                }
            }
            Op::Refresh => busy.refresh(now),
            Op::Forward(hundredths) => clock.step(i128::from(lease * hundredths / 100)),
            Op::Back(hundredths) => {
                // As far as a word of this lease can tell: half of what it spans, less the lease itself.
                let room = i128::from(120 * lease) - (clock.peak - clock.at);
                clock.step(-i128::from(lease * hundredths / 100).min(room));
            }
            Op::Jump(ticks) => clock.step(ticks.into()),
        }
        units.retain(|unit| clock.progress - unit.since < u128::from(lease));
        assert!(units.len() as u64 <= limit, "{} units within their leases", units.len());
    }
    // However it got there: from the first refusal on, everything comes back within two leases.
    let now: T = clock.reading();
    for (_, permit) in permits {
        drop(permit.forget());
    }
    if let Err(denied) = busy.try_acquire(now, busy.limit()) {
        let wait = denied.retry_after().unwrap();
        assert!(wait.into() <= 2 * lease);
        assert!(busy.try_acquire(now.wrapping_add(wait), busy.limit()).is_ok());
    }
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..4_u64).prop_map(Op::Acquire),
        3 => any::<usize>().prop_map(Op::Drop),
        2 => any::<usize>().prop_map(Op::Renew),
        2 => any::<usize>().prop_map(Op::Vanish),
        1 => Just(Op::Refresh),
        4 => (0..120_u64).prop_map(Op::Forward),
        2 => (0..120_u64).prop_map(Op::Back),
        1 => (100..9_000_u64).prop_map(Op::Back),
        1 => (100..30_000_u64).prop_map(Op::Forward),
        1 => any::<u32>().prop_map(|ticks| Op::Jump(ticks.into())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_course_of_the_clock_mints_or_locks_on_32_bits(
        limit in 1..=SLOTS as u64,
        lease in 1..1_000_u64,
        start in prop_oneof![any::<u32>(), u32::MAX - 1_000..=u32::MAX],
        ops in prop::collection::vec(op(), 1..80),
    ) {
        survives::<u32>(limit, lease, start.into(), &ops);
    }

    #[test]
    fn no_course_of_the_clock_mints_or_locks_on_64_bits(
        limit in 1..=SLOTS as u64,
        lease in 1..1_000_u64,
        start in prop_oneof![any::<u64>(), u64::MAX - 1_000..=u64::MAX],
        ops in prop::collection::vec(op(), 1..80),
    ) {
        survives::<u64>(limit, lease, start, &ops);
    }
}

#[test]
fn a_step_back_delays_the_return_of_a_vanished_permit_by_one_lease_at_most() {
    const LEASE: u32 = 100;
    for back in 1..12_000_u32 {
        let busy = LeasedConcurrency::<u32, 1>::new(1, LEASE);
        let start = 5_000_u32;
        let _ = busy.acquire_raw(start, 1).unwrap();
        let now = start.wrapping_sub(back);
        let wait = busy.try_acquire(now, 1).unwrap_err().retry_after().unwrap();
        assert_eq!(wait, if back <= LEASE { LEASE + back } else { LEASE }, "after a step back of {back}");
        assert!(busy.try_acquire(now.wrapping_add(wait - 1), 1).is_err());
        assert!(busy.try_acquire(now.wrapping_add(wait), 1).is_ok());
    }
}

#[test]
fn a_permit_that_was_re_anchored_while_alive_comes_back_with_its_lease() {
    let busy = LeasedConcurrency::<u32, 1>::new(1, 100);
    let permit = busy.try_acquire(10_000, 1).unwrap();
    assert_eq!(busy.try_acquire(5_000, 1).unwrap_err().retry_after(), Some(100));
    drop(permit);
    assert_eq!((busy.in_flight(5_099), busy.in_flight(5_100)), (1, 0));
}

#[test]
fn idling_for_any_time_locks_for_two_leases_at_most_and_refreshing_for_none() {
    const LEASE: u32 = 1 << 28; // the longest: sixteen span the clock
    for sixteenths in 1..64_u32 {
        for (jitter, refreshed) in [(0, false), (1, false), (u32::MAX, false), (0, true), (1, true)] {
            let busy = LeasedConcurrency::<u32, 1>::new(1, LEASE);
            let _ = busy.acquire_raw(77, 1).unwrap();
            if refreshed {
                busy.refresh(77 + LEASE + 7 * LEASE);
            }
            let now = (77 + LEASE).wrapping_add(sixteenths.wrapping_mul(LEASE)).wrapping_add(jitter);
            if let Err(denied) = busy.try_acquire(now, 1) {
                assert!(!refreshed, "refreshed, and locked {sixteenths} leases later");
                let wait = denied.retry_after().unwrap();
                assert!(wait <= 2 * LEASE);
                assert!(busy.try_acquire(now.wrapping_add(wait), 1).is_ok());
            }
        }
    }
}
