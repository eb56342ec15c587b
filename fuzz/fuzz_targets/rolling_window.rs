//! A random program of operations and clock readings, on both widths, against the list of all admissions.
#![no_main]
#![allow(dead_code)] // the drivers are shared with tests

#[path = "../../tests/rolling_window/fuzzed.rs"]
mod fuzzed;
#[path = "../../tests/rolling_window/oracle.rs"]
mod oracle;
#[path = "../../tests/rolling_window/programs.rs"]
mod programs;
#[path = "../../tests/rolling_window/spans.rs"]
mod spans;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::run(bytes));
