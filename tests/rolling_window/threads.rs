//! Real threads on one window.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use tollgate::{Quota, RollingWindow};

use crate::spans::assert_no_span_holds_more;

const THREADS: u32 = 4;

/// Lets all threads ask at every reading in turn, and returns the readings of the admitted units.
fn in_rounds(rounds: u32, step: u32, ask: impl Fn(u32, u32) -> u32 + Sync) -> Vec<i128> {
    let barrier = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        let (ask, barrier) = (&ask, &barrier);
        let one = |who: u32| {
            let mut admitted = Vec::new();
            for round in 0..rounds {
                barrier.wait();
                let now = u32::MAX.wrapping_sub(5_000).wrapping_add(round * step);
                let units = ask(who, now);
                admitted.extend((0..units).map(|_| i128::from(round * step)));
                barrier.wait();
            }
            admitted
        };
        let threads: Vec<_> = (0..THREADS).map(|who| scope.spawn(move || one(who))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn at_every_reading_threads_get_exactly_the_units_that_are_free() {
    const LIMIT: usize = 7;
    const PERIOD: u32 = 50;
    let window = RollingWindow::<u32, 7>::new(Quota::per(7, PERIOD));
    let admitted =
        in_rounds(3_000, 5, |who, now| (0..=who).map(|_| u32::from(window.try_acquire(now, 1).is_ok())).sum());
    // Ten ask in each round: those of one reading come back together, a period later.
    let expected: Vec<i128> =
        (0..3_000_i128).filter(|round| round % 10 == 0).flat_map(|round| [round * 5; LIMIT]).collect();
    let mut sorted = admitted;
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
}

#[test]
fn threads_that_take_several_units_and_give_some_back_never_exceed_the_limit() {
    const PERIOD: u32 = 12;
    for limit in [1, 2, 5, 16] {
        let window = RollingWindow::<u32, 16>::new(Quota::per(limit, PERIOD));
        let admitted = in_rounds(2_000, 1, |who, now| {
            let cost = (who % 3 + 1).min(limit);
            let mut kept = 0;
            for _ in 0..2 {
                kept += match window.try_acquire(now, cost) {
                    // Given back as after a race lost elsewhere.
                    Ok(_) if (now + who) % 3 == 0 => cost - window.refund(now, cost),
                    Ok(_) => cost,
                    Err(_) => window.try_acquire_up_to(now, cost).map_or(0, |grant| grant.granted()),
                };
            }
            kept
        });
        assert!(
            admitted.len() >= limit as usize * (2_000 / PERIOD as usize) / 2,
            "{} of limit {limit}",
            admitted.len()
        );
        assert_no_span_holds_more(limit as usize, PERIOD.into(), admitted);
        let later = u32::MAX.wrapping_sub(5_000).wrapping_add(2_000 + PERIOD);
        assert_eq!(window.remaining(later), limit, "everything comes back");
    }
}

/// The clock runs while the threads ask: whoever asks moves it on now and then. A thread that is put aside between
/// reading the clock and asking reads late; how late is noted, and is all by which a span may be too short.
#[test]
fn on_a_running_clock_no_span_holds_more_than_the_limit() {
    const LIMIT: u32 = 64;
    const PERIOD: u32 = 4_000;
    const END: u32 = 200_000;
    let window = RollingWindow::<u32, 64>::new(Quota::per(LIMIT, PERIOD));
    let (clock, latest) = (AtomicU32::new(0), AtomicU32::new(0));
    let ask = || {
        let mut admitted = Vec::new();
        loop {
            let now = clock.load(SeqCst);
            if now >= END {
                return admitted;
            }
            let taken = window.try_acquire_up_to(now, 3).map_or(0, |grant| grant.granted());
            admitted.extend((0..taken).map(|_| i128::from(now)));
            latest.fetch_max(clock.fetch_add(1, SeqCst) - now, SeqCst);
        }
    };
    let admitted: Vec<i128> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let late = latest.load(SeqCst).min(PERIOD - 1);
    assert!(admitted.len() > 1_000, "{} admitted", admitted.len());
    assert_no_span_holds_more(LIMIT as usize, (PERIOD - late).into(), admitted);
}
