//! A context that is interrupted, or stopped for good, at any access to a cell.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use tollgate::algorithm::TokenBucket;
use tollgate::cell::{StateCell, Unsync};
use tollgate::{Adjustable, ChangeError, Quota};

const NOW: u32 = 77;

type Bucket = Adjustable<TokenBucket<u32>, Interruptible>;
type Work = dyn Fn(&Bucket);

/// What happens before one of the coming accesses to a cell.
#[derive(Default)]
struct Interrupt {
    accesses_left: Cell<u32>,
    handler: Cell<Option<Box<dyn FnOnce()>>>,
}

/// A cell whose every access may be preceded by an interrupt.
struct Interruptible(Unsync<u32>, Rc<Interrupt>);

impl Interruptible {
    fn access(&self) {
        let left = self.1.accesses_left.get();
        self.1.accesses_left.set(left.saturating_sub(1));
        let handler = if left == 1 { self.1.handler.take() } else { None };
        if let Some(handler) = handler {
            handler();
        }
    }
}

impl StateCell<u32> for Interruptible {
    fn load(&self) -> u32 {
        self.access();
        self.0.load()
    }

    /// Interrupted before it loads, and between that and the exchange, which then fails.
    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.access();
        loop {
            let seen = self.0.load();
            let (state, answer) = step(seen);
            self.access();
            let Some(state) = state else { return answer };
            if self.0.load() == seen {
                self.0.update(|_| (Some(state), ()));
                return answer;
            }
        }
    }
}

fn bucket(quota: Quota<u32>) -> (Rc<Bucket>, Rc<Interrupt>) {
    let interrupt = Rc::new(Interrupt::default());
    let cell = || Interruptible(Unsync::fresh(), interrupt.clone());
    (Rc::new(Adjustable::try_in_cells(quota, cell).unwrap()), interrupt)
}

/// Runs `work` and has it interrupted by `handler` at each access, one after the other; then `inspect` looks.
fn interrupt_everywhere(
    quota: Quota<u32>,
    work: &Work,
    handler: impl Fn(&Bucket) + Copy + 'static,
    inspect: impl Fn(&Bucket),
) {
    let mut places = 0;
    for accesses in 1.. {
        let (bucket, interrupt) = bucket(quota);
        let same = bucket.clone();
        interrupt.handler.set(Some(Box::new(move || handler(&same))));
        interrupt.accesses_left.set(accesses);
        work(&bucket);
        if interrupt.handler.take().is_some() {
            break; // it was done before
        }
        inspect(&bucket);
        places += 1;
    }
    assert!(places >= 6, "interrupted at {places} places only");
}

const SMALL: Quota<u32> = Quota::per(1, 1_000).burst(10);
const LARGE: Quota<u32> = Quota::per(7, 300).burst(20);

fn take(bucket: &Bucket) {
    assert!(bucket.try_acquire(NOW, 3).is_ok());
}

fn enlarge(bucket: &Bucket) {
    bucket.set_quota(NOW, LARGE).unwrap();
}

#[test]
fn a_change_interrupted_by_an_acquire_loses_nothing() {
    interrupt_everywhere(SMALL, &enlarge, take, |bucket| {
        assert_eq!((bucket.quota(), bucket.level(NOW)), (LARGE, 3));
    });
}

#[test]
fn an_acquire_interrupted_by_a_change_loses_nothing() {
    interrupt_everywhere(SMALL, &take, enlarge, |bucket| {
        assert_eq!((bucket.quota(), bucket.level(NOW)), (LARGE, 3));
    });
}

#[test]
fn a_decision_interrupted_by_changes_until_its_version_is_in_use_again_is_made_anew() {
    let changes = |bucket: &Bucket| {
        for quota in [LARGE, SMALL, Quota::per(9, 10), Quota::per(5, 11).burst(6)] {
            bucket.set_quota(NOW, quota).unwrap();
        }
    };
    interrupt_everywhere(SMALL, &take, changes, |bucket| {
        assert_eq!((bucket.quota(), bucket.level(NOW)), (Quota::per(5, 11).burst(6), 3));
    });
    let denied = |bucket: &Bucket| {
        let denied = bucket.try_acquire(NOW, 11).unwrap_err();
        assert!(denied.is_never(), "{denied}");
    };
    interrupt_everywhere(SMALL, &denied, changes, |_| {});
    let fill_and_change = move |bucket: &Bucket| {
        assert_eq!(bucket.force(NOW, 2).charged(), 2);
        changes(bucket);
    };
    let look = |bucket: &Bucket| {
        let (quota, grant) = (bucket.quota(), bucket.peek(NOW, 1).unwrap());
        assert!([SMALL, Quota::per(5, 11).burst(6)].contains(&quota), "{quota:?}");
        assert!([9, 3].contains(&grant.remaining()), "{}", grant.remaining());
    };
    interrupt_everywhere(SMALL, &look, fill_and_change, |_| {});
}

#[test]
fn of_two_changes_at_once_both_are_made() {
    let other = Quota::per(2, 9).burst(30);
    interrupt_everywhere(
        SMALL,
        &|bucket| {
            take(bucket);
            enlarge(bucket);
        },
        move |bucket| bucket.set_quota(NOW, other).unwrap(),
        |bucket| {
            assert!([LARGE, other].contains(&bucket.quota()));
            assert_eq!(bucket.level(NOW), 3);
            for _ in 0..5 {
                bucket.set_quota(NOW, SMALL).unwrap(); // all versions came back
            }
        },
    );
}

/// Stops `work` for good at its `access`th access to a cell; false if it was done before.
fn stop(bucket: &Rc<Bucket>, interrupt: &Interrupt, access: u32, work: &Work) -> bool {
    interrupt.handler.set(Some(Box::new(|| resume_unwind(Box::new("stopped")))));
    interrupt.accesses_left.set(access);
    let stopped = catch_unwind(AssertUnwindSafe(|| work(bucket))).is_err();
    interrupt.handler.set(None);
    interrupt.accesses_left.set(0);
    stopped
}

#[test]
fn a_change_stopped_for_good_anywhere_holds_up_neither_decisions_nor_changes() {
    for access in 1.. {
        let (bucket, interrupt) = bucket(SMALL);
        take(&bucket);
        if !stop(&bucket, &interrupt, access, &enlarge) {
            assert!(access > 15, "stopped at {access} places only");
            break;
        }
        assert!([SMALL, LARGE].contains(&bucket.quota()));
        assert_eq!(bucket.level(NOW), 3);
        take(&bucket);
        for quota in [LARGE, SMALL, LARGE, SMALL, LARGE] {
            bucket.set_quota(NOW, quota).unwrap();
            assert_eq!((bucket.quota(), bucket.level(NOW)), (quota, 6));
        }
    }
}

#[test]
fn a_fourth_change_at_once_is_refused_and_changes_nothing() {
    let (bucket, interrupt) = bucket(SMALL);
    take(&bucket);
    for _ in 0..3 {
        assert!(stop(&bucket, &interrupt, 6, &enlarge)); // it has claimed a version, and not finished
    }
    let refused = bucket.set_quota(NOW, LARGE).unwrap_err();
    assert_eq!(refused, ChangeError::TooManyAtOnce);
    assert!(refused.to_string().starts_with("three other changes of this quota are under way"));
    assert_eq!((bucket.quota(), bucket.level(NOW)), (SMALL, 3));
    take(&bucket);
    assert_eq!(bucket.remaining(NOW), 4);
}
