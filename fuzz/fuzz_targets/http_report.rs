//! Heads of responses, forwards and backwards.
#![no_main]
#![allow(dead_code)] // the oracles are shared with tests

#[path = "../../tests/http/fuzzed/report.rs"]
mod report;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| report::run(bytes));
