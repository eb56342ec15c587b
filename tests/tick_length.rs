//! Lengths of ticks against wide integers: every conversion is rounded up once, and exact but for that.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, missing_docs)]

use std::time::Duration;

use proptest::prelude::*;
use tollgate::time::TickLength;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Lengths, and how many ticks are how many nanoseconds.
fn lengths() -> impl Strategy<Value = (TickLength, u128, u128)> {
    prop_oneof![
        Just((TickLength::NANOSECOND, 1, 1)),
        Just((TickLength::MICROSECOND, 1, 1_000)),
        Just((TickLength::MILLISECOND, 1, 1_000_000)),
        (1..=u32::MAX).prop_map(|hz| (TickLength::of_hz(hz), hz.into(), NANOS_PER_SECOND)),
        prop::sample::select(vec![1, 10, 32_768, 48_000_000, u32::MAX]).prop_map(|hz| (
            TickLength::of_hz(hz),
            hz.into(),
            NANOS_PER_SECOND
        )),
    ]
}

/// Small ones, and ones near the end of either word.
fn words() -> impl Strategy<Value = u64> {
    prop_oneof![0..10_000_u64, any::<u32>().prop_map(u64::from), any::<u64>(), u64::MAX - 10..=u64::MAX]
}

fn times() -> impl Strategy<Value = Duration> {
    let seconds = prop_oneof![0..10_u64, any::<u32>().prop_map(u64::from), any::<u64>()];
    (seconds, 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| Duration::new(seconds, nanos))
}

proptest! {
    #[test]
    fn ticks_of_a_time_are_the_fewest_that_last_as_long((length, ticks, nanos) in lengths(), time in times()) {
        let expected = (time.as_nanos() * ticks).div_ceil(nanos);
        prop_assert_eq!(u128::from(length.ticks::<u64>(time)), expected.min(u64::MAX.into()));
        prop_assert_eq!(u128::from(length.ticks::<u32>(time)), expected.min(u32::MAX.into()));
    }

    #[test]
    fn duration_seconds_and_tenths_of_ticks_are_rounded_up((length, ticks, nanos) in lengths(), word in words()) {
        let lasting = u128::from(word) * nanos;
        prop_assert_eq!(length.duration(word).as_nanos(), lasting.div_ceil(ticks));
        prop_assert_eq!(u128::from(length.seconds(word)), lasting.div_ceil(ticks * NANOS_PER_SECOND));
        let tenths = lasting.div_ceil(ticks * NANOS_PER_SECOND / 10);
        prop_assert_eq!(u128::from(length.tenths(word)), tenths.min(u64::MAX.into()));

        let narrow = word as u32;
        prop_assert_eq!(length.duration(narrow), length.duration(u64::from(narrow)));
        prop_assert_eq!(length.seconds(narrow), length.seconds(u64::from(narrow)));
        prop_assert_eq!(length.tenths(narrow), length.tenths(u64::from(narrow)));
    }

    #[test]
    fn a_wait_that_is_written_and_read_is_not_shorter((length, ..) in lengths(), word in words()) {
        prop_assume!(length.duration(word) < Duration::from_secs(1 << 40));
        prop_assert!(length.ticks::<u64>(Duration::from_secs(length.seconds(word))) >= word);
        prop_assert!(length.ticks::<u64>(length.duration(word)) >= word);
    }
}

#[test]
fn the_longest_wait_of_a_clock_in_milliseconds_is_not_cut_short() {
    assert_eq!(TickLength::MILLISECOND.seconds(u64::MAX), u64::MAX.div_ceil(1_000));
    assert_eq!(TickLength::MILLISECOND.duration(u64::MAX), Duration::from_millis(u64::MAX));
    assert_eq!(TickLength::of_hz(1).tenths(u64::MAX), u64::MAX);
}

#[test]
fn a_clock_of_0_hz_is_refused_with_what_would_be_accepted() {
    let error = TickLength::try_of_hz(0).unwrap_err();
    assert_eq!(error.to_string(), "a clock of 0 Hz never gets on: give at least 1");
}

#[test]
fn ticks_that_are_as_long_are_equal_however_that_was_said() {
    let same = [
        (1_000, TickLength::MILLISECOND),
        (1_000_000, TickLength::MICROSECOND),
        (1_000_000_000, TickLength::NANOSECOND),
    ];
    for (hz, length) in same {
        assert_eq!((TickLength::of_hz(hz), TickLength::of_hz(hz).ratio()), (length, (1_000_000_000, hz.into())));
    }
}
