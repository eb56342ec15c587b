//! What is written, letter by letter.

use std::time::Duration;

use proptest::prelude::*;
use tollgate::http::structured::{Bytes, Text};
use tollgate::http::{Budget, Header, HttpDate, Listed, Policy, Prefix, RetryAfter, State, Trio, Value};
use tollgate::time::TickLength;

const MILLIS: TickLength = TickLength::MILLISECOND;

fn lines(trio: Trio, prefix: Prefix) -> Vec<String> {
    trio.headers(prefix).map(|header| header.to_string()).collect()
}

#[test]
fn a_wait_in_seconds_is_rounded_up() {
    let line = |ticks: u32| Header::new("Retry-After", Value::wait_seconds(ticks, MILLIS)).to_string();
    assert_eq!(line(21_000), "Retry-After: 21");
    assert_eq!(line(20_001), "Retry-After: 21");
    assert_eq!(line(1), "Retry-After: 1");
}

#[test]
fn a_wait_in_tenths_is_rounded_up() {
    let line = |ticks: u64| Header::new("Retry-After", Value::wait_tenths(ticks, MILLIS)).to_string();
    assert_eq!(line(2_000), "Retry-After: 2.0");
    assert_eq!(line(1_901), "Retry-After: 2.0");
    assert_eq!(line(1_900), "Retry-After: 1.9");
    assert_eq!(line(1), "Retry-After: 0.1");
}

#[test]
fn a_wait_told_on_a_denial_is_above_0() {
    assert_eq!(Value::wait_seconds(0_u32, MILLIS), Value::Count(1));
    assert_eq!(Value::wait_tenths(0_u32, MILLIS), Value::Tenths(1));
    let now = Duration::from_secs(784_111_776);
    assert_eq!(Value::wait_until(now, 0_u32, MILLIS), Value::Date(HttpDate::from_seconds(784_111_777)));
    assert_eq!(Value::epoch_seconds(now, 0_u32, MILLIS), Value::Count(784_111_777));
    assert_eq!(Value::epoch_millis(now, 0_u32, MILLIS), Value::Count(784_111_776_001));
}

#[test]
fn a_wait_until_a_date_is_rounded_up() {
    let now = Duration::from_millis(784_111_776_500);
    let line = |ticks: u32| Header::new("Retry-After", Value::wait_until(now, ticks, MILLIS)).to_string();
    assert_eq!(line(1), "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(line(500), "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT");
    assert_eq!(line(501), "Retry-After: Sun, 06 Nov 1994 08:49:38 GMT");
}

#[test]
fn a_name_keeps_its_spelling() {
    assert_eq!(Header::new("retry-after", Value::Count(21)).to_string(), "retry-after: 21");
}

#[test]
fn the_trio_under_either_prefix() {
    let trio = Trio::new(100, 50).reset(Value::wait_seconds(30_000_u32, MILLIS));
    assert_eq!(
        lines(trio, Prefix::XRateLimit),
        ["X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 50", "X-RateLimit-Reset: 30"]
    );
    let dashed = ["X-Rate-Limit-Limit: 100", "X-Rate-Limit-Remaining: 50", "X-Rate-Limit-Reset: 30"];
    assert_eq!(lines(trio, Prefix::XRateDashLimit), dashed);
    assert_eq!(
        lines(trio, Prefix::RateLimit),
        ["RateLimit-Limit: 100", "RateLimit-Remaining: 50", "RateLimit-Reset: 30"]
    );
    assert_eq!(lines(Trio::new(100, 50), Prefix::XRateLimit).len(), 2);
}

#[test]
fn a_reset_as_epoch_seconds_and_milliseconds() {
    let now = Duration::from_millis(1_700_649_279_646);
    assert_eq!(Value::epoch_seconds(now, 30_000_u32, MILLIS).to_string(), "1700649310");
    assert_eq!(Value::epoch_millis(now, 30_000_u32, MILLIS).to_string(), "1700649309646");
}

#[test]
fn used_and_size() {
    let header = Header::new("X-Haravan-Api-Call-Limit", Value::UsedOf { used: 80, size: 80 });
    assert_eq!(header.to_string(), "X-Haravan-Api-Call-Limit: 80/80");
}

#[test]
fn the_limit_list_of_draft_03() {
    let policies =
        [Policy::unnamed(100), Policy::unnamed(100).per_seconds(60), Policy::unnamed(1_000).per_seconds(3_600)];
    let line = Header::new("RateLimit-Limit", Listed(&policies)).to_string();
    assert_eq!(line, "RateLimit-Limit: 100, 100;w=60, 1000;w=3600");
}

#[test]
fn budget_and_policy_of_draft_07() {
    let budget = Budget { limit: Some(100), remaining: Some(50), reset: Some(30) };
    let line = Header::new("RateLimit", Value::Budget(budget)).to_string();
    assert_eq!(line, "RateLimit: limit=100, remaining=50, reset=30");
    let line = Header::new("RateLimit-Policy", Policy::unnamed(100).per_seconds(60)).to_string();
    assert_eq!(line, "RateLimit-Policy: 100;w=60");
}

#[test]
fn policies_and_states_of_draft_10() {
    let burst = Policy::named(Text::new("burst"), 100).per_seconds(60);
    let bytes = Policy::named(Text::new("bytes"), 65_535).in_units(Text::new("content-bytes"));
    let line = Header::new("RateLimit-Policy", Listed(&[burst, bytes.of_partition(Bytes::new(b"tenant"))])).to_string();
    assert_eq!(line, r#"RateLimit-Policy: "burst";q=100;w=60, "bytes";q=65535;qu="content-bytes";pk=:dGVuYW50:"#);

    let state = State::new(Text::new("default"), 50).after_seconds(30);
    let other = State::new(Text::new("bytes"), 0).of_partition(Bytes::new(b"tenant"));
    let line = Header::new("RateLimit", Listed(&[state, other])).to_string();
    assert_eq!(line, r#"RateLimit: "default";r=50;t=30, "bytes";r=0;pk=:dGVuYW50:"#);
}

#[test]
fn strings_are_escaped() {
    let state = State::new(Text::new(r#"a "b" \c"#), 1);
    assert_eq!(state.to_string(), r#""a \"b\" \\c";r=1"#);
}

#[test]
fn no_number_of_a_structured_field_has_more_than_15_digits() {
    let most = "999999999999999";
    assert_eq!(Policy::unnamed(u64::MAX).per_seconds(u64::MAX).to_string(), format!("{most};w={most}"));
    let state = State::new(Text::new("a"), u64::MAX).after_seconds(u64::MAX);
    assert_eq!(state.to_string(), format!("\"a\";r={most};t={most}"));
    assert_eq!(Budget { limit: Some(u64::MAX), ..Budget::default() }.to_string(), format!("limit={most}"));
}

proptest! {
    #[test]
    fn a_wait_that_is_written_and_read_is_no_shorter_and_less_than_a_unit_longer(
        ticks in 1..=u32::MAX, hz in 1..=u32::MAX, now in 0..4_000_000_000_000_u64,
    ) {
        let length = TickLength::of_hz(hz);
        let wait = length.duration(ticks);
        let read = |value: Value| RetryAfter::parse(value.to_string().as_bytes()).unwrap();
        let longer = |end: Duration, start: Duration, unit| {
            let told = end.checked_sub(start).and_then(|told| told.checked_sub(wait));
            told.is_some_and(|longer| longer < unit)
        };

        let RetryAfter::After(told) = read(Value::wait_seconds(ticks, length)) else { panic!() };
        prop_assert!(longer(told, Duration::ZERO, Duration::from_secs(1)));
        let RetryAfter::After(told) = read(Value::wait_tenths(ticks, length)) else { panic!() };
        prop_assert!(longer(told, Duration::ZERO, Duration::from_millis(100)));
        let now = Duration::from_millis(now);
        let RetryAfter::At(date) = read(Value::wait_until(now, ticks, length)) else { panic!() };
        prop_assert!(longer(date.since_epoch(), now, Duration::from_secs(1)));

        let Value::Count(seconds) = Value::epoch_seconds(now, ticks, length) else { panic!() };
        prop_assert!(longer(Duration::from_secs(seconds), now, Duration::from_secs(1)));
        let Value::Count(millis) = Value::epoch_millis(now, ticks, length) else { panic!() };
        prop_assert!(longer(Duration::from_millis(millis), now, Duration::from_millis(1)));
    }

    #[test]
    fn no_ticks_and_no_clock_make_a_writer_panic(ticks: u64, hz in 1..=u32::MAX, seconds: u64, nanos in 0..1_000_000_000_u32) {
        let (length, now) = (TickLength::of_hz(hz), Duration::new(seconds, nanos));
        let values = [
            Value::wait_seconds(ticks, length),
            Value::wait_tenths(ticks, length),
            Value::wait_until(now, ticks, length),
            Value::epoch_seconds(now, ticks, length),
            Value::epoch_millis(now, ticks, length),
        ];
        for value in values {
            prop_assert!(!value.to_string().is_empty());
        }
    }
}
