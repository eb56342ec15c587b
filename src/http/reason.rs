use core::fmt;

/// Why a line of a response, or a part of it, says nothing that could be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing but blanks.
    Empty,
    /// Something other than a number where one belongs.
    NotANumber,
    /// A number with a fraction where only whole ones make sense.
    NotWhole,
    /// A number below 0.
    Negative,
    /// Neither a number of seconds nor a date.
    NotAWait,
    /// None of the three forms of a date.
    NotADate,
    /// A day that its month does not have.
    NoSuchDay,
    /// A time that no day has.
    NoSuchTime,
    /// A weekday that is not that of the date.
    WrongWeekday,
    /// A date before 1970.
    BeforeEpoch,
    /// Not two numbers with a stroke between them.
    NotUsedOfSize,
    /// Not a structured field of RFC 9651.
    Syntax {
        /// Bytes before the place where it goes wrong, blanks around the value not counted.
        at: usize,
    },
    /// A member of a list that is not a policy: neither a name nor a number.
    NotAPolicy,
    /// A policy without its quota, `q`.
    NoQuota,
    /// A state without what is available, `r`.
    NoRemaining,
    /// A parameter of another type than it must have.
    WrongType,
    /// Something that was already said, and not the same.
    Repeated,
    /// More windows than are kept.
    TooManyWindows,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no value",
            Self::NotANumber => "not a number: decimal digits were expected, as in 60",
            Self::NotWhole => "a number with a fraction: a whole one was expected, as in 60",
            Self::Negative => "a number below 0: 0 or more was expected",
            Self::NotAWait => "neither seconds, as in 120 or 2.0, nor a date, as in Sun, 06 Nov 1994 08:49:37 GMT",
            Self::NotADate => "not a date of HTTP: expected was one such as Sun, 06 Nov 1994 08:49:37 GMT",
            Self::NoSuchDay => "a date with a day that its month does not have",
            Self::NoSuchTime => "a date with a time that no day has: 00:00:00 to 23:59:59 were expected, or 23:59:60",
            Self::WrongWeekday => "a date with the weekday of another: nobody can tell which of them is wrong",
            Self::BeforeEpoch => "a date before 1970",
            Self::NotUsedOfSize => "not two whole numbers with a stroke between them, as in 32/80",
            Self::Syntax { at } => {
                return write!(f, "not a structured field (RFC 9651): it goes wrong after {at} bytes");
            }
            Self::NotAPolicy => "a list with a member that is neither a policy's name nor a number",
            Self::NoQuota => "a policy without its quota: q was expected, as in \"burst\";q=100",
            Self::NoRemaining => "a policy's state without what remains: r was expected, as in \"burst\";r=50",
            Self::WrongType => "a parameter of another type: numbers were expected, and text in quotes for units",
            Self::Repeated => "said before, and not the same: the first counts",
            Self::TooManyWindows => "one window more than are kept, which are 8",
        })
    }
}

impl core::error::Error for Reason {}
