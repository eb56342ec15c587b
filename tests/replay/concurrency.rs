//! Event mode and log mode with a limit of concurrency.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::decide;
use crate::harness::refused;
use crate::log_mode::{line, report, value};
use crate::random::{KEYS, Random};

/// A line that ends with the time the request took.
fn timed(client: &str, time: &str, took: &str) -> String {
    format!("{} \"-\" \"till/4.2 (x)\" {took}\n", line(client, time, "GET / HTTP/1.1").trim_end())
}

fn timed_report(limit: &str, unit: &str, log: impl AsRef<[u8]>) -> String {
    report(&["--limiter", "concurrency", "--limit", limit, "--durations", unit], log)
}

#[test]
fn decisions_equal_a_count_of_what_is_held() {
    for seed in 0..40 {
        let mut random = Random(seed);
        let limit = i128::from(1 + random.up_to(65_534));
        let bits = ["32", "64"][usize::from(seed % 2 == 0)];
        let mut held: HashMap<&str, i128> = HashMap::new();
        let (mut rows, mut expected) = (String::new(), Vec::new());
        for _ in 0..400 {
            let key = random.pick(&KEYS);
            let op = random.pick(&["acquire", "release"]);
            let held = held.entry(key).or_default();
            let near = *[limit, *held, limit - *held].get(usize::try_from(random.below(3)).unwrap()).unwrap();
            let cost = match random.below(4) {
                0 => (near - 1 + i128::from(random.below(3))).max(0),
                1 => random.up_to(u32::MAX.into()).into(),
                _ => random.up_to(u64::try_from(limit).unwrap() / 2 + 1).into(),
            };
            // The clock is of no meaning.
            let ticks = random.next();
            writeln!(rows, "{op},{ticks},{key},{cost}").unwrap();
            let outcome = match op {
                "acquire" if cost > limit => "never",
                "acquire" if *held + cost > limit => "deny",
                "acquire" => {
                    *held += cost;
                    "admit"
                }
                _ if cost > *held => "error",
                _ => {
                    *held -= cost;
                    "released"
                }
            };
            expected.push(format!("{outcome},{},", limit - *held));
        }
        let options = format!("--limiter concurrency --limit {limit} --clock-bits {bits}");
        assert_eq!(decide(&options, &rows), expected, "seed {seed}: {options}");
    }
}

#[test]
fn what_is_released_makes_room_and_a_denial_knows_no_wait() {
    let asked =
        "acquire,0,k,2\nacquire,0,k,1\nacquire,9,k,3\nrelease,9,k,3\nrelease,9,k,2\nrelease,9,k,1\nacquire,9,k,0\n";
    let expected = ["admit,0,", "deny,0,", "never,0,", "error,0,", "released,2,", "error,2,", "admit,2,"];
    assert_eq!(decide("--limiter concurrency --limit 2", asked), expected);
}

#[test]
fn numbers_beyond_its_own_32_bits_are_only_too_many() {
    for cost in [u64::from(u32::MAX), 1 << 32, (1 << 32) + 1, u64::MAX] {
        let rows = format!("acquire,0,k,1\nacquire,0,k,{cost}\nrelease,0,k,{cost}\nrelease,0,k,1\n");
        let expected = ["admit,65534,", "never,65534,", "error,65534,", "released,65535,"];
        assert_eq!(decide("--limiter concurrency --limit 65535", &rows), expected, "{cost}");
    }
}

#[test]
fn a_limit_that_cannot_be_counted_is_an_error_that_names_the_most() {
    let events = ["--events", "-", "--decisions", "-"];
    for limit in ["0", "65536", "4294967296", "18446744073709551615"] {
        let told = refused(&[&["--limiter", "concurrency", "--limit", limit], &events as &[&str]].concat(), b"", 2);
        assert!(told.contains(&format!("limit = {limit} ")) && told.contains("give a limit from 1 to 65535"), "{told}");
    }
}

#[test]
fn a_period_and_a_burst_are_refused() {
    for mode in [&["--durations", "us", "-"] as &[&str], &["--events", "-", "--decisions", "-"]] {
        for (option, given) in [("--period", "60"), ("--burst", "3")] {
            let told = refused(&[&["--limiter", "concurrency", "--limit", "3", option, given], mode].concat(), b"", 2);
            assert!(
                told.contains(&format!("{option} {given}: concurrency ")) && told.contains("leave it out"),
                "{told}"
            );
        }
    }
}

#[test]
fn a_log_without_durations_is_told_what_is_missing() {
    for file in [&["-"] as &[&str], &[]] {
        let told = refused(&[&["--limiter", "concurrency"], file].concat(), b"", 2);
        for word in ["how long each request took", "last field", "--durations us", "--durations ms", "--durations s"] {
            assert!(told.contains(word), "{told}");
        }
    }
    let told = refused(&["--limiter", "concurrency", "--durations", "us"], b"", 2);
    assert!(told.contains("the sample log does not say how long"), "{told}");
    let plain = line("192.0.2.1", "10:00:00", "GET / HTTP/1.1");
    let told = refused(&["--limiter", "concurrency", "--durations", "us", "-"], plain.as_bytes(), 1);
    assert!(told.contains("ends with the time the request took; line 1: nothing follows the size"), "{told}");
}

#[test]
fn durations_are_for_concurrency_in_log_mode_alone() {
    let told = refused(&["--durations", "us", "-"], b"", 2);
    assert!(told.contains("--durations: only --limiter concurrency asks"), "{told}");
    let events = ["--limiter", "concurrency", "--limit", "3", "--durations", "us", "--events", "-", "--decisions", "-"];
    assert!(refused(&events, b"", 2).contains("'--durations <UNIT>' cannot be used with"));
    let told = refused(&["--limiter", "concurrency", "--durations", "h", "-"], b"", 2);
    assert!(told.contains("[possible values: us, ms, s]"), "{told}");
}

#[test]
fn the_report_tells_what_could_not_run() {
    let log = [
        timed("192.0.2.1", "10:00:00", "2.5"),
        timed("192.0.2.1", "10:00:01", "30"),
        timed("192.0.2.1", "10:00:02", "0.001"), // both others run
        timed("192.0.2.2", "10:00:02", "0.001"),
        timed("192.0.2.1", "10:00:03", "0.001"), // the first has ended
    ];
    let expected = "\
concurrency: 2 at once, for each client
standard input: 2015-05-17 10:00:00 to 2015-05-17 10:00:03 UTC, 3s in all

requests         5
admitted         4  80.0 %
denied           1  20.0 %
clients limited  1  of 2
malformed lines  0

busiest clients   requests   denied
─────────────────────────────────────
192.0.2.1                4        1
192.0.2.2                1        0
";
    assert_eq!(timed_report("2", "s", log.concat()), expected);
}

#[test]
fn a_request_runs_until_its_time_is_over_and_not_at_that_instant() {
    let cases = [
        ("us", "1000000", "0"),
        ("us", "1000001", "1"),
        ("us", "999001", "0"),
        ("us", "0", "0"),
        ("ms", "1000", "0"),
        ("ms", "1001", "1"),
        ("s", "1", "0"),
        ("s", "2", "1"),
        ("s", "1.0", "0"),
        ("s", "0.999", "0"),
        ("s", "1.001", "1"),
        ("s", "1.0001", "1"),
        ("s", "1.0000", "0"),
    ];
    for (unit, took, denied) in cases {
        let log = timed("192.0.2.1", "10:00:00", took) + &timed("192.0.2.1", "10:00:01", "0");
        let report = timed_report("1", unit, log);
        assert_eq!(value(&report, "denied").split(' ').next(), Some(denied), "{took} {unit}");
    }
}

#[test]
fn what_was_denied_neither_runs_nor_ends() {
    // At :05 only the first has run; at :08, when the denied one would have ended, the third runs on.
    let times = ["10:00:00", "10:00:03", "10:00:05", "10:00:09"];
    let log: String = times.iter().map(|time| timed("192.0.2.1", time, "5000")).collect();
    assert_eq!(value(&timed_report("1", "ms", log), "denied"), "2 50.0 %");
}

#[test]
fn what_has_ended_stays_ended_when_the_log_steps_back() {
    // The first has ended by :05, and so makes room for the third line too, though that is stamped :01.
    let log = timed("192.0.2.1", "10:00:00", "2")
        + &timed("192.0.2.2", "10:00:05", "1")
        + &timed("192.0.2.1", "10:00:01", "3")
        + &timed("192.0.2.1", "10:00:03", "1") // the third runs until :04
        + &timed("192.0.2.2", "10:00:05", "1") // and so does the second, until :06
        + &timed("192.0.2.1", "10:00:04", "1");
    let report = timed_report("1", "s", log);
    assert_eq!(value(&report, "clock went back"), "2 times, by 4s at most: compare with the log sorted by time");
    assert_eq!((value(&report, "192.0.2.1"), value(&report, "192.0.2.2")), ("4 1".into(), "2 1".into()));
}

#[test]
fn a_line_without_a_duration_is_malformed_for_a_reason() {
    let cases = [
        ("us", "", "nothing follows the size"),
        ("us", " \"-\" \"till/4.2 (x; y)\"", "in whole microseconds, such as 12850"),
        ("us", " 0.5", "in whole microseconds"),
        ("us", " -5", "in whole microseconds"),
        ("us", " 18446744073709551616", "in whole microseconds"),
        ("ms", " 1.5", "in whole milliseconds, such as 13"),
        ("s", " .5", "in seconds, such as 0.013"),
        ("s", " 5.", "in seconds"),
        ("s", " 1.5s", "in seconds"),
        ("s", " 1.+5", "in seconds"),
        ("s", " -", "in seconds"),
        ("s", " 18446744073709551615", "in seconds"),
    ];
    for (unit, end, reason) in cases {
        let bad = format!("{}{end}\n", line("192.0.2.1", "10:00:00", "GET / HTTP/1.1").trim_end());
        let report = timed_report("1", unit, timed("192.0.2.1", "10:00:00", "0") + &bad);
        assert_eq!((value(&report, "requests"), value(&report, "malformed lines")), ("1".into(), "1".into()), "{bad}");
        let told = value(&report, "The first malformed line is line 2:");
        assert!(told.contains(reason), "{bad}: {told}");
    }
}

#[test]
fn a_naive_count_of_overlaps_agrees_on_random_logs() {
    for seed in 0..10 {
        let mut random = Random(seed);
        let limit = 1 + random.below(4);
        let (mut log, mut now, mut denied) = (String::new(), 0, 0);
        // Start and end of what ran, in milliseconds, by client.
        let mut ran: Vec<(u64, u64, u64)> = Vec::new();
        for _ in 0..300 {
            now += random.below(3);
            let (client, took) = (random.below(3), random.below(20_000_000));
            let time = format!("10:{:02}:{:02}", now / 60, now % 60);
            log.push_str(&timed(&format!("192.0.2.{client}"), &time, &took.to_string()));
            let running =
                ran.iter().filter(|&&(who, start, end)| who == client && start <= now && end > now * 1_000_000);
            if running.count() as u64 == limit {
                denied += 1;
            } else {
                ran.push((client, now, now * 1_000_000 + took));
            }
        }
        let report = timed_report(&limit.to_string(), "us", log);
        assert_eq!(value(&report, "denied").split(' ').next(), Some(denied.to_string().as_str()), "seed {seed}");
        assert!(denied > 0, "seed {seed}: nothing was tried");
    }
}
