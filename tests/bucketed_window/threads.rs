//! Real threads on one window.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Quota};

const THREADS: usize = 4;
/// The reading at which a thread stops, 200 windows on.
const END: u64 = 200 * PERIOD as u64;
const LIMIT: u32 = 50;
const PERIOD: u32 = 100;
const WIDTH: u64 = 20;

/// A small generator, so that threads differ and runs do not.
fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// The clock of threads of which none is late by more than a sub-window: each keeps to that distance from the slowest.
struct Clock([AtomicU64; THREADS]);

impl Clock {
    /// The thread's next reading: mostly its last one again, and never one that would make another late.
    fn read(&self, thread: usize, seed: &mut u64) -> u64 {
        let last = self.0[thread].load(SeqCst);
        if !random(seed).is_multiple_of(8) {
            return last;
        }
        let slowest = self.0.iter().map(|reading| reading.load(SeqCst)).min().unwrap();
        let reading = last.max(slowest + random(seed) % (WIDTH + 1));
        if reading == last {
            thread::yield_now(); // to the slowest
        }
        self.0[thread].store(reading, SeqCst);
        reading
    }
}

#[test]
fn threads_never_admit_more_than_the_limit_in_any_window() {
    let window = BucketedWindow::<u32, 8>::try_with_buckets(Quota::per(LIMIT, PERIOD), 5).unwrap();
    let start = u32::MAX - 5_000; // the clock wraps on the way
    let clock = Clock([const { AtomicU64::new(0) }; THREADS]);
    let mut admitted: Vec<(u64, u32)> = thread::scope(|scope| {
        let (window, clock) = (&window, &clock);
        let ask = |thread: usize| {
            move || {
                let mut seed = 0x9e37_79b9 + thread as u64;
                let mut admitted = Vec::new();
                loop {
                    let reading = clock.read(thread, &mut seed);
                    if reading >= END {
                        break;
                    }
                    let now = start.wrapping_add(u32::truncate(reading));
                    let cost = u32::truncate(random(&mut seed) % 4 + 1);
                    if window.try_acquire(now, cost).is_ok() {
                        admitted.push((reading, cost));
                    }
                }
                clock.0[thread].store(u64::MAX >> 1, SeqCst); // nobody has to wait for this one
                admitted
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(ask(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });

    admitted.sort_unstable();
    let (mut first, mut held, mut total) = (0, 0, 0);
    for &(reading, cost) in &admitted {
        held += cost;
        total += u64::from(cost);
        while reading - admitted[first].0 >= PERIOD.into() {
            held -= admitted[first].1;
            first += 1;
        }
        assert!(held <= LIMIT, "{held} of {LIMIT} within {PERIOD} ticks up to {reading}");
    }
    let windows = admitted.last().unwrap().0 / u64::from(PERIOD);
    println!("{total} units in {windows} windows of {LIMIT}");
    assert!(total > windows * u64::from(LIMIT) / 2, "units must be forgotten: {total} in {windows} windows");
}
