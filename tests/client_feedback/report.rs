//! Heads of responses, as they come.

use core::time::Duration;

use tollgate::Quota;
use tollgate::client::{By, Feedback, Learned, Mirror, NoWait, Poll, ServerTime};
use tollgate::http::Report;
use tollgate::time::TickLength;

use super::{HOLDS, HOUR, MINUTE, SECOND, endpoint, shop, token};

/// Sends one request at 0 and reads its response.
fn hear<const N: usize>(
    feedback: &mut Feedback<u32, N>,
    status: u16,
    head: &[(&str, &str)],
    wall: Option<u64>,
) -> Learned<u32> {
    let sent = feedback.send(0, 1).unwrap();
    let report = Report::read(head.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let mut time = ServerTime::new(TickLength::MILLISECOND);
    feedback.observe_report(0, sent, status, &report, &mut time, wall.map(Duration::from_secs))
}

#[test]
fn haravan_32_of_80() {
    let mut shop = shop();
    let _ = hear(&mut shop, 200, &[("X-Haravan-Api-Call-Limit", "32/80")], None);
    assert_eq!(shop.levels()[0].level(0), 32);
}

#[test]
fn haravan_429_at_80_of_80_waits_2_seconds() {
    let mut shop = shop();
    let head = [("X-Haravan-Api-Call-Limit", "80/80"), ("Retry-After", "2.0")];
    let learned = hear(&mut shop, 429, &head, None);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Hold(0), 2 * SECOND)), false));
}

#[test]
fn haravan_429_at_32_of_80_is_of_another_limit() {
    let mut shop = shop();
    let head = [("X-Haravan-Api-Call-Limit", "32/80"), ("Retry-After", "2.0")];
    let learned = hear(&mut shop, 429, &head, None);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Everything, 2 * SECOND)), true));
    assert_eq!(shop.levels()[0].level(0), 32);
}

#[test]
fn conecto_limit_and_remaining() {
    let mut endpoint = endpoint();
    let learned = hear(&mut endpoint, 200, &[("X-RateLimit-Limit", "500"), ("X-RateLimit-Remaining", "12")], None);
    assert_eq!((learned.unmatched, learned.held), (0, None));
    assert_eq!(endpoint.levels()[0].remaining(0), Some(12));
}

#[test]
fn clover_names_the_level_and_the_wait() {
    let mut token = token();
    let learned = hear(&mut token, 429, &[("X-RateLimit-tokenLimit", "16")], None);
    assert_eq!((learned.held, learned.other_limits), (Some((By::Hold(1), SECOND)), 0));
    let mut token = super::token();
    let head = [("X-RateLimit-tokenConcurrentLimit", "5"), ("retry-after", "21")];
    assert_eq!(hear(&mut token, 429, &head, None).held, Some((By::Hold(3), 21 * SECOND)));
}

#[test]
fn policies_by_name() {
    let levels = [
        Mirror::<u32>::window("burst", Quota::per(100, MINUTE)),
        Mirror::<u32>::window("daily", Quota::per(1_000, 24 * HOUR)),
    ];
    let mut api = Feedback::new(levels, HOLDS);
    let head = [
        ("RateLimit-Policy", r#""daily";q=1000;w=86400, "burst";q=80;w=60"#),
        ("RateLimit", r#""burst";r=50;t=30, "daily";r=900;t=4000, "weekly";r=1"#),
    ];
    let learned = hear(&mut api, 200, &head, None);
    assert_eq!((learned.unmatched, learned.other_limits), (1, 1));
    assert_eq!([0, 1].map(|level: usize| api.levels()[level].level(0)), [30, 100]);
    assert_eq!([0, 1].map(|level: usize| api.levels()[level].limit()), [Some(80), Some(1_000)]);
}

#[test]
fn what_counts_bytes_is_not_taken_for_requests() {
    let mut endpoint = endpoint();
    let head =
        [("RateLimit-Policy", r#""traffic";q=500;w=3600;qu="content-bytes""#), ("RateLimit", r#""traffic";r=0;t=30"#)];
    let learned = hear(&mut endpoint, 200, &head, None);
    assert_eq!((learned.unmatched, learned.held, endpoint.levels()[0].level(0)), (1, None, 1));
}

#[test]
fn a_date_to_retry_after_needs_a_clock() {
    let retry = ("Retry-After", "Sun, 06 Nov 1994 08:50:07 GMT");
    let date = ("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let held = |learned: &Learned<u32>| learned.held.map(|(_, ticks)| ticks);
    let told = hear(&mut shop(), 429, &[date, retry], None);
    assert_eq!((held(&told), told.no_wait), (Some(30 * SECOND), None));
    let by_wall = hear(&mut shop(), 429, &[retry], Some(784_111_777 + 10));
    assert_eq!((held(&by_wall), by_wall.no_wait), (Some(20 * SECOND), None));
    let nobody_knows = hear(&mut shop(), 429, &[retry], None);
    assert_eq!((held(&nobody_knows), nobody_knows.no_wait), (Some(SECOND), Some(NoWait::NoClock)));
    let over = hear(&mut shop(), 429, &[retry], Some(1_700_000_000));
    assert_eq!((held(&over), over.no_wait), (Some(SECOND), Some(NoWait::Over)));
    let decades = hear(&mut shop(), 429, &[retry], Some(0));
    assert_eq!((held(&decades), decades.too_long), (Some(HOUR), Some(u32::MAX)));
}

#[test]
fn an_epoch_to_reset_at_counts_from_the_date() {
    let head = [
        ("Date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("X-RateLimit-Limit", "500"),
        ("X-RateLimit-Remaining", "0"),
        ("X-RateLimit-Reset", "1700000000"),
    ];
    let mut endpoint = endpoint();
    let learned = hear(&mut endpoint, 200, &head, None);
    assert_eq!((learned.held, learned.too_long), (Some((By::Hold(0), HOUR)), Some(u32::MAX)), "years");
    let mut endpoint = super::endpoint();
    let head = [("X-RateLimit-Limit", "500"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1700000000000")];
    let learned = hear(&mut endpoint, 200, &head, Some(1_700_000_000 - 90));
    assert_eq!(learned.held, Some((By::Hold(0), 90 * SECOND)));
}

#[test]
fn garbage_changes_nothing_and_still_waits_after_a_429() {
    let mut shop = shop();
    let head = [("Retry-After", "soon"), ("X-Haravan-Api-Call-Limit", "many"), ("Date", "today")];
    let learned = hear(&mut shop, 200, &head, None);
    assert_eq!((learned.held, learned.unmatched, shop.levels()[0].level(0)), (None, 0, 1));
    let learned = hear(&mut shop, 429, &head, None);
    assert_eq!(learned.held, Some((By::Everything, SECOND)));
}

#[test]
fn a_wait_comes_with_any_status() {
    let mut shop = shop();
    let learned = hear(&mut shop, 503, &[("Retry-After", "120")], None);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Everything, 2 * MINUTE)), false));
    assert_eq!(shop.poll(0, 1), Poll::Wait(2 * MINUTE));
}

#[test]
fn a_limit_that_is_told_under_two_prefixes_is_one() {
    let mut endpoint = endpoint();
    let head = [
        ("X-RateLimit-Limit", "400"),
        ("X-RateLimit-Remaining", "12"),
        ("X-RateLimit-Reset", "1700000030"),
        ("RateLimit-Limit", "400"),
        ("RateLimit-Remaining", "12"),
        ("RateLimit-Reset", "30"),
    ];
    let learned = hear(&mut endpoint, 200, &head, None);
    assert_eq!((learned.unmatched, endpoint.levels()[0].remaining(0)), (0, Some(12)));
}
