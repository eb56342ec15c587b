//! Event mode: the files it reads and writes.

use std::fs;
use std::path::Path;

use crate::harness::{printed, refused, run_with, scratch};

const LIMIT: [&str; 4] = ["--limit", "3", "--period", "1000"];
const HEADER: &str = "outcome,remaining,retry_after\n";

fn args<'a>(events: &'a str, decisions: &'a str) -> Vec<&'a str> {
    [&LIMIT as &[&str], &["--events", events, "--decisions", decisions]].concat()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("the directory is there");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn decisions_go_to_their_file_and_nothing_is_printed() {
    let directory = scratch("decisions_go_to_their_file");
    let (events, decisions) = (directory.join("in.csv"), directory.join("out.csv"));
    fs::write(&events, "op,ticks,key,cost\nacquire,0,k,3\nacquire,0,k,1\n").unwrap();
    assert_eq!(printed(&args(text(&events), text(&decisions)), b""), "");
    assert_eq!(fs::read_to_string(&decisions).unwrap(), format!("{HEADER}admit,0,\ndeny,0,334\n"));
    assert_eq!(names(&directory), ["in.csv", "out.csv"]);
}

#[test]
fn a_header_alone_gives_a_header_alone() {
    assert_eq!(printed(&args("-", "-"), b"op,ticks,key,cost\n"), HEADER);
}

#[test]
fn line_ends_of_any_kind_are_taken() {
    for rows in ["acquire,0,k,1\r\n", "acquire,0,k,1", "\nacquire,0,k,1\n\n"] {
        assert_eq!(
            printed(&args("-", "-"), format!("op,ticks,key,cost\r\n{rows}").as_bytes()),
            format!("{HEADER}admit,2,\n")
        );
    }
}

/// Bad content, and what is said about it.
const MALFORMED: [(&str, &str); 18] = [
    ("", "is empty: it starts with the header `op,ticks,key,cost`"),
    ("acquire,0,k,1\n", "line 1: the header is `op,ticks,key,cost`, not `acquire,0,k,1`"),
    ("op,ticks,key\n", "line 1: the header is `op,ticks,key,cost`, not `op,ticks,key`"),
    ("op,ticks,key,cost,note\n", "line 1: the header is"),
    ("OP,ticks,key,cost\n", "line 1: the header is"),
    ("op,ticks,key,cost\nacquire,0,k,1\nborrow,0,k,1\n", "line 3: op `borrow` is neither `acquire` nor `release`"),
    ("op,ticks,key,cost\n\n\nborrow,0,k,1\n", "line 4: op `borrow`"),
    ("op,ticks,key,cost\r\nacquire,0,\"k\r\n\",1\r\nborrow,0,k,1\r\n", "line 4: op `borrow`"),
    ("op,ticks,key,cost\nacquire,\"0\n\",k,1\n", "line 2: ticks `0\\n` is not a whole number"),
    (
        "op,ticks,key,cost\nacquire,soon,k,1\n",
        "line 2: ticks `soon` is not a whole number from 0 to 18446744073709551615",
    ),
    ("op,ticks,key,cost\nacquire,18446744073709551616,k,1\n", "line 2: ticks `18446744073709551616` is not"),
    ("op,ticks,key,cost\nacquire,-1,k,1\n", "line 2: ticks `-1` is not"),
    ("op,ticks,key,cost\nacquire,1.0,k,1\n", "line 2: ticks `1.0` is not"),
    ("op,ticks,key,cost\nacquire,0,k,\n", "line 2: cost `` is not a whole number"),
    ("op,ticks,key,cost\nacquire,0,k, 1\n", "line 2: cost ` 1` is not a whole number"),
    (
        "op,ticks,key,cost\nacquire,0,k,1\nacquire,0",
        "line 3: a row has the 4 columns `op,ticks,key,cost`, this one has 2: `acquire,0`",
    ),
    ("op,ticks,key,cost\nacquire,0,k,1,\n", "line 2: a row has the 4 columns `op,ticks,key,cost`, this one has 5"),
    ("op,ticks,key,cost\nacquire,0,\"k,1\n", "line 2: a row has the 4 columns `op,ticks,key,cost`, this one has 3"),
];

#[test]
fn a_malformed_row_is_named_by_its_line_and_no_file_pretends_to_be_complete() {
    let directory = scratch("a_malformed_row");
    let decisions = directory.join("out.csv");
    for (content, message) in MALFORMED {
        let told = refused(&args("-", text(&decisions)), content.as_bytes(), 1);
        assert!(told.contains(message), "{content:?}: {told}");
        assert!(told.contains("out.csv was not written"), "{content:?}: {told}");
        assert_eq!(names(&directory), [""; 0], "{content:?}");
    }
}

#[test]
fn a_malformed_row_leaves_earlier_decisions_in_the_file_alone() {
    let directory = scratch("a_malformed_row_leaves");
    let decisions = directory.join("out.csv");
    fs::write(&decisions, "from yesterday\n").unwrap();
    refused(&args("-", text(&decisions)), b"op,ticks,key,cost\nacquire,0,k,one\n", 1);
    assert_eq!(fs::read_to_string(&decisions).unwrap(), "from yesterday\n");
    printed(&args("-", text(&decisions)), b"op,ticks,key,cost\nacquire,0,k,1\n");
    assert_eq!(fs::read_to_string(&decisions).unwrap(), format!("{HEADER}admit,2,\n"));
}

#[test]
fn a_malformed_row_says_how_many_decisions_were_printed_before() {
    let run = run_with(&args("-", "-"), b"op,ticks,key,cost\nacquire,0,k,1\nacquire,0,k,1\nborrow,0,k,1\n");
    assert_eq!((run.code, run.out), (1, format!("{HEADER}admit,2,\nadmit,1,\n")));
    assert!(run.err.contains("line 4: op `borrow`") && run.err.contains("ends after 2 decisions"), "{}", run.err);
}

#[test]
fn a_cost_beyond_32_bits_is_an_error_with_a_32_bit_clock_only() {
    let rows = b"op,ticks,key,cost\nacquire,0,k,1\nacquire,0,k,4294967296\n";
    let mut args = args("-", "-");
    assert_eq!(printed(&args, rows), format!("{HEADER}admit,2,\nnever,2,\n"));
    args.extend(["--clock-bits", "32"]);
    let run = run_with(&args, rows);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("line 3: cost `4294967296` is not a whole number from 0 to 4294967295"), "{}", run.err);
}

#[test]
fn files_that_cannot_be_read_or_written_are_named() {
    let directory = scratch("files_that_cannot");
    let (events, decisions) = (directory.join("in.csv"), directory.join("out.csv"));
    let told = refused(&args(text(&events), text(&decisions)), b"", 1);
    assert!(told.contains("cannot read") && told.contains("in.csv"), "{told}");
    assert_eq!(names(&directory), [""; 0]);

    let told = refused(&args(text(&directory), text(&decisions)), b"", 1);
    assert!(told.contains("cannot read"), "{told}");
    assert_eq!(names(&directory), [""; 0]);

    fs::write(&events, "op,ticks,key,cost\n").unwrap();
    let elsewhere = directory.join("nowhere").join("out.csv");
    let told = refused(&args(text(&events), text(&elsewhere)), b"", 1);
    assert!(told.contains("cannot write") && told.contains("nowhere"), "{told}");

    let told = refused(&args(text(&events), text(&directory)), b"", 1);
    assert!(told.contains("cannot write"), "{told}");
}

#[test]
fn the_events_are_never_overwritten() {
    let directory = scratch("the_events_are_never");
    let events = directory.join("in.csv");
    fs::write(&events, "op,ticks,key,cost\n").unwrap();
    let told = refused(&args(text(&events), text(&directory.join(".").join("in.csv"))), b"", 2);
    assert!(told.contains("would overwrite the events"), "{told}");
    assert_eq!(fs::read_to_string(&events).unwrap(), "op,ticks,key,cost\n");
}

#[cfg(unix)]
#[test]
fn a_link_is_written_through_and_a_device_is_written_to() {
    use std::os::unix::fs::{FileTypeExt, symlink};

    let directory = scratch("a_link_is_written_through");
    let (link, target) = (directory.join("link.csv"), directory.join("target.csv"));
    fs::write(&target, "").unwrap();
    symlink(&target, &link).unwrap();
    printed(&args("-", text(&link)), b"op,ticks,key,cost\n");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&target).unwrap(), HEADER);

    printed(&args("-", "/dev/null"), b"op,ticks,key,cost\n");
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let told = refused(&args("-", "/dev/full"), b"op,ticks,key,cost\n", 1);
    assert!(told.contains("cannot write /dev/full"), "{told}");
}
