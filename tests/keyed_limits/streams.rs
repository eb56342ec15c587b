//! Random streams of keys, hot and cold, against the list of all that each key has taken.

use std::collections::HashMap;

use proptest::collection::vec;
use proptest::prelude::*;
use tollgate::cell::{Atomic32, Atomic64, HasShared, Init, StateCell, Unsync};

use crate::kinds::{Bucketed, Concurrent, Counts, Kind, LIMIT, Leased, Rolling, table};

#[derive(Clone, Copy, Debug)]
enum Op {
    Take(u8),
    /// Gives back the oldest thing the key holds, if it is of that kind.
    GiveBack,
    Look,
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
        8 => (0..5_u8).prop_map(Op::Take),
        5 => Just(Op::GiveBack),
        1 => Just(Op::Look),
        1 => Just(Op::Refresh),
    ];
    // A few keys are hot and mostly in use, the others come and go.
    let key = prop_oneof![3 => 0..3_u8, 2 => 0..40_u8];
    let ticks = prop_oneof![4 => Just(0), 4 => 0..40_u16, 1 => 0..2_000_u16];
    vec((ticks, key, op).prop_map(|(ticks, key, op)| Row { ticks, key, op }), 1..250)
}

/// What a key has taken: when, how much, and whether it has it still.
struct Taken<H> {
    at: u128,
    units: u64,
    held: Option<H>,
}

/// Units that count at an instant if they do so for that long.
fn units<H>(taken: &[Taken<H>], now: u128, long: Option<u64>, while_held: bool) -> u64 {
    let counts = |taken: &&Taken<H>| {
        (!while_held || taken.held.is_some()) && long.is_none_or(|ticks| now - taken.at < ticks.into())
    };
    taken.iter().filter(counts).map(|taken| taken.units).sum()
}

fn every_answer_is_the_oracles<T, K, C>(slots: usize, start: u64, rows: &[Row]) -> Reuse
where
    T: HasShared,
    K: Kind<T>,
    C: StateCell<T> + Init<T>,
{
    let Counts { surely, perhaps, while_held } = K::COUNTS;
    let table = table::<T, K, C>(slots);
    let mut keys: HashMap<u8, Vec<Taken<K::Held<'_>>>> = HashMap::new();
    let (mut time, mut refreshed) = (u128::from(start), u128::from(start));
    let mut reuse = Reuse::default();
    for (number, row) in rows.iter().enumerate() {
        time += u128::from(row.ticks);
        let now = T::truncate(time as u64);
        if time - refreshed > 8_000 {
            table.refresh(now); // leases can be told apart for 128 times as long as they are
            refreshed = time;
        }
        let sum = |taken: &[Taken<K::Held<'_>>], long| units(taken, time, long, while_held);
        let busy = |keys: &HashMap<u8, Vec<_>>, long| keys.values().filter(|taken| sum(taken, long) > 0).count();
        let (least_busy, most_busy) = (busy(&keys, surely), busy(&keys, perhaps));
        let taken = keys.entry(row.key).or_default();
        let (least, most) = (sum(taken, surely), sum(taken, perhaps));
        match row.op {
            Op::Take(cost) => {
                let cost = cost.into();
                let answer = table.with(&row.key, now, |limit| K::take(limit, now, cost));
                if let Ok(answer) = answer {
                    let is_new = least == 0 && cost > 0;
                    assert!(!is_new || least_busy < slots, "row {number}: {row:?}: a slot in use was given away");
                    let may_fit = least + cost <= LIMIT || cost == 0;
                    assert!(answer.is_none() || may_fit, "row {number}: {row:?}: {least} count already");
                    let fits = most + cost <= LIMIT || cost == 0;
                    assert!(answer.is_some() || !fits, "row {number}: {row:?}: {most} count at most");
                    taken.extend(answer.map(|held| Taken { at: time, units: cost, held: Some(held) }));
                    reuse.admitted += usize::from(fits && cost > 0);
                } else {
                    assert!(least == 0, "row {number}: {row:?}: a key in use has lost its slot");
                    assert!(most_busy >= slots, "row {number}: {row:?}: full with {most_busy} keys in use");
                    reuse.full += 1;
                }
            }
            Op::GiveBack => {
                if let Some(oldest) = taken.iter_mut().find(|taken| while_held && taken.held.is_some()) {
                    oldest.held = None;
                }
            }
            Op::Look => {
                let seen = table.get(&row.key, |limit| K::take(limit, now, 0).is_some()).unwrap();
                assert!(seen == Some(true) || (seen.is_none() && least == 0), "row {number}: {row:?}: {seen:?}");
            }
            Op::Refresh => table.refresh(now),
        }
        let (least_busy, most_busy) = (busy(&keys, surely), busy(&keys, perhaps));
        let occupancy = table.occupancy(now);
        assert!((least_busy..=most_busy).contains(&occupancy), "row {number}: {row:?}: {occupancy} slots in use");
    }
    reuse.keys = keys.values().filter(|taken| !taken.is_empty()).count();
    reuse
}

/// What a stream has come to see.
#[derive(Debug, Default)]
struct Reuse {
    admitted: usize,
    full: usize,
    keys: usize,
}

fn in_every_kind<C32, C64>(slots: usize, rows: &[Row]) -> Reuse
where
    C32: StateCell<u32> + Init<u32> + 'static,
    C64: StateCell<u64> + Init<u64> + 'static,
{
    // The clock wraps on the way, or begins at 0.
    let (wrapping32, wrapping64) = (u64::from(u32::MAX) - 2_000, u64::MAX - 2_000);
    every_answer_is_the_oracles::<u32, Bucketed<C32>, C32>(slots, wrapping32, rows);
    every_answer_is_the_oracles::<u64, Bucketed<C64>, C64>(slots, 0, rows);
    every_answer_is_the_oracles::<u32, Concurrent<C32>, C32>(slots, 0, rows);
    every_answer_is_the_oracles::<u64, Concurrent<C32>, C64>(slots, wrapping64, rows);
    every_answer_is_the_oracles::<u32, Leased<C32>, C32>(slots, 1 << 31, rows);
    every_answer_is_the_oracles::<u64, Leased<C64>, C64>(slots, wrapping64, rows);
    every_answer_is_the_oracles::<u64, Rolling<C64>, C64>(slots, 1 << 63, rows);
    every_answer_is_the_oracles::<u32, Rolling<C32>, C32>(slots, wrapping32, rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn few_slots_answer_as_one_oracle_for_each_key_and_are_full_when_all_are_in_use(rows in rows(), slots in 1..=15_usize) {
        in_every_kind::<Atomic32, Atomic64>(slots, &rows);
        in_every_kind::<Unsync<u32>, Unsync<u64>>(slots, &rows);
    }

    #[test]
    fn slots_for_all_are_never_full(rows in rows()) {
        let reuse = in_every_kind::<Atomic32, Atomic64>(400, &rows);
        prop_assert_eq!(reuse.full, 0);
    }
}

#[cfg(feature = "critical-section")]
proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn slots_in_critical_sections_answer_as_one_oracle_for_each_key(rows in rows(), slots in 1..=15_usize) {
        use tollgate::cell::CriticalSection;
        in_every_kind::<CriticalSection<u32>, CriticalSection<u64>>(slots, &rows);
    }
}

/// That the streams reach what they are for.
#[test]
fn a_stream_over_few_slots_meets_a_full_table_and_reuse() {
    let row = |number: u32| Row { ticks: 7, key: (number * 7 % 23) as u8, op: Op::Take(1) };
    let reuse =
        every_answer_is_the_oracles::<u32, Rolling<Atomic32>, Atomic32>(4, 0, &(0..400).map(row).collect::<Vec<_>>());
    assert!(reuse.full > 50 && reuse.admitted > 50 && reuse.keys == 23, "{reuse:?}");
}
