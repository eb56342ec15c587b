//! Requests as the profile of Conecto reads them: whose they are, and which budget they have.
#![no_main]

#[path = "../../tests/profiles/fuzzed.rs"]
mod fuzzed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzzed::run(bytes));
