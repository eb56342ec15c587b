//! Options, help, exit codes.

use std::fs;
use std::io::Read;
use std::process::Stdio;

use crate::harness::{command, printed, refused, run_with, scratch};

const EVENTS: [&str; 4] = ["--events", "-", "--decisions", "-"];

fn with_events<'a>(options: &[&'a str]) -> Vec<&'a str> {
    [options, &EVENTS].concat()
}

#[test]
fn a_wrong_option_is_named_and_nothing_is_printed() {
    let cases: &[(&[&str], &str)] = &[
        (&["--limiter", "sieve"], "invalid value 'sieve' for '--limiter <KIND>'"),
        (&["--limit", "many"], "invalid value 'many' for '--limit <N>'"),
        (&["--limit", "-5"], "invalid value '-5' for '--limit <N>'"),
        (&["--burst", "1.5"], "invalid value '1.5' for '--burst <N>'"),
        (&["--key", "moon"], "invalid value 'moon' for '--key <KEY>'"),
        (&["--clock-bits", "16"], "invalid value '16' for '--clock-bits <BITS>'"),
        (&["--speed", "3"], "unexpected argument '--speed'"),
        (&["one.log", "two.log"], "unexpected argument 'two.log'"),
        (&["--generate-sample", "--limit", "3"], "'--generate-sample' cannot be used with"),
        (&["--period", "60"], "--period 60: log mode takes a number with its unit"),
        (&["--period", "1 fortnight"], "--period 1 fortnight: log mode takes a number with its unit"),
        (&["--period", "-1"], "--period -1: log mode takes a number with its unit"),
        (&["--period", "1500us"], "--period 1500us: the clock of log mode ticks in milliseconds"),
        (&["--events", "in.csv"], "--decisions <OUT.csv>"),
        (&["--decisions", "out.csv"], "--events <IN.csv>"),
    ];
    for (args, message) in cases {
        let told = refused(args, b"", 2);
        assert!(told.contains(message), "{args:?}: {told}");
    }
}

#[test]
fn event_mode_takes_no_defaults_and_no_options_of_log_mode() {
    let cases: &[(&[&str], &str)] = &[
        (&["--period", "60"], "event mode needs --limit N"),
        (&["--limit", "3"], "event mode needs --period TICKS"),
        (&["--limit", "3", "--period", "1h"], "--period 1h: event mode counts in ticks and knows no unit"),
        (&["--limit", "3", "--period", "-1"], "--period -1: event mode counts in ticks"),
        (&["--limit", "3", "--period", "60", "--key", "client"], "'--key <KEY>' cannot be used with"),
        (&["--limit", "3", "--period", "60", "some.log"], "'[FILE]' cannot be used with"),
    ];
    for (args, message) in cases {
        let told = refused(&with_events(args), b"", 2);
        assert!(told.contains(message), "{args:?}: {told}");
    }
}

#[test]
fn a_quota_that_cannot_be_kept_is_refused_in_the_words_of_the_crate() {
    let cases: &[(&[&str], &str)] = &[
        (&["--limit", "0", "--period", "60"], "limit = 0 admits nothing"),
        (&["--limit", "3", "--period", "0"], "period = 0 ticks is no rate"),
        (&["--limit", "3", "--period", "60", "--burst", "0"], "burst = 0 admits nothing"),
        (
            &["--limit", "3", "--period", "4000000000", "--clock-bits", "32"],
            "burst and debt of 3 units at 4000000000 sub-ticks each exceed the 2147483648 that fit the word",
        ),
    ];
    for (args, message) in cases {
        let told = refused(&with_events(args), b"op,ticks,key,cost\n", 2);
        assert!(told.contains(message), "{args:?}: {told}");
    }
    assert!(refused(&["--limit", "0"], b"", 2).contains("limit = 0 admits nothing"));
    assert!(refused(&["--period", "0s"], b"", 2).contains("period = 0 ticks is no rate"));
}

#[test]
fn a_number_that_does_not_fit_32_bits_is_refused_with_a_32_bit_clock() {
    for option in ["--limit", "--period", "--burst"] {
        let mut args = vec!["--clock-bits", "32", option, "4294967296"];
        for other in ["--limit", "--period"] {
            if other != option {
                args.extend([other, "1"]);
            }
        }
        let told = refused(&with_events(&args), b"op,ticks,key,cost\n", 2);
        let expected = format!("{option} 4294967296 does not fit --clock-bits 32: give at most 4294967295");
        assert!(told.contains(&expected), "{told}");
        args[1] = "64";
        printed(&with_events(&args), b"op,ticks,key,cost\n");
    }
}

#[test]
fn help_explains_every_outcome_column_and_option() {
    let help = printed(&["--help"], b"");
    for word in [
        "`admit`",
        "`deny`",
        "`never`",
        "`released`",
        "`error`",
        "remaining",
        "retry_after",
        "op,ticks,key,cost",
        "--limiter",
        "--limit",
        "--period",
        "--burst",
        "--clock-bits",
        "--key",
        "--events",
        "--decisions",
        "--layers",
        "NAME=KIND:LIMIT/PERIOD:BURST",
        "NAME=concurrency:LIMIT",
        "outcome,remaining,retry_after,level",
        "token-bucket",
        "leaky-bucket",
        "leaky-queue",
        "rolling-window",
        "bucketed-window",
        "sliding-window",
        "fixed-window",
        "first-request-window",
        "concurrency",
        "--buckets",
        "--durations",
        "--keys",
        "--full refuse",
        "--full admit",
        "--full overflow",
        "--profile",
        "clover",
        "conecto",
        "haravan",
        "outcome,remaining,retry_after,level,status,headers",
        "app:token",
        "client METHOD /path",
        "decided otherwise",
        "table found full",
        "client-method-path",
        "clients limited",
        "longest wait told",
        "nothing to release",
        "nginx stamps the end",
        "milliseconds since the Unix epoch",
    ] {
        assert!(help.contains(word), "--help says nothing of {word}");
    }
}

#[test]
fn the_commands_that_help_shows_work() {
    let help = printed(&["--help"], b"").replace("\\\n", " ").replace("|\n", "| ");
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/sample.log");
    let shown: Vec<_> = help.lines().filter_map(|line| line.split_once("--example replay -- ")).collect();
    assert_eq!(shown.len(), 12, "{help}");
    let timed = scratch("the_commands_that_help_shows").join("timed.log");
    fs::write(&timed, "192.0.2.1 - - [17/May/2015:10:00:00 +0000] \"GET / HTTP/1.1\" 200 123 12850\n").unwrap();
    let file = |arg| match arg {
        "access.log" => sample,
        "timed.log" => timed.to_str().expect("UTF-8"),
        _ => arg,
    };
    let decisions = [
        "outcome,remaining,retry_after\nadmit,0,\ndeny,0,333\n",
        "outcome,remaining,retry_after,level\nadmit,0,,\ndeny,0,,busy\nreleased,1,,\n",
        "outcome,remaining,retry_after,level,status,headers\nadmit,4,,,200,\nreleased,5,,,,\n",
        "outcome,remaining,retry_after,level,status,headers\n\
         admit,499,,,200,X-RateLimit-Limit: 500 | X-RateLimit-Remaining: 499\n",
        "outcome,remaining,retry_after,level,status,headers\n\
         admit,79,,,200,X-Haravan-Api-Call-Limit: 1/80\nadmit,78,,,200,X-Haravan-Api-Call-Limit: 2/80\n",
    ];
    for (before, line) in shown {
        let args: Vec<&str> = line.split_whitespace().map(file).collect();
        let events = before.split('\'').nth(1).unwrap_or_default().replace("\\n", "\n");
        let out = printed(&args, events.as_bytes());
        assert!(if events.is_empty() { out.contains("requests") } else { decisions.contains(&out.as_str()) }, "{out}");
    }
}

#[test]
fn nothing_but_text_is_printed_where_there_is_no_terminal() {
    for args in [&["--help"] as &[&str], &[], &["--speed"], &["no-such-file"]] {
        let run = run_with(args, b"");
        assert!(!run.out.contains('\x1b') && !run.err.contains('\x1b'), "{args:?}: {} {}", run.out, run.err);
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let mut child = command()
        .arg("--generate-sample")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    let mut some = [0; 10];
    child.stdout.take().expect("piped").read_exact(&mut some).expect("the sample is longer");
    let output = child.wait_with_output().expect("the example ends");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()));
}
