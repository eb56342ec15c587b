use core::fmt;

use crate::decision::Denied;
use crate::time::Ticks;

/// Refused by one or more of several levels. Nothing has been charged to any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a refusal says which level it was, and how long to wait"]
pub struct Refused<T> {
    level: usize,
    denied: Denied<T>,
    /// The denial with the longest wait, where several refuse.
    longest: Denied<T>,
}

impl<T: Ticks> Refused<T> {
    /// The level that refuses: the first one that can never fit the cost, else the first one that refuses. Levels are
    /// numbered from 0, in order, those of a level that is itself made of several one by one.
    #[must_use]
    pub fn level(&self) -> usize {
        self.level
    }

    /// What that level said.
    pub fn denied(&self) -> Denied<T> {
        self.denied
    }

    /// Ticks until all levels that refuse now admit, if nobody else takes the room: the longest of their waits. `None` if one of
    /// them never will, or if none of them knows when.
    #[must_use]
    #[inline]
    pub fn retry_after(&self) -> Option<T> {
        if self.is_never() { None } else { self.longest.retry_after() }
    }

    /// Whether waiting is in vain.
    #[must_use]
    #[inline]
    pub fn is_never(&self) -> bool {
        self.denied.is_never()
    }

    /// Both refusals in one, where `later` is of levels after `levels` others.
    pub(super) fn and(self, later: Self, levels: usize) -> Self {
        let later = later.behind(levels);
        if self.is_never() || later.is_never() {
            return if self.is_never() { self } else { later };
        }
        self.waiting_for(later)
    }

    /// The same refusal, with the wait of another where that is longer.
    pub(crate) fn waiting_for(self, other: Self) -> Self {
        let longest =
            if other.longest.retry_after() > self.longest.retry_after() { other.longest } else { self.longest };
        Self { longest, ..self }
    }

    /// The same refusal, of levels after `levels` others.
    pub(crate) fn behind(self, levels: usize) -> Self {
        Self { level: self.level.wrapping_add(levels), ..self }
    }
}

impl<T> From<Denied<T>> for Refused<T>
where
    T: Copy,
{
    #[inline]
    fn from(denied: Denied<T>) -> Self {
        Self { level: 0, denied, longest: denied }
    }
}

impl<T: Ticks> fmt::Display for Refused<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {}: {}", self.level, self.denied)?;
        match self.retry_after() {
            Some(wait) if self.denied.retry_after() != Some(wait) => write!(f, "; other levels take {wait} ticks"),
            _ => Ok(()),
        }
    }
}

impl<T: Ticks> core::error::Error for Refused<T> {}
