use ::defmt::{Display2Format, Format, Formatter, write};

use crate::http::structured::{Bare, Bytes, Dictionary, List, Member, Parameters, Text, TextError};
use crate::http::{
    Budget, CallLimit, Header, HttpDate, Ignored, Listed, Number, Policy, Prefix, Reason, Report, Reported, Reset,
    RetryAfter, State, Timestamp, Trio, Value,
};

impl<V: Format> Format for Header<V> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}: {}", self.name(), self.value);
    }
}

impl Format for Value {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::Count(count) => write!(f, "{=u64}", count),
            Self::Tenths(tenths) => write!(f, "{=u64}.{=u64}", tenths / 10, tenths % 10),
            Self::UsedOf { used, size } => write!(f, "{=u64}/{=u64}", used, size),
            Self::Date(date) => date.format(f),
            Self::Budget(budget) => budget.format(f),
        }
    }
}

/// As they are written on the wire, or for a person.
macro_rules! as_displayed {
    ($($name:ty),* $(,)?) => {$(
        impl Format for $name {
            fn format(&self, f: Formatter<'_>) {
                write!(f, "{}", Display2Format(self));
            }
        }
    )*};
}

as_displayed! {
    Budget, CallLimit, HttpDate, Policy<'_>, Reason, State<'_>, Text<'_>, TextError, Bytes<'_>, Timestamp, Number<'_>, Ignored<'_>,
}

impl<M: Format> Format for Listed<'_, M> {
    fn format(&self, f: Formatter<'_>) {
        self.0.format(f);
    }
}

impl Format for Trio {
    fn format(&self, f: Formatter<'_>) {
        for header in self.headers(Prefix::RateLimit) {
            write!(f, "{} ", header);
        }
    }
}

impl Format for Prefix {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str} and its like", self.limit());
    }
}

impl Format for Reset {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::After(wait) => write!(f, "in {=u64} ms", millis(*wait)),
            Self::At(time) => write!(f, "at {}", Timestamp::from_millis(millis(*time))),
        }
    }
}

impl Format for RetryAfter {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::After(wait) => write!(f, "in {=u64} ms", millis(*wait)),
            Self::At(date) => write!(f, "at {}", date),
        }
    }
}

/// Rounded up, and no more than a word holds.
fn millis(time: core::time::Duration) -> u64 {
    crate::time::TickLength::MILLISECOND.ticks(time)
}

impl Format for Reported<'_> {
    fn format(&self, f: Formatter<'_>) {
        if let Some(name) = self.name() {
            write!(f, "{=[u8]:a}: ", name);
        }
        write!(f, "{} of {}", self.remaining(), self.limit());
        if let Some(window) = self.window() {
            write!(f, " per {=u64} ms", millis(window));
        }
        if let Some(reset) = self.reset() {
            write!(f, ", as new {}", reset);
        }
        if self.is_refusing() {
            write!(f, ", refuses");
        }
    }
}

impl Format for Report<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "retry after: {}", self.retry_after());
        for window in self.windows() {
            write!(f, "; {}", window);
        }
        for ignored in self.ignored() {
            write!(f, "; {}", ignored);
        }
    }
}

impl Format for Bare<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Number(number) => write!(f, "{}", number),
            Self::Text(text) | Self::Token(text) => write!(f, "{}", text),
            Self::Bytes(bytes) => write!(f, "{}", bytes),
            Self::Boolean(boolean) => write!(f, "?{=u8}", u8::from(*boolean)),
            Self::Date(date) => write!(f, "@{}", date),
            Self::DisplayText(text) => write!(f, "%{=[u8]:a}", text),
        }
    }
}

impl Format for Parameters<'_> {
    fn format(&self, f: Formatter<'_>) {
        for (name, value) in self.iter() {
            write!(f, ";{=[u8]:a}={}", name, value);
        }
    }
}

impl Format for Member<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self.value() {
            Some(value) => write!(f, "{}{}", value, self.parameters()),
            None => write!(f, "(){}", self.parameters()),
        }
    }
}

impl Format for List<'_> {
    fn format(&self, f: Formatter<'_>) {
        for member in self.members() {
            write!(f, "{}, ", member);
        }
    }
}

impl Format for Dictionary<'_> {
    fn format(&self, f: Formatter<'_>) {
        for (name, member) in self.entries() {
            write!(f, "{=[u8]:a}={}, ", name, member);
        }
    }
}
