//! Values of `Retry-After`, beside string arithmetic and the calendar of others.
#![no_main]
#![allow(dead_code)] // the oracles are shared with tests

#[path = "../../tests/http/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/http/fuzzed/retry_after.rs"]
mod retry_after;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| retry_after::run(bytes));
