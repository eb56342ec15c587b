//! Snapshots: what comes back is what was there, on any clock, and bytes that are no snapshot change nothing.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

#[macro_use]
pub mod subject;
pub mod bytes;
pub mod fuzzed;
pub mod restored;
pub mod threads;
