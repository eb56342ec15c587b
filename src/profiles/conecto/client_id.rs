use core::{fmt, str};

/// The identifier of the client that sends a request: the value of `x-access-key`, or what `resolve` makes of a bearer token.
///
/// Names of headers and the scheme `Bearer` are case-insensitive (RFC 9110, 5.1 and 11.1). If both are there, the access key counts. The
/// identifier is of whatever type text turns into: a `&str` borrows, a `String` is the caller's own.
///
/// ```
/// use tollgate::profiles::conecto::{ClientError, client_id};
///
/// let resolve = |token| (token == "eyJh.eyJz.c2ln").then_some("till 7");
/// let bearer = [("Authorization", b"bearer eyJh.eyJz.c2ln".as_slice())];
/// assert_eq!(client_id(bearer, resolve), Ok("till 7"));
/// let key = [("Accept", b"*/*".as_slice()), ("X-Access-Key", b"front desk")];
/// assert_eq!(client_id(key, resolve), Ok("front desk"));
/// assert_eq!(client_id([("authorization", b"Bearer x".as_slice())], resolve), Err(ClientError::Unresolved));
/// ```
///
/// # Errors
///
/// If nothing tells who it is: the answer to that (a 401, say) is the caller's.
pub fn client_id<'h, I: From<&'h str>>(
    headers: impl IntoIterator<Item = (&'h str, &'h [u8])>,
    resolve: impl FnOnce(&'h str) -> Option<I>,
) -> Result<I, ClientError> {
    let (mut key, mut authorization) = (None, None);
    for (name, value) in headers {
        let found = if name.eq_ignore_ascii_case("x-access-key") {
            key.replace(value)
        } else if name.eq_ignore_ascii_case("authorization") {
            authorization.replace(value)
        } else {
            None
        };
        if found.is_some() {
            return Err(ClientError::Repeated);
        }
    }
    if let Some(key) = key {
        return Ok(text(key)?.into());
    }
    let authorization = text(authorization.ok_or(ClientError::Absent)?)?;
    let (scheme, token) = authorization.split_once(' ').unwrap_or((authorization, ""));
    match token.trim_matches(' ') {
        token if !token.is_empty() && scheme.eq_ignore_ascii_case("bearer") => {
            resolve(token).ok_or(ClientError::Unresolved)
        }
        _ => Err(ClientError::Absent),
    }
}

/// A value without the blanks around it, which are not part of it (RFC 9110, 5.5).
fn text(value: &[u8]) -> Result<&str, ClientError> {
    match str::from_utf8(value).map(|text| text.trim_matches([' ', '\t'])) {
        Ok(text) if !text.is_empty() => Ok(text),
        _ => Err(ClientError::Unreadable),
    }
}

/// Why a client cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientError {
    /// There is no `x-access-key`, and no bearer token.
    Absent,
    /// The header that counts is empty or not UTF-8.
    Unreadable,
    /// A header is there twice, so that it is not clear which one counts.
    Repeated,
    /// The token stands for nobody.
    Unresolved,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absent => "nothing tells the client: send x-access-key, or authorization with a bearer token",
            Self::Unreadable => "the header that tells the client is empty or not UTF-8",
            Self::Repeated => "a header that tells the client is there twice: send it once",
            Self::Unresolved => "the bearer token stands for no client",
        })
    }
}

impl core::error::Error for ClientError {}
