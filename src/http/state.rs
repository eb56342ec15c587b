use core::fmt;

use super::Reason;
use super::policy::{MOST, bytes, count};
use super::structured::{Bare, Bytes, List, Member, Text};
use crate::time::{TickLength, Ticks};

/// What is left of a named policy: a member of `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-10, `"default";r=50;t=30`.
///
/// A list of them is written with [`Listed`](super::Listed).
///
/// ```
/// use tollgate::http::structured::Text;
/// use tollgate::http::{Header, State};
/// use tollgate::time::TickLength;
///
/// let state = State::new(Text::new("default"), 50).after(29_001_u32, TickLength::MILLISECOND);
/// assert_eq!(Header::new("RateLimit", state).to_string(), r#"RateLimit: "default";r=50;t=30"#);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<'a> {
    name: Text<'a>,
    remaining: u64,
    reset: Option<u64>,
    partition: Option<Bytes<'a>>,
}

impl<'a> State<'a> {
    /// So many units are left of the policy with this name.
    #[must_use]
    pub const fn new(name: Text<'a>, remaining: u64) -> Self {
        Self { name, remaining, reset: None, partition: None }
    }

    /// There will be more in so many seconds.
    #[must_use]
    pub const fn after_seconds(self, reset: u64) -> Self {
        Self { reset: Some(reset), ..self }
    }

    /// There will be more in so many ticks, rounded up to seconds.
    #[must_use]
    pub fn after<T: Ticks>(self, ticks: T, length: TickLength) -> Self {
        self.after_seconds(length.seconds(ticks))
    }

    /// For one of those who have a quota each.
    #[must_use]
    pub const fn of_partition(self, key: Bytes<'a>) -> Self {
        Self { partition: Some(key), ..self }
    }

    /// The name of the policy.
    #[must_use]
    pub const fn name(&self) -> Text<'a> {
        self.name
    }

    /// Units that are left.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.remaining
    }

    /// Seconds until there are more.
    #[must_use]
    pub const fn reset(&self) -> Option<u64> {
        self.reset
    }

    /// Whose quota it is.
    #[must_use]
    pub const fn partition(&self) -> Option<Bytes<'a>> {
        self.partition
    }

    /// Reads the value of `RateLimit`: one state after the other, or why a member is none.
    ///
    /// # Errors
    ///
    /// If the whole value is not a list.
    pub fn parse_list(value: &'a [u8]) -> Result<impl Iterator<Item = Result<Self, Reason>> + use<'a>, Reason> {
        Ok(List::parse(value)?.members().map(|member| Self::of(&member)))
    }

    fn of(member: &Member<'a>) -> Result<Self, Reason> {
        let Some(Bare::Text(name) | Bare::Token(name)) = member.value() else {
            return Err(Reason::NotAPolicy);
        };
        let parameters = member.parameters();
        let remaining = count(parameters, b"r")?.ok_or(Reason::NoRemaining)?;
        let reset = count(parameters, b"t")?;
        Ok(Self { name, remaining, reset, partition: bytes(parameters, b"pk")? })
    }
}

impl fmt::Display for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};r={}", self.name, self.remaining.min(MOST))?;
        if let Some(reset) = self.reset {
            write!(f, ";t={}", reset.min(MOST))?;
        }
        if let Some(key) = self.partition {
            write!(f, ";pk={key}")?;
        }
        Ok(())
    }
}
