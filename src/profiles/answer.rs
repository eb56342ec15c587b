use core::{array, fmt, iter};

use crate::http::Header;
use crate::time::{TickLength, Ticks};

/// What a profile has decided, as it goes into a response.
///
/// A [`Result`] of two answers is one too, so that what a profile returns can be written as it is.
pub trait Answer<T: Ticks> {
    /// The status: 200, 429, or 503 where there is [no room for the key](Full). (What the request itself comes to is another matter.)
    fn status(&self) -> u16;

    /// The name of the level that refuses; `None` if none does.
    fn level(&self) -> Option<&'static str> {
        None
    }

    /// Ticks until asking again is worth it, at least 1; `None` if nothing is refused, or if nobody knows.
    fn retry_after(&self) -> Option<T> {
        None
    }

    /// The headers that the API promises, in the order of its documents, on a clock of such ticks.
    fn headers(&self, tick: TickLength) -> Headers;
}

impl<T: Ticks, A: Answer<T>, R: Answer<T>> Answer<T> for Result<A, R> {
    fn status(&self) -> u16 {
        match self {
            Ok(admitted) => admitted.status(),
            Err(refused) => refused.status(),
        }
    }

    fn level(&self) -> Option<&'static str> {
        match self {
            Ok(admitted) => admitted.level(),
            Err(refused) => refused.level(),
        }
    }

    fn retry_after(&self) -> Option<T> {
        match self {
            Ok(admitted) => admitted.retry_after(),
            Err(refused) => refused.retry_after(),
        }
    }

    fn headers(&self, tick: TickLength) -> Headers {
        match self {
            Ok(admitted) => admitted.headers(tick),
            Err(refused) => refused.headers(tick),
        }
    }
}

const MOST: usize = 3;

/// The headers of an [`Answer`], one after the other.
#[derive(Clone, Debug)]
#[must_use = "they are to be written"]
pub struct Headers(iter::Flatten<array::IntoIter<Option<Header>, MOST>>);

impl Headers {
    pub(super) const NONE: [Option<Header>; MOST] = [None; MOST];

    pub(super) fn new(headers: [Option<Header>; MOST]) -> Self {
        Self(headers.into_iter().flatten())
    }
}

impl Iterator for Headers {
    type Item = Header;

    fn next(&mut self) -> Option<Header> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// A key that is refused: by its limits, or as there is no room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "a refusal says what to answer"]
pub enum Refusal<R> {
    /// The limits of the key refuse.
    Limited(R),
    /// The key has no slot in a table. Its limits were not asked.
    Full(Full),
}

impl<T: Ticks, R: Answer<T>> Answer<T> for Refusal<R> {
    fn status(&self) -> u16 {
        match self {
            Self::Limited(limited) => limited.status(),
            Self::Full(full) => full.status(),
        }
    }

    fn level(&self) -> Option<&'static str> {
        match self {
            Self::Limited(limited) => limited.level(),
            Self::Full(full) => Answer::<T>::level(full),
        }
    }

    fn retry_after(&self) -> Option<T> {
        match self {
            Self::Limited(limited) => limited.retry_after(),
            Self::Full(full) => full.retry_after(),
        }
    }

    fn headers(&self, tick: TickLength) -> Headers {
        match self {
            Self::Limited(limited) => limited.headers(tick),
            Self::Full(full) => full.headers(tick),
        }
    }
}

impl<R: fmt::Display> fmt::Display for Refusal<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limited(limited) => limited.fmt(f),
            Self::Full(full) => full.fmt(f),
        }
    }
}

impl<R: fmt::Debug + fmt::Display> core::error::Error for Refusal<R> {}

/// No slot for a key, as those that it may have are in use by others: the server's trouble, not the client's, so its status is 503.
///
/// (Or more contexts than a slot [can count](crate::keyed::limits#guarantees) ask for one key at the same moment.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Full {
    table: &'static str,
}

impl Full {
    pub(super) const fn of(table: &'static str) -> Self {
        Self { table }
    }

    /// What the table holds, such as `apps` or `tokens`: the one that is too small.
    #[must_use]
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// [`Answer::status`] on a clock of any width: 503.
    #[must_use]
    pub const fn status(&self) -> u16 {
        503
    }

    /// [`Answer::headers`] on a clock of any width: none.
    pub fn headers(&self, _tick: TickLength) -> Headers {
        Headers::new(Headers::NONE)
    }
}

impl<T: Ticks> Answer<T> for Full {
    fn status(&self) -> u16 {
        Self::status(self)
    }

    fn headers(&self, tick: TickLength) -> Headers {
        Self::headers(self, tick)
    }
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table } = self;
        write!(f, "no slot in the table of {table}: those of this key are in use by others, give it more slots")
    }
}

impl core::error::Error for Full {}
