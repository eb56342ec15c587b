//! The three APIs as servers enforce them: every number and every rule of their documents, and oracles under random programs.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

mod client_side;
mod clover;
mod clover_by_key;
mod clover_programs;
mod clover_threads;
mod conecto;
mod conecto_programs;
mod conecto_rules;
mod fuzzed;
mod haravan;
mod haravan_programs;
mod memory;

use tollgate::keyed::SipHash;
use tollgate::profiles::Answer;
use tollgate::time::{TickLength, Ticks};

const MILLIS: TickLength = TickLength::MILLISECOND;
const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);

/// The headers as they are written.
fn head<T: Ticks>(answer: &impl Answer<T>) -> Vec<String> {
    answer.headers(MILLIS).map(|header| header.to_string()).collect()
}

/// A clock that does not wrap, as one of a width sees it.
fn reading<T: Ticks>(at: i128) -> T {
    T::truncate(at.rem_euclid(1 << 64) as u64)
}

/// Where clocks start: anywhere, at 0, and just before they wrap.
const STARTS: [i128; 4] = [0, 123_456_789, (1 << 32) - 2_000, (1 << 64) - 2_000];
