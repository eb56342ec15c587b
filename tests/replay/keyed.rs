//! One table for all keys, in event mode: its decisions.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::decide;
use crate::keyed_oracle::{Table, WhenFull};
use crate::layers_oracle::Alone;
use crate::oracle::Bucket;
use crate::random::Random;
use crate::window_oracle::{Fits, Window, first_request, fixed, sliding};

pub const KINDS: [&str; 6] =
    ["token-bucket", "leaky-bucket", "leaky-queue", "sliding-window", "fixed-window", "first-request-window"];
const FULL: [(WhenFull, &str); 3] =
    [(WhenFull::Refuse, "refuse"), (WhenFull::Admit, "admit"), (WhenFull::Overflow, "overflow")];

/// A random limit of a kind, and rows of so many keys on a clock that only goes forward.
struct Walk {
    options: String,
    capacity: u64,
    fresh: Alone,
    events: Vec<(&'static str, String, i128, u64)>,
    rows: String,
}

impl Walk {
    fn random(kind: &str, random: &mut Random, bits: u32, keys: u64) -> Self {
        let limit = 1 + random.up_to(60);
        let period = 1 + random.up_to(if bits == 32 { 4_000 } else { 1_000_000_000 });
        let mut options = format!("--limiter {kind} --limit {limit} --period {period} --clock-bits {bits}");
        let turn = 1_u128 << bits;
        // `counts` of a limit kept beside the number of a window: what numbers are left may not tell a wrap.
        let windows: Option<(Fits, u32)> = match kind {
            "sliding-window" => Some((sliding, 2)),
            "fixed-window" => Some((fixed, 1)),
            "first-request-window" => Some((first_request, 0)),
            _ => None,
        };
        let (fresh, capacity, tells_wraps) = if let Some((fits, counts)) = windows {
            let window = Window { limit: limit.into(), period: period.into(), turn: 1 << bits, fits, admitted: vec![] };
            (Alone::Window(window), limit, (2 * limit).pow(counts) <= period)
        } else {
            let burst = 1 + random.up_to(80);
            write!(options, " --burst {burst}").unwrap();
            (Alone::Bucket(Bucket::full(limit, period, burst)), burst, true)
        };
        let before = u128::from(random.below(20 * period));
        let mut now = if tells_wraps { turn - before } else { turn / 3 + before };
        // So that a few keys are in use at once: sometimes all of the slots, and sometimes not.
        let pace = 1 + 2 * period / keys;
        let (mut events, mut rows) = (Vec::new(), String::new());
        for _ in 0..400 {
            now += u128::from(if random.below(20) == 0 { random.up_to(2 * period) } else { random.below(pace) });
            let op = if random.below(20) == 0 { "release" } else { "acquire" };
            let key = format!("key {}", random.below(keys));
            let cost = if random.below(10) == 0 { capacity - 1 + random.below(3) } else { random.up_to(capacity) };
            writeln!(rows, "{op},{},{key},{cost}", now % turn).unwrap();
            events.push((op, key, i128::try_from(now).unwrap(), cost));
        }
        Self { options, capacity, fresh, events, rows }
    }
}

#[test]
fn with_enough_slots_every_row_is_that_of_one_limiter_each_whatever_the_clock_does() {
    for (seed, kind) in KINDS.into_iter().cycle().take(48).enumerate() {
        let mut random = Random(seed as u64);
        let (mut rows, mut now) = (String::new(), random.next());
        for _ in 0..400 {
            let step = random.up_to(1_500);
            now = match random.below(12) {
                0 => now.wrapping_sub(step),
                1 => now.wrapping_sub(random.up_to(1 << 40)),
                2 => now.wrapping_add(random.up_to(u64::MAX / 2)),
                _ => now.wrapping_add(step),
            };
            let op = if random.below(10) == 0 { "release" } else { "acquire" };
            writeln!(rows, "{op},{now},key {},{}", random.below(60), random.up_to(6)).unwrap();
        }
        for bits in [32, 64] {
            let options = format!("--limiter {kind} --limit 5 --period 9000 --clock-bits {bits}");
            let alone = decide(&options, &rows);
            for (_, full) in FULL {
                let keyed = decide(&format!("{options} --keys 4096 --full {full}"), &rows);
                assert_eq!((keyed.len(), alone.len()), (400, 400));
                for (row, ((event, keyed), alone)) in rows.lines().zip(&keyed).zip(&alone).enumerate() {
                    assert_eq!(keyed, alone, "seed {seed}: {options}: row {row}: {event}");
                }
            }
        }
    }
}

/// Rows of a table whose slots are all open to every key equal a model that keeps no slots, whoever evicts whom.
fn agree(when_full: WhenFull, full: &str) {
    let (mut found_full, mut found_slot) = (HashMap::new(), 0);
    for (seed, kind) in (0..).zip(KINDS.into_iter().cycle().take(120)) {
        let (bits, slots) = [(32, 4), (64, 4), (32, 8), (64, 8)][(seed / KINDS.len()) % 4];
        let mut random = Random(seed as u64);
        let keys = slots as u64 + 1 + random.below(4);
        let walk = Walk::random(kind, &mut random, bits, keys);
        let options = format!("{} --keys {slots} --full {full}", walk.options);
        let decisions = decide(&options, &walk.rows);
        assert_eq!(decisions.len(), walk.events.len(), "seed {seed}: {options}");
        let mut table = Table::new(slots, when_full, walk.capacity.into(), walk.fresh);
        for (row, ((op, key, now, cost), decision)) in walk.events.iter().zip(&decisions).enumerate() {
            let (expected, is_full) = table.decide(op, key, *now, (*cost).into());
            assert_eq!(*decision, expected, "seed {seed}: {options}: row {row}: {op} {cost} at {now} for {key}");
            found_slot += u32::from(!is_full);
            *found_full.entry(kind).or_insert(0) += u32::from(is_full);
        }
    }
    assert!(KINDS.iter().all(|kind| found_full[kind] > 100) && found_slot > 10_000, "{found_full:?}, {found_slot}");
}

#[test]
fn a_full_table_that_refuses_tells_when_the_first_slot_is_free() {
    agree(WhenFull::Refuse, "refuse");
}

#[test]
fn a_full_table_that_admits_charges_nobody() {
    agree(WhenFull::Admit, "admit");
}

#[test]
fn a_full_table_that_overflows_charges_one_limit_for_all_without_a_slot() {
    agree(WhenFull::Overflow, "overflow");
}

#[test]
fn whoever_shares_slots_never_gets_more_than_the_limit_and_whoever_has_one_never_less() {
    let mut found_full = 0;
    for (seed, kind) in (0..).zip(KINDS.into_iter().cycle().take(60)) {
        let mut random = Random(1_000 + seed);
        let (bits, slots) = (if random.below(2) == 0 { 32 } else { 64 }, 12 + 4 * random.below(8));
        let walk = Walk::random(kind, &mut random, bits, 3 * slots);
        let options = format!("{} --keys {slots}", walk.options);
        let mut limits: HashMap<&str, Alone> = HashMap::new();
        for (row, ((op, key, now, cost), decision)) in walk.events.iter().zip(decide(&options, &walk.rows)).enumerate()
        {
            let limit = limits.entry(key).or_insert_with(|| walk.fresh.clone());
            let before = limit.clone();
            let expected = limit.decide(op, *now, (*cost).into());
            if decision == expected {
                continue;
            }
            // Nothing else may be told than that there is no slot, and only a key that is as good as new has none.
            *limit = before;
            let place = format!("seed {seed}: {options}: row {row}: {op} {cost} at {now}: {decision}, not {expected}");
            assert_eq!(limit.remaining(*now), walk.capacity.into(), "{place}");
            let outcome =
                if expected.starts_with("admit") && *cost > 0 { "deny" } else { expected.split(',').next().unwrap() };
            assert!(decision.starts_with(&format!("{outcome},0,")), "{place}");
            found_full += u32::from(outcome == "deny");
        }
    }
    assert!(found_full > 500, "{found_full}");
}

#[test]
fn a_fifth_key_in_four_slots_is_answered_as_written_here() {
    let rows = [
        // What refusing, admitting and overflowing answer: all the same unless it is the fifth key.
        ("acquire,0,a,3", ["admit,0,"; 3]),
        ("acquire,0,b,3", ["admit,0,"; 3]),
        ("acquire,0,c,1", ["admit,2,"; 3]), // drained at 334
        ("acquire,0,d,3", ["admit,0,"; 3]),
        ("acquire,0,e,2", ["deny,0,334", "admit,3,", "admit,1,"]),
        ("acquire,0,f,2", ["deny,0,334", "admit,3,", "deny,1,334"]), // shares with e
        ("acquire,0,e,4", ["never,0,", "never,3,", "never,1,"]),
        ("release,0,e,1", ["error,0,", "error,3,", "error,1,"]),
        ("acquire,0,e,0", ["admit,0,", "admit,3,", "admit,1,"]),
        ("acquire,333,a,1", ["deny,0,1"; 3]), // in use: keeps its slot and its limit
        ("acquire,333,e,1", ["deny,0,1", "admit,3,", "admit,0,"]),
        ("acquire,334,e,3", ["admit,0,"; 3]), // the slot of c, under a limit never charged
        ("acquire,334,c,2", ["deny,0,666", "admit,3,", "deny,1,333"]),
    ];
    for (choice, (_, full)) in FULL.into_iter().enumerate() {
        let asked: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
        let expected: Vec<&str> = rows.iter().map(|(_, expected)| expected[choice]).collect();
        for bits in [32, 64] {
            let options = format!("--limit 3 --period 1000 --clock-bits {bits} --keys 4");
            assert_eq!(decide(&format!("{options} --full {full}"), &asked.join("\n")), expected, "{full}");
            if full == "refuse" {
                assert_eq!(decide(&options, &asked.join("\n")), expected, "unless told otherwise");
            }
        }
    }
}
