//! How the levels of `--layers` are given, and what is said about those that cannot be.

use crate::harness::{printed, refused};
use crate::layers::layered;

const EVENTS: [&str; 4] = ["--events", "-", "--decisions", "-"];
const FORM: &str = "give NAME=KIND:LIMIT/PERIOD[:BURST] or NAME=concurrency:LIMIT";
const KINDS: &str = "give one of token-bucket, leaky-bucket, leaky-queue, rolling-window, bucketed-window, \
                     sliding-window, fixed-window, first-request-window, concurrency";
const NAMES: &str = "give a letter or digit, followed by letters, digits, `-`, `_` and `.`";

fn told(options: &[&str]) -> String {
    refused(&[options, &EVENTS].concat(), b"op,ticks,key,cost\n", 2)
}

#[test]
fn a_malformed_spec_is_named_with_its_value_and_what_would_be_accepted() {
    let most = u64::MAX;
    let cases: Vec<(&str, String)> = vec![
        ("50/1000", format!("there is no `=`: {FORM}")),
        ("", format!("there is no `=`: {FORM}")),
        ("=token-bucket:50/1000", format!("NAME ``: {NAMES}")),
        ("a,b=token-bucket:50/1000", format!("NAME `a,b`: {NAMES}")),
        ("a\"b=token-bucket:50/1000", format!("NAME `a\"b`: {NAMES}")),
        ("a b=token-bucket:50/1000", format!("NAME `a b`: {NAMES}")),
        ("a:b=token-bucket:50/1000", format!("NAME `a:b`: {NAMES}")),
        (".a=token-bucket:50/1000", format!("NAME `.a`: {NAMES}")),
        ("a=", format!("KIND ``: {KINDS}")),
        ("a=sieve:50/1000", format!("KIND `sieve`: {KINDS}")),
        ("a=Token-Bucket:50/1000", format!("KIND `Token-Bucket`: {KINDS}")),
        ("a=50/1000", format!("KIND `50/1000`: {KINDS}")),
        ("a=b=token-bucket:50/1000", format!("KIND `b=token-bucket`: {KINDS}")),
        ("a=token-bucket", format!("nothing follows `token-bucket`: {FORM}")),
        ("a=concurrency", format!("nothing follows `concurrency`: {FORM}")),
        ("a=token-bucket:50", "there is no PERIOD in `50`: give LIMIT/PERIOD, in ticks, such as 50/1000".into()),
        ("a=token-bucket:", "there is no PERIOD in ``: give LIMIT/PERIOD".into()),
        ("a=token-bucket:50:60", "there is no PERIOD in `50:60`: give LIMIT/PERIOD".into()),
        ("a=token-bucket:/1000", format!("LIMIT `` is not a whole number of units from 1 to {most}")),
        ("a=token-bucket:0/1000", format!("LIMIT `0` is not a whole number of units from 1 to {most}")),
        ("a=token-bucket:-5/1000", "LIMIT `-5` is not a whole number".into()),
        ("a=token-bucket:1.5/1000", "LIMIT `1.5` is not a whole number".into()),
        ("a=token-bucket:50:60/1000", "LIMIT `50:60` is not a whole number".into()),
        ("a=token-bucket:18446744073709551616/1", "LIMIT `18446744073709551616` is not a whole number".into()),
        ("a=token-bucket:50/", format!("PERIOD `` is not a whole number of ticks from 1 to {most}")),
        ("a=token-bucket:50/0", format!("PERIOD `0` is not a whole number of ticks from 1 to {most}")),
        ("a=token-bucket:50/1s", "PERIOD `1s` is not a whole number of ticks".into()),
        ("a=token-bucket:50/1/2", "PERIOD `1/2` is not a whole number of ticks".into()),
        ("a=token-bucket:50/18446744073709551616", "PERIOD `18446744073709551616` is not".into()),
        ("a=token-bucket:50/1000:", format!("BURST `` is not a whole number of units from 1 to {most}")),
        ("a=token-bucket:50/1000:0", format!("BURST `0` is not a whole number of units from 1 to {most}")),
        ("a=token-bucket:50/1000:60:70", "BURST `60:70` is not a whole number".into()),
        ("a=leaky-queue:50/1000:18446744073709551616", "BURST `18446744073709551616` is not".into()),
        ("a=concurrency:", "LIMIT `` is not a whole number of units from 1 to 65535".into()),
        ("a=concurrency:0", "LIMIT `0` is not a whole number of units from 1 to 65535".into()),
        ("a=concurrency:65536", "LIMIT `65536` is not a whole number of units from 1 to 65535".into()),
        (
            "a=concurrency:10/1000",
            "PERIOD `1000`: concurrency counts what is going on, for however long: give `10` alone".into(),
        ),
        ("a=concurrency:10:20", "BURST `20`: concurrency admits its whole limit at once: give `10` alone".into()),
    ];
    for (spec, message) in cases {
        for others in [&[] as &[&str], &["fine=concurrency:3"]] {
            let told = told(&[&["--layers"], others, &[spec]].concat());
            let expected = format!("error: --layers {spec}: {message}");
            assert!(told.starts_with(&expected), "{told}\nis not\n{expected}");
        }
    }
}

#[test]
fn a_window_takes_no_burst() {
    for kind in ["rolling-window", "bucketed-window", "sliding-window", "fixed-window", "first-request-window"] {
        let spec = format!("a={kind}:50/1000:50");
        let expected =
            format!("--layers {spec}: BURST `50`: a {kind} admits its whole limit at once: give `50/1000` alone");
        let told = told(&["--layers", &spec]);
        assert!(told.contains(&expected), "{told}");
    }
}

#[test]
fn a_name_is_taken_once() {
    let specs = ["a=token-bucket:50/1000", "A=concurrency:1", "b=concurrency:9", "a=concurrency:10"];
    let expected = "--layers a=concurrency:10: NAME `a` is that of an earlier level: give each level a name of its own";
    assert!(told(&[&["--layers"], &specs as &[&str]].concat()).contains(expected));
    printed(&[&["--layers"], &specs[..3], &EVENTS].concat(), b"op,ticks,key,cost\n");
}

#[test]
fn a_name_is_letters_and_digits_of_any_script_and_a_few_signs() {
    for name in ["a", "7", "per_token", "v1.day-limit", "größe", "店"] {
        let options = format!("--layers {name}=concurrency:1");
        assert_eq!(layered(&options, "acquire,0,k,2\n"), [format!("never,1,,{name}")]);
    }
}

#[test]
fn a_number_that_does_not_fit_32_bits_is_refused_with_a_32_bit_clock() {
    for (spec, what) in [
        ("a=token-bucket:4294967296/1", "LIMIT `4294967296` is not a whole number of units"),
        ("a=token-bucket:1/4294967296", "PERIOD `4294967296` is not a whole number of ticks"),
        ("a=token-bucket:1/1:4294967296", "BURST `4294967296` is not a whole number of units"),
    ] {
        let told = told(&["--clock-bits", "32", "--layers", spec]);
        let expected = format!("--layers {spec}: {what} from 1 to 4294967295 (with --clock-bits 32)");
        assert!(told.contains(&expected), "{told}");
        printed(&[&["--layers", spec], &EVENTS as &[&str]].concat(), b"op,ticks,key,cost\n");
    }
}

#[test]
fn a_quota_that_cannot_be_kept_is_refused_in_the_words_of_the_crate() {
    let cases: [(&str, &[&str], &str); 4] = [
        ("a=rolling-window:16385/1000", &[], "limit = 16385 does not fit this window: give at most 16384"),
        ("a=sliding-window:16384/1000", &["--clock-bits", "32"], "give at most 16383"),
        ("a=bucketed-window:5/1000", &["--buckets", "1023"], "give 1 to 1022"),
        (
            "a=token-bucket:3/4000000000",
            &["--clock-bits", "32"],
            "burst and debt of 3 units at 4000000000 sub-ticks each exceed the 2147483648 that fit the word",
        ),
    ];
    for (spec, options, message) in cases {
        let told = told(&[&["--layers", "fine=concurrency:3", spec], options].concat());
        assert!(told.starts_with(&format!("error: --layers {spec}: ")) && told.contains(message), "{told}");
    }
}

#[test]
fn the_options_of_a_single_limit_are_refused() {
    for (option, value, shown) in [
        ("--limiter", "token-bucket", "--limiter <KIND>"),
        ("--limit", "3", "--limit <N>"),
        ("--period", "60", "--period <PERIOD>"),
        ("--burst", "3", "--burst <N>"),
    ] {
        let told = told(&["--layers", "a=concurrency:3", option, value]);
        let named = told.contains("'--layers <SPEC>...'") && told.contains(&format!("'{shown}'"));
        assert!(named && told.contains("cannot be used with"), "{told}");
    }
}

#[test]
fn buckets_are_for_bucketed_windows() {
    let told = told(&["--layers", "a=concurrency:3", "b=rolling-window:3/10", "--buckets", "5"]);
    assert!(told.contains("--buckets 5: none of --layers is a bucketed-window: leave it out"), "{told}");
    // In one bucket of 10 ticks, opened at 0, all is held until its last tick is 10 ticks old.
    let rows = "acquire,0,k,3\nacquire,12,k,1\n";
    let decided =
        |buckets| layered(&format!("--layers a=concurrency:9 b=bucketed-window:3/10 --buckets {buckets}"), rows);
    assert_eq!(decided(1), ["admit,0,,", "deny,0,7,b"]);
    assert_eq!(decided(10), ["admit,0,,", "admit,2,,"]);
}

#[test]
fn a_log_is_replayed_through_one_limit() {
    for more in [&[] as &[&str], &["--key", "client"], &["access.log"], &["--durations", "us"], &["--buckets", "3"]] {
        let told = refused(&[&["--layers", "a=concurrency:3"], more].concat(), b"", 2);
        assert!(
            told.contains("--layers: a log is replayed through one limit: give --events and --decisions"),
            "{told}"
        );
    }
}

#[test]
fn layers_without_a_spec_are_told_what_is_missing() {
    let told = told(&["--layers"]);
    assert!(told.contains("a value is required for '--layers <SPEC>...'"), "{told}");
}
