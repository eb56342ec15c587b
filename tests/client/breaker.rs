//! Circuit breaker: when it opens, how it finds back, and that it always does.

use tollgate::client::{BreakerSettings, BreakerState, CircuitBreaker, ForcedOpen, NotBegun, Outcome, Poll};

const SECOND: u32 = 1_000;
const THREE: BreakerSettings<u32> = BreakerSettings::after(3, 10 * SECOND);

fn call(breaker: &mut CircuitBreaker<u32>, now: u32, outcome: Outcome) {
    let call = breaker.try_begin(now).unwrap();
    breaker.end(now, call, outcome);
}

/// As `settings` say, open since `now`.
fn open(settings: BreakerSettings<u32>, now: u32) -> CircuitBreaker<u32> {
    let mut breaker = CircuitBreaker::<u32>::new(settings);
    for _ in 0..3 {
        call(&mut breaker, now, Outcome::Failure);
    }
    assert_eq!(breaker.state(now), BreakerState::Open);
    breaker
}

#[test]
fn it_opens_after_so_many_failures_in_a_row_and_not_before() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    for outcome in [Outcome::Failure, Outcome::Failure, Outcome::Success, Outcome::Failure, Outcome::Failure] {
        call(&mut breaker, 0, outcome);
        assert_eq!((breaker.state(0), breaker.trips()), (BreakerState::Closed, 0));
    }
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!((breaker.state(0), breaker.trips()), (BreakerState::Open, 1));
    assert_eq!(breaker.poll(1), Poll::Wait(9_999));
    assert_eq!(breaker.try_begin(1), Err(NotBegun::Open { wait: 9_999 }));
}

#[test]
fn what_says_nothing_about_the_server_neither_counts_nor_breaks_a_row() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    for outcome in [Outcome::Failure, Outcome::Neither, Outcome::Failure, Outcome::Neither] {
        call(&mut breaker, 0, outcome);
    }
    assert_eq!(breaker.state(0), BreakerState::Closed);
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn it_opens_at_a_share_of_the_last_calls_in_any_order_and_only_once_all_are_known() {
    let settings = BreakerSettings::after(1_000, SECOND).or_share(50, 6);
    let outcomes = |of: &str| {
        let mut breaker = CircuitBreaker::<u32>::new(settings);
        for outcome in of.chars() {
            call(&mut breaker, 0, if outcome == 'x' { Outcome::Failure } else { Outcome::Success });
        }
        breaker.state(0)
    };
    assert_eq!(outcomes("xxxxx"), BreakerState::Closed); // of five, not six
    assert_eq!(outcomes("x.x.x."), BreakerState::Open); // three of six
    assert_eq!(outcomes("x.x..."), BreakerState::Closed);
    assert_eq!(outcomes("xx....x.x"), BreakerState::Closed); // the first two are too old to count
    assert_eq!(outcomes("xx....x.xx"), BreakerState::Open);
    // The most that is kept, and all of it.
    let settings = BreakerSettings::after(1_000, SECOND).or_share(100, 64);
    let mut breaker = CircuitBreaker::<u32>::new(settings);
    for _ in 0..63 {
        call(&mut breaker, 0, Outcome::Failure);
    }
    assert_eq!(breaker.state(0), BreakerState::Closed);
    call(&mut breaker, 0, Outcome::Failure);
    assert_eq!(breaker.state(0), BreakerState::Open);
}

#[test]
fn open_it_lets_nothing_through_to_the_tick_then_a_probe() {
    let mut breaker = open(THREE, u32::MAX - 5_000); // across the wrap
    assert_eq!(breaker.try_begin(4_998), Err(NotBegun::Open { wait: 1 }));
    assert_eq!(breaker.state(4_999), BreakerState::HalfOpen);
    let probe = breaker.try_begin(4_999).unwrap();
    assert_eq!(breaker.try_begin(5_999), Err(NotBegun::Probing { wait: 9_000 }));
    breaker.end(6_000, probe, Outcome::Success);
    assert_eq!(breaker.state(6_000), BreakerState::Closed);
}

#[test]
fn the_open_time_grows_while_probes_fail_up_to_the_cap_and_starts_anew_once_it_closed() {
    let mut breaker = open(THREE.times(2, 35 * SECOND), 0);
    let mut now = 0;
    for expected in [10_000, 20_000, 35_000, 35_000] {
        assert_eq!(breaker.poll(now), Poll::Wait(expected));
        now += expected;
        call(&mut breaker, now, Outcome::Failure);
    }
    now += 35_000;
    call(&mut breaker, now, Outcome::Success);
    for _ in 0..3 {
        call(&mut breaker, now, Outcome::Failure);
    }
    assert_eq!((breaker.poll(now), breaker.trips()), (Poll::Wait(10_000), 6));
}

#[test]
fn as_many_probes_go_at_once_and_as_many_must_succeed_as_the_settings_say() {
    let mut breaker = open(THREE.probes(2, 3), 0);
    let first = breaker.try_begin(10_000).unwrap();
    let second = breaker.try_begin(10_001).unwrap();
    assert!(breaker.try_begin(10_002).is_err());
    breaker.end(10_003, first, Outcome::Success);
    let third = breaker.try_begin(10_003).unwrap();
    breaker.end(10_004, second, Outcome::Neither); // frees its place, and proves nothing
    breaker.end(10_005, third, Outcome::Success);
    assert_eq!(breaker.state(10_005), BreakerState::HalfOpen);
    call(&mut breaker, 10_006, Outcome::Success);
    assert_eq!(breaker.state(10_006), BreakerState::Closed);
}

#[test]
fn a_probe_that_is_never_reported_runs_out_and_counts_as_a_failure() {
    let mut breaker = open(THREE.times(3, 90 * SECOND).probe_time(2 * SECOND), 0);
    let lost = breaker.try_begin(10_000).unwrap();
    assert_eq!(breaker.poll(11_000), Poll::Wait(1_000));
    assert_eq!(breaker.poll(12_000), Poll::Wait(30_000)); // open again, for longer
    breaker.end(12_001, lost, Outcome::Success); // too late to count
    assert_eq!(breaker.state(12_001), BreakerState::Open);
    assert_eq!(breaker.poll(42_000), Poll::Ready);
}

#[test]
fn late_reports_of_calls_begun_before_the_trip_do_not_count() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    let [early, late, later] = [(); 3].map(|()| breaker.try_begin(0).unwrap());
    for _ in 0..3 {
        call(&mut breaker, 0, Outcome::Failure);
    }
    breaker.end(1, early, Outcome::Success);
    assert_eq!(breaker.state(1), BreakerState::Open);
    let probe = breaker.try_begin(10_000).unwrap();
    breaker.end(10_001, late, Outcome::Failure);
    assert_eq!(breaker.state(10_001), BreakerState::HalfOpen); // and the probe is still the one that decides
    assert!(breaker.try_begin(10_001).is_err());
    breaker.end(10_002, probe, Outcome::Success);
    for _ in 0..2 {
        call(&mut breaker, 10_003, Outcome::Failure);
    }
    breaker.end(10_004, later, Outcome::Failure); // would be the third
    assert_eq!(breaker.state(10_004), BreakerState::Closed);
}

#[test]
fn forced_open_it_refuses_for_good_until_released() {
    let mut breaker = CircuitBreaker::<u32>::new(THREE);
    let before = breaker.try_begin(0).unwrap();
    breaker.force_open();
    assert_eq!(breaker.poll(1 << 30), Poll::Refused(ForcedOpen));
    assert_eq!(breaker.try_begin(1 << 30), Err(NotBegun::Forced));
    breaker.end(1 << 30, before, Outcome::Success);
    assert_eq!(breaker.state(1 << 30), BreakerState::ForcedOpen);
    breaker.release();
    assert_eq!(breaker.poll(1 << 30), Poll::Ready);
}

#[test]
fn forced_closed_it_stays_so_whatever_fails_until_released() {
    let mut breaker = open(THREE, 0);
    breaker.force_closed();
    for _ in 0..10 {
        call(&mut breaker, 1, Outcome::Failure);
    }
    assert_eq!((breaker.state(1), breaker.poll(1)), (BreakerState::ForcedClosed, Poll::Ready));
    breaker.release();
    assert_eq!(breaker.state(1), BreakerState::Closed);
    for _ in 0..2 {
        call(&mut breaker, 1, Outcome::Failure);
    }
    assert_eq!(breaker.state(1), BreakerState::Closed); // nothing of before is known
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_value_and_what_would_be_accepted() {
    let told = |settings| CircuitBreaker::<u32>::try_new(settings).unwrap_err().to_string();
    let of = BreakerSettings::after;
    assert_eq!(told(of(0, 9)), "failures = 0 would open without a failure: give at least 1");
    assert_eq!(told(of(3, 0)), "open = 0 ticks keeps nothing back: give an open time of at least 1 tick");
    assert_eq!(told(of(3, 9).times(0, 9)), "factor = 0 leaves no open time: give at least 1, which stays the same");
    assert_eq!(
        told(of(3, 9).times(2, 8)),
        "cap = 8 ticks is shorter than the first open time: give a cap of at least 9 ticks"
    );
    for probes in [(0, 1), (1, 0)] {
        assert_eq!(
            told(of(3, 9).probes(probes.0, probes.1)),
            "0 probes would never close again: give at least 1 at once, and 1 to close"
        );
    }
    assert_eq!(
        told(of(3, 9).probe_time(0)),
        "probe_time = 0 ticks lets no probe report: give at least the longest a call may take"
    );
    for (percent, calls) in [(0, 10), (101, 10), (50, 65), (50, 0)] {
        assert_eq!(
            told(of(3, 9).or_share(percent, calls)),
            format!(
                "a share of {percent} percent of {calls} calls cannot be kept: give 1 to 100 percent of 1 to 64 calls"
            )
        );
    }
}
