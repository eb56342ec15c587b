//! A cursor over the bytes of a value, from which every parser takes what it knows.

/// What is left of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scanner<'h> {
    rest: &'h [u8],
}

impl<'h> Scanner<'h> {
    pub(crate) const fn new(value: &'h [u8]) -> Self {
        Self { rest: value }
    }

    /// A value without the blanks around it.
    pub(crate) fn trimmed(value: &'h [u8]) -> Self {
        let mut scanner = Self::new(value);
        scanner.blanks();
        while let Some((last, before)) = scanner.rest.split_last()
            && is_blank(*last)
        {
            scanner.rest = before;
        }
        scanner
    }

    pub(crate) const fn rest(&self) -> &'h [u8] {
        self.rest
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Takes one byte if it is so.
    pub(crate) fn take_if(&mut self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        wanted(*first).then(|| {
            self.rest = rest;
            *first
        })
    }

    /// Takes this byte, if it is next.
    pub(crate) fn strip(&mut self, byte: u8) -> bool {
        self.take_if(|next| next == byte).is_some()
    }

    /// Takes the bytes up to the first that is not so.
    pub(crate) fn take_while(&mut self, wanted: impl Fn(u8) -> bool) -> &'h [u8] {
        let count = self.rest.iter().take_while(|byte| wanted(**byte)).count();
        self.take_count(count)
    }

    /// Takes these letters in any case, if they are next.
    pub(crate) fn strip_word(&mut self, word: &[u8]) -> bool {
        let mut ahead = *self;
        let found = ahead.take_count(word.len()).eq_ignore_ascii_case(word);
        if found {
            *self = ahead;
        }
        found
    }

    /// Takes so many bytes, or none if there are fewer.
    fn take_count(&mut self, count: usize) -> &'h [u8] {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or((&[], self.rest));
        self.rest = rest;
        taken
    }

    pub(crate) fn digits(&mut self) -> &'h [u8] {
        self.take_while(|byte| byte.is_ascii_digit())
    }

    /// Optional white space of HTTP: blanks and tabs.
    pub(crate) fn blanks(&mut self) {
        self.take_while(is_blank);
    }

    /// What was taken since `start`, an earlier state of this scanner.
    pub(crate) fn since(&self, start: &Self) -> &'h [u8] {
        let count = start.rest.len().saturating_sub(self.rest.len());
        start.rest.get(..count).unwrap_or_default()
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
