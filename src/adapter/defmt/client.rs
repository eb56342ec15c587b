use ::defmt::{Format, Formatter, write};

use crate::client::Poll;
use crate::time::Ticks;

impl<T: Ticks, R: Format> Format for Poll<T, R> {
    fn format(&self, f: Formatter<'_>) {
        match self {
            Self::Ready => write!(f, "ready"),
            Self::Wait(ticks) => write!(f, "wait {=u64} ticks", (*ticks).into()),
            Self::Refused(reason) => write!(f, "refused: {}", reason),
        }
    }
}
