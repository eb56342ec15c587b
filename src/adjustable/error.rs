use core::fmt;

use crate::quota::QuotaError;

/// Why a quota was not [changed](crate::Adjustable::set_quota).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChangeError {
    /// The new quota cannot be kept.
    Quota(QuotaError),
    /// Three changes were under way already.
    TooManyAtOnce,
}

impl From<QuotaError> for ChangeError {
    fn from(error: QuotaError) -> Self {
        Self::Quota(error)
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quota(error) => error.fmt(f),
            Self::TooManyAtOnce => f.write_str(
                "three other changes of this quota are under way: try again when one of them is done, or change it from fewer contexts",
            ),
        }
    }
}

impl core::error::Error for ChangeError {}
