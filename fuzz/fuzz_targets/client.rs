//! Random programs of a circuit breaker, a request queue and a backoff against one of each as one would write it down.
#![no_main]
#![allow(dead_code, unused_imports, unexpected_cfgs)] // the drivers are shared with tests

#[path = "../../tests/client/main.rs"]
mod client;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| client::fuzzed::run(bytes));
