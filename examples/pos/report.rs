//! What is said before the morning and after it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use crate::api::Api;
use crate::duty::Duty;
use crate::tally::Tally;
use crate::words;

pub fn announce(api: Api, duty: &Duty, terminals: u32, url: &str) {
    let Duty { orders, morning, speed, .. } = *duty;
    println!("{api}: {}.", words::limits(api));
    println!(
        "{orders} orders come in at {terminals} terminals within {}, which pass {speed} times as fast, and go to {url}.\n",
        time(morning),
    );
}

pub fn tell(tally: &Tally, orders: usize) {
    let (answered, lost) = (tally.orders, (orders as u64).saturating_sub(tally.orders));
    let counted = tally.counted.map(|counted| format!(", {counted} are counted by the server")).unwrap_or_default();
    line("orders", &format!("{orders} came in, {answered} were answered{counted}"));
    line("", &format!("{lost} lost, {} answered twice", tally.answered_again));
    line("sent", &format!("{} requests, {} of them with an order", tally.requests, tally.order_requests));
    line("limited", &list(&format!("{} requests", tally.refusals()), &tally.limited, |count| format!("{count} ×")));
    if tally.counted.is_none() {
        return; // who is rude does not wait
    }
    let mean = tally.waited.checked_div(tally.orders).unwrap_or(0);
    line(
        "waited",
        &format!("an order {} on average, {} at most, until it was answered", time(mean), time(tally.longest)),
    );
    line("held", &list("all terminals together", &tally.held, |millis| format!("{} by", time(*millis))));
    line("queue", &format!("{} requests at most in that of a terminal", tally.longest_queue));
    line("menu", &format!("{} looks, {} more were not worth it any more", tally.looks, tally.expired));
    line("warnings", &format!("{} that less than a tenth of a limit was left", tally.warnings));
    line("failures", &format!("{} requests without an answer", tally.failures));
}

pub fn line(title: &str, text: &str) {
    println!("{title:9} {text}");
}

/// `5 requests: 3 × one, 2 × another`, the largest first.
fn list(title: &str, entries: &BTreeMap<String, u64>, number: impl Fn(&u64) -> String) -> String {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_by_key(|(_, count)| Reverse(**count));
    let entries: Vec<_> = entries.iter().map(|(name, count)| format!("{} {name}", number(count))).collect();
    if entries.is_empty() { title.into() } else { format!("{title}: {}", entries.join(", ")) }
}

fn time(millis: u64) -> String {
    let rounded = match millis {
        0..1_000 => millis,
        1_000..100_000 => millis / 100 * 100,
        _ => millis / 1_000 * 1_000,
    };
    humantime::format_duration(Duration::from_millis(rounded)).to_string()
}
