//! Days of the Gregorian calendar and days since the epoch, from 1970 to 9999.

/// A day of the calendar: year, month from 1, day from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Civil {
    pub(crate) year: u32,
    pub(crate) month: u32,
    pub(crate) day: u32,
}

/// Days from the first of March of the year 0 to the first of January 1970. A year that begins in March has its leap day at its end.
const MARCH_0_TO_EPOCH: u32 = 719_468;
const DAYS_OF_400_YEARS: u32 = 146_097;

/// Days before a month in a year that begins in March, from month 0: 0, 31, 61, 92 …
const fn days_before_month(from_march: u32) -> u32 {
    (153 * from_march + 2) / 5
}

const fn days_before_year(year: u32) -> u32 {
    365 * year + year / 4 - year / 100 + year / 400
}

impl Civil {
    /// The day that is so many days after 1970-01-01.
    pub(crate) const fn of_days(days: u32) -> Self {
        let days = days + MARCH_0_TO_EPOCH;
        let in_era = days % DAYS_OF_400_YEARS;
        // The leap days before this one, and the end of the last year of the era, are taken out before dividing by 365.
        let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / (DAYS_OF_400_YEARS - 1)) / 365;
        let in_year = in_era - days_before_year(year_of_era);
        let from_march = (5 * in_year + 2) / 153;
        let (month, next) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
        let year = days / DAYS_OF_400_YEARS * 400 + year_of_era + next;
        Self { year, month, day: in_year - days_before_month(from_march) + 1 }
    }

    /// Days since 1970-01-01 of a day that exists, from then on.
    pub(crate) const fn days(self) -> u32 {
        let (year, from_march) =
            if self.month > 2 { (self.year, self.month - 3) } else { (self.year - 1, self.month + 9) };
        days_before_year(year) + days_before_month(from_march) + self.day - 1 - MARCH_0_TO_EPOCH
    }

    /// Whether its month has such a day.
    pub(crate) const fn exists(self) -> bool {
        let longest = match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap(self.year) => 29,
            2 => 28,
            1..=12 => 31,
            _ => 0,
        };
        1 <= self.day && self.day <= longest
    }
}

const fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// The day of the week of so many days after 1970-01-01, a Thursday: 0 is Sunday.
pub(crate) const fn weekday(days: u32) -> u32 {
    (days + 4) % 7
}
