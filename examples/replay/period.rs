//! `--period`: a duration where the clock is known, a bare number of ticks where it is not.

use std::fmt::Display;
use std::time::Duration;

use crate::failure::Failure;

/// `1h`, `90s`, `250ms`, … in milliseconds, the ticks of log mode.
pub fn in_milliseconds(text: &str) -> Result<u64, Failure> {
    let refused = |why: &str| Failure::options(format!("--period {text}: {why}"));
    let duration = humantime::parse_duration(text).map_err(|_| {
        refused("log mode takes a number with its unit (ms, s, m, h or d), such as 500ms, 60s, 1m, 1h or 1d")
    })?;
    let ticks = u64::try_from(duration.as_millis()).map_err(|_| refused("longer than 2^64 milliseconds"))?;
    if Duration::from_millis(ticks) != duration {
        return Err(refused("the clock of log mode ticks in milliseconds: give a whole number of them"));
    }
    Ok(ticks)
}

/// A bare number, the ticks of event mode.
pub fn in_ticks(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| {
        Failure::options(format!(
            "--period {text}: event mode counts in ticks and knows no unit: give a bare number, such as 60000"
        ))
    })
}

/// Milliseconds as a person says them: `1h 30m`.
pub fn spoken(milliseconds: u64) -> impl Display {
    humantime::format_duration(Duration::from_millis(milliseconds))
}
