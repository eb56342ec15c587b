//! Bytes read as a program, for the fuzzer and for the test that replays what it has kept.

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::cell::Unsync;

use crate::programs::{Move, Op, Program, SLOTS, agree};
use crate::spans::assert_no_span_holds_more;

/// Runs the program that some bytes spell on both widths.
pub fn run(bytes: &[u8]) {
    let read = |bits| program(&mut Unstructured::new(bytes), bits).expect("missing bytes are read as zeros");
    let [narrow, wide] = [read(32), read(64)];
    let kept = agree::<u32, _>(&narrow, Unsync::fresh).unwrap_or_else(|error| panic!("{error}"));
    assert_no_span_holds_more(narrow.limit as usize, narrow.period.into(), kept);
    let kept = agree::<u64, _>(&wide, Unsync::fresh).unwrap_or_else(|error| panic!("{error}"));
    assert_no_span_holds_more(wide.limit as usize, wide.period.into(), kept);
}

fn program(bytes: &mut Unstructured<'_>, bits: u32) -> Result<Program> {
    let word = u64::MAX >> (64 - bits);
    let steps_back = bool::arbitrary(bytes)?;
    let limit = bytes.int_in_range(1..=SLOTS as u64)?;
    // A step back needs more of the word: see the clock of the programs.
    let longest = 1_u64 << (bits - if steps_back { 7 } else { 4 });
    let period = match bytes.int_in_range(0..=3_u8)? {
        0 => longest,
        1 => 1 + u64::arbitrary(bytes)? % longest,
        _ => 1 + u64::from(u8::arbitrary(bytes)?),
    };
    let from_end = bool::arbitrary(bytes)?;
    let start = if from_end { word - u64::from(u16::arbitrary(bytes)?) } else { u64::arbitrary(bytes)? & word };
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        steps.push((step(bytes, steps_back)?, op(bytes)?));
    }
    Ok(Program { limit, period, start, steps })
}

fn step(bytes: &mut Unstructured<'_>, steps_back: bool) -> Result<Move> {
    let by = |bytes: &mut Unstructured<'_>| Ok((bytes.int_in_range(0..=30)?, bytes.int_in_range(0..=4)?));
    Ok(match bytes.int_in_range(0..=7_u8)? {
        0 | 1 => Move::On { eighths: 0, ticks: 0 },
        2 => Move::ToRetry { early: bool::arbitrary(bytes)? },
        3 => Move::Silence,
        4 | 5 if steps_back => by(bytes).map(|(eighths, ticks)| Move::Back { eighths, ticks })?,
        _ => by(bytes).map(|(eighths, ticks)| Move::On { eighths, ticks })?,
    })
}

fn op(bytes: &mut Unstructured<'_>) -> Result<Op> {
    let units = |bytes: &mut Unstructured<'_>| bytes.int_in_range(0..=SLOTS as u64 + 3);
    Ok(match bytes.int_in_range(0..=9_u8)? {
        0 => Op::Acquire(u32::arbitrary(bytes)?.into()),
        1 => Op::Leaving(units(bytes)?, units(bytes)?),
        2 => Op::UpTo(units(bytes)?),
        3 => Op::Peek(units(bytes)?),
        4 => Op::LostRace(units(bytes)?, units(bytes)?),
        5 => Op::Refund(units(bytes)?),
        6 => Op::Refresh,
        7 => Op::Reset,
        _ => Op::Acquire(units(bytes)?),
    })
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("rolling_window", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
