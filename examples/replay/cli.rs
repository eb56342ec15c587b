//! The command line: what it offers, and what its options mean together.

use std::path::PathBuf;

use clap::Parser;

use crate::duration::Unit;
use crate::failure::Failure;
use crate::help::{ABOUT, EXAMPLES};
use crate::keyed::{Slots, WhenFull};
use crate::limiter::{Clock, Kind, Settings};
use crate::period;
use crate::profile::{OfLogs, Profile};
use crate::spec::{self, Layer};
use crate::traffic::Key;

const LIMIT_OF_LOGS: u64 = 20;
const PERIOD_OF_LOGS: &str = "1m";
const BUCKETS: usize = 60;

/// Replays traffic through a rate limit, and tells what the limit would have done.
#[derive(Parser)]
#[command(
    name = "replay",
    long_about = ABOUT,
    after_help = "`--help` has examples and explains every column.",
    after_long_help = EXAMPLES
)]
pub struct Cli {
    /// Access log in Common or Combined Log Format, `-` for standard input; without it, a sample log
    #[arg(value_name = "FILE", conflicts_with = "events")]
    file: Option<PathBuf>,

    /// The algorithm
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::TokenBucket, help_heading = "The limit")]
    limiter: Kind,

    /// Units in a period, or at once (concurrency); a request of a log is one [default in log mode: 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The limit")]
    limit: Option<u64>,

    /// Log mode: a duration such as 500ms, 60s, 1m, 1h, 1d [default: 1m]. Event mode: a bare number of ticks
    #[arg(long, value_name = "PERIOD", allow_negative_numbers = true, help_heading = "The limit")]
    period: Option<String>,

    /// Units that may pass at once after a quiet time [default: the limit, as it always is for windows]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The limit")]
    burst: Option<u64>,

    /// Parts of the period that bucketed-window keeps a sum of each, 1 to 1022 [default: 60]
    #[arg(long, value_name = "B", allow_negative_numbers = true, help_heading = "The limit")]
    buckets: Option<usize>,

    /// Width of the limiter's clock and state
    #[arg(long, value_enum, value_name = "BITS", default_value_t = Clock::Bits64, help_heading = "The limit")]
    clock_bits: Clock,

    /// One table of N slots for all keys, a multiple of 4, instead of one limiter each
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The limit")]
    keys: Option<usize>,

    /// What becomes of a key that finds no slot, all it may have being in use by others [default: refuse]
    #[arg(long, value_enum, value_name = "CHOICE", help_heading = "The limit")]
    full: Option<WhenFull>,

    /// The limits of an API as its documents have them, instead of one: see below
    #[arg(long, value_enum, value_name = "API", help_heading = "The limit")]
    #[arg(conflicts_with_all = ["limiter", "limit", "period", "burst", "buckets", "layers", "keys", "full", "key", "durations"])]
    profile: Option<Profile>,

    /// What has a limit of its own
    #[arg(long, value_enum, value_name = "KEY", default_value_t = Key::Client, help_heading = "Log mode")]
    #[arg(conflicts_with = "events")]
    key: Key,

    /// The last field of each line is the time the request took, in this unit: for concurrency
    #[arg(long, value_enum, value_name = "UNIT", help_heading = "Log mode")]
    #[arg(conflicts_with = "events")]
    durations: Option<Unit>,

    /// Print the sample log anew, as its generator makes it
    #[arg(long, exclusive = true, help_heading = "Log mode")]
    generate_sample: bool,

    /// Operations to decide on, `-` for standard input
    #[arg(long, value_name = "IN.csv", requires = "decisions", help_heading = "Event mode")]
    events: Option<PathBuf>,

    /// Where the decisions go, `-` for standard output
    #[arg(long, value_name = "OUT.csv", requires = "events", help_heading = "Event mode")]
    decisions: Option<PathBuf>,

    /// Several limits in order, taken all or nothing: NAME=KIND:LIMIT/PERIOD[:BURST] or NAME=concurrency:LIMIT
    #[arg(long, value_name = "SPEC", num_args = 1.., help_heading = "Event mode")]
    #[arg(conflicts_with_all = ["limiter", "limit", "period", "burst"])]
    layers: Vec<String>,
}

/// What is to be done.
pub enum Mode {
    Log { file: Option<PathBuf>, key: Key, durations: Option<Unit>, settings: Settings, slots: Option<Slots> },
    Events { events: PathBuf, decisions: PathBuf, settings: Settings, slots: Option<Slots> },
    Layers { events: PathBuf, decisions: PathBuf, clock: Clock, layers: Vec<Layer> },
    ProfileLog { file: Option<PathBuf>, clock: Clock, profile: Profile, of_logs: OfLogs },
    ProfileEvents { events: PathBuf, decisions: PathBuf, clock: Clock, profile: Profile },
    GenerateSample,
}

impl Cli {
    pub fn mode(self) -> Result<Mode, Failure> {
        if self.generate_sample {
            return Ok(Mode::GenerateSample);
        }
        if !self.layers.is_empty() {
            return self.layered();
        }
        if let Some(profile) = self.profile {
            return self.profiled(profile);
        }
        self.refuse_what_the_limiter_does_not_know()?;
        let slots = Slots::read(self.keys, self.full, Some(self.limiter))?;
        let Self { file, key, limiter: kind, limit, period, burst, buckets, clock_bits: clock, durations, .. } = self;
        let settings = |limit, period| Settings {
            kind,
            clock,
            limit,
            period,
            burst: burst.unwrap_or(limit),
            buckets: buckets.unwrap_or(BUCKETS),
        };
        let timeless = kind == Kind::Concurrency;
        let (Some(events), Some(decisions)) = (self.events, self.decisions) else {
            require_durations(kind, durations, file.is_some())?;
            let limit = limit.unwrap_or(LIMIT_OF_LOGS);
            let period =
                if timeless { 0 } else { period::in_milliseconds(period.as_deref().unwrap_or(PERIOD_OF_LOGS))? };
            return Ok(Mode::Log { file, key, durations, settings: settings(limit, period), slots });
        };
        let missing = |option| Failure::options(format!("event mode needs {option}"));
        let limit = limit.ok_or_else(|| missing("--limit N"))?;
        let period = if timeless { 0 } else { period::in_ticks(&period.ok_or_else(|| missing("--period TICKS"))?)? };
        Ok(Mode::Events { events, decisions, settings: settings(limit, period), slots })
    }

    fn layered(self) -> Result<Mode, Failure> {
        Slots::read(self.keys, self.full, None)?;
        let Self { clock_bits: clock, buckets, layers, .. } = self;
        let (Some(events), Some(decisions)) = (self.events, self.decisions) else {
            return Err(Failure::options(
                "--layers: a log is replayed through one limit: give --events and --decisions, or, for a log, \
                 --limiter, --limit and --period",
            ));
        };
        let layers = spec::read_all(layers, clock, buckets.unwrap_or(BUCKETS))?;
        match buckets {
            Some(buckets) if layers.iter().all(|layer| layer.settings.kind != Kind::BucketedWindow) => {
                Err(refused(&format!("--buckets {buckets}"), "none of --layers is a bucketed-window"))
            }
            _ => Ok(Mode::Layers { events, decisions, clock, layers }),
        }
    }

    fn profiled(self, profile: Profile) -> Result<Mode, Failure> {
        let Self { file, clock_bits: clock, events, decisions, .. } = self;
        if let (Some(events), Some(decisions)) = (events, decisions) {
            return Ok(Mode::ProfileEvents { events, decisions, clock, profile });
        }
        let of_logs = profile.of_logs().ok_or_else(|| {
            Failure::options(format!(
                "--profile {}: a log says neither which token a request came with nor when it ended: give --events and \
                 --decisions, or, for a log, one of its limits: --limiter rolling-window --limit 16 --period 1s, or \
                 --limiter concurrency --limit 5 --durations UNIT",
                profile.name()
            ))
        })?;
        Ok(Mode::ProfileLog { file, clock, profile, of_logs })
    }

    fn refuse_what_the_limiter_does_not_know(&self) -> Result<(), Failure> {
        let Self { limiter, period, burst, buckets, durations, .. } = self;
        let refused = |option: String, why: &str| Err(refused(&option, why));
        if *limiter == Kind::Concurrency {
            if let Some(period) = period {
                return refused(format!("--period {period}"), "concurrency counts what is going on, for however long");
            }
            if let Some(burst) = burst {
                return refused(format!("--burst {burst}"), "concurrency admits its whole limit at once");
            }
        } else if durations.is_some() {
            return refused("--durations".into(), "only --limiter concurrency asks how long a request took");
        }
        match buckets {
            Some(buckets) if *limiter != Kind::BucketedWindow => {
                refused(format!("--buckets {buckets}"), "only --limiter bucketed-window has buckets")
            }
            _ => Ok(()),
        }
    }
}

fn refused(option: &str, why: &str) -> Failure {
    Failure::options(format!("{option}: {why}: leave it out"))
}

/// What a log has to say before it can tell what was going on at once.
fn require_durations(kind: Kind, durations: Option<Unit>, has_file: bool) -> Result<(), Failure> {
    match durations {
        None if kind == Kind::Concurrency => Err(Failure::options(
            "--limiter concurrency has to know how long each request took, and Common and Combined Log Format do not \
             say: let the server write it as the last field of each line, and give --durations us (Apache %D), \
             --durations ms (Apache %{ms}T) or --durations s (Apache %T, nginx $request_time)",
        )),
        Some(_) if !has_file => Err(Failure::options(
            "--durations: the sample log does not say how long its requests took: give a FILE whose lines do",
        )),
        _ => Ok(()),
    }
}
