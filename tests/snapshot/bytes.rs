//! The bytes: pinned, checked to the last bit, and refused where they are not this limiter's.

use crc::{CRC_16_IBM_3740, Crc};
use tollgate::algorithm::{self, TokenBucket};
use tollgate::cell::Unsync;
use tollgate::time::Ticks;
use tollgate::{Quota, RollingWindow, SnapshotError};

use crate::subject::{Case, Family, Subject};

const CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);

/// The right checksum at the end.
pub fn seal(bytes: &mut [u8]) {
    if let Some((checked, checksum)) = bytes.split_last_chunk_mut::<2>() {
        *checksum = CRC.checksum(checked).to_le_bytes();
    }
}

/// Whether bytes begin with a snapshot of some kind, as the format says.
pub fn is_well_formed(bytes: &[u8]) -> bool {
    let &[1, kind, _, _, ref rest @ ..] = bytes else { return false };
    let word = usize::from(kind >> 4);
    let words = match kind & 0x0F {
        1..=3 => word,
        4 | 5 => 2 * word,
        6 => 3 * word,
        7 | 8 => match *rest {
            [a, b, c, check, ..] if a ^ b ^ c == !check => 4 + word * u32::from_le_bytes([a, b, c, 0]) as usize,
            _ => return false,
        },
        _ => return false,
    };
    let end = 4 + words;
    matches!(word, 4 | 8) && bytes.len() >= end + 2 && CRC.checksum(&bytes[..end]).to_le_bytes() == bytes[end..end + 2]
}

/// A limit with something in it, and more than one thing where it remembers several.
fn used<T: Ticks, L: Subject<T>>(case: &Case<T, L>) -> L {
    let limit = case.usual();
    let _ = limit.acquire(T::truncate(7_000), T::ONE).unwrap();
    let _ = limit.acquire(T::truncate(7_040), T::truncate(3)).unwrap();
    limit
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[test]
fn version_1_is_these_bytes() {
    fn pinned<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let bytes = hex(&used(case).bytes(T::truncate(7_050)));
        let expected =
            GOLDEN.iter().find(|&&(name, bits, _)| (name, bits) == (case.name, T::BITS)).map(|&(.., hex)| hex);
        assert_eq!(expected, Some(&bytes[..]), "{} on {} bits", case.name, T::BITS);
        // And they are read as what they were written of.
        let restored = case.usual();
        let bytes: Vec<u8> =
            (0..bytes.len()).step_by(2).map(|at| u8::from_str_radix(&bytes[at..at + 2], 16).unwrap()).collect();
        restored.restore(T::truncate(7_060), &bytes, Some(T::truncate(10))).unwrap();
        assert_eq!(restored.remaining(T::truncate(7_060)), used(case).remaining(T::truncate(7_060)), "{}", case.name);
    }
    every_limit!(pinned());
}

/// A unit at 7000 and three at 7040, seen at 7050: five a hundred ticks, buckets of eight.
#[rustfmt::skip]
const GOLDEN: &[(&str, u32, &str)] = &[
    ("TokenBucket", 32, "01415b3032000000396d"),
    ("LeakyBucket", 32, "01425b3032000000bbb5"),
    ("LeakyQueue", 32, "01435b3032000000da0d"),
    ("FixedWindow", 32, "0144f49004000000320000003e26"),
    ("FirstRequestWindow", 32, "0145f490040000003200000077fe"),
    ("SlidingWindow", 32, "0146f490000000000400000032000000e889"),
    ("RollingWindow", 32, "0147f490040000fb320000005a0000005a0000005a0000005dca"),
    ("BucketedWindow", 32, "01482c33040000fb1e0000000300000000000000010000008234"),
    ("TokenBucket", 64, "01815b3032000000000000001ff6"),
    ("LeakyBucket", 64, "01825b303200000000000000e58e"),
    ("LeakyQueue", 64, "01835b303200000000000000ac56"),
    ("FixedWindow", 64, "0184f490040000000000000032000000000000007b55"),
    ("FirstRequestWindow", 64, "0185f49004000000000000003200000000000000648b"),
    ("SlidingWindow", 64, "0186f4900000000000000000040000000000000032000000000000008bd6"),
    ("RollingWindow", 64, "0187f490040000fb32000000000000005a000000000000005a000000000000005a0000000000000073eb"),
    ("BucketedWindow", 64, "01882c33040000fb1e0000000000000003000000000000000000000000000000010000000000000025f6"),
];

#[test]
fn every_bit_counts_and_so_does_every_byte() {
    fn checked<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let (limit, now) = (used(case), T::truncate(7_050));
        let bytes = limit.bytes(now);
        for page in [0, 40] {
            for bit in 0..8 * bytes.len() {
                let mut page = [&bytes[..], &vec![0xFF; page]].concat();
                page[bit / 8] ^= 1 << (bit % 8);
                assert!(limit.restore(now, &page, None).is_err(), "{} with bit {bit} changed", case.name);
            }
        }
        for len in 0..bytes.len() {
            let error = limit.restore(now, &bytes[..len], None).unwrap_err();
            let cut_short =
                matches!(error, SnapshotError::Truncated { len: told, needed } if told == len && needed > len);
            assert!(cut_short || error == SnapshotError::Empty && len == 0, "{}, {len} bytes: {error:?}", case.name);
        }
        assert_eq!(limit.bytes(now), bytes, "{}: an error changed something", case.name);
        assert_eq!(limit.restore(now, &bytes, None), Ok(()));
    }
    every_limit!(checked());
}

#[test]
fn erased_memory_is_empty() {
    fn erased<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        for (byte, len) in [0x00, 0xFF].into_iter().flat_map(|byte| (0..2 * L::LEN).map(move |len| (byte, len))) {
            let told = case.usual().restore(T::ZERO, &vec![byte; len], None);
            assert_eq!(told, Err(SnapshotError::Empty), "{}, {len} times {byte}", case.name);
        }
    }
    every_limit!(erased());
}

#[test]
fn another_version_is_refused() {
    fn refused<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        for version in (0..=u8::MAX).filter(|&version| version != 1) {
            let mut bytes = used(case).bytes(T::truncate(7_050));
            bytes[0] = version;
            seal(&mut bytes);
            let told = case.usual().restore(T::ZERO, &bytes, None).unwrap_err();
            assert_eq!(told, SnapshotError::OtherVersion { found: version, supported: 1 }, "{}", case.name);
        }
    }
    every_limit!(refused());
}

#[test]
fn another_kind_or_width_is_refused() {
    fn collect<T: Ticks, L: Subject<T>>(case: &Case<T, L>, all: &mut Vec<Vec<u8>>) {
        all.push(used(case).bytes(T::truncate(7_050)));
    }
    fn refused<T: Ticks, L: Subject<T>>(case: &Case<T, L>, all: &[Vec<u8>]) {
        let own = case.usual().bytes(T::ZERO)[1];
        let mut others = 0;
        for bytes in all.iter().filter(|bytes| bytes[1] != own) {
            let told = case.usual().restore(T::ZERO, bytes, None).unwrap_err();
            assert_eq!(told, SnapshotError::OtherKind { found: bytes[1], expected: own }, "{}", case.name);
            others += 1;
        }
        assert_eq!(others, 15, "of 8 kinds on two widths");
    }
    let mut all = Vec::new();
    every_unsync_limit!(collect(&mut all));
    every_limit!(refused(&all));
}

#[test]
fn another_quota_is_refused() {
    fn refused<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        let bytes = used(case).bytes(T::truncate(7_050));
        let windows = [[4, 100, 8, 2], [6, 100, 8, 2], [5, 101, 8, 2], [5, 200, 8, 2]];
        let buckets = [[5, 100, 7, 3], [5, 100, 8, 3], [5, 100, 8, 0], [5, 100, 16, 2]];
        let of_a_bucket = if case.family == Family::Bucket { &buckets[..] } else { &[] };
        for &numbers in windows.iter().chain(of_a_bucket) {
            let told = (case.make)(case.quota(numbers)).restore(T::ZERO, &bytes, None);
            assert_eq!(told, Err(SnapshotError::OtherQuota), "{} of {numbers:?}", case.name);
        }
    }
    every_limit!(refused());

    let quota = Quota::<u32>::per(5, 100);
    let of = |buckets| {
        let rule = algorithm::BucketedWindow::try_with_buckets(quota, buckets).unwrap();
        tollgate::BucketedWindow::<u32, 8, Unsync<u32>>::in_cells(rule)
    };
    assert_eq!(of(4).restore(0, &of(5).bytes(0), None), Err(SnapshotError::OtherQuota), "of other sub-windows");
}

#[test]
fn the_same_rate_in_other_words_is_the_same_quota() {
    let of =
        |limit, period| TokenBucket::<u32>::try_new(Quota::per(limit, period).burst(8)).unwrap().over(Unsync::fresh());
    let (five, fifty) = (of(5, 100), of(50, 1_000));
    let _ = five.try_acquire(0, 8).unwrap();
    fifty.restore(3, &five.bytes(0), Some(20)).unwrap();
    assert_eq!(fifty.remaining(3), 1);
}

#[test]
fn a_buffer_too_small_is_refused_whatever_is_in_the_limit() {
    fn refused<T: Ticks, L: Subject<T>>(case: &Case<T, L>) {
        for (limit, len) in (0..L::LEN).flat_map(|len| [(case.usual(), len), (used(case), len)]) {
            let mut buffer = vec![0xA5; len];
            let told = limit.snapshot(T::truncate(7_050), &mut buffer).unwrap_err();
            assert_eq!(told, SnapshotError::BufferTooSmall { len, needed: L::LEN }, "{}", case.name);
            assert!(buffer.iter().all(|&byte| byte == 0xA5), "{} wrote", case.name);
        }
    }
    every_limit!(refused());
}

#[test]
fn a_snapshot_is_a_few_bytes() {
    fn lengths<T: Ticks, L: Subject<T>>(case: &Case<T, L>, all: &mut Vec<(&'static str, usize, usize)>) {
        all.push((case.name, L::LEN, case.usual().bytes(T::ZERO).len()));
    }
    let mut all = Vec::new();
    every_limit!(in tollgate::cell::Atomic32::fresh, u32: lengths(&mut all));
    every_limit!(in tollgate::cell::Atomic64::fresh, u64: lengths(&mut all));
    let (narrow, wide) = all.split_at(8);
    let lens = |all: &[(_, usize, usize)]| all.iter().map(|&(_, most, fresh)| (most, fresh)).collect::<Vec<_>>();
    let list = |word: usize| [(10 + 8 * word, 10), (10 + 9 * word, 10)];
    assert_eq!(lens(narrow), [&[(10, 10), (10, 10), (10, 10), (14, 14), (14, 14), (18, 18)][..], &list(4)].concat());
    assert_eq!(lens(wide), [&[(14, 14), (14, 14), (14, 14), (22, 22), (22, 22), (30, 30)][..], &list(8)].concat());
    assert_eq!(RollingWindow::<u32, 500>::SNAPSHOT_LEN, 2_010);
}

#[test]
fn errors_say_what_was_wrong_and_what_would_do() {
    let told = [
        SnapshotError::BufferTooSmall { len: 8, needed: 10 },
        SnapshotError::Empty,
        SnapshotError::Truncated { len: 7, needed: 10 },
        SnapshotError::OtherVersion { found: 2, supported: 1 },
        SnapshotError::OtherKind { found: 0x41, expected: 0x88 },
        SnapshotError::OtherKind { found: 0x13, expected: 0x44 },
        SnapshotError::OtherKind { found: 0x4F, expected: 0x46 },
        SnapshotError::Corrupt,
        SnapshotError::OtherQuota,
    ]
    .map(|error| error.to_string());
    assert_eq!(
        told,
        [
            "buffer of 8 bytes is too small for this snapshot: give 10, the SNAPSHOT_LEN",
            "no snapshot: the bytes are erased or were never written",
            "snapshot cut short: 7 bytes were given, it has 10",
            "snapshot of version 2: this release reads version 1",
            "snapshot of a token bucket on ticks of 32 bits: this limiter is a bucketed window on ticks of 64 bits",
            "snapshot of something else (kind 0x13): this limiter is a fixed window on ticks of 32 bits",
            "snapshot of something else (kind 0x4f): this limiter is a sliding window on ticks of 32 bits",
            "snapshot corrupt: its checksum or its contents are impossible",
            "snapshot of another quota: restore it under the quota it was taken with, or start anew",
        ]
    );
}
