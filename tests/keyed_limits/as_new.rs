//! When a slot may go to another key, and that its limit is as new then, whatever the clock did.

use tollgate::cell::{Atomic32, Atomic64};
use tollgate::keyed::{LimitSlot, LimitTable, Reusable, SipHash};
use tollgate::{ConcurrencyLimit, Layered, Quota, RollingWindow, TokenBucket};

use crate::kinds::{Bucketed, Concurrent, Kind, LATE, LIMIT, Leased, PERIOD, Rolling, table};

/// A key takes everything and vanishes; says after how many ticks of `step` another key gets all of its slot.
fn ticks_until_free<K: Kind<u32>>(taken_at: u32, then: u32, step: u32) -> u32 {
    let table = table::<u32, K, Atomic32>(1);
    let held = table.with("ann", taken_at, |limit| K::take(limit, taken_at, LIMIT)).unwrap();
    std::mem::forget(held.expect("a new key has all of its limit"));
    let mut ticks = 0;
    loop {
        let now = then.wrapping_add(ticks);
        if let Ok(taken) = table.with("bob", now, |limit| K::take(limit, now, LIMIT).is_some()) {
            assert!(taken, "the limit is not as new");
            return ticks;
        }
        ticks += step;
        assert!(ticks < 1 << 30, "never free");
    }
}

#[test]
fn a_slot_is_free_when_all_that_was_taken_counts_no_more() {
    let period = PERIOD as u32;
    for start in [0, 1, 77, u32::MAX - 3, 1 << 31, 0x9e37_79b9, 0x9e37_79b8 / 2] {
        assert_eq!(ticks_until_free::<Rolling<Atomic32>>(start, start, 1), period, "from {start}");
        assert_eq!(ticks_until_free::<Leased<Atomic32>>(start, start, 1), period, "from {start}");
        let bucketed = ticks_until_free::<Bucketed<Atomic32>>(start, start, 1);
        assert!((period..=period + LATE as u32).contains(&bucketed), "{bucketed} from {start}");
    }
}

#[test]
fn no_step_back_and_no_silence_keeps_a_slot_for_longer_than_was_taken_for() {
    let most = [2 * PERIOD, 2 * PERIOD + 2 * LATE, 2 * PERIOD].map(|ticks| ticks as u32);
    for taken_at in [0, 5_000, u32::MAX - 3, 1 << 31] {
        for exponent in 0..32 {
            for distance in [1_u32 << exponent, (1 << exponent) + 1, (1_u32 << exponent).wrapping_mul(3)] {
                let then = taken_at.wrapping_sub(distance); // back, or on by the rest of the word
                let rolling = ticks_until_free::<Rolling<Atomic32>>(taken_at, then, 1);
                let bucketed = ticks_until_free::<Bucketed<Atomic32>>(taken_at, then, 1);
                let leased = ticks_until_free::<Leased<Atomic32>>(taken_at, then, 1);
                let all = [rolling, bucketed, leased];
                let is_free_in_time = all.iter().zip(most).all(|(ticks, most)| *ticks <= most);
                assert!(is_free_in_time, "{all:?} after {distance} back from {taken_at}");
            }
        }
    }
}

#[test]
fn a_late_reading_of_another_key_shortens_nothing() {
    let table = table::<u64, Rolling<Atomic64>, Atomic64>(1);
    let (now, period) = (1_000, PERIOD);
    let take = |now| table.with("ann", now, |window| window.try_acquire(now, 1).is_ok());
    (0..LIMIT).for_each(|_| assert_eq!(take(now), Ok(true)));
    for late in 0..period {
        assert!(table.with("bob", now - late, |_| ()).is_err());
    }
    assert_eq!((take(now + period - 1), take(now + period)), (Ok(false), Ok(true)));
}

#[test]
fn the_high_water_mark_of_a_key_is_not_that_of_the_next_one() {
    let table = table::<u32, Concurrent<Atomic32>, Atomic32>(1);
    drop(table.with("ann", 0, |limit| limit.try_acquire(3)).unwrap());
    assert_eq!(table.get("ann", ConcurrencyLimit::high_water), Ok(Some(3)));
    assert_eq!(table.with("bob", 0, ConcurrencyLimit::high_water), Ok(0));
}

#[test]
fn a_key_with_a_limit_of_its_own_keeps_its_slot_until_that_is_set_back() {
    let table = table::<u32, Concurrent<Atomic32>, Atomic32>(1);
    table.with("ann", 0, |limit| limit.set_limit(7)).unwrap().unwrap();
    assert!(table.with("bob", 0, |_| ()).is_err());
    assert_eq!(table.get("ann", ConcurrencyLimit::limit), Ok(Some(7)));
    table.with("ann", 0, |limit| limit.set_limit(LIMIT as u32)).unwrap().unwrap();
    assert!(table.with("bob", 0, |_| ()).is_ok());
}

#[test]
fn limits_of_a_key_that_are_taken_together_are_free_together() {
    let client = || {
        let window = RollingWindow::<u32, 3>::new(Quota::per(3, 100));
        let bucket = TokenBucket::<u32>::new(Quota::per(1, 50).burst(3));
        Layered::new((window, bucket, ConcurrencyLimit::new(2)))
    };
    let table = LimitTable::over([LimitSlot::new(client())], SipHash::new([1, 2]));
    let now = u32::MAX - 120; // the clock wraps on the way
    let enter = |key: &str, now| table.with(key, now, |client| client.try_acquire(now, 1));
    let first = enter("ann", now).unwrap().unwrap();
    let second = enter("ann", now).unwrap().unwrap();
    assert_eq!(enter("ann", now).unwrap().unwrap_err().level(), 2);
    drop((first, second));
    drop(enter("ann", now).unwrap().unwrap());
    assert!(enter("bob", now + 99).is_err(), "the window and the bucket hold it");
    assert!(enter("bob", now.wrapping_add(149)).is_err(), "the bucket holds it");
    let held = enter("ann", now.wrapping_add(149)).unwrap().unwrap();
    assert!(enter("bob", now.wrapping_add(2_000)).is_err(), "work in progress holds it");
    drop(held);
    let all = (0..4).filter(|_| enter("bob", now.wrapping_add(2_000)).unwrap().is_ok()).count();
    assert_eq!(all, 3);
}

#[test]
fn refresh_keeps_a_long_silence_from_looking_like_use() {
    let refreshed = table::<u32, Rolling<Atomic32>, Atomic32>(1);
    let silent = table::<u32, Rolling<Atomic32>, Atomic32>(1);
    for table in [&refreshed, &silent] {
        assert_eq!(table.with("ann", 0, |window| window.try_acquire(0, 1).is_ok()), Ok(true));
    }
    let silence = (1 << 31) - 50; // as far as stamps can be told apart, so the old one looks new
    (0..silence).step_by(1 << 28).for_each(|now| refreshed.refresh(now));
    assert!(silent.with("bob", silence, |_| ()).is_err());
    assert!(refreshed.with("bob", silence, |_| ()).is_ok());
}

/// What a limit says of itself, apart from tables.
#[test]
fn a_limit_is_fresh_exactly_while_nothing_of_it_is_taken() {
    fn check<K: Kind<u64>>(free_after: u64) {
        let limit = K::limit();
        assert!(limit.is_fresh(5));
        let held = K::take(&limit, 5, 1);
        assert!((0..PERIOD).all(|ticks| !limit.is_fresh(5 + ticks)));
        drop(held);
        assert!(limit.is_fresh(5 + free_after));
        limit.reset();
        assert!(limit.is_fresh(0) && limit.is_fresh(5) && limit.is_fresh(u64::MAX));
        assert!(K::take(&limit, 3, LIMIT).is_some());
    }
    check::<Rolling<Atomic64>>(PERIOD);
    check::<Bucketed<Atomic64>>(PERIOD + LATE);
    check::<Concurrent<Atomic32>>(0);
    check::<Leased<Atomic64>>(0);
}
