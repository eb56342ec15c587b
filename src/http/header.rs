use core::fmt;

use super::Value;

/// One line of the head of a response: written with `Display` as `Name: value`, or its two parts one by one.
///
/// The value is a [`Value`] or anything else that can be written, such as [`Listed`](super::Listed) policies.
///
/// ```
/// use tollgate::http::{Header, Value};
///
/// let level = Header::new("X-Haravan-Api-Call-Limit", Value::UsedOf { used: 32, size: 80 });
/// assert_eq!(level.to_string(), "X-Haravan-Api-Call-Limit: 32/80");
/// assert_eq!((level.name(), level.value().to_string()), ("X-Haravan-Api-Call-Limit", "32/80".into()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header<V = Value> {
    name: &'static str,
    pub(crate) value: V,
}

impl<V> Header<V> {
    /// A header of any name.
    #[must_use]
    pub const fn new(name: &'static str, value: V) -> Self {
        Self { name, value }
    }

    /// The name, as its documents spell it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The value.
    #[must_use]
    pub const fn value(&self) -> V
    where
        V: Copy,
    {
        self.value
    }
}

impl<V: fmt::Display> fmt::Display for Header<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}
