use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Seconds since the epoch of a date in any of the three forms; `now` is for years of two digits.
pub fn parse(value: &[u8], now: u64) -> Option<u64> {
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']).to_ascii_lowercase();
    let words: Vec<_> = text.split(' ').collect();
    let (weekday, year, month, day, time) = match words[..] {
        [weekday, day, month, year, time, "gmt"] => (weekday.strip_suffix(',')?, year, month, day, time),
        [weekday, date, time, "gmt"] => {
            let weekday = weekday.strip_suffix(',').filter(|name| WEEKDAYS.contains(name))?;
            let [day, month, year] = date.split('-').collect::<Vec<_>>()[..] else { return None };
            (weekday, year, month, day, time)
        }
        [weekday, month, "", day, time, year] if day.len() == 1 => (weekday, year, month, day, time),
        [weekday, month, day, time, year] if day.len() == 2 => (weekday, year, month, day, time),
        _ => return None,
    };
    let short = words.len() != 4;
    let weekday = WEEKDAYS.iter().position(|name| if short { name[..3] == *weekday } else { *name == weekday })?;
    let month = MONTHS.iter().position(|name| *name == month)? as i8 + 1;
    let day = if words.len() == 6 && words[2].is_empty() { digits(day, 1)? } else { digits(day, 2)? } as i8;
    let [hour, minute, second] = time.split(':').collect::<Vec<_>>()[..] else { return None };
    let (hour, minute, second) = (digits(hour, 2)? as i8, digits(minute, 2)? as i8, digits(second, 2)? as i8);
    let year =
        if short { digits(year, 4)? } else { nearest(digits(year, 2)?, (month, day, hour, minute, second), now) };

    let leaps = (hour, minute, second) == (23, 59, 60);
    let date = DateTime::new(year, month, day, hour, minute, if leaps { 59 } else { second }, 0).ok()?;
    let is_written_day = date.weekday() == Weekday::from_monday_zero_offset(weekday as i8).unwrap();
    let seconds = date.duration_since(EPOCH).as_secs() + i64::from(leaps);
    // The calendar ends with the year 9999.
    u64::try_from(seconds).ok().filter(|_| is_written_day).map(|seconds| seconds.min(253_402_300_799))
}

fn digits(text: &str, count: usize) -> Option<i16> {
    let are_digits = text.len() == count && text.chars().all(|letter| letter.is_ascii_digit());
    are_digits.then(|| text.parse().unwrap())
}

/// Tries one year after the other, from late to early.
fn nearest(year: i16, rest: (i8, i8, i8, i8, i8), now: u64) -> i16 {
    let now = civil(now);
    let bound = (now.year() + 50, now.month(), now.day(), now.hour(), now.minute(), now.second());
    let is_near = |year: &i16| (*year, rest.0, rest.1, rest.2, rest.3, rest.4) <= bound;
    (0..=9_999).rev().filter(|candidate| candidate % 100 == year).find(is_near).unwrap()
}

/// The calendar of seconds since the epoch.
pub fn civil(seconds: u64) -> DateTime {
    EPOCH + SignedDuration::from_secs(i64::try_from(seconds).unwrap())
}

/// Seconds from the epoch to a day.
pub fn seconds(day: jiff::civil::Date) -> u64 {
    u64::try_from(day.to_datetime(jiff::civil::Time::midnight()).duration_since(EPOCH).as_secs()).unwrap()
}
