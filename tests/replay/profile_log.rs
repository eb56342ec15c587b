//! Log mode with the limits of an API, and which options go with one.

use std::collections::HashMap;

use crate::harness::{printed, refused};
use crate::log_mode::{line, report, value};
use crate::profile_oracle::{Conecto, Haravan, conecto_rule};
use crate::random::Random;

#[test]
fn conecto_counts_by_rule_and_by_client_method_and_path() {
    let checks = |time: &str, tail: &str| line("192.0.2.1", time, &format!("GET /pos/v2/L1/checks{tail} HTTP/1.1"));
    let mut log = checks("10:00:00", "").repeat(500);
    for tail in ["", "/", "?page=2", "/17"] {
        log += &checks("10:00:30", tail);
    }
    log += &line("192.0.2.2", "10:00:31", "POST /pos/v2/lookup/tickets HTTP/1.1");
    log += &line("192.0.2.2", "10:00:32", "GET /pos/v2/lookup/tickets HTTP/1.1").repeat(101);
    log += "not a request\n";
    let expected = "\
conecto: 100 per 1h, or what a rule says, for each client, method and path
standard input: 2015-05-17 10:00:00 to 2015-05-17 10:00:32 UTC, 32s in all

requests           606
admitted           602  99.3 %
denied               4  0.7 %
clients limited      2  of 2
keys limited         2  of 4, one for each client, method and path
longest wait told   1h
malformed lines      1

rule                          limit   requests   denied   longest wait told
─────────────────────────────────────────────────────────────────────────────
/pos/v2/{locationId}/checks     500        504        3             59m 30s
POST /pos/v2/lookup/tickets     500          1        0                   -
/online-ordering/v1             500          0        0                   -
/online-ordering/v2             500          0        0                   -
other                           100        101        1                  1h

busiest clients, methods and paths      requests   denied   longest wait told
───────────────────────────────────────────────────────────────────────────────
192.0.2.1 GET /pos/v2/L1/checks              503        3             59m 30s
192.0.2.2 GET /pos/v2/lookup/tickets         101        1                  1h
192.0.2.1 GET /pos/v2/L1/checks/17             1        0                   -
192.0.2.2 POST /pos/v2/lookup/tickets          1        0                   -

The first malformed line is line 607: no [time]
    not a request
";
    assert_eq!(report(&["--profile", "conecto"], &log), expected);
    assert_eq!(report(&["--profile", "conecto", "--clock-bits", "32"], &log), expected);
}

#[test]
fn haravan_has_a_bucket_for_each_client() {
    let log = line("192.0.2.1", "10:00:00", "GET /a HTTP/1.1").repeat(81)
        + &line("192.0.2.2", "10:00:00", "GET /a HTTP/1.1")
        + &line("192.0.2.1", "10:00:01", "PUT /b HTTP/1.1").repeat(5);
    let expected = "\
haravan: a bucket of 80 that leaks 4 per 1s, for each client
standard input: 2015-05-17 10:00:00 to 2015-05-17 10:00:01 UTC, 1s in all

requests              87
admitted              85  97.7 %
denied                 2  2.3 %
clients limited        1  of 2
longest wait told  250ms
malformed lines        0

busiest clients   requests   denied   longest wait told
─────────────────────────────────────────────────────────
192.0.2.1               86        2               250ms
192.0.2.2                1        0                   -
";
    for bits in ["32", "64"] {
        assert_eq!(report(&["--profile", "haravan", "--clock-bits", bits], &log), expected);
    }
}

#[test]
fn naive_lists_of_times_count_the_same_denials_in_random_logs() {
    let paths = ["/pos/v2/L1/checks", "/pos/v2/L1/checks/?open", "/pos/v2/L1/menus", "/online-ordering/v1/L1/orders"];
    for seed in 0..6 {
        let mut random = Random(seed);
        let (mut conecto, mut haravan) = (Conecto::default(), Haravan::default());
        let mut denied = [0, 0];
        let mut by_rule: HashMap<String, (u32, u32)> = HashMap::new();
        let (mut log, mut now) = (String::new(), 0);
        for _ in 0..6_000 {
            // 15 a second, and now and then a quiet half hour.
            now += if random.below(1_000) == 0 { 1_800 } else { random.below(30) / 28 };
            let (client, path) = (random.pick(&["192.0.2.1", "192.0.2.2"]), random.pick(&paths));
            let time = format!("{:02}:{:02}:{:02}", now / 3_600, now / 60 % 60, now % 60);
            log += &line(client, &time, &format!("GET {path} HTTP/1.1"));
            let now = i128::from(now) * 1_000;
            let said = [conecto.decide("acquire", now, client, "GET", path), haravan.decide("acquire", now, client)];
            let refused = said.map(|said| u32::from(said.starts_with("deny")));
            denied = [denied[0] + refused[0], denied[1] + refused[1]];
            let (requests, denied) = by_rule.entry(conecto_rule("GET", path).0).or_default();
            (*requests, *denied) = (*requests + 1, *denied + refused[0]);
        }
        assert!(denied.iter().all(|&denied| denied > 100), "seed {seed}: {denied:?}");
        let first = |told: &str, name| value(told, name).split(' ').next().unwrap().replace(',', "");
        let told = report(&["--profile", "haravan"], &log);
        assert_eq!(first(&told, "denied"), denied[1].to_string(), "seed {seed}");
        let told = report(&["--profile", "conecto"], &log);
        assert_eq!(first(&told, "denied"), denied[0].to_string(), "seed {seed}");
        for (rule, (requests, denied)) in by_rule {
            let row = value(&told, &rule).replace(',', "");
            let numbers: Vec<&str> = row.split(' ').collect();
            assert_eq!(numbers[1..3], [requests.to_string(), denied.to_string()], "seed {seed}: {rule}");
        }
    }
}

#[test]
fn help_names_every_rule() {
    let (help, told) = (printed(&["--help"], b""), printed(&["--profile", "conecto"], b""));
    let rules = told.lines().skip_while(|line| !line.starts_with("rule ")).skip(2);
    let rules: Vec<&str> = rules.take_while(|line| !line.starts_with("other ")).collect();
    assert_eq!(rules.len(), 4, "{told}");
    for rule in rules {
        let (name, _) = rule.split_once("  ").expect("numbers follow");
        assert!(help.contains(name), "--help says nothing of {name}");
    }
}

#[test]
fn requests_that_are_no_requests_fall_under_no_rule() {
    let log = ["-", "", "\\x16\\x03", "OPTIONS * HTTP/1.0", "GET http://example.com/ HTTP/1.1"]
        .map(|request| line("192.0.2.1", "10:00:00", request));
    let told = report(&["--profile", "conecto"], log.concat());
    assert_eq!(value(&told, "requests"), "5");
    assert_eq!(value(&told, "other"), "100 5 0 -");
}

#[test]
fn the_sample_is_replayed_without_a_file() {
    for profile in ["conecto", "haravan"] {
        let told = printed(&["--profile", profile], b"");
        assert!(told.starts_with(profile) && told.contains("\nthe sample log: 2025-03-04 07:00:"), "{told}");
        assert_eq!((value(&told, "requests"), value(&told, "malformed lines")), ("2,063".into(), "3".into()));
    }
}

#[test]
fn clover_on_a_log_is_told_what_is_missing_and_what_to_use() {
    for file in [&["some.log"] as &[&str], &["-"], &[]] {
        let told = refused(&[&["--profile", "clover"], file].concat(), b"", 2);
        assert!(told.starts_with("error: --profile clover: a log says neither which token"), "{told}");
        for word in ["--events", "--decisions", "--limiter rolling-window --limit 16", "--durations"] {
            assert!(told.contains(word), "{word}: {told}");
        }
    }
}

#[test]
fn a_profile_brings_its_limits_with_it() {
    let events = ["--events", "-", "--decisions", "-"];
    for profile in ["clover", "conecto", "haravan"] {
        for option in [
            ["--limiter", "token-bucket"],
            ["--limit", "5"],
            ["--period", "1000"],
            ["--burst", "5"],
            ["--buckets", "60"],
            ["--layers", "a=token-bucket:1/9"],
            ["--keys", "64"],
            ["--full", "admit"],
            ["--key", "client"],
            ["--durations", "us"],
        ] {
            for mode in [&events as &[&str], &[]] {
                let told =
                    refused(&[&["--profile", profile], &option as &[&str], mode].concat(), b"op,ticks,key,cost\n", 2);
                assert!(told.contains("cannot be used with") && told.contains(option[0]), "{option:?}: {told}");
            }
        }
    }
    let told = refused(&["--profile", "square"], b"", 2);
    assert!(told.contains("invalid value 'square' for '--profile <API>'"), "{told}");
    assert!(told.contains("[possible values: clover, conecto, haravan]"), "{told}");
}
