//! What holds for permits, one guarantee each.

use std::cell::Cell;

use tollgate::cell::{Atomic32, StateCell, Unsync};
use tollgate::concurrency::ConcurrencyError;
use tollgate::{ConcurrencyLimit, Denied, Permit};

#[test]
fn a_panic_gives_the_permit_back() {
    static BUSY: ConcurrencyLimit = ConcurrencyLimit::new(1);
    let crashed = std::thread::spawn(|| {
        let _permit = BUSY.try_acquire(1).unwrap();
        panic!("as intended by this test");
    });
    assert!(crashed.join().is_err());
    assert_eq!((BUSY.in_flight(), BUSY.high_water()), (0, 1));
}

#[test]
fn the_permit_of_a_static_limit_can_be_sent_and_stored() {
    static BUSY: ConcurrencyLimit = ConcurrencyLimit::new(2);
    struct Job {
        permit: Permit<'static>,
    }
    let jobs = Box::new([Job { permit: BUSY.try_acquire(2).unwrap() }]);
    let weight = std::thread::spawn(move || jobs[0].permit.weight()).join().unwrap();
    assert_eq!((weight, BUSY.in_flight()), (2, 0));
}

#[test]
fn permits_of_one_limit_do_not_merge_into_another() {
    let (one, other) = (ConcurrencyLimit::new(4), ConcurrencyLimit::new(4));
    let mut permit = one.try_acquire(1).unwrap();
    let back = permit.merge(other.try_acquire(2).unwrap()).unwrap_err();
    assert_eq!((permit.weight(), back.weight(), other.in_flight()), (1, 2, 2));
}

#[test]
fn a_limit_lowered_below_what_is_in_flight_admits_nothing_until_it_drains() {
    let busy = ConcurrencyLimit::new(5);
    let mut permits: Vec<_> = (0..5).map(|_| busy.try_acquire(1).unwrap()).collect();
    busy.set_limit(2).unwrap();
    for in_flight in (2..=5).rev() {
        assert_eq!((busy.in_flight(), busy.available()), (in_flight, 0));
        assert!(matches!(busy.try_acquire(1), Err(Denied::Busy(_))));
        permits.pop();
    }
    assert!(busy.try_acquire(1).is_ok());
    assert!(busy.try_acquire(3).unwrap_err().is_never(), "as the limit stands");
    busy.set_limit(5).unwrap();
    assert!(busy.try_acquire(3).is_ok());
}

#[test]
fn releasing_more_than_is_held_changes_nothing_and_names_both_numbers() {
    let busy = ConcurrencyLimit::new(9);
    busy.acquire_raw(3).unwrap();
    let error = busy.release(5).unwrap_err();
    assert_eq!(error.to_string(), "cannot release 5 units: only 3 are held, and nothing was changed");
    assert_eq!(busy.in_flight(), 3);
    busy.release(3).unwrap();
    assert_eq!(busy.release(u32::MAX).unwrap_err().in_flight(), 0);
}

#[test]
fn a_drop_after_a_stray_release_neither_wraps_nor_strands_units() {
    let busy = ConcurrencyLimit::new(9);
    let permit = busy.try_acquire(3).unwrap();
    busy.release(1).unwrap(); // not the releaser's to give
    drop(permit);
    assert_eq!((busy.in_flight(), busy.available()), (0, 9));
}

#[test]
fn limits_out_of_range_are_errors_that_say_what_is_accepted() {
    for (limit, text) in [
        (0, "limit = 0 admits nothing: give a limit from 1 to 65535"),
        (65_536, "limit = 65536 cannot be counted: give a limit from 1 to 65535"),
    ] {
        assert_eq!(ConcurrencyLimit::try_new(limit).unwrap_err().to_string(), text);
        let busy = ConcurrencyLimit::new(7);
        let error: ConcurrencyError = busy.set_limit(limit).unwrap_err();
        assert_eq!((error.to_string().as_str(), busy.limit()), (text, 7));
    }
}

#[test]
fn the_largest_limit_is_counted_to_the_last_unit() {
    let busy = ConcurrencyLimit::new(65_535);
    let permits: Vec<_> = [65_534, 1].map(|weight| busy.try_acquire(weight).unwrap()).into();
    assert_eq!((busy.available(), busy.high_water()), (0, 65_535));
    assert!(busy.try_acquire(1).is_err());
    drop(permits);
    assert_eq!((busy.limit(), busy.in_flight()), (65_535, 0));
}

/// Counts what is written.
struct Watched<'a> {
    cell: Atomic32,
    writes: &'a Cell<u32>,
}

impl StateCell<u32> for Watched<'_> {
    fn load(&self) -> u32 {
        self.cell.load()
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        self.cell.update(|word| {
            let (written, answer) = step(word);
            self.writes.set(self.writes.get() + u32::from(written.is_some()));
            (written, answer)
        })
    }
}

#[test]
fn a_denial_a_peek_and_a_failed_release_write_nothing() {
    let writes = Cell::new(0);
    let cell = || Watched { cell: Atomic32::fresh(), writes: &writes };
    let busy = ConcurrencyLimit::from_parts(2, cell(), cell()).unwrap();
    let permit = busy.try_acquire(2).unwrap();
    let before = writes.get();
    assert!(busy.try_acquire(1).is_err() && busy.try_acquire(3).is_err() && busy.try_acquire_up_to(9).is_err());
    assert!(busy.peek(1).is_err() && busy.acquire_raw(1).is_err() && busy.release(3).is_err());
    busy.set_limit(2).unwrap();
    drop(busy.try_acquire(0).unwrap());
    assert_eq!(writes.get(), before);
    drop(permit);
    let _again = busy.try_acquire(2).unwrap();
    assert_eq!(writes.get(), before + 2, "the high-water mark is written only when it rises");
}

/// Loses every compare-exchange once: to `interrupt`, if there is one.
struct Interrupted<'a> {
    cell: &'a Unsync<u32>,
    interrupt: Cell<Option<&'a dyn Fn()>>,
}

impl StateCell<u32> for Interrupted<'_> {
    fn load(&self) -> u32 {
        self.cell.load()
    }

    fn update<R>(&self, mut step: impl FnMut(u32) -> (Option<u32>, R)) -> R {
        step(self.cell.load());
        if let Some(interrupt) = self.interrupt.take() {
            interrupt();
        }
        self.cell.update(step)
    }
}

#[test]
fn an_interrupt_in_the_midst_of_an_acquisition_cannot_exceed_the_limit() {
    let (state, high_water) = (Unsync::fresh(), Unsync::fresh());
    let in_interrupt = ConcurrencyLimit::from_parts(1, &state, &high_water).unwrap();
    let interrupt = || in_interrupt.acquire_raw(1).unwrap();
    let cell = |cell, interrupt| Interrupted { cell, interrupt: Cell::new(interrupt) };
    let busy =
        ConcurrencyLimit::from_parts(1, cell(&state, Some(&interrupt as &dyn Fn())), cell(&high_water, None)).unwrap();
    assert!(busy.try_acquire(1).is_err());
    assert_eq!((busy.in_flight(), busy.high_water()), (1, 1));
}
