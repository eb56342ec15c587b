use core::time::Duration;

use crate::http::structured::{Bytes, Text};
use crate::http::{Prefix, Reset};

/// What a response says about one window: as much of it as was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reported<'h> {
    pub(super) source: Source<'h>,
    pub(super) limit: Option<u64>,
    pub(super) remaining: Option<u64>,
    pub(super) window: Option<Duration>,
    pub(super) reset: Option<Reset>,
    pub(super) unit: Option<Text<'h>>,
    pub(super) partition: Option<Bytes<'h>>,
}

/// Where it was said, which is what lines are joined by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source<'h> {
    /// The window that limit, remaining and reset speak of, under a prefix; that of `RateLimit` with keys is that of the drafts' trio.
    Nearest(Prefix),
    /// A policy without a name, under a prefix.
    Unnamed(Prefix),
    /// A policy, by name.
    Named(Text<'h>),
    /// Used and size, by the name of the header.
    CallLimit(&'h [u8]),
    /// A level that refuses.
    Level(&'static str),
}

impl Source<'_> {
    /// Whether both speak of the same; names of headers are the same in any case of letters.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::CallLimit(one), Self::CallLimit(another)) => one.eq_ignore_ascii_case(another),
            _ => self == other,
        }
    }

    /// Whether it is a window without a name, under this prefix.
    pub(super) fn is_of(&self, prefix: Prefix) -> bool {
        matches!(self, Self::Nearest(own) | Self::Unnamed(own) if *own == prefix)
    }
}

impl<'h> Reported<'h> {
    pub(super) const fn from(source: Source<'h>) -> Self {
        Self { source, limit: None, remaining: None, window: None, reset: None, unit: None, partition: None }
    }

    /// The name of the policy as it stands between the quotes, or of the level that refuses, such as `tokenLimit`.
    #[must_use]
    pub const fn name(&self) -> Option<&'h [u8]> {
        match self.source {
            Source::Named(name) => Some(name.raw()),
            Source::Level(name) => Some(name.as_bytes()),
            Source::Nearest(_) | Source::Unnamed(_) | Source::CallLimit(_) => None,
        }
    }

    /// Units in a window.
    #[must_use]
    pub const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// Units that are left.
    #[must_use]
    pub const fn remaining(&self) -> Option<u64> {
        self.remaining
    }

    /// How long the window is.
    #[must_use]
    pub const fn window(&self) -> Option<Duration> {
        self.window
    }

    /// When there are more.
    #[must_use]
    pub const fn reset(&self) -> Option<Reset> {
        self.reset
    }

    /// What is counted, such as `content-bytes`; requests, if nothing is said.
    #[must_use]
    pub const fn unit(&self) -> Option<Text<'h>> {
        self.unit
    }

    /// Whose quota it is, if there are several of a name.
    #[must_use]
    pub const fn partition(&self) -> Option<Bytes<'h>> {
        self.partition
    }

    /// Whether this is the level that refused the request: Clover's headers say that and nothing else.
    #[must_use]
    pub const fn is_refusing(&self) -> bool {
        matches!(self.source, Source::Level(_))
    }
}
