//! The exact rolling window: against the list of all admissions, under clock faults, killed contexts and real threads.
#![cfg(not(loom))]
#![allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // clocks that step back
#![allow(clippy::unwrap_used, missing_docs)]

mod fuzzed;
mod interrupted;
mod oracle;
mod programs;
mod spans;
mod statements;
mod threads;

use programs::{Program, agree, faultless, faulty};
use proptest::prelude::*;
use tollgate::cell::{Atomic32, Atomic64, Unsync};

/// Runs one program in every cell of both widths that the word of its clock allows.
fn in_every_cell(program: &Program, bits: u32) -> Result<(), TestCaseError> {
    let admissions = if bits == 32 {
        agree::<u32, _>(program, Atomic32::fresh)?;
        #[cfg(feature = "critical-section")]
        agree::<u32, _>(program, tollgate::cell::CriticalSection::fresh)?;
        agree::<u32, _>(program, Unsync::fresh)?
    } else {
        agree::<u64, _>(program, Atomic64::fresh)?;
        #[cfg(feature = "critical-section")]
        agree::<u64, _>(program, tollgate::cell::CriticalSection::fresh)?;
        agree::<u64, _>(program, Unsync::fresh)?
    };
    spans::assert_no_span_holds_more(program.limit as usize, program.period.into(), admissions);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn every_decision_is_the_oracles_on_32_bits_wraps_included(program in faultless(32)) {
        in_every_cell(&program, 32)?;
    }

    #[test]
    fn every_decision_is_the_oracles_on_64_bits_wraps_included(program in faultless(64)) {
        in_every_cell(&program, 64)?;
    }

    #[test]
    fn every_decision_is_the_oracles_on_32_bits_when_the_clock_steps_back(program in faulty(32)) {
        in_every_cell(&program, 32)?;
    }

    #[test]
    fn every_decision_is_the_oracles_on_64_bits_when_the_clock_steps_back(program in faulty(64)) {
        in_every_cell(&program, 64)?;
    }
}
