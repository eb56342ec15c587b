//! SipHash-1-3: a hash under a secret key, for keys that come from outside.

use core::fmt;
use core::hash::{BuildHasher, Hasher};

/// A secret key for hashing keys with SipHash-1-3, as a constant and without `std`.
///
/// Who can choose keys and knows how they are hashed can choose thousands that fall into the same two sets of a table. That
/// neither resets nor delays a key that is in use there, but no other key finds a slot in those sets meanwhile. Under a
/// key of 128 bits that the other side does not know, it cannot aim. So:
///
/// * on a server, hash with `std`'s `RandomState`, or with this under a key drawn at start;
/// * on a device, draw the key from its random number generator at start: keep the [sets](super::Set) in a `static` and put
///   the table together [over them](super::Table::over);
/// * a constant key is as secret as the firmware image. It is right where keys come from a closed network, or are few
///   enough for all to have a slot.
///
/// The hash is the one `std` uses in its `HashMap` (J.-P. Aumasson, D. J. Bernstein, *SipHash: a fast short-input PRF*,
/// 2012, in the variant of one and three rounds).
///
/// ```
/// use core::hash::BuildHasher;
/// use tollgate::keyed::SipHash;
///
/// const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
/// assert_ne!(SECRET.hash_one(1), SipHash::new([0, 0]).hash_one(1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SipHash {
    key: [u64; 2],
}

impl SipHash {
    /// Hashing under a key of 128 bits.
    #[must_use]
    pub const fn new(key: [u64; 2]) -> Self {
        Self { key }
    }
}

/// Does not tell the key.
impl fmt::Debug for SipHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SipHash")
    }
}

impl BuildHasher for SipHash {
    type Hasher = SipHasher;

    #[inline]
    fn build_hasher(&self) -> SipHasher {
        let [k0, k1] = self.key;
        SipHasher {
            lanes: [
                k0 ^ 0x736f_6d65_7073_6575,
                k1 ^ 0x646f_7261_6e64_6f6d,
                k0 ^ 0x6c79_6765_6e65_7261,
                k1 ^ 0x7465_6462_7974_6573,
            ],
            tail: 0,
            held: 0,
            length: 0,
        }
    }
}

/// The state of one hash under a [`SipHash`] key.
#[derive(Clone)]
pub struct SipHasher {
    lanes: [u64; 4],
    /// Bytes not yet mixed in, the first one lowest, and how many: less than 8.
    tail: u64,
    held: u32,
    /// All bytes, modulo 256.
    length: u8,
}

/// Does not tell the state, which holds the key.
impl fmt::Debug for SipHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SipHasher")
    }
}

#[inline]
fn round([mut a, mut b, mut c, mut d]: [u64; 4]) -> [u64; 4] {
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    [a, b, c, d]
}

#[inline]
fn mix([a, b, c, d]: [u64; 4], word: u64) -> [u64; 4] {
    let [a, b, c, d] = round([a, b, c, d ^ word]);
    [a ^ word, b, c, d]
}

impl SipHasher {
    /// Takes in the low `bytes` of `word`, at most 8, above which it is 0.
    #[inline]
    fn absorb(&mut self, word: u64, bytes: u8) {
        let shift = self.held.wrapping_mul(8);
        self.length = self.length.wrapping_add(bytes);
        self.held = self.held.wrapping_add(bytes.into());
        self.tail |= word.wrapping_shl(shift);
        if self.held >= 8 {
            self.lanes = mix(self.lanes, self.tail);
            self.held = self.held.wrapping_sub(8);
            self.tail = word.checked_shr(u64::BITS.wrapping_sub(shift)).unwrap_or(0);
        }
    }
}

impl Hasher for SipHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks();
        for word in words {
            self.absorb(u64::from_le_bytes(*word), 8);
        }
        for byte in rest {
            self.absorb((*byte).into(), 1);
        }
    }

    #[inline]
    fn write_u8(&mut self, number: u8) {
        self.absorb(number.into(), 1);
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        self.absorb(number.to_le().into(), 4);
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.absorb(number.to_le(), 8);
    }

    #[inline]
    fn finish(&self) -> u64 {
        let [a, b, c, d] = mix(self.lanes, self.tail | u64::from(self.length).wrapping_shl(56));
        let [a, b, c, d] = round(round(round([a, b, c ^ 0xff, d])));
        a ^ b ^ c ^ d
    }
}
