use core::fmt;

use crate::time::Ticks;

const NANOS_PER_MICRO: u64 = 1_000;
const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// How long a tick of the clock is, as an exact ratio of nanoseconds.
///
/// ```
/// use tollgate::adapter::waiting::TickLength;
///
/// const SYSTICK: TickLength = TickLength::MILLISECOND;
/// const RTC: TickLength = TickLength::of_hz(32_768); // 30 517.578125 ns
/// assert!(TickLength::try_of_hz(0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TickLength {
    /// So many ticks are so many nanoseconds.
    ticks: u64,
    nanos: u64,
}

impl TickLength {
    /// A clock in nanoseconds.
    pub const NANOSECOND: Self = Self { ticks: 1, nanos: 1 };
    /// A clock in microseconds.
    pub const MICROSECOND: Self = Self { ticks: 1, nanos: NANOS_PER_MICRO };
    /// A clock in milliseconds.
    pub const MILLISECOND: Self = Self { ticks: 1, nanos: NANOS_PER_MILLI };

    /// A clock of so many ticks a second.
    ///
    /// # Errors
    ///
    /// If that is 0.
    pub const fn try_of_hz(hz: u32) -> Result<Self, TickLengthError> {
        if hz == 0 {
            return Err(TickLengthError(()));
        }
        Ok(Self { ticks: hz as u64, nanos: NANOS_PER_SECOND })
    }

    /// A clock of so many ticks a second, known at compile time.
    ///
    /// # Panics
    ///
    /// If that is 0; in a `const` that is a compile error.
    #[must_use]
    pub const fn of_hz(hz: u32) -> Self {
        match Self::try_of_hz(hz) {
            Ok(length) => length,
            Err(_) => panic!("a clock of 0 Hz never gets on: give at least 1"),
        }
    }

    /// The length as a ratio: so many nanoseconds are so many ticks.
    #[must_use]
    pub const fn ratio(&self) -> (u64, u64) {
        (self.nanos, self.ticks)
    }

    /// A pause of so many ticks, rounded up, or the longest one there is. (What is too long for the word is cut, and waited
    /// for when the clock has been read again.)
    pub(in crate::adapter) fn pause<T: Ticks>(self, ticks: T) -> Pause {
        let ticks: u64 = ticks.into();
        let nanos = Ticks::div_ceil(Ticks::saturating_mul(ticks, self.nanos), self.ticks);
        let micros = nanos.div_ceil(NANOS_PER_MICRO);
        match (u32::try_from(nanos), u32::try_from(micros)) {
            (Ok(nanos), _) => Pause::Nanos(nanos),
            (_, Ok(micros)) => Pause::Micros(micros),
            _ => Pause::Millis(u32::try_from(nanos.div_ceil(NANOS_PER_MILLI)).unwrap_or(u32::MAX)),
        }
    }
}

/// A pause as delays take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapter) enum Pause {
    Nanos(u32),
    Micros(u32),
    Millis(u32),
}

/// A clock of 0 Hz.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TickLengthError(());

impl fmt::Display for TickLengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a clock of 0 Hz never gets on: give at least 1")
    }
}

impl core::error::Error for TickLengthError {}
