//! Waiting, blocking and not, on clocks and delays that do not agree.
//!
//!     cargo test --features embedded-hal,embedded-hal-async --test adapter_embedded_hal
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation)]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use embedded_hal::delay::DelayNs;
use proptest::prelude::*;
use tollgate::adapter::embedded_hal::Waiter;
use tollgate::adapter::embedded_hal_async::Waiter as AsyncWaiter;
use tollgate::adapter::waiting::Patience;
use tollgate::time::TickLength;
use tollgate::{BucketedWindow, ConcurrencyLimit, FixedWindow, Layered, LeakyQueue, Quota, RateLease, TokenBucket};

/// A clock and the delays that move it on, by so many per mille of what they are told.
#[derive(Clone)]
struct World {
    nanos: Rc<Cell<u128>>,
    tick_nanos: u128,
    first: u64,
    per_mille: u128,
    pauses: Rc<RefCell<Vec<u128>>>,
}

impl World {
    fn new(tick_nanos: u128) -> Self {
        Self { nanos: Rc::default(), tick_nanos, first: 0, per_mille: 1_000, pauses: Rc::default() }
    }

    fn ticks(&self) -> u64 {
        self.first.wrapping_add((self.nanos.get() / self.tick_nanos) as u64)
    }

    fn clock(&self) -> impl FnMut() -> u64 + use<> {
        let world = self.clone();
        move || world.ticks()
    }

    fn clock_32(&self) -> impl FnMut() -> u32 + use<> {
        let world = self.clone();
        move || world.ticks() as u32
    }

    fn pass(&self, nanos: u128) {
        self.pauses.borrow_mut().push(nanos);
        self.nanos.set(self.nanos.get() + (nanos * self.per_mille / 1_000).max(1));
    }
}

impl DelayNs for World {
    fn delay_ns(&mut self, ns: u32) {
        self.pass(ns.into());
    }

    fn delay_us(&mut self, us: u32) {
        self.pass(u128::from(us) * 1_000);
    }

    fn delay_ms(&mut self, ms: u32) {
        self.pass(u128::from(ms) * 1_000_000);
    }
}

/// A delay of tasks: each takes two polls, and moves the clock on at the second.
struct Task(World);

impl embedded_hal_async::delay::DelayNs for Task {
    async fn delay_ns(&mut self, ns: u32) {
        once_pending().await;
        self.0.pass(ns.into());
    }
}

fn once_pending() -> impl Future<Output = ()> {
    let mut is_polled = false;
    std::future::poll_fn(move |_| if std::mem::replace(&mut is_polled, true) { Poll::Ready(()) } else { Poll::Pending })
}

fn poll<F: Future>(future: &mut Pin<&mut F>) -> Poll<F::Output> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll(&mut future) {
            return output;
        }
    }
}

const MILLI: TickLength = TickLength::MILLISECOND;

fn indebted() -> TokenBucket<u64> {
    TokenBucket::<u64>::new(Quota::per(10, 1_000).burst(2).debt(5)) // one each 100 ticks
}

#[test]
fn a_reservation_sleeps_until_its_turn_and_not_longer() {
    let (world, bucket) = (World::new(1_000_000), indebted());
    let mut waiter = Waiter::new(world.clone(), world.clock(), MILLI);
    for due in [0, 0, 100, 200, 300] {
        waiter.reserve(&bucket, 1, 1_000).unwrap();
        assert_eq!(world.ticks(), due);
    }
    let queue = LeakyQueue::<u64>::new(Quota::per(10, 1_000).burst(3));
    for due in [300, 400, 500] {
        waiter.reserve(&queue, 1, 1_000).unwrap();
        assert_eq!(world.ticks(), due);
    }
}

#[test]
fn a_wait_longer_than_the_most_is_refused_at_once_and_charges_nothing() {
    let (world, bucket) = (World::new(1_000_000), indebted());
    let mut waiter = Waiter::new(world.clone(), world.clock(), MILLI);
    waiter.reserve(&bucket, 2, 0).unwrap();
    let refused = waiter.reserve(&bucket, 2, 199).unwrap_err();
    assert_eq!((refused.retry_after(), bucket.level(0), world.ticks()), (Some(1), 2, 0));
    assert!(waiter.reserve(&bucket, 3, u64::MAX).unwrap_err().is_never());
    assert!(block_on(AsyncWaiter::new(Task(world.clone()), world.clock(), MILLI).reserve(&bucket, 2, 199)).is_err());
    assert_eq!((bucket.level(0), world.pauses.borrow().len()), (2, 0));
}

#[test]
fn asking_waits_for_windows_layers_and_leases_as_long_as_they_say() {
    let world = World::new(1_000_000);
    let mut waiter = Waiter::new(world.clone(), world.clock(), MILLI);
    let patience = Patience::for_ticks(1_000);
    let window = FixedWindow::<u64>::new(Quota::per(1, 1_000));
    let _ = waiter.ask(patience, |now| window.try_acquire(now, 1)).unwrap();
    let _ = waiter.ask(patience, |now| window.try_acquire(now, 1)).unwrap();
    assert_eq!(world.ticks(), 1_000);

    let (bucketed, bucket) = (BucketedWindow::<u64, 4>::new(Quota::per(1, 100)), indebted());
    for due in [1_000, 1_150] {
        let gate = Layered::new((&bucketed, &bucket));
        waiter.ask(patience, |now| gate.try_acquire(now, 1).map(|_| ())).unwrap();
        assert!((due - 50..=due).contains(&world.ticks()), "{} is not about {due}", world.ticks());
    }
    let start = world.ticks();
    let plain = TokenBucket::<u64>::new(Quota::per(1, 70));
    let mut lease = RateLease::new(&plain, tollgate::lease::Terms::<u64>::new(4, 10));
    for _ in 0..3 {
        let _ = waiter.ask(patience, |now| lease.try_acquire(now, 1)).unwrap();
    }
    assert_eq!(world.ticks() - start, 140);
}

#[test]
fn patience_ends_at_once_when_it_is_known_not_to_do() {
    let world = World::new(1_000_000);
    let mut waiter = Waiter::new(world.clone(), world.clock(), MILLI);
    let window = FixedWindow::<u64>::new(Quota::per(1, 1_000));
    assert!(window.try_acquire(0, 1).is_ok());
    let mut questions = 0;
    let mut ask = |patience, cost| {
        waiter.ask(patience, |now| {
            questions += 1;
            window.try_acquire(now, cost)
        })
    };
    assert_eq!(ask(Patience::for_ticks(999), 1).unwrap_err().retry_after(), Some(1_000));
    assert!(ask(Patience::for_ticks(u64::MAX), 2).unwrap_err().is_never());
    assert!(ask(Patience::for_ticks(u64::MAX).attempts(1), 1).is_err());
    assert_eq!((questions, world.ticks()), (3, 0));
}

#[test]
fn a_limit_that_knows_no_wait_is_polled_or_ends_it() {
    let world = World::new(1_000_000);
    let mut waiter = Waiter::new(world.clone(), world.clock_32(), MILLI);
    let busy = ConcurrencyLimit::new(1);
    let held = RefCell::new(Some(busy.try_acquire(1).unwrap()));
    assert!(waiter.ask(Patience::for_ticks(1_000), |_| busy.try_acquire(1)).is_err());
    assert_eq!(world.ticks(), 0);

    let patience = Patience::for_ticks(100).polling(30);
    assert!(waiter.ask(patience, |_| busy.try_acquire(1)).is_err());
    assert_eq!(world.ticks(), 90, "asked at 0, 30, 60 and 90, as 120 is too late");

    let free_at_150 = |now: u32| {
        if now >= 150 {
            held.take();
        }
        busy.try_acquire(1)
    };
    assert!(waiter.ask(patience, free_at_150).is_ok());
    assert_eq!(world.ticks(), 150);
}

#[test]
fn a_dropped_future_gives_back_what_it_reserved() {
    let (world, bucket) = (World::new(1_000_000), indebted());
    let mut waiter = AsyncWaiter::new(Task(world.clone()), world.clock(), MILLI);
    block_on(waiter.reserve(&bucket, 2, 0)).unwrap();
    {
        let mut turn = pin!(waiter.reserve(&bucket, 2, 1_000));
        assert_eq!(bucket.level(0), 2, "nothing before the first poll");
        assert!(poll(&mut turn).is_pending());
        assert_eq!(bucket.level(0), 4);
    }
    assert_eq!(bucket.level(0), 2, "as if it had never asked");

    {
        let mut turn = pin!(waiter.reserve(&bucket, 2, 1_000));
        assert!(poll(&mut turn).is_pending());
        world.nanos.set(1_000_000_000); // all has drained, and others have taken anew
        assert!(bucket.try_acquire(1_000, 2).is_ok());
    }
    assert_eq!(bucket.level(1_000), 2, "what has drained is not given back");

    world.nanos.set(2_000_000_000);
    block_on(waiter.reserve(&bucket, 2, 1_000)).unwrap();
    block_on(waiter.reserve(&bucket, 1, 1_000)).unwrap();
    assert_eq!((world.ticks(), bucket.level(2_100)), (2_100, 2), "a turn that was used stays charged");
}

#[test]
fn turns_are_due_in_the_order_of_their_reservations_whatever_they_cost() {
    let bucket = TokenBucket::<u64>::new(Quota::per(10, 1_000).burst(5).debt(50));
    let costs = [5, 1, 4, 2, 5, 1, 1, 3];
    let world = World::new(1_000_000);
    let mut waiters = costs.map(|_| AsyncWaiter::new(Task(world.clone()), world.clock(), MILLI));
    let mut turns: Vec<_> = waiters
        .iter_mut()
        .zip(costs)
        .map(|(waiter, cost)| Some(Box::pin(waiter.reserve(&bucket, cost, u64::MAX))))
        .collect();
    let mut done = Vec::new();
    while done.len() < costs.len() {
        for (index, turn) in turns.iter_mut().enumerate() {
            let Some(future) = turn else { continue };
            if poll(&mut future.as_mut()).is_ready() {
                done.push((index, world.ticks()));
                *turn = None;
            }
        }
    }
    // All delays move on one clock here, so that many end late; none is early.
    let mut charged = 0;
    for (index, cost) in costs.into_iter().enumerate() {
        charged += cost;
        let due = (charged.saturating_sub(5)) * 100;
        let at = done.iter().find(|(turn, _)| *turn == index).unwrap().1;
        assert!(at >= due, "turn {index} is due at {due} and acted at {at}");
    }
}

#[test]
fn a_long_wait_is_split_into_what_a_delay_takes() {
    let world = World::new(1_000_000_000); // a tick a second
    let second = TickLength::of_hz(1);
    let bucket = TokenBucket::<u64>::new(Quota::per(1, 10_000_000).burst(1).debt(1)); // 116 days
    let mut waiter = Waiter::new(world.clone(), world.clock(), second);
    waiter.reserve(&bucket, 1, 0).unwrap();
    waiter.reserve(&bucket, 1, u64::MAX).unwrap();
    assert_eq!(world.ticks(), 10_000_000);
    assert!(world.pauses.borrow().len() >= 3, "49 days fit a delay of milliseconds");
}

#[test]
fn a_step_back_lengthens_a_wait_by_itself_only() {
    let bucket = TokenBucket::<u32>::new(Quota::per(1, 100).burst(1).debt(2));
    let readings = [1_000_u32, 1_000, 1_050, 50, 50, 80, 99, 100].into_iter();
    let (readings, world) = (RefCell::new(readings), World::new(1_000_000));
    let mut waiter = Waiter::new(world, || readings.borrow_mut().next().expect("it reads on"), MILLI);
    assert!(bucket.try_acquire(1_000, 1).is_ok());
    waiter.reserve(&bucket, 1, 100).unwrap();
    assert_eq!(readings.borrow().len(), 0, "50 ticks before the step and 50 after it");
}

#[test]
fn a_clock_of_0_hz_is_an_error_that_says_why() {
    assert_eq!(TickLength::try_of_hz(0).unwrap_err().to_string(), "a clock of 0 Hz never gets on: give at least 1");
    assert_eq!(TickLength::of_hz(32_768).ratio(), (1_000_000_000, 32_768));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn never_before_its_turn_and_late_by_less_than_the_delay_is(
        first: u64,
        per_mille in 300_u128..1_700,
        hz in prop_oneof![Just(1_000_u32), Just(32_768), Just(1_000_000), 1_u32..100_000],
        interval in 1_u64..5_000,
        costs in prop::collection::vec(1_u64..4, 1..8),
    ) {
        // The clock of the test ticks in whole nanoseconds, no longer than a true tick.
        let world = World { first, per_mille, ..World::new(1_000_000_000 / u128::from(hz)) };
        let length = TickLength::of_hz(hz);
        let bucket = TokenBucket::<u64>::new(Quota::per(1, interval).burst(3).debt(3));
        let mut blocking = Waiter::new(world.clone(), world.clock(), length);
        let mut tasks = AsyncWaiter::new(Task(world.clone()), world.clock(), length);
        for (turn, cost) in costs.into_iter().enumerate() {
            let asked = world.ticks();
            let delay = bucket.clone_cell().reserve(asked, cost, u64::MAX).unwrap().delay();
            let granted = if turn % 2 == 0 {
                blocking.reserve(&bucket, cost, u64::MAX)
            } else {
                block_on(tasks.reserve(&bucket, cost, u64::MAX))
            };
            prop_assert!(granted.is_ok());
            let waited = world.ticks().wrapping_sub(asked);
            prop_assert!(waited >= delay, "acted after {} of {} ticks", waited, delay);
            // A tick is cut to whole nanoseconds, which a fast clock feels.
            let most = u128::from(delay) * per_mille.max(1_000) / 1_000 * 101 / 100 + 3;
            prop_assert!(u128::from(waited) <= most, "waited {} ticks for {}", waited, delay);
        }
    }
}

/// A copy to look ahead with.
trait CloneCell {
    fn clone_cell(&self) -> Self;
}

impl CloneCell for TokenBucket<u64> {
    fn clone_cell(&self) -> Self {
        use tollgate::cell::{Atomic64, StateCell};
        Self::from_parts(*self.rule(), Atomic64::new(self.cell().load()))
    }
}
