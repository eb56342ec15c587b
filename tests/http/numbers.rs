//! Counts and resets.

use std::time::Duration;

use proptest::prelude::*;
use tollgate::http::{Number, Reason, Reset, count};

use crate::fuzzed::rate_limit::run;

#[test]
fn a_count_is_a_whole_number_with_blanks_around_it() {
    assert_eq!(count(b"50"), Ok(50));
    assert_eq!(count(b" \t50 \t"), Ok(50));
    assert_eq!(count(b"007"), Ok(7));
    assert_eq!(count(b"-0"), Ok(0));
}

#[test]
fn numbers_saturate() {
    assert_eq!(count(b"18446744073709551615"), Ok(u64::MAX));
    assert_eq!(count(b"18446744073709551616"), Ok(u64::MAX));
    assert_eq!(count(&[b'9'; 500]), Ok(u64::MAX));
    assert_eq!(count(b"0000000000000000000000000000000000000000000000000000000000000001"), Ok(1));
    assert_eq!(Reset::parse(&[b'9'; 500]), Ok(Reset::At(Duration::from_millis(u64::MAX))));
}

#[test]
fn what_is_no_count_is_refused_with_a_reason() {
    assert_eq!(count(b""), Err(Reason::Empty));
    assert_eq!(count(b" \t "), Err(Reason::Empty));
    assert_eq!(count(b"-1"), Err(Reason::Negative));
    assert_eq!(count(b"50.5"), Err(Reason::NotWhole));
    for garbage in ["fifty", "+5", "5 0", "5,0", "0x32", "1e3", "50.", ".5", "-", "5-", "\u{663}", "50\n", "\0"] {
        assert_eq!(count(garbage.as_bytes()), Err(Reason::NotANumber), "{garbage:?}");
    }
    assert_eq!(count(&[0xff, 0x35]), Err(Reason::NotANumber));
}

#[test]
fn a_reset_below_10_to_9_is_seconds_from_now() {
    assert_eq!(Reset::parse(b"0"), Ok(Reset::After(Duration::ZERO)));
    assert_eq!(Reset::parse(b"30"), Ok(Reset::After(Duration::from_secs(30))));
    assert_eq!(Reset::parse(b"999999999"), Ok(Reset::After(Duration::from_secs(999_999_999))));
}

#[test]
fn a_reset_from_10_to_9_is_seconds_since_the_epoch() {
    assert_eq!(Reset::EPOCH_SECONDS_FROM, 1_000_000_000);
    assert_eq!(Reset::parse(b"1000000000"), Ok(Reset::At(Duration::from_secs(1_000_000_000))));
    assert_eq!(Reset::parse(b"1700649279"), Ok(Reset::At(Duration::from_secs(1_700_649_279))));
    assert_eq!(Reset::parse(b"999999999999"), Ok(Reset::At(Duration::from_secs(999_999_999_999))));
}

#[test]
fn a_reset_from_10_to_12_is_milliseconds_since_the_epoch() {
    assert_eq!(Reset::EPOCH_MILLIS_FROM, 1_000_000_000_000);
    assert_eq!(Reset::parse(b"1000000000000"), Ok(Reset::At(Duration::from_secs(1_000_000_000))));
    assert_eq!(Reset::parse(b"1700649279646"), Ok(Reset::At(Duration::from_millis(1_700_649_279_646))));
}

#[test]
fn a_reset_may_have_a_fraction() {
    assert_eq!(Reset::parse(b"1.5"), Ok(Reset::After(Duration::from_millis(1_500))));
    assert_eq!(Reset::parse(b"1700649279.646"), Ok(Reset::At(Duration::from_millis(1_700_649_279_646))));
    let half = Duration::from_millis(1_700_649_279_646) + Duration::from_micros(500);
    assert_eq!(Reset::parse(b"1700649279646.5"), Ok(Reset::At(half)));
    assert_eq!(Reset::parse(b"1700649279646.0000001"), Ok(Reset::At(Duration::new(1_700_649_279, 646_000_001))));
}

#[test]
fn what_is_no_reset_is_refused_with_a_reason() {
    assert_eq!(Reset::parse(b""), Err(Reason::Empty));
    assert_eq!(Reset::parse(b"-30"), Err(Reason::Negative));
    assert_eq!(Reset::parse(b"2023-11-22T10:34:39Z"), Err(Reason::NotANumber));
}

#[test]
fn a_number_is_written_as_it_came() {
    for number in ["0", "-0.50", "12.000", "00099999999999999999999999"] {
        assert_eq!(Number::parse(number.as_bytes()).unwrap().to_string(), number);
    }
}

proptest! {
    #[test]
    fn any_number_is_read_as_the_oracle_reads_it(text in "[ \t]{0,2}-?[0-9]{0,25}(\\.[0-9]{0,15})?[ \t]{0,2}") {
        run(text.as_bytes());
    }

    #[test]
    fn any_used_of_size_is_read_as_the_oracle_reads_it(text in "[ ]?-?[0-9]{0,22}[ ]?/?[ ]?[0-9]{0,22}(/|\\.)?[ ]?") {
        run(text.as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        run(&bytes);
    }

    #[test]
    fn a_longer_number_is_never_a_smaller_one(digits in "[1-9][0-9]{0,30}", one_more in 0..10_u8) {
        let longer = format!("{digits}{one_more}");
        prop_assert!(count(longer.as_bytes()).unwrap() >= count(digits.as_bytes()).unwrap());
    }
}
