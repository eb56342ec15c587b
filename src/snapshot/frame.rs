//! What stands around the words of a state: see [the format](super#format).

use core::marker::PhantomData;

use super::SnapshotError;
use super::crc::crc16;
use crate::time::Ticks;

const VERSION: u8 = 1;
/// Version, kind and fingerprint.
const HEADER: usize = 4;
const COUNT: usize = 4;
const CHECKSUM: usize = 2;

/// Bytes of a snapshot whose words have `bytes`.
pub(crate) const fn fixed_len(bytes: usize) -> usize {
    HEADER + bytes + CHECKSUM
}

/// Bytes of a snapshot of a list whose words have `bytes` at the most.
pub(crate) const fn list_len(bytes: usize) -> usize {
    fixed_len(COUNT + bytes)
}

/// How many words there are.
#[derive(Clone, Copy)]
pub(crate) enum Length {
    /// Always so many.
    Fixed(usize),
    /// At most so many, and the snapshot says how many.
    List(usize),
}

/// Whose snapshot it is.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    kind: u8,
    fingerprint: u16,
}

impl Label {
    /// `numbers` are those by which the words of one quota differ in meaning from those of another.
    pub(crate) fn new<T: Ticks>(kind: u8, numbers: [T; 4]) -> Self {
        let bytes = numbers.into_iter().flat_map(|number| Into::<u64>::into(number).to_le_bytes());
        Self { kind: kind_on::<T>(kind), fingerprint: crc16(bytes) }
    }

    fn header(self) -> [u8; HEADER] {
        let [low, high] = self.fingerprint.to_le_bytes();
        [VERSION, self.kind, low, high]
    }

    /// The words of a snapshot with this label, once all of it has been checked but the words themselves.
    pub(crate) fn open<T: Ticks>(self, bytes: &[u8], length: Length) -> Result<Words<'_, T>, SnapshotError> {
        if is_erased(bytes, length.most::<T>()) {
            return Err(SnapshotError::Empty);
        }
        let truncated = |needed| SnapshotError::Truncated { len: bytes.len(), needed };
        let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(truncated(length.least::<T>()));
        };
        let [version, kind, fingerprint @ ..] = *header;
        if version != VERSION {
            return Err(SnapshotError::OtherVersion { found: version, supported: VERSION });
        }
        if kind != self.kind {
            return Err(SnapshotError::OtherKind { found: kind, expected: self.kind });
        }
        let (start, count) = match length {
            Length::Fixed(words) => (HEADER, words),
            Length::List(most) => {
                let count = rest.first_chunk().ok_or(truncated(length.least::<T>()))?;
                (HEADER + COUNT, read_count(*count).filter(|&count| count <= most).ok_or(SnapshotError::Corrupt)?)
            }
        };
        let end = start.saturating_add(count.saturating_mul(size_of::<T>()));
        let Some((checked, rest)) = bytes.split_at_checked(end) else { return Err(truncated(end + CHECKSUM)) };
        let checksum = rest.first_chunk().ok_or(truncated(end + CHECKSUM))?;
        if crc16(checked.iter().copied()) != u16::from_le_bytes(*checksum) {
            return Err(SnapshotError::Corrupt);
        }
        if u16::from_le_bytes(fingerprint) != self.fingerprint {
            return Err(SnapshotError::OtherQuota);
        }
        Ok(Words { rest: checked.get(start..).unwrap_or_default(), word: PhantomData })
    }
}

impl Length {
    /// Bytes of the longest snapshot.
    const fn most<T>(self) -> usize {
        match self {
            Self::Fixed(words) => fixed_len(words * size_of::<T>()),
            Self::List(most) => list_len(most * size_of::<T>()),
        }
    }

    /// Bytes of the shortest one.
    const fn least<T>(self) -> usize {
        match self {
            Self::Fixed(_) => self.most::<T>(),
            Self::List(_) => list_len(0),
        }
    }
}

/// The width in bytes in the high half, the kind in the low one.
fn kind_on<T: Ticks>(kind: u8) -> u8 {
    kind | if T::BITS == u64::BITS { 0x80 } else { 0x40 }
}

fn is_erased(bytes: &[u8], most: usize) -> bool {
    [0x00, 0xFF].into_iter().any(|erased| bytes.iter().take(most).all(|&byte| byte == erased))
}

/// Three bytes and one that checks them: where the snapshot ends, and so what the checksum is of, depends on the count.
#[allow(clippy::cast_possible_truncation)] // no list has 2^24 words
fn count_bytes(count: usize) -> [u8; COUNT] {
    let [low, middle, high, _] = (count as u32).to_le_bytes();
    [low, middle, high, !(low ^ middle ^ high)]
}

fn read_count(bytes: [u8; COUNT]) -> Option<usize> {
    let [low, middle, high, _] = bytes;
    let count = u32::from_le_bytes([low, middle, high, 0]) as usize;
    (count_bytes(count) == bytes).then_some(count)
}

/// The words of a snapshot, one after the other.
#[derive(Clone)]
pub(crate) struct Words<'b, T> {
    rest: &'b [u8],
    word: PhantomData<T>,
}

impl<T: Ticks> Iterator for Words<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let (word, rest) = self.rest.split_at_checked(size_of::<T>())?;
        self.rest = rest;
        Some(T::truncate(word.iter().rfold(0, |word, &byte| word << 8 | u64::from(byte))))
    }
}

/// Writes a snapshot.
pub(crate) struct Writer<'b> {
    buffer: &'b mut [u8],
    len: usize,
    label: Label,
}

impl<'b> Writer<'b> {
    /// In a buffer of at least `needed` bytes: those of the longest snapshot, so that too small a buffer shows at once.
    pub(crate) fn new(buffer: &'b mut [u8], label: Label, needed: usize) -> Result<Self, SnapshotError> {
        if buffer.len() < needed {
            return Err(SnapshotError::BufferTooSmall { len: buffer.len(), needed });
        }
        Ok(Self { buffer, len: 0, label })
    }

    /// A snapshot with these words.
    pub(crate) fn fixed<T: Ticks>(mut self, words: &[T]) -> &'b [u8] {
        self.put(&self.label.header());
        for &word in words {
            self.word(word);
        }
        self.finish()
    }

    /// A snapshot with those words that `fill` [adds](Self::word).
    pub(crate) fn list<T: Ticks>(mut self, fill: impl FnOnce(&mut Self)) -> &'b [u8] {
        self.restart();
        fill(&mut self);
        let end = self.len;
        let count = end.saturating_sub(HEADER + COUNT) / const { size_of::<T>() };
        self.len = 0;
        self.put(&self.label.header());
        self.put(&count_bytes(count));
        self.len = end;
        self.finish()
    }

    /// Drops the words of a list.
    pub(crate) fn restart(&mut self) {
        self.len = HEADER + COUNT;
    }

    pub(crate) fn word<T: Ticks>(&mut self, word: T) {
        let bytes = Into::<u64>::into(word).to_le_bytes();
        self.put(bytes.get(..size_of::<T>()).unwrap_or_default());
    }

    fn finish(mut self) -> &'b [u8] {
        let checksum = crc16(self.buffer.iter().take(self.len).copied());
        self.put(&checksum.to_le_bytes());
        self.buffer.get(..self.len).unwrap_or_default()
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.len + bytes.len();
        if let Some(room) = self.buffer.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
            self.len = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_with_any_bit_changed_is_none() {
        for count in [0, 1, 255, 256, 65_536, (1 << 24) - 1] {
            let bytes = count_bytes(count);
            assert_eq!(read_count(bytes), Some(count));
            for bit in 0..32 {
                let changed = u32::from_le_bytes(bytes) ^ 1 << bit;
                assert_eq!(read_count(changed.to_le_bytes()), None, "{count} with bit {bit} changed");
            }
        }
    }
}
