//! Replays traffic through a rate limit and tells what the limit would have done.
//!
//! ```text
//! cargo run --release --example replay                     # the sample log that comes with it
//! cargo run --release --example replay -- --help           # everything it does, with examples
//! ```
//!
//! Two modes share the limiters: *log mode* reads a web access log and prints a report, *event mode* reads operations
//! from a CSV file and writes one decision for each, so that the algorithms can be checked from outside.

mod cli;
mod comparison;
mod duration;
mod events;
mod failure;
mod gate;
mod help;
mod keyed;
mod layers;
mod limiter;
mod log;
mod output;
mod period;
mod profile;
mod progress;
mod report;
mod sample;
mod source;
mod spec;
mod traffic;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Mode};
use comparison::Comparison;
use failure::Failure;
use limiter::Gates;
use report::Report;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn run() -> Result<(), Failure> {
    match Cli::parse().mode()? {
        Mode::GenerateSample => print(|out| sample::generate(out)),
        Mode::Events { events, decisions, settings, slots } => {
            events::run(&events, &decisions, &mut Gates::new(&settings, slots)?)
        }
        Mode::Layers { events, decisions, clock, layers } => {
            events::run(&events, &decisions, &mut Gates::layered(clock, &layers)?)
        }
        Mode::ProfileEvents { events, decisions, clock, profile } => {
            events::run(&events, &decisions, &mut profile.limits(clock))
        }
        Mode::Log { file, key, durations, settings, slots } => {
            let mut gates = Gates::new(&settings, slots)?;
            let mut comparison = slots.map(|slots| Comparison::new(&settings, slots)).transpose()?;
            let source = source::open(file.as_deref())?;
            let name = source.name.clone();
            let traffic = traffic::replay(source, &mut gates, comparison.as_mut(), key, durations)?;
            let table = comparison.as_ref().zip(gates.table());
            let report = Report::of_limit(&name, &settings, table, key, &traffic);
            print(|out| report.write(out))
        }
        Mode::ProfileLog { file, clock, profile, of_logs } => {
            let mut limits = profile.limits(clock);
            let source = source::open(file.as_deref())?;
            let name = source.name.clone();
            let traffic = traffic::replay(source, &mut limits, None, of_logs.key, None)?;
            let report = Report::of_profile(&name, &of_logs, &traffic);
            print(|out| report.write(out))
        }
    }
}

fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(|error| Failure::output("standard output", &error))
}
