//! A table of keys beside a map of naive limits: what the fuzzer has kept.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "keyed/fuzzed.rs"]
mod fuzzed;
