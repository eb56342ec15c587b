use tollgate::http::{HttpDate, RetryAfter};

use crate::oracle;

/// Reads a wait at several times, beside the oracle; what is a date is written again, and read again.
pub fn run(value: &[u8]) {
    let seconds = oracle::numbers::seconds(value).map(RetryAfter::After);
    for now in [0, 784_111_777, HttpDate::REFERENCE.seconds(), 4_102_444_799, HttpDate::MAX.seconds()] {
        let date = oracle::dates::parse(value, now).map(|seconds| RetryAfter::At(HttpDate::from_seconds(seconds)));
        let now = HttpDate::from_seconds(now);
        let read = RetryAfter::parse_at(value, now);
        assert_eq!(read.ok(), seconds.or(date), "{read:?} at {now}");
        if let Ok(RetryAfter::At(date)) = read {
            assert_eq!(HttpDate::parse(date.to_string().as_bytes()), Ok(date));
        }
        assert!(
            read.map_or(true, |wait| wait.wait(HttpDate::MAX) == wait.wait(now) || matches!(wait, RetryAfter::At(_)))
        );
    }
    assert_eq!(RetryAfter::parse(value), RetryAfter::parse_at(value, HttpDate::REFERENCE));
}
