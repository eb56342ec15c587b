//! Real threads through one gate.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use tollgate::layered::Level;
use tollgate::{ConcurrencyLimit, Layered, Quota, RollingWindow, TokenBucket};

const NOW: u32 = 77;

/// How many admissions several threads get, each through its own gate.
fn admitted(rounds: usize, gates: &[&(dyn Fn() -> bool + Sync)]) -> u32 {
    let (count, start) = (AtomicU32::new(0), Barrier::new(gates.len()));
    thread::scope(|scope| {
        for gate in gates {
            scope.spawn(|| {
                start.wait();
                for _ in 0..rounds {
                    count.fetch_add(gate().into(), SeqCst);
                }
            });
        }
    });
    count.into_inner()
}

#[test]
fn no_level_gives_more_than_its_limit_and_nothing_is_lost() {
    for _ in 0..20 {
        let bucket = TokenBucket::<u32>::new(Quota::per(1_000, 60_000));
        let window = RollingWindow::<u32, 600>::new(Quota::per(600, 60_000));
        let busy = ConcurrencyLimit::new(2);
        let in_use = AtomicU32::new(0);
        let enter = |admitted: bool| {
            if admitted {
                assert!(in_use.fetch_add(1, SeqCst) < 2, "three at once");
                in_use.fetch_sub(1, SeqCst);
            }
            admitted
        };
        let forward = || enter_with(&Layered::new((&bucket, &window, &busy)), &enter);
        let backward = || enter_with(&Layered::new((&busy, &window, &bucket)), &enter);
        let nested = || enter_with(&Layered::new((&window, Layered::new((&busy, &bucket)))), &enter);
        let all = admitted(2_000, &[&forward, &backward, &nested, &forward]);

        assert!(all <= 600, "{all} of a window of 600");
        assert_eq!(bucket.remaining(NOW), 1_000 - all, "every unit of a lost race came back, and no other");
        // What is given back in the middle of a window's log comes back with what is before it.
        assert!(window.remaining(NOW) <= 600 - all);
        assert_eq!((busy.in_flight(), in_use.load(SeqCst)), (0, 0));
    }
}

fn enter_with<L: Level<u32>>(gate: &L, enter: &dyn Fn(bool) -> bool) -> bool {
    let gate = Layered::new(gate);
    let admission = gate.try_acquire(NOW, 1);
    enter(admission.is_ok())
}

#[test]
fn the_last_unit_of_the_last_level_goes_to_one_and_the_others_give_theirs_back() {
    for _ in 0..500 {
        let (first, last) =
            (TokenBucket::<u64>::new(Quota::per(4, 1_000)), TokenBucket::<u64>::new(Quota::per(1, 1_000)));
        let gate = || Layered::new((&first, &last)).try_acquire(u64::from(NOW), 1).is_ok();
        assert_eq!(admitted(1, &[&gate, &gate, &gate, &gate]), 1);
        assert_eq!((first.remaining(NOW.into()), last.remaining(NOW.into())), (3, 0));
    }
}
