//! Lists of policies and states, drafts -03, -07 and -10.

use tollgate::http::structured::{Bytes, Text};
use tollgate::http::{Policy, Reason, State};

fn policies(value: &str) -> Vec<Result<Policy<'_>, Reason>> {
    Policy::parse_list(value.as_bytes()).unwrap().collect()
}

fn states(value: &str) -> Vec<Result<State<'_>, Reason>> {
    State::parse_list(value.as_bytes()).unwrap().collect()
}

const BURST: Policy<'static> = Policy::named(Text::new("burst"), 100);

#[test]
fn a_limit_list_of_draft_03() {
    let hour = Policy::unnamed(1_000).per_seconds(3_600);
    let expected = [Ok(Policy::unnamed(100)), Ok(Policy::unnamed(100).per_seconds(60)), Ok(hour)];
    assert_eq!(policies("100, 100;w=60, 1000;w=3600"), expected);
    assert_eq!(policies("100,100;w=60;comment=\"sliding\",1000; w=3600"), expected);
}

#[test]
fn a_policy_of_draft_07() {
    assert_eq!(policies("100;w=60"), [Ok(Policy::unnamed(100).per_seconds(60))]);
    assert_eq!(policies("100;w=60;burst=1000;policy=\"leaky bucket\""), [Ok(Policy::unnamed(100).per_seconds(60))]);
}

#[test]
fn policies_of_draft_10() {
    let daily = Policy::named(Text::new("daily"), 1_000).per_seconds(86_400);
    let expected = [Ok(BURST.per_seconds(60)), Ok(daily)];
    assert_eq!(policies(r#""burst";q=100;w=60,"daily";q=1000;w=86400"#), expected);
    assert_eq!(policies(r#""burst"; w=60; q=100 , daily;q=1000;w=86400"#), expected);
}

#[test]
fn a_policy_of_draft_10_with_units_and_a_partition_key() {
    let policy = Policy::named(Text::new("peruser"), 65_535).in_units(Text::new("content-bytes")).per_seconds(10);
    let policy = policy.of_partition(Bytes::new(b"tenant"));
    assert_eq!(policies(r#""peruser";q=65535;qu="content-bytes";w=10;pk=:dGVuYW50:"#), [Ok(policy)]);
}

#[test]
fn a_state_of_draft_10() {
    let default = State::new(Text::new("default"), 50).after_seconds(30);
    assert_eq!(states(r#""default";r=50;t=30"#), [Ok(default)]);
    assert_eq!(states(r#""default";r=50"#), [Ok(State::new(Text::new("default"), 50))]);
    assert_eq!(
        states(r#""default";r=50;t=30;pk=:dHJpYWwxMjEzMjM=:"#),
        [Ok(default.of_partition(Bytes::new(b"trial121323")))]
    );
    assert_eq!(states(r#""default";r=50;t=30, "other";r=0"#).len(), 2);
}

#[test]
fn names_with_quotes_and_backslashes_are_the_same_without_their_escapes() {
    let name = Text::new(r#"the "fast" \ lane"#);
    assert_eq!(policies(r#""the \"fast\" \\ lane";q=1"#), [Ok(Policy::named(name, 1))]);
}

#[test]
fn unknown_parameters_are_passed_over() {
    let value = r#""burst";x=:aGk=:;q=1;y;*z.-_9=?0;q=100;a="\"q=7";b=tok/en:x;c=-1.5;d=@7;e=%"q=8""#;
    assert_eq!(policies(value), [Ok(BURST)]);
}

#[test]
fn the_last_parameter_of_a_name_counts() {
    assert_eq!(policies(r#""burst";q=1;q=100"#), [Ok(BURST)]);
    assert_eq!(policies(r#""burst";q=100;q="x""#), [Err(Reason::WrongType)]);
}

#[test]
fn members_that_say_nothing_are_ignored_one_by_one() {
    let value = r#"("a" "b");q=1, ?1, :aGk=:, "burst", "burst";q=100, "burst";q, -1, 1.5, "burst";q=100;w="60", "burst";q=-100"#;
    let expected = [
        Err(Reason::NotAPolicy),
        Err(Reason::NotAPolicy),
        Err(Reason::NotAPolicy),
        Err(Reason::NoQuota),
        Ok(BURST),
        Err(Reason::WrongType),
        Err(Reason::Negative),
        Err(Reason::NotWhole),
        Err(Reason::WrongType),
        Err(Reason::Negative),
    ];
    assert_eq!(policies(value), expected);
    assert_eq!(
        states(r#""a", "a";t=1, 5;r=1, "a";r=x, "a";r=1;pk="key""#),
        [
            Err(Reason::NoRemaining),
            Err(Reason::NoRemaining),
            Err(Reason::NotAPolicy),
            Err(Reason::WrongType),
            Err(Reason::WrongType),
        ]
    );
}

#[test]
fn a_value_that_breaks_the_grammar_is_refused_as_a_whole() {
    for (value, at) in [
        (r#""burst";q=100,"#, 14),
        (r#""burst";q=100 "daily";q=1"#, 14),
        (r#""burst";q=100, "daily"#, 21),
        (r#""burst";q=100, "da\ily";q=1"#, 19),
        (r#""burst";Q=100"#, 8),
        (r#""burst";q =100"#, 10),
        (r#""burst";q=100, "#, 14),
        (r#""burst";q=100,, "a""#, 14),
        ("\"caf\u{e9}\";q=1", 4),
    ] {
        assert_eq!(Policy::parse_list(value.as_bytes()).err(), Some(Reason::Syntax { at }), "{value}");
        assert_eq!(State::parse_list(value.as_bytes()).err(), Some(Reason::Syntax { at }), "{value}");
    }
    assert_eq!(Policy::parse_list(b"").err(), Some(Reason::Empty));
}

#[test]
fn numbers_beyond_15_digits_saturate() {
    assert_eq!(
        policies("99999999999999999999;w=99999999999999999999"),
        [Ok(Policy::unnamed(u64::MAX).per_seconds(u64::MAX))]
    );
}
