use super::{Quota, QuotaError};
use crate::time::Ticks;

/// A checked [`Quota`] in the numbers an algorithm works with.
///
/// The rate is kept as an exact ratio. Limit and period are divided by their greatest common factor to
/// `q / p`; time is counted in *sub-ticks*, of which a tick is worth `q` and a unit costs `p`. Fifty a
/// second on a 32768 Hz timer is 25 sub-ticks a tick and 16384 a unit: nothing is rounded, so nothing drifts.
///
/// Bounds: `(burst + debt) × p` is at most half of the word's range and `q` at most a quarter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rate<T> {
    per_tick: T,
    per_unit: T,
    burst: T,
    capacity: T,
    ceiling: T,
    horizon: T,
    common: T,
}

impl<T: Ticks> Rate<T> {
    /// Checks `quota` at run time.
    ///
    /// # Errors
    ///
    /// A [`QuotaError`] that names the value and what would be accepted.
    pub fn try_new(quota: Quota<T>) -> Result<Self, QuotaError> {
        Self::try_sparing(quota, 0)
    }

    /// A rate for words whose lowest bits belong to somebody else: all its sub-ticks are multiples of `2^spared`.
    pub(crate) fn try_sparing(quota: Quota<T>, spared: u32) -> Result<Self, QuotaError> {
        let Quota { limit, period, burst, debt } = quota;
        let exact = Exact::reduce([limit.into(), period.into(), burst.into(), debt.into()], T::HALF.into(), spared)?;
        Ok(Self {
            per_tick: T::truncate(exact.per_tick),
            per_unit: T::truncate(exact.per_unit),
            burst,
            capacity: T::truncate(exact.capacity),
            ceiling: T::truncate(exact.ceiling),
            horizon: T::truncate(exact.horizon),
            common: T::truncate(exact.common),
        })
    }

    /// The rate of these [`numbers`](Self::numbers): no division, whatever they are.
    #[inline(always)]
    pub(crate) fn from_numbers([per_tick, per_unit, burst, ceiling, common]: [T; 5]) -> Self {
        let capacity = burst.wrapping_mul(per_unit);
        let horizon = T::HALF.wrapping_sub(T::ONE).wrapping_sub(ceiling.wrapping_shr(1));
        Self { per_tick, per_unit, burst, capacity, ceiling, horizon, common }
    }

    /// The numbers that all others follow from. The last one is asked for by [`quota_sparing`](Self::quota_sparing) alone.
    #[inline]
    pub(crate) const fn numbers(&self) -> [T; 5] {
        [self.per_tick, self.per_unit, self.burst, self.ceiling, self.common]
    }

    /// Sub-ticks a tick is worth: `q`.
    #[inline]
    #[must_use]
    pub const fn per_tick(&self) -> T {
        self.per_tick
    }

    /// Sub-ticks a unit costs: `p`.
    #[inline]
    #[must_use]
    pub const fn per_unit(&self) -> T {
        self.per_unit
    }

    /// Units that may pass at once.
    #[inline]
    #[must_use]
    pub const fn burst(&self) -> T {
        self.burst
    }

    /// Sub-ticks of the burst.
    #[inline]
    #[must_use]
    pub const fn capacity(&self) -> T {
        self.capacity
    }

    /// Sub-ticks of burst and debt: no state is ever further ahead of the clock.
    #[inline]
    #[must_use]
    pub const fn ceiling(&self) -> T {
        self.ceiling
    }

    /// Sub-ticks within which past and future can be told apart: half of what the word can hold beyond the
    /// [`ceiling`](Self::ceiling), less one; at least a quarter of its range, less one.
    #[inline]
    #[must_use]
    pub const fn horizon(&self) -> T {
        self.horizon
    }

    /// Ticks within which past and future can be told apart: the longest idle spell that costs nothing, and the
    /// longest step back that is seen as one. See [clock faults](crate::algorithm::tat#clock-faults).
    #[must_use]
    pub fn horizon_ticks(&self) -> T {
        self.horizon.div_floor(self.per_tick)
    }

    /// Ticks a full burst takes to come back, rounded up; with a debt, the debt too.
    #[must_use]
    pub fn drain_ticks(&self) -> T {
        self.ceiling.div_ceil(self.per_tick)
    }

    /// Sub-ticks that no wait exceeds: a full drain, or a tick where that is longer.
    #[inline]
    #[must_use]
    pub(crate) fn longest_wait(&self) -> T {
        self.ceiling.max(self.per_tick)
    }

    /// Units that may be owed beyond the burst.
    #[must_use]
    pub fn debt(&self) -> T {
        self.ceiling.wrapping_sub(self.capacity).div_floor(self.per_unit)
    }

    /// The quota this rate was made of.
    #[must_use]
    pub fn quota(&self) -> Quota<T> {
        self.quota_sparing(0)
    }

    /// The quota of a rate that [spares](Self::try_sparing) so many bits.
    pub(crate) fn quota_sparing(&self, spared: u32) -> Quota<T> {
        let [limit, period] =
            [self.per_tick, self.per_unit].map(|number| number.wrapping_shr(spared).wrapping_mul(self.common));
        Quota::per(limit, period).burst(self.burst).debt(self.debt())
    }
}

// `new` stands here once per width because a generic `const fn` cannot convert numbers; both do their
// arithmetic in `Exact`.
macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)] // every number is at most `HALF`
        impl Rate<$word> {
            /// Checks a constant `quota`.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept: in a `const` or `static` the build fails with the message of the
            /// [`QuotaError`]. For values known only at run time there is [`try_new`](Self::try_new).
            #[must_use]
            pub const fn new(quota: Quota<$word>) -> Self {
                Self::sparing(quota, 0)
            }

            /// [`try_sparing`](Self::try_sparing) for a constant.
            pub(crate) const fn sparing(quota: Quota<$word>, spared: u32) -> Self {
                let Quota { limit, period, burst, debt } = quota;
                let numbers = [limit as u64, period as u64, burst as u64, debt as u64];
                match Exact::reduce(numbers, $word::HALF as u64, spared) {
                    Ok(exact) => Self {
                        per_tick: exact.per_tick as $word,
                        per_unit: exact.per_unit as $word,
                        burst,
                        capacity: exact.capacity as $word,
                        ceiling: exact.ceiling as $word,
                        horizon: exact.horizon as $word,
                        common: exact.common as $word,
                    },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);
#[cfg(test)]
const_new!(u8);

/// The numbers of a [`Rate`] before they are cut to its word, which they fit.
struct Exact {
    per_tick: u64,
    per_unit: u64,
    capacity: u64,
    ceiling: u64,
    horizon: u64,
    common: u64,
}

impl Exact {
    /// For words of twice `half`, of which the lowest `spared` bits are not to be used.
    const fn reduce([limit, period, burst, debt]: [u64; 4], half: u64, spared: u32) -> Result<Self, QuotaError> {
        let room = half >> spared;
        if limit == 0 {
            return Err(QuotaError::ZeroLimit);
        }
        if period == 0 {
            return Err(QuotaError::ZeroPeriod);
        }
        if burst == 0 {
            return Err(QuotaError::ZeroBurst);
        }
        let (mut common, mut rest) = (limit, period);
        while rest != 0 {
            (common, rest) = (rest, common % rest);
        }
        let (per_tick, per_unit) = (divide(limit, common), divide(period, common));
        if per_tick > room / 2 {
            return Err(QuotaError::TooFine { per_tick, most: room / 2 });
        }
        let units = burst.saturating_add(debt);
        if units > divide(room, per_unit) {
            return Err(QuotaError::TooLong { units, per_unit, most: room });
        }
        let (per_tick, per_unit) = (per_tick << spared, per_unit << spared);
        let ceiling = units * per_unit;
        Ok(Self { per_tick, per_unit, capacity: burst * per_unit, ceiling, horizon: half - 1 - ceiling / 2, common })
    }
}

/// `value / by` without the panic that the compiler leaves in where it cannot see that `by` is not 0.
const fn divide(value: u64, by: u64) -> u64 {
    match value.checked_div(by) {
        Some(quotient) => quotient,
        None => 0,
    }
}
