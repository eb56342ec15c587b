//! A short text put together in a `const fn`, so that a compile error can name the value it is about.

const ROOM: usize = 256;
const DIGITS: usize = 20;

pub(crate) struct Text {
    bytes: [u8; ROOM],
    len: usize,
}

impl Text {
    pub(crate) const fn new(start: &str) -> Self {
        Self { bytes: [0; ROOM], len: 0 }.then(start)
    }

    /// Appends `more`; what does not fit is cut.
    pub(crate) const fn then(mut self, more: &str) -> Self {
        let more = more.as_bytes();
        let mut at = 0;
        while at < more.len() && self.len < ROOM {
            self.bytes[self.len] = more[at];
            self.len += 1;
            at += 1;
        }
        self
    }

    /// Appends `value` in decimal.
    pub(crate) const fn number(self, mut value: u64) -> Self {
        let mut digits = [0; DIGITS];
        let mut start = DIGITS;
        loop {
            start -= 1;
            digits[start] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 || start == 0 {
                break;
            }
        }
        self.then(utf8(digits.split_at(start).1))
    }

    pub(crate) const fn as_str(&self) -> &str {
        utf8(self.bytes.split_at(self.len).0)
    }
}

const fn utf8(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}
