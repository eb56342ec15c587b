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

    /// The level of a name, as a client reads it off [a window that refuses](crate::http::Reported::is_refusing); in any case.
    ///
    /// ```
    /// use tollgate::http::Report;
    /// use tollgate::profiles::clover::Level;
    ///
    /// let head: [(&[u8], &[u8]); 1] = [(b"x-ratelimit-tokenconcurrentlimit", b"5")];
    /// let level = Report::read(head).windows().find_map(|window| Level::from_name(window.name()?));
    /// assert_eq!(level, Some(Level::TokenConcurrent));
    /// assert!(level.is_some_and(Level::is_concurrent)); // so it owes a `retry-after`
    /// ```
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name().as_bytes().eq_ignore_ascii_case(name))
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
