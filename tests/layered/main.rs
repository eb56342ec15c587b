//! Limits taken together: against naive limits that are asked one by one, under lost races and real threads.
#![cfg(not(loom))]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clocks are cut to their width
#![allow(clippy::unwrap_used, missing_docs)]

mod by_key;
mod fuzzed;
mod naive;
mod programs;
mod races;
mod statements;
mod threads;
mod withdrawn;

use programs::{agree, program};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_that_of_the_levels_asked_one_by_one_on_32_bits(program in program()) {
        agree::<u32>(&program);
    }

    #[test]
    fn every_answer_is_that_of_the_levels_asked_one_by_one_on_64_bits(program in program()) {
        agree::<u64>(&program);
    }
}
