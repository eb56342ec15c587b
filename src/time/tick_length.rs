use core::fmt;
use core::time::Duration;

use super::Ticks;

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// How long a tick of the clock is, exactly so many to a second: for where ticks meet the time of others, such as a delay in
/// nanoseconds or a header in seconds.
///
/// ```
/// use core::time::Duration;
/// use tollgate::time::TickLength;
///
/// const SYSTICK: TickLength = TickLength::MILLISECOND;
/// const RTC: TickLength = TickLength::of_hz(32_768); // 30 517.578125 ns
/// assert!(TickLength::try_of_hz(0).is_err());
///
/// assert_eq!(SYSTICK.ticks::<u32>(Duration::from_secs(2)), 2_000);
/// assert_eq!(SYSTICK.ticks::<u32>(Duration::from_nanos(1)), 1); // a wait is rounded up
/// assert_eq!(RTC.duration(32_768_u32), Duration::from_secs(1));
/// assert_eq!((SYSTICK.seconds(1_001_u32), SYSTICK.tenths(1_001_u32)), (2, 11));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TickLength {
    /// Ticks of a second, at least 1.
    hz: u32,
}

impl TickLength {
    /// A clock in nanoseconds.
    pub const NANOSECOND: Self = Self { hz: 1_000_000_000 };
    /// A clock in microseconds.
    pub const MICROSECOND: Self = Self { hz: 1_000_000 };
    /// A clock in milliseconds.
    pub const MILLISECOND: Self = Self { hz: 1_000 };

    /// A clock of so many ticks a second.
    ///
    /// # Errors
    ///
    /// If that is 0.
    pub const fn try_of_hz(hz: u32) -> Result<Self, TickLengthError> {
        if hz == 0 {
            return Err(TickLengthError(()));
        }
        Ok(Self { hz })
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
    #[allow(clippy::cast_lossless)] // `From` is not const
    pub const fn ratio(&self) -> (u64, u64) {
        (NANOS_PER_SECOND, self.hz as u64)
    }

    /// Ticks in a time, rounded up; the most that a word counts if there are more.
    #[must_use]
    pub fn ticks<T: Ticks>(&self, time: Duration) -> T {
        let ticks = self.count(time);
        if ticks > T::MAX.into() { T::MAX } else { T::truncate(ticks) }
    }

    /// The same in the widest word, also for constants.
    #[allow(clippy::cast_lossless)]
    pub(crate) const fn count(self, time: Duration) -> u64 {
        saturated(ratio_ceil(time.as_nanos(), self.hz as u64, NANOS_PER_SECOND))
    }

    /// The time of so many ticks, rounded up to nanoseconds.
    #[must_use]
    pub fn duration<T: Ticks>(&self, ticks: T) -> Duration {
        let nanos = self.units(ticks, 1);
        let (whole, rest) = (nanos / u128::from(NANOS_PER_SECOND), nanos % u128::from(NANOS_PER_SECOND));
        Duration::from_secs(saturated(whole)).saturating_add(Duration::from_nanos(saturated(rest)))
    }

    /// Whole seconds of so many ticks, rounded up.
    #[must_use]
    pub fn seconds<T: Ticks>(&self, ticks: T) -> u64 {
        saturated(self.units(ticks, NANOS_PER_SECOND))
    }

    /// Tenths of a second of so many ticks, rounded up; the most that a word counts if there are more.
    #[must_use]
    pub fn tenths<T: Ticks>(&self, ticks: T) -> u64 {
        saturated(self.units(ticks, NANOS_PER_SECOND / 10))
    }

    /// Units of so many nanoseconds, rounded up. A clock counts at most 2^32 ticks in 10^9 ns: all products fit.
    fn units<T: Ticks>(self, ticks: T, unit: u64) -> u128 {
        ratio_ceil(u128::from(ticks.into()), NANOS_PER_SECOND, u64::from(self.hz).saturating_mul(unit))
    }
}

/// `value * factor / divisor` rounded up.
#[allow(clippy::cast_lossless)] // `From` is not const
const fn ratio_ceil(value: u128, factor: u64, divisor: u64) -> u128 {
    let product = value.saturating_mul(factor as u128);
    match (product.checked_div(divisor as u128), product.checked_rem(divisor as u128)) {
        (Some(whole), Some(rest)) => whole.saturating_add((rest > 0) as u128),
        _ => u128::MAX,
    }
}

#[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // what is cut has been compared
const fn saturated(value: u128) -> u64 {
    if value > u64::MAX as u128 { u64::MAX } else { value as u64 }
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
