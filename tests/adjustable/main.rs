//! Buckets whose quota changes while they are in use.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[path = "../oracle/mod.rs"]
mod oracle;
#[allow(dead_code)] // the driver also serves tests that look at a limiter
#[path = "../programs/mod.rs"]
mod programs;

/// The oracle's integer.
type Wide = i128;

mod interrupted;
mod machine;
mod ranges;
mod statements;
mod threads;
