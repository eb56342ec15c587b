//! Every interleaving of a few threads over a penalty and over a suppression count, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_penalty -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering::Relaxed};
use loom::thread;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, StateCell};
use tollgate::layered::Refused;
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::time::Ticks;
use tollgate::{ConcurrencyLimit, Layered, Limiter, Penalty, Quota, SuppressionCount};

const RULE: PenaltyRule<u32> = PenaltyRule::<u32>::new(WaitingPeriod::of(10).times(2, 640));

type Busy = ConcurrencyLimit<Atomic32>;

fn token() -> Arc<Penalty<Busy, u32>> {
    Arc::new(Penalty::from_parts(ConcurrencyLimit::from_parts(1, cell(), cell()).unwrap(), RULE, cell()))
}

fn wait<R>(answer: Result<R, Refused<u32>>) -> u32 {
    answer.err().and_then(|refused| refused.retry_after()).expect("refused, with a wait")
}

fn early_questions_extend_exactly_once_each(name: &str, threads: u32, preemptions: Option<usize>) {
    explore(name, preemptions, move || {
        let token = token();
        token.limit().acquire_raw(1).unwrap();
        assert_eq!(wait(token.try_acquire(100, 1)), 10);
        let ask = |now| {
            let token = Arc::clone(&token);
            move || wait(token.try_acquire(now, 1))
        };
        let others: Vec<_> = (1..threads).map(|_| thread::spawn(ask(105))).collect();
        let mut waits = vec![ask(105)()];
        waits.extend(others.into_iter().map(|thread| thread.join().unwrap()));
        waits.sort_unstable();
        assert_eq!(waits, (1..=threads).map(|k| 10 << k).collect::<Vec<_>>(), "each told of its own extension");
        assert_eq!(token.waiting(105), Some(10 << threads), "an early question was lost");
    });
}

#[test]
fn two_early_questions_extend_exactly_twice() {
    early_questions_extend_exactly_once_each("two early questions", 2, None);
}

#[test]
fn three_early_questions_extend_exactly_three_times() {
    early_questions_extend_exactly_once_each("three early questions", 3, Some(2));
}

/// The control: looks, and then writes.
#[test]
#[should_panic(expected = "an early question was lost")]
fn an_extension_that_looks_before_it_writes_is_caught() {
    explore("control: look, then extend", None, || {
        let word = Arc::new(AtomicU32::new(RULE.ask(u32::FRESH, 100, Some(0)).state.unwrap()));
        let ask = |word: &AtomicU32| {
            let step = RULE.ask(word.load(Relaxed), 105, Some(0));
            step.state.into_iter().for_each(|state| word.store(state, Relaxed));
        };
        let other = Arc::clone(&word);
        let thread = thread::spawn(move || ask(&other));
        ask(&word);
        thread.join().unwrap();
        assert_eq!(RULE.left(word.load(Relaxed), 105), Some(40), "an early question was lost");
    });
}

#[test]
fn of_two_denials_at_once_one_opens_and_one_extends() {
    explore("a denial opens while another asks", None, || {
        let token = token();
        token.limit().acquire_raw(1).unwrap();
        let other = Arc::clone(&token);
        let thread = thread::spawn(move || wait(other.try_acquire(100, 1)));
        let mine = wait(token.try_acquire(100, 1));
        let theirs = thread.join().unwrap();
        assert_eq!((mine.min(theirs), mine.max(theirs)), (10, 20));
        assert_eq!(token.waiting(100), Some(20), "one period, extended once");
    });
}

/// The control: the instant and the number of questions in words of their own.
#[test]
#[should_panic(expected = "one period, extended once")]
fn an_instant_beside_its_number_is_caught() {
    explore("control: two words", None, || {
        let twin = Arc::new((AtomicU32::new(0), AtomicU32::new(0))); // until, questions
        let ask = |twin: &(AtomicU32, AtomicU32)| {
            let questions = if twin.0.load(Relaxed) > 100 { twin.1.fetch_add(1, Relaxed) + 1 } else { 0 };
            twin.0.fetch_max(100 + (10 << questions), Relaxed);
        };
        let other = Arc::clone(&twin);
        let thread = thread::spawn(move || ask(&other));
        ask(&twin);
        thread.join().unwrap();
        assert_eq!(twin.0.load(Relaxed), 120, "one period, extended once");
    });
}

/// Also where the loser had passed the first look, and lost the room after it.
#[test]
fn who_loses_a_race_for_the_last_place_opens_one_period_of_the_first_length() {
    explore("a lost race", None, || {
        let token = token();
        let other = Arc::clone(&token);
        let ask = |token: &Penalty<Busy, u32>| token.try_acquire(100, 1).map(|admission| admission.forget()).is_ok();
        let thread = thread::spawn(move || ask(&other));
        let mine = ask(&token);
        assert!(mine ^ thread.join().unwrap(), "one place, one admission");
        assert_eq!(token.waiting(100), Some(10));
        assert_eq!(token.limit().in_flight(), 1);
    });
}

#[test]
fn a_place_that_comes_free_is_had_or_a_period_stands_never_both() {
    explore("a place comes free", None, || {
        let token = token();
        token.limit().acquire_raw(1).unwrap();
        let other = Arc::clone(&token);
        // The one that only reads the place is spawned: loom does not look for a write after a read of the other.
        let asking = thread::spawn(move || other.try_acquire(100, 1).map(|admission| admission.forget()).is_ok());
        token.limit().release(1).unwrap();
        let admitted = asking.join().unwrap();
        assert_eq!(token.waiting(100), (!admitted).then_some(10));
        assert_eq!(token.limit().in_flight(), u32::from(admitted));
    });
}

#[test]
fn an_end_and_a_denial_at_once_leave_no_period_or_the_new_one() {
    explore("an end beside a denial", None, || {
        let token = token();
        token.limit().acquire_raw(1).unwrap();
        assert_eq!(wait(token.try_acquire(100, 1)), 10);
        token.limit().release(1).unwrap();
        let other = Arc::clone(&token);
        let ask = |token: &Penalty<Busy, u32>| token.try_acquire(110, 1).map(|admission| admission.forget()).is_ok();
        let thread = thread::spawn(move || ask(&other)); // both after the end, for one place
        let mine = ask(&token);
        assert!(mine ^ thread.join().unwrap(), "one place, one admission");
        assert_eq!(token.waiting(110), Some(10), "the end of the old period erased the new one");
    });
}

/// The control: an end that is written whatever stands there by then.
#[test]
#[should_panic(expected = "the end of the old period erased the new one")]
fn an_end_that_does_not_look_again_is_caught() {
    explore("control: a blind end", None, || {
        let word = Arc::new(cell());
        word.store(RULE.ask(u32::FRESH, 100, Some(0)).state.unwrap());
        let other = Arc::clone(&word);
        let denial = thread::spawn(move || other.update(|word| (RULE.ask(word, 110, Some(0)).state, ())));
        if RULE.left(word.load(), 110).is_none() {
            word.store(u32::FRESH);
        }
        denial.join().unwrap();
        assert!(RULE.left(word.load(), 110).is_some(), "the end of the old period erased the new one");
    });
}

#[test]
fn through_a_gate_requests_that_race_count_once_each() {
    explore("a gate", Some(3), || {
        let (outer, token) = (Arc::new(ConcurrencyLimit::from_parts(2, cell(), cell()).unwrap()), token());
        token.limit().acquire_raw(1).unwrap();
        let ask = |outer: &Busy, token: &Penalty<Busy, u32>| {
            wait(Layered::new((outer, token)).try_acquire(100, 1).map(|admission| admission.withdraw(100)))
        };
        let (other, others) = (Arc::clone(&outer), Arc::clone(&token));
        let thread = thread::spawn(move || ask(&other, &others));
        let mine = ask(&outer, &token);
        assert_eq!(mine + thread.join().unwrap(), 30);
        assert_eq!((token.waiting(100), outer.in_flight()), (Some(20), 0));
    });
}

type Line = SuppressionCount<Limiter<TokenBucket<u32>, Atomic32>, Atomic32>;

fn line() -> Arc<Line> {
    let bucket = TokenBucket::<u32>::new(Quota::per(1, 100)).over(cell());
    Arc::new(SuppressionCount::from_parts(bucket, cell()))
}

/// What an event tells, and whether it was refused.
fn event(line: &Line, now: u32) -> (u32, u32) {
    match line.try_acquire(now, 1) {
        Ok((_, told)) => (told, 0),
        Err(_) => (0, 1),
    }
}

fn everything_refused_is_told_once(name: &str, threads: usize, preemptions: Option<usize>) {
    explore(name, preemptions, move || {
        let line = line();
        let events = |nth: usize| {
            let line = Arc::clone(&line);
            // Some before the second admission is due and some after, so that counting and swapping meet.
            move || [0, 100 * (nth as u32 % 2)].map(|now| event(&line, now))
        };
        let others: Vec<_> = (1..threads).map(|nth| thread::spawn(events(nth))).collect();
        let mut all = events(0)().to_vec();
        others.into_iter().for_each(|thread| all.extend(thread.join().unwrap()));
        let told: u32 = all.iter().map(|event| event.0).sum();
        let refused: u32 = all.iter().map(|event| event.1).sum();
        assert_eq!(told + line.suppressed(), refused, "lost or told twice");
        let (last, _) = event(&line, 1_000);
        assert_eq!((told + last, line.suppressed()), (refused, 0), "lost or told twice");
    });
}

#[test]
fn of_two_threads_everything_refused_is_told_once() {
    everything_refused_is_told_once("suppression, two threads", 2, None);
}

#[test]
fn of_three_threads_everything_refused_is_told_once() {
    everything_refused_is_told_once("suppression, three threads", 3, Some(2));
}

/// Two takers, and one that counts between them.
#[test]
fn a_swap_among_increments_loses_and_doubles_nothing() {
    explore("swap and increments", Some(3), || {
        let line = line();
        let _ = line.limit().try_acquire(0, 1).unwrap();
        assert_eq!(event(&line, 0), (0, 1));
        let (counts, takes) = (Arc::clone(&line), Arc::clone(&line));
        let counting = thread::spawn(move || event(&counts, 1).1);
        let taking = thread::spawn(move || takes.take_suppressed());
        let mine = line.take_suppressed();
        let refused = 1 + counting.join().unwrap();
        assert_eq!(mine + taking.join().unwrap() + line.suppressed(), refused, "lost or told twice");
    });
}

/// The control: reads the count, and then clears it.
#[test]
#[should_panic(expected = "lost or told twice")]
fn a_count_that_is_read_before_it_is_cleared_is_caught() {
    explore("control: read, then clear", None, || {
        let count = Arc::new(AtomicU32::new(1));
        let other = Arc::clone(&count);
        let counting = thread::spawn(move || other.fetch_add(1, Relaxed));
        let told = count.load(Relaxed);
        count.store(0, Relaxed);
        counting.join().unwrap();
        assert_eq!(told + count.load(Relaxed), 2, "lost or told twice");
    });
}
