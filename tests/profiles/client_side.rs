//! What the documents advise clients, in the machines of `client`.

use crate::MILLIS;
use std::time::Duration;
use tollgate::client::{Backoff, GaveUp, Pacer, Poll, Seeded, ServerWait, UsageWatch};
use tollgate::profiles::{clover, conecto, haravan};
use tollgate::time::TickLength;

const SECOND: u32 = 1_000;

/// What a client waits between its attempts, in milliseconds, until it gives up.
fn waits(backoff: &mut Backoff<u32>, server: ServerWait<u32>, seed: u64) -> Vec<u32> {
    let (mut random, mut waits) = (Seeded::new(seed), Vec::new());
    loop {
        match backoff.on_failure(0, server, || random.draw()) {
            Poll::Refused(GaveUp::AttemptsExhausted { attempts }) => {
                assert_eq!(attempts, 10);
                return waits;
            }
            Poll::Wait(wait) => waits.push(wait),
            other => panic!("{other:?}"),
        }
    }
}

fn backoff(policy: tollgate::profiles::BackoffPolicy) -> Backoff<u32> {
    let constant = Backoff::<u32>::new(policy.settings_u32(MILLIS));
    assert_eq!(constant, Backoff::try_new(policy.settings(MILLIS)).unwrap());
    assert_eq!(Backoff::<u64>::new(policy.settings_u64(MILLIS)), Backoff::try_new(policy.settings(MILLIS)).unwrap());
    constant
}

#[test]
fn clover_two_to_the_n_and_up_to_a_second_ten_attempts() {
    for seed in 0..200 {
        let waits = waits(&mut backoff(clover::BACKOFF), ServerWait::Unsaid, seed);
        assert_eq!(waits.len(), 9); // none after the tenth attempt
        for (n, wait) in waits.iter().enumerate() {
            assert!((SECOND << n..(SECOND << n) + SECOND).contains(wait), "{n}: {wait}");
        }
    }
}

#[test]
fn clover_a_pause_of_a_second_first() {
    assert_eq!(clover::BACKOFF.pause.as_secs(), 1);
    let mut backoff = backoff(clover::BACKOFF);
    assert!(backoff.on_failure(0, ServerWait::After(5), || 0).wait() >= Some(SECOND));
}

#[test]
fn conecto_a_minute_without_a_header() {
    let waits = waits(&mut backoff(conecto::BACKOFF), ServerWait::Unreadable, 1);
    assert_eq!(waits, [60 * SECOND; 9]);
}

#[test]
fn conecto_jitter() {
    let first = |seed| waits(&mut backoff(conecto::BACKOFF), ServerWait::Unsaid, seed)[0];
    assert!((1..50).any(|seed| first(seed) != first(0)));
    assert!((0..50).all(|seed| (500..=1_000).contains(&first(seed))));
}

#[test]
fn conecto_a_pacer_spreads_500_and_100_an_hour() {
    let policy = conecto::Policy::DOCUMENTED;
    let every = |method, path| {
        let quota = policy.quota::<u32>(policy.choose(method, path).limit(), MILLIS);
        let mut pacer = Pacer::try_new(quota).unwrap();
        assert_eq!(pacer.take(9), Poll::Ready);
        pacer.poll(9)
    };
    assert_eq!(every("GET", "/pos/v2/L1/checks"), Poll::Wait(7_200));
    assert_eq!(every("GET", "/menus"), Poll::Wait(36_000));
}

/// On a clock that cannot count an hour, nor the 7.2 s between two.
#[test]
fn a_pacer_takes_no_quota_that_the_clock_cannot_count() {
    let policy = conecto::Policy::DOCUMENTED;
    assert!(Pacer::<u32>::try_new(policy.quota(500, TickLength::NANOSECOND)).is_err());
    assert!(Pacer::<u64>::try_new(policy.quota(500, TickLength::NANOSECOND)).is_ok());
    let hourly = clover::Policy { period: Duration::from_secs(3_600), ..clover::Policy::DOCUMENTED };
    assert!(Pacer::<u32>::try_new(hourly.quota(hourly.app, TickLength::NANOSECOND)).is_err());
}

#[test]
fn conecto_warns_below_10_percent() {
    let mut watch = UsageWatch::<u32>::new(conecto::WARN_BELOW_PERCENT);
    assert!(watch.observe(0, 500, 50).is_none());
    assert!(watch.observe(1, 500, 49).is_some());
}

#[test]
fn haravan_never_waits_longer_by_itself_than_a_full_bucket_takes_to_leak_out() {
    let policy = haravan::Policy::DOCUMENTED;
    assert_eq!(haravan::BACKOFF.longest, policy.period * policy.size / policy.leaks);
    let mut pacer = Pacer::try_bursting(policy.quota::<u32>(MILLIS)).unwrap();
    assert_eq!((0..100).filter(|_| pacer.take(0).is_ready()).count(), 80);
    let told = backoff(haravan::BACKOFF).on_failure(0, ServerWait::After(2 * SECOND), || 0);
    assert_eq!(told, Poll::Wait(2 * SECOND));
}
