//! Bytes read as programs, for the fuzzer and for the test that replays what it has kept.

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::cell::Unsync;

use super::{faults, leased, limit};

type Bytes<'a, 'b> = &'a mut Unstructured<'b>;

/// Runs the program that some bytes spell: permits, leases, or leases under clock faults, the latter two on both widths.
///
/// # Panics
///
/// Where an answer is wrong.
pub fn run(bytes: &[u8]) {
    read_and_run(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros");
}

fn read_and_run(bytes: Bytes) -> Result<()> {
    match bytes.int_in_range(0..=2_u8)? {
        0 => {
            let limit = limit_of_permits(bytes)?;
            limit::on::<Unsync<u32>>(limit, &all(bytes, permit_op)?);
        }
        1 => {
            let limit = bytes.int_in_range(1..=leased::SLOTS as u64)?;
            let (ordinary, start) = (bytes.int_in_range(1..=1_000)?, start(bytes)?);
            let [narrow, wide] = if bool::arbitrary(bytes)? { [1 << 28, 1 << 60] } else { [ordinary; 2] };
            let ops = all(bytes, lease_op)?;
            leased::on::<u32, Unsync<u32>>(limit, narrow, start & u64::from(u32::MAX), &ops);
            leased::on::<u64, Unsync<u64>>(limit, wide, start, &ops);
        }
        _ => {
            let limit = bytes.int_in_range(1..=faults::SLOTS as u64)?;
            let (lease, start) = (bytes.int_in_range(1..=1_000)?, start(bytes)?);
            let ops = all(bytes, fault_op)?;
            faults::survives::<u32>(limit, lease, start & u64::from(u32::MAX), &ops);
            faults::survives::<u64>(limit, lease, start, &ops);
        }
    }
    Ok(())
}

/// Anywhere, or just before the wrap.
fn start(bytes: Bytes) -> Result<u64> {
    if bool::arbitrary(bytes)? { u64::arbitrary(bytes) } else { Ok(u64::MAX - u64::from(u16::arbitrary(bytes)?)) }
}

/// As many as the bytes spell, to a bound that keeps a program quick.
fn all<Op>(bytes: Bytes, op: fn(Bytes) -> Result<Op>) -> Result<Vec<Op>> {
    let mut ops = Vec::new();
    while !bytes.is_empty() && ops.len() < 300 {
        ops.push(op(bytes)?);
    }
    Ok(ops)
}

fn which(bytes: Bytes) -> Result<usize> {
    Ok(u8::arbitrary(bytes)?.into())
}

fn weight(bytes: Bytes) -> Result<u32> {
    if u8::arbitrary(bytes)? < 240 { bytes.int_in_range(0..=9) } else { u32::arbitrary(bytes) }
}

/// A few, or about as many as can be counted.
fn limit_of_permits(bytes: Bytes) -> Result<u32> {
    Ok(if bool::arbitrary(bytes)? { 65_535 - u32::from(u8::arbitrary(bytes)?) } else { bytes.int_in_range(1..=12)? })
}

fn permit_op(bytes: Bytes) -> Result<limit::Op> {
    use limit::Op;
    Ok(match bytes.int_in_range(0..=11_u8)? {
        0 => Op::AcquireLeaving(weight(bytes)?, weight(bytes)?),
        1 => Op::AcquireUpTo(weight(bytes)?),
        2 => Op::AcquireRaw(weight(bytes)?),
        3 => Op::Release(weight(bytes)?),
        4 => Op::Drop(which(bytes)?),
        5 => Op::Forget(which(bytes)?),
        6 => Op::Split(which(bytes)?, weight(bytes)?),
        7 => Op::Merge(which(bytes)?, which(bytes)?),
        8 => Op::SetLimit(limit_of_permits(bytes)?),
        9 => Op::SetLimit(weight(bytes)?),
        10 => Op::ResetHighWater,
        _ => Op::Acquire(weight(bytes)?),
    })
}

fn lease_op(bytes: Bytes) -> Result<leased::Op> {
    use leased::Op;
    let units = |bytes: Bytes| bytes.int_in_range(0..=9_u64);
    Ok(match bytes.int_in_range(0..=10_u8)? {
        0 => Op::AcquireLeaving(units(bytes)?, units(bytes)?),
        1 => Op::AcquireUpTo(units(bytes)?),
        2 => Op::Drop(which(bytes)?),
        3 => Op::Renew(which(bytes)?),
        4 => Op::Vanish(which(bytes)?),
        5 => Op::ByHand(which(bytes)?),
        6..=8 => Op::Advance(bytes.int_in_range(0..=2_500)?, bytes.int_in_range(0..=2)?),
        _ => Op::Acquire(units(bytes)?),
    })
}

fn fault_op(bytes: Bytes) -> Result<faults::Op> {
    use faults::Op;
    Ok(match bytes.int_in_range(0..=10_u8)? {
        0 => Op::Drop(which(bytes)?),
        1 => Op::Renew(which(bytes)?),
        2 => Op::Vanish(which(bytes)?),
        3 => Op::Refresh,
        4 => Op::Forward(bytes.int_in_range(0..=120)?),
        5 => Op::Forward(bytes.int_in_range(0..=30_000)?),
        6 => Op::Back(bytes.int_in_range(0..=120)?),
        7 => Op::Back(bytes.int_in_range(0..=9_000)?),
        8 => Op::Jump(u32::arbitrary(bytes)?.into()),
        _ => Op::Acquire(bytes.int_in_range(0..=faults::SLOTS as u64)?),
    })
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("concurrency", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
