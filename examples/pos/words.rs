//! What a server keeps to and what it has seen, in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::api::Api;
use crate::ledger::Ledger;

pub fn limits(api: Api) -> &'static str {
    match api {
        Api::Clover => "50 requests a second for an app and 16 for each of its tokens, 10 and 5 at once",
        Api::Conecto => "500 requests an hour for each client, method and path, 100 for those that are not about sales",
        Api::Haravan => "a bucket of 80 requests for each shop, of which 4 leak out a second",
    }
}

pub fn summary(ledger: &Ledger) -> String {
    let (admitted, refused) = (ledger.admitted(), ledger.refused());
    let seconds = admitted.last().map_or(0, |last| last.at / 1_000);
    let mut calls: BTreeMap<String, u64> = BTreeMap::new();
    let mut accounts = BTreeSet::new();
    for entry in &admitted {
        *calls.entry(format!("{} of {}", entry.call, entry.account.owner)).or_default() += 1;
        accounts.extend([entry.account.owner.clone(), entry.account.to_string()]);
    }
    let mut text = String::new();
    let mut line = |count: u64, what: &str| writeln!(text, "{count:>8} {what}").expect("a string takes everything");
    line(admitted.len() as u64, &format!("requests admitted in {seconds} s of its clock"));
    for (call, count) in calls {
        line(count, &format!("× {call}"));
    }
    for account in accounts {
        line(ledger.in_progress(&account).1, &format!("at once, at most, of {account}"));
    }
    line(ledger.orders().len() as u64, "orders taken");
    line(refused.values().sum(), "requests refused");
    for (limit, count) in refused {
        line(count, &format!("× {limit}"));
    }
    text
}
