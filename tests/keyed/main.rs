//! What a table of keys promises, each promise a test.
//!
//! With `--features critical-section` the cell of that name takes part as well.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

#[allow(dead_code)] // laid out for programs
#[path = "../oracle/mod.rs"]
mod oracle;

/// The oracle's integer.
type Wide = i128;

/// Memory for a table.
fn sets<T: tollgate::keyed::Line<Cell: tollgate::cell::StateCell<T>>>(sets: usize) -> Vec<tollgate::keyed::Set<T>> {
    (0..sets).map(|_| tollgate::keyed::Set::fresh()).collect()
}

mod agreement;
mod answers;
mod changing_hands;
mod clocks;
mod flood;
mod fuzzed;
mod hashing;
mod memory;
mod one_key;
mod streams;
mod threads;
