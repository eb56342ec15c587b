use core::fmt::{self, Write as _};

/// Text between quotes, `"burst"`: printable ASCII. `Display` writes the quotes and escapes what has to be.
///
/// ```
/// use tollgate::http::structured::Text;
///
/// const NAME: Text<'static> = Text::new(r#"the "fast" lane"#);
/// assert_eq!(NAME.to_string(), r#""the \"fast\" lane""#);
/// assert!(Text::try_new("café").is_err());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    bytes: &'a [u8],
    /// As between the quotes on the wire: a backslash stands before each quote and backslash.
    escaped: bool,
}

impl<'a> Text<'a> {
    /// Text that is to be written.
    ///
    /// # Errors
    ///
    /// If there is anything in it but printable ASCII.
    pub const fn try_new(text: &'a str) -> Result<Self, TextError> {
        let mut rest = text.as_bytes();
        while let Some((byte, behind)) = rest.split_first() {
            if !is_printable(*byte) {
                return Err(TextError { at: text.len() - rest.len() });
            }
            rest = behind;
        }
        Ok(Self { bytes: text.as_bytes(), escaped: false })
    }

    /// The same of a constant.
    ///
    /// # Panics
    ///
    /// If there is anything in it but printable ASCII; in a `const` that is a compile error.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        match Self::try_new(text) {
            Ok(text) => text,
            Err(_) => {
                panic!("text of a structured field is printable ASCII: nothing beyond ~, and no control characters")
            }
        }
    }

    /// What was found between two quotes, or a token.
    pub(crate) const fn escaped(bytes: &'a [u8]) -> Self {
        Self { bytes, escaped: true }
    }

    /// The bytes as they stand: those of a parsed text still have their backslashes, which only quotes and backslashes need.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.bytes
    }

    /// The characters, without the escapes.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let escaped = self.escaped;
        let mut bytes = self.bytes.iter();
        core::iter::from_fn(move || {
            let byte = *bytes.next()?;
            let meant = if escaped && byte == b'\\' { *bytes.next()? } else { byte };
            Some(char::from(meant))
        })
    }
}

pub(crate) const fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.chars() {
            if matches!(letter, '"' | '\\') {
                f.write_char('\\')?;
            }
            f.write_char(letter)?;
        }
        f.write_char('"')
    }
}

/// Text that a structured field cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextError {
    at: usize,
}

impl TextError {
    /// Bytes before the first that is not printable ASCII.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "text with something else than printable ASCII after {} bytes: a structured field cannot hold it",
            self.at
        )
    }
}

impl core::error::Error for TextError {}
