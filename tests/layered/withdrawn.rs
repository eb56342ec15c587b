//! A charge that is undone leaves no more than if it had never been made, whatever happened in between.

use proptest::prelude::*;
use tollgate::algorithm::{
    Algorithm, Charge, FirstRequestWindow, FixedWindow, LeakyBucket, SlidingWindow, TokenBucket,
};
use tollgate::cell::{HasShared, Unsync};
use tollgate::layered::{Level, Request};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Quota, RollingWindow, algorithm};

#[derive(Clone, Debug)]
struct Story {
    limit: u32,
    period: u32,
    burst: u32,
    start: u64,
    /// Ticks that pass and units that others take, before the charge, between it and its undoing, and after.
    before: Vec<(u32, u32)>,
    cost: u32,
    between: Vec<(u32, u32)>,
    undone_after: u32,
    units: u32,
    after: Vec<(u32, u32)>,
}

fn story() -> impl Strategy<Value = Story> {
    let others = || prop::collection::vec((0..40_u32, 0..4_u32), 0..5);
    (
        (1..=12_u32, 1..=60_u32, 1..=12_u32, any::<u64>()),
        (others(), 1..=4_u32, others()),
        (0..40_u32, 1..=4_u32, others()),
    )
        .prop_map(|((limit, period, burst, start), (before, cost, between), (undone_after, units, after))| Story {
            limit,
            period,
            burst,
            start,
            before,
            cost,
            between,
            undone_after,
            units: units.min(cost),
            after,
        })
}

/// Tells a story to a rule twice, with the charge and its undoing and without.
fn never_emptier<A: Algorithm>(rule: &A, story: &Story, is_left_known: bool) -> Result<(), TestCaseError> {
    let number = |number: u32| A::Ticks::truncate(number.into());
    let (mut with, mut without) = (A::Ticks::FRESH, A::Ticks::FRESH);
    let mut now = A::Ticks::truncate(story.start);
    let take = |state: &mut A::Ticks, now, units| {
        let step = rule.acquire(*state, now, units, A::Ticks::ZERO);
        *state = step.state.unwrap_or(*state);
        step.answer.is_ok()
    };
    // Others get what they get where the charge was made: without it there is room for that too.
    let others = |now: &mut A::Ticks, with: &mut A::Ticks, without: &mut A::Ticks, takes: &[(u32, u32)]| {
        for &(ticks, units) in takes {
            *now = now.wrapping_add(number(ticks));
            if take(with, *now, number(units)) {
                prop_assert!(take(without, *now, number(units)), "there was less room without the charge");
            }
            prop_assert!(rule.remaining(*with, *now) <= rule.remaining(*without, *now), "it came out emptier");
        }
        Ok(())
    };
    others(&mut now, &mut with, &mut without, &story.before)?;
    if !take(&mut with, now, number(story.cost)) {
        return Ok(());
    }
    // What is not undone stays charged.
    if story.units < story.cost && !take(&mut without, now, number(story.cost - story.units)) {
        return Ok(());
    }
    let charge = Charge { units: number(story.cost), at: now, left: is_left_known.then_some(with) };
    others(&mut now, &mut with, &mut without, &story.between)?;
    now = now.wrapping_add(number(story.undone_after));
    with = rule.undo(with, now, number(story.units), &charge).state.unwrap_or(with);
    if is_left_known && story.between.is_empty() {
        prop_assert_eq!(rule.remaining(with, now), rule.remaining(without, now), "it came back in part");
    }
    prop_assert!(rule.remaining(with, now) <= rule.remaining(without, now), "it came out emptier at once");
    others(&mut now, &mut with, &mut without, &story.after)
}

fn of_every_rule<T: Ticks>(story: &Story) -> Result<(), TestCaseError> {
    let number = |number: u32| T::truncate(number.into());
    let window = Quota::per(number(story.limit), number(story.period));
    let bucket = window.burst(number(story.burst));
    // Aligned windows as short as these may take a wrap for a step back: see their docs.
    let aligned = Story { start: story.start % (1 << 20), ..story.clone() };
    for known in [false, true] {
        never_emptier(&TokenBucket::<T>::try_new(bucket).unwrap(), story, known)?;
        never_emptier(&LeakyBucket::<T>::try_new(bucket).unwrap(), story, known)?;
        never_emptier(&FixedWindow::<T>::try_new(window).unwrap(), &aligned, false)?;
        never_emptier(&SlidingWindow::<T>::try_new(window).unwrap(), &aligned, false)?;
    }
    Ok(())
}

/// The same for what is more than a word: through the levels' own withdrawal.
fn of_a_level<T: Ticks, L: Level<T, Receipt = ()>>(fresh: impl Fn() -> L, story: &Story) -> Result<(), TestCaseError> {
    let number = |number: u32| T::truncate(number.into());
    let (with, without) = (fresh(), fresh());
    let mut now = T::truncate(story.start);
    // Sub-windows are counted from the first use: of both from the same.
    for level in [&with, &without] {
        level.admit(&Request::new(now, T::ONE)).map(|_| ()).unwrap();
    }
    now = now.wrapping_add(number(3 * story.period));
    let others = |now: &mut T, takes: &[(u32, u32)]| {
        for &(ticks, units) in takes {
            *now = now.wrapping_add(number(ticks));
            let request = Request::new(*now, number(units));
            if with.admit(&request).is_ok() {
                prop_assert!(without.admit(&request).is_ok(), "there was less room without the charge");
            }
            prop_assert!(with.tightest(*now).remaining <= without.tightest(*now).remaining, "it came out emptier");
        }
        Ok(())
    };
    others(&mut now, &story.before)?;
    let charge = Request::new(now, number(story.cost));
    if with.admit(&charge).is_err() {
        return Ok(());
    }
    others(&mut now, &story.between)?;
    now = now.wrapping_add(number(story.undone_after));
    with.withdraw(now, &charge, ());
    others(&mut now, &[(0, 0)])?;
    others(&mut now, &story.after)
}

fn of_every_level<T: HasShared>(story: &Story) -> Result<(), TestCaseError> {
    let quota = Quota::per(T::truncate(story.limit.into()), T::truncate(story.period.into()));
    of_a_level(|| RollingWindow::<T, 12, _>::try_in_cells(quota, Unsync::fresh).unwrap(), story)?;
    let rule = algorithm::BucketedWindow::<T, 16>::try_new(quota).unwrap();
    of_a_level(|| BucketedWindow::<T, 16, _>::from_parts(rule, Unsync::fresh), story)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn no_rule_is_emptier_for_a_charge_that_was_undone(story in story()) {
        of_every_rule::<u32>(&story)?;
        of_every_rule::<u64>(&story)?;
    }

    #[test]
    fn no_window_is_emptier_for_a_charge_that_was_withdrawn(story in story()) {
        of_every_level::<u32>(&story)?;
        of_every_level::<u64>(&story)?;
    }
}

/// (Told as a story, the windows themselves would differ: without the charge another request would have opened one.)
#[test]
fn a_window_of_a_first_request_gives_back_what_was_taken_in_it_and_nothing_of_the_next() {
    let rule = FirstRequestWindow::<u32>::new(Quota::per(5, 10));
    let opened = rule.acquire(u32::FRESH, u32::MAX, 2, 0).state.unwrap();
    let more = rule.acquire(opened, 4, 1, 0).state.unwrap();
    let charge = Charge { units: 2, at: u32::MAX, left: None };
    let undone = rule.undo(more, 8, 2, &charge).state.unwrap();
    assert_eq!((rule.remaining(more, 8), rule.remaining(undone, 8)), (2, 4));
    let next = rule.acquire(more, 9, 4, 0).state.unwrap();
    assert_eq!(rule.undo(next, 9, 2, &charge).state, None);
}

#[test]
fn a_unit_that_has_drained_is_not_given_back_a_second_time() {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 10));
    let taken = rule.acquire(u32::FRESH, 0, 1, 0).state.unwrap();
    let charge = Charge { units: 1, at: 0, left: Some(taken) };
    let by_another = rule.acquire(taken, 10, 1, 0).state.unwrap();
    assert_eq!(rule.undo(by_another, 10, 1, &charge).state, None);
    assert!(rule.refund(by_another, 10, 1).state.is_some(), "as a refund does");
}
