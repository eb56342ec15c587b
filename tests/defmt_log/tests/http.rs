//! What the types of `http` say in a log.

use tollgate::http::structured::{Dictionary, List};
use tollgate::http::{Header, HttpDate, Listed, Policy, Prefix, Report, Reset, RetryAfter, Trio, Value};
use tollgate_defmt_log::line;

#[test]
fn a_header_says_its_line() {
    assert_eq!(line(&Header::new("X-RateLimit-Limit", Value::Count(500))), "X-RateLimit-Limit: 500");
    assert_eq!(line(&Header::new("Retry-After", Value::Tenths(20))), "Retry-After: 2.0");
    assert_eq!(
        line(&Header::new("X-Haravan-Api-Call-Limit", Value::UsedOf { used: 32, size: 80 })),
        "X-Haravan-Api-Call-Limit: 32/80"
    );
    let date = HttpDate::from_seconds(784_111_777);
    assert_eq!(line(&Header::new("Retry-After", Value::Date(date))), "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(line(&Listed(&[Policy::unnamed(100).per_seconds(60)])), "[100;w=60]");
    assert_eq!(line(&Trio::new(100, 50)), "RateLimit-Limit: 100 RateLimit-Remaining: 50 ");
    assert_eq!(line(&Prefix::XRateLimit), "X-RateLimit-Limit and its like");
}

#[test]
fn a_wait_and_a_reset_say_how_long_or_until_when() {
    assert_eq!(line(&RetryAfter::parse(b"2.5").unwrap()), "in 2500 ms");
    assert_eq!(line(&Reset::parse(b"30").unwrap()), "in 30000 ms");
    assert_eq!(line(&Reset::parse(b"1700649279646").unwrap()), "at 2023-11-22T10:34:39.646Z");
    assert_eq!(line(&RetryAfter::parse(b"Sun Nov  6 08:49:37 1994").unwrap()), "at Sun, 06 Nov 1994 08:49:37 GMT");
}

#[test]
fn a_report_says_its_windows_and_what_was_ignored() {
    let head: [(&[u8], &[u8]); 4] = [
        (b"RateLimit-Policy", br#""burst";q=100;w=60"#),
        (b"RateLimit", br#""burst";r=50;t=30"#),
        (b"X-RateLimit-tokenLimit", b"16"),
        (b"Retry-After", b""),
    ];
    let windows =
        "burst: Some(50) of Some(100) per 60000 ms, as new in 30000 ms; tokenLimit: None of Some(16), refuses";
    assert_eq!(
        line(&Report::read(head)),
        format!("retry after: None; {windows}; Retry-After ignored: there is no value")
    );
}

#[test]
fn a_structured_field_says_what_is_in_it() {
    let list = List::parse(br#""a\"";q=1.5;b=:aGk=:, (x y);z, tok, ?0, @5, %"c""#).unwrap();
    assert_eq!(line(&list), r#""a\"";q=1.5;b=:aGk=:, ();z=?1, "tok", ?0, @5, %"c", "#);
    assert_eq!(line(&Dictionary::parse(b"limit=5;x=1").unwrap()), "limit=5;x=1, ");
}
