use core::fmt;

/// One line of the head of a response: written with `Display` as `Name: value`, or its two parts one by one.
///
/// ```
/// use tollgate::http::{Header, Value};
///
/// let level = Header::new("X-Haravan-Api-Call-Limit", Value::UsedOf { used: 32, size: 80 });
/// assert_eq!(level.to_string(), "X-Haravan-Api-Call-Limit: 32/80");
/// assert_eq!((level.name(), level.value().to_string()), ("X-Haravan-Api-Call-Limit", "32/80".into()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    name: &'static str,
    value: Value,
}

impl Header {
    /// A header of any name.
    #[must_use]
    pub const fn new(name: &'static str, value: Value) -> Self {
        Self { name, value }
    }

    /// The name, as its documents spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> Value {
        self.value
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

/// What stands behind the colon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Value {
    /// A whole number: `50`.
    Count(u64),
    /// Tenths of a whole: `2.0`.
    Tenths(u64),
    /// So much of so much: `32/80`.
    UsedOf {
        /// Units that count against the limit.
        used: u64,
        /// The most that may.
        size: u64,
    },
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Tenths(tenths) => write!(f, "{}.{}", tenths / 10, tenths % 10),
            Self::UsedOf { used, size } => write!(f, "{used}/{size}"),
        }
    }
}
