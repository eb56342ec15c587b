//! Event mode with the limits of an API: its keys, its operations and its clock.

use std::fmt::Write;

use crate::event_mode::decide_in_columns;
use crate::harness::run_with;

pub const COLUMNS: &str = "outcome,remaining,retry_after,level,status,headers";

/// The decisions on some rows, which are the same on clocks of both widths.
pub fn ask(profile: &str, rows: &str) -> Vec<String> {
    let [narrow, wide] =
        [32, 64].map(|bits| decide_in_columns(COLUMNS, &format!("--profile {profile} --clock-bits {bits}"), rows));
    assert_eq!(narrow, wide, "{profile}");
    wide
}

/// What is said to the last of some rows.
pub fn last(profile: &str, rows: &str) -> String {
    ask(profile, rows).pop().expect("there are rows")
}

fn agree(profile: &str, rows: &[(&str, &str)]) {
    let asked: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
    let expected: Vec<&str> = rows.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(ask(profile, &asked.join("\n")), expected);
}

#[test]
fn clover_gives_a_place_back_to_token_and_app_and_no_more_than_the_token_holds() {
    agree(
        "clover",
        &[
            ("release,0,till:a,1", "error,5,,,,"),
            ("acquire,0,till:a,1", "admit,4,,,200,"),
            ("release,0,till:b,1", "error,5,,,,"),
            ("release,0,desk:a,1", "error,5,,,,"),
            ("release,0,till:a,1", "released,5,,,,"),
            ("release,0,till:a,1", "error,5,,,,"),
        ],
    );
}

#[test]
fn only_clover_has_something_to_release() {
    agree(
        "conecto",
        &[
            ("acquire,0,ada GET /a,1", "admit,99,,,200,X-RateLimit-Limit: 100 | X-RateLimit-Remaining: 99"),
            ("release,0,ada GET /a,1", "error,99,,,,"),
        ],
    );
    agree(
        "haravan",
        &[("acquire,0,shop,1", "admit,79,,,200,X-Haravan-Api-Call-Limit: 1/80"), ("release,0,shop,1", "error,79,,,,")],
    );
}

#[test]
fn a_key_or_a_cost_of_the_wrong_shape_is_named_by_its_line() {
    let clover = "is not of the form `app:token`";
    let conecto = "is not of the form `client METHOD /path`";
    for (profile, right, key, message) in [
        ("clover", "till:a", "till", clover),
        ("clover", "till:a", ":a", clover),
        ("clover", "till:a", "till:", clover),
        ("clover", "till:a:b", "", clover),
        ("conecto", "ada GET /a", "ada", conecto),
        ("conecto", "ada GET /a", "ada GET", conecto),
        ("conecto", "ada GET /a b", "ada /a", conecto),
        ("conecto", "ada GET /", "ada GET a", conecto),
        ("conecto", "ada GET /", "ada  /a", conecto),
        ("conecto", "ada GET /", " GET /a", conecto),
        ("haravan", "a shop", "", "the key is empty: give the name of a shop"),
    ] {
        for op in ["acquire", "release"] {
            let rows = format!("op,ticks,key,cost\nacquire,0,{right},1\n{op},0,{key},1\n");
            let args = ["--profile", profile, "--events", "-", "--decisions", "-"];
            let run = run_with(&args, rows.as_bytes());
            assert_eq!((run.code, run.out.lines().count()), (1, 2), "{rows}");
            assert!(run.err.contains("line 3: ") && run.err.contains(message), "{rows}: {}", run.err);
        }
        for cost in ["0", "2", "one", ""] {
            let rows = format!("op,ticks,key,cost\nacquire,0,{right},1\nacquire,0,{right},{cost}\n");
            let args = ["--profile", profile, "--events", "-", "--decisions", "-"];
            let run = run_with(&args, rows.as_bytes());
            assert_eq!((run.code, run.out.lines().count()), (1, 2), "{rows}");
            let message = format!("line 3: cost `{cost}` is not 1: with --profile every request costs 1");
            assert!(run.err.contains(&message), "{rows}: {}", run.err);
        }
    }
}

#[test]
fn a_wrap_of_the_clock_changes_no_decision_of_a_profile() {
    for (profile, keys) in
        [("clover", ["till:a", "till:b"]), ("conecto", ["ada GET /a", "bob GET /a"]), ("haravan", ["one", "two"])]
    {
        let from = |start: u64| {
            let mut rows = String::new();
            for step in 0..300_u64 {
                let now = start.wrapping_add(step * 7);
                let (op, key) = (["acquire", "release"][usize::from(step % 3 == 1)], keys[usize::from(step % 5 == 0)]);
                writeln!(rows, "{op},{now},{key},1").unwrap();
            }
            rows
        };
        let plain = ask(profile, &from(0));
        assert!(plain.iter().any(|decision| decision.starts_with("deny")), "{plain:?}");
        for start in [u64::MAX - 100, u64::MAX - 1_399] {
            assert_eq!(ask(profile, &from(start)), plain, "{profile} from {start}");
        }
    }
}
