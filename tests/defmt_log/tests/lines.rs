//! What each public type says in a log.

use tollgate::adapter::fugit::Timed;
use tollgate::algorithm::{self, Algorithm, Step};
use tollgate::cell::{Atomic32, Atomic64, CriticalSection, NoSharedCell, Unsync};
use tollgate::quota::{Rate, Window};
use tollgate::time::Ticks;
use tollgate::{Denied, LeakyBucket, LeakyQueue, Quota, QuotaError, TokenBucket};
use tollgate_defmt_log::line;

const QUOTA: Quota<u32> = Quota::per(16, 1_000).burst(32);

#[test]
fn a_quota_says_limit_period_and_burst_and_a_debt_only_if_there_is_one() {
    assert_eq!(line(&QUOTA), "16 per 1000 ticks, burst 32");
    assert_eq!(line(&QUOTA.debt(4)), "16 per 1000 ticks, burst 32, debt 4");
    assert_eq!(line(&Quota::per(u64::MAX, 1)), "18446744073709551615 per 1 ticks, burst 18446744073709551615");
}

#[test]
fn a_rate_and_a_window_say_their_numbers() {
    assert_eq!(line(&Rate::<u32>::new(QUOTA)), "16 per 1000 ticks, burst 32: a tick worth 2, a unit 125");
    assert_eq!(line(&Window::try_new(Quota::per(100_u64, 3_600), 500).unwrap()), "100 per 3600 ticks");
}

#[test]
fn a_quota_error_says_its_text() {
    let errors = [
        QuotaError::ZeroLimit,
        QuotaError::TooLong { units: 7, per_unit: 8, most: 9 },
        QuotaError::NotAWindow { limit: 7, burst: 8, debt: 9 },
        QuotaError::LimitTooLarge { limit: 7, most: 8 },
    ];
    for error in errors {
        assert_eq!(line(&error), error.to_string());
    }
}

#[test]
fn an_answer_says_what_to_do_next() {
    let bucket = TokenBucket::<u32>::new(QUOTA);
    assert_eq!(line(&bucket.try_acquire(0, 1)), "Ok(granted 1, remaining 31)");
    assert_eq!(line(&bucket.try_acquire(0, 31).unwrap()), "granted 31, remaining 0");

    let denied = bucket.try_acquire(0, 1).unwrap_err();
    let Denied::NotYet(not_yet) = denied else { panic!("{denied}") };
    assert_eq!(line(&denied), "try again in 63 ticks");
    assert_eq!(line(&not_yet), "try again in 63 ticks");

    let denied = bucket.try_acquire(0, 40).unwrap_err();
    let Denied::Never(never) = denied else { panic!("{denied}") };
    assert_eq!(line(&denied), "cost 40 exceeds the capacity 32");
    assert_eq!(line(&never), "cost 40 exceeds the capacity 32");
}

#[test]
fn a_wait_for_a_grant_is_said_where_there_is_one() {
    let queue = LeakyQueue::<u64>::new(Quota::per(1, 1_000).burst(3));
    assert_eq!(line(&queue.try_acquire(0, 1).unwrap()), "granted 1, remaining 2");
    assert_eq!(line(&queue.try_acquire(0, 1).unwrap()), "granted 1, remaining 1, due in 1000 ticks");
    assert_eq!(line(&queue.reserve(0, 1, 2_000).unwrap()), "reserved 1, due in 2000 ticks");
}

#[test]
fn forced_charges_and_levels_say_what_did_not_fit() {
    let bucket = LeakyBucket::<u32>::new(Quota::per(1, 10).burst(4).debt(2));
    assert_eq!(line(&bucket.force(0, 9)), "charged 6, uncharged 3");
    assert_eq!(line(&bucket.set_level(0, 7).unwrap_err()), "level 7 exceeds 6, which is burst and debt");
}

#[test]
fn a_step_says_its_answer_and_what_becomes_of_the_state() {
    let rule = algorithm::TokenBucket::<u32>::new(Quota::per(1, 1_000));
    assert_eq!(line(&rule.acquire(u32::FRESH, 0, 1, 0)), "Ok(granted 1, remaining 0), state becomes 0x3e8");
    assert_eq!(line(&rule.acquire(1_000, 0, 1, 0)), "Err(try again in 1000 ticks), state stays");
    assert_eq!(line(&Step::write(u64::FRESH, 5_u8)), "5, state becomes fresh");
}

#[test]
fn a_limiter_says_its_rule_and_its_state() {
    let bucket = TokenBucket::<u32>::new(QUOTA);
    assert_eq!(line(&bucket), "token bucket of 16 per 1000 ticks, burst 32, state fresh");
    assert!(bucket.try_acquire(0, 2).is_ok());
    assert_eq!(line(&bucket), "token bucket of 16 per 1000 ticks, burst 32, state 0xfa");
    assert_eq!(line(bucket.rule()), "token bucket of 16 per 1000 ticks, burst 32");
    assert_eq!(line(LeakyBucket::<u32>::new(QUOTA).rule()), "leaky bucket of 16 per 1000 ticks, burst 32");
    assert_eq!(line(LeakyQueue::<u32>::new(QUOTA).rule()), "leaky queue of 16 per 1000 ticks, burst 32");
}

#[test]
fn a_cell_is_its_state() {
    assert_eq!([line(&Unsync::<u32>::fresh()), line(&Unsync::<u64>::new(0xab))], ["fresh", "0xab"]);
    assert_eq!([line(&Atomic32::fresh()), line(&Atomic32::new(0xab))], ["fresh", "0xab"]);
    assert_eq!([line(&Atomic64::fresh()), line(&Atomic64::new(u64::MAX))], ["fresh", "0xffffffffffffffff"]);
    assert_eq!([line(&CriticalSection::<u32>::fresh()), line(&CriticalSection::<u64>::new(0xab))], ["fresh", "0xab"]);
    assert_eq!(line(&NoSharedCell::default()), "no shared cell on this target");
}

#[test]
fn what_is_timed_says_its_tick_and_its_waits_are_durations() {
    let denied = Timed::<_, 1, 32_768>::from_ticks(TokenBucket::<u32>::new(QUOTA).try_acquire(0, 33).unwrap_err());
    assert_eq!(line(&denied), "cost 33 exceeds the capacity 32 (a tick is 1/32768 s)");

    let quota = Timed::<Quota<u32>, 1, 1_000>::per(16, fugit::MillisDurationU32::from_secs(1));
    assert_eq!(line(&quota), "16 per 1000 ticks, burst 16 (a tick is 1/1000 s)");
    assert_eq!(line(&quota.period()), "1000 ms"); // a duration of fugit's own
}
