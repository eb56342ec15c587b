//! Every interleaving of a few threads on one rolling window, weak memory included: `RUSTFLAGS="--cfg loom"`.
#![cfg(loom)]
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::atomic::{AtomicUsize, Ordering};

use loom::sync::Arc;
use loom::thread;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::time::Ticks;
use tollgate::{Quota, RollingWindow};

const PERIOD: u32 = 100;
/// Somewhere before the wrap of the clock.
const NOW: u32 = u32::MAX - 50;

type Window<C = Atomic32> = RollingWindow<u32, 2, C>;

fn window(limit: u32) -> Window {
    Window::try_in_cells(Quota::per(limit, PERIOD), || Atomic32::new(u32::FRESH)).unwrap()
}

/// 1 if `cost` units were admitted, 0 if they were denied.
fn ask<C: StateCell<u32>>(window: &Window<C>, now: u32, cost: u32) -> usize {
    usize::from(window.try_acquire(now, cost).is_ok())
}

fn free<C: StateCell<u32>>(window: &Window<C>, now: u32) -> usize {
    window.remaining(now) as usize
}

/// Runs a model in all interleavings with up to `preemptions` of them, or without a bound, and prints how many there were.
fn in_every_interleaving(name: &str, preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let count = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 10_000;
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    println!("{name}: {} interleavings", count.load(Ordering::Relaxed));
}

/// Runs some requests at once, the last of them here, and returns the answers.
fn at_once<C: StateCell<u32> + Send + Sync + 'static, const K: usize>(
    window: &Arc<Window<C>>,
    requests: [fn(&Window<C>) -> usize; K],
) -> [usize; K] {
    let mut answers = [0; K];
    let (last, others) = requests.split_last().unwrap();
    let threads: Vec<_> = others
        .iter()
        .map(|&request| {
            let window = window.clone();
            thread::spawn(move || request(&window))
        })
        .collect();
    answers[K - 1] = last(window);
    for (answer, thread) in answers.iter_mut().zip(threads) {
        *answer = thread.join().unwrap();
    }
    answers
}

#[test]
fn two_requests_for_one_unit_are_one_admission() {
    in_every_interleaving("two for one", None, || {
        let window = Arc::new(window(1));
        assert_eq!(at_once(&window, [|w| ask(w, NOW, 1); 2]).iter().sum::<usize>(), 1);
        assert_eq!(ask(&*window, NOW.wrapping_add(PERIOD - 1), 1), 0);
        assert_eq!(ask(&*window, NOW.wrapping_add(PERIOD), 1), 1);
    });
}

#[test]
fn nobody_is_denied_while_there_is_room() {
    in_every_interleaving("two for two", None, || {
        let window = Arc::new(window(2));
        assert_eq!(at_once(&window, [|w| ask(w, NOW, 1); 2]), [1, 1]);
        assert_eq!(free(&*window, NOW), 0);
    });
}

#[test]
fn three_requests_for_two_units_are_two_admissions() {
    in_every_interleaving("three for two", Some(2), || {
        let window = Arc::new(window(2));
        assert_eq!(at_once(&window, [|w| ask(w, NOW, 1); 3]).iter().sum::<usize>(), 2);
        assert_eq!(free(&*window, NOW), 0);
        assert_eq!(free(&*window, NOW.wrapping_add(PERIOD)), 2);
    });
}

#[test]
fn three_requests_for_one_unit_are_one_admission() {
    in_every_interleaving("three for one", Some(3), || {
        let window = Arc::new(window(1));
        assert_eq!(at_once(&window, [|w| ask(w, NOW, 1); 3]).iter().sum::<usize>(), 1);
    });
}

#[test]
fn two_requests_for_all_units_are_one_admission() {
    in_every_interleaving("two for all", None, || {
        let window = Arc::new(window(2));
        assert_eq!(at_once(&window, [|w| ask(w, NOW, 2); 2]).iter().sum::<usize>(), 1);
        assert_eq!(free(&*window, NOW), 0);
        assert_eq!(ask(&*window, NOW.wrapping_add(PERIOD), 2), 1);
    });
}

#[test]
fn a_request_for_all_units_against_two_for_one_never_exceeds_the_limit() {
    in_every_interleaving("one for all against two for one", Some(2), || {
        let window = Arc::new(window(2));
        let [one, other, all] = at_once(&window, [|w| ask(w, NOW, 1), |w| ask(w, NOW, 1), |w| ask(w, NOW, 2)]);
        let admitted = one + other + 2 * all;
        assert!((1..=2).contains(&admitted), "{admitted}");
        assert!(free(&*window, NOW) <= 2 - admitted);
        assert_eq!(free(&*window, NOW.wrapping_add(PERIOD)), 2, "nothing is lost for longer than a period");
    });
}

#[test]
fn a_request_that_stamps_late_is_admitted_only_if_its_slot_was_still_free() {
    in_every_interleaving("the slot expires meanwhile", None, || {
        let window = window(1);
        assert!(window.try_acquire(NOW, 1).is_ok());
        let window = Arc::new(window);
        // Both find the slot expired, a period and two periods on. If both are admitted, they are a period apart.
        let [sooner, later] = at_once(
            &window,
            [|w| ask(w, NOW.wrapping_add(PERIOD), 1), |w| ask(w, NOW.wrapping_add(2 * PERIOD - 1), 1)],
        );
        assert_eq!(sooner + later, 1);
    });
}

#[test]
fn admissions_a_period_apart_are_both_had_in_order() {
    in_every_interleaving("one after the other", None, || {
        let window = window(1);
        assert!(window.try_acquire(NOW, 1).is_ok());
        let window = Arc::new(window);
        let [sooner, later] =
            at_once(&window, [|w| ask(w, NOW.wrapping_add(PERIOD), 1), |w| ask(w, NOW.wrapping_add(2 * PERIOD), 1)]);
        assert_eq!(later, 1);
        assert!(sooner <= 1);
    });
}

#[test]
fn a_late_reading_is_never_admitted_on_what_only_a_later_one_finds_expired() {
    in_every_interleaving("a late reading", None, || {
        let window = window(1);
        assert!(window.try_acquire(NOW, 1).is_ok());
        let window = Arc::new(window);
        let answers =
            at_once(&window, [|w| ask(w, NOW.wrapping_add(PERIOD - 1), 1), |w| ask(w, NOW.wrapping_add(PERIOD), 1)]);
        assert_eq!(answers, [0, 1]);
    });
}

#[test]
fn giving_back_gives_back_ones_own() {
    in_every_interleaving("acquire and give back against acquire", None, || {
        let window = Arc::new(window(1));
        let [_, other] = at_once(
            &window,
            [
                |w| {
                    let taken = ask(w, NOW, 1);
                    if taken == 1 {
                        assert_eq!(w.refund(NOW, 1), 1);
                    }
                    taken
                },
                |w| ask(w, NOW.wrapping_add(1), 1),
            ],
        );
        assert_eq!(free(&*window, NOW.wrapping_add(1)), 1 - other);
    });
}

#[test]
fn giving_back_one_of_two_leaves_the_other() {
    in_every_interleaving("give back one of two", None, || {
        let window = window(2);
        assert!(window.try_acquire(NOW, 1).is_ok());
        let window = Arc::new(window);
        let [back, other] = at_once(&window, [|w| w.refund(NOW, 1) as usize, |w| ask(w, NOW, 1)]);
        assert_eq!((back, other), (1, 1));
        assert_eq!(free(&*window, NOW), 1);
    });
}

/// A control: a cell that loads and stores must be caught.
struct LoadThenStore(loom::sync::atomic::AtomicU32);

impl StateCell<u32> for LoadThenStore {
    fn load(&self) -> u32 {
        self.0.load(loom::sync::atomic::Ordering::SeqCst)
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        let (state, answer) = step(self.load());
        if let Some(state) = state {
            self.0.store(state, loom::sync::atomic::Ordering::SeqCst);
        }
        answer
    }
}

#[test]
#[should_panic(expected = "the racy twin admitted 2 of 1")]
fn a_window_that_loads_and_then_stores_is_caught() {
    in_every_interleaving("the racy twin", None, || {
        let cell = || LoadThenStore(loom::sync::atomic::AtomicU32::new(u32::FRESH));
        let window = Arc::new(Window::try_in_cells(Quota::per(1, PERIOD), cell).unwrap());
        let admitted: usize = at_once(&window, [|w| ask(w, NOW, 1); 2]).iter().sum();
        assert!(admitted == 1, "the racy twin admitted {admitted} of 1");
    });
}

/// A control: without the order of slot and head, a slot just taken passes for the oldest.
struct Unordered(Atomic32);

impl StateCell<u32> for Unordered {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.0.update(step)
    }
}

#[test]
#[should_panic(expected = "the unordered twin admitted 1 of 2")]
fn a_window_whose_words_are_not_ordered_is_caught() {
    in_every_interleaving("the unordered twin", Some(3), || {
        let cell = || Unordered(Atomic32::new(u32::FRESH));
        let window = Arc::new(Window::try_in_cells(Quota::per(2, PERIOD), cell).unwrap());
        let admitted: usize = at_once(&window, [|w| ask(w, NOW, 1); 2]).iter().sum();
        assert!(admitted == 2, "the unordered twin admitted {admitted} of 2");
    });
}

/// A control: the algorithm that counts as admitted who has moved the head, and stamps whatever the slot holds by then.
struct StampsBlindly {
    head: Atomic32,
    slot: Atomic32,
}

impl StampsBlindly {
    fn ask(&self, now: u32) -> usize {
        let head = self.head.load_acquire();
        let stamp = self.slot.load_acquire();
        if stamp != u32::FRESH && now.wrapping_sub(stamp) < PERIOD {
            return 0;
        }
        if !self
            .head
            .update_release(|seen| if seen == head { (Some(head.wrapping_add(1)), true) } else { (None, false) })
        {
            return 0;
        }
        self.slot.update_release(|_| (Some(now), 1))
    }
}

#[test]
#[should_panic(expected = "the blind twin admitted 2 of 1")]
fn an_admission_before_the_stamp_is_caught() {
    in_every_interleaving("the blind twin", None, || {
        let cell = || Atomic32::new(u32::FRESH);
        let window = Arc::new(StampsBlindly { head: cell(), slot: cell() });
        let other = window.clone();
        let other = thread::spawn(move || other.ask(NOW));
        let admitted = window.ask(NOW) + other.join().unwrap();
        assert!(admitted == 1, "the blind twin admitted {admitted} of 1");
    });
}
