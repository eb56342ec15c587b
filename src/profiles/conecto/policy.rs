use core::fmt;
use core::time::Duration;

use super::Rule;
use super::path::normalized;
use crate::profiles::quota;
use crate::quota::Quota;
use crate::quota::text::Text;
use crate::time::{TickLength, Ticks};

/// The rules, and the limit of what none of them matches.
///
/// ```
/// use tollgate::profiles::conecto::{Policy, Rule};
///
/// const RULES: [Rule<'static>; 2] = [Rule::new("/menus", 200), Rule::new("/menus/{id}/photo", 20).of_method("PUT")];
/// const POLICY: Policy<'static> = Policy::new(&RULES, 50);
///
/// assert_eq!(POLICY.choose("PUT", "/menus/7/photo?size=2").limit(), 20);
/// assert_eq!(POLICY.choose("GET", "/menus/7/photo").limit(), 200);
/// assert_eq!(POLICY.choose("GET", "/").limit(), 50);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy<'r> {
    rules: &'r [Rule<'r>],
    others: u32,
    period: Duration,
}

const DOCUMENTED: [Rule<'static>; 4] = [
    Rule::new("/pos/v2/{locationId}/checks", 500),
    Rule::new("/pos/v2/lookup/tickets", 500).of_method("POST"),
    Rule::new("/online-ordering/v1", 500),
    Rule::new("/online-ordering/v2", 500),
];

impl Policy<'static> {
    /// 500 in any hour for checks, the lookup of tickets and online ordering of the versions 1 and 2; 100 for everything else.
    pub const DOCUMENTED: Self = Self::new(&DOCUMENTED, 100);
}

impl<'r> Policy<'r> {
    /// These rules, and `others` in an hour for what none of them matches.
    ///
    /// # Panics
    ///
    /// If that is 0; in a `const` or `static` that is a compile error.
    #[must_use]
    pub const fn new(rules: &'r [Rule<'r>], others: u32) -> Self {
        match Self::try_new(rules, others) {
            Ok(policy) => policy,
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }

    /// The same, known at run time.
    ///
    /// # Errors
    ///
    /// If `others` is 0.
    pub const fn try_new(rules: &'r [Rule<'r>], others: u32) -> Result<Self, PolicyError> {
        if others == 0 {
            return Err(PolicyError::ZeroLimit);
        }
        Ok(Self { rules, others, period: Duration::from_secs(3_600) })
    }

    /// Another period than an hour for all limits, rounded up to whole ticks.
    #[must_use]
    pub const fn every(self, period: Duration) -> Self {
        Self { period, ..self }
    }

    /// The rules.
    #[must_use]
    pub const fn rules(&self) -> &'r [Rule<'r>] {
        self.rules
    }

    /// The limit of what no rule matches.
    #[must_use]
    pub const fn others(&self) -> u32 {
        self.others
    }

    /// The period of all limits.
    #[must_use]
    pub const fn period(&self) -> Duration {
        self.period
    }

    /// What holds for a method and a [path](super#which-budget): of the rules that match, the one with the most segments; of those, with
    /// the most that are not a `{name}`; of those, one for this method alone; of those, the first.
    #[must_use]
    pub fn choose<'a>(&self, method: &'a str, path: &'a str) -> Choice<'a>
    where
        'r: 'a,
    {
        let path = normalized(path);
        let matching = self.rules.iter().filter(|rule| rule.matches_normalized(method, path));
        let best = matching.reduce(|best, rule| if rule.specificity() > best.specificity() { rule } else { best });
        let resource = match best {
            Some(rule) if rule.is_grouped() => Resource::Group { method: rule.method(), template: rule.template() },
            _ => Resource::Path { method, path },
        };
        Choice { limit: best.map_or(self.others, Rule::limit), rule: best.copied(), resource }
    }

    /// A limit in this period on a clock of such ticks: for a window, or for a client's [`Pacer`](crate::client::Pacer). None takes it
    /// if the period has more ticks than their word counts.
    #[must_use]
    pub fn quota<T: Ticks>(&self, limit: u32, tick: TickLength) -> Quota<T> {
        quota::per(limit, self.period, tick)
    }

    /// The largest limit.
    const fn largest(&self) -> u32 {
        let (mut largest, mut rules) = (self.others, self.rules);
        while let Some((rule, rest)) = rules.split_first() {
            if rule.limit() > largest {
                largest = rule.limit();
            }
            rules = rest;
        }
        largest
    }

    /// Checks all limits against the largest window.
    pub(super) const fn check(&self, most: usize) -> Result<(), PolicyError> {
        let limit = self.largest();
        if limit as u64 > most as u64 { Err(PolicyError::LimitTooLarge { limit, most }) } else { Ok(()) }
    }
}

/// What a [`Policy`] says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice<'a> {
    limit: u32,
    rule: Option<Rule<'a>>,
    resource: Resource<'a>,
}

impl<'a> Choice<'a> {
    /// Requests in a period.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// The rule, if one matches.
    #[must_use]
    pub const fn rule(&self) -> Option<Rule<'a>> {
        self.rule
    }

    /// What has a budget: with the client, the key of it.
    #[must_use]
    pub const fn resource(&self) -> Resource<'a> {
        self.resource
    }
}

/// What has a budget of its own, for each client. Equal, and of equal hash, for requests that share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource<'a> {
    /// A method and a path without query, fragment and outer slashes.
    Path {
        /// The method.
        method: &'a str,
        /// The path.
        path: &'a str,
    },
    /// All that a rule matches.
    Group {
        /// The method it is for.
        method: Option<&'a str>,
        /// Its template.
        template: &'a str,
    },
}

/// Why a policy cannot be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyError {
    /// The limit of what no rule matches is 0.
    ZeroLimit,
    /// A limit exceeds what the larger windows hold.
    LimitTooLarge {
        /// The largest limit.
        limit: u32,
        /// What the larger windows hold.
        most: usize,
    },
}

impl PolicyError {
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::ZeroLimit => Text::new("limit = 0 admits nothing: give a limit of at least 1"),
            Self::LimitTooLarge { limit, most } => Text::new("limit = ")
                .number(limit as u64)
                .then(" exceeds what the larger windows hold, which is ")
                .number(most as u64)
                .then(": give a lower limit or larger windows"),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for PolicyError {}
