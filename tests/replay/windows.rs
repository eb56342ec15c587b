//! Event mode and log mode with the windows.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::decide;
use crate::harness::{printed, refused};
use crate::log_mode::{line, report, value};
use crate::random::{KEYS, Random};
use crate::window_oracle::{Fits, Window, first_request, fixed, rolling, sliding};

/// A random window and a random walk on a clock that only goes forward, across the wrap of the width.
struct Walk {
    limit: u64,
    period: u64,
    /// Ticks since tick 0 of the clock, which never wrap, and the rows they give.
    events: Vec<(&'static str, u64, u128, &'static str)>,
    rows: String,
    bits: u32,
}

impl Walk {
    /// `counts` says how many counts of the limit the window keeps in a word beside the number of a window: beyond what
    /// numbers are left, a wrap of the clock may look like a step back. (0: it keeps none.)
    fn random(random: &mut Random, bits: u32, counts: u32) -> Self {
        let limit = 1 + random.up_to(1_000);
        let period = 1 + random.up_to(if bits == 32 { 4_000 } else { 1_000_000_000 });
        let tells_wraps = (2 * limit).pow(counts) <= period;
        let turn = 1_u128 << bits;
        let before = u128::from(random.below(100 * period));
        let start = if tells_wraps { turn - before } else { turn / 3 + before };
        let (mut now, mut events, mut rows) = (start, Vec::new(), String::new());
        for _ in 0..400 {
            let longest = if random.below(20) == 0 { 2 * period } else { period / 8 + 1 };
            now += u128::from(random.up_to(longest));
            let key = random.pick(&KEYS);
            let op = if random.below(20) == 0 { "release" } else { "acquire" };
            let cost = if random.below(10) == 0 { limit - 1 + random.below(3) } else { random.up_to(limit / 2 + 1) };
            writeln!(rows, "{op},{},{key},{cost}", now % turn).unwrap();
            events.push((op, cost, now, key));
        }
        Self { limit, period, events, rows, bits }
    }

    fn options(&self, kind: &str) -> String {
        let Self { limit, period, bits, .. } = self;
        format!("--limiter {kind} --limit {limit} --period {period} --clock-bits {bits}")
    }

    fn window(&self, period: i128, fits: Fits) -> Window {
        Window { limit: self.limit.into(), period, turn: 1 << self.bits, fits, admitted: Vec::new() }
    }
}

fn agree(kind: &str, fits: Fits, counts: u32) {
    let mut outcomes = HashMap::new();
    for (bits, seeds) in [(32, 0..40), (64, 1_000..1_040)] {
        for seed in seeds {
            let walk = Walk::random(&mut Random(seed), bits, counts);
            let options = walk.options(kind);
            let decisions = decide(&options, &walk.rows);
            assert_eq!(decisions.len(), walk.events.len(), "seed {seed}: {options}");
            let mut windows = HashMap::new();
            for (row, (&(op, cost, now, key), decision)) in walk.events.iter().zip(&decisions).enumerate() {
                let window = windows.entry(key).or_insert_with(|| walk.window(walk.period.into(), fits));
                let expected = window.decide(op, i128::try_from(now).unwrap(), cost.into());
                assert_eq!(*decision, expected, "seed {seed}: {options}: row {row}: {op} {cost} at {now}");
                *outcomes.entry(decision.split(',').next().unwrap().to_owned()).or_insert(0) += 1;
            }
        }
    }
    for outcome in ["admit", "deny", "never", "error"] {
        assert!(outcomes.get(outcome).is_some_and(|&times| times > 300), "{kind}: {outcomes:?}");
    }
}

#[test]
fn a_rolling_window_equals_a_list_of_all_admissions() {
    agree("rolling-window", rolling, 0);
}

#[test]
fn a_fixed_window_equals_a_count_by_window() {
    agree("fixed-window", fixed, 1);
}

#[test]
fn a_first_request_window_equals_a_count_since_its_opening() {
    agree("first-request-window", first_request, 0);
}

#[test]
fn a_sliding_window_equals_its_formula() {
    agree("sliding-window", sliding, 2);
}

#[test]
fn a_bucketed_window_never_exceeds_the_limit_and_forgets_at_most_a_bucket_late() {
    let mut late = 0;
    for (bits, seeds) in [(32, 0..60), (64, 1_000..1_060)] {
        for seed in seeds {
            let mut random = Random(seed);
            let walk = Walk::random(&mut random, bits, 0);
            let buckets = 1 + random.up_to(1_021);
            let options = format!("{} --buckets {buckets}", walk.options("bucketed-window"));
            let period = i128::from(walk.period);
            // Less than W / B late: so many whole ticks at the most.
            let latest = (period + i128::from(buckets) - 1) / i128::from(buckets) - 1;
            let mut windows = HashMap::new();
            for (row, (&(op, cost, now, key), decision)) in
                walk.events.iter().zip(decide(&options, &walk.rows)).enumerate()
            {
                let place = format!("seed {seed}: {options}: row {row}: {op} {cost} at {now}: {decision}");
                let (exact, slow) = windows
                    .entry(key)
                    .or_insert_with(|| (walk.window(period, rolling), walk.window(period + latest, rolling)));
                let (now, cost) = (i128::try_from(now).unwrap(), i128::from(cost));
                let fields: Vec<&str> = decision.split(',').collect();
                let fits = |window: &Window| cost == 0 || rolling(window, now, cost);
                match fields[0] {
                    "admit" => {
                        assert!(cost <= exact.limit && fits(exact), "over the limit: {place}");
                        exact.admitted.push((now, cost));
                        slow.admitted.push((now, cost));
                    }
                    "deny" => {
                        assert!(cost <= exact.limit && !fits(slow), "denied too late: {place}");
                        late += u32::from(fits(exact));
                        let wait: i128 = fields[2].parse().unwrap();
                        let least = if fits(exact) { 1 } else { exact.wait(now, cost) };
                        assert!((least..=slow.wait(now, cost)).contains(&wait), "{place}");
                    }
                    "never" => assert!(op == "acquire" && cost > exact.limit, "{place}"),
                    outcome => assert_eq!((op, outcome), ("release", "error"), "{place}"),
                }
                let remaining: i128 = fields[1].parse().unwrap();
                assert!((slow.remaining(now)..=exact.remaining(now)).contains(&remaining), "{place}");
            }
            for (exact, _) in windows.values() {
                for &(stamp, _) in &exact.admitted {
                    assert!(exact.units(stamp, stamp + period - 1) <= exact.limit, "seed {seed}: {options}");
                }
            }
        }
    }
    assert!(late > 0, "never late: more than was promised, and nothing was tried");
}

#[test]
fn a_rolling_window_of_thousands_admits_exactly_those() {
    for (limit, bits) in [(1_000_u32, 32), (1_000, 64), (16_384, 32), (16_384, 64)] {
        let options = format!("--limiter rolling-window --limit {limit} --period 100000 --clock-bits {bits}");
        let rows = format!("acquire,7,k,{}\nacquire,9,k,1\nacquire,10,k,1\nacquire,100007,k,{limit}\n", limit - 1);
        let wait = format!("deny,{},2", limit - 1);
        assert_eq!(decide(&options, &rows), ["admit,1,", "admit,0,", "deny,0,99997", &wait], "{options}");
    }
}

#[test]
fn a_window_too_large_is_an_error_that_names_the_most() {
    let cases: [(&[&str], &str); 7] = [
        (
            &["--limiter", "rolling-window", "--limit", "16385"],
            "limit = 16385 does not fit this window: give at most 16384",
        ),
        (&["--limiter", "sliding-window", "--limit", "16384", "--clock-bits", "32"], "give at most 16383"),
        (&["--limiter", "bucketed-window", "--buckets", "0"], "give 1 to 1022"),
        (&["--limiter", "bucketed-window", "--buckets", "1023"], "give 1 to 1022"),
        (&["--limiter", "bucketed-window", "--limit", "1048576", "--clock-bits", "32"], "give at most 1048575"),
        (&["--limiter", "fixed-window", "--limit", "268435456", "--clock-bits", "32"], "give at most 268435455"),
        (&["--limiter", "rolling-window", "--limit", "0"], "limit = 0 admits nothing"),
    ];
    for (args, message) in cases {
        let told = refused(args, b"", 2);
        assert!(told.contains(message), "{args:?}: {told}");
    }
    let args = ["--limiter", "rolling-window", "--clock-bits", "32", "--period", "4d"];
    assert!(refused(&args, b"", 2).contains("period = 345600000 ticks is too long for the clock's word"));
}

#[test]
fn windows_take_no_burst_but_their_limit() {
    for kind in ["rolling-window", "bucketed-window", "sliding-window", "fixed-window", "first-request-window"] {
        let options = format!("--limiter {kind} --limit 3 --period 1000 --burst 3");
        assert_eq!(decide(&options, "acquire,5,k,3\nacquire,5,k,4\n"), ["admit,0,", "never,0,"], "{kind}");
        let told = refused(&["--limiter", kind, "--limit", "3", "--burst", "5"], b"", 2);
        assert!(told.contains("but burst = 5"), "{told}");
        let events = ["--limiter", kind, "--limit", "3", "--events", "-", "--decisions", "-"];
        assert!(refused(&events, b"", 2).contains("event mode needs --period TICKS"), "{kind}");
    }
}

#[test]
fn only_a_bucketed_window_has_buckets() {
    for kind in ["token-bucket", "rolling-window", "concurrency"] {
        let told = refused(&["--limiter", kind, "--buckets", "5"], b"", 2);
        assert!(told.contains("--buckets 5: only --limiter bucketed-window has buckets: leave it out"), "{told}");
    }
}

#[test]
fn the_report_says_which_window_it_was() {
    let log =
        line("192.0.2.1", "10:59:00", "GET / HTTP/1.1").repeat(3) + &line("192.0.2.1", "11:01:00", "GET /").repeat(3);
    let cases = [
        ("rolling-window", "", "2 per 1h, for each client", "4 66.7 %", "1h"),
        ("bucketed-window", " --buckets 6", "2 per 1h, in 6 buckets, for each client", "4 66.7 %", "1h 9m 59s 999ms"),
        ("bucketed-window", "", "2 per 1h, in 60 buckets, for each client", "4 66.7 %", "1h 59s 999ms"),
        ("sliding-window", "", "2 per 1h, for each client", "4 66.7 %", "31m"),
        ("fixed-window", "", "2 per 1h, for each client", "2 33.3 %", "59m"),
        ("first-request-window", "", "2 per 1h, for each client", "4 66.7 %", "1h"),
    ];
    for (kind, more, limit, denied, wait) in cases {
        let options = format!("--limiter {kind} --limit 2 --period 1h{more}");
        let report = report(&options.split(' ').collect::<Vec<_>>(), &log);
        assert!(report.starts_with(&format!("{kind}: {limit}\n")), "{report}");
        assert_eq!(
            (value(&report, "denied"), value(&report, "longest wait told")),
            (denied.into(), wait.into()),
            "{kind}"
        );
    }
}

#[test]
fn a_token_bucket_doubles_in_an_hour_and_a_rolling_window_does_not() {
    let log: String =
        (0..60).map(|minute| line("192.0.2.1", &format!("10:{minute:02}:00"), "GET /").repeat(5)).collect();
    let admitted = |kind| {
        let report = report(&["--limiter", kind, "--limit", "60", "--period", "1h"], &log);
        value(&report, "admitted").split(' ').next().unwrap().to_owned()
    };
    assert_eq!((admitted("token-bucket"), admitted("rolling-window")), ("119".into(), "60".into()));
}

#[test]
fn the_sample_goes_through_every_window() {
    for kind in ["rolling-window", "bucketed-window", "sliding-window", "fixed-window", "first-request-window"] {
        let report = printed(&["--limiter", kind, "--limit", "20", "--period", "1m"], b"");
        assert!(report.starts_with(&format!("{kind}: 20 per 1m, ")), "{report}");
        assert!(
            value(&report, "clients limited").ends_with("of 14") && value(&report, "denied").contains('%'),
            "{report}"
        );
    }
}
