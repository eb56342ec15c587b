//! Real threads.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

use tollgate::penalty::WaitingPeriod;
use tollgate::{ConcurrencyLimit, Penalty};

const THREADS: u64 = 4;

#[test]
fn early_questions_of_many_threads_count_exactly_once_each() {
    for _ in 0..500 {
        let token = Penalty::<_, u64>::new(ConcurrencyLimit::new(1), WaitingPeriod::of(1).times(2, 1 << 40));
        let busy = token.try_acquire(0, 1).unwrap();
        let start = Barrier::new(4);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..8 {
                        assert!(token.try_acquire(7, 1).is_err());
                    }
                });
            }
        });
        drop(busy);
        assert_eq!(token.waiting(7), Some(1 << (8 * THREADS - 1)), "one opens, the others double");
    }
}

#[test]
fn who_waits_gets_in_however_many_ask_and_all_permits_come_back() {
    let token = Penalty::<_, u64>::new(ConcurrencyLimit::new(2), WaitingPeriod::of(50).times(2, 400));
    let (clock, in_use, admitted) = (AtomicU64::new(u64::MAX - 1_000), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..20_000 {
                    let now = clock.fetch_add(1, SeqCst);
                    match token.try_acquire(now, 1) {
                        Ok(permit) => {
                            assert!(in_use.fetch_add(1, SeqCst) < 2);
                            admitted.fetch_add(1, SeqCst);
                            thread::yield_now();
                            in_use.fetch_sub(1, SeqCst);
                            drop(permit);
                        }
                        Err(refused) => {
                            if let Some(wait) = refused.retry_after() {
                                assert!(wait <= 400, "a wait of {wait} exceeds the cap");
                                clock.fetch_add(wait, SeqCst); // it waits
                            }
                        }
                    }
                }
            });
        }
    });
    println!("{} admitted", admitted.load(SeqCst));
    assert!(admitted.load(SeqCst) > 1_000);
    assert_eq!(token.limit().in_flight(), 0);
}
