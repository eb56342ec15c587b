//! The answers of a table: by the key's own limit, or by what was chosen for a table that is full.

use core::fmt;

use crate::decision::{Denied, Grant, NotYet};
use crate::time::Ticks;

/// Admitted or not, and by which limit.
pub type Answer<T> = Result<Admitted<T>, Refused<T>>;

/// What to do with a key that finds no slot, because all where it may be are in use by other keys.
///
/// No choice ever takes a slot from a key that is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Full<A> {
    /// Refuse it: the limits hold, and a flood of keys can keep new keys out.
    #[default]
    Refuse,
    /// Admit it without counting: new keys get in, and the limits do not hold for them.
    Admit,
    /// Charge one limit shared by all keys without a slot, under this rule.
    Overflow(A),
}

/// Admitted, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "an admission says what is left and which limit was charged"]
pub enum Admitted<T> {
    /// The key's own limit was charged.
    Key(Grant<T>),
    /// The table is full: the limit shared by all keys without a slot was charged.
    Overflow(Grant<T>),
    /// The table is full: nothing was charged.
    Uncounted,
}

impl<T: Ticks> Admitted<T> {
    /// What was granted by the limit that was charged, if one was.
    pub fn grant(&self) -> Option<Grant<T>> {
        match self {
            Self::Key(grant) | Self::Overflow(grant) => Some(*grant),
            Self::Uncounted => None,
        }
    }

    /// Whole units left of the limit that was charged, if one was.
    #[must_use]
    pub fn remaining(&self) -> Option<T> {
        self.grant().map(|grant| grant.remaining())
    }

    /// Whether the key had no slot.
    #[must_use]
    pub fn is_full(&self) -> bool {
        !matches!(self, Self::Key(_))
    }
}

/// Not admitted, and by what. Nothing has been charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "a refusal says how long to wait"]
pub enum Refused<T> {
    /// The key's own limit denies.
    Key(Denied<T>),
    /// The table is full, and the limit shared by all keys without a slot denies.
    Overflow(Denied<T>),
    /// The table is full: the first slot this key may have comes free after this wait, if its owner takes nothing more.
    Full(NotYet<T>),
}

impl<T: Ticks> Refused<T> {
    /// Ticks until the same request is worth another try; `None` if it never fits.
    #[must_use]
    pub fn retry_after(&self) -> Option<T> {
        self.into_denied().retry_after()
    }

    /// Whether waiting is in vain.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.into_denied().is_never()
    }

    /// Whether the key had no slot.
    #[must_use]
    pub fn is_full(&self) -> bool {
        !matches!(self, Self::Key(_))
    }

    /// The same in the words of a single limit: a full table says "not yet".
    pub fn into_denied(self) -> Denied<T> {
        match self {
            Self::Key(denied) | Self::Overflow(denied) => denied,
            Self::Full(wait) => Denied::NotYet(wait),
        }
    }
}

impl<T: Ticks> From<Refused<T>> for Denied<T> {
    fn from(refused: Refused<T>) -> Self {
        refused.into_denied()
    }
}

impl<T: Ticks> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(denied) => denied.fmt(f),
            Self::Overflow(denied) => write!(f, "no slot for this key, and of the limit shared by such keys: {denied}"),
            Self::Full(wait) => {
                write!(f, "no slot for this key: the first comes free in {} ticks", wait.retry_after())
            }
        }
    }
}

impl<T: Ticks> core::error::Error for Refused<T> {}

/// A class that the table does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClassError {
    pub(super) class: usize,
    pub(super) classes: usize,
}

impl ClassError {
    /// The class asked for.
    #[must_use]
    pub fn class(&self) -> usize {
        self.class
    }

    /// How many classes the table has.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.classes
    }
}

impl fmt::Display for ClassError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, classes } = self;
        write!(f, "there is no class {class}: the table has {classes}, counted from 0")
    }
}

impl core::error::Error for ClassError {}
