use core::fmt;

use super::path::segments;
use crate::quota::text::Text;

/// One line of a [`Policy`](super::Policy): what it matches, and the limit of that.
///
/// A template is matched segment by segment against the beginning of a path: `{name}` matches one segment that is not empty, all else
/// only itself, and what follows in the path may be anything. `/pos/v2/{locationId}/checks` matches `/pos/v2/L1/checks/17/items`
/// and not `/pos/v2/L1/checksum`. The template `/` matches every path.
///
/// ```
/// use tollgate::profiles::conecto::Rule;
///
/// const ORDERS: Rule<'static> = Rule::new("/online-ordering/v3/{locationId}/orders", 1_000).of_method("POST").grouped();
/// assert!(ORDERS.matches("POST", "/online-ordering/v3/L1/orders/?dry-run"));
/// assert_eq!(
///     Rule::try_new("/menus/{id/items", 50).unwrap_err().to_string(),
///     "segment 2 of the template has a brace that makes no name of it: give {name}, or no braces"
/// );
/// ```
///
/// ```compile_fail
/// # use tollgate::profiles::conecto::Rule;
/// // error: the template does not begin with a slash
/// const MENUS: Rule<'static> = Rule::new("menus", 50);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rule<'r> {
    method: Option<&'r str>,
    template: &'r str,
    limit: u32,
    grouped: bool,
    segments: usize,
    literals: usize,
}

impl<'r> Rule<'r> {
    /// A constant rule for all methods.
    ///
    /// # Panics
    ///
    /// If the template cannot be read or the limit is 0; in a `const` or `static` that is a compile error which says why.
    #[must_use]
    pub const fn new(template: &'r str, limit: u32) -> Self {
        match Self::try_new(template, limit) {
            Ok(rule) => rule,
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }

    /// A rule for all methods, known at run time.
    ///
    /// # Errors
    ///
    /// If the template cannot be read or the limit is 0.
    pub const fn try_new(template: &'r str, limit: u32) -> Result<Self, RuleError> {
        if limit == 0 {
            return Err(RuleError::ZeroLimit);
        }
        match count(template) {
            Ok((segments, literals)) => Ok(Self { method: None, template, limit, grouped: false, segments, literals }),
            Err(error) => Err(error),
        }
    }

    /// For one method only.
    #[must_use]
    pub const fn of_method(self, method: &'r str) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Everything it matches shares one budget of each client, whatever the path, and whatever the method if it is for all.
    #[must_use]
    pub const fn grouped(self) -> Self {
        Self { grouped: true, ..self }
    }

    /// The method it is for; `None` for all.
    #[must_use]
    pub const fn method(&self) -> Option<&'r str> {
        self.method
    }

    /// The template as it was given.
    #[must_use]
    pub const fn template(&self) -> &'r str {
        self.template
    }

    /// Requests in a period.
    #[must_use]
    pub const fn limit(&self) -> u32 {
        self.limit
    }

    /// Whether what it matches shares one budget.
    #[must_use]
    pub const fn is_grouped(&self) -> bool {
        self.grouped
    }

    /// Whether it is for a request of this method and [path](super#which-budget).
    #[must_use]
    pub fn matches(&self, method: &str, path: &str) -> bool {
        self.matches_normalized(method, super::path::normalized(path))
    }

    pub(super) fn matches_normalized(&self, method: &str, path: &str) -> bool {
        let mut asked = segments(path);
        self.method.is_none_or(|own| own == method)
            && segments(self.template.strip_prefix('/').unwrap_or(self.template)).all(|wanted| {
                asked.next().is_some_and(
                    |segment| {
                        if wanted.starts_with('{') { !segment.is_empty() } else { segment == wanted }
                    },
                )
            })
    }

    /// What makes it the more specific of two that match: more segments, then more that stand for themselves, then a method.
    pub(super) const fn specificity(&self) -> (usize, usize, bool) {
        (self.segments, self.literals, self.method.is_some())
    }
}

/// How many segments there are, and how many stand for themselves.
const fn count(template: &str) -> Result<(usize, usize), RuleError> {
    let Some((b'/', mut rest)) = template.as_bytes().split_first() else { return Err(RuleError::NoLeadingSlash) };
    let (mut segments, mut names) = (0_usize, 0_usize);
    if rest.is_empty() {
        return Ok((segments, names));
    }
    let mut more = true;
    while more {
        segments = segments.saturating_add(1);
        let segment = match segment(rest, segments) {
            Ok(segment) => segment,
            Err(error) => return Err(error),
        };
        names = names.saturating_add(segment.is_name as usize);
        (more, rest) = (segment.has_next, segment.rest);
    }
    Ok((segments, segments.saturating_sub(names)))
}

struct Segment<'r> {
    is_name: bool,
    /// Whether a slash ended it, and what follows.
    has_next: bool,
    rest: &'r [u8],
}

/// Reads up to the next slash.
const fn segment(mut rest: &[u8], number: usize) -> Result<Segment<'_>, RuleError> {
    let opened = matches!(rest, [b'{', ..]);
    let (mut length, mut closed, mut has_next) = (0_usize, false, false);
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte == b'/' {
            has_next = true;
            break;
        }
        if byte == b'?' || byte == b'#' {
            return Err(RuleError::NotInAPath { segment: number });
        }
        // A brace opens at the start or not at all, and closes what was opened, at the end.
        let is_misplaced = (byte == b'{' && length > 0) || (byte == b'}' && (!opened || length < 2));
        if closed || is_misplaced {
            return Err(RuleError::StrayBrace { segment: number });
        }
        closed = byte == b'}';
        length = length.saturating_add(1);
    }
    if length == 0 {
        return Err(RuleError::EmptySegment { segment: number });
    }
    if opened && !closed {
        return Err(RuleError::StrayBrace { segment: number });
    }
    Ok(Segment { is_name: opened, has_next, rest })
}

/// Why a rule cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RuleError {
    /// The template does not begin with a slash.
    NoLeadingSlash,
    /// Two slashes follow each other, or one ends the template.
    EmptySegment {
        /// The number of the segment, from 1.
        segment: usize,
    },
    /// A brace that is not the first or last of a `{name}`.
    StrayBrace {
        /// The number of the segment, from 1.
        segment: usize,
    },
    /// A `?` or a `#`, which ends the path of a request, so that nothing would match.
    NotInAPath {
        /// The number of the segment, from 1.
        segment: usize,
    },
    /// The limit is 0.
    ZeroLimit,
}

impl RuleError {
    pub(crate) const fn message(self) -> Text {
        match self {
            Self::NoLeadingSlash => Text::new("the template does not begin with a slash: give one such as /menus/{id}"),
            Self::EmptySegment { segment } => Text::new("segment ")
                .number(segment as u64)
                .then(" of the template is empty: leave out the slash before it"),
            Self::StrayBrace { segment } => Text::new("segment ")
                .number(segment as u64)
                .then(" of the template has a brace that makes no name of it: give {name}, or no braces"),
            Self::NotInAPath { segment } => Text::new("segment ")
                .number(segment as u64)
                .then(" of the template has a query or fragment, which no path has: leave it out"),
            Self::ZeroLimit => Text::new("limit = 0 admits nothing: give a limit of at least 1"),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for RuleError {}
