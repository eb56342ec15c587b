//! A random program of operations and clock readings, on both widths, against the oracle.
#![no_main]
#![allow(dead_code)] // the driver also serves tests that look closer

#[path = "../../tests/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/programs/mod.rs"]
mod programs;

use libfuzzer_sys::fuzz_target;
use programs::Program;
use tollgate::cell::Unsync;

/// The oracle's integer.
type Wide = i128;

fuzz_target!(|bytes: &[u8]| {
    let program = Program::from_bytes(bytes);
    program.run::<u32, Unsync<u32>>();
    program.run::<u64, Unsync<u64>>();
});
