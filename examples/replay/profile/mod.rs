//! `--profile`: the limits of an API, with the numbers and in the words of its documents.

mod clover;
mod conecto;
mod haravan;
mod logs;

use clap::ValueEnum;
use tollgate::cell::HasShared;
use tollgate::profiles;
use tollgate::time::{TickLength, Ticks};

use crate::events::{Decide, Event};
use crate::limiter::{Answer, Clock, Limits, Op, Outcome};

pub use logs::{OfLogs, Rule};

/// Of the clock in both modes.
const TICK: TickLength = TickLength::MILLISECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// 50 in any second for an app and 16 for a token; 10 and 5 at once, and a wait that grows if ignored
    Clover,
    /// 100 in any hour for each client, method and path, or 500 where a rule says so
    Conecto,
    /// A bucket of 80 for each shop that leaks 4 a second
    Haravan,
}

impl Profile {
    /// As the options call it.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Its limits, as never used.
    pub fn limits(self, clock: Clock) -> ProfileLimits {
        ProfileLimits(match clock {
            Clock::Bits32 => self.api::<u32>(),
            Clock::Bits64 => self.api::<u64>(),
        })
    }

    fn api<T: HasShared>(self) -> Box<dyn Api> {
        match self {
            Self::Clover => Box::new(clover::Clover::<T>::default()),
            Self::Conecto => Box::new(conecto::Conecto::<T>::default()),
            Self::Haravan => Box::new(haravan::Haravan::<T>::default()),
        }
    }
}

/// The limits of one API, for all keys.
trait Api {
    /// Says what is wrong with the shape of a key.
    fn check(&self, key: &[u8]) -> Result<(), String>;

    fn acquire(&mut self, key: &[u8], now: u64) -> Said;

    /// Gives a place back, where there are places.
    fn release(&mut self, key: &[u8], now: u64) -> Answer;

    /// The part of a key that counts.
    fn counted<'key>(&self, key: &'key [u8]) -> &'key [u8] {
        key
    }
}

/// The answer to a request, as the API words it.
struct Said {
    answer: Answer,
    /// Empty unless it was refused.
    level: String,
    status: u16,
    headers: String,
}

impl Said {
    /// `refuses` is what does if it is refused.
    fn new<T: Ticks>(said: &impl profiles::Answer<T>, refuses: &str, remaining: u64) -> Self {
        let (outcome, level) = match said.level() {
            None => (Outcome::Admit { delay: 0 }, ""),
            Some(_) => (Outcome::Deny { level: 0, retry_after: said.retry_after().map(Into::into) }, refuses),
        };
        let headers: Vec<String> = said.headers(TICK).map(|header| header.to_string()).collect();
        Self {
            answer: Answer { outcome, remaining },
            level: level.into(),
            status: said.status(),
            headers: headers.join(" | "),
        }
    }
}

/// The limits of a profile.
pub struct ProfileLimits(Box<dyn Api>);

impl Limits for ProfileLimits {
    fn counted<'key>(&self, key: &'key [u8]) -> &'key [u8] {
        self.0.counted(key)
    }

    fn put(&mut self, op: Op, key: &[u8], now: u64, _one: u64) -> Answer {
        match op {
            Op::Acquire => self.0.acquire(key, now).answer,
            Op::Release => self.0.release(key, now),
        }
    }
}

impl Decide for ProfileLimits {
    fn columns(&self) -> &'static [&'static str] {
        &["level", "status", "headers"]
    }

    fn read_cost(&self, text: &[u8]) -> Result<u64, String> {
        let cost = text.escape_ascii();
        if text == b"1" { Ok(1) } else { Err(format!("cost `{cost}` is not 1: with --profile every request costs 1")) }
    }

    fn decide(&mut self, event: &Event<'_>) -> Result<(Answer, Vec<String>), String> {
        let Event { op, key, ticks, .. } = *event;
        self.0.check(key)?;
        Ok(match op {
            Op::Acquire => {
                let Said { answer, level, status, headers } = self.0.acquire(key, ticks);
                (answer, vec![level, status.to_string(), headers])
            }
            Op::Release => (self.0.release(key, ticks), vec![String::new(); 3]),
        })
    }
}

/// What is said of a key of another shape.
fn misshapen(key: &[u8], form: &str) -> String {
    format!("key `{}` is not of the form `{form}`", key.escape_ascii())
}
