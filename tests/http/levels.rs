//! Used and size: `32/80`.

use tollgate::http::{CallLimit, Reason};

#[test]
fn used_and_size_of_the_documents() {
    let level = CallLimit::parse(b"32/80").unwrap();
    assert_eq!((level.used, level.size, level.remaining()), (32, 80, 48));
    let full = CallLimit::parse(b"80/80").unwrap();
    assert_eq!(full.remaining(), 0);
}

#[test]
fn blanks_may_stand_around_the_stroke() {
    assert_eq!(CallLimit::parse(b" 32 / 80 "), Ok(CallLimit { used: 32, size: 80 }));
}

#[test]
fn more_used_than_there_is_leaves_nothing() {
    assert_eq!(CallLimit::parse(b"81/80").unwrap().remaining(), 0);
}

#[test]
fn used_and_size_saturate() {
    let level = CallLimit::parse(b"99999999999999999999/99999999999999999999").unwrap();
    assert_eq!((level.used, level.size), (u64::MAX, u64::MAX));
}

#[test]
fn what_is_not_used_of_size_is_refused() {
    assert_eq!(CallLimit::parse(b" "), Err(Reason::Empty));
    for garbage in ["32", "32/", "/80", "/", "32/80/2", "32:80", "-1/80", "32/-80", "3.2/80", "a/b", "32//80"] {
        assert_eq!(CallLimit::parse(garbage.as_bytes()), Err(Reason::NotUsedOfSize), "{garbage}");
    }
}
