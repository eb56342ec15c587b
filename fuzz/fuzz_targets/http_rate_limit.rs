//! Numbers of every sense and used of size, beside string arithmetic.
#![no_main]
#![allow(dead_code)] // the oracles are shared with tests

#[path = "../../tests/http/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/http/fuzzed/rate_limit.rs"]
mod rate_limit;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rate_limit::run(bytes));
