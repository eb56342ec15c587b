//! Bytes read as programs, for the fuzzer and for the test that replays what it has kept.

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::client::{Jitter, Outcome, ServerWait};

use super::clock::Move;
use super::{backoff_programs as backoff, breaker_programs as breaker, queue_programs as queue};

type Bytes<'a, 'b> = &'a mut Unstructured<'b>;

/// Runs the program that some bytes spell, on both widths: of a breaker, a queue or a backoff.
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
            let (numbers, start) = (numbers(bytes)?, start(bytes)?);
            let ops = all(bytes, breaker_op)?;
            breaker::agrees::<u32>(numbers, start, &ops);
            breaker::agrees::<u64>(numbers, start, &ops);
        }
        1 => {
            let (step, start) = (bytes.int_in_range(0..=500)?, start(bytes)?);
            let ops = all(bytes, queue_op)?;
            queue::agrees::<u32>(step, start, &ops);
            queue::agrees::<u64>(step, start, &ops);
        }
        _ => {
            let base = time(bytes)?;
            let cap = base.saturating_add(time(bytes)?);
            let [pause, unreadable, longest] = [time(bytes)?, time(bytes)?, time(bytes)?];
            let numbers = [base, bytes.int_in_range(1..=4)?, cap, pause, unreadable, longest];
            let (attempts, jitter) = (bytes.int_in_range(1..=40)?, jitter(bytes)?);
            let (start, ops) = (start(bytes)?, all(bytes, backoff_op)?);
            backoff::agrees::<u32>(numbers, attempts, jitter, start, &ops);
            backoff::agrees::<u64>(numbers, attempts, jitter, start, &ops);
        }
    }
    Ok(())
}

/// As many as the bytes spell, to a bound that keeps a program quick.
fn all<Op>(bytes: Bytes, op: fn(Bytes) -> Result<Op>) -> Result<Vec<Op>> {
    let mut ops = Vec::new();
    while !bytes.is_empty() && ops.len() < 200 {
        ops.push(op(bytes)?);
    }
    Ok(ops)
}

/// Anywhere, or just before the wrap.
fn start(bytes: Bytes) -> Result<u64> {
    if bool::arbitrary(bytes)? { u64::arbitrary(bytes) } else { Ok(u64::MAX - u64::from(u16::arbitrary(bytes)?)) }
}

/// At least 1, mostly short, and any at all.
fn time(bytes: Bytes) -> Result<u64> {
    if u8::arbitrary(bytes)? < 230 { bytes.int_in_range(1..=900) } else { Ok(u64::arbitrary(bytes)?.max(1)) }
}

fn which(bytes: Bytes) -> Result<usize> {
    Ok(u8::arbitrary(bytes)?.into())
}

fn step(bytes: Bytes) -> Result<Move> {
    Ok(match bytes.int_in_range(0..=6_u8)? {
        0 => Move::Back(bytes.int_in_range(0..=400)?),
        1 => Move::Back(u64::arbitrary(bytes)?),
        2 => Move::Forward(u64::arbitrary(bytes)? >> 8), // not 2^64 in all
        3 => Move::Forward(bytes.int_in_range(0..=100_000)?),
        _ => Move::Forward(bytes.int_in_range(0..=400)?),
    })
}

fn jitter(bytes: Bytes) -> Result<Jitter> {
    let all = [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::Additive];
    bytes.choose(&all).copied()
}

fn numbers(bytes: Bytes) -> Result<breaker::Numbers> {
    let share =
        if bool::arbitrary(bytes)? { Some((bytes.int_in_range(1..=100)?, bytes.int_in_range(1..=64)?)) } else { None };
    let open = time(bytes)?;
    Ok(breaker::Numbers {
        failures: bytes.int_in_range(1..=9)?,
        share,
        open,
        factor: bytes.int_in_range(1..=3)?,
        cap: open.saturating_add(time(bytes)?),
        at_once: bytes.int_in_range(1..=3)?,
        to_close: bytes.int_in_range(1..=3)?,
        probe_time: time(bytes)?,
    })
}

fn breaker_op(bytes: Bytes) -> Result<breaker::Op> {
    use breaker::Op;
    Ok(match bytes.int_in_range(0..=12_u8)? {
        0 => Op::Forget(which(bytes)?),
        1 => Op::ForceOpen,
        2 => Op::ForceClosed,
        3 => Op::Release,
        4 => Op::Heed,
        5 | 6 => Op::Go(step(bytes)?),
        7 => Op::End(which(bytes)?, Outcome::Neither),
        8 => Op::End(which(bytes)?, Outcome::Success),
        9 | 10 => Op::End(which(bytes)?, Outcome::Failure),
        _ => Op::Begin,
    })
}

fn queue_op(bytes: Bytes) -> Result<queue::Op> {
    use queue::{ENDPOINTS, Op, Says};
    let says = |bytes: Bytes| {
        Ok(match bytes.int_in_range(0..=2_u8)? {
            0 => Says::Ready,
            1 => Says::Refused,
            _ => Says::Wait(bytes.int_in_range(1..=900)?),
        })
    };
    Ok(match bytes.int_in_range(0..=11_u8)? {
        0 => Op::Begin(which(bytes)?),
        1 => Op::PutBack(which(bytes)?),
        2 => Op::PutBackAll,
        3 => Op::Take(which(bytes)?),
        4 => Op::Cancel(which(bytes)?),
        5 | 6 => Op::Go(step(bytes)?),
        7 => Op::Heed([time(bytes)? >> 40, bytes.int_in_range(0..=2_000)?, bytes.int_in_range(0..=2_000)?]),
        8 | 9 => Op::Poll([says(bytes)?, says(bytes)?, says(bytes)?], bool::arbitrary(bytes)?),
        _ => Op::Push {
            endpoint: bytes.int_in_range(0..=ENDPOINTS - 1)?,
            priority: u8::arbitrary(bytes)?,
            within: if bool::arbitrary(bytes)? { Some(time(bytes)?) } else { None },
        },
    })
}

fn backoff_op(bytes: Bytes) -> Result<backoff::Op> {
    use backoff::Op;
    Ok(match bytes.int_in_range(0..=7_u8)? {
        0 => Op::Succeed,
        1 | 2 => Op::Go(step(bytes)?),
        3 => Op::Heed,
        4 => Op::Fail(ServerWait::Unreadable, bool::arbitrary(bytes)?),
        5 => Op::Fail(ServerWait::After(bytes.int_in_range(0..=9_000)?), bool::arbitrary(bytes)?),
        _ => Op::Fail(ServerWait::Unsaid, bool::arbitrary(bytes)?),
    })
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("client", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
