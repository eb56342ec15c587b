use core::fmt;

use crate::quota::text::Text;
use crate::time::{Countdown, Ticks};

/// A time in which nothing is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold<T>(Option<Countdown<T>>);

impl<T: Ticks> Hold<T> {
    pub(super) const NONE: Self = Self(None);

    /// Takes a reading, and tells what is left.
    pub(super) fn read(&mut self, now: T) -> T {
        self.0.as_mut().map_or(T::ZERO, |countdown| countdown.read(now))
    }

    /// What was left at the last reading.
    pub(super) fn left(&self) -> T {
        self.0.as_ref().map_or(T::ZERO, Countdown::left)
    }

    /// Holds for `ticks` from now: the later of two ends wins, unless this one `replaces` the other.
    pub(super) fn set(&mut self, now: T, ticks: T, replaces: bool) {
        if replaces || ticks > self.read(now) {
            self.0 = Some(Countdown::new(now, ticks));
        }
    }
}

/// How long to hold back where the server has not said, and how long at most: in ticks.
///
/// ```
/// use tollgate::client::Holds;
///
/// const SECOND: u32 = 1_000;
/// const HOLDS: Holds<u32> = Holds::<u32>::new(SECOND, 3_600 * SECOND); // an hour, if it must be
/// assert_eq!((HOLDS.unless_told(), HOLDS.longest()), (SECOND, 3_600 * SECOND));
///
/// let error = Holds::<u32>::try_new(5_000, 1_000).unwrap_err();
/// assert_eq!(error.to_string(), "longest = 1000 ticks is shorter than the hold unless told: give at least 5000 ticks");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Holds<T> {
    unless_told: T,
    longest: T,
}

const fn check(unless_told: u64, longest: u64, half: u64) -> Result<(), HoldsError> {
    if unless_told == 0 {
        return Err(HoldsError::Zero);
    }
    if longest < unless_told {
        return Err(HoldsError::TooShort { longest, unless_told });
    }
    if longest > half {
        return Err(HoldsError::TooLong { longest, most: half });
    }
    Ok(())
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl Holds<$word> {
            /// Holds of constant lengths.
            ///
            /// # Panics
            ///
            /// If they cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(unless_told: $word, longest: $word) -> Self {
                match check(unless_told as u64, longest as u64, <$word as Ticks>::HALF as u64) {
                    Ok(()) => Self { unless_told, longest },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> Holds<T> {
    /// Holds of lengths known at run time.
    ///
    /// # Errors
    ///
    /// If the first is 0 or longer than the second, or that is longer than half a turn of the clock.
    pub fn try_new(unless_told: T, longest: T) -> Result<Self, HoldsError> {
        check(unless_told.into(), longest.into(), T::HALF.into())?;
        Ok(Self { unless_told, longest })
    }

    /// Ticks to hold back after a refusal that names no wait.
    #[must_use]
    pub const fn unless_told(&self) -> T {
        self.unless_told
    }

    /// Ticks that no hold exceeds, whatever the server says.
    #[must_use]
    pub const fn longest(&self) -> T {
        self.longest
    }
}

/// Why [`Holds`] cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HoldsError {
    /// No hold after a refusal.
    Zero,
    /// The longest is shorter than the one unless told.
    TooShort {
        /// Ticks of the longest hold.
        longest: u64,
        /// Ticks of the hold unless told.
        unless_told: u64,
    },
    /// The longest is longer than half a turn of the clock.
    TooLong {
        /// Ticks of the longest hold.
        longest: u64,
        /// The most that is accepted.
        most: u64,
    },
}

impl HoldsError {
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::Zero => Text::new("a hold of 0 ticks unless told is none: give at least 1 tick"),
            Self::TooShort { longest, unless_told } => Text::new("longest = ")
                .number(longest)
                .then(" ticks is shorter than the hold unless told: give at least ")
                .number(unless_told)
                .then(" ticks"),
            Self::TooLong { longest, most } => Text::new("longest = ")
                .number(longest)
                .then(" ticks is more than half a turn of the clock: give at most ")
                .number(most)
                .then(" ticks, a coarser tick or a wider one"),
        }
    }
}

impl fmt::Display for HoldsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for HoldsError {}
