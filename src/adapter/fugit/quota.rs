use ::fugit::{Duration, Rate};

use super::Timed;
use crate::quota::{Quota, QuotaError};
use crate::time::Ticks;

/// Like [`Quota`]'s own.
impl<T: Ticks, const NOM: u64, const DENOM: u64> Timed<Quota<T>, NOM, DENOM> {
    /// Lets up to `units` pass at once after a quiet time.
    #[must_use]
    pub const fn burst(self, units: T) -> Self {
        Self(self.0.burst(units))
    }

    /// Lets reservations and forced charges owe up to `units` beyond the capacity.
    #[must_use]
    pub const fn debt(self, units: T) -> Self {
        Self(self.0.debt(units))
    }
}

// Once per width, because the conversions of `fugit` are, and a generic `const fn` cannot convert numbers.
macro_rules! quota {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // what is cut has been compared
        impl<const NOM: u64, const DENOM: u64> Timed<Quota<$word>, NOM, DENOM> {
            /// `limit` units per `period`, a whole number of this clock's ticks. The burst is the limit.
            #[must_use]
            pub const fn per(limit: $word, period: Duration<$word, NOM, DENOM>) -> Self {
                Self::from_ticks(Quota::<$word>::per(limit, period.as_ticks()))
            }

            /// The period.
            #[must_use]
            pub const fn period(&self) -> Duration<$word, NOM, DENOM> {
                Duration::<$word, NOM, DENOM>::from_ticks(self.0.period())
            }

            /// `rate` units a second, exactly, whether or not that is a whole number of ticks. A rate
            /// names no number of units, so the burst is to be given.
            ///
            /// The limit and period are the ratio of the rate to the frequency of the clock in lowest terms: 50 Hz on
            /// 32768 Hz is 25 per 16384 ticks.
            ///
            /// # Panics
            ///
            /// If these exceed what the word can keep; in a `const` or `static` that is a compile error. For rates known
            /// only at run time there is [`try_from_rate`](Self::try_from_rate).
            #[must_use]
            pub const fn from_rate<const RATE_NOM: u64, const RATE_DENOM: u64>(
                rate: Rate<$word, RATE_NOM, RATE_DENOM>,
                burst: $word,
            ) -> Self {
                match Self::try_from_rate(rate, burst) {
                    Ok(quota) => quota,
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }

            /// As [`from_rate`](Self::from_rate), for rates known only at run time.
            ///
            /// # Errors
            ///
            /// [`QuotaError::TooFine`] or [`QuotaError::TooLong`] if limit or period exceed what the word can keep.
            /// Burst and debt are checked as ever when a limiter is made of the quota.
            pub const fn try_from_rate<const RATE_NOM: u64, const RATE_DENOM: u64>(
                rate: Rate<$word, RATE_NOM, RATE_DENOM>,
                burst: $word,
            ) -> Result<Self, QuotaError> {
                let of_one = const { Ratio::of_bases([NOM, RATE_NOM], [DENOM, RATE_DENOM]) };
                let Ratio { limit, period } = of_one.times(rate.to_raw() as u64);
                let half = <$word as Ticks>::HALF as u64;
                if limit > half / 2 {
                    return Err(QuotaError::TooFine { per_tick: limit, most: half / 2 });
                }
                if period > half {
                    return Err(QuotaError::TooLong { units: burst as u64, per_unit: period, most: half });
                }
                Ok(Self::from_ticks(Quota::<$word>::per(limit as $word, period as $word).burst(burst)))
            }
        }
    )*};
}

quota!(u32 u64);

/// `limit / period` in lowest terms.
struct Ratio {
    limit: u64,
    period: u64,
}

impl Ratio {
    /// The product of `above` over that of `below`, for the bases of a rate and a tick: always at compile time.
    #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // compared just before
    const fn of_bases(above: [u64; 2], below: [u64; 2]) -> Self {
        let limit = above[0] as u128 * above[1] as u128;
        let period = below[0] as u128 * below[1] as u128;
        let (mut common, mut rest) = (limit, period);
        while rest != 0 {
            (common, rest) = (rest, common % rest);
        }
        let (limit, period) = (limit / common, period / common);
        assert!(
            limit <= u64::MAX as u128 && period <= u64::MAX as u128,
            "the bases of the rate and of the tick are too far apart: their ratio in lowest terms exceeds 64 bits"
        );
        Self { limit: limit as u64, period: period as u64 }
    }

    /// `factor` times the ratio. A limit beyond 64 bits is cut to the largest, which is too large for any word.
    const fn times(self, factor: u64) -> Self {
        let (mut common, mut rest) = (self.period, factor);
        while rest != 0 {
            (common, rest) = (rest, common % rest);
        }
        Self { limit: self.limit.saturating_mul(factor / common), period: self.period / common }
    }
}
