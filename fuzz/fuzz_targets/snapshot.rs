//! Random programs with a reset in the middle, on every limit of both widths, and random bytes restored.
#![no_main]
#![allow(dead_code, unused_imports, unused_macros, unexpected_cfgs)] // the drivers are shared with tests

#[path = "../../tests/snapshot/subject.rs"]
#[macro_use]
mod subject;
#[path = "../../tests/snapshot/bytes.rs"]
mod bytes;
#[path = "../../tests/snapshot/fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::run(bytes));
