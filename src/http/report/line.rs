use crate::http::Prefix;
use crate::http::scanner::Scanner;

/// What a header is about, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    RetryAfter,
    Date,
    Limit(Prefix),
    Remaining(Prefix),
    Reset(Prefix),
    /// `RateLimit-Policy` of all drafts that have it.
    Policies,
    /// `RateLimit` of draft -07 and of draft -10.
    RateLimit,
    /// `X-…-Api-Call-Limit`.
    CallLimit,
    /// A level that refuses, by the end of the header's name.
    Level(&'static str),
}

const PREFIXES: [(&[u8], Prefix); 3] = [
    (b"X-RateLimit-", Prefix::XRateLimit),
    (b"X-Rate-Limit-", Prefix::XRateDashLimit),
    (b"RateLimit-", Prefix::RateLimit),
];
const LEVELS: [&str; 4] = ["crossTokenLimit", "tokenLimit", "crossTokenConcurrentLimit", "tokenConcurrentLimit"];
const CALL_LIMIT: &[u8] = b"-Api-Call-Limit";

impl Line {
    /// `None` if it is about something else.
    pub(super) fn of(name: &[u8]) -> Option<Self> {
        let named = |whole: &[u8]| name.eq_ignore_ascii_case(whole);
        if named(b"Retry-After") {
            return Some(Self::RetryAfter);
        }
        if named(b"Date") {
            return Some(Self::Date);
        }
        if named(b"RateLimit") {
            return Some(Self::RateLimit);
        }
        if name.last_chunk::<{ CALL_LIMIT.len() }>().is_some_and(|end| end.eq_ignore_ascii_case(CALL_LIMIT)) {
            return Some(Self::CallLimit);
        }
        let mut scanner = Scanner::new(name);
        let (_, prefix) = PREFIXES.iter().find(|(word, _)| scanner.strip_word(word))?;
        Self::behind(*prefix, scanner.rest())
    }

    fn behind(prefix: Prefix, end: &[u8]) -> Option<Self> {
        let named = |whole: &[u8]| end.eq_ignore_ascii_case(whole);
        if named(b"Limit") {
            return Some(Self::Limit(prefix));
        }
        if named(b"Remaining") {
            return Some(Self::Remaining(prefix));
        }
        if named(b"Reset") {
            return Some(Self::Reset(prefix));
        }
        match prefix {
            Prefix::RateLimit => named(b"Policy").then_some(Self::Policies),
            Prefix::XRateLimit => LEVELS.into_iter().find(|level| named(level.as_bytes())).map(Self::Level),
            Prefix::XRateDashLimit => None,
        }
    }
}
