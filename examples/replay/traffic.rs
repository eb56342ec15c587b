//! Log mode: every line of a log put to the limiter of its key, and the tallies of what happened.
//!
//! The limiters' clock is the log's own time in milliseconds since the Unix epoch. A server logs a request when it ends
//! and stamps it with its start, so the stamps of a real log step back now and then: they are fed as they stand.
//! (Apache does; nginx stamps the end.)

use std::collections::HashMap;

use clap::ValueEnum;

use crate::comparison::Comparison;
use crate::duration::Unit;
use crate::failure::Failure;
use crate::limiter::{Limits, Op, Outcome};
use crate::log::{self, Entry};
use crate::progress::InProgress;
use crate::source::Source;

/// What gets a limiter of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Key {
    /// Each client
    Client,
    /// Each client, method and path together; the query string does not count
    ClientMethodPath,
}

#[derive(Default)]
pub struct Traffic {
    pub requests: u64,
    pub keys: HashMap<Vec<u8>, Tally>,
    /// Earliest and latest time, in milliseconds since the Unix epoch.
    pub span: Option<(u64, u64)>,
    pub steps_back: StepsBack,
    pub malformed: u64,
    pub first_malformed: Option<Malformed>,
}

#[derive(Clone, Copy, Default)]
pub struct Tally {
    pub requests: u64,
    pub denied: u64,
    /// The longest wait a denial told, in milliseconds.
    pub longest_wait: u64,
    /// The longest delay of an admitted request, in milliseconds: 0 but for a queue.
    pub longest_delay: u64,
}

impl Tally {
    /// Takes in those of another key.
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.denied += other.denied;
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        self.longest_delay = self.longest_delay.max(other.longest_delay);
    }
}

#[derive(Default)]
pub struct StepsBack {
    pub count: u64,
    pub longest: u64,
}

pub struct Malformed {
    pub line: u64,
    pub text: Vec<u8>,
    pub reason: &'static str,
}

/// Replays a whole log. What was admitted is given back when it ends if the lines say, in `durations`, how long it took.
pub fn replay(
    source: Source,
    limits: &mut dyn Limits,
    mut comparison: Option<&mut Comparison>,
    by: Key,
    durations: Option<Unit>,
) -> Result<Traffic, Failure> {
    let Source { name, mut lines } = source;
    let mut traffic = Traffic::default();
    let mut in_progress = InProgress::default();
    let mut clock = 0;
    let mut key = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(|error| Failure::input(&name, &error))? == 0 {
            break;
        }
        match log::parse(&line).and_then(|entry| Ok((took(&entry, durations)?, entry))) {
            Ok((took, entry)) => {
                key.clear();
                write_key(&mut key, &entry, by);
                key.truncate(limits.counted(&key).len());
                traffic.read_clock(clock, entry.time);
                clock = entry.time;
                in_progress.end(entry.time, limits);
                let answer = limits.put(Op::Acquire, &key, entry.time, 1);
                if let Some(comparison) = &mut comparison {
                    comparison.take(&answer, &key, entry.time, 1);
                }
                if let (Outcome::Admit { .. }, Some(took)) = (&answer.outcome, took) {
                    in_progress.begin(&key, entry.time, took);
                }
                traffic.count(&key, &answer.outcome);
            }
            Err(reason) => {
                traffic.malformed += 1;
                traffic.first_malformed.get_or_insert_with(|| Malformed { line: number, text: line.clone(), reason });
            }
        }
    }
    match &traffic.first_malformed {
        Some(first) if traffic.requests == 0 => Err(Failure::Data(format!(
            "no line of {name} is in Common or Combined Log Format{}; line {}: {}: {}",
            durations.map_or("", |_| " and ends with the time the request took"),
            first.line,
            first.reason,
            log::printable(&first.text, 80)
        ))),
        _ => Ok(traffic),
    }
}

/// Milliseconds the request took, where the log says so.
fn took(entry: &Entry<'_>, durations: Option<Unit>) -> Result<Option<u64>, &'static str> {
    let Some(unit) = durations else { return Ok(None) };
    unit.read(entry.last.ok_or("nothing follows the size that could be the time the request took")?).map(Some)
}

/// The client comes first and contains no space: see [`client_of`].
fn write_key(key: &mut Vec<u8>, entry: &Entry<'_>, by: Key) {
    key.extend_from_slice(entry.client);
    if by == Key::ClientMethodPath {
        for part in [entry.method, entry.path] {
            key.push(b' ');
            key.extend_from_slice(part);
        }
    }
}

/// The client whose key this is.
pub fn client_of(key: &[u8]) -> &[u8] {
    key.split(|&byte| byte == b' ').next().unwrap_or(key)
}

impl Traffic {
    pub fn denied(&self) -> u64 {
        self.keys.values().map(|tally| tally.denied).sum()
    }

    fn read_clock(&mut self, before: u64, now: u64) {
        let (first, last) = self.span.unwrap_or((now, now));
        self.span = Some((first.min(now), last.max(now)));
        let back = before.saturating_sub(now);
        if back > 0 {
            self.steps_back.count += 1;
            self.steps_back.longest = self.steps_back.longest.max(back);
        }
    }

    fn count(&mut self, key: &[u8], outcome: &Outcome) {
        let tally = self.keys.entry(key.to_vec()).or_default();
        self.requests += 1;
        tally.requests += 1;
        match outcome {
            Outcome::Admit { delay } => tally.longest_delay = tally.longest_delay.max(*delay),
            Outcome::Deny { retry_after, .. } => {
                tally.denied += 1;
                tally.longest_wait = tally.longest_wait.max(retry_after.unwrap_or(0));
            }
            Outcome::Never { .. } | Outcome::Released | Outcome::Error => tally.denied += 1,
        }
    }
}
