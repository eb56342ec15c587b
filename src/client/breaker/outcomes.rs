use super::Outcome;
use super::settings::Share;

/// How the last calls of a closed breaker ended, the latest in the lowest bit: set for a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Outcomes {
    failed: u64,
    kept: u8,
    in_a_row: u32,
}

impl Outcomes {
    pub(super) const NONE: Self = Self { failed: 0, kept: 0, in_a_row: 0 };

    pub(super) fn add(&mut self, outcome: Outcome) {
        let failed = match outcome {
            Outcome::Success => false,
            Outcome::Failure => true,
            Outcome::Neither => return,
        };
        self.in_a_row = if failed { self.in_a_row.saturating_add(1) } else { 0 };
        self.failed = (self.failed << 1) | u64::from(failed);
        self.kept = self.kept.saturating_add(1);
    }

    pub(super) fn in_a_row(&self) -> u32 {
        self.in_a_row
    }

    /// Whether all calls the share is of are known, and that share of them has failed.
    pub(super) fn reach(&self, Share { percent, of }: Share) -> bool {
        if self.kept < of {
            return false;
        }
        let counted = u64::MAX.wrapping_shr(u64::BITS.saturating_sub(of.into()));
        (self.failed & counted).count_ones().saturating_mul(100) >= u32::from(percent).saturating_mul(of.into())
    }
}
