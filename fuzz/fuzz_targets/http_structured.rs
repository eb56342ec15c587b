//! Structured fields and what is made of them, beside a parser that builds trees.
#![no_main]
#![allow(dead_code)] // the oracles are shared with tests

#[path = "../../tests/http/oracle/mod.rs"]
mod oracle;
#[path = "../../tests/http/fuzzed/structured.rs"]
mod structured;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| structured::run(bytes));
