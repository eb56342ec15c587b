use core::fmt;

use crate::quota::text::Text;
use crate::time::Ticks;

/// Why a limit of work in progress cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConcurrencyError {
    /// The limit is 0: nothing would ever be admitted.
    ZeroLimit {
        /// The most it may be.
        most: u64,
    },
    /// The limit is larger than what can be counted.
    LimitTooLarge {
        /// Units of the limit.
        limit: u64,
        /// The most it may be.
        most: u64,
    },
    /// The lease is 0 ticks: a permit would have run out as it is given.
    ZeroLease,
    /// The lease is too long for past and future to be told apart.
    LeaseTooLong {
        /// Ticks of the lease.
        lease: u64,
        /// The most it may be.
        most: u64,
    },
}

impl ConcurrencyError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(super) const fn message(self) -> Text {
        match self {
            Self::ZeroLimit { most } => Text::new("limit = 0 admits nothing: give a limit from 1 to ").number(most),
            Self::LimitTooLarge { limit, most } => {
                Text::new("limit = ").number(limit).then(" cannot be counted: give a limit from 1 to ").number(most)
            }
            Self::ZeroLease => Text::new("lease = 0 ticks has run out at once: give a lease of at least 1 tick"),
            Self::LeaseTooLong { lease, most } => Text::new("lease = ")
                .number(lease)
                .then(" ticks is too long for the clock's word: give at most ")
                .number(most)
                .then(" ticks, a coarser tick or a wider one"),
        }
    }

    /// Checks a limit against the most that can be counted.
    pub(super) const fn check_limit(limit: u64, most: u64) -> Result<(), Self> {
        if limit == 0 {
            return Err(Self::ZeroLimit { most });
        }
        if limit > most {
            return Err(Self::LimitTooLarge { limit, most });
        }
        Ok(())
    }
}

impl fmt::Display for ConcurrencyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for ConcurrencyError {}

/// More units were to be released than are held. Nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReleaseError {
    pub(super) weight: u32,
    pub(super) in_flight: u32,
}

impl ReleaseError {
    /// Units that were to be released.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Units held at that moment.
    #[must_use]
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }
}

impl fmt::Display for ReleaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { weight, in_flight } = self;
        write!(f, "cannot release {weight} units: only {in_flight} are held, and nothing was changed")
    }
}

impl core::error::Error for ReleaseError {}

/// A lease had run out, and some or all of its units were given to others (or swept up) since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaseLost<T> {
    pub(super) lost: T,
    pub(super) weight: T,
}

impl<T: Ticks> LeaseLost<T> {
    /// Units that were gone.
    #[must_use]
    pub fn lost(&self) -> T {
        self.lost
    }

    /// Units of the permit.
    #[must_use]
    pub fn weight(&self) -> T {
        self.weight
    }
}

impl<T: Ticks> fmt::Display for LeaseLost<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, weight } = self;
        write!(f, "the lease has run out: {lost} of its {weight} units were gone, and may be in other hands")
    }
}

impl<T: Ticks> core::error::Error for LeaseLost<T> {}
