use core::fmt;

use crate::http::Reason;

/// A line of a response, or a part of it, that was not used, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored<'h> {
    pub(super) header: &'h [u8],
    pub(super) reason: Reason,
}

impl<'h> Ignored<'h> {
    /// The name of the header, as it came.
    #[must_use]
    pub const fn header(&self) -> &'h [u8] {
        self.header
    }

    /// Why it was not used.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for Ignored<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ignored: {}", self.header.escape_ascii(), self.reason)
    }
}
