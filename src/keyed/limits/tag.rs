//! Whose a slot is, what is going on with it, and how many contexts are in it: one word.
//!
//! ```text
//! high                              low
//! | fingerprint  | stage  | users     |
//! | 22 bits (u32)| 2 bits |  8 (u32)  |
//! | 46 bits (u64)|        | 16 (u64)  |
//! ```
//!
//! It is kept as the difference to `FRESH`, so that a word never used is nobody's.

use crate::time::Ticks;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Free if nobody is in it. With users it is being handed over, or those that looked at it have not left yet.
    Nobodys,
    /// It is its key's unless another slot is. Its limit is new, and nobody uses it.
    Pending,
    /// It is its key's.
    Open,
    /// It is its key's, and one context in it looks whether it is as good as new. That is void if another one is in it, and
    /// whoever leaves puts an end to it.
    Judged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag<T> {
    /// The fingerprint of the key, in its place.
    pub(super) owner: T,
    pub(super) stage: Stage,
    pub(super) users: T,
}

impl<T: Ticks> Tag<T> {
    const USER_BITS: u32 = T::BITS / 4;
    const STAGE_BITS: u32 = 2;

    /// Nobody's, and nobody in it.
    pub(super) const FREE: Self = Self { owner: T::ZERO, stage: Stage::Nobodys, users: T::ZERO };
    /// Nobody's, and in the hands of one context: as it was free before, nobody else is in it.
    pub(super) const CLAIMED: Self = Self { users: T::ONE, ..Self::FREE };

    /// The fingerprint of the key with that hash.
    #[inline]
    pub(super) fn owner(hash: u64) -> T {
        T::truncate(hash).wrapping_shl(Self::USER_BITS + Self::STAGE_BITS)
    }

    #[inline]
    pub(super) fn read(word: T) -> Self {
        let code = word ^ T::FRESH;
        let owners = T::MAX.wrapping_shl(Self::USER_BITS + Self::STAGE_BITS);
        let stage: u64 = code.wrapping_shr(Self::USER_BITS).into();
        let stage = match stage & 3 {
            0 => Stage::Nobodys,
            1 => Stage::Pending,
            2 => Stage::Open,
            _ => Stage::Judged,
        };
        Self { owner: code & owners, stage, users: code & Self::most_users() }
    }

    #[inline]
    pub(super) fn word(self) -> T {
        let stage = T::truncate(self.stage as u64).wrapping_shl(Self::USER_BITS);
        (self.owner | stage | self.users) ^ T::FRESH
    }

    /// Whether the slot is the owner's, in any stage.
    #[inline]
    pub(super) fn is_of(self, owner: T) -> bool {
        self.owner == owner && self.stage != Stage::Nobodys
    }

    /// With one more context in it; `None` if they cannot be counted.
    #[inline]
    pub(super) fn entered(self) -> Option<Self> {
        (self.users < Self::most_users()).then(|| Self { users: self.users.wrapping_add(T::ONE), ..self })
    }

    /// With one context less, of those that are in it. What was judged may not be so any more.
    #[inline]
    pub(super) fn left(self) -> Self {
        let stage = if self.stage == Stage::Judged { Stage::Open } else { self.stage };
        Self { stage, users: self.users.saturating_sub(T::ONE), ..self }
    }

    /// Its key's, if it was pending.
    #[inline]
    pub(super) fn opened(self) -> Option<Self> {
        (self.stage == Stage::Pending).then_some(Self { stage: Stage::Open, ..self })
    }

    /// Nobody's, if it was pending. Those who looked at it are still in it.
    #[inline]
    pub(super) fn vacated(self) -> Option<Self> {
        (self.stage == Stage::Pending).then_some(Self { users: self.users, ..Self::FREE })
    }

    #[inline]
    fn most_users() -> T {
        T::ONE.wrapping_shl(Self::USER_BITS).wrapping_sub(T::ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_and_written_back_on_a_small_word() {
        for word in 0..=u8::MAX {
            assert_eq!(Tag::read(word).word(), word);
        }
        assert_eq!(Tag::read(u8::FRESH), Tag::FREE);
        assert_eq!(Tag::read(u32::FRESH), Tag::FREE);
        assert_eq!(Tag::read(u64::FRESH), Tag::FREE);
    }

    #[test]
    fn users_never_spill_into_the_other_bits_on_a_small_word() {
        for word in 0..=u8::MAX {
            let tag = Tag::read(word);
            match tag.entered() {
                None => assert_eq!(tag.users, 3),
                Some(entered) => {
                    assert_eq!((entered.owner, entered.users), (tag.owner, tag.users + 1));
                    assert_eq!(Tag::read(entered.word()), entered);
                    assert_eq!(entered.left().users, tag.users);
                }
            }
        }
    }

    #[test]
    fn only_a_pending_slot_is_opened_or_vacated() {
        for word in 0..=u8::MAX {
            let tag = Tag::read(word);
            let is_pending = tag.stage == Stage::Pending;
            assert_eq!(tag.opened().is_some_and(|opened| opened.is_of(tag.owner)), is_pending);
            assert_eq!(tag.vacated().is_some_and(|vacated| !vacated.is_of(tag.owner)), is_pending);
        }
    }
}
