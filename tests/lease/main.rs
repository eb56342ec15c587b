//! What a lease promises, each promise a test.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation)]

mod bound;
mod faults;
mod statements;
mod threads;
