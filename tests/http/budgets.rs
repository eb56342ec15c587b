//! `RateLimit` of draft -07.

use proptest::prelude::*;
use tollgate::http::{Budget, Reason};

#[test]
fn limit_remaining_and_reset_in_any_order() {
    let budget = Budget { limit: Some(100), remaining: Some(50), reset: Some(30) };
    assert_eq!(Budget::parse(b"limit=100, remaining=50, reset=30"), Ok(budget));
    assert_eq!(Budget::parse(b"reset=30,\tlimit=100 ,remaining=50"), Ok(budget));
}

#[test]
fn what_is_unknown_is_passed_over() {
    let value =
        br#"a, b=(1 "x");y, limit=100;policy="fixed", c=:aGk=:, remaining=50;z=?0, d=@5, e=%"caf%c3%a9", f=-1.5"#;
    assert_eq!(Budget::parse(value), Ok(Budget { limit: Some(100), remaining: Some(50), reset: None }));
}

#[test]
fn the_last_of_a_name_counts() {
    assert_eq!(Budget::parse(b"limit=1, limit=2").unwrap().limit, Some(2));
}

#[test]
fn what_is_no_budget_is_refused_with_a_reason() {
    assert_eq!(Budget::parse(b""), Err(Reason::Empty));
    assert_eq!(Budget::parse(b"a=1, b=2"), Err(Reason::NothingKnown));
    assert_eq!(Budget::parse(b"limit=100, remaining=-1"), Err(Reason::Negative));
    assert_eq!(Budget::parse(b"limit=1.5"), Err(Reason::NotWhole));
    assert_eq!(Budget::parse(b"limit=\"100\""), Err(Reason::WrongType));
    assert_eq!(Budget::parse(b"limit"), Err(Reason::WrongType));
    assert_eq!(Budget::parse(b"limit=100, remaining=50,"), Err(Reason::Syntax { at: 24 }));
    assert_eq!(Budget::parse(b"limit=100 remaining=50"), Err(Reason::Syntax { at: 10 }));
    assert_eq!(Budget::parse(b"Limit=100"), Err(Reason::Syntax { at: 0 }));
}

proptest! {
    #[test]
    fn a_budget_that_is_written_and_read_is_the_same(
        limit in prop::option::of(0..=999_999_999_999_999_u64),
        remaining in prop::option::of(0..=999_999_999_999_999_u64),
        reset in prop::option::of(0..=999_999_999_999_999_u64),
    ) {
        let budget = Budget { limit, remaining, reset };
        prop_assume!(budget != Budget::default());
        prop_assert_eq!(Budget::parse(budget.to_string().as_bytes()), Ok(budget));
    }
}
