//! Dates of RFC 9110, section 5.6.7, against the calendars of jiff and httpdate.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use tollgate::http::{HttpDate, Reason, Timestamp};

use crate::oracle;

const EXAMPLE: HttpDate = HttpDate::from_seconds(784_111_777);

fn parse(text: &str) -> Result<HttpDate, Reason> {
    HttpDate::parse(text.as_bytes())
}

fn parse_at(text: &str, now: &str) -> Result<String, Reason> {
    HttpDate::parse_at(text.as_bytes(), parse(now).unwrap()).map(|date| date.to_string())
}

#[test]
fn imf_fixdate_is_read() {
    assert_eq!(parse("Sun, 06 Nov 1994 08:49:37 GMT"), Ok(EXAMPLE));
}

#[test]
fn rfc_850_dates_are_read() {
    assert_eq!(parse("Sunday, 06-Nov-94 08:49:37 GMT"), Ok(EXAMPLE));
}

#[test]
fn asctime_dates_are_read() {
    assert_eq!(parse("Sun Nov  6 08:49:37 1994"), Ok(EXAMPLE));
    assert_eq!(parse("Sun Nov 06 08:49:37 1994"), Ok(EXAMPLE));
    assert_eq!(parse("Wed Nov 16 08:49:37 1994"), Ok(HttpDate::from_seconds(784_975_777)));
}

#[test]
fn names_are_read_in_any_case_and_blanks_around_are_not_read() {
    assert_eq!(parse(" SUN, 06 nov 1994 08:49:37 gmt\t"), Ok(EXAMPLE));
    assert_eq!(parse("sunday, 06-NOV-94 08:49:37 GMT"), Ok(EXAMPLE));
}

#[test]
fn a_year_of_two_digits_more_than_50_years_ahead_is_in_the_past() {
    let now = "Sun, 06 Nov 2022 08:49:37 GMT";
    assert_eq!(parse_at("Friday, 06-Nov-72 08:49:37 GMT", now), Err(Reason::WrongWeekday));
    assert_eq!(parse_at("Sunday, 06-Nov-72 08:49:37 GMT", now).unwrap(), "Sun, 06 Nov 2072 08:49:37 GMT");
    // A second more.
    assert_eq!(parse_at("Monday, 06-Nov-72 08:49:38 GMT", now).unwrap(), "Mon, 06 Nov 1972 08:49:38 GMT");
    assert_eq!(parse_at("Monday, 01-Jan-73 00:00:00 GMT", now).unwrap(), "Mon, 01 Jan 1973 00:00:00 GMT");
    assert_eq!(parse_at("Sunday, 06-Nov-22 08:50:37 GMT", now).unwrap(), "Sun, 06 Nov 2022 08:50:37 GMT");
}

#[test]
fn a_year_of_two_digits_may_be_in_the_next_century() {
    let now = "Thu, 31 Dec 2099 23:59:59 GMT";
    assert_eq!(parse_at("Friday, 01-Jan-00 00:00:10 GMT", now).unwrap(), "Fri, 01 Jan 2100 00:00:10 GMT");
}

#[test]
fn a_year_of_two_digits_is_never_beyond_the_last_year() {
    let last = HttpDate::MAX.to_string();
    assert_eq!(last, "Fri, 31 Dec 9999 23:59:59 GMT");
    assert_eq!(parse_at("Friday, 31-Dec-99 23:59:59 GMT", &last), Ok(last.clone()));
    assert_eq!(parse_at("Wednesday, 01-Jan-19 00:00:00 GMT", &last).unwrap(), "Wed, 01 Jan 9919 00:00:00 GMT");
}

#[test]
fn without_a_time_years_of_two_digits_are_from_1976_to_2075() {
    assert_eq!(parse("Friday, 31-Dec-76 00:00:00 GMT").unwrap().to_string(), "Fri, 31 Dec 1976 00:00:00 GMT");
    assert_eq!(parse("Wednesday, 01-Jan-76 00:00:00 GMT").unwrap().to_string(), "Wed, 01 Jan 2076 00:00:00 GMT");
    assert_eq!(parse("Tuesday, 31-Dec-75 00:00:00 GMT").unwrap().to_string(), "Tue, 31 Dec 2075 00:00:00 GMT");
    assert_eq!(parse("Saturday, 01-Jan-77 00:00:00 GMT").unwrap().to_string(), "Sat, 01 Jan 1977 00:00:00 GMT");
}

#[test]
fn a_leap_second_is_the_first_of_the_next_day() {
    let next = parse("Sun, 01 Jan 2017 00:00:00 GMT");
    assert_eq!(parse("Sat, 31 Dec 2016 23:59:60 GMT"), next);
    assert_eq!(parse("Saturday, 31-Dec-16 23:59:60 GMT"), next);
    assert_eq!(parse("Sat Dec 31 23:59:60 2016"), next);
    assert_eq!(parse("Sat, 31 Dec 2016 23:58:60 GMT"), Err(Reason::NoSuchTime));
    assert_eq!(parse("Sat, 31 Dec 2016 22:59:60 GMT"), Err(Reason::NoSuchTime));
    assert_eq!(parse("Fri, 31 Dec 9999 23:59:60 GMT"), Ok(HttpDate::MAX));
}

#[test]
fn a_day_that_its_month_does_not_have_is_refused() {
    for date in [
        "Wed, 30 Feb 1994",
        "Sun, 00 Nov 1994",
        "Thu, 31 Apr 2026",
        "Sun, 29 Feb 2026",
        "Thu, 29 Feb 2100",
        "Sun, 32 Dec 2000",
    ] {
        assert_eq!(parse(&format!("{date} 08:49:37 GMT")), Err(Reason::NoSuchDay), "{date}");
    }
    assert!(parse("Thu, 29 Feb 2024 08:49:37 GMT").is_ok());
    assert!(parse("Tue, 29 Feb 2000 08:49:37 GMT").is_ok());
}

#[test]
fn a_time_that_no_day_has_is_refused() {
    for time in ["24:00:00", "08:60:00", "08:49:61", "08:49:60", "99:99:99"] {
        assert_eq!(parse(&format!("Sun, 06 Nov 1994 {time} GMT")), Err(Reason::NoSuchTime), "{time}");
    }
}

#[test]
fn the_weekday_of_another_date_is_refused() {
    assert_eq!(parse("Mon, 06 Nov 1994 08:49:37 GMT"), Err(Reason::WrongWeekday));
    assert_eq!(parse("Monday, 06-Nov-94 08:49:37 GMT"), Err(Reason::WrongWeekday));
    assert_eq!(parse("Mon Nov  6 08:49:37 1994"), Err(Reason::WrongWeekday));
}

#[test]
fn a_date_before_1970_is_refused() {
    assert_eq!(parse("Wed, 31 Dec 1969 23:59:59 GMT"), Err(Reason::BeforeEpoch));
    assert_eq!(parse("Sat, 01 Jan 0000 00:00:00 GMT"), Err(Reason::BeforeEpoch));
    assert_eq!(parse("Thu, 01 Jan 1970 00:00:00 GMT"), Ok(HttpDate::EPOCH));
}

#[test]
fn what_has_none_of_the_three_forms_is_refused() {
    assert_eq!(parse(" "), Err(Reason::Empty));
    for garbage in [
        "soon",
        "Sun",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 06 Nov 1994 08:49:37 GMT GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 November 1994 08:49:37 GMT",
        "Sun, 06 Nvo 1994 08:49:37 GMT",
        "Sun,  06 Nov 1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  06 08:49:37 1994",
        "Sun Nov  6 08:49:37 1994 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    ] {
        assert_eq!(parse(garbage), Err(Reason::NotADate), "{garbage}");
    }
}

/// A day later is a day later, for as many days as there are.
fn days_agree(first: jiff::civil::Date, days: u64) {
    let mut day = first;
    let before = oracle::dates::seconds(first);
    for days in 0..days {
        let date = HttpDate::from_seconds(before + days * 86_400 + 86_399);
        let expected = day.strftime("%a, %d %b %Y 23:59:59 GMT").to_string();
        assert_eq!(date.to_string(), expected);
        assert_eq!(parse(&expected), Ok(date));
        day = day.tomorrow().unwrap_or(day);
    }
}

#[test]
fn every_day_of_400_years_is_that_of_the_calendar_of_others() {
    days_agree(jiff::civil::date(1970, 1, 1), 146_097); // the calendar repeats itself after that
}

#[test]
fn every_day_of_the_last_two_years_is_that_of_the_calendar_of_others() {
    days_agree(jiff::civil::date(9998, 1, 1), 730);
}

#[test]
fn times_beyond_the_year_9999_are_its_last_second() {
    assert_eq!(HttpDate::from_seconds(u64::MAX), HttpDate::MAX);
    assert_eq!(HttpDate::not_before(Duration::MAX), HttpDate::MAX);
    assert_eq!(Timestamp::from_millis(u64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MAX.to_string(), "9999-12-31T23:59:59.999Z");
}

#[test]
fn the_first_second_not_before_a_time_is_rounded_up() {
    assert_eq!(HttpDate::not_before(Duration::from_secs(7)).seconds(), 7);
    assert_eq!(HttpDate::not_before(Duration::new(7, 1)).seconds(), 8);
}

#[test]
fn time_between_dates_is_never_below_0() {
    let later = HttpDate::from_seconds(EXAMPLE.seconds() + 5);
    assert_eq!((later.since(EXAMPLE), EXAMPLE.since(later)), (Duration::from_secs(5), Duration::ZERO));
    assert_eq!(EXAMPLE.since_epoch(), Duration::from_secs(784_111_777));
}

#[test]
fn a_timestamp_is_written_with_milliseconds() {
    assert_eq!(Timestamp::from_millis(1_700_649_279_646).to_string(), "2023-11-22T10:34:39.646Z");
    assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
    assert_eq!(Timestamp::from_millis(1_700_649_279_007).to_string(), "2023-11-22T10:34:39.007Z");
}

/// Any second of the calendar, and many close to the turns of years and months.
fn seconds() -> impl Strategy<Value = u64> {
    let any = 0..=HttpDate::MAX.seconds();
    let turns = (1970..=9999_i16, 1..=12_i8, 0..200_000_u64).prop_map(|(year, month, seconds)| {
        let first = oracle::dates::seconds(jiff::civil::date(year, month, 1));
        (first + seconds).saturating_sub(100_000).min(HttpDate::MAX.seconds())
    });
    prop_oneof![any, turns]
}

/// Texts that are dates, or nearly so.
fn nearly_dates() -> impl Strategy<Value = String> {
    let date = (seconds(), prop::sample::select(vec!["%a, %d %b %Y %T GMT", "%A, %d-%b-%y %T GMT", "%a %b %e %T %Y"]));
    let written = date.prop_map(|(seconds, form)| oracle::dates::civil(seconds).strftime(form).to_string()).boxed();
    let bent =
        (written.clone(), any::<prop::sample::Index>(), "[ -:0-9A-Za-z,]{0,2}").prop_map(|(mut text, at, patch)| {
            let at = at.index(text.len());
            text.replace_range(at..(at + patch.len()).min(text.len()), &patch);
            text
        });
    prop_oneof![written, bent]
}

proptest! {
    #[test]
    fn dates_are_written_as_others_write_them(seconds in seconds()) {
        let date = HttpDate::from_seconds(seconds);
        prop_assert_eq!(date.to_string(), oracle::dates::civil(seconds).strftime("%a, %d %b %Y %T GMT").to_string());
        prop_assert_eq!(date.to_string(), httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds)));
    }

    #[test]
    fn dates_in_all_forms_are_read_as_others_read_them(text in nearly_dates(), now in seconds()) {
        let read = HttpDate::parse_at(text.as_bytes(), HttpDate::from_seconds(now));
        prop_assert_eq!(read.ok().map(|date| date.seconds()), oracle::dates::parse(text.as_bytes(), now), "{:?}", text);
    }

    #[test]
    fn what_is_read_with_a_whole_year_httpdate_reads_alike(text in nearly_dates()) {
        // It knows neither leap seconds nor the rule of 50 years, and reads names as they must be spelled.
        prop_assume!(!text.contains('-') && !text.contains(":60"));
        if let (Ok(date), Ok(other)) = (parse(&text), httpdate::parse_http_date(&text)) {
            prop_assert_eq!(UNIX_EPOCH + date.since_epoch(), other);
        }
    }

    #[test]
    fn timestamps_are_written_as_others_write_them(millis in 0..=Timestamp::MAX.millis()) {
        let second = oracle::dates::civil(millis / 1_000).strftime("%Y-%m-%dT%H:%M:%S");
        let expected = format!("{second}.{:03}Z", millis % 1_000);
        prop_assert_eq!(Timestamp::from_millis(millis).to_string(), expected);
    }
}
