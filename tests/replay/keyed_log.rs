//! One table for all keys, in log mode: what the report says. And the options of a table, in both modes.

use crate::harness::{printed, refused};
use crate::keyed::KINDS;
use crate::log_mode::{line, report, value};

#[test]
fn the_report_compares_a_table_with_one_limiter_each() {
    let mut log: String = (1..=5).map(|client| line(&format!("192.0.2.{client}"), "10:00:00", "GET /")).collect();
    log += &line("192.0.2.5", "10:00:01", "GET /");
    log += &line("192.0.2.5", "10:00:30", "GET /");
    let of = |options: &str, full| {
        let options = format!("--limit 2 --period 1m --keys 4 {options} --full {full}");
        report(&options.split_whitespace().collect::<Vec<_>>(), &log)
    };
    let told = of("", "refuse");
    let expected = "\
token-bucket: 2 per 1m, burst 2, for each client, in 4 slots, refusing when full
standard input: 2015-05-17 10:00:00 to 2015-05-17 10:00:30 UTC, 30s in all

requests             7
admitted             5  71.4 %
denied               2  28.6 %
clients limited      1  of 5
longest wait told  30s
decided otherwise    2  than one limiter for each client: 2 denied, 0 admitted
told otherwise       1  decided alike, another wait or remainder
slots reused         1  times, after the last key had drained
table found full     2  times, by a key without a slot
malformed lines      0
";
    assert!(told.starts_with(expected), "{told}");
    for (full, in_slots, otherwise) in
        [("admit", "admitting when full", "0"), ("overflow", "with a shared limiter when full", "0")]
    {
        let told = of("--clock-bits 32", full);
        assert!(
            told.starts_with(&format!("token-bucket: 2 per 1m, burst 2, for each client, in 4 slots, {in_slots}\n")),
            "{told}"
        );
        assert!(value(&told, "decided otherwise").starts_with(&format!("{otherwise} than one limiter")), "{told}");
        assert_eq!(value(&told, "table found full"), "2 times, by a key without a slot");
    }
}

#[test]
fn slots_reused_before_the_clock_steps_back_may_admit_more_and_the_report_says_so() {
    let clients = |range: std::ops::RangeInclusive<u32>, time: &str| -> String {
        range.map(|client| line(&format!("192.0.2.{client}"), time, "GET /")).collect()
    };
    let log = clients(1..=4, "10:00:00") + &clients(5..=8, "10:01:00") + &clients(1..=1, "10:00:10");
    let told = report(&["--limit", "1", "--period", "1m", "--keys", "4", "--full", "admit"], log);
    assert_eq!(value(&told, "decided otherwise"), "1 than one limiter for each client: 0 denied, 1 admitted");
    assert_eq!(value(&told, "slots reused"), "4 times, after the last key had drained");
}

#[test]
fn the_sample_in_a_table_is_the_sample_without_one() {
    for kind in KINDS {
        for key in ["client", "client-method-path"] {
            let options = ["--limiter", kind, "--limit", "20", "--period", "1m", "--key", key];
            let alone = printed(&options, b"");
            let keyed = printed(&[&options as &[&str], &["--keys", "65536"]].concat(), b"");
            let rows = ["decided otherwise", "told otherwise", "slots reused", "table found full"];
            assert!(rows[..2].iter().all(|row| value(&keyed, row).starts_with("0 ")), "{keyed}");
            let common: Vec<String> = keyed
                .lines()
                .filter(|line| !rows.iter().any(|row| line.starts_with(row)))
                .map(|line| line.replace(", in 65536 slots, refusing when full", "").split_whitespace().collect())
                .collect();
            let alone: Vec<String> = alone.lines().map(|line| line.split_whitespace().collect()).collect();
            assert_eq!(common, alone, "{kind}");
        }
    }
}

#[test]
fn a_wrong_number_of_slots_is_an_error_that_names_it_and_what_is_taken() {
    for wrong in ["0", "1", "6", "4095", "16777220", "18446744073709551612"] {
        let told = refused(&["--keys", wrong], b"", 2);
        let expected =
            format!("error: --keys {wrong}: slots come in sets of four: give a multiple of 4 from 4 to 16777216\n");
        assert!(told.starts_with(&expected), "{told}");
    }
    for wrong in ["-4", "many", "4.5", "18446744073709551616"] {
        let told = refused(&["--keys", wrong], b"", 2);
        assert!(told.contains(&format!("invalid value '{wrong}' for '--keys <N>'")), "{told}");
    }
    for right in ["4", "12", "16777216"] {
        printed(&["--clock-bits", "32", "--keys", right], b"");
    }
}

#[test]
fn limits_that_do_not_fit_a_slot_are_refused_with_those_that_do() {
    let fitting = "leave --keys out, or give one --limiter of token-bucket, leaky-bucket, leaky-queue, sliding-window, \
                   fixed-window, first-request-window";
    let events = ["--events", "-", "--decisions", "-"];
    for what in [
        "--limiter rolling-window",
        "--limiter bucketed-window",
        "--limiter concurrency",
        "--layers a=token-bucket:1/9",
    ] {
        let args: Vec<&str> = what.split(' ').chain(["--keys", "64"]).chain(events).collect();
        let what = if what.starts_with("--layers") { "a set of --layers" } else { what };
        let told = refused(&args, b"", 2);
        let expected =
            format!("error: --keys 64: a slot has room for one word of state, and {what} needs more: {fitting}\n");
        assert!(told.starts_with(&expected), "{told}");
    }
    for kind in KINDS {
        printed(&["--limiter", kind, "--keys", "64"], b"");
    }
}

#[test]
fn without_a_table_nothing_can_be_full() {
    for args in [
        &["--full", "admit"] as &[&str],
        &["--full", "admit", "--layers", "a=token-bucket:1/9", "--events", "-", "--decisions", "-"],
    ] {
        let told = refused(args, b"", 2);
        assert!(told.starts_with("error: --full admit: only a table can be full: give --keys N too\n"), "{told}");
    }
    let told = refused(&["--keys", "64", "--full", "never"], b"", 2);
    assert!(
        told.contains("invalid value 'never' for '--full <CHOICE>'") && told.contains("refuse, admit, overflow"),
        "{told}"
    );
}

#[test]
fn a_quota_that_cannot_be_kept_is_refused_in_a_table_too() {
    let quota = |limit, period, bits| ["--keys", "64", "--limit", limit, "--period", period, "--clock-bits", bits];
    assert!(refused(&quota("0", "1m", "64"), b"", 2).contains("limit = 0 admits nothing"));
    assert!(
        refused(&quota("4294967296", "1m", "32"), b"", 2).contains("--limit 4294967296 does not fit --clock-bits 32")
    );
}
