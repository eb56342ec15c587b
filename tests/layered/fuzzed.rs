//! Bytes read as a program, for the fuzzer and for the test that replays what it has kept.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::naive::Kind;
use crate::programs::{LONGEST, MOST, Program, Step, agree};

/// Runs the program that some bytes spell on both widths.
pub fn run(bytes: &[u8]) {
    let program = program(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros");
    agree::<u32>(&program);
    agree::<u64>(&program);
}

fn program(bytes: &mut Unstructured<'_>) -> Result<Program> {
    let kinds = (0..bytes.int_in_range(0..=8_u8)?).map(|_| kind(bytes)).collect::<Result<_>>()?;
    let before_wrap = u8::arbitrary(bytes)?.into();
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        steps.push(step(bytes)?);
    }
    Ok(Program { kinds, before_wrap, steps })
}

fn kind(bytes: &mut Unstructured<'_>) -> Result<Kind> {
    let kind = bytes.int_in_range(0..=6_u8)?;
    let (limit, period) = (bytes.int_in_range(1..=MOST)?, bytes.int_in_range(1..=LONGEST)?);
    Ok(match kind {
        0 => Kind::Bucket { limit, period, burst: bytes.int_in_range(1..=MOST)? },
        1 => Kind::Queue { limit, period, burst: bytes.int_in_range(1..=MOST)? },
        2 => Kind::Rolling { limit, period },
        3 => Kind::Bucketed { limit, period },
        4 => Kind::Fixed { limit, period },
        5 => Kind::FirstRequest { limit, period },
        _ => Kind::Busy { limit },
    })
}

fn step(bytes: &mut Unstructured<'_>) -> Result<Step> {
    let cost = |bytes: &mut Unstructured<'_>| bytes.int_in_range(0..=5);
    Ok(match bytes.int_in_range(0..=9_u8)? {
        0 | 1 => Step::On(bytes.int_in_range(0..=2 * LONGEST)?),
        2 | 3 => Step::Done,
        4 => Step::Withdrawn { cost: cost(bytes)? },
        5 => Step::Request { cost: cost(bytes)?, leave: bytes.int_in_range(0..=60)? },
        _ => Step::Request { cost: cost(bytes)?, leave: 0 },
    })
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("layered", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
