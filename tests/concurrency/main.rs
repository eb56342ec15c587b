//! Work in progress: the guarantees of `ConcurrencyLimit` and `LeasedConcurrency`.
#![cfg(not(loom))]

mod faults;
pub mod fuzzed;
mod leased;
mod leases;
mod limit;
mod permits;
mod threads;
