use std::collections::BTreeSet;

use tollgate::http::{Report, Reported, RetryAfter};

/// The lines of a head: name, colon, value.
fn lines(head: &[u8]) -> Vec<(&[u8], &[u8])> {
    head.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            Some((&line[..colon], line[colon + 1..].trim_ascii_end()))
        })
        .collect()
}

/// Reads a head forwards and backwards.
pub fn run(head: &[u8]) {
    let mut lines = lines(head);
    let report = Report::read(lines.iter().copied());
    bounds_hold(&report);

    let names: BTreeSet<_> = lines.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    let each_once = names.len() == lines.len();
    let partitions = head.windows(3).any(|bytes| bytes == b"pk=");
    lines.reverse();
    let backwards = Report::read(lines.iter().copied());
    bounds_hold(&backwards);
    // What is said once, and understood, means the same in any order.
    let understood = report.ignored().next().is_none() && backwards.ignored().next().is_none();
    if each_once && understood && !partitions {
        assert_eq!(sorted(&report), sorted(&backwards));
        assert_eq!((report.retry_after(), report.date()), (backwards.retry_after(), backwards.date()));
    }

    // Names are read in any case.
    let loud: Vec<_> = lines.iter().map(|(name, value)| (name.to_ascii_uppercase(), *value)).collect();
    let loud = Report::read(loud.iter().map(|(name, value)| (&name[..], *value)));
    assert_eq!(windows(&loud), windows(&backwards));
    assert_eq!((loud.retry_after(), loud.date()), (backwards.retry_after(), backwards.date()));
}

fn bounds_hold(report: &Report<'_>) {
    assert!(report.windows().count() <= Report::MOST_WINDOWS);
    assert!(report.ignored().count() <= Report::MOST_IGNORED);
    assert!(report.ignored_beyond() == 0 || report.ignored().count() == Report::MOST_IGNORED);
    for ignored in report.ignored() {
        assert!(ignored.to_string().contains(" ignored: "));
    }
    for window in report.windows() {
        assert!(!window.is_refusing() || window.name().is_some());
        let says_something = window.limit().is_some() || window.remaining().is_some() || window.reset().is_some();
        assert!(says_something, "{window:?}");
    }
    if let Some(RetryAfter::At(date)) = report.retry_after() {
        assert_eq!(RetryAfter::parse(date.to_string().as_bytes()), Ok(RetryAfter::At(date)));
    }
}

/// All that can be asked of a window.
fn said(window: &Reported<'_>) -> String {
    let counts = (window.limit(), window.remaining(), window.window(), window.reset());
    let unit = window.unit().map(|unit| unit.to_string());
    let partition = window.partition().map(|key| key.to_string());
    format!("{:?} {counts:?} {unit:?} {partition:?} {}", window.name(), window.is_refusing())
}

fn windows(report: &Report<'_>) -> Vec<String> {
    report.windows().map(|window| said(&window)).collect()
}

fn sorted(report: &Report<'_>) -> Vec<String> {
    let mut windows = windows(report);
    windows.sort();
    windows
}
