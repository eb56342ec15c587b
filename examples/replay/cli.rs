//! The command line: what it offers, and what its options mean together.

use std::path::PathBuf;

use clap::Parser;

use crate::failure::Failure;
use crate::limiter::{Clock, Kind, Settings};
use crate::period;
use crate::traffic::Key;

const LIMIT_OF_LOGS: u64 = 20;
const PERIOD_OF_LOGS: &str = "1m";

// Broken by hand where clap would not.
const ABOUT: &str = "\
Replays traffic through a rate limit, and tells what the limit would have done.

In log mode (the default) a web access log is replayed through one limit for each client, and a
report says how many requests would have been denied, to whom, and how long they would have been
told to wait.

In event mode (--events and --decisions) a list of operations is answered one by one, exactly and
machine-readable.";

const EXAMPLES: &str = "\
Examples:
  What would 20 requests a minute for each client have done? (Without FILE: to a sample log.)
      cargo run --release --example replay -- --limit 20 --period 1m access.log

  100 an hour for each client, method and path, with at most 10 at once:
      cargo run --release --example replay -- \\
          --limit 100 --period 1h --burst 10 --key client-method-path access.log

  Spread requests to one every two seconds, with up to 30 waiting, instead of refusing them:
      cargo run --release --example replay -- \\
          --limiter leaky-queue --limit 1 --period 2s --burst 30 access.log

  Check the algorithm from outside, 3 units in 1000 ticks, and see the decisions:
      printf 'op,ticks,key,cost\\nacquire,0,ada,3\\nacquire,1,ada,1\\n' |
          cargo run --release --example replay -- --limit 3 --period 1000 --events - --decisions -

The report of log mode:
  requests, admitted, denied   well-formed lines, and what the limit makes of them
  clients limited              clients that were denied at least once, of all there are
  longest wait told            the longest time a denial said to wait before asking again
  longest delay                how long the queue held back what it admitted (leaky-queue only)
  clock went back              lines stamped earlier than the line before them, as real logs have;
                               they are replayed as they stand
  malformed lines              lines in another format: skipped, counted, and the first one shown
  The clock is the log's, in milliseconds since the Unix epoch, the time zone of each line
  taken into account. A request costs 1.

The columns of IN.csv, header `op,ticks,key,cost`:
  op           `acquire` or `release`
  ticks        the clock, 0 to 2^64 - 1; it may wrap, stall and step back.
               With --clock-bits 32 it is cut to its low 32 bits.
  key          any text; each distinct key has a limiter of its own
  cost         units to acquire or release; to acquire 0 is admitted and takes nothing

The columns of OUT.csv, header `outcome,remaining,retry_after`, one row for each row of IN.csv:
  outcome      `admit`     the cost has been taken
               `deny`      not yet: if nobody else takes the room, the same cost fits after
                           `retry_after` ticks, and not earlier
               `never`     the cost exceeds the burst: waiting is in vain
               `released`  what was held has been given back
               `error`     this limiter cannot do that, and nothing has changed: a rate limiter
                           (token-bucket, leaky-bucket, leaky-queue) has nothing to release
  remaining    whole units left after the operation, whatever its outcome, rounded down
  retry_after  ticks, on `deny` only
  A malformed row ends the run with an error that names its line, and OUT.csv is not written.

Exit codes: 0 done, 1 something could not be read or written, 2 wrong options.";

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

    /// Units in a period; a request of a log is one [default in log mode: 20]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The limit")]
    limit: Option<u64>,

    /// Log mode: a duration such as 500ms, 60s, 1m, 1h, 1d [default: 1m]. Event mode: a bare number of ticks
    #[arg(long, value_name = "PERIOD", allow_negative_numbers = true, help_heading = "The limit")]
    period: Option<String>,

    /// Units that may pass at once after a quiet time [default: the limit]
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = "The limit")]
    burst: Option<u64>,

    /// Width of the limiter's clock and state
    #[arg(long, value_enum, value_name = "BITS", default_value_t = Clock::Bits64, help_heading = "The limit")]
    clock_bits: Clock,

    /// What has a limit of its own
    #[arg(long, value_enum, value_name = "KEY", default_value_t = Key::Client, help_heading = "Log mode")]
    #[arg(conflicts_with = "events")]
    key: Key,

    /// Print the sample log anew, as its generator makes it
    #[arg(long, exclusive = true, help_heading = "Log mode")]
    generate_sample: bool,

    /// Operations to decide on, `-` for standard input
    #[arg(long, value_name = "IN.csv", requires = "decisions", help_heading = "Event mode")]
    events: Option<PathBuf>,

    /// Where the decisions go, `-` for standard output
    #[arg(long, value_name = "OUT.csv", requires = "events", help_heading = "Event mode")]
    decisions: Option<PathBuf>,
}

/// What is to be done.
pub enum Mode {
    Log { file: Option<PathBuf>, key: Key, settings: Settings },
    Events { events: PathBuf, decisions: PathBuf, settings: Settings },
    GenerateSample,
}

impl Cli {
    pub fn mode(self) -> Result<Mode, Failure> {
        if self.generate_sample {
            return Ok(Mode::GenerateSample);
        }
        let Self { file, key, limiter: kind, limit, period, burst, clock_bits: clock, .. } = self;
        let settings = |limit, period| Settings { kind, clock, limit, period, burst: burst.unwrap_or(limit) };
        let (Some(events), Some(decisions)) = (self.events, self.decisions) else {
            let period = period::in_milliseconds(period.as_deref().unwrap_or(PERIOD_OF_LOGS))?;
            return Ok(Mode::Log { file, key, settings: settings(limit.unwrap_or(LIMIT_OF_LOGS), period) });
        };
        let missing = |option| Failure::options(format!("event mode needs {option}"));
        let limit = limit.ok_or_else(|| missing("--limit N"))?;
        let period = period::in_ticks(&period.ok_or_else(|| missing("--period TICKS"))?)?;
        Ok(Mode::Events { events, decisions, settings: settings(limit, period) })
    }
}
