//! Heads written from a model, read in any order of their lines: what the model says, joined.

use std::time::Duration;

use proptest::prelude::*;
use tollgate::http::structured::Text;
use tollgate::http::{Budget, Header, Listed, Policy, Prefix, Report, Reset, State, Trio, Value};

const NAMES: [&str; 8] = ["burst", "daily", "a \"b\"", "back\\slash", "", " ", "e", "f"];

/// A window as a model has it: limit, seconds of the window, and, if its state is told, remaining and reset.
type Window = (u64, u64, Option<(u64, u64)>);

fn windows(count: usize) -> impl Strategy<Value = Vec<Window>> {
    let state = prop::option::of((0..1_000_u64, 0..1_000_u64));
    // Limits of windows without a name tell them apart.
    let window = (0..1_000_u64, 1..100_000_u64, state);
    prop::collection::vec(window, 1..=count).prop_map(|windows| {
        (0..).zip(windows).map(|(at, (limit, window, state))| (limit * 10 + at, window, state)).collect()
    })
}

fn said(report: &Report<'_>) -> Vec<Window> {
    let state = |remaining: Option<u64>, reset| match (remaining, reset) {
        (Some(remaining), Some(Reset::After(reset))) => Some((remaining, reset.as_secs())),
        (None, None) => None,
        partly => panic!("{partly:?}"),
    };
    let mut windows: Vec<_> = report
        .windows()
        .map(|window| {
            let length = window.window().as_ref().map(Duration::as_secs).unwrap();
            (window.limit().unwrap(), length, state(window.remaining(), window.reset()))
        })
        .collect();
    windows.sort_unstable();
    windows
}

fn read_in_order(lines: &[(String, String)], order: &[usize]) -> Vec<Window> {
    let lines = order.iter().map(|at| &lines[*at]).map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let report = Report::read(lines);
    assert_eq!(report.ignored().map(|ignored| ignored.to_string()).collect::<Vec<_>>(), [""; 0]);
    said(&report)
}

fn line<V: std::fmt::Display + Copy>(header: Header<V>) -> (String, String) {
    (header.name().to_owned(), header.value().to_string())
}

fn only_the_first_has_a_state(windows: &mut [Window], state: (u64, u64)) {
    for (at, window) in windows.iter_mut().enumerate() {
        window.2 = (at == 0).then_some(state);
    }
}

fn sorted(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    windows
}

proptest! {
    #[test]
    fn draft_10_in_any_order(windows in windows(8), order in Just([0, 1]).prop_shuffle()) {
        let named = || windows.iter().zip(NAMES.map(Text::new));
        let policies: Vec<_> = named().map(|((limit, window, _), name)| Policy::named(name, *limit).per_seconds(*window)).collect();
        let states: Vec<_> = named()
            .filter_map(|((.., state), name)| state.map(|(remaining, reset)| State::new(name, remaining).after_seconds(reset)))
            .collect();
        let mut lines = vec![line(Header::new("RateLimit-Policy", Listed(&policies)))];
        if states.is_empty() {
            prop_assert_eq!(read_in_order(&lines, &[0]), sorted(windows));
        } else {
            lines.push(line(Header::new("RateLimit", Listed(&states))));
            prop_assert_eq!(read_in_order(&lines, &order), sorted(windows));
        }
    }

    #[test]
    fn draft_07_in_any_order(mut windows in windows(8), order in Just([0, 1]).prop_shuffle(), state in (0..100_u64, 0..100_u64)) {
        let policies: Vec<_> = windows.iter().map(|(limit, window, _)| Policy::unnamed(*limit).per_seconds(*window)).collect();
        let budget = Budget { limit: Some(windows[0].0), remaining: Some(state.0), reset: Some(state.1) };
        let lines = [line(Header::new("RateLimit-Policy", Listed(&policies))), line(Header::new("RateLimit", Value::Budget(budget)))];
        only_the_first_has_a_state(&mut windows, state);
        prop_assert_eq!(read_in_order(&lines, &order), sorted(windows));
    }

    #[test]
    fn draft_03_in_any_order(mut windows in windows(7), order in Just([0, 1, 2]).prop_shuffle(), state in (0..100_u64, 0..100_u64)) {
        let mut policies = vec![Policy::unnamed(windows[0].0)];
        policies.extend(windows.iter().map(|(limit, window, _)| Policy::unnamed(*limit).per_seconds(*window)));
        let trio = Trio::new(windows[0].0, state.0).reset(Value::Count(state.1));
        let mut lines: Vec<_> = trio.headers(Prefix::RateLimit).map(line).collect();
        lines[0] = line(Header::new(Prefix::RateLimit.limit(), Listed(&policies)));
        only_the_first_has_a_state(&mut windows, state);
        prop_assert_eq!(read_in_order(&lines, &order), sorted(windows));
    }
}
