//! What a user of several limits can rely on, case by case.

use tollgate::algorithm;
use tollgate::layered::{Class, Costing, Level, Request};
use tollgate::penalty::WaitingPeriod;
use tollgate::{
    Adjustable, BucketedWindow, Capped, ConcurrencyLimit, FixedWindow, Layered, LeakyQueue, LeasedConcurrency, Penalty,
    Quota, RollingWindow, TokenBucket,
};

const NOW: u64 = u64::MAX - 2;

fn bucket(limit: u64, period: u64) -> TokenBucket<u64> {
    TokenBucket::<u64>::new(Quota::per(limit, period))
}

#[test]
fn the_refusal_names_the_first_level_and_tells_the_longest_wait() {
    let (quick, slow, busy) = (bucket(1, 10), bucket(1, 500), ConcurrencyLimit::new(1));
    let gate = Layered::new((&quick, &busy, &slow));
    let admitted = gate.try_acquire(NOW, 1).unwrap();
    let refused = gate.try_acquire(NOW, 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (0, Some(500)));
    assert_eq!(refused.to_string(), "level 0: limit reached: try again in 10 ticks; other levels take 500 ticks");
    let refused = gate.try_acquire(NOW.wrapping_add(10), 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (1, Some(490)), "a full level knows no wait, another does");
    drop(admitted);
    let refused = gate.try_acquire(NOW.wrapping_add(10), 1).unwrap_err();
    assert_eq!((refused.level(), refused.denied().retry_after()), (2, Some(490)));
    assert_eq!(refused.to_string(), "level 2: limit reached: try again in 490 ticks");
    assert!(gate.try_acquire(NOW.wrapping_add(500), 1).is_ok());
}

#[test]
fn never_comes_before_not_yet() {
    let (spent, small, smaller) = (bucket(9, 10), bucket(5, 10), bucket(4, 10));
    spent.try_acquire(NOW, 9).map(|_| ()).unwrap();
    let refused = Layered::new((&spent, &small, &smaller)).try_acquire(NOW, 6).unwrap_err();
    assert_eq!((refused.level(), refused.is_never(), refused.retry_after()), (1, true, None));
    assert_eq!(refused.to_string(), "level 1: cost 6 exceeds the capacity: at most 5 can be taken at once");
}

#[test]
fn a_cost_beyond_32_bits_never_fits_a_limit_of_work_in_progress() {
    let (wide, busy) = (bucket(1 << 40, 1), ConcurrencyLimit::new(65_535));
    let refused = Layered::new((&wide, &busy)).try_acquire(NOW, (1 << 32) + 1).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "level 1: cost 4294967297 exceeds the capacity: at most 65535 can be taken at once"
    );
}

#[test]
fn nested_levels_are_numbered_one_by_one_and_decide_as_if_they_were_not() {
    let [one, two, three, four] = [9, 8, 7, 6].map(|limit| bucket(limit, 100));
    let again = [&one, &two];
    let nested = Layered::new((&one, Layered::new((&two, [&three])), (&four, &again[..])));
    let flat = Layered::new((&one, &two, &three, &four, &one, &two));
    assert_eq!((Level::<u64>::count(&nested), Level::<u64>::count(&flat)), (6, 6));
    three.try_acquire(NOW, 7).map(|_| ()).unwrap();
    assert_eq!(nested.try_acquire(NOW, 1).unwrap_err(), flat.try_acquire(NOW, 1).unwrap_err());
    assert_eq!((nested.try_acquire(NOW, 1).unwrap_err().level(), nested.tightest(NOW).level), (2, 2));
    three.reset();
    assert_eq!((nested.tightest(NOW).level, nested.tightest(NOW).remaining), (3, 6));
    assert_eq!(nested.try_acquire(NOW, 1).unwrap().remaining(), 5);
}

#[test]
fn eight_levels_are_a_tuple_and_none_is_a_slice() {
    let all = [1, 2, 3, 4, 5, 6, 7, 8].map(|limit| bucket(limit, 100));
    let [one, two, three, four, five, six, seven, eight] = &all;
    let gate = Layered::new((one, two, three, four, five, six, seven, eight));
    assert_eq!(gate.try_acquire(NOW, 1).unwrap().tightest().level, 0);
    assert_eq!(all.each_ref().map(|level| level.remaining(NOW)), [0, 1, 2, 3, 4, 5, 6, 7]);
    let none: &[&TokenBucket<u64>] = &[];
    assert_eq!(Layered::new(none).try_acquire(NOW, u64::MAX).unwrap().remaining(), u64::MAX);
}

#[test]
fn every_level_can_have_a_cost_of_its_own() {
    let (calls, bytes, busy) = (bucket(10, 100), bucket(1_000, 100), ConcurrencyLimit::new(2));
    let gate = Layered::new((&calls, &bytes, &busy));
    let admitted = gate.try_acquire_each(NOW, [1, 700, 2]).unwrap();
    assert_eq!((calls.remaining(NOW), bytes.remaining(NOW), busy.available()), (9, 300, 0));
    drop(admitted);
    assert_eq!(busy.in_flight(), 0, "as much as was taken");
    let refused = gate.try_acquire_each(NOW, [1, 301, 1]).unwrap_err();
    assert_eq!((refused.level(), calls.remaining(NOW), busy.in_flight()), (1, 9, 0));

    let upload = Layered::new((&calls, Costing::new(Layered::new((&bytes, &busy)), 2)));
    drop(upload.try_acquire(NOW, 1).unwrap());
    assert_eq!((calls.remaining(NOW), bytes.remaining(NOW), busy.in_flight()), (8, 298, 0));
}

#[test]
fn a_class_leaves_its_share_of_every_level_rounded_up() {
    const REPORTS: Class = Class::leaving("reports", 20);
    let (rate, busy) = (bucket(16, 1_000), ConcurrencyLimit::new(3));
    let gate = Layered::new((&rate, &busy));
    let held = [(); 2].map(|()| REPORTS.try_acquire(&gate, NOW, 1).unwrap());
    assert_eq!(REPORTS.try_acquire(&gate, NOW, 1).unwrap_err().level(), 1, "20 % of 3 is a whole one");
    let payment = gate.try_acquire(NOW, 1).unwrap();
    drop((held, payment));
    assert_eq!((0..16).filter(|_| REPORTS.try_acquire(&gate, NOW, 1).is_ok()).count(), 12 - 3);
    assert_eq!(rate.remaining(NOW), 4);
    let refused = REPORTS.try_acquire(&rate, NOW, 1).unwrap_err();
    assert_eq!(refused.retry_after(), Some(63), "when there are five: 62.5 ticks each");
    assert!(REPORTS.try_acquire(&rate, NOW, 13).unwrap_err().is_never());
    assert_eq!(format!("{REPORTS:?}"), "reports (leaves 20 %)");
}

#[test]
fn a_class_that_leaves_everything_is_an_error() {
    assert_eq!(Class::try_leaving("none", 99).map(|class| class.leaves(1_u32)), Ok(1));
    let error = Class::try_leaving("none", 100).unwrap_err();
    assert_eq!(error.to_string(), "a class that leaves 100 percent never gets anything: give 0 to 99");
}

#[test]
fn what_is_withdrawn_was_never_taken() {
    let (rate, window) = (bucket(5, 1_000), RollingWindow::<u64, 8>::new(Quota::per(4, 1_000)));
    let (fixed, busy) = (FixedWindow::<u64>::new(Quota::per(3, 1_000)), ConcurrencyLimit::new(2));
    let leased = LeasedConcurrency::<u64, 2>::new(2, 1_000);
    let gate = Layered::new((&rate, &window, &fixed, &busy, &leased));
    gate.try_acquire(NOW, 2).unwrap().withdraw(NOW);
    assert_eq!((rate.remaining(NOW), window.remaining(NOW), fixed.remaining(NOW)), (5, 4, 3));
    assert_eq!((busy.in_flight(), leased.in_flight(NOW)), (0, 0));
    drop(gate.try_acquire(NOW, 2).unwrap());
    assert_eq!((rate.remaining(NOW), window.remaining(NOW), fixed.remaining(NOW)), (3, 2, 1));
    assert_eq!((busy.in_flight(), leased.in_flight(NOW)), (0, 0));
}

#[test]
fn a_queue_among_the_levels_delays_the_admission() {
    let (queue, rate) = (LeakyQueue::<u64>::new(Quota::per(1, 10).burst(3)), bucket(9, 10));
    let gate = Layered::new((&rate, &queue));
    let delays = [(); 3].map(|()| gate.try_acquire(NOW, 1).unwrap().delay());
    assert_eq!(delays, [0, 10, 20]);
}

#[test]
fn an_admission_can_outlive_the_gate_it_came_through() {
    static BUSY: ConcurrencyLimit = ConcurrencyLimit::new(1);
    let rate = bucket(5, 10);
    let admitted = Layered::new((&rate, &BUSY)).into_admission(NOW, 1).unwrap();
    assert_eq!((BUSY.in_flight(), admitted.cost()), (1, 1));
    let () = { admitted }.forget().1;
    assert_eq!(BUSY.in_flight(), 1);
    Level::release(&BUSY, 1_u64, ());
    assert_eq!(BUSY.in_flight(), 0);
}

#[test]
fn peeking_takes_nothing() {
    let (rate, busy) = (bucket(2, 10), ConcurrencyLimit::new(1));
    let gate = Layered::new((&rate, &busy));
    assert!(gate.peek(NOW, 1).is_ok() && gate.peek(NOW, 1).is_ok());
    assert_eq!(gate.peek(NOW, 2).unwrap_err().level(), 1);
    assert_eq!((rate.remaining(NOW), busy.in_flight()), (2, 0));
}

#[test]
fn a_denied_attempt_can_be_charged_as_far_as_there_is_room() {
    let (bucket, window) =
        (TokenBucket::<u64>::new(Quota::per(4, 1_000).debt(2)), RollingWindow::<u64, 4>::new(Quota::per(4, 1_000)));
    bucket.penalize(&Request::new(NOW, 5));
    window.penalize(&Request::new(NOW, 5));
    assert_eq!((bucket.level(NOW), window.remaining(NOW)), (5, 0), "one of it is owed");
    bucket.penalize(&Request::new(NOW, 5));
    window.penalize(&Request::new(NOW, 5));
    assert_eq!(bucket.level(NOW), 6);
    let busy = ConcurrencyLimit::new(1);
    Level::<u64>::penalize(&busy, &Request::new(NOW, 1));
    assert_eq!(busy.in_flight(), 0);
}

#[test]
fn a_step_back_is_kept_in_mind_by_a_denial_through_layers_as_by_any_other() {
    let (bucket, free) = (TokenBucket::<u32>::new(Quota::per(1, 1_000)), ConcurrencyLimit::new(1));
    bucket.try_acquire(1_000_000, 1).map(|_| ()).unwrap();
    let gate = Layered::new((&bucket, &free));
    let refused = gate.try_acquire(5_000, 1).unwrap_err();
    assert_eq!(refused.retry_after(), Some(1_000), "one drain, not the whole step");
    assert!(gate.try_acquire(6_000, 1).is_ok());
    assert!(bucket.probe(&Request::new(6_000, 1)).is_err());
}

#[test]
fn limits_that_change_while_in_use_are_levels_at_what_they_are_then() {
    let rate = Adjustable::<algorithm::TokenBucket<u64>>::new(Quota::per(10, 1_000));
    let window = Capped::new(RollingWindow::<u64, 20>::new(Quota::per(20, 1_000)));
    let gate = Layered::new((&rate, &window));
    assert!(gate.try_acquire(NOW, 8).is_ok());
    window.set_limit(9).unwrap();
    assert_eq!((gate.tightest(NOW).level, gate.tightest(NOW).remaining), (1, 1));
    assert_eq!(gate.try_acquire(NOW, 2).unwrap_err().retry_after(), Some(1_000));
    assert_eq!((rate.remaining(NOW), window.remaining(NOW)), (2, 1), "nothing was taken");
    assert_eq!(gate.try_acquire(NOW, 10).unwrap_err().level(), 1, "never, as the limit stands");
    rate.set_quota(NOW, Quota::per(5, 1_000)).unwrap();
    let refused = gate.try_acquire(NOW, 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (0, Some(200)), "of eight spent the new quota holds five");
    window.set_limit(20).unwrap();
    let half = Class::leaving("half", 50);
    let later = NOW.wrapping_add(1_000);
    assert_eq!((0..20).filter(|_| half.try_acquire(&gate, later, 1).is_ok()).count(), 2);
    gate.try_acquire(later, 3).unwrap().withdraw(later);
    assert_eq!((rate.remaining(later), window.remaining(later)), (3, 18));
}

#[test]
fn an_attempt_that_is_charged_leaves_the_share_of_others() {
    let reports = Class::leaving("reports", 50);
    let api = Penalty::<_, u64>::new(bucket(10, 1_000), WaitingPeriod::of(1)).charging_denied();
    assert_eq!((0..20).filter(|_| reports.try_acquire(&api, NOW, 1).is_ok()).count(), 5);
    assert_eq!(api.limit().remaining(NOW), 5);
}

#[test]
fn what_is_withdrawn_late_is_not_taken_off_what_others_have_had_since() {
    // Thirty-two turns of the ring later the words of the sub-windows recur.
    let window = BucketedWindow::<u32, 4>::new(Quota::per(16_777_215, 2_000));
    let gate = Layered::new([&window]);
    let begun = gate.try_acquire(0, 1_000).unwrap();
    window.try_acquire(128_000, 16_777_215).map(|_| ()).unwrap();
    begun.withdraw(128_000);
    assert_eq!(window.remaining(128_000), 0);

    // Half a turn of the clock later the stamps of an exact window do.
    let window = RollingWindow::<u32, 8>::new(Quota::per(8, 1_000_000));
    let gate = Layered::new([&window]);
    let begun = gate.try_acquire(500_000, 3).unwrap();
    for sixteenth in 1..16 {
        window.refresh(500_000 + sixteenth * (1 << 27));
    }
    let later = (1 << 31) + 500_000;
    window.try_acquire(later, 8).map(|_| ()).unwrap();
    begun.withdraw(later);
    assert_eq!(window.remaining(later), 0);
}

#[test]
fn looking_writes_nothing_even_after_a_step_back() {
    let rate = TokenBucket::<u32>::new(Quota::per(1, 1_000));
    let window = RollingWindow::<u32, 1>::new(Quota::per(1, 1_000));
    let bucketed = BucketedWindow::<u32, 4>::new(Quota::per(1, 1_000));
    let gate = Layered::new((&rate, &window, &bucketed));
    assert!(gate.try_acquire(1_000_000, 1).is_ok());
    let before = format!("{gate:?}");
    assert!(gate.peek(5_000, 1).is_err());
    assert_eq!(format!("{gate:?}"), before);
    assert!(gate.try_acquire(5_000, 1).is_err());
    assert_ne!(format!("{gate:?}"), before, "a denial does, once");
}

#[test]
fn a_charged_denial_names_the_level_that_refused_and_the_wait_after_the_charge() {
    let (rate, busy) = (bucket(2, 1_000), ConcurrencyLimit::new(1));
    let guard = Penalty::<_, u64>::new(Layered::new((&rate, &busy)), WaitingPeriod::of(10)).charging_denied();
    let _held = guard.try_acquire(NOW, 1).unwrap();
    let refused = guard.try_acquire(NOW, 1).unwrap_err();
    assert_eq!((refused.level(), refused.retry_after()), (1, Some(500)), "the rate has been emptied by the attempt");
}
