use ::defmt::{Format, Formatter, write};

use crate::adjustable::{Adjustable, ChangeError};
use crate::algorithm::Bucket;
use crate::capped::{Capped, Windowed};
use crate::cell::{HasShared, StateCell};
use crate::lease::{Drawn, RateLease, Source, Spent, Terms, TermsError, Unused};
use crate::penalty::{Penalty, PenaltyError, PenaltyRule, WaitingPeriod};
use crate::suppression::SuppressionCount;
use crate::time::Ticks;

impl<B: Bucket<Ticks: HasShared>, C: StateCell<B::Ticks>> Format for Adjustable<B, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "adjustable bucket of {}", self.quota());
    }
}

impl Format for ChangeError {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Quota(error) => error.format(f),
            Self::TooManyAtOnce => write!(f, "three other changes are under way"),
        }
    }
}

impl<L: Windowed<Ticks: HasShared> + Format, C: StateCell<L::Ticks>> Format for Capped<L, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, capped at {=u64}", self.window(), self.limit().into());
    }
}

impl<T: Ticks> Format for WaitingPeriod<T> {
    fn format(&self, f: Formatter<'_>) {
        let (first, factor, cap) = (self.first().into(), self.factor().into(), self.cap().into());
        write!(f, "{=u64} ticks, times {=u64} up to {=u64}", first, factor, cap);
    }
}

impl<T: Ticks> Format for PenaltyRule<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "penalty of {}", self.period());
    }
}

impl Format for PenaltyError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<L: Format, T: HasShared, C: StateCell<T>> Format for Penalty<L, T, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, {}", self.limit(), self.rule());
    }
}

impl<L: Format, C: StateCell<u32>> Format for SuppressionCount<L, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, {=u32} suppressed", self.limit(), self.suppressed());
    }
}

impl<T: Ticks> Format for Terms<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} units for {=u64} ticks", self.units().into(), self.lifetime().into());
    }
}

impl Format for TermsError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks> Format for Spent<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "spent, {=u64} left", self.left().into());
        if self.delay() > T::ZERO {
            write!(f, ", due in {=u64} ticks", self.delay().into());
        }
    }
}

impl<T: Ticks> Format for Drawn<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "drawn {=u64}, due in {=u64} ticks", self.charge.units.into(), self.delay.into());
    }
}

impl<T: Ticks> Format for Unused<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} unused of {=u64}", self.units.into(), self.of.units.into());
    }
}

impl<S: Source + ?Sized> Format for RateLease<'_, S> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "lease of {}", self.terms());
    }
}
