use crate::{MILLIS, SECRET, head};
use std::panic::catch_unwind;
use std::time::Duration;
use tollgate::profiles::haravan::{InlineShops, Policy, Shop};
use tollgate::profiles::{Answer, Refusal};
use tollgate::time::TickLength;

const AT_2: Policy = Policy { leaks: 2, ..Policy::DOCUMENTED };

fn shop(policy: Policy) -> Shop<u32> {
    Shop::try_new(policy, MILLIS).unwrap()
}

#[test]
fn the_bucket_holds_80_calls() {
    let shop = shop(Policy::DOCUMENTED);
    assert_eq!((0..200).filter(|_| shop.try_acquire(7).is_ok()).count(), 80);
}

#[test]
fn the_bucket_leaks_4_calls_a_second() {
    let shop = shop(Policy::DOCUMENTED);
    let calls = |now| (0..200).filter(|_| shop.try_acquire(now).is_ok()).count();
    assert_eq!([calls(0), calls(1_000), calls(1_249), calls(1_250), calls(3_250)], [80, 4, 0, 1, 8]);
}

#[test]
fn every_response_tells_used_of_size() {
    let shop = shop(Policy::DOCUMENTED);
    let first = shop.try_acquire(0).unwrap(); // an answer by itself, whatever the width of the clock
    assert_eq!((first.status(), first.headers(MILLIS).count()), (200, 1));
    let answers: Vec<_> = (1..32).map(|_| shop.try_acquire(0)).collect();
    assert_eq!(head(&answers[30]), ["X-Haravan-Api-Call-Limit: 32/80"]);
    assert_eq!(answers[30].status(), 200);
    assert_eq!((answers[30].level(), answers[30].retry_after()), (None, None));
}

#[test]
fn what_is_used_is_rounded_up() {
    let shop = shop(Policy::DOCUMENTED);
    for _ in 0..2 {
        let _ = shop.try_acquire(0);
    }
    assert_eq!(head(&shop.try_acquire(1)), ["X-Haravan-Api-Call-Limit: 3/80"]); // 2.996
    assert_eq!(head(&shop.try_acquire(250)), ["X-Haravan-Api-Call-Limit: 3/80"]); // exactly
}

#[test]
fn a_429_tells_80_of_80_and_then_retry_after_with_one_decimal() {
    let shop = shop(AT_2);
    let answers: Vec<_> = (0..81).map(|_| shop.try_acquire(0)).collect();
    assert_eq!(answers[80].status(), 429);
    assert_eq!(answers[80].level(), Some("shop"));
    assert_eq!(head(&answers[80]), ["X-Haravan-Api-Call-Limit: 80/80", "Retry-After: 0.5"]);

    let slow = Policy { size: 80, leaks: 1, period: core::time::Duration::from_secs(2) };
    let shop = self::shop(slow);
    let answers: Vec<_> = (0..81).map(|_| shop.try_acquire(0)).collect();
    assert_eq!(head(&answers[80]), ["X-Haravan-Api-Call-Limit: 80/80", "Retry-After: 2.0"]);
}

#[test]
fn the_wait_is_rounded_up_to_tenths_and_above_0() {
    let shop = shop(Policy::DOCUMENTED);
    for _ in 0..80 {
        let _ = shop.try_acquire(0);
    }
    let wait = |now| head(&shop.try_acquire(now)).pop().unwrap();
    assert_eq!(wait(0), "Retry-After: 0.3"); // 0.25
    assert_eq!(wait(150), "Retry-After: 0.1");
    assert_eq!(wait(249), "Retry-After: 0.1"); // 0.001
    assert!(shop.try_acquire(250).is_ok());
}

#[test]
fn who_waits_as_told_in_ticks_passes_and_a_tick_earlier_does_not() {
    let shop = shop(Policy::DOCUMENTED);
    for _ in 0..80 {
        let _ = shop.try_acquire(3);
    }
    let wait = shop.try_acquire(3).unwrap_err().wait();
    assert_eq!(wait, 250);
    assert!(shop.try_acquire(3 + wait - 1).is_err());
    assert!(shop.try_acquire(3 + wait).is_ok());
}

/// The example of the documents: 39/80, and ten seconds later 19/80.
#[test]
fn from_39_to_19_in_ten_seconds_is_a_leak_of_2_and_not_of_4() {
    for (policy, later) in [(AT_2, 19), (Policy::DOCUMENTED, 0)] {
        let shop = shop(policy);
        let last = (0..39).map(|_| shop.try_acquire(0)).last().unwrap();
        assert_eq!(head(&last), ["X-Haravan-Api-Call-Limit: 39/80"]);
        assert_eq!(shop.bucket().level(10_000), later);
    }
}

#[test]
fn each_shop_has_a_bucket_of_its_own() {
    let shops = InlineShops::<u64, 8>::new(Policy::DOCUMENTED, MILLIS, SECRET);
    let calls = |shop: &str| (0..100).filter(|_| shops.try_acquire(shop, 5).is_ok()).count();
    assert_eq!([calls("one"), calls("two"), calls("one")], [80, 80, 0]);
}

#[test]
fn a_full_table_says_so_with_503_and_no_header() {
    let shops = InlineShops::<u32, 4>::new(Policy::DOCUMENTED, MILLIS, SECRET);
    for shop in 0..4 {
        assert_eq!(shops.try_acquire(&shop, 0).status(), 200);
    }
    let answer = shops.try_acquire(&4, 0);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (503, None, None));
    assert!(head(&answer).is_empty());
    let Err(Refusal::Full(full)) = answer else { panic!("{answer:?}") };
    assert_eq!(full.table(), "shops");
    assert_eq!(shops.try_acquire(&4, 250).status(), 200); // one has leaked out
}

#[test]
fn any_clock_will_do() {
    let rtc = TickLength::of_hz(32_768);
    let shop = Shop::<u32>::new(Policy::DOCUMENTED, rtc);
    for _ in 0..80 {
        let _ = shop.try_acquire(u32::MAX);
    }
    let denied = shop.try_acquire(u32::MAX);
    assert_eq!(denied.unwrap_err().wait(), 8_192);
    assert_eq!(denied.headers(rtc).last().unwrap().to_string(), "Retry-After: 0.3");
    assert!(shop.try_acquire(8_191).is_ok());
}

#[test]
fn numbers_that_do_not_fit_are_errors() {
    let none = Policy { size: 0, ..Policy::DOCUMENTED };
    assert_eq!(
        Shop::<u32>::try_new(none, MILLIS).unwrap_err().to_string(),
        "burst = 0 admits nothing: give a burst of at least 1"
    );
    assert!(Shop::<u32>::try_new(Policy::DOCUMENTED, TickLength::NANOSECOND).is_err());
    assert!(Shop::<u64>::try_new(Policy::DOCUMENTED, TickLength::NANOSECOND).is_ok());
}

/// Cut to the most that a word counts, 3 in 1000 s would be one in 1.4 s.
#[test]
fn a_period_of_more_ticks_than_the_word_counts_is_an_error_and_no_other_rate() {
    let seldom = Policy { size: 1, leaks: 3, period: Duration::from_secs(1_000) };
    let error = Shop::<u32>::try_new(seldom, TickLength::NANOSECOND).unwrap_err().to_string();
    assert!(error.ends_with("give a shorter period, a coarser tick or a wider one"), "{error}");
    let never = Policy { period: Duration::MAX, ..seldom };
    assert!(Shop::<u64>::try_new(never, MILLIS).is_err());
    assert!(catch_unwind(|| Shop::<u32>::new(seldom, TickLength::NANOSECOND)).is_err());
    assert!(catch_unwind(|| Shop::<u64>::new(never, MILLIS)).is_err());
}
