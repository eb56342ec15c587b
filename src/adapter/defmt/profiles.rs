use ::defmt::{Format, Formatter, write};

use crate::cell::{HasShared, StateCell};
use crate::keyed::{LimitSlot, Slots};
use crate::profiles::{BackoffPolicy, Full, Headers, Refusal, clover, conecto, haravan};
use crate::time::Ticks;

impl Format for Headers {
    fn format(&self, f: Formatter<'_>) {
        for header in self.clone() {
            write!(f, "{}; ", header);
        }
    }
}

impl<R: Format> Format for Refusal<R> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Limited(limited) => limited.format(f),
            Self::Full(full) => full.format(f),
        }
    }
}

impl Format for Full {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "no slot in the table of {=str}", self.table());
    }
}

impl Format for BackoffPolicy {
    fn format(&self, f: Formatter<'_>) {
        let (first, factor, longest) = (self.first.as_millis(), self.factor, self.longest.as_millis());
        write!(f, "{=u128} ms, times {=u32} up to {=u128} ms", first, factor, longest);
    }
}

impl Format for clover::Level {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.name());
    }
}

impl<T: Ticks> Format for clover::Limited<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{} of {=u32}: try again in {=u64} ticks", self.by(), self.limit(), self.wait().into());
    }
}

impl Format for clover::Caps {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} in a period, {=u32} at once", self.rate, self.at_once);
    }
}

impl Format for clover::Policy {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "app {}, token {}", self.app, self.token);
    }
}

impl Format for clover::PolicyError {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Rate(error) => error.format(f),
            Self::AtOnce(error) => error.format(f),
            Self::Wait(error) => error.format(f),
        }
    }
}

impl Format for clover::NotReleased {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::NotHeld => write!(f, "no place is held"),
            Self::Crowded => write!(f, "too many contexts"),
        }
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Format for clover::App<T, N, C, B> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "app with {=u32} in progress", self.in_progress());
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Format for clover::Token<T, N, C, B> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "token with {=u32} in progress", self.in_progress());
    }
}

impl<T, const N: usize, const M: usize, C, B> Format for clover::Admission<'_, T, N, M, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted by app and token");
    }
}

impl<T, P, Q, H, const N: usize, const M: usize, C, B> Format for clover::Apps<T, P, Q, H, N, M, C, B>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, clover::App<T, N, C, B>, C>]>,
    Q: AsRef<[LimitSlot<T, clover::Token<T, M, C, B>, C>]>,
{
    fn format(&self, f: Formatter<'_>) {
        let (apps, tokens) = self.capacity();
        write!(f, "{=u64} apps, {=u64} tokens", apps as u64, tokens as u64);
    }
}

impl Format for conecto::Rule<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str} {=str}: {=u32}", self.method().unwrap_or("*"), self.template(), self.limit());
    }
}

impl Format for conecto::RuleError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl Format for conecto::Policy<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{}, others: {=u32}", self.rules(), self.others());
    }
}

impl Format for conecto::PolicyError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}", self.message().as_str());
    }
}

impl Format for conecto::Choice<'_> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} for {}", self.limit(), self.resource());
    }
}

impl Format for conecto::Resource<'_> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Path { method, path } => write!(f, "{=str} /{=str}", method, path),
            Self::Group { method, template } => write!(f, "{=str} {=str}", method.unwrap_or("*"), template),
        }
    }
}

impl<T: HasShared, const N: usize, C> Format for conecto::Budget<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "budget of at most {=u64}", N as u64);
    }
}

impl Format for conecto::Admitted {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted, {=u32} of {=u32} remain", self.remaining(), self.limit());
    }
}

impl<T: Ticks> Format for conecto::Limited<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "limit of {=u32}: try again in {=u64} ticks", self.limit(), self.wait().into());
    }
}

impl Format for conecto::Body {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "body of a 429 for {=u32}", self.limit());
    }
}

impl Format for conecto::BodyTooLong {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} bytes needed", self.needed() as u64);
    }
}

impl Format for conecto::ClientError {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Absent => write!(f, "no client"),
            Self::Unreadable => write!(f, "unreadable client"),
            Self::Repeated => write!(f, "client twice"),
            Self::Unresolved => write!(f, "unknown token"),
        }
    }
}

impl<T, P, Q, H, const N: usize, const M: usize, C> Format for conecto::Clients<'_, T, P, Q, H, N, M, C>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, conecto::Budget<T, N, C>, C>]>,
    Q: AsRef<[LimitSlot<T, conecto::Budget<T, M, C>, C>]>,
{
    fn format(&self, f: Formatter<'_>) {
        let (large, small) = self.capacity();
        write!(f, "{=u64} large budgets, {=u64} small ones", large as u64, small as u64);
    }
}

impl Format for haravan::Policy {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} calls, {=u32} leak", self.size, self.leaks);
    }
}

impl<T: HasShared, C: StateCell<T>> Format for haravan::Shop<T, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "shop of {}", self.bucket().rule().quota());
    }
}

impl Format for haravan::Admitted {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "admitted, {=u64}/{=u64}", self.used(), self.size());
    }
}

impl<T: Ticks> Format for haravan::Limited<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u64} calls: try again in {=u64} ticks", self.size(), self.wait().into());
    }
}

impl<T: Ticks, S: Slots<Word = T>, H> Format for haravan::Shops<T, S, H> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "shops: {}", self.table());
    }
}
