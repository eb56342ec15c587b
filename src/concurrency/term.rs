use super::ConcurrencyError;
use crate::time::Ticks;

/// How long a lease is, and how the end of one is kept in a word.
///
/// A word holds the instant at which a lease runs out, in sub-ticks, of which a tick has as many as there are serial
/// numbers. The serial number of the acquisition takes up less than a tick, so it tells the words of one tick apart
/// and changes no time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term<T> {
    lease: T,
    serials: T,
}

/// The most sub-ticks of a tick by which a word still spans 256 leases, or else 1.
const fn serials(lease: u64, max: u64) -> u64 {
    match (max / 256).checked_div(lease) {
        None | Some(0) => 1,
        Some(serials) => serials,
    }
}

/// A lease is at most a sixteenth of the word's range.
const fn check(lease: u64, half: u64) -> Result<(), ConcurrencyError> {
    match lease {
        0 => Err(ConcurrencyError::ZeroLease),
        lease if lease > half / 8 => Err(ConcurrencyError::LeaseTooLong { lease, most: half / 8 }),
        _ => Ok(()),
    }
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // `From` is not const; no more than MAX
        impl Term<$word> {
            pub(super) const fn new(lease: $word) -> Self {
                match check(lease as u64, $word::HALF as u64) {
                    Ok(()) => Self { lease, serials: serials(lease as u64, $word::MAX as u64) as $word },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> Term<T> {
    pub(super) fn try_new(lease: T) -> Result<Self, ConcurrencyError> {
        check(lease.into(), T::HALF.into())?;
        Ok(Self { lease, serials: T::truncate(serials(lease.into(), T::MAX.into())) })
    }

    #[inline]
    pub(super) const fn lease(&self) -> T {
        self.lease
    }

    /// Sub-ticks of a tick.
    #[inline]
    pub(super) const fn serials(&self) -> T {
        self.serials
    }

    /// The word of a lease from `now` on.
    #[inline]
    pub(super) fn word(&self, now: T, serial: T) -> T {
        let word = now.wrapping_add(self.lease).wrapping_mul(self.serials).wrapping_add(serial);
        if word == T::FRESH { word.wrapping_add(T::ONE) } else { word } // not the word of a free slot
    }

    /// Sub-ticks until the lease of a word runs out: at least a tick, or 0 if it has, or if the slot is free.
    ///
    /// Where it is further ahead than two leases, the clock has stepped back: that counts as one lease, as the word is
    /// to be [mended](Self::mended). (Up to two are taken for true, as readings may come out of order a little.)
    #[inline]
    pub(super) fn left(&self, word: T, now: T) -> T {
        match self.ahead(word, now) {
            left if word == T::FRESH || left < self.serials || left > T::HALF => T::ZERO,
            left if left < self.too_far() => left,
            _ => self.lease.wrapping_mul(self.serials),
        }
    }

    /// What becomes of a word that the clock has left behind: one lease from `now` on if that stepped back and the word
    /// is too far ahead, the word of a free slot if it is over for so long (a quarter of what words span) that it might
    /// look so by the time of a retry.
    #[inline]
    pub(super) fn mended(&self, word: T, now: T) -> Option<T> {
        let long_over = T::HALF.wrapping_add(T::HALF.wrapping_shr(1));
        match self.ahead(word, now) {
            ahead if word == T::FRESH || ahead < self.too_far() || ahead >= long_over => None,
            ahead if ahead > T::HALF => Some(T::FRESH),
            _ => Some(self.word(now, T::ZERO)),
        }
    }

    /// Sub-ticks by which a word is ahead of the clock, modulo the word: in the upper half it is behind.
    #[inline]
    fn ahead(&self, word: T, now: T) -> T {
        word.wrapping_sub(now.wrapping_mul(self.serials))
    }

    /// Two leases and a tick, in sub-ticks.
    #[inline]
    fn too_far(&self) -> T {
        self.lease.wrapping_add(self.lease).wrapping_add(T::ONE).wrapping_mul(self.serials)
    }
}
