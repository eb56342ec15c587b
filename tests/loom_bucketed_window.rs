//! Every interleaving of a bucketed window, by loom's model of memory.
//!
//!     RUSTFLAGS="--cfg loom" CARGO_TARGET_DIR=target/loom cargo test --release --test loom_bucketed_window -- --nocapture
#![cfg(loom)]

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed as Uncounted};

use loom::sync::Arc;
use loom::sync::atomic::AtomicU32;
use loom::sync::atomic::Ordering::{Relaxed, SeqCst};
use loom::thread;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Quota, algorithm};

/// Two sub-windows of 10 ticks in a ring of 4: a unit counts for 20 ticks, and is forgotten within 29.
const SLOTS: usize = 4;
const PERIOD: u32 = 20;

type Window<C> = BucketedWindow<u32, SLOTS, C>;

fn over<C>(limit: u32, cell: impl FnMut() -> C) -> Arc<Window<C>> {
    let rule = algorithm::BucketedWindow::<u32, SLOTS>::new(Quota::per(limit, PERIOD));
    Arc::new(BucketedWindow::from_parts(rule, cell))
}

fn window(limit: u32) -> Arc<Window<Atomic32>> {
    over(limit, || Atomic32::new(u32::FRESH))
}

/// Runs `body` in every interleaving with at most so many preemptions, and prints how many there
/// were. Either thread is the one that loom starts with: it overlooks that a mere load could come after another thread's
/// whole update if that is the later one.
fn in_every_interleaving(name: &str, preemptions: usize, body: impl Fn(bool) + Send + Sync + Clone + 'static) {
    for swapped in [false, true] {
        let runs = std::sync::Arc::new(AtomicUsize::new(0));
        let (counted, body) = (runs.clone(), body.clone());
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(move || {
            counted.fetch_add(1, Uncounted);
            body(swapped);
        });
        println!("{name}, swapped {swapped}: {} interleavings", runs.load(Uncounted));
    }
}

/// A reading and what was admitted at it.
type Admitted = (u32, u32);

fn ask<C: StateCell<u32>>(window: &Window<C>, now: u32, cost: u32) -> Admitted {
    (now, window.try_acquire(now, cost).map_or(0, |grant| grant.granted()))
}

/// Asks once at each reading, all at once, and adds what was admitted before.
fn together<C: StateCell<u32> + Send + Sync + 'static>(
    window: &Arc<Window<C>>,
    swapped: bool,
    readings: &[u32],
    cost: u32,
    before: &[Admitted],
) -> Vec<Admitted> {
    let mut readings = readings.to_vec();
    if swapped {
        readings.reverse();
    }
    let others: Vec<_> = readings[1..]
        .iter()
        .map(|&now| {
            let window = window.clone();
            thread::spawn(move || ask(&window, now, cost))
        })
        .collect();
    let own = ask(window, readings[0], cost);
    let mut admitted = before.to_vec();
    admitted.push(own);
    admitted.extend(others.into_iter().map(|other| other.join().unwrap()));
    admitted.sort_unstable();
    admitted
}

/// Does both at once, either of them here.
fn both<A: Send + 'static, B: Send + 'static>(
    swapped: bool,
    first: impl FnOnce() -> A + Send + 'static,
    second: impl FnOnce() -> B + Send + 'static,
) -> (A, B) {
    if swapped {
        let other = thread::spawn(first);
        let own = second();
        (other.join().unwrap(), own)
    } else {
        let other = thread::spawn(second);
        let own = first();
        (own, other.join().unwrap())
    }
}

/// Units admitted in the fullest span of the period.
fn fullest(admitted: &[Admitted]) -> u32 {
    let within = |first: u32| {
        let span = admitted.iter().filter(move |&&(at, _)| at >= first && at - first < PERIOD);
        span.map(|&(_, units)| units).sum()
    };
    admitted.iter().map(|&(first, _)| within(first)).max().unwrap_or(0)
}

#[test]
fn two_threads_at_one_instant_admit_exactly_the_limit() {
    in_every_interleaving("5 and 5, never used", 3, |swapped| {
        let window = window(3);
        let admitted = together(&window, swapped, &[5, 5], 2, &[]);
        assert_eq!(fullest(&admitted), 2);
        assert_eq!(window.remaining(5), 1);
    });
}

#[test]
fn two_threads_on_both_sides_of_an_edge_never_exceed_the_limit() {
    in_every_interleaving("9 and 10, after 0", 3, |swapped| {
        let window = window(3);
        let before = [ask(&window, 0, 1)];
        let admitted = together(&window, swapped, &[9, 10], 2, &before);
        assert_eq!(fullest(&admitted), 3, "{admitted:?}");
        assert_eq!(window.remaining(19), 0);
    });
}

#[test]
fn two_threads_that_forget_the_same_units_give_them_out_once() {
    in_every_interleaving("29 and 30, after 0", 2, |swapped| {
        let window = window(2);
        let before = [ask(&window, 0, 2)];
        let admitted = together(&window, swapped, &[29, 30], 2, &before);
        assert_eq!(fullest(&admitted), 2, "{admitted:?}");
        assert_eq!(window.remaining(39), 0, "one of them got them");
    });
}

#[test]
fn a_late_reader_takes_nothing_that_was_forgotten_after_its_reading() {
    in_every_interleaving("25 and 30, after 0 and 10", 3, |swapped| {
        let window = window(2);
        let before = [ask(&window, 0, 1), ask(&window, 10, 1)];
        let admitted = together(&window, swapped, &[25, 30], 1, &before);
        assert_eq!(admitted, [(0, 1), (10, 1), (25, 0), (30, 1)]);
    });
}

#[test]
fn two_threads_a_ring_later_give_out_the_limit_once() {
    in_every_interleaving("77 and 82, after 0", 2, |swapped| {
        let window = window(2);
        let before = [ask(&window, 0, 2)];
        let admitted = together(&window, swapped, &[77, 82], 2, &before);
        assert_eq!(fullest(&admitted), 2, "{admitted:?}");
        assert_eq!(admitted[1].1 + admitted[2].1, 2);
    });
}

#[test]
fn a_refund_is_given_out_once() {
    in_every_interleaving("refund at 8 against 10, after 0", 3, |swapped| {
        let window = window(2);
        assert_eq!(ask(&window, 0, 2).1, 2);
        let (one, two) = (window.clone(), window.clone());
        let ((), (_, taken)) = both(swapped, move || one.refund(8, 1), move || ask(&two, 10, 1));
        assert_eq!(window.remaining(12), 1 - taken);
        assert_eq!(ask(&window, 12, 1).1, 1 - taken);
        assert_eq!(ask(&window, 12, 1).1, 0);
    });
}

#[test]
fn a_refresh_forgets_nothing_too_early() {
    in_every_interleaving("refresh at 30 against 25, after 10 and 12", 3, |swapped| {
        let window = window(2);
        assert_eq!((ask(&window, 0, 0).1, ask(&window, 10, 1).1, ask(&window, 12, 1).1), (0, 1, 1));
        let (one, two) = (window.clone(), window.clone());
        let ((), (_, late)) = both(swapped, move || one.refresh(30), move || ask(&two, 25, 1));
        assert_eq!(late, 0);
        assert_eq!((window.remaining(38), window.remaining(39)), (0, 2));
    });
}

#[test]
fn a_reset_comes_before_or_after_an_admission() {
    in_every_interleaving("reset against 12, after 0", 2, |swapped| {
        let window = window(2);
        assert_eq!(ask(&window, 0, 1).1, 1);
        let (one, two) = (window.clone(), window.clone());
        let ((), (_, taken)) = both(swapped, move || one.reset(), move || ask(&two, 12, 1));
        assert_eq!(taken, 1);
        assert!(window.remaining(12) >= 1);
        assert_eq!(window.try_acquire_up_to(12, 2).unwrap().remaining(), 0);
        assert!(window.try_acquire(12, 1).is_err());
    });
}

#[test]
fn three_threads_on_both_sides_of_an_edge_never_exceed_the_limit() {
    in_every_interleaving("9, 10 and 12, after 0", 1, |swapped| {
        let window = window(3);
        let before = [ask(&window, 0, 1)];
        let admitted = together(&window, swapped, &[9, 10, 12], 1, &before);
        assert_eq!(fullest(&admitted), 3, "{admitted:?}");
    });
}

#[test]
fn three_threads_that_forget_the_same_units_give_them_out_once() {
    in_every_interleaving("29, 30 and 32, after 0", 1, |swapped| {
        let window = window(2);
        let before = [ask(&window, 0, 2)];
        window.refresh(28);
        let admitted = together(&window, swapped, &[29, 30, 32], 2, &before);
        assert_eq!(fullest(&admitted), 2, "{admitted:?}");
    });
}

/// A control: a cell that loads and stores must be caught.
struct LoadThenStore(AtomicU32);

impl StateCell<u32> for LoadThenStore {
    fn load(&self) -> u32 {
        self.0.load(SeqCst)
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let (state, answer) = step(self.load());
        if let Some(state) = state {
            self.0.store(state, SeqCst);
        }
        answer
    }
}

#[test]
#[should_panic(expected = "the racy twin admitted more than 2")]
fn a_cell_that_loads_and_then_stores_is_caught() {
    in_every_interleaving("the racy twin", 3, |swapped| {
        let window = over(2, || LoadThenStore(AtomicU32::new(u32::FRESH)));
        let before = [ask(&window, 0, 1)];
        let admitted = together(&window, swapped, &[9, 10], 1, &before);
        assert!(fullest(&admitted) <= 2, "the racy twin admitted more than 2");
    });
}

/// Another: a cell without order between its words must be caught.
struct Unordered(AtomicU32);

impl StateCell<u32> for Unordered {
    fn load(&self) -> u32 {
        self.0.load(Relaxed)
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let mut seen = self.load();
        loop {
            let (state, answer) = step(seen);
            let Some(state) = state else { return answer };
            match self.0.compare_exchange(seen, state, Relaxed, Relaxed) {
                Ok(_) => return answer,
                Err(newer) => seen = newer,
            }
        }
    }
}

#[test]
#[should_panic(expected = "the unordered twin admitted more than 3")]
fn a_cell_that_does_not_order_its_words_is_caught() {
    in_every_interleaving("the unordered twin", 2, |swapped| {
        let window = over(3, || Unordered(AtomicU32::new(u32::FRESH)));
        let before = [ask(&window, 0, 1)];
        let admitted = together(&window, swapped, &[9, 10, 12], 1, &before);
        assert!(fullest(&admitted) <= 3, "the unordered twin admitted more than 3");
    });
}
