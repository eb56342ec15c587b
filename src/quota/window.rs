use super::{Quota, QuotaError};
use crate::time::Ticks;

/// A checked [`Quota`] as a window takes it: so many units in so many ticks, all of which may come at once.
///
/// Bounds: the period is at most a sixteenth of the word's range, so that what is old and what a clock that stepped back
/// makes look new can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window<T> {
    limit: T,
    period: T,
}

impl<T: Ticks> Window<T> {
    /// Checks `quota` at run time; `most` is the largest limit the algorithm can count.
    ///
    /// # Errors
    ///
    /// A [`QuotaError`] that names the value and what would be accepted.
    pub fn try_new(quota: Quota<T>, most: T) -> Result<Self, QuotaError> {
        let Quota { limit, period, burst, debt } = quota;
        check([limit.into(), period.into(), burst.into(), debt.into()], most.into(), T::HALF.into())?;
        Ok(Self { limit, period })
    }

    /// Units that may be admitted within the period.
    #[inline]
    #[must_use]
    pub const fn limit(&self) -> T {
        self.limit
    }

    /// Ticks for which an admission counts.
    #[inline]
    #[must_use]
    pub const fn period(&self) -> T {
        self.period
    }

    /// The quota this window was made of.
    #[must_use]
    pub const fn quota(&self) -> Quota<T> {
        Quota::per(self.limit, self.period)
    }
}

const fn check([limit, period, burst, debt]: [u64; 4], most: u64, half: u64) -> Result<(), QuotaError> {
    if limit == 0 {
        return Err(QuotaError::ZeroLimit);
    }
    if period == 0 {
        return Err(QuotaError::ZeroPeriod);
    }
    if burst != limit || debt != 0 {
        return Err(QuotaError::NotAWindow { limit, burst, debt });
    }
    if period > half / 8 {
        return Err(QuotaError::PeriodTooLong { period, most: half / 8 });
    }
    if limit > most {
        return Err(QuotaError::LimitTooLarge { limit, most });
    }
    Ok(())
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl Window<$word> {
            /// Checks a constant `quota`; `most` is the largest limit the algorithm can count.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(quota: Quota<$word>, most: $word) -> Self {
                let Quota { limit, period, burst, debt } = quota;
                let numbers = [limit as u64, period as u64, burst as u64, debt as u64];
                match check(numbers, most as u64, $word::HALF as u64) {
                    Ok(()) => Self { limit, period },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);
#[cfg(test)]
const_new!(u8);
