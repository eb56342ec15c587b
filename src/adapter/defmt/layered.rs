use ::defmt::{Format, Formatter, write};

use crate::layered::{Admission, Admitted, Class, Costing, Layered, Level, Refused, Request, ShareError, Tightest};
use crate::time::Ticks;

impl<T: Ticks, R> Format for Admitted<T, R> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted, due in {=u64} ticks", self.delay.into());
    }
}

impl<T: Ticks> Format for Request<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} at {=u64}", self.cost().into(), self.now().into());
    }
}

impl<T: Ticks> Format for Tightest<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "level {=usize}, remaining {=u64}", self.level, self.remaining.into());
    }
}

impl<T: Ticks> Format for Refused<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "level {=usize}: {}", self.level(), self.denied());
    }
}

impl Format for Class {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.name());
    }
}

impl Format for ShareError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks, L: Level<T>> Format for Admission<T, L> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted {=u64}, {}", self.cost().into(), self.tightest());
    }
}

impl<L: Format> Format for Layered<L> {
    fn format(&self, f: Formatter<'_>) {
        self.levels().format(f);
    }
}

impl<T: Ticks, L: Format> Format for Costing<T, L> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} at {=u64} each", self.limit, self.cost.into());
    }
}
