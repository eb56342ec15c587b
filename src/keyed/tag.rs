//! Whose a slot is: one word of fingerprint, class, generation, and whether the slot is still pending.
//!
//! ```text
//! high                                          low
//! | fingerprint | class  | generation | pending |
//! |    the rest | 0 to 4 |    3 (u32) |   1 bit |
//! |             |        |    7 (u64) |         |
//! ```
//!
//! A slot gets the next generation whenever it changes hands. So a tag that is seen twice is one life of the slot, unless
//! the slot was reused 8 (`u32`) or 128 (`u64`) times in between, or a multiple of that, and came back to the same key.

use crate::time::Ticks;

/// A tag, in a table of so many classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<T, const CLASSES: usize>(pub(super) T);

impl<T: Ticks, const CLASSES: usize> Tag<T, CLASSES> {
    /// Bits of generation and pending.
    const LIFE_BITS: u32 = T::BITS / 8;
    const CLASS_BITS: u32 = usize::BITS - CLASSES.saturating_sub(1).leading_zeros();

    /// The open tag of the key with that hash, in generation 0.
    #[inline]
    pub(super) fn new(hash: u64, class: usize) -> Self {
        let class = T::truncate(class as u64).wrapping_shl(Self::LIFE_BITS);
        let print = T::truncate(hash) & Self::prints();
        let nobody = T::FRESH & Self::prints();
        let print = if print == nobody { print ^ T::HALF } else { print };
        Self(print | class)
    }

    /// The bits of the fingerprint.
    #[inline]
    fn prints() -> T {
        T::MAX.wrapping_shl(Self::LIFE_BITS + Self::CLASS_BITS)
    }

    /// The bits of the generation.
    #[inline]
    fn generations() -> T {
        T::ONE.wrapping_shl(Self::LIFE_BITS).wrapping_sub(T::ONE) ^ T::ONE
    }

    /// Whether the slot is open, and the owner's.
    #[inline(always)]
    pub(super) fn is_open_to(self, owner: Self) -> bool {
        (self.0 ^ owner.0) & (T::MAX ^ Self::generations()) == T::ZERO
    }

    /// Whether the slot is the owner's, but not open yet.
    #[inline]
    pub(super) fn is_pending_for(self, owner: Self) -> bool {
        Self(self.0 ^ T::ONE).is_open_to(owner)
    }

    /// The next life of the slot, pending for `owner`.
    #[inline]
    pub(super) fn passed_to(self, owner: Self) -> Self {
        let generation = self.0.wrapping_add(T::ONE.wrapping_add(T::ONE)) & Self::generations();
        Self(owner.0 | generation | T::ONE)
    }

    /// The same life of the slot, open.
    #[inline]
    pub(super) fn opened(self) -> Self {
        Self((self.0 | T::ONE) ^ T::ONE)
    }

    /// The same life of the slot, of the same class, but nobody's.
    #[inline]
    pub(super) fn vacated(self) -> Self {
        let rest = self.0 & (T::MAX ^ Self::prints());
        Self((T::FRESH & Self::prints()) | rest).opened()
    }

    /// Whether the slot is open, and somebody's.
    #[inline]
    pub(super) fn is_open(self) -> bool {
        (self.0 ^ T::FRESH) & Self::prints() != T::ZERO && self.0 & T::ONE == T::ZERO
    }

    /// The class, which in a slot never used may be one that the table does not have.
    #[inline]
    #[allow(clippy::cast_possible_truncation)] // a few bits
    pub(super) fn class(self) -> usize {
        let above: T = self.0.wrapping_shr(Self::LIFE_BITS);
        let classes = T::ONE.wrapping_shl(Self::CLASS_BITS).wrapping_sub(T::ONE);
        let class: u64 = (above & classes).into();
        class as usize
    }

    /// The fingerprint, in the high bits.
    #[inline]
    pub(super) fn print(self) -> T {
        self.0 & Self::prints()
    }
}
