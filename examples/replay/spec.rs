//! What the text of a level says, as `--layers` takes it: `app=token-bucket:50/1000:60`, `busy=concurrency:10`.

use std::fmt::Display;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::gate::MOST_AT_ONCE;
use crate::limiter::{Clock, Kind, Settings};

const FORM: &str = "NAME=KIND:LIMIT/PERIOD[:BURST] or NAME=concurrency:LIMIT";

/// A limit that is one of several.
pub struct Layer {
    pub name: String,
    pub settings: Settings,
    spec: String,
}

impl Layer {
    /// As the user gave it.
    pub fn option(&self) -> String {
        option(&self.spec)
    }
}

fn option(spec: &str) -> String {
    format!("--layers {spec}")
}

/// Reads the levels, in order.
pub fn read_all(specs: Vec<String>, clock: Clock, buckets: usize) -> Result<Vec<Layer>, Failure> {
    let mut layers: Vec<Layer> = Vec::new();
    for spec in specs {
        let read = read(&spec, clock, buckets).and_then(|(name, settings)| {
            let taken = layers.iter().any(|earlier| earlier.name == name);
            let free = format!("NAME `{name}` is that of an earlier level: give each level a name of its own");
            if taken { Err(free) } else { Ok((name, settings)) }
        });
        let (name, settings) = read.map_err(|reason| Failure::options(reason).of_option(&option(&spec)))?;
        layers.push(Layer { name, settings, spec });
    }
    Ok(layers)
}

fn read(spec: &str, clock: Clock, buckets: usize) -> Result<(String, Settings), String> {
    let (name, limit) = spec.split_once('=').ok_or_else(|| format!("there is no `=`: give {FORM}"))?;
    // Nothing that looks like an option, or that a CSV file would have to quote.
    if !name.starts_with(char::is_alphanumeric)
        || !name.chars().all(|char| char.is_alphanumeric() || "-_.".contains(char))
    {
        return Err(format!("NAME `{name}`: give a letter or digit, followed by letters, digits, `-`, `_` and `.`"));
    }
    let (kind, numbers) = cut(limit, ':');
    let kind = Kind::from_str(kind, false).map_err(|_| format!("KIND `{kind}`: give one of {}", kinds()))?;
    let numbers = numbers.ok_or_else(|| format!("nothing follows `{limit}`: give {FORM}"))?;
    let (limit, period, burst) =
        if kind == Kind::Concurrency { at_once(numbers)? } else { over_time(kind, numbers, clock)? };
    Ok((name.to_owned(), Settings { kind, clock, limit, period, burst, buckets }))
}

/// `LIMIT`.
fn at_once(text: &str) -> Result<(u64, u64, u64), String> {
    if let (limit, Some(period)) = cut(text, '/') {
        return Err(format!(
            "PERIOD `{period}`: concurrency counts what is going on, for however long: give `{limit}` alone"
        ));
    }
    if let (limit, Some(burst)) = cut(text, ':') {
        return Err(format!("BURST `{burst}`: concurrency admits its whole limit at once: give `{limit}` alone"));
    }
    let limit = number("LIMIT", "units", text, MOST_AT_ONCE, "")?;
    Ok((limit, 0, limit))
}

/// `LIMIT/PERIOD` or `LIMIT/PERIOD:BURST`.
fn over_time(kind: Kind, text: &str, clock: Clock) -> Result<(u64, u64, u64), String> {
    let (limit, Some(rest)) = cut(text, '/') else {
        return Err(format!("there is no PERIOD in `{text}`: give LIMIT/PERIOD, in ticks, such as 50/1000"));
    };
    let (period, burst) = cut(rest, ':');
    let why = if clock == Clock::Bits32 { " (with --clock-bits 32)" } else { "" };
    let limit = number("LIMIT", "units", limit, clock.most(), why)?;
    let period = number("PERIOD", "ticks", period, clock.most(), why)?;
    match burst {
        None => Ok((limit, period, limit)),
        Some(burst) if kind.has_burst() => Ok((limit, period, number("BURST", "units", burst, clock.most(), why)?)),
        Some(burst) => Err(format!(
            "BURST `{burst}`: a {} admits its whole limit at once: give `{limit}/{period}` alone",
            kind.name()
        )),
    }
}

fn number(what: &str, unit: &str, text: &str, most: u64, why: impl Display) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("{what} `{text}` is not a whole number of {unit} from 1 to {most}{why}"))
}

/// What stands before the first `mark`, and after it if there is one.
fn cut(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn kinds() -> String {
    let names: Vec<String> = Kind::value_variants().iter().map(|kind| kind.name()).collect();
    names.join(", ")
}
