//! A whole response.

use std::time::Duration;

use proptest::prelude::*;
use tollgate::http::structured::{Bytes, Text};
use tollgate::http::{HttpDate, Reason, Report, Reported, Reset, RetryAfter};

use crate::fuzzed::report::run;

/// Reads lines such as `Name: value`.
fn read<'h>(lines: &[&'h str]) -> Report<'h> {
    Report::read(lines.iter().map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.as_bytes(), value.trim().as_bytes())
    }))
}

type Said = (Option<u64>, Option<u64>, Option<u64>, Option<Reset>);

/// Limit, remaining, seconds of the window and reset.
fn said(window: &Reported<'_>) -> Said {
    (window.limit(), window.remaining(), window.window().map(|window| window.as_secs()), window.reset())
}

fn all(report: &Report<'_>) -> Vec<Said> {
    report.windows().map(|window| said(&window)).collect()
}

fn names<'h>(report: &Report<'h>) -> Vec<Option<&'h str>> {
    report.windows().map(|window| window.name().map(|name| std::str::from_utf8(name).unwrap())).collect()
}

fn ignored<'h>(report: &Report<'h>) -> Vec<(&'h str, Reason)> {
    report.ignored().map(|ignored| (std::str::from_utf8(ignored.header()).unwrap(), ignored.reason())).collect()
}

const fn after(seconds: u64) -> Reset {
    Reset::After(Duration::from_secs(seconds))
}

#[test]
fn what_is_not_about_limits_is_passed_over_silently() {
    let report = read(&[
        "Content-Type: text/html",
        "X-RateLimit-Used: many",
        "X-Rate-Limit: 5",
        "RateLimited: x",
        "Dates: x",
        ": x",
    ]);
    assert_eq!((report.windows().count(), report.ignored().count()), (0, 0));
    assert_eq!((report.retry_after(), report.date()), (None, None));
}

#[test]
fn the_trio_of_either_prefix_is_one_window() {
    for prefix in ["X-RateLimit", "X-Rate-Limit", "RateLimit"] {
        let lines = [format!("{prefix}-Limit: 100"), format!("{prefix}-Remaining: 50"), format!("{prefix}-Reset: 30")];
        let lines = lines.each_ref().map(String::as_str);
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            assert_eq!(all(&read(&order.map(|at| lines[at]))), [(Some(100), Some(50), None, Some(after(30)))]);
        }
    }
}

#[test]
fn names_are_read_in_any_case() {
    let report = read(&[
        "x-ratelimit-limit: 100",
        "X-RATELIMIT-REMAINING: 50",
        "rEtRy-AfTeR: 3",
        "DATE: Sun, 06 Nov 1994 08:49:37 GMT",
    ]);
    assert_eq!(all(&report), [(Some(100), Some(50), None, None)]);
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(3))));
    assert_eq!(report.date(), Some(HttpDate::from_seconds(784_111_777)));
}

#[test]
fn prefixes_are_not_mixed() {
    let report = read(&["X-RateLimit-Limit: 100", "X-Rate-Limit-Remaining: 5", "RateLimit-Remaining: 6"]);
    assert_eq!(all(&report), [(Some(100), None, None, None), (None, Some(5), None, None), (None, Some(6), None, None)]);
}

#[test]
fn draft_03_joins_the_window_of_the_nearest_limit() {
    for lines in [
        ["RateLimit-Limit: 100, 100;w=60, 1000;w=3600", "RateLimit-Remaining: 50", "RateLimit-Reset: 30"],
        ["RateLimit-Remaining: 50", "RateLimit-Reset: 30", "RateLimit-Limit: 100, 100;w=60, 1000;w=3600"],
    ] {
        let report = read(&lines);
        assert_eq!(
            all(&report),
            [(Some(100), Some(50), Some(60), Some(after(30))), (Some(1_000), None, Some(3_600), None)]
        );
        assert_eq!(report.ignored().count(), 0);
    }
}

#[test]
fn a_limit_list_over_several_lines_is_one_list() {
    let report = read(&["RateLimit-Limit: 100", "RateLimit-Limit: 1000;w=3600", "RateLimit-Limit: 100;w=60"]);
    assert_eq!(all(&report), [(Some(1_000), None, Some(3_600), None), (Some(100), None, Some(60), None)]);
}

#[test]
fn draft_07_joins_budget_and_policy_by_the_limit() {
    let (budget, policy) = ("RateLimit: limit=100, remaining=50, reset=30", "RateLimit-Policy: 1000;w=3600, 100;w=60");
    let nearest = (Some(100), Some(50), Some(60), Some(after(30)));
    let hour = (Some(1_000), None, Some(3_600), None);
    assert_eq!(all(&read(&[budget, policy])), [hour, nearest]);
    assert_eq!(all(&read(&[policy, budget])), [hour, nearest]);
}

#[test]
fn a_limit_with_a_window_of_its_own_is_not_joined_with_a_policy_of_another() {
    let (limit, policy) = ("RateLimit-Limit: 100;w=60", "RateLimit-Policy: 100;w=30, 100;w=60");
    let (half, whole) = ((Some(100), None, Some(30), None), (Some(100), Some(5), Some(60), None));
    assert_eq!(all(&read(&[limit, policy, "RateLimit-Remaining: 5"])), [half, whole]);
    assert_eq!(all(&read(&[limit, "RateLimit-Policy: 100;w=30", "RateLimit-Remaining: 5"])), [half, whole]);
}

#[test]
fn draft_10_joins_policy_and_state_by_name() {
    let policies = r#"RateLimit-Policy: "burst";q=100;w=60,"daily";q=1000;w=86400"#;
    let states = r#"RateLimit: "daily";r=7;t=4000, "burst";r=50;t=30"#;
    let (burst, daily) =
        ((Some(100), Some(50), Some(60), Some(after(30))), (Some(1_000), Some(7), Some(86_400), Some(after(4_000))));
    let report = read(&[policies, states]);
    assert_eq!((all(&report), names(&report)), (vec![burst, daily], vec![Some("burst"), Some("daily")]));
    let report = read(&[states, policies]);
    assert_eq!((all(&report), names(&report)), (vec![daily, burst], vec![Some("daily"), Some("burst")]));
}

#[test]
fn draft_10_over_several_lines_is_one_list() {
    let report = read(&[
        r#"RateLimit: "a";r=1"#,
        r#"RateLimit: "b";r=2"#,
        r#"RateLimit-Policy: "b";q=20"#,
        r#"RateLimit-Policy: "a";q=10"#,
    ]);
    assert_eq!(all(&report), [(Some(10), Some(1), None, None), (Some(20), Some(2), None, None)]);
}

#[test]
fn draft_10_keeps_partitions_of_a_name_apart() {
    let report = read(&[
        r#"RateLimit-Policy: "peruser";q=100;w=60;qu="content-bytes";pk=:YWxpY2U=:"#,
        r#"RateLimit: "peruser";r=5;pk=:Ym9i:, "peruser";r=50;pk=:YWxpY2U=:"#,
    ]);
    assert_eq!(all(&report), [(Some(100), Some(50), Some(60), None), (None, Some(5), None, None)]);
    let alice = report.windows().next().unwrap();
    assert_eq!((alice.partition(), alice.unit()), (Some(Bytes::new(b"alice")), Some(Text::new("content-bytes"))));
}

#[test]
fn a_key_that_only_one_line_gives_keeps_nothing_apart() {
    let report = read(&[r#"RateLimit-Policy: "peruser";q=100"#, r#"RateLimit: "peruser";r=50;pk=:YWxpY2U=:"#]);
    assert_eq!(all(&report), [(Some(100), Some(50), None, None)]);
}

#[test]
fn an_api_call_limit_is_limit_and_what_remains() {
    for name in ["X-Haravan-Api-Call-Limit", "X-Shopify-Shop-Api-Call-Limit", "http_x_haravan-api-call-limit"] {
        assert_eq!(all(&read(&[&format!("{name}: 32/80")])), [(Some(80), Some(48), None, None)]);
    }
    assert_eq!(all(&read(&["A-Api-Call-Limit: 1/2", "B-Api-Call-Limit: 3/9"])).len(), 2);
    assert_eq!(all(&read(&["A-Api-Call-Limit: 1/2", "a-api-call-limit: 1/2"])).len(), 1);
}

#[test]
fn a_level_of_clover_is_named_by_its_header_and_refuses() {
    for level in ["crossTokenLimit", "tokenLimit", "crossTokenConcurrentLimit", "tokenConcurrentLimit"] {
        for name in [format!("X-RateLimit-{level}"), format!("x-ratelimit-{level}").to_lowercase()] {
            let line = format!("{name}: 16");
            let report = read(&[&line]);
            assert_eq!((all(&report), names(&report)), (vec![(Some(16), None, None, None)], vec![Some(level)]));
            assert!(report.windows().all(|window| window.is_refusing()));
        }
    }
}

#[test]
fn only_the_levels_of_clover_refuse() {
    let report = read(&["X-RateLimit-Remaining: 0", r#"RateLimit: "tokenLimit";r=0"#, "X-Api-Call-Limit: 80/80"]);
    assert_eq!(report.windows().filter(Reported::is_refusing).count(), 0);
    assert_eq!(report.windows().count(), 3);
}

#[test]
fn a_response_of_clover() {
    let report = read(&["X-RateLimit-tokenConcurrentLimit: 5", "retry-after: 21"]);
    assert_eq!((all(&report), names(&report)), (vec![(Some(5), None, None, None)], vec![Some("tokenConcurrentLimit")]));
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(21))));
}

#[test]
fn a_response_of_conecto() {
    let report = read(&["X-RateLimit-Limit: 500", "X-RateLimit-Remaining: 0", "Retry-After: 1800"]);
    assert_eq!(all(&report), [(Some(500), Some(0), None, None)]);
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(1_800))));
}

#[test]
fn a_response_of_haravan() {
    let report = read(&["X-Haravan-Api-Call-Limit: 80/80", "Retry-After: 2.0"]);
    assert_eq!(all(&report), [(Some(80), Some(0), None, None)]);
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(2))));
}

#[test]
fn a_reset_is_told_apart_by_its_size() {
    let report = read(&["X-RateLimit-Reset: 1700649279646", "RateLimit-Reset: 1700649279"]);
    let (millis, seconds) = (Duration::from_millis(1_700_649_279_646), Duration::from_secs(1_700_649_279));
    assert_eq!(
        all(&report),
        [(None, None, None, Some(Reset::At(millis))), (None, None, None, Some(Reset::At(seconds)))]
    );
}

#[test]
fn a_year_of_two_digits_is_understood_from_the_date_of_the_response() {
    let (wait, date) = ("Retry-After: Friday, 01-Jan-00 00:00:10 GMT", "Date: Thu, 31 Dec 2099 23:59:59 GMT");
    for lines in [[wait, date], [date, wait]] {
        let Some(RetryAfter::At(until)) = read(&lines).retry_after() else { panic!() };
        assert_eq!(until.to_string(), "Fri, 01 Jan 2100 00:00:10 GMT");
    }
    // Without one it is 2000, which began with a Saturday.
    assert_eq!(ignored(&read(&[wait])), [("Retry-After", Reason::WrongWeekday)]);
}

#[test]
fn the_first_of_two_that_differ_counts() {
    let report = read(&[
        "Retry-After: 5",
        "retry-after: 5",
        "Retry-After: 7",
        "X-RateLimit-Limit: 100",
        "X-RateLimit-Limit: 200",
        "X-RateLimit-Remaining: 1",
        "X-RateLimit-Remaining: 1",
    ]);
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(5))));
    assert_eq!(all(&report), [(Some(100), Some(1), None, None)]);
    assert_eq!(ignored(&report), [("Retry-After", Reason::Repeated), ("X-RateLimit-Limit", Reason::Repeated)]);
}

#[test]
fn garbage_hides_nothing_that_follows_it() {
    let report = read(&["Retry-After: soon", "Retry-After: 5", "X-RateLimit-Limit: lots", "X-RateLimit-Limit: 100"]);
    assert_eq!(report.retry_after(), Some(RetryAfter::After(Duration::from_secs(5))));
    assert_eq!(all(&report), [(Some(100), None, None, None)]);
    assert_eq!(ignored(&report), [("Retry-After", Reason::NotAWait), ("X-RateLimit-Limit", Reason::NotANumber)]);
}

#[test]
fn garbage_opens_no_window() {
    let report = read(&[
        "X-RateLimit-Remaining: x",
        "X-Api-Call-Limit: 3",
        r#"RateLimit: "a";r="#,
        "X-RateLimit-tokenLimit: -1",
    ]);
    assert_eq!(report.windows().count(), 0);
    let reasons: Vec<_> = ignored(&report).into_iter().map(|(_, reason)| reason).collect();
    assert_eq!(reasons, [Reason::NotANumber, Reason::NotUsedOfSize, Reason::Syntax { at: 6 }, Reason::Negative]);
}

#[test]
fn a_limit_that_is_no_number_opens_no_window_beside_those_that_are() {
    let report = read(&[r#"RateLimit-Limit: -1, "a";q=3"#]);
    assert_eq!((names(&report), ignored(&report)), (vec![Some("a")], vec![("RateLimit-Limit", Reason::Negative)]));
}

#[test]
fn a_policy_that_is_said_twice_is_one_window() {
    let line = r#"RateLimit-Policy: 5;w=60;qu="content-bytes", 5;w=60, "a";q=5;w=60;qu="content-bytes";pk=:aGk=:"#;
    let report = read(&[line, line]);
    assert_eq!((report.windows().count(), report.ignored().count()), (3, 0));
}

#[test]
fn a_member_that_says_nothing_leaves_the_others_be() {
    let report = read(&[r#"RateLimit-Policy: "a";q=1, "b", "c";q=3"#]);
    assert_eq!(
        (names(&report), ignored(&report)),
        (vec![Some("a"), Some("c")], vec![("RateLimit-Policy", Reason::NoQuota)])
    );
}

#[test]
fn the_ninth_window_is_ignored_with_a_reason() {
    assert_eq!(Report::MOST_WINDOWS, 8);
    let lines: Vec<_> = (0..9).map(|window| format!("RateLimit: \"{window}\";r={window}")).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let report = read(&lines);
    assert_eq!(names(&report), ["0", "1", "2", "3", "4", "5", "6", "7"].map(Some));
    assert_eq!(ignored(&report), [("RateLimit", Reason::TooManyWindows)]);
    let text = report.ignored().next().unwrap().to_string();
    assert_eq!(text, "RateLimit ignored: one window more than are kept, which are 8");
}

#[test]
fn eight_policies_and_the_state_of_one_are_eight_windows() {
    let policies: Vec<_> = (1..=8).map(|hours| format!("{hours}00;w={hours}")).collect();
    let policies = format!("RateLimit-Policy: {}", policies.join(", "));
    for lines in
        [[&policies[..], "RateLimit: limit=300, remaining=5"], ["RateLimit: limit=300, remaining=5", &policies]]
    {
        let report = read(&lines);
        assert_eq!(report.windows().count(), 8);
        assert_eq!(ignored(&report), []);
        assert!(all(&report).contains(&(Some(300), Some(5), Some(3), None)));
    }
}

#[test]
fn what_is_ignored_is_bounded_and_counted_beyond() {
    let report = read(&["Retry-After: soon"; 20]);
    assert_eq!((report.ignored().count(), report.ignored_beyond()), (Report::MOST_IGNORED, 20 - Report::MOST_IGNORED));
}

#[test]
fn an_ignored_line_says_its_name_and_why() {
    let report = Report::read([(&b"Retry-After"[..], &b"soon"[..])]);
    let text = report.ignored().next().unwrap().to_string();
    let why = "neither seconds, as in 120 or 2.0, nor a date, as in Sun, 06 Nov 1994 08:49:37 GMT";
    assert_eq!(text, format!("Retry-After ignored: {why}"));
}

#[test]
fn bytes_that_are_no_text_are_ignored() {
    let report = Report::read([(&b"Retry-After"[..], &[0xff, 0x00][..]), (&[0xff][..], &b"5"[..])]);
    assert_eq!(ignored(&report), [("Retry-After", Reason::NotAWait)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_head_of_known_lines_is_borne(lines in prop::collection::vec(any_line(), 0..12)) {
        run(lines.join("\n").as_bytes());
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        run(&bytes);
    }
}

fn any_line() -> impl Strategy<Value = String> {
    let names = "Retry-After Date X-RateLimit-Limit X-RateLimit-Remaining X-RateLimit-Reset RateLimit-Limit RateLimit-Remaining \
        RateLimit-Reset RateLimit RateLimit-Policy X-Haravan-Api-Call-Limit X-RateLimit-tokenLimit";
    let values = r#"5|soon|100, 100;w=60, 1000;w=3600|100;w=60|100|limit=100, remaining=5|"a";q=5;w=9|"a";r=5;t=3, "b";r=1|32/80|-1|"a";q|1700649279"#;
    let names: Vec<_> = names.split_whitespace().map(str::to_owned).collect();
    let values: Vec<_> = values.split('|').map(str::to_owned).collect();
    (prop::sample::select(names), prop::sample::select(values)).prop_map(|(name, value)| format!("{name}: {value}"))
}
