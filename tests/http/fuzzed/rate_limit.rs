use tollgate::http::{CallLimit, Number, Reset, count};

use crate::oracle::numbers;

/// Reads a number in every sense it may have, and as used of size.
pub fn run(value: &[u8]) {
    assert_eq!(count(value).ok(), numbers::count(value));
    assert_eq!(Number::parse(value).ok().and_then(|number| number.seconds().ok()), numbers::seconds(value));

    let reset =
        numbers::reset(value).map(|(is_epoch, time)| if is_epoch { Reset::At(time) } else { Reset::After(time) });
    assert_eq!(Reset::parse(value).ok(), reset);

    let level = CallLimit::parse(value);
    assert_eq!(level.ok().map(|level| (level.used, level.size)), numbers::used_of(value));
    if let Ok(level) = level {
        assert_eq!(CallLimit::parse(level.to_string().as_bytes()), Ok(level));
        assert_eq!(level.remaining() > 0, level.used < level.size);
    }
}
