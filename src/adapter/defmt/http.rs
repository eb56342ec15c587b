use ::defmt::{Format, Formatter, write};

use crate::http::{Header, Value};

impl Format for Header {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=str}: {}", self.name(), self.value());
    }
}

impl Format for Value {
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::Count(count) => write!(f, "{=u64}", count),
            Self::Tenths(tenths) => write!(f, "{=u64}.{=u64}", tenths / 10, tenths % 10),
            Self::UsedOf { used, size } => write!(f, "{=u64}/{=u64}", used, size),
        }
    }
}
