use core::fmt;

use super::scanner::Scanner;
use super::{Reason, count};

/// So much of so much: `32/80`, the value of headers such as `X-Haravan-Api-Call-Limit`.
///
/// ```
/// use tollgate::http::CallLimit;
///
/// let level = CallLimit::parse(b"32/80")?;
/// assert_eq!((level.used, level.size, level.remaining()), (32, 80, 48));
/// # Ok::<(), tollgate::http::Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallLimit {
    /// Units that count against the limit.
    pub used: u64,
    /// The most that may.
    pub size: u64,
}

impl CallLimit {
    /// Reads a value; blanks may stand around the stroke.
    ///
    /// # Errors
    ///
    /// If it is not two whole numbers with a stroke between them.
    pub fn parse(value: &[u8]) -> Result<Self, Reason> {
        let mut scanner = Scanner::trimmed(value);
        if scanner.is_done() {
            return Err(Reason::Empty);
        }
        let used = scanner.take_while(|byte| byte != b'/');
        scanner.strip(b'/');
        let number = |digits| count(digits).map_err(|_| Reason::NotUsedOfSize);
        Ok(Self { used: number(used)?, size: number(scanner.rest())? })
    }

    /// Units that are still free; 0 if more are used than there are.
    #[must_use]
    pub const fn remaining(&self) -> u64 {
        self.size.saturating_sub(self.used)
    }
}

impl fmt::Display for CallLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.used, self.size)
    }
}
