//! Dates of a server whose clock and ours disagree.

use core::time::Duration;

use proptest::prelude::*;
use tollgate::client::{NoWait, ServerTime};
use tollgate::time::TickLength;

const NOON: Duration = Duration::from_secs(1_700_000_000);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis() -> ServerTime {
    ServerTime::new(TickLength::MILLISECOND)
}

#[test]
fn a_date_of_the_same_response_needs_no_clock() {
    let mut time = millis();
    time.read(Some(NOON), None);
    assert_eq!(time.until(NOON + seconds(21)), Ok(21_000_u32));
    assert_eq!(time.until(NOON + Duration::from_micros(1)), Ok(1_u32), "rounded up");
}

#[test]
fn a_date_of_the_same_response_goes_before_any_clock() {
    let mut time = millis();
    time.read(Some(NOON), Some(NOON + seconds(3_600)));
    assert_eq!(time.until(NOON + seconds(21)), Ok(21_000_u32));
}

#[test]
fn a_clock_wrong_by_years_will_do_once_a_date_was_seen_whichever_way_it_is_wrong() {
    for wall in [0, 700_000_000, 1_699_999_990, 1_700_000_010, 2_700_000_000].map(seconds) {
        let mut time = millis();
        time.read(Some(NOON), Some(wall));
        time.read(None, Some(wall + seconds(10)));
        assert_eq!(time.seconds(), Some(1_700_000_010));
        assert_eq!(time.until(NOON + seconds(30)), Ok(20_000_u32));
    }
}

#[test]
fn without_a_date_ever_the_clock_is_taken_as_it_is() {
    let mut time = millis();
    time.read(None, Some(NOON));
    assert_eq!(time.until(NOON + seconds(5)), Ok(5_000_u32));
}

#[test]
fn without_any_clock_a_date_is_ignored_and_so_is_one_that_is_over() {
    let mut time = millis();
    time.read(None, None);
    assert_eq!(time.until::<u32>(NOON), Err(NoWait::NoClock));
    time.read(Some(NOON), None);
    assert_eq!(time.until::<u32>(NOON), Err(NoWait::Over));
    assert_eq!(time.until::<u32>(Duration::ZERO), Err(NoWait::Over));
    time.read(None, None);
    assert_eq!(time.until::<u32>(NOON), Err(NoWait::NoClock), "an old `Date` is no clock");
}

#[test]
fn a_clock_that_was_set_is_believed_again_once_the_skew_is_forgotten() {
    let mut time = millis();
    time.read(Some(NOON), Some(seconds(0)));
    time.forget_skew(); // the device has learned the time from elsewhere
    time.read(None, Some(NOON + seconds(60)));
    assert_eq!(time.until(NOON + seconds(70)), Ok(10_000_u32));
}

#[test]
fn the_largest_times_are_as_many_ticks_as_the_word_counts() {
    let mut time = millis();
    time.read(Some(Duration::ZERO), Some(Duration::MAX));
    assert_eq!(time.until(Duration::MAX), Ok(u32::MAX));
    time.read(Some(Duration::MAX), Some(Duration::ZERO));
    time.read(None, Some(Duration::MAX));
    assert_eq!(time.until::<u64>(Duration::MAX), Err(NoWait::Over));
}

proptest! {
    /// The server's true clock runs on in milliseconds, its `Date` is cut to seconds, responses take their time, and the device's clock
    /// is wrong by anything.
    #[test]
    fn a_wait_is_never_too_short_and_too_long_by_a_second_and_the_way_at_most(
        answered in 1_000_000_000_000..2_000_000_000_000_u64,
        way in 0..30_000_u64,
        later in 0..100_000_000_u64,
        way_later in 0..30_000_u64,
        wall in 0..4_000_000_000_000_u64,
        target in 1..100_000_000_u64,
    ) {
        let mut time = millis();
        let milliseconds = Duration::from_millis;
        let date = seconds(answered / 1_000);
        time.read(Some(date), Some(milliseconds(wall)));

        let until = milliseconds(answered + way + target);
        let wait: u64 = time.until(until).unwrap();
        prop_assert!((target..=target + way + 1_000).contains(&wait), "{wait} for {target}");

        let seen = answered + way + later + way_later; // by the server's clock
        time.read(None, Some(milliseconds(wall + later + way_later)));
        let wait: u64 = time.until(milliseconds(seen + target)).unwrap();
        prop_assert!((target..=target + way + 1_000).contains(&wait), "{wait} for {target}");
    }
}
