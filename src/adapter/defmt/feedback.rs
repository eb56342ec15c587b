use ::defmt::{Format, Formatter, write};

use crate::cell::HasShared;
use crate::client::{
    Blocked, By, Feedback, Holds, HoldsError, Learned, Mirror, NoWait, Reading, Response, Sent, ServerTime, Trust,
};
use crate::time::Ticks;

impl<T: HasShared, const N: usize> Format for Feedback<T, N> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} levels, held for {=u64} ticks", N, self.held_for().into());
        for level in self.levels() {
            write!(f, "; {}", level);
        }
    }
}

impl<T: HasShared> Format for Mirror<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.name());
        if let Some(limit) = self.limit() {
            write!(f, ": limit {=u64}", limit.into());
        }
        if self.held_for() > T::ZERO {
            write!(f, ", held for {=u64} ticks", self.held_for().into());
        }
    }
}

impl Format for Trust {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", if *self == Self::Stricter { "only ever stricter" } else { "as the server says" });
    }
}

impl Format for By {
    fn format(&self, f: Formatter<'_>) {
        let (who, level) = match *self {
            Self::Everything => return write!(f, "a hold on everything"),
            Self::Hold(level) => ("the hold", level),
            Self::Count(level) => ("the count", level),
        };
        write!(f, "{=str} of level {=usize}", who, level);
    }
}

impl<T: Ticks> Format for Blocked<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}: {}", self.by(), self.poll());
    }
}

impl<T: Ticks> Format for Holds<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} ticks unless told, at most {=u64}", self.unless_told().into(), self.longest().into());
    }
}

impl Format for HoldsError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl<T: Ticks> Format for Sent<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "sent up to {=u64} units", self.mark().into());
    }
}

impl<T: Ticks> Format for Response<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", if self.is_refusal() { "refused" } else { "not refused" });
        if let Some(ticks) = self.wait() {
            write!(f, ", to wait {=u64} ticks", ticks.into());
        }
    }
}

impl<T: Ticks> Format for Reading<'_, T> {
    fn format(&self, f: Formatter<'_>) {
        let name = self.name.unwrap_or(b"unnamed");
        write!(f, "{=str}", core::str::from_utf8(name).unwrap_or("a name that is no text"));
        let numbers = [
            ("limit", self.limit),
            ("used", self.used),
            ("remaining", self.remaining),
            ("period", self.period),
            ("reset", self.reset),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(f, ", {=str} {=u64}", name, number.into());
            }
        }
        if self.is_refusing {
            write!(f, ", refusing");
        }
    }
}

impl<T: Ticks> Format for Learned<T> {
    fn format(&self, f: Formatter<'_>) {
        if let Some((by, ticks)) = self.held {
            write!(f, "{} for {=u64} ticks", by, ticks.into());
        } else {
            write!(f, "nothing held");
        }
        if self.is_another_limit {
            write!(f, ", another limit");
        }
        if let Some(ticks) = self.too_long {
            write!(f, ", told {=u64}", ticks.into());
        }
        if self.unmatched > 0 {
            write!(f, ", {=usize} unmatched", self.unmatched);
        }
        if self.other_limits > 0 {
            write!(f, ", {=usize} of another limit than ours", self.other_limits);
        }
        if self.is_late {
            write!(f, ", late");
        }
        if let Some(why) = self.no_wait {
            write!(f, ", {}", why);
        }
    }
}

impl Format for ServerTime {
    fn format(&self, f: Formatter<'_>) {
        if let Some(now) = self.seconds() {
            write!(f, "{=u64} s since the epoch", now);
        } else {
            write!(f, "unknown");
        }
    }
}

impl Format for NoWait {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message());
    }
}
