//! Event mode with the limits of an API against naive oracles, on random events.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::decide_in_columns;
use crate::profile_oracle::{Clover, Conecto, Haravan};
use crate::profiles::COLUMNS;
use crate::random::Random;

/// Rows on a clock that only goes forward, across the wrap of its width.
struct Walk {
    random: Random,
    seed: u64,
    bits: u32,
    /// Milliseconds since the start, which do not wrap.
    now: i128,
    start: u64,
    rows: String,
    expected: Vec<String>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let bits = [32, 64][usize::from(seed.is_multiple_of(2))];
        let before = random.below(if bits == 32 { 1 << 23 } else { 1 << 40 });
        let start = if bits == 32 { (1 << 32) - before } else { u64::MAX - before };
        Self { random, seed, bits, now: 0, start, rows: String::new(), expected: Vec::new() }
    }

    fn pass(&mut self, ticks: u64) {
        self.now += i128::from(ticks);
    }

    fn row(&mut self, op: &str, key: &str, expected: String) {
        let ticks = self.start.wrapping_add(self.now.try_into().expect("short of a turn"));
        writeln!(self.rows, "{op},{ticks},{key},1").unwrap();
        self.expected.push(expected);
    }

    /// Compares every row, and counts what was said: the outcome, and the level where there is one.
    fn agree(self, profile: &str, said: &mut HashMap<String, u32>) {
        let options = format!("--profile {profile} --clock-bits {}", self.bits);
        let decisions = decide_in_columns(COLUMNS, &options, &self.rows);
        assert_eq!(decisions.len(), self.expected.len(), "seed {}", self.seed);
        for (row, ((event, decision), expected)) in self.rows.lines().zip(&decisions).zip(&self.expected).enumerate() {
            assert_eq!(decision, expected, "seed {}: {options}: row {row}: {event}", self.seed);
            let fields: Vec<&str> = decision.split(',').collect();
            let what = if fields[3].is_empty() { fields[0] } else { fields[3] };
            *said.entry(what.to_owned()).or_default() += 1;
        }
    }
}

fn all_said(said: &HashMap<String, u32>, what: &[&str], often: u32) {
    for what in what {
        assert!(said.get(*what).is_some_and(|&times| times >= often), "{what}: {said:?}");
    }
}

#[test]
fn clover_decides_as_lists_of_times_and_of_places() {
    let mut said = HashMap::new();
    for seed in 0..120 {
        let mut walk = Walk::new(seed);
        let mut clover = Clover::default();
        let (apps, tokens) = (1 + walk.random.below(2), 1 + walk.random.below(7));
        // Now most requests are over at once, now they run on, so that all four levels refuse.
        let most_in_progress = [0, 2, 6, 9, 12, 20][usize::try_from(walk.random.below(6)).unwrap()];
        let pace = 1 << walk.random.below(10);
        let mut in_progress = Vec::new();
        for _ in 0..600 {
            let step = match walk.random.below(60) {
                0 => walk.random.up_to(90_000),
                1..3 => walk.random.up_to(1_100),
                _ => walk.random.below(pace) / 8,
            };
            walk.pass(step);
            let mut key = (format!("app {}", walk.random.below(apps)), format!("t:{}", walk.random.below(tokens)));
            let ends = in_progress.len() > most_in_progress;
            if ends {
                let which = walk.random.below(in_progress.len() as u64);
                key = in_progress.swap_remove(usize::try_from(which).unwrap());
            }
            let op = if ends || walk.random.below(30) == 0 { "release" } else { "acquire" };
            let expected = clover.decide(op, walk.now, &key.0, &key.1);
            walk.row(op, &format!("{}:{}", key.0, key.1), expected.clone());
            if expected.starts_with("admit") {
                in_progress.push(key);
            }
        }
        walk.agree("clover", &mut said);
    }
    let levels = ["crossTokenLimit", "tokenLimit", "crossTokenConcurrentLimit", "tokenConcurrentLimit"];
    all_said(&said, &levels, 300);
    all_said(&said, &["admit", "released", "error"], 500);
}

const SEGMENTS: [&str; 13] = [
    "",
    "pos",
    "v2",
    "v1",
    "L1",
    "checks",
    "checksum",
    "Checks",
    "lookup",
    "tickets",
    "online-ordering",
    "orders",
    "{x}",
];
const TAILS: [&str; 7] = ["", "", "/", "//", "?page=2", "/?to=/pos/v2/L1/checks", "#/top?"];

fn random_path(random: &mut Random) -> String {
    let known = [
        "/pos/v2/L1/checks",
        "/pos/v2/lookup/tickets",
        "/online-ordering/v1/L1/orders",
        "/online-ordering/v2/9/orders",
    ];
    let mut path = match random.below(6) {
        0 => String::new(),
        1 => random.pick(&known).rsplit_once('/').expect("a path").0.to_owned(),
        _ => random.pick(&known).to_owned(),
    };
    for _ in 0..random.below(3) {
        write!(path, "/{}", random.pick(&SEGMENTS)).unwrap();
    }
    if path.is_empty() { "/".into() } else { path }
}

#[test]
fn conecto_decides_as_lists_of_the_last_hour() {
    let mut said = HashMap::new();
    for seed in 0..40 {
        let mut walk = Walk::new(1_000 + seed);
        let mut conecto = Conecto::default();
        let paths: Vec<String> = (0..=walk.random.below(12)).map(|_| random_path(&mut walk.random)).collect();
        let methods = &["POST", "GET", "post"][..=usize::try_from(walk.random.below(3)).unwrap()];
        let pace = 1 << walk.random.below(14);
        for _ in 0..3_000 {
            let step = match walk.random.below(500) {
                0 => walk.random.up_to(8_000_000),
                1..6 => walk.random.up_to(400_000),
                _ => walk.random.below(pace),
            };
            walk.pass(step);
            let client = walk.random.pick(&["ada", "ada", "bob"]);
            let method = walk.random.pick(methods);
            let path = paths[usize::try_from(walk.random.below(paths.len() as u64)).unwrap()].clone();
            let path = path + walk.random.pick(&TAILS);
            let op = if walk.random.below(50) == 0 { "release" } else { "acquire" };
            let expected = conecto.decide(op, walk.now, client, method, &path);
            walk.row(op, &format!("{client} {method} {path}"), expected);
        }
        walk.agree("conecto", &mut said);
    }
    all_said(&said, &["other", "/pos/v2/{locationId}/checks", "POST /pos/v2/lookup/tickets"], 200);
    let orders = ["/online-ordering/v1", "/online-ordering/v2"];
    all_said(&said, &orders, 300);
    all_said(&said, &["admit", "error"], 1_000);
}

#[test]
fn haravan_decides_as_a_bucket_that_leaks_drop_by_drop() {
    let mut said = HashMap::new();
    for seed in 0..80 {
        let mut walk = Walk::new(2_000 + seed);
        let mut haravan = Haravan::default();
        let pace = 1 << walk.random.below(10);
        for _ in 0..600 {
            let step = match walk.random.below(60) {
                0 => walk.random.up_to(30_000),
                1..8 => walk.random.up_to(300),
                _ => walk.random.below(pace) / 4,
            };
            walk.pass(step);
            let shop = walk.random.pick(&["one", "one", "one", "one", "\"two, too\""]);
            let op = if walk.random.below(40) == 0 { "release" } else { "acquire" };
            let expected = haravan.decide(op, walk.now, shop);
            walk.row(op, shop, expected);
        }
        walk.agree("haravan", &mut said);
    }
    all_said(&said, &["bucket", "admit"], 5_000);
    all_said(&said, &["error"], 500);
}

/// What a denial may tell at most, in milliseconds.
fn longest_wait(level: &str) -> u64 {
    match level {
        "crossTokenLimit" | "tokenLimit" => 1_000,
        "crossTokenConcurrentLimit" | "tokenConcurrentLimit" => 60_000,
        "bucket" => 20_000,
        _ => 3_600_000,
    }
}

#[test]
fn whatever_the_clock_does_no_wait_exceeds_the_longest_and_no_place_is_taken_twice() {
    let mut said = HashMap::new();
    for (seed, profile) in ["clover", "conecto", "haravan"].into_iter().cycle().take(48).enumerate() {
        let mut random = Random(3_000 + seed as u64);
        let keys = match profile {
            "clover" => ["till:a", "till:b", "till:c"],
            "conecto" => ["ada GET /a", "bob GET /a", "ada POST /pos/v2/lookup/tickets"],
            _ => ["one", "two", "three"],
        };
        let (mut rows, mut asked, mut now) = (String::new(), Vec::new(), random.next());
        for _ in 0..1_000 {
            let step = random.up_to(400);
            now = match random.below(40) {
                0 => now.wrapping_sub(random.up_to(30_000)),
                1 => now.wrapping_sub(random.up_to(1 << 40)),
                2 => now.wrapping_add(random.up_to(u64::MAX / 2)),
                _ => now.wrapping_add(step / 16),
            };
            let op = if random.below(3) == 0 { "release" } else { "acquire" };
            asked.push((op, random.pick(&keys)));
            writeln!(rows, "{op},{now},{},1", asked.last().unwrap().1).unwrap();
        }
        for bits in [32, 64] {
            let decisions = decide_in_columns(COLUMNS, &format!("--profile {profile} --clock-bits {bits}"), &rows);
            let mut held: HashMap<&str, u32> = HashMap::new();
            for (row, ((op, key), decision)) in asked.iter().zip(&decisions).enumerate() {
                let place = format!("seed {seed}: {profile}, {bits} bits: row {row}: {decision}");
                let fields: Vec<&str> = decision.split(',').collect();
                *said.entry(format!("{profile} {}", fields[0])).or_insert(0) += 1;
                match fields[0] {
                    "admit" => *held.entry(key).or_default() += 1,
                    "released" => *held.get_mut(key).expect("it was admitted") -= 1,
                    "deny" => {
                        let wait: u64 = fields[2].parse().expect("a denial has a wait");
                        assert!((1..=longest_wait(fields[3])).contains(&wait), "{place}");
                    }
                    _ => {}
                }
                if profile == "clover" {
                    assert!(held.values().all(|&held| held <= 5) && held.values().sum::<u32>() <= 10, "{place}");
                    let holds = held.get(key).is_some_and(|&held| held > 0);
                    assert!(fields[0] != "error" || !holds, "{place}");
                }
                let status = [("admit", "200"), ("deny", "429"), ("released", ""), ("error", "")];
                assert!(status.contains(&(fields[0], fields[4])), "{place}");
                assert_eq!(*op == "acquire", !fields[4].is_empty(), "{place}");
            }
        }
    }
    for profile in ["clover", "conecto", "haravan"] {
        all_said(&said, &[format!("{profile} admit").as_str(), format!("{profile} deny").as_str()], 500);
    }
    all_said(&said, &["clover released", "conecto error", "haravan error"], 500);
}
