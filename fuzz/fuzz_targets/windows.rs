//! A random program of clock readings and operations, on both widths, against the counting windows' oracles and the
//! bucketed window's model.
#![no_main]
#![allow(dead_code, unused_imports, unexpected_cfgs)] // the driver is shared with tests

#[path = "../../tests/counting_windows.rs"]
mod counting_windows;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| counting_windows::fuzzed::run(bytes));
