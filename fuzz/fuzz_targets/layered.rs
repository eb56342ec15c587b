//! A random set of limits and random requests to them together, on both widths, against naive limits asked one by one.
#![no_main]
#![allow(dead_code)] // the drivers are shared with tests

#[path = "../../tests/layered/fuzzed.rs"]
mod fuzzed;
#[path = "../../tests/layered/naive.rs"]
mod naive;
#[path = "../../tests/layered/programs.rs"]
mod programs;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::run(bytes));
