//! Whether a server's log of admissions keeps to the limits of its API: by looking at every admission and all before it.

use std::collections::BTreeMap;

use crate::api::Api;
use crate::ledger::{Admitted, Ledger};

const SECOND: u64 = 1_000;
const HOUR: u64 = 3_600_000;

/// Panics where more was admitted than the documents allow.
pub fn check(api: Api, ledger: &Ledger) {
    let admitted = ledger.admitted();
    let by_owner = |entry: &Admitted| entry.account.owner.clone();
    match api {
        Api::Clover => {
            for_each(&admitted, by_owner, |app, times| at_most(50, SECOND, app, times));
            for_each(&admitted, |entry| entry.account.to_string(), |token, times| at_most(16, SECOND, token, times));
            for entry in &admitted {
                assert!(ledger.in_progress(&entry.account.owner).1 <= 10, "places of {}", entry.account.owner);
                assert!(ledger.in_progress(&entry.account.to_string()).1 <= 5, "places of {}", entry.account);
            }
        }
        Api::Conecto => {
            let budget = |entry: &Admitted| format!("{} {}", entry.account.owner, entry.call);
            for_each(&admitted, budget, |budget, times| {
                let limit = if budget.contains(" /online-ordering/v2/") { 500 } else { 100 };
                at_most(limit, HOUR, budget, times);
            });
        }
        Api::Haravan => for_each(&admitted, by_owner, never_overflows),
    }
}

/// The admissions of each key, in the order in which they were decided.
fn for_each(admitted: &[Admitted], key: impl Fn(&Admitted) -> String, check: impl Fn(&str, &[u64])) {
    let mut times: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for entry in admitted {
        times.entry(key(entry)).or_default().push(entry.at);
    }
    for (key, times) in times {
        assert!(times.is_sorted(), "{key}: the clock of the server steps back");
        check(&key, &times);
    }
}

/// In no span of a period, edges included: what was admitted at `s` counts at `t` while `t - s < period`.
fn at_most(limit: usize, period: u64, key: &str, times: &[u64]) {
    for (number, now) in times.iter().enumerate() {
        let counting = times[..=number].iter().filter(|before| now - **before < period).count();
        assert!(counting <= limit, "{key}: {counting} in the period that ends at {now}, of {limit}");
    }
}

/// A bucket of 80 that leaks 4 a second, in thousandths.
fn never_overflows(key: &str, times: &[u64]) {
    let (mut level, mut last) = (0_u64, 0);
    for now in times {
        level = level.saturating_sub(4 * (now - last)) + 1_000;
        last = *now;
        assert!(level <= 80_000, "{key}: {level} thousandths at {now}");
    }
}

/// The checks above can fail.
mod controls {
    use super::{SECOND, at_most, never_overflows};

    #[test]
    #[should_panic(expected = "3 in the period that ends at 1999, of 2")]
    fn one_too_many_in_a_second_is_seen() {
        at_most(2, SECOND, "till", &[0, 1_000, 1_000, 1_999]);
    }

    #[test]
    fn as_many_as_may_be_in_each_second_are_fine() {
        at_most(2, SECOND, "till", &[0, 999, 1_000, 1_999, 2_000]);
    }

    #[test]
    #[should_panic(expected = "80004 thousandths at 249")]
    fn one_too_many_in_the_bucket_is_seen() {
        never_overflows("shop", &[[0; 80].as_slice(), &[249; 1]].concat());
    }

    #[test]
    fn a_bucket_that_is_filled_as_it_leaks_is_fine() {
        never_overflows("shop", &[[0; 80].as_slice(), &[250; 1], &[500; 1]].concat());
    }
}
