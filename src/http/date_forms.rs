//! The three forms of a date: as they were written, and what they mean at a time.

use super::civil::{Civil, weekday};
use super::date::{Clock, MONTHS, SECONDS_PER_DAY, WEEKDAYS};
use super::scanner::Scanner;
use super::{HttpDate, Reason};

/// A date as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// 0 is Sunday.
    weekday: u32,
    year: Year,
    /// From 1.
    month: u32,
    day: u32,
    clock: Clock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Year {
    Whole(u32),
    /// The last two digits.
    OfCentury(u32),
}

impl Written {
    pub(crate) fn parse(value: &[u8]) -> Result<Self, Reason> {
        let mut scanner = Scanner::trimmed(value);
        if scanner.is_done() {
            return Err(Reason::Empty);
        }
        let written = Self::scan(&mut scanner).ok_or(Reason::NotADate)?;
        if scanner.is_done() { Ok(written) } else { Err(Reason::NotADate) }
    }

    fn scan(scanner: &mut Scanner<'_>) -> Option<Self> {
        let word = scanner.take_while(|byte| byte.is_ascii_alphabetic());
        if let Some(weekday) = index_of(word, &WEEKDAYS, usize::MAX) {
            return rfc_850(scanner, weekday);
        }
        let weekday = index_of(word, &WEEKDAYS, 3)?;
        if scanner.peek() == Some(b',') { imf_fixdate(scanner, weekday) } else { asctime(scanner, weekday) }
    }

    /// What it means at a time, which a year of two digits depends on.
    pub(crate) fn resolve(self, now: HttpDate) -> Result<HttpDate, Reason> {
        let Self { weekday: written, year, month, day, clock } = self;
        let day = match year {
            Year::Whole(year) => Civil { year, month, day },
            Year::OfCentury(digits) => latest(Civil { year: digits, month, day }, clock, now),
        };
        if !day.exists() {
            return Err(Reason::NoSuchDay);
        }
        if !clock.exists() {
            return Err(Reason::NoSuchTime);
        }
        if day.year < 1970 {
            return Err(Reason::BeforeEpoch);
        }
        let days = day.days();
        if weekday(days) != written {
            return Err(Reason::WrongWeekday);
        }
        Ok(HttpDate::from_seconds(u64::from(days) * SECONDS_PER_DAY + clock.seconds()))
    }
}

/// The latest day with these two digits that is not more than 50 years after `now`.
fn latest(day: Civil, clock: Clock, now: HttpDate) -> Civil {
    let (today, time) = now.civil();
    let bound = today.year + 50;
    let year = bound - (bound + 100 - day.year) % 100;
    let at_bound = (year, day.month, day.day, clock) > (bound, today.month, today.day, time);
    Civil { year: if at_bound { year - 100 } else { year }, ..day }
}

impl Clock {
    /// A day has these, and a leap second at its end.
    fn exists(self) -> bool {
        self.hour < 24 && self.minute < 60 && self.second < 60 || self == Self { hour: 23, minute: 59, second: 60 }
    }

    fn seconds(self) -> u64 {
        u64::from(self.hour * 3_600 + self.minute * 60 + self.second)
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, behind the weekday.
fn imf_fixdate(scanner: &mut Scanner<'_>, weekday: u32) -> Option<Written> {
    expect(scanner, b", ")?;
    let day = number(scanner, 2)?;
    expect(scanner, b" ")?;
    let month = month(scanner)?;
    expect(scanner, b" ")?;
    let year = Year::Whole(number(scanner, 4)?);
    expect(scanner, b" ")?;
    let clock = clock(scanner)?;
    expect(scanner, b" GMT")?;
    Some(Written { weekday, year, month, day, clock })
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`, behind the weekday.
fn rfc_850(scanner: &mut Scanner<'_>, weekday: u32) -> Option<Written> {
    expect(scanner, b", ")?;
    let day = number(scanner, 2)?;
    expect(scanner, b"-")?;
    let month = month(scanner)?;
    expect(scanner, b"-")?;
    let year = Year::OfCentury(number(scanner, 2)?);
    expect(scanner, b" ")?;
    let clock = clock(scanner)?;
    expect(scanner, b" GMT")?;
    Some(Written { weekday, year, month, day, clock })
}

/// `Sun Nov  6 08:49:37 1994`, behind the weekday.
fn asctime(scanner: &mut Scanner<'_>, weekday: u32) -> Option<Written> {
    expect(scanner, b" ")?;
    let month = month(scanner)?;
    expect(scanner, b" ")?;
    let digits = if scanner.strip(b' ') { 1 } else { 2 };
    let day = number(scanner, digits)?;
    expect(scanner, b" ")?;
    let clock = clock(scanner)?;
    expect(scanner, b" ")?;
    let year = Year::Whole(number(scanner, 4)?);
    Some(Written { weekday, year, month, day, clock })
}

fn expect(scanner: &mut Scanner<'_>, word: &[u8]) -> Option<()> {
    scanner.strip_word(word).then_some(())
}

/// `08:49:37`.
fn clock(scanner: &mut Scanner<'_>) -> Option<Clock> {
    let hour = number(scanner, 2)?;
    expect(scanner, b":")?;
    let minute = number(scanner, 2)?;
    expect(scanner, b":")?;
    Some(Clock { hour, minute, second: number(scanner, 2)? })
}

/// A number of exactly so many digits, at most four.
fn number(scanner: &mut Scanner<'_>, digits: usize) -> Option<u32> {
    let found = scanner.digits();
    (found.len() == digits)
        .then(|| found.iter().fold(0, |value, digit| value * 10 + u32::from(digit.wrapping_sub(b'0'))))
}

fn month(scanner: &mut Scanner<'_>) -> Option<u32> {
    let word = scanner.take_while(|byte| byte.is_ascii_alphabetic());
    Some(index_of(word, &MONTHS, 3)? + 1)
}

/// The place, from 0, of the name with these first letters, in any case.
fn index_of<const N: usize>(word: &[u8], names: &[&str; N], letters: usize) -> Option<u32> {
    let names = names.iter().map(|name| name.as_bytes().get(..letters).unwrap_or(name.as_bytes()));
    (0..).zip(names).find(|(_, name)| word.eq_ignore_ascii_case(name)).map(|(index, _)| index)
}
