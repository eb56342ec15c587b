//! Contexts that are stopped for good in the middle of a request.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tollgate::cell::{StateCell, Unsync};
use tollgate::{Quota, RollingWindow};

/// A cell that stops whoever makes the last of a number of accesses to the window, by a panic.
struct Mortal<'a>(Unsync<u32>, &'a Cell<u32>);

impl Mortal<'_> {
    fn access(&self) {
        let left = self.1.get();
        self.1.set(left.saturating_sub(1));
        assert!(left != 1, "stopped");
    }
}

impl StateCell<u32> for Mortal<'_> {
    fn load(&self) -> u32 {
        self.access();
        self.0.load()
    }

    fn update<R>(&self, step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.access();
        self.0.update(step)
    }
}

const PERIOD: u32 = 100;

/// Stops a request after each number of accesses, on a window that `prepare` has used, and looks at what it left.
fn stop_everywhere(
    limit: u32,
    prepare: impl Fn(&RollingWindow<u32, 4, Mortal>),
    request: impl Fn(&RollingWindow<u32, 4, Mortal>),
    inspect: impl Fn(&RollingWindow<u32, 4, Mortal>),
) {
    std::panic::set_hook(Box::new(|_| {}));
    let mut stops = 0;
    for accesses in 1.. {
        let left = Cell::new(0);
        let window = RollingWindow::try_in_cells(Quota::per(limit, PERIOD), || Mortal(Unsync::fresh(), &left)).unwrap();
        prepare(&window);
        left.set(accesses);
        let stopped = catch_unwind(AssertUnwindSafe(|| request(&window))).is_err();
        left.set(0);
        inspect(&window);
        if !stopped {
            break;
        }
        stops += 1;
    }
    let _ = std::panic::take_hook();
    assert!(stops >= 4, "stopped at {stops} places only");
}

fn admitted(window: &RollingWindow<u32, 4, Mortal>, now: u32) -> usize {
    (0..10).filter(|_| window.try_acquire(now, 1).is_ok()).count()
}

#[test]
fn a_request_stopped_anywhere_holds_up_nobody_for_longer_than_a_period() {
    for limit in 1..=4 {
        for cost in 1..=limit {
            stop_everywhere(
                limit,
                |_| {},
                |window| assert!(window.try_acquire(7, cost).is_ok()),
                |window| {
                    let now = admitted(window, 7);
                    assert!(now <= limit as usize && now + cost as usize >= limit as usize, "{now} of {limit}");
                    assert_eq!(admitted(window, 7 + PERIOD), limit as usize);
                },
            );
        }
    }
}

#[test]
fn a_request_stopped_anywhere_never_makes_room() {
    for limit in 2..=4 {
        stop_everywhere(
            limit,
            |window| {
                assert!(window.try_acquire(0, 1).is_ok()); // expires
                assert_eq!(admitted(window, 60), limit as usize - 1); // counts
            },
            |window| assert!(window.try_acquire(PERIOD, 1).is_ok()),
            |window| {
                assert!(admitted(window, PERIOD) <= 1);
                assert!(admitted(window, 60 + PERIOD - 1) == 0);
                assert_eq!(admitted(window, 2 * PERIOD), limit as usize);
            },
        );
    }
}

#[test]
fn a_refund_stopped_anywhere_gives_back_no_more_than_was_asked() {
    stop_everywhere(
        4,
        |window| assert!(window.try_acquire(0, 4).is_ok()),
        |window| assert_eq!(window.refund(0, 2), 2),
        |window| {
            assert!(admitted(window, 1) <= 2);
            assert_eq!(admitted(window, 1 + PERIOD), 4);
        },
    );
}
