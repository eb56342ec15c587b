//! `Retry-After`: RFC 9110, section 10.2.3, and what is seen beside it.

use std::time::Duration;

use proptest::prelude::*;
use tollgate::http::{HttpDate, Reason, RetryAfter};

use crate::fuzzed::retry_after::run;

fn after(value: &str) -> Result<Duration, Reason> {
    match RetryAfter::parse(value.as_bytes())? {
        RetryAfter::After(wait) => Ok(wait),
        RetryAfter::At(date) => panic!("{value} was read as the date {date}"),
    }
}

#[test]
fn whole_seconds() {
    assert_eq!(after("120"), Ok(Duration::from_secs(120)));
    assert_eq!(after("21"), Ok(Duration::from_secs(21)));
    assert_eq!(after("0"), Ok(Duration::ZERO));
    assert_eq!(after(" 120\t"), Ok(Duration::from_secs(120)));
}

#[test]
fn decimal_seconds_exact_to_the_nanosecond() {
    assert_eq!(after("2.0"), Ok(Duration::from_secs(2)));
    assert_eq!(after("0.1"), Ok(Duration::from_millis(100)));
    assert_eq!(after("1.000000001"), Ok(Duration::new(1, 1)));
    assert_eq!(after("1.999999999"), Ok(Duration::new(1, 999_999_999)));
    assert_eq!(after("1.123456789000"), Ok(Duration::new(1, 123_456_789)));
}

#[test]
fn decimal_seconds_beyond_the_nanosecond_are_rounded_up() {
    assert_eq!(after("0.0000000001"), Ok(Duration::from_nanos(1)));
    assert_eq!(after("1.9999999991"), Ok(Duration::from_secs(2)));
    assert_eq!(after("1.00000000000000000000000000000000001"), Ok(Duration::new(1, 1)));
}

#[test]
fn seconds_beyond_a_word_are_the_longest_wait() {
    assert_eq!(after("18446744073709551615"), Ok(Duration::from_secs(u64::MAX)));
    assert_eq!(after("18446744073709551616"), Ok(Duration::MAX));
    assert_eq!(after("18446744073709551615.9999999999"), Ok(Duration::MAX));
    assert_eq!(after(&"9".repeat(1_000)), Ok(Duration::MAX));
}

#[test]
fn large_seconds_are_not_taken_for_a_time_since_the_epoch() {
    assert_eq!(after("1700649279"), Ok(Duration::from_secs(1_700_649_279)));
}

#[test]
fn a_date_in_all_three_forms() {
    let date = Ok(RetryAfter::At(HttpDate::from_seconds(784_111_777)));
    assert_eq!(RetryAfter::parse(b"Sun, 06 Nov 1994 08:49:37 GMT"), date);
    assert_eq!(RetryAfter::parse(b"Sunday, 06-Nov-94 08:49:37 GMT"), date);
    assert_eq!(RetryAfter::parse(b"Sun Nov  6 08:49:37 1994"), date);
}

#[test]
fn the_wait_until_a_date_is_what_is_left_of_it() {
    let wait = RetryAfter::parse(b"Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
    assert_eq!(wait.wait(HttpDate::from_seconds(784_111_770)), Duration::from_secs(7));
    assert_eq!(wait.wait(HttpDate::from_seconds(784_111_777)), Duration::ZERO);
    assert_eq!(wait.wait(HttpDate::MAX), Duration::ZERO);
    assert_eq!(RetryAfter::After(Duration::from_secs(3)).wait(HttpDate::MAX), Duration::from_secs(3));
}

#[test]
fn garbage_is_refused_with_a_reason() {
    assert_eq!(after(""), Err(Reason::Empty));
    assert_eq!(after("-1"), Err(Reason::Negative));
    assert_eq!(after("-0.5"), Err(Reason::Negative));
    for garbage in ["soon", "+5", "5s", "5 seconds", "1,5", "2.", ".5", "1.2.3", "1e2", "0x10", "120, 60"] {
        assert_eq!(after(garbage), Err(Reason::NotAWait), "{garbage}");
    }
    assert_eq!(RetryAfter::parse(b"Wed, 30 Feb 1994 08:49:37 GMT"), Err(Reason::NoSuchDay));
    assert_eq!(RetryAfter::parse(b"Sun, 06 Nov 1994 24:00:00 GMT"), Err(Reason::NoSuchTime));
}

proptest! {
    #[test]
    fn any_number_is_read_as_the_oracle_reads_it(text in "[ \t]?-?[0-9]{0,25}(\\.[0-9]{0,15})?[ \t]?") {
        run(text.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        run(&bytes);
    }
}
