//! What a bucketed window promises.
#![cfg(not(loom))]

#[path = "bucketed_window/cells.rs"]
mod cells;
#[path = "bucketed_window/model.rs"]
mod model;
#[path = "bucketed_window/program.rs"]
mod program;

use cells::{Budget, Counts, Mortal, Stuttering, Watched};
use model::{Model, Numbers, Told};
use program::{Step, any_program, any_start};
use proptest::prelude::*;
use tollgate::cell::{Atomic32, Atomic64, HasShared, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, ConcurrencyLimit, Decision, Denied, Layered, Quota, QuotaError, algorithm};

fn rule<T: Ticks, const SLOTS: usize>(limit: u64, period: u64, buckets: usize) -> algorithm::BucketedWindow<T, SLOTS> {
    let quota = Quota::per(T::truncate(limit), T::truncate(period));
    algorithm::BucketedWindow::try_with_buckets(quota, buckets).unwrap()
}

fn window<const SLOTS: usize>(limit: u32, period: u32, buckets: usize) -> BucketedWindow<u32, SLOTS, Unsync<u32>> {
    BucketedWindow::in_cells(rule(limit.into(), period.into(), buckets))
}

fn admit<const SLOTS: usize, C: StateCell<u32>>(window: &BucketedWindow<u32, SLOTS, C>, now: u32, cost: u32) {
    assert_eq!(window.try_acquire(now, cost).map(|grant| grant.granted()), Ok(cost), "at {now}");
}

#[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)]
fn word<T: Ticks>(value: i128) -> T {
    T::truncate(value as u64)
}

fn wide<T: Ticks>(value: T) -> i128 {
    let value: u64 = value.into();
    value.into()
}

fn told<T: Ticks>(decision: Decision<T>) -> Told {
    match decision {
        Ok(grant) => Told::Admitted {
            granted: wide(grant.granted()),
            remaining: wide(grant.remaining()),
            reset_after: wide(grant.reset_after()),
        },
        Err(Denied::NotYet(wait)) => Told::NotYet { retry_after: wide(wait.retry_after()) },
        Err(Denied::Never(never)) => Told::Never { cost: wide(never.cost()), capacity: wide(never.capacity()) },
        Err(other) => panic!("a window never says {other:?}"),
    }
}

/// Runs a program on the crate and on the model, and compares every answer.
fn agree<T: HasShared, const SLOTS: usize, C: StateCell<T>>(
    window: &BucketedWindow<T, SLOTS, C>,
    numbers: Numbers,
    start: i128,
    program: &[Step],
) {
    let mut model = Model::new(numbers);
    let mut now = start;
    for (index, step) in program.iter().enumerate() {
        now += step.ticks(&numbers);
        let (tick, units) = (word::<T>(now), step.units(&numbers));
        let (asked, extra) = (word::<T>(units), word::<T>(units / 3));
        let (got, want) = match step.operation % 16 {
            0 => (told(window.try_acquire_leaving(tick, asked, extra)), model.acquire(now, units, units / 3)),
            1 => (told(window.try_acquire_up_to(tick, asked)), model.acquire_up_to(now, units)),
            2 => (told(window.peek(tick, asked)), model.peek(now, units, 0)),
            3 => {
                window.refund(tick, asked);
                model.refund(now, units);
                (told(window.peek(tick, T::ONE)), model.peek(now, 1, 0))
            }
            4 => {
                window.refresh(tick);
                model.refresh(now);
                (told(window.peek(tick, T::ZERO)), model.peek(now, 0, 0))
            }
            5 if step.operation == 5 => {
                window.reset();
                model.reset();
                (told(window.peek(tick, T::ONE)), model.peek(now, 1, 0))
            }
            _ => (told(window.try_acquire(tick, asked)), model.acquire(now, units, 0)),
        };
        assert_eq!(got, want, "step {index} at {now}: {step:?}");
        assert_eq!(wide(window.remaining(tick)), model.remaining(now), "after step {index} at {now}: {step:?}");
    }
}

/// Quotas of a few units, and the largest there are, whose words have the fewest bits left for numbers.
fn any_quota<const SLOTS: usize>(bits: u32) -> impl Strategy<Value = Numbers> {
    let most_limit = (1_i128 << (bits - SLOTS.trailing_zeros() - 6)) - 1;
    let limit = prop_oneof![1..=60_i128, Just(most_limit), 1..=most_limit];
    let period = prop_oneof![1..=300_i128, Just(1 << (bits - 4)), 1..=(1_i128 << (bits - 4))];
    let buckets = prop_oneof![Just(SLOTS as i128 - 2), 1..=(SLOTS as i128 - 2)];
    let fresh = if bits == 32 { wide(u32::FRESH) } else { wide(u64::FRESH) };
    (limit, period, buckets).prop_map(move |(limit, period, buckets)| Numbers {
        limit,
        period,
        buckets,
        slots: SLOTS as i128,
        bits,
        fresh,
    })
}

macro_rules! equals_the_model {
    ($($name:ident: $word:ident, $slots:literal, $cell:ty;)*) => {$(
        proptest! {
            #[test]
            #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation)]
            fn $name(
                numbers in any_quota::<$slots>($word::BITS),
                start in any_start($word::BITS),
                program in any_program(),
            ) {
                let rule = rule::<$word, $slots>(numbers.limit as u64, numbers.period as u64, numbers.buckets as usize);
                let window: BucketedWindow<$word, $slots, $cell> = BucketedWindow::in_cells(rule);
                agree(&window, numbers, start, &program);
            }
        }
    )*};
}

equals_the_model! {
    equals_the_model_on_4_slots_of_32_bits: u32, 4, Atomic32;
    equals_the_model_on_16_slots_of_32_bits: u32, 16, Unsync<u32>;
    equals_the_model_on_64_slots_of_32_bits: u32, 64, Atomic32;
    equals_the_model_on_4_slots_of_64_bits: u64, 4, Unsync<u64>;
    equals_the_model_on_16_slots_of_64_bits: u64, 16, Atomic64;
    equals_the_model_in_cells_whose_steps_run_again: u32, 8, Stuttering<u32>;
}

#[cfg(feature = "critical-section")]
equals_the_model! {
    equals_the_model_in_critical_sections_of_32_bits: u32, 8, tollgate::cell::CriticalSection<u32>;
    equals_the_model_in_critical_sections_of_64_bits: u64, 8, tollgate::cell::CriticalSection<u64>;
}

/// Requests of a clock that only goes on: ticks since the one before, and cost.
fn any_requests() -> impl Strategy<Value = Vec<(u32, u32)>> {
    let gap = prop_oneof![4 => 0..8_u32, 2 => 0..60_u32, 1 => 0..400_u32];
    prop::collection::vec((gap, 1..12_u32), 1..250)
}

/// A limit, a period and a number of sub-windows that go well with [`any_requests`].
fn any_small_quota() -> impl Strategy<Value = (u32, u32, usize)> {
    (1..50_u32, 1..200_u32, 1..=14_usize)
}

/// Units admitted in the fullest span of `period` ticks, edges included, over all spans.
fn fullest(admitted: &[(u64, u32)], period: u32) -> u32 {
    let mut admitted = admitted.to_vec();
    admitted.sort_unstable();
    let within = |&(first, _): &(u64, u32)| {
        let span = admitted.iter().filter(|&&(at, _)| at >= first && at - first < period.into());
        span.map(|&(_, units)| units).sum()
    };
    admitted.iter().map(within).max().unwrap_or(0)
}

proptest! {
    #[test]
    fn a_unit_counts_for_the_period_and_less_than_a_sub_window_longer(
        (limit, period, buckets) in any_small_quota(), start: u32, requests in any_requests(),
    ) {
        prop_assume!(start != u32::FRESH);
        let window = window::<16>(limit, period, buckets);
        let latest = window.rule().latest();
        prop_assert!(u64::from(latest) * (buckets as u64) < period.into(), "late by less than period / B");
        let mut admitted: Vec<(u64, u32)> = Vec::new();
        let mut now = 0;
        for (gap, cost) in requests {
            now += u64::from(gap);
            let held = |ticks: u32| -> u32 {
                admitted.iter().filter(|&&(at, _)| now - at < ticks.into()).map(|&(_, units)| units).sum()
            };
            let (exact, late) = (held(period), held(period + latest));
            let tick = start.wrapping_add(u32::truncate(now));
            let remaining = window.remaining(tick);
            prop_assert!(remaining <= limit - exact, "counts for the period");
            prop_assert!(remaining >= limit.saturating_sub(late), "and is forgotten in time");
            if window.try_acquire(tick, cost).is_ok() {
                prop_assert!(exact + cost <= limit, "an exact window would not have admitted that");
                admitted.push((now, cost));
            } else {
                prop_assert!(late + cost > limit, "an exact window that is as late would have admitted that");
            }
        }
        prop_assert!(fullest(&admitted, period) <= limit);
    }

    #[test]
    fn never_more_than_the_limit_in_any_window_of_the_clocks_forward_progress(
        (limit, period, buckets) in any_small_quota(),
        start: u32,
        requests in prop::collection::vec((prop_oneof![6 => 0..20_i64, 2 => 0..400_i64, 2 => -60..0_i64, 1 => -100_000..0_i64], 1..12_u32), 1..250),
    ) {
        let window = window::<16>(limit, period, buckets);
        let (mut now, mut progress) = (i64::from(start), 0);
        let mut admitted = Vec::new();
        for (gap, cost) in requests {
            now += gap;
            progress += gap.max(0).unsigned_abs();
            if window.try_acquire(word(now.into()), cost).is_ok() {
                admitted.push((progress, cost));
            }
        }
        prop_assert!(fullest(&admitted, period) <= limit);
    }

    #[test]
    fn never_more_than_the_limit_in_any_window_of_readings_that_are_late_by_up_to_a_sub_window(
        (limit, period, buckets) in any_small_quota(),
        start: u32,
        requests in any_requests(),
        lateness in prop::collection::vec(0..=1_000_u32, 250),
    ) {
        let window = window::<16>(limit, period, buckets);
        let width = window.rule().latest() + 1;
        let mut now = u64::from(width);
        let mut admitted = Vec::new();
        for ((gap, cost), late) in requests.into_iter().zip(lateness) {
            now += u64::from(gap);
            let reading = now - u64::from(late * width / 1_000);
            if window.try_acquire(start.wrapping_add(u32::truncate(reading)), cost).is_ok() {
                admitted.push((reading, cost));
            }
        }
        prop_assert!(fullest(&admitted, period) <= limit);
    }

    #[test]
    fn asking_again_at_retry_after_succeeds_and_one_tick_earlier_fails(
        (limit, period, buckets) in any_small_quota(), start: u32, requests in any_requests(),
    ) {
        let window = window::<16>(limit, period, buckets);
        let mut now = start;
        for (gap, cost) in requests {
            now = now.wrapping_add(gap);
            if let Err(denied) = window.try_acquire(now, cost) && let Some(wait) = denied.retry_after() {
                prop_assert!(wait >= 1);
                prop_assert!(window.peek(now.wrapping_add(wait), cost).is_ok());
                prop_assert!(window.peek(now.wrapping_add(wait - 1), cost).is_err());
            }
        }
    }

    #[test]
    fn a_step_back_locks_nobody_out_for_longer_than_the_period_and_two_sub_windows(
        (limit, period, buckets) in any_small_quota(), start: u32, before in any_requests(), back in 0..1_u32 << 31,
    ) {
        let window = window::<16>(limit, period, buckets);
        let mut now = start;
        for (gap, cost) in before {
            now = now.wrapping_add(gap);
            let _ = window.try_acquire(now, cost);
        }
        let now = now.wrapping_sub(back);
        if let Err(denied) = window.try_acquire(now, limit) {
            let (wait, width) = (denied.retry_after().unwrap(), window.rule().latest() + 1);
            prop_assert!(wait < period + 2 * width);
            prop_assert!(window.try_acquire(now.wrapping_add(wait), limit).is_ok());
        }
    }

    #[test]
    fn a_call_that_is_stopped_in_its_middle_for_good_holds_nothing_and_forgets_nothing(
        (limit, period, buckets) in any_small_quota(),
        start in 0..1_u32 << 30,
        requests in any_requests(),
        writes in prop::collection::vec(0..12_u32, 250),
    ) {
        let (budget, rule) = (Budget::default(), rule::<u32, 16>(limit.into(), period.into(), buckets));
        let window = BucketedWindow::from_parts(rule, || Mortal::new(&budget));
        let mut admitted: Vec<(u64, u32)> = Vec::new();
        let mut now = 0;
        for ((gap, cost), writes) in requests.into_iter().zip(writes) {
            now += u64::from(gap);
            let tick = start + u32::truncate(now);
            // A life of a few writes, or an endless one.
            let life = if writes < 8 { Some(writes) } else { None };
            let Some(answer) = budget.live(life, || window.try_acquire(tick, cost)) else { continue };
            let held = |ticks: u32| -> u32 {
                admitted.iter().filter(|&&(at, _)| now - at < ticks.into()).map(|&(_, units)| units).sum()
            };
            if answer.is_ok() {
                prop_assert!(held(period) + cost <= limit, "forgotten too early");
                admitted.push((now, cost));
            } else {
                prop_assert!(held(period + rule.latest()) + cost > limit, "held too long");
            }
        }
    }
}

#[test]
fn a_window_is_full_at_whatever_tick_it_first_sees() {
    for first in [0, 1, 99, 100, 1 << 31, u32::FRESH - 1, u32::FRESH, u32::FRESH + 1, u32::MAX - 99, u32::MAX] {
        let window = window::<16>(10, 100, 10);
        assert_eq!(window.remaining(first), 10);
        assert_eq!(window.try_acquire(first, 10).unwrap().remaining(), 0);
        let wait = window.try_acquire(first, 1).unwrap_err().retry_after().unwrap();
        assert!(wait >= 100 && wait <= 109 + u32::from(first == u32::FRESH), "{first}: {wait}");
    }
}

#[test]
fn what_another_limit_refuses_is_no_first_use() {
    let (window, untouched) = (window::<4>(4, 4, 1), window::<4>(4, 4, 1));
    let two_at_once = ConcurrencyLimit::<Unsync<u32>>::in_cells(2);
    assert_eq!(Layered::new((&window, &two_at_once)).try_acquire(0_u32, 3).map(drop).unwrap_err().level(), 1);
    assert_eq!(format!("{window:?}"), format!("{untouched:?}"));
    for window in [&window, &untouched] {
        admit(window, 3, 4); // the first sub-window begins here, ends with tick 6, and is forgotten at 10
        assert_eq!(window.try_acquire(4, 1).unwrap_err().retry_after(), Some(6));
    }
}

#[test]
fn idling_for_less_than_half_of_the_words_range_costs_nothing() {
    // Also where numbers of sub-windows recur, which is soonest for the largest limit.
    let most = u32::MAX >> 10;
    for recurrences in [1, 2, 3, 1_000] {
        for phase in [0, 1, 9, 10] {
            let window = window::<16>(most, 140, 14);
            admit(&window, 0, most);
            let idle = recurrences * 32 * 16 * 10 + phase;
            assert_eq!(window.try_acquire(idle, most).unwrap().remaining(), 0, "after {idle} ticks");
        }
    }
}

#[test]
fn a_slot_that_is_never_met_again_is_not_remembered_when_numbers_recur() {
    let most = u32::MAX >> 10;
    let window = window::<16>(most, 140, 14);
    admit(&window, 10, most - 1); // in an odd sub-window; from here on even ones only
    for tick in (300..32 * 16 * 10 + 400).step_by(20) {
        assert_eq!(window.remaining(tick), most, "at {tick}");
        admit(&window, tick, 1);
        window.refund(tick, 1);
    }
}

#[test]
fn refreshed_often_enough_a_window_forgets_over_any_silence() {
    let window = window::<16>(10, 140, 14);
    let mut now = 5_u32;
    admit(&window, now, 10);
    for _ in 0..3 {
        now = now.wrapping_add((1 << 31) - 1_000);
        window.refresh(now);
        assert_eq!(window.remaining(now), 10);
    }
    // Without: what is held may look held again, but for no longer than the period and a sub-window.
    admit(&window, now, 10);
    now = now.wrapping_add((1 << 31) + 1_000);
    let wait = window.try_acquire(now, 10).unwrap_err().retry_after().unwrap();
    assert!(wait < 140 + 10);
    assert!(window.try_acquire(now.wrapping_add(wait), 10).is_ok());
}

#[test]
fn a_reset_window_is_as_good_as_new_at_any_reading() {
    for after in [0, 3, 15, 150, 155, 1_000, 1 << 31, u32::MAX] {
        let window = window::<16>(10, 140, 14);
        admit(&window, 1_000, 10);
        window.reset();
        let now = 1_000_u32.wrapping_add(after);
        assert_eq!(window.try_acquire(now, 10).unwrap().reset_after(), 149);
        assert_eq!(window.try_acquire(now, 10).unwrap_err().retry_after(), Some(149));
    }
}

#[test]
fn a_refund_gives_back_the_newest_and_never_beyond_full() {
    let window = window::<16>(10, 100, 10);
    admit(&window, 0, 4);
    admit(&window, 50, 6);
    window.refund(55, 8); // the 6 of 50, and 2 of the 4 of 0
    assert_eq!(window.remaining(55), 8);
    assert_eq!(window.peek(55, 10).unwrap_err().retry_after(), Some(109 - 55));
    window.refund(56, 1_000);
    assert_eq!(window.remaining(56), 10);
    assert_eq!(window.peek(56, 0).unwrap().reset_after(), 0);
}

#[test]
fn a_refund_that_comes_after_the_newest_sub_window_counts_if_the_clock_then_steps_back() {
    let window = window::<16>(6, 38, 14);
    admit(&window, 0, 1);
    window.refresh(3);
    window.refund(6, 1);
    assert_eq!(window.try_acquire(0_u32.wrapping_sub(1_000), 1).unwrap().remaining(), 5);
}

#[test]
fn a_denial_writes_nothing_but_the_first_after_a_step_back() {
    let counts = Counts::default();
    let window = BucketedWindow::from_parts(rule::<u32, 16>(10, 100, 10), || Watched::new(&counts));
    let written = |ask: &dyn Fn()| {
        counts.writes.set(0);
        ask();
        counts.writes.get()
    };
    assert!(written(&|| admit(&window, 1_000, 10)) > 0);
    for now in [1_000, 1_005, 1_009, 1_010, 1_050, 1_108, 995] {
        assert_eq!(written(&|| assert!(window.try_acquire(now, 1).is_err())), 0, "at {now}");
        assert_eq!(written(&|| assert!(window.try_acquire_up_to(now, 3).is_err())), 0, "at {now}");
        assert_eq!(written(&|| assert!(window.try_acquire(now, 11).unwrap_err().is_never())), 0);
        assert_eq!(written(&|| assert!(window.try_acquire(now, 0).is_ok())), 0);
        assert_eq!(written(&|| assert!(window.peek(now, 1).is_err())), 0);
    }
    assert_eq!(written(&|| assert!(window.peek(500, 1).is_err())), 0);
    assert_eq!(written(&|| assert!(window.try_acquire(500, 1).is_err())), 1);
    assert_eq!(written(&|| assert!(window.try_acquire(500, 1).is_err())), 0);
    assert!(window.try_acquire(609, 10).is_ok());
}

#[test]
fn an_admission_in_an_open_sub_window_reads_four_words_and_writes_one() {
    let counts = Counts::default();
    // 10 sub-windows of 10 ticks are 5 more than the period: the oldest one is forgotten in the middle of the newest.
    let window = BucketedWindow::from_parts(rule::<u32, 16>(40, 95, 10), || Watched::new(&counts));
    for first in [1_000, 1_004] {
        admit(&window, first, 1);
        for now in first..first + 4 {
            counts.reads.set(0);
            counts.writes.set(0);
            admit(&window, now, 1);
            assert_eq!((counts.reads.get(), counts.writes.get()), (4, 1), "at {now}");
        }
    }
}

#[test]
fn a_refund_that_was_stopped_in_its_middle_counts_as_far_as_it_came() {
    for (writes, free) in [(0, 0), (1, 4), (2, 10), (3, 10)] {
        let budget = Budget::default();
        let window = BucketedWindow::from_parts(rule::<u32, 16>(10, 100, 10), || Mortal::new(&budget));
        admit(&window, 0, 6);
        admit(&window, 10, 4);
        budget.live(Some(writes), || window.refund(12, 10));
        assert_eq!(window.remaining(12), free);
        assert_eq!(window.try_acquire(12, 10).is_ok(), free == 10);
    }
}

#[test]
fn what_cannot_be_kept_is_refused_with_what_can() {
    type Window = BucketedWindow<u32, 64>;
    let message = |result: Result<Window, QuotaError>| result.unwrap_err().to_string();
    assert_eq!(
        message(Window::try_new(Quota::per(1 << 20, 1_000))),
        "limit = 1048576 does not fit this window: give at most 1048575"
    );
    assert_eq!(
        message(Window::try_with_buckets(Quota::per(10, 1_000), 0)),
        "buckets = 0 do not fit the slots of this window: give 1 to 62"
    );
    assert_eq!(
        message(Window::try_with_buckets(Quota::per(10, 1_000), 63)),
        "buckets = 63 do not fit the slots of this window: give 1 to 62"
    );
    assert_eq!(
        message(Window::try_new(Quota::per(10, (1 << 28) + 1))),
        "period = 268435457 ticks is too long for the clock's word: give at most 268435456 ticks, a coarser tick or a wider one"
    );
    assert!(Window::try_with_buckets(Quota::per((1 << 20) - 1, 1 << 28), 62).is_ok());
}

#[test]
fn a_window_takes_a_word_for_each_slot_and_three_beside_its_numbers() {
    type Parts<T, C> = (algorithm::BucketedWindow<T, 64>, [C; 67]);
    assert_eq!(size_of::<BucketedWindow<u32, 64>>(), size_of::<Parts<u32, Atomic32>>());
    assert_eq!(size_of::<Parts<u32, Atomic32>>(), 4 * 67 + 24);
    assert_eq!(size_of::<BucketedWindow<u64, 64>>(), size_of::<Parts<u64, Atomic64>>());
}

#[path = "bucketed_window/threads.rs"]
mod threads;
