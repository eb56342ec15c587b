//! What the crate promises, each promise a test.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../fuzz_inputs/mod.rs"]
mod fuzz_inputs;
#[path = "../oracle/mod.rs"]
mod oracle;
#[path = "../programs/mod.rs"]
mod programs;

/// The oracle's integer.
type Wide = i128;

#[macro_use]
mod every_bucket;
mod accounting;
mod agreement;
mod bounds;
mod cells;
mod clocks;
mod drift;
mod quotas;
mod threads;
mod untouched;
mod waits;
