//! Small statements in numbers one can follow.

use tollgate::algorithm::Algorithm;
use tollgate::cell::StateCell;
use tollgate::penalty::{PenaltyError, PenaltyRule, WaitingPeriod};
use tollgate::time::Ticks;
use tollgate::{ConcurrencyLimit, Denied, Penalty, Quota, TokenBucket};

const MINUTE: WaitingPeriod<u32> = WaitingPeriod::of(1_000).times(2, 60_000);

fn wait(denied: &Denied<u32>) -> u32 {
    denied.retry_after().unwrap()
}

#[test]
fn the_wait_doubles_with_each_early_question_up_to_the_cap() {
    let token = Penalty::<_, u32>::new(ConcurrencyLimit::new(1), MINUTE);
    let _busy = token.try_acquire(0, 1).unwrap();
    let waits = [(); 9].map(|()| wait(&token.try_acquire(5, 1).unwrap_err().denied()));
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
}

#[test]
fn an_early_question_never_makes_the_period_end_sooner() {
    let calls = Penalty::<_, u32>::new(TokenBucket::<u32>::new(Quota::per(1, 30_000)), MINUTE);
    let _ = calls.try_acquire(0, 1).unwrap();
    assert_eq!(calls.try_acquire(0, 1).unwrap_err().retry_after(), Some(30_000)); // the limit's own
    assert_eq!(calls.try_acquire(1, 1).unwrap_err().retry_after(), Some(29_999)); // not 2 000
    assert_eq!(calls.try_acquire(29_000, 1).unwrap_err().retry_after(), Some(4_000));
}

#[test]
fn the_wait_told_is_the_limits_own_where_that_exceeds_the_cap() {
    let daily = Penalty::<_, u32>::new(TokenBucket::<u32>::new(Quota::per(1, 1_000_000)), MINUTE);
    let _ = daily.try_acquire(0, 1).unwrap();
    assert_eq!(daily.try_acquire(10, 1).unwrap_err().retry_after(), Some(999_990));
    assert_eq!(daily.waiting(10), Some(60_000));
    assert_eq!(daily.try_acquire(20, 1).unwrap_err().retry_after(), Some(999_980)); // early: the longer of both
    assert!(daily.try_acquire(1_000_000, 1).is_ok());
}

#[test]
fn who_waits_is_never_punished_however_often_denied() {
    let token = Penalty::<_, u32>::new(ConcurrencyLimit::new(1), MINUTE);
    let busy = token.try_acquire(0, 1).unwrap();
    let mut now = u32::MAX - 2_500;
    for _ in 0..10 {
        let wait = wait(&token.try_acquire(now, 1).unwrap_err().denied());
        assert_eq!(wait, 1_000);
        now = now.wrapping_add(wait);
    }
    drop(busy);
    assert!(token.try_acquire(now, 1).is_ok());
}

#[test]
fn a_cost_that_can_never_fit_opens_and_extends_nothing() {
    let token = Penalty::<_, u32>::new(ConcurrencyLimit::new(2), MINUTE).charging_denied();
    assert!(token.try_acquire(0, 3).unwrap_err().is_never());
    assert_eq!(token.waiting(0), None);
    let busy = token.try_acquire(0, 2).unwrap();
    assert!(token.try_acquire(0, 1).is_err());
    assert!(token.try_acquire(0, 3).unwrap_err().is_never());
    assert!(token.peek(0, 3).unwrap_err().is_never());
    assert_eq!(token.waiting(0), Some(1_000));
    drop(busy);
}

#[test]
fn a_cost_of_0_is_admitted_within_a_period_and_changes_nothing() {
    let token = Penalty::<_, u32>::new(ConcurrencyLimit::new(1), MINUTE);
    let _busy = token.try_acquire(0, 1).unwrap();
    assert!(token.try_acquire(0, 1).is_err());
    assert!(token.try_acquire(1, 0).is_ok());
    assert!(token.peek(1, 0).is_ok());
    assert_eq!(token.waiting(0), Some(1_000));
}

#[test]
fn denied_attempts_are_charged_only_where_that_is_switched_on() {
    let quota = Quota::per(1, 100).burst(5).debt(3);
    let lenient = Penalty::<_, u32>::new(TokenBucket::<u32>::new(quota), WaitingPeriod::of(10));
    let strict = Penalty::<_, u32>::new(TokenBucket::<u32>::new(quota), WaitingPeriod::of(10)).charging_denied();
    for penalty in [&lenient, &strict] {
        let _ = penalty.try_acquire(0, 3).unwrap();
    }
    assert_eq!(lenient.try_acquire(0, 4).unwrap_err().retry_after(), Some(200));
    assert_eq!(lenient.limit().level(0), 3);
    assert_eq!(strict.try_acquire(0, 4).unwrap_err().retry_after(), Some(600)); // after the charge
    assert_eq!(strict.limit().level(0), 7);
    assert_eq!(strict.try_acquire(0, 4).unwrap_err().retry_after(), Some(700)); // no more than the debt allows
    assert_eq!(strict.limit().level(0), 8);
    // Early, but with room: charged as well.
    let strict = Penalty::<_, u32>::new(TokenBucket::<u32>::new(Quota::per(1, 100).burst(2)), WaitingPeriod::of(500))
        .charging_denied();
    let _ = strict.try_acquire(0, 2).unwrap();
    assert!(strict.try_acquire(0, 1).is_err());
    assert_eq!(strict.limit().remaining(200), 2);
    assert_eq!(strict.try_acquire(200, 1).unwrap_err().retry_after(), Some(500));
    assert_eq!(strict.limit().remaining(200), 1);
}

#[test]
fn looking_neither_opens_nor_extends_nor_charges() {
    let calls = Penalty::<_, u32>::new(TokenBucket::<u32>::new(Quota::per(1, 100).debt(9)), WaitingPeriod::of(10))
        .charging_denied();
    let _ = calls.try_acquire(0, 1).unwrap();
    let spent = calls.limit().cell().load();
    assert_eq!(calls.peek(0, 1).unwrap_err().retry_after(), Some(100));
    assert_eq!((calls.waiting(0), calls.limit().cell().load()), (None, spent));
    assert!(calls.try_acquire(0, 1).is_err());
    let (left, charged) = (calls.waiting(0), calls.limit().cell().load());
    for now in 0..5 {
        assert!(calls.peek(now, 1).is_err());
    }
    assert_eq!((calls.waiting(0), calls.limit().cell().load()), (left, charged));
}

#[test]
fn a_reset_ends_the_period_and_forgets_the_early_questions() {
    let token = Penalty::<_, u32>::new(ConcurrencyLimit::new(1), MINUTE);
    let _busy = token.try_acquire(0, 1).unwrap();
    for _ in 0..5 {
        assert!(token.try_acquire(0, 1).is_err());
    }
    token.reset();
    assert_eq!(token.waiting(0), None);
    assert_eq!(token.try_acquire(0, 1).unwrap_err().retry_after(), Some(1_000));
}

#[test]
fn at_the_cap_a_question_of_the_same_tick_writes_nothing() {
    const RULE: PenaltyRule<u32> = PenaltyRule::<u32>::new(WaitingPeriod::of(10));
    let opened = RULE.ask(u32::FRESH, 7, Some(3)).state.unwrap();
    assert_eq!(RULE.ask(opened, 7, None).state, None);
    assert!(RULE.ask(opened, 8, None).state.is_some());
    assert_eq!(RULE.ask(u32::FRESH, 7, None).state, None);
}

#[test]
fn one_rule_serves_many_words() {
    const RULE: PenaltyRule<u32> = PenaltyRule::<u32>::new(MINUTE);
    const RATE: tollgate::algorithm::TokenBucket<u32> =
        tollgate::algorithm::TokenBucket::<u32>::new(Quota::per(1, 500));
    let cells = [const { (tollgate::cell::Atomic32::fresh(), tollgate::cell::Atomic32::fresh()) }; 2];
    let peer = |at: usize| Penalty::from_parts(RATE.over(&cells[at].0), RULE, &cells[at].1);
    assert_eq!(RATE.capacity(), 1);
    assert!(peer(0).try_acquire(0, 1).is_ok());
    assert!(peer(0).try_acquire(0, 1).is_err());
    assert_eq!(peer(0).waiting(0), Some(1_000));
    assert!(peer(1).try_acquire(0, 1).is_ok());
}

#[test]
fn what_cannot_be_kept_is_refused_with_the_value_and_what_would_be_accepted() {
    let refused = |period| PenaltyRule::<u32>::try_new(period).unwrap_err();
    let told = |period| refused(period).to_string();
    assert_eq!(told(WaitingPeriod::of(0)), "first = 0 ticks is no wait: give a first wait of at least 1 tick");
    assert_eq!(
        told(WaitingPeriod::of(5).times(0, 9)),
        "factor = 0 would end the wait of who asks early: give at least 1, which restarts it"
    );
    assert_eq!(
        told(WaitingPeriod::of(1_000).times(2, 999)),
        "cap = 999 ticks is shorter than the first wait: give a cap of at least 1000 ticks"
    );
    assert_eq!(
        told(WaitingPeriod::of(1_000).times(2, 500_000_000)),
        "cap = 500000000 ticks is too long for the clock's word: give at most 33554432 ticks, a coarser tick or a wider one"
    );
    // What is named is accepted in the end, and twice as much is not.
    for period in [(1, 1), (1, 2), (3, 2), (1_000, 2), (1_000, 7), (1, u32::MAX), (70_000, 2)] {
        let of = |cap| PenaltyRule::<u32>::try_new(WaitingPeriod::of(period.0).times(period.1, cap));
        let mut cap = u32::MAX;
        while let Err(PenaltyError::CapTooLong { most, .. }) = of(cap) {
            assert!(most < cap.into());
            cap = u32::try_from(most).unwrap();
        }
        assert!(of(cap).is_ok() && of(2 * cap + 1).is_err(), "{period:?}: {cap}");
    }
    assert!(PenaltyRule::<u64>::try_new(WaitingPeriod::of(1 << 40).times(2, 1 << 56)).is_ok());
}
