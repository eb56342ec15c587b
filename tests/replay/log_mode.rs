//! Log mode: what the report says.

use std::fs;

use crate::harness::{printed, refused, run, scratch};

/// A line of a log at some time of one day.
pub fn line(client: &str, time: &str, request: &str) -> String {
    format!("{client} - - [17/May/2015:{time} +0000] \"{request}\" 200 123\n")
}

/// The report on a log that is given on standard input.
pub fn report(options: &[&str], log: impl AsRef<[u8]>) -> String {
    printed(&[options, &["-"]].concat(), log.as_ref())
}

/// What the report says after a name that starts a line, in single spaces.
pub fn value(report: &str, name: &str) -> String {
    let line = report.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in\n{report}"));
    line[name.len()..].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_report_tells_what_the_limit_would_have_done() {
    let log = [
        line("192.0.2.1", "10:00:00", "GET /a HTTP/1.1"),
        line("192.0.2.1", "10:00:01", "GET /a HTTP/1.1"),
        line("192.0.2.1", "10:00:02", "GET /b HTTP/1.1"),
        line("2001:db8::2", "10:00:03", "GET /a HTTP/1.1"),
        "not a request\n".into(),
        line("192.0.2.1", "10:00:29", "GET /a HTTP/1.1"),
        line("192.0.2.1", "10:00:30", "GET /a HTTP/1.1"),
    ];
    let expected = "\
token-bucket: 2 per 1m, burst 2, for each client
standard input: 2015-05-17 10:00:00 to 2015-05-17 10:00:30 UTC, 30s in all

requests             6
admitted             4  66.7 %
denied               2  33.3 %
clients limited      1  of 2
longest wait told  28s
malformed lines      1

busiest clients   requests   denied   longest wait told
─────────────────────────────────────────────────────────
192.0.2.1                5        2                 28s
2001:db8::2              1        0                   -

The first malformed line is line 5: no [time]
    not a request
";
    assert_eq!(report(&["--limit", "2", "--period", "1m"], log.concat()), expected);
}

#[test]
fn a_file_is_replayed_and_called_by_its_name() {
    let file = scratch("a_file_is_replayed").join("access.log");
    fs::write(&file, line("192.0.2.1", "10:00:00", "GET / HTTP/1.1")).unwrap();
    let report = printed(&[file.to_str().unwrap()], b"");
    assert!(report.contains("access.log: 2015-05-17 10:00:00 to"), "{report}");
    assert_eq!(value(&report, "requests"), "1");
}

#[test]
fn without_a_file_the_sample_is_replayed() {
    let report = printed(&[], b"");
    assert!(
        report.starts_with("token-bucket: 20 per 1m, burst 20, for each client\nthe sample log: 2025-03-04 07:00:")
    );
    let sample = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sample.log")).unwrap();
    let lines = sample.split_inclusive(|&byte| byte == b'\n').count();
    let number =
        |name: &str| value(&report, name).split(' ').next().unwrap().replace(',', "").parse::<usize>().unwrap();
    assert_eq!(number("malformed lines"), 3);
    assert_eq!(number("requests") + 3, lines);
    assert_eq!(number("admitted") + number("denied"), number("requests"));
    assert!(number("clients limited") > 1 && number("clock went back") > 10, "{report}");
}

#[test]
fn the_sample_is_what_its_generator_prints() {
    let sample = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sample.log")).unwrap();
    let output = crate::harness::command().arg("--generate-sample").output().unwrap();
    assert!(output.stdout == sample, "make it anew: replay --generate-sample > examples/data/sample.log");
}

#[test]
fn the_busiest_come_first_and_no_more_than_ten() {
    let log: String = (1..=12)
        .flat_map(|client| vec![line(&format!("192.0.2.{client}"), "10:00:00", "GET / HTTP/1.1"); client])
        .collect();
    let report = report(&["--limit", "5", "--period", "1h"], log);
    let rows: Vec<&str> = report.lines().filter(|line| line.starts_with("192.0.2.")).collect();
    let clients: Vec<&str> = rows.iter().map(|row| row.split(' ').next().unwrap()).collect();
    assert_eq!(clients, (3..=12).rev().map(|client| format!("192.0.2.{client}")).collect::<Vec<_>>());
    assert_eq!(value(&report, "192.0.2.12"), "12 7 12m");
    assert_eq!(value(&report, "192.0.2.5"), "5 0 -");
    assert_eq!(value(&report, "clients limited"), "7 of 12");
}

#[test]
fn a_key_of_client_method_and_path_leaves_the_query_out() {
    let log = [
        line("192.0.2.1", "10:00:00", "GET /a?page=1 HTTP/1.1"),
        line("192.0.2.1", "10:00:00", "GET /a?page=2 HTTP/1.1"),
        line("192.0.2.1", "10:00:00", "GET /a HTTP/1.1"),
        line("192.0.2.1", "10:00:00", "PUT /a HTTP/1.1"),
        line("192.0.2.1", "10:00:00", "GET /b HTTP/1.1"),
        line("192.0.2.1", "10:00:00", "GET /b HTTP/1.1"),
        line("192.0.2.2", "10:00:00", "GET /a HTTP/1.1"),
    ];
    let report = report(&["--limit", "1", "--period", "1m", "--key", "client-method-path"], log.concat());
    assert_eq!(value(&report, "denied"), "3 42.9 %");
    assert_eq!(value(&report, "clients limited"), "1 of 2");
    assert_eq!(value(&report, "keys limited"), "2 of 4, one for each client, method and path");
    assert_eq!(value(&report, "192.0.2.1 GET /a"), "3 2 1m");
    assert_eq!(value(&report, "192.0.2.1 PUT /a"), "1 0 -");
}

#[test]
fn stamps_that_step_back_go_through_as_they_are() {
    let times = ["10:00:30", "10:00:00", "10:00:45", "10:00:44"];
    let log: String = times.iter().map(|time| line("192.0.2.1", time, "GET / HTTP/1.1")).collect();
    let report = report(&["--limit", "2", "--period", "1m"], log);
    assert_eq!(value(&report, "clock went back"), "2 times, by 30s at most: compare with the log sorted by time");
    assert!(report.contains("2015-05-17 10:00:00 to 2015-05-17 10:00:45 UTC, 45s in all"), "{report}");
    // A unit comes back in 30 s. At :00 the one taken at :30 is still to come; at :45 there is one, at :44 none.
    assert_eq!(value(&report, "denied"), "2 50.0 %");
    assert_eq!(value(&report, "longest wait told"), "30s");
}

#[test]
fn a_queue_tells_how_long_it_holds_requests_back() {
    let log = line("192.0.2.1", "10:00:00", "GET / HTTP/1.1").repeat(5);
    let options = ["--limiter", "leaky-queue", "--limit", "1", "--period", "2s", "--burst", "3"];
    let report = report(&options, log);
    assert_eq!(value(&report, "admitted"), "3 60.0 %");
    assert_eq!(value(&report, "longest delay"), "4s");
    assert_eq!(value(&report, "longest wait told"), "2s");
    assert_eq!(value(&report, "192.0.2.1"), "5 2 2s 4s");
}

#[test]
fn the_width_of_the_clock_changes_no_report() {
    for options in [["--limit", "20", "--period", "1m"], ["--limit", "100", "--period", "1h"]] {
        let [narrow, wide] =
            ["32", "64"].map(|bits| printed(&[&options as &[&str], &["--clock-bits", bits]].concat(), b""));
        assert_eq!(narrow, wide);
    }
}

#[test]
fn periods_are_taken_in_units_of_time() {
    for (period, spoken) in [("500ms", "500ms"), ("90s", "1m 30s"), ("60m", "1h"), ("2h", "2h"), ("1d", "1day")] {
        let report = printed(&["--period", period], b"");
        assert!(report.starts_with(&format!("token-bucket: 20 per {spoken}, burst 20")), "{report}");
    }
}

#[test]
fn an_empty_log_has_no_requests() {
    let report = report(&[], b"");
    assert!(report.contains("standard input: no requests"), "{report}");
    assert_eq!((value(&report, "requests"), value(&report, "clients limited")), ("0".into(), "0 of 0".into()));
}

#[test]
fn a_log_that_cannot_be_read_is_named_and_nothing_is_printed() {
    let directory = scratch("a_log_that_cannot_be_read");
    let missing = directory.join("missing.log");
    for path in [&missing, &directory] {
        let told = refused(&[path.to_str().unwrap()], b"", 1);
        assert!(told.contains("cannot read") && told.contains(path.to_str().unwrap()), "{told}");
    }
    assert_eq!(run(&["--limit", "0", missing.to_str().unwrap()]).code, 2);
}
