//! Random programs: operations, costs, and what the clock did before each.

use proptest::prelude::*;

use crate::model::Numbers;

#[derive(Clone, Copy, Debug)]
pub struct Step {
    pub operation: u8,
    clock: Clock,
    /// Parts of 1000 of the limit, or of what the clock did.
    units: i128,
    part: i128,
}

#[derive(Clone, Copy, Debug)]
enum Clock {
    Stalls,
    OneTick,
    /// Up to two sub-windows.
    GoesOn,
    /// Up to three periods.
    Rests,
    /// Up to half of the word's range.
    Idles,
    /// Until the numbers of sub-windows recur, if that is within half of the word's range.
    Recurs,
    /// Up to two sub-windows back.
    IsLate,
    /// Up to half of the word's range back.
    StepsBack,
}

impl Step {
    /// What the clock does before this step.
    pub fn ticks(&self, numbers: &Numbers) -> i128 {
        let (part, half) = (|whole: i128| whole * self.part / 1_000, 1_i128 << (numbers.bits - 1));
        match self.clock {
            Clock::Stalls => 0,
            Clock::OneTick => 1,
            Clock::GoesOn => part(2 * numbers.width()),
            Clock::Rests => part(3 * numbers.period),
            Clock::Idles => part(half),
            Clock::Recurs => {
                let units = 128 - numbers.limit.leading_zeros();
                let numbers_in_all = 1_i128 << (numbers.bits - units - 1);
                let recurrence = numbers_in_all * numbers.width();
                if recurrence < half { recurrence } else { 0 }
            }
            Clock::IsLate => -part(2 * numbers.width()),
            Clock::StepsBack => -part(half),
        }
    }

    /// Mostly a small part of the limit, at times beyond it.
    pub fn units(&self, numbers: &Numbers) -> i128 {
        (self.units * numbers.limit).div_euclid(1_000)
    }
}

pub fn any_program() -> impl Strategy<Value = Vec<Step>> {
    let clock = prop_oneof![
        4 => Just(Clock::Stalls),
        3 => Just(Clock::OneTick),
        12 => Just(Clock::GoesOn),
        3 => Just(Clock::Rests),
        1 => Just(Clock::Idles),
        1 => Just(Clock::Recurs),
        3 => Just(Clock::IsLate),
        1 => Just(Clock::StepsBack),
    ];
    let units = prop_oneof![1 => Just(0_i128), 8 => 1..300_i128, 2 => 300..=1_000_i128, 1 => 1_000..=1_100_i128];
    let step = (any::<u8>(), clock, units, 0..=1_000_i128);
    let step = step.prop_map(|(operation, clock, units, part)| Step { operation, clock, units, part });
    prop::collection::vec(step, 1..120)
}

/// Any reading; those around 0, the wrap and the word of a cell never used more often.
pub fn any_start(bits: u32) -> impl Strategy<Value = i128> {
    let range = 1_i128 << bits;
    let fresh: i128 = if bits == 32 { 0x9e37_79b9 } else { 0x9e37_79b9_7f4a_7c15 };
    prop_oneof![2 => 0..range, 1 => 0..100_i128, 1 => range - 100..range, 1 => fresh - 2..fresh + 3]
}
