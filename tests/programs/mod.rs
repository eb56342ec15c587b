//! Random programs of operations and clock readings, run on a limiter and on the oracle side by side.
//!
//! Property tests and the fuzz target share this driver; what the fuzzer finds is replayed by a plain test.

pub mod machine;

use arbitrary::{Arbitrary, Result, Unstructured};
pub use machine::Machine;
use tollgate::algorithm::{LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{Init, StateCell};
use tollgate::time::Ticks;

/// A quota, a clock and what is done to a limiter.
#[derive(Clone, Debug)]
pub struct Program {
    pub kind: Kind,
    pub quota: Shape,
    /// What the clock reads before the first step.
    pub start: Number,
    pub steps: Vec<Step>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Kind {
    TokenBucket,
    LeakyBucket,
    LeakyQueue,
}

/// A number of any magnitude.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Number {
    pub digits: u64,
    pub shift: u8,
}

/// Numbers that make a quota, mostly one that is accepted.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Shape {
    pub limit: Number,
    pub period: Number,
    /// Limit and period are made multiples of it.
    pub factor: u8,
    pub burst: Size,
    pub debt: Size,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Size {
    Units(u8),
    Any(Number),
    /// So many 65535ths of what the word can hold.
    Share(u16),
}

/// Units.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Amount {
    Units(u8),
    /// The burst, or a little more or less.
    Burst(i8),
    /// So many 256ths of the burst.
    Share(u8),
    Any(Number),
    /// All that a word can say.
    Most,
}

/// Ticks.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Span {
    Ticks(u8),
    Any(Number),
    /// The wait told last, or a little more or less.
    Wait(i8),
    /// So many 16ths of a full drain.
    Drain(u8),
    /// The horizon, or a little more or less.
    Horizon(i8),
    /// Laps of the clock, and a little more or less.
    Laps(u8, i8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Move {
    Stall,
    Forward(Span),
    Back(Span),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Step {
    pub clock: Move,
    pub op: Op,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Op {
    Acquire(Amount),
    Leaving(Amount, Amount),
    UpTo(Amount),
    Peek(Amount),
    Reserve(Amount, Span),
    /// Takes back one of the reservations that still stand.
    Cancel(u8),
    Refund(Amount),
    Force(Amount),
    SetLevel(Amount),
    Refresh,
    Reset,
    Rescale(Shape),
}

impl Arbitrary<'_> for Program {
    fn arbitrary(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let (kind, quota, start) = bytes.arbitrary()?;
        let mut steps = Vec::new();
        while !bytes.is_empty() {
            steps.push(bytes.arbitrary()?);
        }
        Ok(Self { kind, quota, start, steps })
    }
}

impl Program {
    /// The program that some bytes spell.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self::arbitrary(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros")
    }

    /// Runs on a limiter of width `T` in a cell `C`, and panics where it differs from the oracle.
    pub fn run<T: Ticks, C: StateCell<T> + Init<T>>(&self) {
        match self.kind {
            Kind::TokenBucket => Machine::run(self, TokenBucket::<T>::try_new, C::FRESH),
            Kind::LeakyBucket => Machine::run(self, LeakyBucket::<T>::try_new, C::FRESH),
            Kind::LeakyQueue => Machine::run(self, LeakyQueue::<T>::try_new, C::FRESH),
        }
    }
}
