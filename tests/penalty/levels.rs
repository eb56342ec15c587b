//! A penalty as one of several levels, around several, and around what hands out receipts.

use tollgate::cell::StateCell;
use tollgate::layered::{Class, Costing, Level, Request};
use tollgate::penalty::WaitingPeriod;
use tollgate::{ConcurrencyLimit, Layered, LeasedConcurrency, Penalty, Quota, RollingWindow, TokenBucket};

const PERIOD: WaitingPeriod<u32> = WaitingPeriod::of(100).times(2, 1_000);

fn busy(limit: u32) -> Penalty<ConcurrencyLimit, u32> {
    Penalty::<_, u32>::new(ConcurrencyLimit::new(limit), PERIOD)
}

fn rate() -> TokenBucket<u32> {
    TokenBucket::<u32>::new(Quota::per(10, 10_000))
}

#[test]
fn a_request_through_a_gate_counts_once_whatever_the_other_levels_say() {
    let (rate, busy) = (rate(), busy(1));
    let gate = Layered::new((&rate, &busy));
    let work = gate.try_acquire(0, 1).unwrap();
    let waits = [(); 4].map(|()| gate.try_acquire(0, 1).unwrap_err().retry_after());
    assert_eq!(waits, [100, 200, 400, 800].map(Some));
    drop(work);
    let _ = rate.try_acquire(0, 9).unwrap(); // now the other level refuses too
    let refused = gate.try_acquire(0, 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (0, Some(1_000)));
    assert_eq!(busy.waiting(0), Some(1_000));
}

#[test]
fn a_gate_that_is_only_looked_at_asks_no_penalty() {
    let (rate, busy) = (rate(), busy(1));
    let inner = [&busy as &dyn Level<u32, Receipt = ()>, &rate];
    let gate = Layered::new((&rate, Costing::new(&busy, 1), &inner[..], Layered::new((&busy, &rate))));
    let _work = Layered::new((&rate, &busy)).into_admission(0, 1).unwrap();
    assert!(gate.peek(0, 1).is_err());
    assert_eq!(busy.waiting(0), None);
    assert!(busy.try_acquire(0, 1).is_err());
    let wait = busy.waiting(0);
    for now in 0..9 {
        assert_eq!(gate.peek(now, 1).unwrap_err().retry_after(), Some(100 - now));
        assert_eq!(gate.peek(now, 1).unwrap_err().level(), 1);
    }
    assert_eq!(busy.waiting(0), wait);
}

#[test]
fn a_refusal_within_a_period_takes_nothing_of_any_level() {
    let (rate, busy) = (rate(), busy(1));
    let gate = Layered::new((&rate, &busy));
    let work = gate.try_acquire(0, 1).unwrap();
    assert!(gate.try_acquire(0, 1).is_err());
    drop(work);
    let before = rate.cell().load();
    assert_eq!(gate.try_acquire(50, 1).unwrap_err().level(), 1);
    assert_eq!((rate.cell().load(), busy.limit().in_flight()), (before, 0));
    assert_eq!(gate.tightest(50).remaining, 0);
    assert_eq!(gate.tightest(50).level, 1);
}

#[test]
fn around_a_whole_gate_the_refusing_level_and_the_longest_wait_are_told() {
    let (rate, busy) = (rate(), ConcurrencyLimit::new(1));
    let gate = Penalty::<_, u32>::new(Layered::new((&rate, &busy)), PERIOD);
    let work = gate.try_acquire(0, 1).unwrap();
    let refused = gate.try_acquire(0, 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (1, Some(100)));
    drop(work);
    let refused = gate.try_acquire(50, 1).unwrap_err(); // all would admit, were it not too early
    assert_eq!((refused.level(), refused.retry_after()), (0, Some(200)));
    assert!(gate.try_acquire(250, 10).unwrap_err().is_never()); // more than one in progress
    let work = gate.try_acquire(250, 1).unwrap();
    assert_eq!((Level::<u32>::count(&gate), Level::<u32>::capacity(&gate), work.remaining()), (2, 1, 0));
    work.withdraw(250);
    assert_eq!((rate.level(250), busy.in_flight()), (1, 0));
}

#[test]
fn leased_permits_and_windows_come_through() {
    let leased = Penalty::<_, u32>::new(LeasedConcurrency::<u32, 2>::new(2, 300), PERIOD);
    let permit = leased.try_acquire(0, 2).unwrap();
    assert_eq!(leased.try_acquire(0, 1).unwrap_err().retry_after(), Some(300)); // the limit's own
    drop(permit);
    assert_eq!(leased.limit().in_flight(0), 0);
    assert_eq!(leased.try_acquire(299, 1).unwrap_err().retry_after(), Some(200));
    assert!(leased.try_acquire(499, 2).is_ok());

    let window = Penalty::<_, u32>::new(RollingWindow::<u32, 4>::new(Quota::per(4, 1_000)), PERIOD);
    assert!(window.try_acquire(0, 4).is_ok());
    assert_eq!(window.try_acquire(0, 1).unwrap_err().retry_after(), Some(1_000));
}

#[test]
fn a_class_leaves_its_share_under_a_penalty_too() {
    let busy = busy(10);
    let reports = Class::leaving("reports", 20);
    let held: Vec<_> = (0..8).map(|_| reports.try_acquire(&busy, 0_u32, 1).unwrap()).collect();
    assert_eq!(reports.try_acquire(&busy, 0, 1).unwrap_err().retry_after(), Some(100));
    assert!(reports.try_acquire(&busy, 0, 9).unwrap_err().is_never());
    drop(held);
}

#[test]
fn an_admission_asked_for_without_a_probe_still_finds_the_period() {
    let busy = busy(1);
    let work = busy.try_acquire(0, 1).unwrap();
    assert!(busy.try_acquire(0, 1).is_err());
    drop(work);
    assert_eq!(busy.admit(&Request::new(40, 1)).unwrap_err().retry_after(), Some(60));
    assert_eq!(busy.waiting(0), Some(100)); // that did not count
    assert!(busy.admit(&Request::new(100, 1)).is_ok());
}

#[test]
fn a_penalty_within_a_penalty_tells_the_longer_wait() {
    let outer = Penalty::<_, u32>::new(busy(1), WaitingPeriod::of(10).times(3, 500));
    let _work = outer.try_acquire(0, 1).unwrap();
    assert_eq!(outer.try_acquire(0, 1).unwrap_err().retry_after(), Some(100));
    assert_eq!(outer.try_acquire(0, 1).unwrap_err().retry_after(), Some(200));
    assert_eq!((outer.waiting(0), outer.limit().waiting(0)), (Some(100), Some(200)));
}
