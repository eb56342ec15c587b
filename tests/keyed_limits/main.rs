//! What a table of windows and permits promises, each promise a test.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

mod as_new;
mod kinds;
mod permits;
mod slots;
mod streams;
mod threads;
