//! Random programs of permits, leases and clock readings against counts of what is held.
#![no_main]
#![allow(dead_code, unused_imports, unexpected_cfgs)] // the drivers are shared with tests

#[path = "../../tests/concurrency/main.rs"]
mod concurrency;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| concurrency::fuzzed::run(bytes));
