//! Real threads.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Barrier, Mutex};
use std::thread;

use tollgate::{ConcurrencyLimit, LeasedConcurrency};

const THREADS: u32 = 4;
const TURNS: u32 = 20_000;

#[test]
fn never_above_the_limit_and_all_given_back() {
    let busy = ConcurrencyLimit::new(5);
    let (in_use, granted, start) = (AtomicU32::new(0), AtomicU32::new(0), Barrier::new(THREADS as usize));
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (busy, in_use, granted, start) = (&busy, &in_use, &granted, &start);
            scope.spawn(move || {
                start.wait();
                for turn in 0..TURNS {
                    let weight = 1 + (turn + seed) % 4;
                    if let Ok(permit) = busy.try_acquire(weight) {
                        let all = in_use.fetch_add(weight, SeqCst) + weight;
                        assert!(all <= 5, "{all} units in use");
                        granted.fetch_add(1, SeqCst);
                        if turn % 16 == 0 {
                            thread::yield_now();
                        }
                        in_use.fetch_sub(weight, SeqCst);
                        if turn % 3 == 0 { busy.release(permit.forget()).unwrap() } else { drop(permit) }
                    }
                    assert!(busy.in_flight() <= 5);
                }
            });
        }
    });
    assert!(granted.load(SeqCst) >= TURNS / 2);
    assert_eq!((busy.in_flight(), busy.available()), (0, 5));
    assert!((4..=5).contains(&busy.high_water()));
}

#[test]
fn a_limit_that_keeps_changing_is_never_exceeded_by_what_is_admitted_under_it() {
    let busy = ConcurrencyLimit::new(3);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| {
                while !done.load(SeqCst) {
                    let permits: Vec<_> = (0..4).filter_map(|_| busy.try_acquire(1).ok()).collect();
                    assert!(busy.in_flight() as usize >= permits.len());
                }
            });
        }
        for _ in 0..TURNS {
            // Once everything above it has drained, nothing is above it.
            busy.set_limit(1).unwrap();
            while busy.in_flight() > 1 {
                thread::yield_now();
            }
            for _ in 0..10 {
                assert!(busy.in_flight() <= 1);
            }
            busy.set_limit(3).unwrap();
        }
        done.store(true, SeqCst);
    });
    assert_eq!((busy.in_flight(), busy.limit()), (0, 3));
    assert!(busy.high_water() <= 3);
}

/// A clock that ticks as its readers work, and never leaves one of them behind by more than a given number of ticks: a
/// reader that is held up for longer would be a clock that steps back.
struct Clock {
    now: AtomicU32,
    slack: u32,
    last_seen: [AtomicU32; THREADS as usize],
}

impl Clock {
    fn tick(&self, reader: usize) -> u32 {
        let now = self.now.load(SeqCst);
        self.last_seen[reader].store(now, SeqCst);
        let slowest = self.last_seen.iter().map(|seen| seen.load(SeqCst)).min().unwrap();
        if now - slowest < self.slack {
            let _ = self.now.compare_exchange(now, now + 1, SeqCst, SeqCst);
        } else {
            thread::yield_now();
        }
        now
    }
}

/// From the first to past the last tick through which a unit was certainly held.
type Span = (u32, u32);

#[test]
fn never_more_than_the_limit_within_their_leases_at_any_tick() {
    const LEASE: u32 = 300;
    const LIMIT: u32 = 3;
    let busy = LeasedConcurrency::<u32, 4>::new(LIMIT, LEASE);
    let clock = Clock { now: AtomicU32::new(0), slack: LEASE / 2, last_seen: Default::default() };
    let late = AtomicU32::new(0);
    let spans: Mutex<Vec<Span>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for reader in 0..THREADS {
            let (busy, clock, spans, late) = (&busy, &clock, &spans, &late);
            scope.spawn(move || {
                let (mut own, mut overdue) = (Vec::new(), Vec::new());
                for turn in 0..TURNS {
                    let now = clock.tick(reader as usize);
                    let before = overdue.len();
                    overdue.retain(|(since, _)| now - since < 2 * LEASE); // the others are dropped, late
                    late.fetch_add(u32::try_from(before - overdue.len()).unwrap(), SeqCst);
                    let weight = 1 + (turn + reader) % 2;
                    let Ok(permit) = busy.try_acquire(now, weight) else { continue };
                    let start = clock.now.load(SeqCst);
                    if turn % 8 == 0 {
                        thread::yield_now();
                    }
                    let end = match turn % 32 {
                        5 => {
                            overdue.push((now, permit));
                            now + LEASE
                        }
                        9 => {
                            let _ = permit.forget();
                            now + LEASE
                        }
                        _ => {
                            let end = clock.now.load(SeqCst).min(now + LEASE);
                            drop(permit);
                            end
                        }
                    };
                    own.extend((0..weight).map(|_| (start, end)));
                }
                for (_, permit) in overdue {
                    drop(permit.forget()); // not dropped early
                }
                clock.last_seen[reader as usize].store(u32::MAX, SeqCst);
                spans.lock().unwrap().append(&mut own);
            });
        }
    });
    let mut edges: Vec<(u32, i32)> = Vec::new();
    for (start, end) in spans.into_inner().unwrap().into_iter().filter(|(start, end)| start < end) {
        edges.extend([(start, 1), (end, -1)]);
    }
    edges.sort_unstable(); // an end before a start at the same tick
    let (mut held, mut most) = (0, 0);
    for (tick, edge) in edges {
        held += edge;
        most = most.max(held);
        assert!(held <= LIMIT.cast_signed(), "{held} units held at tick {tick}");
    }
    assert!(late.load(SeqCst) > 0 && most > 1, "the test is about late releases in a crowd");
    assert_eq!(busy.in_flight(clock.now.load(SeqCst) + LEASE), 0);
}
