//! Written, then read: the same.

use proptest::prelude::*;
use tollgate::http::structured::{Bytes, Text};
use tollgate::http::{CallLimit, HttpDate, Listed, Policy, Reset, RetryAfter, State, Value, count};

const MOST: u64 = 999_999_999_999_999;

/// What a policy is made of.
type Parts = (Option<String>, u64, Option<u64>, Option<String>, Option<Vec<u8>>);

fn parts() -> impl Strategy<Value = Parts> {
    let name = prop::option::of("[ -~]{0,12}");
    let key = prop::option::of(prop::collection::vec(any::<u8>(), 0..10));
    (name.clone(), 0..=MOST, prop::option::of(0..=MOST), name, key)
}

fn policy((name, quota, window, unit, key): &Parts) -> Policy<'_> {
    let mut policy = match name {
        Some(name) => Policy::named(Text::try_new(name).unwrap(), *quota),
        None => Policy::unnamed(*quota),
    };
    if let Some(window) = window {
        policy = policy.per_seconds(*window);
    }
    if let Some(unit) = unit {
        policy = policy.in_units(Text::try_new(unit).unwrap());
    }
    if let Some(key) = key {
        policy = policy.of_partition(Bytes::new(key));
    }
    policy
}

fn state((name, remaining, reset, _, key): &Parts) -> State<'_> {
    let mut state = State::new(Text::try_new(name.as_deref().unwrap_or("default")).unwrap(), *remaining);
    if let Some(reset) = reset {
        state = state.after_seconds(*reset);
    }
    if let Some(key) = key {
        state = state.of_partition(Bytes::new(key));
    }
    state
}

proptest! {
    #[test]
    fn policies_of_several_windows(parts in prop::collection::vec(parts(), 1..12)) {
        let policies: Vec<_> = parts.iter().map(policy).collect();
        let written = Listed(&policies).to_string();
        let read: Result<Vec<_>, _> = Policy::parse_list(written.as_bytes()).unwrap().collect();
        prop_assert_eq!(read.unwrap(), policies);
    }

    #[test]
    fn states_of_several_windows(parts in prop::collection::vec(parts(), 1..12)) {
        let states: Vec<_> = parts.iter().map(state).collect();
        let written = Listed(&states).to_string();
        let read: Result<Vec<_>, _> = State::parse_list(written.as_bytes()).unwrap().collect();
        prop_assert_eq!(read.unwrap(), states);
    }

    #[test]
    fn counts_and_used_of_size(used: u64, size: u64) {
        prop_assert_eq!(count(Value::Count(used).to_string().as_bytes()), Ok(used));
        let level = Value::UsedOf { used, size }.to_string();
        prop_assert_eq!(CallLimit::parse(level.as_bytes()), Ok(CallLimit { used, size }));
        prop_assert_eq!(CallLimit { used, size }.to_string(), level);
    }

    #[test]
    fn tenths(tenths: u64) {
        let RetryAfter::After(wait) = RetryAfter::parse(Value::Tenths(tenths).to_string().as_bytes()).unwrap() else { panic!() };
        prop_assert_eq!(wait.as_millis(), u128::from(tenths) * 100);
    }

    #[test]
    fn dates(seconds in 0..=HttpDate::MAX.seconds()) {
        let date = HttpDate::from_seconds(seconds);
        prop_assert_eq!(RetryAfter::parse(Value::Date(date).to_string().as_bytes()), Ok(RetryAfter::At(date)));
    }

    #[test]
    fn resets_below_31_years_stay_times_from_now(seconds in 0..1_000_000_000_u64) {
        let read = Reset::parse(Value::Count(seconds).to_string().as_bytes());
        prop_assert_eq!(read, Ok(Reset::After(std::time::Duration::from_secs(seconds))));
    }
}
