//! Usage watch: when it warns, how often, and what it says is left.

use proptest::prelude::*;
use tollgate::client::{Trend, UsageWatch};
use tollgate::time::Ticks;

use super::clock::{Clock, Move, moves, start};

#[test]
fn it_warns_at_strictly_less_than_ten_percent_and_not_at_ten() {
    for (limit, remaining, warns) in [
        (500, 51, false),
        (500, 50, false),
        (500, 49, true),
        (100, 10, false),
        (100, 9, true),
        (16, 2, false),
        (16, 1, true),
        (5, 1, false),
        (5, 0, true),
        (0, 0, false),
        (u64::MAX, u64::MAX / 10 + 1, false),
        (u64::MAX, u64::MAX / 10, true), // 10 of it are 5 less
        (10, u64::MAX, false),
    ] {
        let mut watch = UsageWatch::<u32>::new(10);
        assert_eq!(watch.observe(0, limit, remaining).is_some(), warns, "{remaining} of {limit}");
        assert_eq!(watch.is_below(), warns);
    }
}

#[test]
fn other_shares_are_as_strict() {
    for percent in 1..=100 {
        let warns = |remaining| UsageWatch::<u32>::new(percent).observe(0, 300, remaining).is_some();
        let exactly = 3 * u64::from(percent);
        assert!(warns(exactly - 1) && !warns(exactly) && !warns(exactly + 1));
    }
}

#[test]
fn it_warns_once_and_again_only_after_enough_remained_in_between() {
    let mut watch = UsageWatch::<u32>::new(10);
    let warned: Vec<u64> = [60, 51, 50, 49, 48, 20, 0, 0, 49, 50, 49, 500, 49]
        .into_iter()
        .filter(|&remaining| watch.observe(0, 500, remaining).is_some())
        .collect();
    assert_eq!(warned, [49, 49, 49]);
    assert_eq!((watch.observations(), watch.warnings()), (13, 3));
}

#[test]
fn it_counts_the_429s() {
    let mut watch = UsageWatch::<u32>::new(10);
    for hits in 0..5 {
        assert_eq!(watch.hits(), hits);
        watch.hit();
    }
}

#[test]
fn the_trend_is_that_of_the_last_eight_observations() {
    let mut watch = UsageWatch::<u32>::new(10);
    assert_eq!((watch.trend(), watch.exhausted_in(0)), (None, None));
    let _ = watch.observe(0, 1_000, 900);
    assert_eq!(watch.trend(), None); // one is no trend
    for nth in 1..=7 {
        let _ = watch.observe(nth * 10, 1_000, 900 - 50 * u64::from(nth)); // 5 a tick
    }
    assert_eq!(watch.trend().map(|Trend { used, over, .. }| (used, over)), Some((350, 70)));
    for nth in 1..=7 {
        let _ = watch.observe(70 + nth * 10, 1_000, 550 - u64::from(nth)); // slower: 1 in 10 ticks
    }
    assert_eq!(watch.trend().map(|Trend { used, over, .. }| (used, over)), Some((7, 70)));
    assert_eq!(watch.exhausted_in(140), Some(5_430));
    assert_eq!(watch.exhausted_in(1_140), Some(4_430)); // as time goes by
    assert_eq!(watch.exhausted_in(10_000), Some(0));
}

#[test]
fn the_trend_begins_anew_when_the_quota_comes_back_or_changes() {
    for (limit, remaining) in [(500, 500), (400, 90)] {
        let mut watch = UsageWatch::<u32>::new(10);
        let _ = watch.observe(0, 500, 200);
        let _ = watch.observe(10, 500, 100);
        assert!(watch.trend().is_some());
        let _ = watch.observe(20, limit, remaining);
        assert_eq!(watch.trend(), None);
        let _ = watch.observe(30, limit, remaining - 1);
        assert_eq!(watch.trend().map(|trend| (trend.used, trend.over)), Some((1, 10)));
    }
}

#[test]
fn what_is_not_used_has_no_end() {
    let mut watch = UsageWatch::<u32>::new(10);
    for now in 0..20 {
        let _ = watch.observe(now, 500, 100);
    }
    assert_eq!((watch.trend(), watch.exhausted_in(20)), (None, None));
}

#[test]
fn what_was_used_in_no_time_at_all_tells_no_pace() {
    let mut watch = UsageWatch::<u32>::new(10);
    let _ = watch.observe(7, 500, 500);
    let _ = watch.observe(7, 500, 499); // as on a clock of seconds
    assert_eq!((watch.trend(), watch.exhausted_in(7)), (None, None));
    let _ = watch.observe(8, 500, 498);
    assert_eq!(watch.exhausted_in(8), Some(249));
}

#[test]
fn the_time_told_is_rounded_down() {
    let mut watch = UsageWatch::<u32>::new(10);
    let _ = watch.observe(0, 500, 100);
    let _ = watch.observe(10, 500, 93); // 93 at 7 in 10 ticks: 132.86
    assert_eq!(watch.exhausted_in(10), Some(132));
}

#[test]
fn a_time_that_no_word_holds_is_the_most_it_holds() {
    let mut watch = UsageWatch::<u32>::new(10);
    let _ = watch.observe(0, u64::MAX, u64::MAX);
    let _ = watch.observe(1_000, u64::MAX, u64::MAX - 1);
    assert_eq!(watch.exhausted_in(1_000), Some(u32::MAX));
}

#[test]
fn a_share_that_is_none_is_refused_with_the_value_and_what_would_be_accepted() {
    let told = |percent| UsageWatch::<u32>::try_new(percent).unwrap_err().to_string();
    assert_eq!(told(0), "percent = 0 never warns: give 1 to 100");
    assert_eq!(told(101), "percent = 101 is more than there is: give 1 to 100");
    assert!(UsageWatch::<u64>::try_new(100).is_ok());
}

#[derive(Clone, Copy, Debug)]
enum Op {
    /// The limit, and of a thousand, how many remain.
    Observe(u64, u64),
    /// So many fewer remain than before.
    Use(u64),
    Go(Move),
}

fn op() -> impl Strategy<Value = Op> {
    let limit = prop_oneof![4 => Just(500_u64), 1 => 0..3_000_u64, 1 => any::<u64>()];
    prop_oneof![
        1 => (limit, 0..1_100_u64).prop_map(|(limit, share)| Op::Observe(limit, share)),
        5 => (0..40_u64).prop_map(Op::Use),
        4 => moves().prop_map(Op::Go),
    ]
}

fn agrees<T: Ticks>(percent: u8, start: u64, ops: &[Op]) {
    let mut watch = UsageWatch::<T>::new(percent);
    let mut clock = Clock::<T>::starting_at(start);
    let (mut limit, mut remaining) = (500_u64, 500_u64);
    // All that was seen: when, the limit, what remained.
    let mut seen: Vec<(u128, u64, u64)> = Vec::new();
    let mut origin = None;
    for &op in ops {
        match op {
            Op::Go(by) => {
                clock.go(by);
                watch.exhausted_in(clock.now); // what is not looked at is not seen to pass
                continue;
            }
            Op::Observe(of, share) => {
                limit = of;
                remaining = u64::try_from(u128::from(of) * u128::from(share) / 1_000).unwrap_or(u64::MAX);
            }
            Op::Use(units) => remaining = remaining.saturating_sub(units),
        }
        let since = *origin.get_or_insert(clock.progress);
        let now = clock.progress - since;
        let below = |&(_, limit, remaining): &(u128, u64, u64)| {
            u128::from(remaining) * 100 < u128::from(limit) * u128::from(percent)
        };
        let was_below = seen.last().is_some_and(below);
        seen.push((now, limit, remaining));
        let warning = watch.observe(clock.now, limit, remaining);
        assert_eq!(warning.is_some(), below(seen.last().unwrap()) && !was_below);

        // Back to where more remained, or another limit was, and no more than eight.
        let mut from = seen.len() - 1;
        while from > 0 && seen.len() - from < 8 && seen[from - 1].1 == limit && seen[from - 1].2 >= seen[from].2 {
            from -= 1;
        }
        let (used, over) = (seen[from].2 - remaining, now - seen[from].0);
        let told = watch.exhausted_in(clock.now).map(|ticks| u128::from(ticks.into()));
        assert_eq!(told.is_some(), used > 0 && over > 0);
        if let Some(told) = told {
            let exact_times_used = u128::from(remaining) * over;
            assert!(told * u128::from(used) <= exact_times_used, "too long");
            let is_capped = told == u128::from(T::MAX.into());
            assert!(is_capped || (told + 1) * u128::from(used) > exact_times_used, "more than a tick too short");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_told_is_never_too_long_and_less_than_a_tick_too_short_u32(
        percent in 1..=100_u8, start in start(), ops in prop::collection::vec(op(), 1..60),
    ) {
        agrees::<u32>(percent, start, &ops);
    }

    #[test]
    fn what_is_told_is_never_too_long_and_less_than_a_tick_too_short_u64(
        percent in 1..=100_u8, start in start(), ops in prop::collection::vec(op(), 1..60),
    ) {
        agrees::<u64>(percent, start, &ops);
    }

    #[test]
    fn a_clock_that_steps_back_makes_the_time_told_no_longer(
        start in start(), steps in prop::collection::vec((1..1_000_u32, 1..20_u64, 0..500_u32), 2..12),
    ) {
        let (mut steady, mut faulty) = (UsageWatch::<u32>::new(10), UsageWatch::<u32>::new(10));
        let (mut now, mut behind, mut remaining) = (u32::truncate(start), u32::truncate(start), 500);
        for (ticks, units, back) in steps {
            now = now.wrapping_add(ticks);
            behind = behind.wrapping_add(ticks).wrapping_sub(back);
            remaining -= units;
            let _ = (steady.observe(now, 500, remaining), faulty.observe(behind, 500, remaining));
            prop_assert!(faulty.exhausted_in(behind) <= steady.exhausted_in(now));
        }
    }
}
