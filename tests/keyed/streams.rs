//! Random streams of keys, hot and cold, against one naive oracle for each key.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{Atomic32, Atomic64, Init, StateCell, Unsync};
use tollgate::keyed::{Admitted, Answer, Line, Refused, Set, SipHash, Table};
use tollgate::{Denied, Quota, QuotaError};

use crate::Wide;
use crate::oracle::{Numbers, Oracle, Told, Word};

#[derive(Clone, Copy, Debug)]
enum Op {
    Acquire { cost: u8, leave: u8 },
    UpTo(u8),
    Peek(u8),
    Refund(u8),
    Reset,
    Remove,
    Refresh,
}

/// One step: the clock goes on by so much, and something is done with a key.
#[derive(Clone, Copy, Debug)]
struct Row {
    ticks: u16,
    key: u8,
    op: Op,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let op = prop_oneof![
        8 => (0..6_u8, 0..2_u8).prop_map(|(cost, leave)| Op::Acquire { cost, leave }),
        1 => (0..9_u8).prop_map(Op::UpTo),
        1 => (0..6_u8).prop_map(Op::Peek),
        1 => (0..4_u8).prop_map(Op::Refund),
        1 => Just(Op::Reset),
        1 => Just(Op::Remove),
        1 => Just(Op::Refresh),
    ];
    // A few keys are hot and mostly in use, the others come and go.
    let key = prop_oneof![3 => 0..3_u8, 2 => 0..40_u8];
    let ticks = prop_oneof![4 => Just(0), 4 => 0..40_u16, 1 => 0..2_000_u16];
    vec((ticks, key, op).prop_map(|(ticks, key, op)| Row { ticks, key, op }), 1..300)
}

/// What is expected of a request: a decision, or that there is no slot.
#[derive(Debug, PartialEq)]
enum Expected {
    Told(Told),
    Full { wait: Wide },
}

/// An oracle for each key, and how many keys may be in use at once.
struct Oracles<F> {
    keys: HashMap<u8, Oracle>,
    new: F,
    slots: usize,
}

/// Ticks until the key has drained, 0 if it is not in use.
fn in_use_for(oracle: &Oracle, now: Wide) -> Wide {
    match oracle.clone().acquire(now, 0, 0) {
        Told::Admitted { reset_after, .. } => reset_after,
        other => panic!("asked for nothing, told {other:?}"),
    }
}

impl<F: Fn() -> Oracle> Oracles<F> {
    fn of(&mut self, key: u8) -> &mut Oracle {
        self.keys.entry(key).or_insert_with(&self.new)
    }

    /// How long the keys in use are in use.
    fn busy(&self, now: Wide) -> Vec<Wide> {
        self.keys.values().map(|oracle| in_use_for(oracle, now)).filter(|ticks| *ticks > 0).collect()
    }

    fn request(&mut self, now: Wide, key: u8, ask: impl Fn(&mut Oracle) -> Told) -> Expected {
        let busy = self.busy(now);
        let mut asked = self.of(key).clone();
        let told = ask(&mut asked);
        let charges = matches!(told, Told::Admitted { granted: 1.., .. });
        if charges && in_use_for(self.of(key), now) == 0 && busy.len() >= self.slots {
            return Expected::Full { wait: busy.into_iter().min().unwrap() };
        }
        *self.of(key) = asked;
        Expected::Told(told)
    }
}

fn expected<T: Line>(answer: Answer<T>) -> Expected {
    let wide = |number: T| Wide::from(number.into());
    match answer {
        Ok(Admitted::Key(grant)) => Expected::Told(Told::Admitted {
            granted: wide(grant.granted()),
            remaining: wide(grant.remaining()),
            reset_after: wide(grant.reset_after()),
            delay: wide(grant.delay()),
        }),
        Err(Refused::Key(Denied::Never(never))) => {
            Expected::Told(Told::Never { cost: wide(never.cost()), capacity: wide(never.capacity()) })
        }
        Err(Refused::Key(denied)) => Expected::Told(Told::NotYet { retry_after: wide(denied.retry_after().unwrap()) }),
        Err(Refused::Full(wait)) => Expected::Full { wait: wide(wait.retry_after()) },
        other => panic!("unexpected: {other:?}"),
    }
}

/// A table of so many sets; with one or two of them every slot is a candidate of every key, so that the oracles know
/// exactly when there is none left.
fn every_answer_is_the_oracles<T, B, C>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    sets: usize,
    start: u64,
    rows: &[Row],
) where
    T: Line,
    B: Bucket<Ticks = T> + Copy,
    C: StateCell<T> + Init<T>,
{
    let [limit, period, burst] = [3, 100, 5];
    let rule = make(Quota::per(T::truncate(3), T::truncate(100)).burst(T::truncate(5))).unwrap();
    let sets: Vec<_> = (0..sets).map(|_| Set::<T, C>::fresh()).collect();
    let table = Table::over(sets, [rule], SipHash::new([1, 2]));
    let word = Word { bits: T::BITS, fresh: T::FRESH.into().into(), horizon: rule.rate().horizon().into().into() };
    let new = || Oracle::new(Numbers { limit, period, burst, debt: 0 }, B::PACED, word);
    let mut oracles =
        Oracles { keys: HashMap::new(), new, slots: if table.capacity() > 8 { 40 } else { table.capacity() } };
    let mut time = Wide::from(start);
    for (number, row) in rows.iter().enumerate() {
        time += Wide::from(row.ticks);
        let (now, key) = (T::truncate(time as u64), table.key(&row.key));
        let number_of = |number: u8| (T::truncate(number.into()), Wide::from(number));
        match row.op {
            Op::Acquire { cost, leave } => {
                let ((cost, wide_cost), (leave, wide_leave)) = (number_of(cost), number_of(leave));
                let told = oracles.request(time, row.key, |oracle| oracle.acquire(time, wide_cost, wide_leave));
                assert_eq!(expected(key.try_acquire_leaving(now, cost, leave)), told, "row {number}: {row:?}");
            }
            Op::UpTo(most) => {
                let (most, wide) = number_of(most);
                let told = oracles.request(time, row.key, |oracle| oracle.acquire_up_to(time, wide));
                assert_eq!(expected(key.try_acquire_up_to(now, most)), told, "row {number}: {row:?}");
            }
            Op::Peek(cost) => {
                let (cost, wide) = number_of(cost);
                let kept = oracles.of(row.key).clone();
                let told = oracles.request(time, row.key, |oracle| oracle.acquire(time, wide, 0));
                *oracles.of(row.key) = kept;
                assert_eq!(expected(key.peek(now, cost)), told, "row {number}: {row:?}");
            }
            Op::Refund(units) => {
                let (units, wide) = number_of(units);
                key.refund(now, units);
                oracles.of(row.key).refund(time, wide);
            }
            Op::Reset => {
                key.reset();
                oracles.of(row.key).reset();
            }
            Op::Remove => {
                key.remove();
                oracles.of(row.key).reset();
            }
            Op::Refresh => table.refresh(now),
        }
        let remaining = oracles.of(row.key).clone().remaining(time);
        assert_eq!(Wide::from(key.remaining(now).into()), remaining, "row {number}: {row:?}");
        assert_eq!(table.occupancy(now), oracles.busy(time).len(), "row {number}: {row:?}");
    }
}

fn in_every_algorithm<C32, C64>(sets: usize, rows: &[Row])
where
    C32: StateCell<u32> + Init<u32>,
    C64: StateCell<u64> + Init<u64>,
{
    // The clock wraps on the way, or begins at 0.
    let (wrapping32, wrapping64) = (u64::from(u32::MAX) - 3_000, u64::MAX - 3_000);
    every_answer_is_the_oracles::<u32, _, C32>(TokenBucket::try_new, sets, wrapping32, rows);
    every_answer_is_the_oracles::<u64, _, C64>(TokenBucket::try_new, sets, wrapping64, rows);
    every_answer_is_the_oracles::<u32, _, C32>(LeakyBucket::try_new, sets, 0, rows);
    every_answer_is_the_oracles::<u64, _, C64>(LeakyBucket::try_new, sets, 0, rows);
    every_answer_is_the_oracles::<u32, _, C32>(LeakyQueue::try_new, sets, 1 << 31, rows);
    every_answer_is_the_oracles::<u64, _, C64>(LeakyQueue::try_new, sets, 1 << 63, rows);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn four_slots_answer_as_one_oracle_for_each_key_and_full_only_when_four_are_in_use(rows in rows()) {
        in_every_algorithm::<Atomic32, Atomic64>(1, &rows);
    }

    #[test]
    fn eight_slots_answer_as_one_oracle_for_each_key_and_full_only_when_eight_are_in_use(rows in rows()) {
        in_every_algorithm::<Unsync<u32>, Unsync<u64>>(2, &rows);
    }

    #[test]
    fn enough_slots_answer_as_one_oracle_for_each_key(rows in rows()) {
        in_every_algorithm::<Atomic32, Atomic64>(64, &rows);
    }
}

#[cfg(feature = "critical-section")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slots_in_critical_sections_answer_as_one_oracle_for_each_key(rows in rows()) {
        use tollgate::cell::CriticalSection;
        in_every_algorithm::<CriticalSection<u32>, CriticalSection<u64>>(1, &rows);
        in_every_algorithm::<CriticalSection<u32>, CriticalSection<u64>>(2, &rows);
    }
}
