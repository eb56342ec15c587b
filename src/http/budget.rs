use core::fmt;

use super::Reason;
use super::policy::MOST;
use super::structured::{Bare, Dictionary};

/// The one window that is nearest to its limit: the value of `RateLimit` as in draft-ietf-httpapi-ratelimit-headers-07,
/// `limit=100, remaining=50, reset=30`.
///
/// ```
/// use tollgate::http::Budget;
///
/// let budget = Budget { limit: Some(100), remaining: Some(50), reset: Some(30) };
/// assert_eq!(budget.to_string(), "limit=100, remaining=50, reset=30");
/// assert_eq!(Budget::parse(b"limit=100, remaining=50, reset=30"), Ok(budget));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// Units in a window.
    pub limit: Option<u64>,
    /// Units that are left.
    pub remaining: Option<u64>,
    /// Seconds until there are more.
    pub reset: Option<u64>,
}

impl Budget {
    /// Reads a value: any of the three, in any order, and what else there is passed over.
    ///
    /// # Errors
    ///
    /// If it is not a dictionary, if one of the three is not a whole number, or if all of them are missing.
    pub fn parse(value: &[u8]) -> Result<Self, Reason> {
        let dictionary = Dictionary::parse(value)?;
        let count = |name: &[u8]| match dictionary.get(name).map(|member| member.value()) {
            None => Ok(None),
            Some(Some(Bare::Number(number))) => number.count().map(Some),
            Some(_) => Err(Reason::WrongType),
        };
        let budget = Self { limit: count(b"limit")?, remaining: count(b"remaining")?, reset: count(b"reset")? };
        if budget == Self::default() { Err(Reason::NoRemaining) } else { Ok(budget) }
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [("limit", self.limit), ("remaining", self.remaining), ("reset", self.reset)];
        let mut between = "";
        for (name, count) in parts.iter().filter_map(|(name, count)| Some((name, (*count)?))) {
            write!(f, "{between}{name}={}", count.min(MOST))?;
            between = ", ";
        }
        Ok(())
    }
}
