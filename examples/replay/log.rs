//! One line of a web access log, in Common or Combined Log Format:
//!
//! ```text
//! client ident user [17/May/2015:10:05:03 +0200] "GET /path?query HTTP/1.1" 200 1234 …
//! ```
//!
//! Lines are bytes: nobody promises that a log is UTF-8. Of what follows the size (referrer, user agent, anything a server
//! appends) only the last field is of interest: it may be the time the request took.

use jiff::fmt::strtime;

pub struct Entry<'line> {
    pub client: &'line [u8],
    pub method: &'line [u8],
    /// Without the query string.
    pub path: &'line [u8],
    /// Milliseconds since the Unix epoch, the time zone of the line taken into account.
    pub time: u64,
    /// The last field of the line, if any follows the size.
    pub last: Option<&'line [u8]>,
}

/// Reads a line, or says what is wrong with it.
pub fn parse(line: &[u8]) -> Result<Entry<'_>, &'static str> {
    if line.trim_ascii().is_empty() {
        return Err("the line is empty");
    }
    // A user name may contain spaces, so the time is looked for by its bracket.
    let (who, rest) = cut(line, b" [").ok_or("no [time]")?;
    let mut who = who.split(|&byte| byte == b' ');
    let client = who.next().filter(|client| !client.is_empty()).ok_or("no client")?;
    if who.count() < 2 {
        return Err("no client, ident and user before the time");
    }
    let (stamp, rest) = cut(rest, b"] \"").ok_or("no \"request\" after the time")?;
    let time = time(stamp).ok_or("the time is not like 17/May/2015:10:05:03 +0000")?;
    let (request, rest) = quoted(rest).ok_or("the request has no closing quote")?;
    let last = after_status_and_size(rest).ok_or("no status and size after the request")?.last();
    let mut words = request.split(|&byte| byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = cut(target, b"?").map_or(target, |(path, _)| path);
    Ok(Entry { client, method, path, time, last })
}

fn time(stamp: &[u8]) -> Option<u64> {
    let timestamp = strtime::parse("%d/%b/%Y:%H:%M:%S %z", stamp).and_then(|time| time.to_timestamp()).ok()?;
    timestamp.as_millisecond().try_into().ok()
}

/// The text up to a quote that no backslash precedes, and what follows the quote.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = text.iter().position(|&byte| {
        let closing = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closing
    })?;
    Some((&text[..end], &text[end + 1..]))
}

/// The fields after ` 200 1234` or ` 304 -`.
fn after_status_and_size(rest: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    let mut fields = rest.trim_ascii_end().split(|&byte| byte == b' ');
    let number = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    let both = fields.next().is_some_and(<[u8]>::is_empty)
        && fields.next().is_some_and(|status| status.len() == 3 && number(status))
        && fields.next().is_some_and(|size| size == b"-" || number(size));
    both.then_some(fields)
}

/// What stands before and after the first `mark`.
fn cut<'text>(text: &'text [u8], mark: &[u8]) -> Option<(&'text [u8], &'text [u8])> {
    let at = text.windows(mark.len()).position(|window| window == mark)?;
    Some((&text[..at], &text[at + mark.len()..]))
}

/// Bytes of a log as a terminal can show them: without control characters, cut to `most` characters.
pub fn printable(text: &[u8], most: usize) -> String {
    let text = String::from_utf8_lossy(text.trim_ascii_end());
    let mut shown: Vec<char> = text
        .chars()
        .flat_map(|char| if char.is_control() { char.escape_default().collect() } else { vec![char] })
        .take(most + 1)
        .collect();
    if shown.len() > most {
        shown.truncate(most - 1);
        shown.push('…');
    }
    shown.into_iter().collect()
}
