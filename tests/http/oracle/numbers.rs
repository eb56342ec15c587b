use std::time::Duration;

/// Sign, whole part and fraction of a decimal number, with blanks around it.
pub fn parts(value: &[u8]) -> Option<(bool, String, String)> {
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
    let are_digits = !whole.is_empty() && (whole.to_owned() + fraction).chars().all(|letter| letter.is_ascii_digit());
    are_digits.then(|| (negative, whole.to_owned(), fraction.to_owned()))
}

fn is_below_zero((negative, whole, fraction): &(bool, String, String)) -> bool {
    *negative && (whole.to_owned() + fraction).chars().any(|digit| digit != '0')
}

/// More than 38 digits are more than 64 bits.
pub fn value_of(digits: &str) -> u128 {
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u128::MAX) }
}

/// A whole number of 0 or more.
pub fn count(value: &[u8]) -> Option<u64> {
    let parts = parts(value)?;
    let is_count = parts.2.is_empty() && !is_below_zero(&parts);
    is_count.then(|| u64::try_from(value_of(&parts.1)).unwrap_or(u64::MAX))
}

/// Nanoseconds of a number of so many nanoseconds each, rounded up; `None` if they are no number of 0 or more.
fn nanos(parts: &(bool, String, String), places: usize) -> Option<u128> {
    if is_below_zero(parts) {
        return None;
    }
    let (within, beyond) = parts.2.split_at(places.min(parts.2.len()));
    let within: u128 = format!("{within:0<places$}").parse().unwrap();
    let beyond = u128::from(beyond.chars().any(|digit| digit != '0'));
    Some(value_of(&parts.1).saturating_mul(10_u128.pow(places as u32)).saturating_add(within + beyond))
}

/// The longest duration if the number is too large for one.
fn duration(nanos: u128) -> Duration {
    let seconds = u64::try_from(nanos / 1_000_000_000);
    seconds.map_or(Duration::MAX, |seconds| Duration::new(seconds, (nanos % 1_000_000_000) as u32))
}

pub fn seconds(value: &[u8]) -> Option<Duration> {
    nanos(&parts(value)?, 9).map(duration)
}

/// A time from now, or the time since the epoch.
pub fn reset(value: &[u8]) -> Option<(bool, Duration)> {
    let parts = parts(value)?;
    let places = if value_of(&parts.1) < 1_000_000_000_000 { 9 } else { 6 };
    let mut time = duration(nanos(&parts, places)?);
    if places == 6 && value_of(&parts.1) > u64::MAX.into() {
        let rest = duration(nanos(&(false, "0".into(), parts.2.clone()), 6)?);
        time = Duration::from_millis(u64::MAX) + rest;
    }
    Some((value_of(&parts.1) >= 1_000_000_000, time))
}

/// So much of so much.
pub fn used_of(value: &[u8]) -> Option<(u64, u64)> {
    let at = value.iter().position(|byte| *byte == b'/')?;
    Some((count(&value[..at])?, count(&value[at + 1..])?))
}
