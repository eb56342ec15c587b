//! What a penalty promises, each promise a test.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]

mod clocks;
mod levels;
mod oracle;
mod programs;
mod statements;
mod threads;
