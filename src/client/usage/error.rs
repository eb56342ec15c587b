use core::fmt;

use crate::quota::text::Text;

/// A share that cannot be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UsageError {
    pub(super) percent: u8,
}

impl UsageError {
    /// The text of `Display`, also for compile errors, where `format_args!` cannot reach.
    pub(crate) const fn message(self) -> Text {
        let told = Text::new("percent = ").number(self.percent as u64);
        match self.percent {
            0 => told.then(" never warns: give 1 to 100"),
            _ => told.then(" is more than there is: give 1 to 100"),
        }
    }
}

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message().as_str())
    }
}

impl core::error::Error for UsageError {}
