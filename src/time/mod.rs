//! Ticks: the caller's clock, as plain integers.
//!
//! tollgate has no clock and knows no unit. Every call takes `now`, the reading of a counter the
//! caller chose: milliseconds since boot, cycles of a 32768 Hz timer, nanoseconds of a server's
//! monotonic clock. The counter may wrap at the width of its type, and may do so at any moment.
//!
//! What the clock owes: all callers of one limiter read the *same* counter, and it wraps at the full
//! width of the type (a 24-bit timer must be extended first). It may stall, and it may step back;
//! [what that costs](crate::algorithm::tat#clock-faults) is bounded.

mod countdown;
mod progress;
mod tick_length;

pub(crate) use countdown::{Countdown, at_once};
pub(crate) use progress::Progress;
pub use tick_length::{TickLength, TickLengthError};

use core::fmt::{Debug, Display};
use core::hash::Hash;
use core::ops::{BitAnd, BitOr, BitXor};

mod sealed {
    pub trait Sealed {}
}

/// An integer that counts ticks and wraps: `u32` or `u64`.
///
/// It is also the type of a limiter's state word and of costs. The trait is sealed; it exists so that
/// one source serves both widths.
pub trait Ticks:
    Copy
    + Ord
    + Default
    + Hash
    + Debug
    + Display
    + Into<u64>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + sealed::Sealed
    + Send
    + Sync
    + 'static
{
    /// Width of the word in bits.
    const BITS: u32;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The largest value; one tick later the clock reads 0.
    const MAX: Self;
    /// Half of the word's range, `2^(width - 1)`: the most sub-ticks a [`Rate`](crate::quota::Rate) may span.
    const HALF: Self;
    /// The state word that means "never used", which every algorithm reads as full.
    ///
    /// Any word would do. This one is far from 0 and from the wrap, where clocks like to start, so
    /// that in practice no arrival time meets it.
    const FRESH: Self;
    /// The state word of a slot that changes hands in a [table of keys](crate::keyed): never the state of a key.
    const TAKEN: Self;

    /// The low bits of `value`.
    #[must_use]
    fn truncate(value: u64) -> Self;
    /// `self + rhs`, modulo the word.
    #[must_use]
    fn wrapping_add(self, rhs: Self) -> Self;
    /// `self - rhs`, modulo the word.
    #[must_use]
    fn wrapping_sub(self, rhs: Self) -> Self;
    /// `self * rhs`, modulo the word.
    #[must_use]
    fn wrapping_mul(self, rhs: Self) -> Self;
    /// `self - rhs`, or 0.
    #[must_use]
    fn saturating_sub(self, rhs: Self) -> Self;
    /// `self * rhs`, or [`MAX`](Self::MAX).
    #[must_use]
    fn saturating_mul(self, rhs: Self) -> Self;
    /// `self / divisor` rounded down; [`MAX`](Self::MAX) for a divisor of 0. Divides only if the divisor is above 1.
    #[must_use]
    fn div_floor(self, divisor: Self) -> Self;
    /// `self / divisor` rounded up; [`MAX`](Self::MAX) for a divisor of 0. Divides only if the divisor is above 1.
    #[must_use]
    fn div_ceil(self, divisor: Self) -> Self;
    /// `self` shifted left by `bits` modulo the width.
    #[must_use]
    fn wrapping_shl(self, bits: u32) -> Self;
    /// `self` shifted right by `bits` modulo the width.
    #[must_use]
    fn wrapping_shr(self, bits: u32) -> Self;
    /// Whether `self * factor` is at most `other * other_factor`, exact in a wider word.
    #[must_use]
    fn product_at_most(self, factor: Self, other: Self, other_factor: Self) -> bool;
    /// `self * factor / divisor` rounded down, exact in a wider word; [`MAX`](Self::MAX) where that does not fit.
    #[must_use]
    fn scale_floor(self, factor: Self, divisor: Self) -> Self;
    /// `self * factor / divisor` rounded up, exact in a wider word; [`MAX`](Self::MAX) where that does not fit.
    #[must_use]
    fn scale_ceil(self, factor: Self, divisor: Self) -> Self;
}

macro_rules! ticks {
    ($($word:ident, $wide:ident, $fresh:literal;)*) => {$(
        impl sealed::Sealed for $word {}

        impl Ticks for $word {
            const BITS: u32 = $word::BITS;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const MAX: Self = $word::MAX;
            const HALF: Self = 1 << ($word::BITS - 1);
            const FRESH: Self = $fresh;
            const TAKEN: Self = $fresh ^ Self::HALF;

            #[inline]
            #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)]
            fn truncate(value: u64) -> Self {
                value as $word
            }

            #[inline]
            fn wrapping_add(self, rhs: Self) -> Self {
                $word::wrapping_add(self, rhs)
            }

            #[inline]
            fn wrapping_sub(self, rhs: Self) -> Self {
                $word::wrapping_sub(self, rhs)
            }

            #[inline]
            fn wrapping_mul(self, rhs: Self) -> Self {
                $word::wrapping_mul(self, rhs)
            }

            #[inline]
            fn saturating_sub(self, rhs: Self) -> Self {
                $word::saturating_sub(self, rhs)
            }

            #[inline]
            fn saturating_mul(self, rhs: Self) -> Self {
                $word::saturating_mul(self, rhs)
            }

            #[inline]
            fn div_floor(self, divisor: Self) -> Self {
                if divisor == 1 { self } else { self.checked_div(divisor).unwrap_or(Self::MAX) }
            }

            #[inline]
            fn div_ceil(self, divisor: Self) -> Self {
                match self.checked_sub(1) {
                    None => 0,
                    Some(_) if divisor == 1 => self,
                    Some(below) => below.checked_div(divisor).map_or(Self::MAX, |whole| whole + 1),
                }
            }

            #[inline]
            fn wrapping_shl(self, bits: u32) -> Self {
                $word::wrapping_shl(self, bits)
            }

            #[inline]
            fn wrapping_shr(self, bits: u32) -> Self {
                $word::wrapping_shr(self, bits)
            }

            #[inline]
            fn product_at_most(self, factor: Self, other: Self, other_factor: Self) -> bool {
                $wide::from(self) * $wide::from(factor) <= $wide::from(other) * $wide::from(other_factor)
            }

            #[inline]
            fn scale_floor(self, factor: Self, divisor: Self) -> Self {
                let product = $wide::from(self) * $wide::from(factor);
                let whole = product.checked_div($wide::from(divisor)).unwrap_or($wide::MAX);
                $word::try_from(whole).unwrap_or(Self::MAX)
            }

            #[inline]
            fn scale_ceil(self, factor: Self, divisor: Self) -> Self {
                let product = $wide::from(self) * $wide::from(factor);
                let whole = product.checked_div($wide::from(divisor)).unwrap_or($wide::MAX);
                let rest = product.checked_rem($wide::from(divisor)).unwrap_or(0);
                $word::try_from(whole.saturating_add($wide::from(rest > 0))).unwrap_or(Self::MAX)
            }
        }
    )*};
}

ticks! {
    u32, u64, 0x9e37_79b9;
    u64, u128, 0x9e37_79b9_7f4a_7c15;
}

// The same source on a word small enough to try every state, reading and cost.
#[cfg(test)]
ticks! { u8, u16, 0x9e; }
