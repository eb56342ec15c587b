//! Log mode with a table: what one limiter for each key would have decided.

use crate::failure::Failure;
use crate::keyed::Slots;
use crate::limiter::{Answer, Gates, Limits, Op, Outcome, Settings};

/// The same requests put to one limiter for each key, and how often a table answered otherwise.
pub struct Comparison {
    alone: Gates,
    /// Of the table.
    pub slots: Slots,
    pub denied_instead: u64,
    pub admitted_instead: u64,
    /// The same decision with another wait, another delay or another number of units left.
    pub told_otherwise: u64,
}

impl Comparison {
    pub fn new(settings: &Settings, slots: Slots) -> Result<Self, Failure> {
        let alone = Gates::new(settings, None)?;
        Ok(Self { alone, slots, denied_instead: 0, admitted_instead: 0, told_otherwise: 0 })
    }

    pub fn decided_otherwise(&self) -> u64 {
        self.denied_instead + self.admitted_instead
    }

    /// Takes in what the table answered to a request.
    pub fn take(&mut self, answer: &Answer, key: &[u8], now: u64, cost: u64) {
        let alone = self.alone.put(Op::Acquire, key, now, cost);
        let admitted = |answer: &Answer| matches!(answer.outcome, Outcome::Admit { .. });
        match (admitted(answer), admitted(&alone)) {
            (false, true) => self.denied_instead += 1,
            (true, false) => self.admitted_instead += 1,
            _ => self.told_otherwise += u64::from(*answer != alone),
        }
    }
}
