use ::defmt::{Format, Formatter, write};

use crate::adapter::waiting::{Patience, Retry};
use crate::time::Ticks;

#[cfg(feature = "embedded-hal")]
impl<D, F> Format for crate::adapter::embedded_hal::Waiter<D, F> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "waiter, {}", self.tick());
    }
}

#[cfg(feature = "embedded-hal-async")]
impl<D, F> Format for crate::adapter::embedded_hal_async::Waiter<D, F> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "waiter, {}", self.tick());
    }
}

impl<T: Ticks> Format for Patience<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "at most {=u64} ticks", self.ticks.into());
        if self.attempts < u32::MAX {
            write!(f, ", {=u32} attempts", self.attempts);
        }
        if let Some(every) = self.poll {
            write!(f, ", polling every {=u64} ticks", every.into());
        }
    }
}

#[allow(clippy::match_same_arms)] // they write different texts, which the macro interns
impl<T: Ticks> Format for Retry<T> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::After(ticks) => write!(f, "after {=u64} ticks", (*ticks).into()),
            Self::Unknown => write!(f, "nobody knows when"),
            Self::Never => write!(f, "never again"),
        }
    }
}
