use core::fmt;

/// The four limits, in the order in which they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Requests of an app in a second.
    App,
    /// Requests of a token in a second.
    Token,
    /// Requests of an app in progress.
    AppConcurrent,
    /// Requests of a token in progress.
    TokenConcurrent,
}

impl Level {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::App, Self::Token, Self::AppConcurrent, Self::TokenConcurrent];

    /// The header that names it.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::App => "X-RateLimit-crossTokenLimit",
            Self::Token => "X-RateLimit-tokenLimit",
            Self::AppConcurrent => "X-RateLimit-crossTokenConcurrentLimit",
            Self::TokenConcurrent => "X-RateLimit-tokenConcurrentLimit",
        }
    }

    /// The end of that header: `tokenLimit` and the like.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "crossTokenLimit",
            Self::Token => "tokenLimit",
            Self::AppConcurrent => "crossTokenConcurrentLimit",
            Self::TokenConcurrent => "tokenConcurrentLimit",
        }
    }

    /// Whether it limits work in progress: then a refusal has a `retry-after`.
    #[must_use]
    pub const fn is_concurrent(self) -> bool {
        matches!(self, Self::AppConcurrent | Self::TokenConcurrent)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
