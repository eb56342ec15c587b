//! The hash is SipHash-1-3, and tables tell keys apart by it.

use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{BuildHasher, Hash, Hasher};

use proptest::prelude::*;
use tollgate::algorithm::TokenBucket;
use tollgate::keyed::{Set, SipHash, Table};
use tollgate::{Keyed, Quota};

/// The key of the reference vectors, bytes 0 to 15.
const KEY: SipHash = SipHash::new([0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908]);

#[test]
fn the_hash_is_that_of_the_reference_under_its_key() {
    let bytes: Vec<u8> = (0..64).collect();
    let vectors = [
        (0, 0xabac_0158_050f_c4dc),
        (1, 0xc9f4_9bf3_7d57_ca93),
        (7, 0xd392_7d98_9bb1_1140),
        (8, 0x3690_9511_8d29_9a8e),
        (9, 0x25a4_8eb3_6c06_3de4),
        (15, 0xd320_d86d_2a51_9956),
        (16, 0xcc4f_dd1a_7d90_8b66),
        (63, 0x9d19_9062_b7bb_b3a8),
    ];
    for (length, expected) in vectors {
        let mut hasher = KEY.build_hasher();
        hasher.write(&bytes[..length]);
        assert_eq!(hasher.finish(), expected, "of {length} bytes");
    }
}

/// `std`'s default hasher is the same function under the key 0.
fn as_in_std(key: &impl Hash) -> bool {
    let mut expected = DefaultHasher::new();
    key.hash(&mut expected);
    SipHash::new([0, 0]).hash_one(key) == expected.finish()
}

proptest! {
    #[test]
    fn any_key_hashes_as_in_std(bytes: Vec<u8>, text: String, numbers: (u8, u16, u32, u64, u128), mixed: Vec<(u8, Option<u64>)>) {
        prop_assert!(as_in_std(&bytes) && as_in_std(&text) && as_in_std(&numbers) && as_in_std(&mixed));
        prop_assert!(as_in_std(&(text, bytes, numbers)));
    }
}

#[test]
fn the_key_of_the_hash_is_not_told() {
    assert_eq!(format!("{KEY:?} {:?}", KEY.build_hasher()), "SipHash SipHasher");
}

#[test]
fn keys_and_ready_hashes_are_the_same_keys() {
    let table = Keyed::<TokenBucket<u32>, 64>::new([TokenBucket::<u32>::new(Quota::per(2, 1_000))], KEY);
    table.try_acquire("somebody", 7, 2).unwrap();
    assert!(table.hashed(KEY.hash_one("somebody")).try_acquire(7, 1).is_err());
    assert_eq!(table.hashed(KEY.hash_one("nobody")).remaining(7), 2);
    assert_eq!(table.key("somebody").fingerprint(), table.in_use(7).next().unwrap().fingerprint());
}

/// Not a proof of quality, but a broken choice of bits would show.
#[test]
fn keys_spread_over_all_slots_and_their_fingerprints_differ() {
    let rule = TokenBucket::<u32>::new(Quota::per(1, 1_000_000).burst(2));
    let table = Table::over((0..1_000).map(|_| Set::<u32>::fresh()).collect::<Vec<_>>(), [rule], KEY);
    let full = (0..2_000_u32).filter(|key| table.try_acquire(key, 7, 1).is_err()).count();
    assert_eq!((full, table.occupancy(7)), (0, 2_000), "at half of the capacity every key has a slot");
    let prints: HashSet<_> = table.in_use(7).map(|usage| usage.fingerprint()).collect();
    assert_eq!(prints.len(), 2_000);
    let refused = (2_000..4_000_u32).filter(|key| table.try_acquire(key, 7, 1).is_err()).count();
    assert!((1..600).contains(&refused), "{refused} of 4 000 keys have no slot in 4 000");
}

/// Hashes that differ in a few bits only, as a weak hasher makes them, cost slots, not limits.
#[test]
fn a_weak_hash_mixes_no_keys_up() {
    for shift in [0, 8, 20, 40, 56] {
        let rule = TokenBucket::<u64>::new(Quota::per(1, 1_000_000).burst(2));
        let table = Table::over((0..16).map(|_| Set::<u64>::fresh()).collect::<Vec<_>>(), [rule], KEY);
        for key in 0..200_u64 {
            let hash = key << shift;
            if shift >= 8 && table.hashed(hash).try_acquire(7, 1).is_ok() {
                assert_eq!(table.hashed(hash).remaining(7), 1, "key {key} at bit {shift}");
            }
        }
    }
}
