//! Backoff: waits, deadlines of the server, giving up.

use tollgate::client::{Backoff, BackoffSettings, GaveUp, Jitter, Poll, Seeded, ServerWait};
use tollgate::time::Ticks;

const SECOND: u32 = 1_000;

const CLOVER: BackoffSettings<u32> = BackoffSettings::exponential(SECOND, 2, 512 * SECOND)
    .jitter(Jitter::Additive)
    .attempts(10)
    .pause(SECOND)
    .unreadable(60 * SECOND);

const EVEN: BackoffSettings<u32> = BackoffSettings::exponential(SECOND, 2, 8 * SECOND).jitter(Jitter::None);

fn no_chance() -> u64 {
    unreachable!("without jitter nothing is drawn")
}

/// The waits told to who fails as soon as it may, until it is told to give up.
fn waits(settings: BackoffSettings<u32>, seed: u64) -> (Vec<u32>, GaveUp<u32>) {
    let (mut backoff, mut random) = (Backoff::try_new(settings).unwrap(), Seeded::new(seed));
    let (mut now, mut waits) = (u32::MAX - 5_000, Vec::new());
    loop {
        assert_eq!(backoff.poll(now), Poll::Ready);
        match backoff.on_failure(now, ServerWait::Unsaid, || random.draw()) {
            Poll::Refused(why) => return (waits, why),
            told => waits.push(told.wait().unwrap()),
        }
        now = now.wrapping_add(*waits.last().unwrap());
    }
}

#[test]
fn ten_waits_of_2_to_the_n_and_up_to_a_second_sum_to_1023_up_to_1033_seconds() {
    for seed in 0..2_000 {
        let (waits, _) = waits(CLOVER.attempts(11), seed);
        assert_eq!(waits.len(), 10);
        for (n, wait) in waits.iter().enumerate() {
            assert!((SECOND << n..(SECOND << n) + SECOND).contains(wait));
        }
        let sum: u32 = waits.iter().sum();
        assert!((1_023 * SECOND..1_033 * SECOND).contains(&sum), "{sum}");
    }
}

#[test]
fn of_ten_attempts_the_last_has_no_wait_and_the_sum_is_511_up_to_520_seconds() {
    for seed in 0..2_000 {
        let (waits, why) = waits(CLOVER, seed);
        assert_eq!((waits.len(), why), (9, GaveUp::AttemptsExhausted { attempts: 10 }));
        let sum: u32 = waits.iter().sum();
        assert!((511 * SECOND..520 * SECOND).contains(&sum), "{sum}");
    }
}

#[test]
fn the_wait_grows_by_the_factor_up_to_the_cap() {
    let (waits, _) = waits(EVEN.attempts(8), 0);
    assert_eq!(waits, [1, 2, 4, 8, 8, 8, 8].map(|seconds| seconds * SECOND));
}

#[test]
fn no_sleep_after_the_last_attempt_and_the_next_request_may_go_at_once() {
    let mut backoff = Backoff::<u32>::new(EVEN.attempts(1));
    let gave_up = Poll::Refused(GaveUp::AttemptsExhausted { attempts: 1 });
    assert_eq!(backoff.on_failure(5, ServerWait::Unsaid, no_chance), gave_up);
    assert_eq!(backoff.poll(1 << 30), gave_up); // however long one waits
    assert_eq!(backoff.on_failure(6, ServerWait::After(9), no_chance), gave_up);
    backoff.next_request();
    assert_eq!(backoff.poll(15), Poll::Ready);
}

#[test]
fn the_later_of_own_backoff_and_server_deadline_wins() {
    let mut backoff = Backoff::<u32>::new(EVEN);
    assert_eq!(backoff.on_failure(0, ServerWait::After(999), no_chance), Poll::Wait(1_000));
    assert_eq!(backoff.on_failure(1_000, ServerWait::After(2_001), no_chance), Poll::Wait(2_001));
    assert_eq!(backoff.on_failure(4_000, ServerWait::After(0), no_chance), Poll::Wait(4_000));
}

#[test]
fn the_servers_wait_wins_also_above_the_cap() {
    let mut backoff = Backoff::<u32>::new(EVEN);
    assert_eq!(backoff.on_failure(0, ServerWait::After(21 * SECOND), no_chance), Poll::Wait(21 * SECOND));
    assert_eq!(backoff.poll(20_999), Poll::Wait(1));
    assert_eq!(backoff.poll(21_000), Poll::Ready);
}

#[test]
fn a_server_that_asks_for_more_than_is_accepted_is_refused_and_its_wait_kept_for_the_next_request() {
    let mut backoff = Backoff::<u32>::new(EVEN.longest_server_wait(300 * SECOND));
    assert_eq!(backoff.on_failure(0, ServerWait::After(300 * SECOND), no_chance), Poll::Wait(300 * SECOND));
    let told = backoff.on_failure(300_000, ServerWait::After(300 * SECOND + 1), no_chance);
    let Poll::Refused(why) = told else { panic!("{told:?}") };
    assert_eq!(why.to_string(), "gave up: the server asks to wait for 300001 ticks, and at most 300000 are accepted");
    backoff.next_request();
    assert_eq!(backoff.poll(300_000), Poll::Wait(300_001));
}

#[test]
fn the_servers_wait_outlives_the_last_attempt() {
    let mut backoff = Backoff::<u32>::new(EVEN.attempts(1));
    assert!(backoff.on_failure(0, ServerWait::After(5 * SECOND), no_chance).wait().is_none());
    backoff.next_request();
    assert_eq!(backoff.poll(1_000), Poll::Wait(4_000));
}

#[test]
fn after_a_429_nothing_goes_for_a_second_whatever_chance_and_server_say() {
    let settings = BackoffSettings::exponential(SECOND, 2, 64 * SECOND).jitter(Jitter::Full).pause(SECOND);
    for server in [ServerWait::Unsaid, ServerWait::After(0), ServerWait::After(999)] {
        let mut backoff = Backoff::<u32>::new(settings.attempts(3));
        assert_eq!(backoff.on_failure(0, server, || 0), Poll::Wait(1_000));
        assert_eq!(backoff.poll(999), Poll::Wait(1));
        assert_eq!(backoff.on_failure(1_000, server, || 0), Poll::Wait(1_000));
        assert!(backoff.on_failure(2_000, server, || 0).wait().is_none());
        backoff.next_request(); // the pause is before anything else, the next request included
        assert_eq!(backoff.poll(2_000), Poll::Wait(1_000));
    }
}

#[test]
fn without_a_pause_full_jitter_may_retry_at_once() {
    let mut backoff = Backoff::<u32>::new(BackoffSettings::exponential(SECOND, 2, 64 * SECOND));
    assert_eq!(backoff.on_failure(0, ServerWait::Unsaid, || 0), Poll::Ready);
}

#[test]
fn a_header_that_is_due_and_missing_or_unreadable_is_60_seconds() {
    let mut backoff = Backoff::<u32>::new(CLOVER);
    assert_eq!(backoff.on_failure(0, ServerWait::Unreadable, || 0), Poll::Wait(60 * SECOND));
    // The own wait where that is later, and the cap where nothing was configured.
    let late = CLOVER.unreadable(5).pause(0);
    assert_eq!(Backoff::<u32>::new(late).on_failure(0, ServerWait::Unreadable, || 0), Poll::Wait(1_000));
    assert_eq!(Backoff::<u32>::new(EVEN).on_failure(0, ServerWait::Unreadable, no_chance), Poll::Wait(8_000));
    // It is the client's own choice, which no bound on the server's wishes refuses.
    let bounded = CLOVER.longest_server_wait(5);
    assert_eq!(Backoff::<u32>::new(bounded).on_failure(0, ServerWait::Unreadable, || 0), Poll::Wait(60 * SECOND));
}

#[test]
fn a_success_forgets_the_failures_and_ends_no_wait() {
    let mut backoff = Backoff::<u32>::new(EVEN.attempts(4));
    for now in [0, 10_000, 20_000] {
        let _ = backoff.on_failure(now, ServerWait::Unsaid, no_chance);
    }
    assert_eq!(backoff.failures(), 3);
    backoff.on_success(); // of a request sent before
    assert_eq!((backoff.failures(), backoff.poll(20_500)), (0, Poll::Wait(3_500)));
    assert_eq!(backoff.on_failure(30_000, ServerWait::Unsaid, no_chance), Poll::Wait(1_000));
}

#[test]
fn a_failure_reported_late_never_shortens_a_wait() {
    let mut backoff = Backoff::<u32>::new(EVEN);
    let _ = backoff.on_failure(0, ServerWait::After(21_000), no_chance);
    assert_eq!(backoff.on_failure(1_000, ServerWait::After(3_000), no_chance), Poll::Wait(20_000));
}

#[test]
fn after_any_number_of_failures_numbers_saturate() {
    let settings = BackoffSettings::exponential(3 << 30, u32::MAX, u32::MAX).attempts(u32::MAX);
    for jitter in [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Additive] {
        let mut backoff = Backoff::<u32>::new(settings.jitter(jitter));
        for nth in 0..300_u32 {
            let now = nth.wrapping_mul(0x9e37_79b9);
            let told = backoff.on_failure(now, ServerWait::Unsaid, || u64::MAX).wait().unwrap();
            let expected =
                if nth == 0 && !matches!(jitter, Jitter::Decorrelated | Jitter::Additive) { 3 << 30 } else { u32::MAX };
            assert_eq!(told, expected.min(1 << 30), "{jitter:?} after {nth}");
            // A whole turn of the clock is waited for, seen four times.
            for quarter in 1..=4_u64 {
                let passed = quarter << 30;
                let told = backoff.poll(now.wrapping_add(u32::truncate(passed)));
                assert_eq!(told.wait().map(u64::from), Some(u64::from(expected).saturating_sub(passed).min(1 << 30)));
            }
        }
    }
}

#[test]
fn who_waits_as_told_gets_through_a_wait_of_a_whole_turn_of_the_clock_also_if_he_always_comes_late() {
    for late in [0, 1, 100 * SECOND, 1 << 30] {
        let mut backoff = Backoff::<u32>::new(EVEN);
        let mut told = backoff.on_failure(7, ServerWait::After(u32::MAX), no_chance);
        let (mut now, mut passed) = (7_u32, 0_u64);
        while let Poll::Wait(ticks) = told {
            let slept = ticks + late;
            (now, passed) = (now.wrapping_add(slept), passed + u64::from(slept));
            assert!(passed <= u64::from(u32::MAX) + u64::from(late), "told to wait for longer");
            told = backoff.poll(now);
        }
        assert!(told.is_ready() && passed >= u64::from(u32::MAX));
    }
}

#[test]
fn devices_of_different_seeds_do_not_retry_in_step() {
    let of_device = |serial_number| waits(CLOVER, serial_number).0;
    for serial_number in 0..500 {
        assert_ne!(of_device(serial_number), of_device(serial_number + 1));
    }
    // A thousand devices cut off at one instant: no tick of the second that follows sees more than a few.
    let mut back_at = [0_u32; 1_000];
    for serial_number in 0..1_000 {
        back_at[(of_device(serial_number)[0] - SECOND) as usize] += 1;
    }
    assert!(back_at.iter().all(|&devices| devices <= 7), "{}", back_at.iter().max().unwrap());
    assert_eq!(of_device(7), of_device(7)); // and each of them is repeatable
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_value_and_what_would_be_accepted() {
    let told = |settings| Backoff::<u32>::try_new(settings).unwrap_err().to_string();
    let of = BackoffSettings::exponential;
    assert_eq!(told(of(0, 2, 9)), "base = 0 ticks is no wait: give a base of at least 1 tick");
    assert_eq!(told(of(1, 0, 9)), "factor = 0 leaves no wait: give at least 1, which waits evenly");
    assert_eq!(told(of(10, 2, 9)), "cap = 9 ticks is shorter than the base: give a cap of at least 10 ticks");
    assert_eq!(told(of(1, 2, 9).attempts(0)), "attempts = 0 sends nothing: give at least 1, which is never repeated");
    assert!(Backoff::<u32>::try_new(of(1, 1, 1).attempts(1)).is_ok());
}
