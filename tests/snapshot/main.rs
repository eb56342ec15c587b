//! Snapshots: what comes back is what was there, on any clock, and bytes that are no snapshot change nothing.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

#[macro_use]
mod subject;
mod bytes;
mod fuzzed;
mod restored;
mod threads;
