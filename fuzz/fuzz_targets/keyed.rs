//! Random programs on a small table of keys, on both widths, against a map of naive limits of one key each.
#![no_main]
#![allow(dead_code)] // the driver is shared with a test

#[path = "../../tests/keyed/fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::run(bytes));
