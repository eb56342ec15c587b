use core::fmt::{self, Write as _};

/// Any bytes, in base64 between colons: `:dGVuYW50:`.
///
/// ```
/// use tollgate::http::structured::Bytes;
///
/// assert_eq!(Bytes::new(b"tenant").to_string(), ":dGVuYW50:");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a> {
    bytes: &'a [u8],
    encoded: bool,
}

impl<'a> Bytes<'a> {
    /// Bytes that are to be written.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, encoded: false }
    }

    /// What was found between two colons.
    pub(crate) const fn encoded(bytes: &'a [u8]) -> Self {
        Self { bytes, encoded: true }
    }

    /// The bytes themselves, decoded as they are asked for.
    pub fn iter(&self) -> impl Iterator<Item = u8> + use<'a> {
        let encoded = self.encoded;
        let mut bytes = self.bytes.iter();
        // Bits that were read and not yet given: fewer than 8 of them, the lowest.
        let (mut bits, mut held) = (0_u32, 0_u32);
        core::iter::from_fn(move || {
            if !encoded {
                return bytes.next().copied();
            }
            while held < 8 {
                bits = (bits << 6) | sextet(*bytes.next()?)?;
                held += 6;
            }
            held -= 8;
            let [byte, ..] = bits.wrapping_shr(held).to_le_bytes();
            Some(byte)
        })
    }
}

/// The six bits of a letter; `None` for the padding, which ends the bytes.
const fn sextet(letter: u8) -> Option<u32> {
    let bits = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(bits as u32)
}

/// The letter of six bits.
fn letter(bits: u32) -> char {
    let [bits, ..] = (bits & 63).to_le_bytes();
    char::from(match bits {
        0..=25 => b'A' + bits,
        26..=51 => b'a' + (bits - 26),
        52..=61 => b'0' + (bits - 52),
        62 => b'+',
        _ => b'/',
    })
}

pub(crate) const fn is_base64(byte: u8) -> bool {
    sextet(byte).is_some()
}

impl PartialEq for Bytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Bytes<'_> {}

impl fmt::Display for Bytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char(':')?;
        let mut bytes = self.iter();
        while let Some(first) = bytes.next() {
            let (second, third) = (bytes.next(), bytes.next());
            let group = u32::from_be_bytes([0, first, second.unwrap_or(0), third.unwrap_or(0)]);
            f.write_char(letter(group >> 18))?;
            f.write_char(letter(group >> 12))?;
            f.write_char(if second.is_some() { letter(group >> 6) } else { '=' })?;
            f.write_char(if third.is_some() { letter(group) } else { '=' })?;
        }
        f.write_char(':')
    }
}
