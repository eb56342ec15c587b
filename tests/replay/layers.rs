//! Event mode with several limits taken all or nothing.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::{decide, decide_in_columns};
use crate::layers_oracle::{Alone, Set};
use crate::oracle::Bucket;
use crate::random::{KEYS, Random};
use crate::window_oracle::{Fits, Window, bucketed, first_request, fixed, rolling, sliding};

const KINDS: [&str; 8] = [
    "token-bucket",
    "leaky-bucket",
    "leaky-queue",
    "rolling-window",
    "bucketed-window",
    "sliding-window",
    "fixed-window",
    "first-request-window",
];

pub fn layered(options: &str, rows: &str) -> Vec<String> {
    decide_in_columns("outcome,remaining,retry_after,level", options, rows)
}

#[test]
fn a_day_at_the_till_is_decided_as_written_here() {
    let options = "--layers app=token-bucket:5/1000 day=fixed-window:12/100000 busy=concurrency:4";
    let rows = [
        ("acquire,0,till,3", "admit,1,,"),           // app 2, day 9, busy 1
        ("acquire,0,till,2", "deny,1,,busy"),        // app has 2 left, and none can say when the 3 end
        ("acquire,0,till,4", "deny,1,400,app"),      // app and busy refuse, and app knows when: 2 more at 5 in 1000
        ("acquire,0,till,5", "never,1,,busy"),       // app refuses too, for now
        ("acquire,0,till,6", "never,1,,app"),        // app never has more than 5, busy no more than 4
        ("release,0,till,4", "error,1,,"),           // 3 are held
        ("release,0,till,3", "released,2,,"),        // app keeps its charge
        ("acquire,400,till,4", "admit,0,,"),         // app 0, day 5, busy 0
        ("acquire,400,till,1", "deny,0,200,app"),    // busy is full too
        ("release,2400,till,4", "released,4,,"),     // app is full: 5, day 5
        ("acquire,2400,till,4", "admit,0,,"),        // app 1, day 1, busy 0
        ("release,3400,till,4", "released,1,,"),     // day has 1 left
        ("acquire,3400,till,2", "deny,1,96600,day"), // until the next window begins
        ("acquire,3400,till,0", "admit,1,,"),
        ("release,3400,till,0", "released,1,,"),
        ("acquire,3400,desk,4", "admit,0,,"), // a set of its own
        ("acquire,100000,till,4", "admit,0,,"),
    ];
    let (asked, expected): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    for bits in ["", " --clock-bits 32"] {
        assert_eq!(layered(&format!("{options}{bits}"), &asked.join("\n")), expected, "{bits}");
    }
}

#[test]
fn the_column_comes_with_layers_and_not_without() {
    let rows = "acquire,0,k,1\nacquire,0,k,1\n";
    assert_eq!(layered("--layers only=token-bucket:1/10", rows), ["admit,0,,", "deny,0,10,only"]);
    assert_eq!(decide("--limiter token-bucket --limit 1 --period 10", rows), ["admit,0,", "deny,0,10"]);
}

#[test]
fn the_option_may_be_given_in_one_or_in_parts_and_anywhere() {
    let (rows, expected) = ("acquire,0,k,2\nacquire,0,k,7\n", ["admit,4,,", "never,4,,b-2.x"]);
    for options in [
        "--layers a=token-bucket:1/10:8 b-2.x=concurrency:6",
        "--layers a=token-bucket:1/10:8 b-2.x=concurrency:6 --clock-bits 64",
        "--clock-bits 32 --layers a=token-bucket:1/10:8 --layers b-2.x=concurrency:6",
    ] {
        assert_eq!(layered(options, rows), expected, "{options}");
    }
}

struct Level {
    spec: String,
    alone: Alone,
    /// No wrap of the clock looks like a step back to it. (Some windows keep few numbers beside their counts.)
    tells_wraps: bool,
}

/// `bucketed` is the oracle of all bucketed windows of a set.
fn random_level(random: &mut Random, name: &str, bits: u32, span: u64, bucketed: Fits) -> Level {
    let limit = 1 + random.up_to(60);
    if random.below(4) == 0 {
        let alone = Alone::Busy { limit: limit.into(), held: 0 };
        return Level { spec: format!("{name}=concurrency:{limit}"), alone, tells_wraps: true };
    }
    let (kind, period) = (random.pick(&KINDS), 1 + random.up_to(4 * span));
    let mut spec = format!("{name}={kind}:{limit}/{period}");
    let fits: Option<(Fits, u32)> = match kind {
        "rolling-window" => Some((rolling, 0)),
        "bucketed-window" => Some((bucketed, 0)),
        "sliding-window" => Some((sliding, 2)),
        "fixed-window" => Some((fixed, 1)),
        "first-request-window" => Some((first_request, 0)),
        _ => None,
    };
    if let Some((fits, counts)) = fits {
        let tells_wraps = (2 * limit).pow(counts) <= period;
        let (limit, period) = (limit.into(), period.into());
        let window = Window { limit, period, turn: 1 << bits, fits, admitted: Vec::new() };
        return Level { spec, alone: Alone::Window(window), tells_wraps };
    }
    let mut burst = limit;
    if random.below(2) == 0 {
        burst = 1 + random.up_to(80);
        write!(spec, ":{burst}").unwrap();
    }
    Level { spec, alone: Alone::Bucket(Bucket::full(limit, period, burst)), tells_wraps: true }
}

/// How often something worth trying was tried.
#[derive(Default, Debug)]
struct Tried {
    outcomes: HashMap<String, u32>,
    /// A level that never fits the cost comes after one that refuses for now.
    never_behind_a_denial: u32,
    /// The wait is that of a later level than the one that is named.
    wait_of_another: u32,
    /// One refuses that knows no wait, and another that knows one.
    wait_beside_none: u32,
    refused_by_a_later_level: u32,
    returned_to_several: u32,
}

fn agree(seed: u64, bits: u32, tried: &mut Tried) {
    let mut random = Random(seed);
    let span = 1 + random.up_to(if bits == 32 { 4_000 } else { 1_000_000_000 });
    let (buckets, fits): (&str, Fits) = match random.below(4) {
        0 => ("", bucketed::<60>),
        1 => (" --buckets 1", bucketed::<1>),
        2 => (" --buckets 7", bucketed::<7>),
        _ => (" --buckets 1022", bucketed::<1_022>),
    };
    let levels: Vec<Level> = (0..=random.below(8))
        .map(|number| random_level(&mut random, &format!("level{number}"), bits, span, fits))
        .collect();
    let specs: Vec<&str> = levels.iter().map(|level| level.spec.as_str()).collect();
    let named = |level: &Level| (level.spec.split('=').next().unwrap().to_owned(), level.alone.clone());
    let set = Set(levels.iter().map(named).collect());
    let buckets = if specs.iter().any(|spec| spec.contains("=bucketed-window")) { buckets } else { "" };
    let options = format!("--layers {} --clock-bits {bits}{buckets}", specs.join(" "));

    let turn = 1_u128 << bits;
    let before = u128::from(random.below(60 * span));
    let tell_wraps = levels.iter().all(|level| level.tells_wraps);
    let mut now = if tell_wraps { turn - before } else { turn / 3 + before };
    let mut sets = HashMap::new();
    let (mut rows, mut expected) = (String::new(), Vec::new());
    for _ in 0..300 {
        let longest = if random.below(20) == 0 { 2 * span } else { span / 8 + 1 };
        now += u128::from(random.up_to(longest));
        let key = random.pick(&KEYS);
        let op = if random.below(4) == 0 { "release" } else { "acquire" };
        let cost = if random.below(10) == 0 { random.up_to(90) } else { random.up_to(8) };
        writeln!(rows, "{op},{},{key},{cost}", now % turn).unwrap();
        let set = sets.entry(key).or_insert_with(|| set.clone());
        let (decision, said) = set.decide(op, i128::try_from(now).unwrap(), cost.into());
        tried.count(&decision, &said);
        expected.push(decision);
    }
    let decisions = layered(&options, &rows);
    assert_eq!(decisions.len(), expected.len(), "seed {seed}: {options}");
    for (row, ((event, decision), expected)) in rows.lines().zip(&decisions).zip(&expected).enumerate() {
        assert_eq!(decision, expected, "seed {seed}: {options}: row {row}: {event}");
    }
}

impl Tried {
    fn count(&mut self, decision: &str, said: &[String]) {
        let fields: Vec<&str> = decision.split(',').collect();
        *self.outcomes.entry(fields[0].to_owned()).or_default() += 1;
        let denials: Vec<&str> = said.iter().filter_map(|said| said.strip_prefix("deny,")).collect();
        let wait = |denial: &&str| denial.split(',').nth(1).unwrap().to_owned();
        match fields[0] {
            "never" => {
                let first = said.iter().find(|said| said.starts_with("never") || said.starts_with("deny")).unwrap();
                self.never_behind_a_denial += u32::from(first.starts_with("deny"));
            }
            "deny" => {
                let waits: Vec<String> = denials.iter().map(wait).collect();
                self.wait_of_another += u32::from(waits[0] != fields[2]);
                self.wait_beside_none += u32::from(!fields[2].is_empty() && waits.iter().any(String::is_empty));
                self.refused_by_a_later_level += u32::from(said[0].starts_with("admit"));
            }
            "released" => self.returned_to_several += u32::from(said.len() > 1),
            _ => {}
        }
    }
}

#[test]
fn decisions_equal_levels_that_decide_alone_and_are_combined() {
    let mut tried = Tried::default();
    for (bits, seeds) in [(32, 0..100), (64, 1_000..1_100)] {
        for seed in seeds {
            agree(seed, bits, &mut tried);
        }
    }
    for outcome in ["admit", "deny", "never", "released", "error"] {
        assert!(tried.outcomes.get(outcome).is_some_and(|&times| times > 300), "{outcome}: {tried:?}");
    }
    let Tried { never_behind_a_denial, wait_of_another, wait_beside_none, .. } = tried;
    let Tried { refused_by_a_later_level, returned_to_several, .. } = tried;
    for times in
        [never_behind_a_denial, wait_of_another, wait_beside_none, refused_by_a_later_level, returned_to_several]
    {
        assert!(times > 100, "{tried:?}");
    }
}

#[test]
fn any_number_of_levels_is_taken() {
    let specs: Vec<String> = (1..=40).map(|number| format!("l{number}=token-bucket:{}/1000", 41 - number)).collect();
    let options = format!("--layers {}", specs.join(" "));
    let expected = ["never,1,,l40", "admit,0,,", "deny,0,1000,l40"];
    assert_eq!(layered(&options, "acquire,0,k,2\nacquire,0,k,1\nacquire,0,k,1\n"), expected);
}

/// Rows on a clock that also stalls, jumps and steps back.
fn unruly_rows(random: &mut Random) -> String {
    let (mut rows, mut now) = (String::new(), random.next());
    for _ in 0..300 {
        let step = random.up_to(1_500);
        now = match random.below(12) {
            0 => now.wrapping_sub(step),
            1 => now.wrapping_sub(random.up_to(1 << 40)),
            2 => now.wrapping_add(random.up_to(u64::MAX / 2)),
            _ => now.wrapping_add(step),
        };
        let op = if random.below(4) == 0 { "release" } else { "acquire" };
        writeln!(rows, "{op},{now},{},{}", random.pick(&KEYS), random.up_to(5)).unwrap();
    }
    rows
}

#[test]
fn one_level_decides_as_it_does_alone_whatever_the_clock_does() {
    for (seed, kind) in KINDS.into_iter().chain(["concurrency"]).cycle().take(90).enumerate() {
        let rows = unruly_rows(&mut Random(seed as u64));
        let (spec, options) = match kind {
            "concurrency" => ("concurrency:4".into(), "--limit 4"),
            _ => (format!("{kind}:4/1000"), "--limit 4 --period 1000"),
        };
        for bits in [32, 64] {
            let named = |decision: String| {
                let refused = decision.starts_with("deny") || decision.starts_with("never");
                format!("{decision},{}", if refused { "it" } else { "" })
            };
            let alone = decide(&format!("--limiter {kind} {options} --clock-bits {bits}"), &rows);
            let alone: Vec<String> = alone.into_iter().map(named).collect();
            let as_level = layered(&format!("--layers it={spec} --clock-bits {bits}"), &rows);
            assert_eq!((as_level.len(), alone.len()), (300, 300));
            for (row, ((event, as_level), alone)) in rows.lines().zip(as_level).zip(alone).enumerate() {
                assert_eq!(as_level, alone, "seed {seed}: {kind}, {bits} bits: row {row}: {event}");
            }
        }
    }
}

#[test]
fn a_release_goes_to_every_level_of_concurrency_or_to_none() {
    let options = "--layers a=concurrency:5 rate=token-bucket:9/1000 b=concurrency:3";
    let rows =
        "acquire,0,k,3\nrelease,0,k,4\nrelease,0,k,2\nacquire,0,k,2\nacquire,0,k,1\nrelease,0,k,3\nacquire,0,k,3\n";
    let expected = ["admit,0,,", "error,0,,", "released,2,,", "admit,0,,", "deny,0,,b", "released,3,,", "admit,0,,"];
    assert_eq!(layered(options, rows), expected);
}

#[test]
fn without_concurrency_there_is_nothing_to_release() {
    let options = "--layers a=token-bucket:5/1000 b=fixed-window:3/1000";
    assert_eq!(
        layered(options, "acquire,0,k,3\nrelease,0,k,3\nrelease,0,k,0\n"),
        ["admit,0,,", "error,0,,", "error,0,,"]
    );
}

#[test]
fn numbers_beyond_the_32_bits_of_concurrency_are_only_too_many() {
    for cost in [u64::from(u32::MAX), 1 << 32, (1 << 32) + 1, u64::MAX] {
        let rows = format!("acquire,0,k,1\nacquire,0,k,{cost}\nrelease,0,k,{cost}\nrelease,0,k,1\n");
        let expected = ["admit,65534,,", "never,65534,,b", "error,65534,,", "released,65535,,"];
        let options = "--layers a=token-bucket:9223372036854775807/9223372036854775807 b=concurrency:65535";
        let decisions = layered(options, &rows);
        // Of the largest cost the bucket is the first that can never fit it.
        let expected =
            expected.map(|decision| if cost > 1 << 63 { decision.replace(",b", ",a") } else { decision.into() });
        assert_eq!(decisions, expected, "{cost}");
    }
}
