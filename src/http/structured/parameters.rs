use super::Bare;
use crate::http::scanner::Scanner;

/// What follows a value, `;q=100;w=60`: names, and values of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters<'h> {
    /// Known to be well-formed.
    all: &'h [u8],
}

impl<'h> Parameters<'h> {
    /// Takes what parameters there are; `None` if one of them is broken.
    pub(crate) fn scan(scanner: &mut Scanner<'h>) -> Option<Self> {
        let start = *scanner;
        while scanner.peek() == Some(b';') {
            parameter(scanner)?;
        }
        Some(Self { all: scanner.since(&start) })
    }

    /// Names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'h [u8], Bare<'h>)> + use<'h> {
        let mut scanner = Scanner::new(self.all);
        core::iter::from_fn(move || parameter(&mut scanner))
    }

    /// The value of a name: of the last, if there are several.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Bare<'h>> {
        self.iter().filter(|(key, _)| *key == name).last().map(|(_, value)| value)
    }
}

fn parameter<'h>(scanner: &mut Scanner<'h>) -> Option<(&'h [u8], Bare<'h>)> {
    if !scanner.strip(b';') {
        return None;
    }
    scanner.take_while(|byte| byte == b' ');
    let key = key(scanner)?;
    let value = if scanner.strip(b'=') { Bare::scan(scanner)? } else { Bare::Boolean(true) };
    Some((key, value))
}

/// Takes a name, which begins with a small letter or a star.
pub(crate) fn key<'h>(scanner: &mut Scanner<'h>) -> Option<&'h [u8]> {
    let start = *scanner;
    scanner.take_if(|byte| byte == b'*' || byte.is_ascii_lowercase())?;
    scanner.take_while(|byte| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.' | b'*')
    });
    Some(scanner.since(&start))
}
