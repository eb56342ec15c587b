use core::fmt;

/// Why a snapshot was not taken or not restored. Nothing was changed.
///
/// The first thing wrong is named, in the order of the variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The buffer given to write into is too small.
    BufferTooSmall {
        /// Bytes of the buffer.
        len: usize,
        /// Bytes it has to have: the `SNAPSHOT_LEN` of the limiter.
        needed: usize,
    },
    /// The bytes are all `0x00` or all `0xFF`, or there are none: erased, or never written.
    Empty,
    /// The bytes end before the snapshot does.
    Truncated {
        /// Bytes that were given.
        len: usize,
        /// Bytes the snapshot has, as far as can be told.
        needed: usize,
    },
    /// Written by a release with another format.
    OtherVersion {
        /// The version found.
        found: u8,
        /// The version this release reads.
        supported: u8,
    },
    /// Taken of another kind of limiter, or on ticks of another width.
    OtherKind {
        /// The [kind](super#format) found.
        found: u8,
        /// The kind of this limiter.
        expected: u8,
    },
    /// The checksum is wrong, or the contents are no state that this limiter could be in.
    Corrupt,
    /// Taken under another quota.
    OtherQuota,
}

/// The kind in a snapshot, as one would say it.
struct Kind(u8);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0 >> 4;
        let name = if matches!(width, 4 | 8) { self.0 & 0x0F } else { 0 };
        f.write_str(match name {
            1 => "a token bucket",
            2 => "a leaky bucket",
            3 => "a leaky queue",
            4 => "a fixed window",
            5 => "a first-request window",
            6 => "a sliding window",
            7 => "a rolling window",
            8 => "a bucketed window",
            _ => return write!(f, "something else (kind {:#04x})", self.0),
        })?;
        write!(f, " on ticks of {} bits", width * 8)
    }
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::BufferTooSmall { len, needed } => {
                write!(f, "buffer of {len} bytes is too small for this snapshot: give {needed}, the SNAPSHOT_LEN")
            }
            Self::Empty => f.write_str("no snapshot: the bytes are erased or were never written"),
            Self::Truncated { len, needed } => {
                write!(f, "snapshot cut short: {len} bytes were given, it has {needed}")
            }
            Self::OtherVersion { found, supported } => {
                write!(f, "snapshot of version {found}: this release reads version {supported}")
            }
            Self::OtherKind { found, expected } => {
                write!(f, "snapshot of {}: this limiter is {}", Kind(found), Kind(expected))
            }
            Self::Corrupt => f.write_str("snapshot corrupt: its checksum or its contents are impossible"),
            Self::OtherQuota => {
                f.write_str("snapshot of another quota: restore it under the quota it was taken with, or start anew")
            }
        }
    }
}

impl core::error::Error for SnapshotError {}
