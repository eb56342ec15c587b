//! Why a terminal gives up before all its orders are sent.

use std::fmt;

use tollgate::client::ForcedOpen;
use tollgate::decision::Never;

/// Who refuses a request for good. Nobody does: a request costs 1, which fits every limit, and nobody forces the breaker.
#[derive(Debug)]
pub enum Objection {
    Never(Never<u32>),
    Breaker(ForcedOpen),
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never(never) => never.fmt(f),
            Self::Breaker(forced) => forced.fmt(f),
        }
    }
}

/// The terminal has given up.
#[derive(Debug)]
pub struct Unfinished {
    /// Orders that have not been answered.
    pub orders: usize,
    pub why: String,
}

impl fmt::Display for Unfinished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} orders are not sent yet", self.why, self.orders)
    }
}
