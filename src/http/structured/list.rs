use super::parameters::key;
use super::{Bare, Parameters};
use crate::http::Reason;
use crate::http::scanner::Scanner;

/// One of a list: a value, or a list within the list, and parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member<'h> {
    value: Option<Bare<'h>>,
    parameters: Parameters<'h>,
}

impl<'h> Member<'h> {
    /// The value; `None` for a list in parentheses, which is passed over.
    #[must_use]
    pub const fn value(&self) -> Option<Bare<'h>> {
        self.value
    }

    /// What follows it.
    #[must_use]
    pub const fn parameters(&self) -> Parameters<'h> {
        self.parameters
    }

    fn scan(scanner: &mut Scanner<'h>) -> Option<Self> {
        let value = if scanner.strip(b'(') {
            inner_list(scanner)?;
            None
        } else {
            Some(Bare::scan(scanner)?)
        };
        Some(Self { value, parameters: Parameters::scan(scanner)? })
    }

    /// A member that follows a name: true if there is only the name.
    fn scan_named(scanner: &mut Scanner<'h>) -> Option<Self> {
        if scanner.strip(b'=') {
            return Self::scan(scanner);
        }
        Some(Self { value: Some(Bare::Boolean(true)), parameters: Parameters::scan(scanner)? })
    }
}

/// Takes what is left of a list in parentheses.
fn inner_list(scanner: &mut Scanner<'_>) -> Option<()> {
    loop {
        scanner.take_while(|byte| byte == b' ');
        if scanner.strip(b')') {
            return Some(());
        }
        Bare::scan(scanner)?;
        Parameters::scan(scanner)?;
        if !matches!(scanner.peek(), Some(b' ' | b')')) {
            return None;
        }
    }
}

/// The comma before the next member, if there is one: false at the end of the value.
fn comma(scanner: &mut Scanner<'_>) -> Option<bool> {
    scanner.blanks();
    if scanner.is_done() {
        return Some(false);
    }
    if !scanner.strip(b',') {
        return None;
    }
    scanner.blanks();
    if scanner.is_done() { None } else { Some(true) }
}

/// Checks a value from one end to the other.
fn check<'h>(value: &'h [u8], mut member: impl FnMut(&mut Scanner<'h>) -> Option<()>) -> Result<Scanner<'h>, Reason> {
    let mut scanner = Scanner::trimmed(value);
    let start = scanner;
    if scanner.is_done() {
        return Err(Reason::Empty);
    }
    loop {
        match member(&mut scanner).and_then(|()| comma(&mut scanner)) {
            Some(true) => {}
            Some(false) => return Ok(start),
            None => return Err(Reason::Syntax { at: scanner.since(&start).len() }),
        }
    }
}

/// A list: `"burst";q=100, "daily";q=1000`.
///
/// ```
/// use tollgate::http::structured::{Bare, List};
///
/// let list = List::parse(br#""burst";q=100;w=60, "daily";q=1000"#)?;
/// let quotas: Vec<_> = list.members().filter_map(|member| member.parameters().get(b"q")).collect();
/// assert!(matches!(quotas[1], Bare::Number(number) if number.count() == Ok(1_000)));
/// # Ok::<(), tollgate::http::Reason>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<'h> {
    /// Known to be well-formed.
    all: Scanner<'h>,
}

impl<'h> List<'h> {
    /// Reads a value, and checks all of it.
    ///
    /// # Errors
    ///
    /// If it is empty, or breaks the grammar anywhere.
    pub fn parse(value: &'h [u8]) -> Result<Self, Reason> {
        check(value, |scanner| Member::scan(scanner).map(|_| ())).map(|all| Self { all })
    }

    /// The members in their order, at least one.
    pub fn members(&self) -> impl Iterator<Item = Member<'h>> + use<'h> {
        let mut scanner = self.all;
        core::iter::from_fn(move || {
            let member = Member::scan(&mut scanner)?;
            comma(&mut scanner);
            Some(member)
        })
    }
}

/// A dictionary: `limit=100, remaining=50`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dictionary<'h> {
    /// Known to be well-formed.
    all: Scanner<'h>,
}

impl<'h> Dictionary<'h> {
    /// Reads a value, and checks all of it.
    ///
    /// # Errors
    ///
    /// If it is empty, or breaks the grammar anywhere.
    pub fn parse(value: &'h [u8]) -> Result<Self, Reason> {
        check(value, |scanner| named(scanner).map(|_| ())).map(|all| Self { all })
    }

    /// Names and members in their order, at least one.
    pub fn entries(&self) -> impl Iterator<Item = (&'h [u8], Member<'h>)> + use<'h> {
        let mut scanner = self.all;
        core::iter::from_fn(move || {
            let entry = named(&mut scanner)?;
            comma(&mut scanner);
            Some(entry)
        })
    }

    /// The member of a name: the last, if there are several.
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Member<'h>> {
        self.entries().filter(|(key, _)| *key == name).last().map(|(_, member)| member)
    }

    /// Whether a value can only be a dictionary: a list does not begin with a name and `=`.
    pub(crate) fn is_likely(value: &[u8]) -> bool {
        let mut scanner = Scanner::trimmed(value);
        key(&mut scanner).is_some() && scanner.peek() == Some(b'=')
    }
}

fn named<'h>(scanner: &mut Scanner<'h>) -> Option<(&'h [u8], Member<'h>)> {
    let key = key(scanner)?;
    Some((key, Member::scan_named(scanner)?))
}
