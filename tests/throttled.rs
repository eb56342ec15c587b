//! `throttled!` as a user of the crate meets it.
#![cfg(not(loom))]
#![no_implicit_prelude] // the macro leans on nothing that is in scope

use ::std::assert_eq;
use ::std::cell::{Cell, RefCell};
use ::std::option::Option::{self, None, Some};
use ::std::primitive::{bool, str, u32, u64};
use ::std::result::Result::{self, Err, Ok};
use ::std::vec::Vec;
use ::std::{format, string::String, thread_local};
use ::tollgate::{Quota, throttled};

const SECOND: u32 = 1_000;
const RARELY: Quota<u32> = Quota::per(1, 10 * SECOND);

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Stands for any logging macro.
macro_rules! log {
    ($($text:tt)*) => {
        LINES.with_borrow_mut(|lines| Vec::push(lines, format!($($text)*)))
    };
}

fn lines() -> Vec<String> {
    LINES.take()
}

#[test]
fn the_first_event_passes_and_the_next_one_tells_how_many_did_not() {
    let event = |now: u32| {
        throttled!(now, Quota::per(1, 10 * SECOND), |suppressed| log!("bus error ({suppressed} more suppressed)"));
    };
    for now in [0, 1, 2, 9_999, 10_000, 10_001, 20_000] {
        event(now);
    }
    let told = ["bus error (0 more suppressed)", "bus error (3 more suppressed)", "bus error (1 more suppressed)"];
    assert_eq!(lines(), told);
}

#[test]
fn the_first_event_passes_whatever_the_clock_reads() {
    throttled!(0, RARELY, |n| log!("{n}"));
    throttled!(u32::MAX, RARELY, |n| log!("{n}"));
    throttled!(0x9e37_79b9, RARELY, |n| log!("{n}"));
    throttled!(u64: u64::MAX, Quota::per(1, 1 << 40), |n| log!("{n}"));
    assert_eq!(lines(), ["0"; 4]);
}

#[test]
fn two_call_sites_have_two_statics() {
    for now in 0..3 {
        throttled!(now, RARELY, |n| log!("a {n}"));
        throttled!(now, RARELY, |n| log!("b {n}"));
    }
    throttled!(10_002, RARELY, |n| log!("c {n}"));
    assert_eq!(lines(), ["a 0", "b 0", "c 0"]);
}

#[test]
fn one_call_site_has_one_static_in_a_loop_and_from_call_to_call() {
    fn site(now: u32) {
        for turn in 0..3 {
            throttled!(now, RARELY, |n| log!("{turn}: {n}"));
        }
    }
    site(0);
    site(10_000);
    assert_eq!(lines(), ["0: 0", "0: 2"]);
}

#[test]
fn a_generic_function_has_one_static_for_all_types() {
    fn site<T: ::std::fmt::Debug>(now: u32, value: T) {
        throttled!(now, RARELY, |n| log!("{value:?} {n}"));
    }
    site(0, 1);
    site(1, "text");
    site(10_000, 'c');
    assert_eq!(lines(), ["1 0", "'c' 1"]);
}

#[test]
fn a_burst_lets_several_pass_in_a_row() {
    for now in 0..5 {
        throttled!(now, Quota::per(1, 1_000).burst(3), |n| log!("{now} {n}"));
    }
    throttled!(1_000, RARELY, |_| log!("end"));
    assert_eq!(lines(), ["0 0", "1 0", "2 0", "end"]);
}

#[test]
fn the_body_stands_in_place() {
    fn early(now: u32) -> &'static str {
        throttled!(now, RARELY, |_| return "returned");
        "went on"
    }
    fn question(now: u32, value: Result<u32, bool>) -> Result<u32, bool> {
        throttled!(now, RARELY, || value?);
        Ok(7)
    }
    assert_eq!((early(0), early(1)), ("returned", "went on"));

    assert_eq!((question(0, Err(true)), question(1, Err(true)), question(10_000, Ok(1))), (Err(true), Ok(7), Ok(7)));

    let (mut turns, mut passed) = (0, 0);
    for now in 0..9 {
        turns = now;
        if now > 3 {
            throttled!(now, RARELY, |_| break);
        }
        throttled!(now, RARELY, |_| continue);
        passed += 1;
    }
    assert_eq!((turns, passed), (4, 3));

    let mut count = 0;
    throttled!(0, RARELY, |_| count += 1); // and borrows as it would in place
    assert_eq!(count, 1);
}

#[test]
fn it_stands_where_a_statement_or_an_arm_does() {
    fn site(found: Option<u32>) {
        match found {
            Some(now) => throttled!(now, RARELY, |n| log!("found, {n}")),
            None => throttled!(0, RARELY, || { log!("nothing") }),
        }
    }
    for found in [Some(5), None, Some(6), None] {
        site(found);
    }
    assert_eq!(lines(), ["found, 0", "nothing"]);
}

#[test]
fn the_reading_is_evaluated_once_and_in_the_callers_scope() {
    struct Clock(Cell<u32>);
    impl Clock {
        fn read(&self) -> u32 {
            self.0.set(self.0.get() + 1);
            self.0.get()
        }
    }
    #[allow(non_snake_case)] // not even this name is met
    let TOLLGATE_CALL_SITE = Clock(Cell::new(0));
    for _ in 0..4 {
        throttled!(TOLLGATE_CALL_SITE.read(), RARELY, |n| log!("{n} at {}", TOLLGATE_CALL_SITE.0.get()));
    }
    assert_eq!(TOLLGATE_CALL_SITE.0.get(), 4);
    assert_eq!(lines(), ["0 at 1"]);
}

#[test]
fn ticks_of_64_bits_on_request() {
    const HOUR: u64 = 3_600_000_000_000;
    let start = u64::MAX - HOUR;
    for now in [start, start + 1, start + HOUR] {
        throttled!(u64: now, Quota::per(1, HOUR), |n| log!("{n}"),);
        throttled!(u32: 5, RARELY, |n| log!("32 bits {n}"));
    }
    assert_eq!(lines(), ["0", "32 bits 0", "1"]);
}

#[test]
fn it_is_not_held_across_an_await() {
    fn needs_send<F: ::std::marker::Send>(_: F) {}
    needs_send(async {
        throttled!(0, RARELY, |_| ::std::future::ready(()).await);
    });
}

#[test]
fn only_the_quota_is_taken_for_a_constant() {
    let text: &str = "kept";
    let period_of = |now: u32| {
        throttled!(now, Quota::per(2, 5 * SECOND), |n| log!("{text} {n}"));
    };
    period_of(0);
    assert_eq!(lines(), ["kept 0"]);
}
