use super::bytes::is_base64;
use super::text::is_printable;
use super::{Bytes, Text};
use crate::http::Number;
use crate::http::scanner::Scanner;

/// A value without its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bare<'h> {
    /// An integer or a decimal: `100`, `-1`, `2.5`.
    Number(Number<'h>),
    /// Text between quotes: `"burst"`.
    Text(Text<'h>),
    /// A word: `burst`.
    Token(Text<'h>),
    /// Bytes in base64: `:dGVuYW50:`.
    Bytes(Bytes<'h>),
    /// `?1`, `?0`, or a key without a value, which is true.
    Boolean(bool),
    /// Seconds since the epoch: `@1659578233`.
    Date(Number<'h>),
    /// Text of any script, as it is between the quotes: `%"caf%c3%a9"`.
    DisplayText(&'h [u8]),
}

impl<'h> Bare<'h> {
    /// Takes a value, if there is one.
    pub(crate) fn scan(scanner: &mut Scanner<'h>) -> Option<Self> {
        match scanner.peek()? {
            b'-' | b'0'..=b'9' => Number::scan(scanner).map(Self::Number),
            b'"' => text(scanner).map(Self::Text),
            b':' => bytes(scanner).map(Self::Bytes),
            b'?' => boolean(scanner).map(Self::Boolean),
            b'@' => date(scanner).map(Self::Date),
            b'%' => display_text(scanner).map(Self::DisplayText),
            first if first == b'*' || first.is_ascii_alphabetic() => {
                Some(Self::Token(Text::escaped(scanner.take_while(is_of_token))))
            }
            _ => None,
        }
    }
}

fn text<'h>(scanner: &mut Scanner<'h>) -> Option<Text<'h>> {
    scanner.strip(b'"');
    let start = *scanner;
    loop {
        let inner = scanner.since(&start);
        match scanner.take_if(is_printable)? {
            b'"' => return Some(Text::escaped(inner)),
            b'\\' => {
                scanner.take_if(|byte| matches!(byte, b'"' | b'\\'))?;
            }
            _ => {}
        }
    }
}

fn bytes<'h>(scanner: &mut Scanner<'h>) -> Option<Bytes<'h>> {
    scanner.strip(b':');
    let letters = scanner.take_while(is_base64);
    scanner.take_while(|byte| byte == b'=');
    scanner.strip(b':').then_some(Bytes::encoded(letters))
}

fn boolean(scanner: &mut Scanner<'_>) -> Option<bool> {
    scanner.strip(b'?');
    scanner.take_if(|byte| matches!(byte, b'0' | b'1')).map(|byte| byte == b'1')
}

fn date<'h>(scanner: &mut Scanner<'h>) -> Option<Number<'h>> {
    scanner.strip(b'@');
    Number::scan(scanner).filter(Number::is_whole)
}

fn display_text<'h>(scanner: &mut Scanner<'h>) -> Option<&'h [u8]> {
    scanner.strip(b'%');
    if !scanner.strip(b'"') {
        return None;
    }
    let start = *scanner;
    loop {
        let inner = scanner.since(&start);
        match scanner.take_if(is_printable)? {
            b'"' => return Some(inner),
            b'%' => {
                scanner.take_if(is_lower_hex)?;
                scanner.take_if(is_lower_hex)?;
            }
            _ => {}
        }
    }
}

const fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`')
        || matches!(byte, b'|' | b'~' | b':' | b'/')
}
