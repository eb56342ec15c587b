use core::fmt;

use super::Reason;
use super::structured::{Bare, Bytes, List, Member, Parameters, Text};

/// The most that a number of a structured field may be, 15 digits: what is more is written as this.
pub(crate) const MOST: u64 = 999_999_999_999_999;

/// A quota that a server keeps to: so many units in a window. A member of `RateLimit-Policy`, and of `RateLimit-Limit`.
///
/// With a name, `"burst";q=100;w=60`, it is of draft-ietf-httpapi-ratelimit-headers-10; without one, `100;w=60`, of -03 to -07.
/// A list of them is written with [`Listed`](super::Listed).
///
/// ```
/// use tollgate::http::structured::Text;
/// use tollgate::http::{Header, Listed, Policy};
///
/// const POLICIES: [Policy<'static>; 2] = [
///     Policy::named(Text::new("burst"), 100).per_seconds(60),
///     Policy::named(Text::new("daily"), 1_000).per_seconds(86_400),
/// ];
/// let line = Header::new("RateLimit-Policy", Listed(&POLICIES)).to_string();
/// assert_eq!(line, r#"RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400"#);
///
/// let read: Result<Vec<_>, _> = Policy::parse_list(line.split_once(": ").unwrap().1.as_bytes())?.collect();
/// assert_eq!(read?, POLICIES);
/// # Ok::<(), tollgate::http::Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy<'a> {
    name: Option<Text<'a>>,
    quota: u64,
    window: Option<u64>,
    unit: Option<Text<'a>>,
    partition: Option<Bytes<'a>>,
}

impl<'a> Policy<'a> {
    /// A quota with a name, as in draft -10.
    #[must_use]
    pub const fn named(name: Text<'a>, quota: u64) -> Self {
        Self { name: Some(name), ..Self::unnamed(quota) }
    }

    /// A quota without a name, as in the drafts -03 to -07.
    #[must_use]
    pub const fn unnamed(quota: u64) -> Self {
        Self { name: None, quota, window: None, unit: None, partition: None }
    }

    /// In a window of so many seconds.
    #[must_use]
    pub const fn per_seconds(self, window: u64) -> Self {
        Self { window: Some(window), ..self }
    }

    /// In other units than requests: `content-bytes`, `concurrent-requests`.
    #[must_use]
    pub const fn in_units(self, unit: Text<'a>) -> Self {
        Self { unit: Some(unit), ..self }
    }

    /// For one of those who have a quota each.
    #[must_use]
    pub const fn of_partition(self, key: Bytes<'a>) -> Self {
        Self { partition: Some(key), ..self }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> Option<Text<'a>> {
        self.name
    }

    /// Units in a window.
    #[must_use]
    pub const fn quota(&self) -> u64 {
        self.quota
    }

    /// Seconds of a window.
    #[must_use]
    pub const fn window(&self) -> Option<u64> {
        self.window
    }

    /// What is counted; requests, if nothing is said.
    #[must_use]
    pub const fn unit(&self) -> Option<Text<'a>> {
        self.unit
    }

    /// Whose quota it is.
    #[must_use]
    pub const fn partition(&self) -> Option<Bytes<'a>> {
        self.partition
    }

    /// Reads the value of `RateLimit-Policy`, with and without names, or of `RateLimit-Limit`: one policy after the other, or why
    /// a member is none.
    ///
    /// # Errors
    ///
    /// If the whole value is not a list.
    pub fn parse_list(value: &'a [u8]) -> Result<impl Iterator<Item = Result<Self, Reason>> + use<'a>, Reason> {
        Ok(List::parse(value)?.members().map(|member| Self::of(&member)))
    }

    fn of(member: &Member<'a>) -> Result<Self, Reason> {
        let parameters = member.parameters();
        let policy = match member.value() {
            Some(Bare::Number(quota)) => Self::unnamed(quota.count()?),
            Some(Bare::Text(name) | Bare::Token(name)) => {
                Self::named(name, count(parameters, b"q")?.ok_or(Reason::NoQuota)?)
            }
            _ => return Err(Reason::NotAPolicy),
        };
        let window = count(parameters, b"w")?;
        Ok(Self { window, unit: text(parameters, b"qu")?, partition: bytes(parameters, b"pk")?, ..policy })
    }
}

/// A parameter that must be a whole number, if it is there.
pub(crate) fn count(parameters: Parameters<'_>, name: &[u8]) -> Result<Option<u64>, Reason> {
    match parameters.get(name) {
        None => Ok(None),
        Some(Bare::Number(number)) => number.count().map(Some),
        Some(_) => Err(Reason::WrongType),
    }
}

fn text<'h>(parameters: Parameters<'h>, name: &[u8]) -> Result<Option<Text<'h>>, Reason> {
    match parameters.get(name) {
        None => Ok(None),
        Some(Bare::Text(text) | Bare::Token(text)) => Ok(Some(text)),
        Some(_) => Err(Reason::WrongType),
    }
}

pub(crate) fn bytes<'h>(parameters: Parameters<'h>, name: &[u8]) -> Result<Option<Bytes<'h>>, Reason> {
    match parameters.get(name) {
        None => Ok(None),
        Some(Bare::Bytes(bytes)) => Ok(Some(bytes)),
        Some(_) => Err(Reason::WrongType),
    }
}

impl fmt::Display for Policy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quota = self.quota.min(MOST);
        match self.name {
            Some(name) => write!(f, "{name};q={quota}")?,
            None => write!(f, "{quota}")?,
        }
        if let Some(window) = self.window {
            write!(f, ";w={}", window.min(MOST))?;
        }
        if let Some(unit) = self.unit {
            write!(f, ";qu={unit}")?;
        }
        if let Some(key) = self.partition {
            write!(f, ";pk={key}")?;
        }
        Ok(())
    }
}
