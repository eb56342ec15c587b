//! The report of log mode.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Write};
use std::ops::Range;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle, presets};
use indicatif::HumanCount;
use jiff::Timestamp;

use crate::comparison::Comparison;
use crate::keyed::KeyedGate;
use crate::limiter::{Kind, Settings};
use crate::log::printable;
use crate::period::spoken;
use crate::profile::{OfLogs, Rule};
use crate::traffic::{Key, Tally, Traffic, client_of};

const BUSIEST: usize = 10;
const WIDEST_KEY: usize = 64;
const UNDERLINED_HEADER: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// What a log was replayed through, and what became of it.
pub struct Report<'a> {
    /// The log, as the user calls it.
    name: &'a str,
    /// The limit, in a line.
    limit: String,
    /// What each key is of.
    by: Key,
    /// Whether a denial tells how long to wait.
    waits: bool,
    keyed: Keyed<'a>,
    /// The rules that requests fall under, with what they made of them; none where all are treated alike.
    rules: Vec<(&'a Rule, Tally)>,
    traffic: &'a Traffic,
}

/// A table for all keys, and how it did.
type Keyed<'a> = Option<(&'a Comparison, &'a dyn KeyedGate)>;

impl<'a> Report<'a> {
    pub fn of_limit(name: &'a str, settings: &Settings, keyed: Keyed<'a>, by: Key, traffic: &'a Traffic) -> Self {
        let slots = keyed.map_or_else(String::new, |(Comparison { slots, .. }, _)| format!(", in {slots}"));
        let limit = limit(settings, by) + &slots;
        // No clock can tell when work in progress ends.
        Self { name, limit, by, waits: settings.kind != Kind::Concurrency, keyed, rules: Vec::new(), traffic }
    }

    pub fn of_profile(name: &'a str, profile: &'a OfLogs, traffic: &'a Traffic) -> Self {
        let OfLogs { key, about, .. } = profile;
        Self {
            name,
            limit: about.clone(),
            by: *key,
            waits: true,
            keyed: None,
            rules: profile.by_rule(traffic),
            traffic,
        }
    }

    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, limit, traffic, .. } = self;
        writeln!(out, "{limit}")?;
        writeln!(out, "{}\n", span(name, traffic))?;
        writeln!(out, "{}", self.totals().trim_fmt())?;
        if !self.rules.is_empty() {
            writeln!(out, "\n{}", self.by_rule().trim_fmt())?;
        }
        if !traffic.keys.is_empty() {
            writeln!(out, "\n{}", self.busiest().trim_fmt())?;
        }
        if let Some(first) = &traffic.first_malformed {
            writeln!(out, "\nThe first malformed line is line {}: {}", first.line, first.reason)?;
            writeln!(out, "    {}", printable(&first.text, 100))?;
        }
        Ok(())
    }

    fn totals(&self) -> Table {
        let &Self { by, waits, keyed, traffic, .. } = self;
        let denied = traffic.denied();
        let tallies = || traffic.keys.values();
        let longest = |of: fn(&Tally) -> u64| tallies().map(of).max().unwrap_or(0);

        let mut clients: HashMap<&[u8], bool> = HashMap::new();
        for (key, tally) in &traffic.keys {
            *clients.entry(client_of(key)).or_default() |= tally.denied > 0;
        }
        let limited = clients.values().filter(|&&limited| limited).count();

        let mut table = table(presets::NOTHING);
        let mut row = |name: &str, value: String, note: String| {
            table.add_row([name, &value, &note]);
        };
        row("requests", count(traffic.requests), String::new());
        row("admitted", count(traffic.requests - denied), share(traffic.requests - denied, traffic.requests));
        row("denied", count(denied), share(denied, traffic.requests));
        row("clients limited", count(limited), format!("of {}", count(clients.len())));
        if by == Key::ClientMethodPath {
            let limited = tallies().filter(|tally| tally.denied > 0).count();
            row(
                "keys limited",
                count(limited),
                format!("of {}, one for each client, method and path", count(traffic.keys.len())),
            );
        }
        if waits {
            row("longest wait told", wait(longest(|tally| tally.longest_wait)), String::new());
        }
        let delay = longest(|tally| tally.longest_delay);
        if delay > 0 {
            row("longest delay", spoken(delay).to_string(), String::new());
        }
        if let Some((comparison, slots)) = keyed {
            let [denied, admitted] = [comparison.denied_instead, comparison.admitted_instead].map(count);
            let than = format!("than one limiter for each {}: {denied} denied, {admitted} admitted", thing(by, 1));
            row("decided otherwise", count(comparison.decided_otherwise()), than);
            row("told otherwise", count(comparison.told_otherwise), "decided alike, another wait or remainder".into());
            row("slots reused", count(slots.reused()), "times, after the last key had drained".into());
            row("table found full", count(slots.found_full()), "times, by a key without a slot".into());
        }
        if traffic.steps_back.count > 0 {
            let longest = spoken(traffic.steps_back.longest);
            let longest = format!("times, by {longest} at most: compare with the log sorted by time");
            row("clock went back", count(traffic.steps_back.count), longest);
        }
        row("malformed lines", count(traffic.malformed), String::new());
        lay_out(&mut table, 1..2);
        table
    }

    fn by_rule(&self) -> Table {
        let mut table = table(UNDERLINED_HEADER);
        table.set_header(["rule", "limit", "requests", "denied", "longest wait told"]);
        for (rule, tally) in &self.rules {
            let Tally { requests, denied, longest_wait, .. } = *tally;
            table.add_row([rule.name.clone(), count(rule.limit), count(requests), count(denied), wait(longest_wait)]);
        }
        lay_out(&mut table, 1..5);
        table
    }

    fn busiest(&self) -> Table {
        let &Self { by, waits, traffic, .. } = self;
        let mut busiest: Vec<(&Vec<u8>, &Tally)> = traffic.keys.iter().collect();
        // The key settles ties, so that one log always gives one report.
        busiest.sort_by_key(|&(key, tally)| (Reverse(tally.requests), key));
        let delays = busiest.iter().any(|(_, tally)| tally.longest_delay > 0);

        let mut table = table(UNDERLINED_HEADER);
        let mut header = vec![format!("busiest {}", thing(by, 2)), "requests".into(), "denied".into()];
        if waits {
            header.push("longest wait told".into());
        }
        if delays {
            header.push("longest delay".into());
        }
        table.set_header(header);
        for (key, tally) in busiest.into_iter().take(BUSIEST) {
            let mut row = vec![printable(key, WIDEST_KEY), count(tally.requests), count(tally.denied)];
            if waits {
                row.push(wait(tally.longest_wait));
            }
            if delays {
                row.push(wait(tally.longest_delay));
            }
            table.add_row(row);
        }
        lay_out(&mut table, 1..5);
        table
    }
}
/// `token-bucket: 20 per 1m, burst 20, for each client`
fn limit(settings: &Settings, by: Key) -> String {
    let Settings { kind, limit, period, burst, buckets, .. } = settings;
    let per = format!("{limit} per {}", spoken(*period));
    let what = match kind {
        Kind::TokenBucket | Kind::LeakyBucket | Kind::LeakyQueue => format!("{per}, burst {burst}"),
        Kind::BucketedWindow => format!("{per}, in {buckets} buckets"),
        Kind::RollingWindow | Kind::SlidingWindow | Kind::FixedWindow | Kind::FirstRequestWindow => per,
        Kind::Concurrency => format!("{limit} at once"),
    };
    format!("{}: {what}, for each {}", kind.name(), thing(by, 1))
}

fn span(name: &str, traffic: &Traffic) -> String {
    match traffic.span {
        None => format!("{name}: no requests"),
        Some((first, last)) => {
            format!("{name}: {} to {} UTC, {} in all", utc(first), utc(last), spoken(last - first))
        }
    }
}

/// As wide as its content, wherever it is shown.
fn table(style: TableStyle) -> Table {
    let mut table = Table::new();
    table.load_style(style).set_content_arrangement(ContentArrangement::Disabled);
    table
}

/// Numbers stand to the right, and nothing stands away from the margin.
fn lay_out(table: &mut Table, numbers: Range<usize>) {
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if numbers.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn thing(by: Key, many: usize) -> &'static str {
    match (by, many) {
        (Key::Client, 1) => "client",
        (Key::Client, _) => "clients",
        (Key::ClientMethodPath, 1) => "client, method and path",
        (Key::ClientMethodPath, _) => "clients, methods and paths",
    }
}

fn count(number: impl TryInto<u64>) -> String {
    HumanCount(number.try_into().unwrap_or(u64::MAX)).to_string()
}

#[allow(clippy::cast_precision_loss)] // shown to a tenth of a percent
fn share(part: u64, whole: u64) -> String {
    if whole == 0 { String::new() } else { format!("{:.1} %", part as f64 * 100.0 / whole as f64) }
}

fn wait(milliseconds: u64) -> String {
    if milliseconds == 0 { "-".into() } else { spoken(milliseconds).to_string() }
}

fn utc(milliseconds: u64) -> String {
    let time = i64::try_from(milliseconds).ok().and_then(|time| Timestamp::from_millisecond(time).ok());
    time.map_or_else(String::new, |time| time.strftime("%Y-%m-%d %H:%M:%S").to_string())
}
