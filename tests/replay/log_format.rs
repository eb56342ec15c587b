//! Log mode: which lines it understands, and what becomes of the others.

use crate::harness::refused;
use crate::log_mode::{line, report, value};

#[test]
fn common_and_combined_lines_of_every_shape_are_requests() {
    let lines = [
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 123"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 304 -"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 123 "http://example.org/?a=\"b\"" "tills/4.2 (x; y)""#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 123 "-" "-" 0.013 extra"#,
        r#"2001:db8::1 - ada [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 123"#,
        r#"till-7.example.org - ada lovelace [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 123"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET /say?\"hi\" HTTP/1.1" 200 123"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET /back\\" 200 123"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "-" 408 -"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "\x16\x03\x01" 400 226"#,
        r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "" 400 0"#,
        "192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET / HTTP/1.1\" 200 123\r",
        "192.0.2.1 - - [29/Feb/2024:23:59:59 -1130] \"GET / HTTP/1.1\" 200 123",
    ];
    for line in lines {
        let report = report(&[], line);
        assert_eq!((value(&report, "requests"), value(&report, "malformed lines")), ("1".into(), "0".into()), "{line}");
    }
}

#[test]
fn the_time_zone_of_a_line_is_honoured() {
    let log = r#"192.0.2.1 - - [17/May/2015:10:00:00 +0000] "GET / HTTP/1.1" 200 1
192.0.2.1 - - [17/May/2015:12:30:00 +0200] "GET / HTTP/1.1" 200 1
192.0.2.1 - - [17/May/2015:01:15:00 -0930] "GET / HTTP/1.1" 200 1
"#;
    let report = report(&["--limit", "1", "--period", "1h"], log);
    assert!(report.contains("2015-05-17 10:00:00 to 2015-05-17 10:45:00 UTC, 45m in all"), "{report}");
    assert_eq!(value(&report, "192.0.2.1"), "3 2 30m");
}

#[test]
fn other_lines_are_malformed_for_a_reason() {
    let lines: [(&[u8], &str); 14] = [
        (b"", "the line is empty"),
        (b"  \r", "the line is empty"),
        (b"hello", "no [time]"),
        (b" - - [17/May/2015:10:00:00 +0000] \"GET /\" 200 1", "no client"),
        (b"192.0.2.1 [17/May/2015:10:00:00 +0000] \"GET /\" 200 1", "no client, ident and user"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00 +0000", "no \"request\" after the time"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00] \"GET /\" 200 1", "the time is not like"),
        (b"192.0.2.1 - - [31/Feb/2015:10:00:00 +0000] \"GET /\" 200 1", "the time is not like"),
        (b"192.0.2.1 - - [17/May/1915:10:00:00 +0000] \"GET /\" 200 1", "the time is not like"),
        (b"192.0.2.1 - - [2015-05-17T10:00:00Z] \"GET /\" 200 1", "the time is not like"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET / 200 1", "no closing quote"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET /\"", "no status and size"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET /\" 2000 1", "no status and size"),
        (b"192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET /\" OK 1", "no status and size"),
    ];
    let good = line("192.0.2.9", "10:00:00", "GET / HTTP/1.1");
    for (bad, reason) in lines {
        let log = [good.as_bytes(), bad, b"\n", good.as_bytes(), b"also bad\n"].concat();
        let report = report(&[], log);
        let counts = (value(&report, "requests"), value(&report, "malformed lines"));
        assert_eq!(counts, ("2".into(), "2".into()), "{}", bad.escape_ascii());
        let told = value(&report, "The first malformed line is line 2:");
        assert!(told.contains(reason), "{}: {told}", bad.escape_ascii());
    }
}

#[test]
fn a_log_that_is_not_text_is_read_and_shown_without_harm() {
    let bad = [b"\x16\x03\xff\x1b[31m \xe2\x82 ".as_slice(), &b"x".repeat(5_000), b"\n"].concat();
    let odd = line("192.0.2.\x1b[31m", "10:00:00", "GET /\x07 HTTP/1.1").into_bytes();
    let raw = b"192.0.2.\xff - - [17/May/2015:10:00:00 +0000] \"GET /\xe9 HTTP/1.1\" 200 123\n".to_vec();
    let report = report(&["--key", "client-method-path"], [bad, odd, raw].concat());
    assert_eq!((value(&report, "requests"), value(&report, "malformed lines")), ("2".into(), "1".into()));
    assert!(report.contains(r"    \u{16}\u{3}�\u{1b}[31m"), "{report}");
    assert!(report.contains(r"192.0.2.\u{1b}[31m GET /\u{7}"), "{report}");
    assert!(!report.contains(['\x1b', '\x16', '\x07']), "{report}");
    assert!(report.lines().all(|line| line.chars().count() < 120), "{report}");
}

#[test]
fn a_file_of_another_format_is_an_error_that_shows_its_first_line() {
    let told = refused(&["-"], b"op,ticks,key,cost\nacquire,0,k,1\n", 1);
    assert!(told.contains("no line of standard input is in Common or Combined Log Format"), "{told}");
    assert!(told.contains("line 1: no [time]: op,ticks,key,cost"), "{told}");
}
