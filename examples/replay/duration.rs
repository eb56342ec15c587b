//! `--durations`: how long a request took, as a server writes it at the end of a line.

use clap::ValueEnum;

/// What the number at the end of a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Unit {
    /// Microseconds: Apache %D
    Us,
    /// Milliseconds: Apache %{ms}T
    Ms,
    /// Seconds, with decimals or without: nginx `$request_time`, Apache %T
    S,
}

impl Unit {
    /// Milliseconds, rounded up.
    pub fn read(self, field: &[u8]) -> Result<u64, &'static str> {
        let (read, refused) = match self {
            Self::Us => (
                number(field).map(|time| time.div_ceil(1_000)),
                "the last field is not the time the request took in whole microseconds, such as 12850",
            ),
            Self::Ms => {
                (number(field), "the last field is not the time the request took in whole milliseconds, such as 13")
            }
            Self::S => (seconds(field), "the last field is not the time the request took in seconds, such as 0.013"),
        };
        read.ok_or(refused)
    }
}

/// `2` or `0.013`.
fn seconds(field: &[u8]) -> Option<u64> {
    let point = field.iter().position(|&byte| byte == b'.');
    let (whole, decimals) = point.map_or((field, b"0".as_slice()), |at| (&field[..at], &field[at + 1..]));
    number(decimals)?;
    let digit = |place: usize| decimals.get(place).map_or(0, |digit| u64::from(digit - b'0'));
    let beyond = decimals.iter().skip(3).any(|&digit| digit != b'0');
    let milliseconds = digit(0) * 100 + digit(1) * 10 + digit(2) + u64::from(beyond);
    number(whole)?.checked_mul(1_000)?.checked_add(milliseconds)
}

/// Digits alone, no sign.
fn number(field: &[u8]) -> Option<u64> {
    let digits = field.iter().all(u8::is_ascii_digit);
    digits.then(|| str::from_utf8(field).ok()?.parse().ok())?
}
