//! What a response says of limits and counts.

use tollgate::Quota;
use tollgate::client::{By, Feedback, Mirror, Poll, Reading, Response};

use super::{HOLDS, HOUR, MINUTE, NOTHING, SECOND, endpoint, left, shop, token, used};

#[test]
fn the_level_is_raised_to_what_the_server_counts() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let _ = shop.observe(0, &Response::to(sent), [used(32, 80)]);
    assert_eq!(shop.levels()[0].level(0), 32);
    assert_eq!(shop.levels()[0].level(3 * SECOND), 20, "and leaks on from there");

    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(2, 500)]);
    assert_eq!(endpoint.levels()[0].remaining(0), Some(2));
    assert!(endpoint.send(0, 2).is_ok());
    let blocked = endpoint.send(0, 1).unwrap_err();
    assert_eq!(blocked.by(), By::Count(0));
    let Poll::Wait(wait) = blocked.poll() else { panic!() };
    assert!((HOUR..=HOUR + HOUR / 30).contains(&wait), "an hour, and at most a thirtieth more: {wait}");
}

#[test]
fn the_level_is_never_lowered_by_a_server_that_counts_less() {
    let mut shop = shop();
    let sent = (0..40).map(|_| shop.send(0, 1).unwrap()).last().unwrap();
    let _ = shop.observe(0, &Response::to(sent), [used(1, 80)]);
    assert_eq!(shop.levels()[0].level(0), 40);

    let mut endpoint = endpoint();
    let sent = (0..40).map(|_| endpoint.send(0, 1).unwrap()).last().unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(499, 500)]);
    assert_eq!(endpoint.levels()[0].level(0), 40);
}

#[test]
fn requests_sent_since_count_on_top_of_what_the_server_counted() {
    let mut shop = shop();
    let first = shop.send(0, 1).unwrap();
    for _ in 0..5 {
        let _ = shop.send(0, 2).unwrap();
    }
    let _ = shop.observe(0, &Response::to(first), [used(30, 80)]);
    assert_eq!(shop.levels()[0].level(0), 40);
}

#[test]
fn what_no_longer_counts_here_does_not_count_on_top_of_a_response_that_took_long() {
    let mut token = token();
    let first = token.send(0, 1).unwrap();
    for now in (0..10).map(|second| second * SECOND + 500) {
        let _ = token.send(now, 5).unwrap();
    }
    let late = 10 * SECOND;
    assert_eq!(token.levels()[1].level(late), 5);
    let _ = token.observe(late, &Response::to(first), [Reading { name: Some(b"tokenLimit"), ..left(9, 16) }]);
    assert_eq!(token.levels()[1].level(late), 7 + 5);
}

#[test]
fn a_larger_limit_than_ours_is_told_and_not_believed() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let learned = endpoint.observe(0, &Response::to(sent), [left(999, 1_000)]);
    assert_eq!(learned.other_limits, 1);
    let level = &endpoint.levels()[0];
    assert_eq!((level.limit(), level.told_limit(), level.remaining(0)), (Some(500), Some(1_000), Some(499)));
}

#[test]
fn a_smaller_limit_than_ours_is_believed_and_shown_until_a_period_after_it_was_last_told() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let learned = endpoint.observe(0, &Response::to(sent), [left(99, 100)]);
    assert_eq!(learned.other_limits, 1);
    let level = &endpoint.levels()[0];
    assert_eq!((level.limit(), level.told_limit(), level.remaining(0)), (Some(100), Some(100), Some(99)));
    assert_eq!(endpoint.poll(0, 100), Poll::Wait(HOUR));

    let sent = endpoint.send(MINUTE, 99).unwrap();
    assert!(endpoint.poll(MINUTE, 1).wait() > Some(0));
    let learned = endpoint.observe(MINUTE, &Response::to(sent), [left(400, 500)]);
    assert_eq!(learned.other_limits, 0);
    assert!(endpoint.poll(HOUR - 1, 1).wait() > Some(0), "the server has grown again, and is not trusted");
    assert!(endpoint.poll(HOUR, 1).is_ready());
    assert_eq!(endpoint.levels()[0].limit(), Some(500));
}

#[test]
fn a_limit_that_has_grown_but_not_to_ours_is_not_believed_before_the_lower_one_is_forgotten() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(99, 100)]);
    let _ = endpoint.observe(MINUTE, &Response::to(sent), [left(299, 300)]);
    assert_eq!((endpoint.levels()[0].limit(), endpoint.levels()[0].told_limit()), (Some(100), Some(300)));
    assert!(endpoint.poll(HOUR, 1).is_ready());
    assert_eq!(endpoint.levels()[0].limit(), Some(500));
}

#[test]
fn what_was_used_of_a_larger_limit_counts_in_full_against_ours() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(550, 1_000)]);
    assert_eq!(endpoint.levels()[0].remaining(0), Some(50));
}

#[test]
fn a_limit_of_0_is_shown_and_does_not_stop_everything() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::to(sent), [Reading { limit: Some(0), ..NOTHING }]);
    assert_eq!((learned.other_limits, shop.levels()[0].told_limit()), (1, Some(0)));
    assert!(shop.poll(0, 79).is_ready());
}

#[test]
fn what_was_used_beyond_our_limit_fills_it_and_no_more() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let _ = shop.observe(0, &Response::to(sent), [used(u32::MAX, u32::MAX)]);
    assert_eq!((shop.levels()[0].level(0), shop.poll(0, 1)), (80, Poll::Wait(250)));
}

#[test]
fn a_cost_that_never_fits_is_refused_and_not_waited_for() {
    let mut shop = shop();
    let Poll::Refused(never) = shop.poll(0, 81) else { panic!() };
    assert_eq!((never.cost(), never.capacity()), (81, 80));
    assert_eq!(shop.send(0, 81).unwrap_err().by(), By::Count(0));
    assert_eq!(shop.levels()[0].level(0), 0);
}

#[test]
fn readings_are_matched_by_name_in_any_case() {
    let mut token = token();
    let sent = token.send(0, 1).unwrap();
    let readings = [("TOKENLIMIT", 10), ("crosstokenlimit", 30)].map(|(name, used)| Reading {
        name: Some(name.as_bytes()),
        used: Some(used),
        ..NOTHING
    });
    assert_eq!(token.observe(0, &Response::to(sent), readings).unmatched, 0);
    assert_eq!([0, 1].map(|number| token.levels()[number].level(0)), [30, 10]);
}

#[test]
fn readings_without_a_known_name_are_matched_by_limit_or_else_by_period() {
    let levels = || {
        [Mirror::<u32>::window("second", Quota::per(10, SECOND)), Mirror::<u32>::window("hour", Quota::per(500, HOUR))]
    };
    let mut both = Feedback::new(levels(), HOLDS);
    let sent = both.send(0, 1).unwrap();
    let burst = Reading { name: Some(b"burst"), ..left(3, 10) };
    let hourly = Reading { period: Some(HOUR), remaining: Some(400), limit: Some(450), ..NOTHING };
    let learned = both.observe(0, &Response::to(sent), [burst, hourly]);
    assert_eq!((learned.unmatched, learned.other_limits), (0, 1));
    assert_eq!([0, 1].map(|number| both.levels()[number].level(0)), [7, 50]);

    let mut both = Feedback::new(levels(), HOLDS);
    let sent = both.send(0, 1).unwrap();
    let daily = Reading { period: Some(24 * HOUR), ..left(3, 10) };
    let unknown = left(3, 11);
    assert_eq!(both.observe(0, &Response::to(sent), [daily, unknown]).unmatched, 2);
    assert_eq!([0, 1].map(|number| both.levels()[number].level(0)), [1, 1], "nothing is guessed");
}

#[test]
fn two_levels_alike_are_told_apart_by_name_alone() {
    let alike = |name| Mirror::<u32>::window(name, Quota::per(10, SECOND));
    let mut both = Feedback::new([alike("one"), alike("other")], HOLDS);
    let sent = both.send(0, 1).unwrap();
    assert_eq!(both.observe(0, &Response::to(sent), [left(3, 10)]).unmatched, 1);
    let other = Reading { name: Some(b"other"), ..left(3, 10) };
    assert_eq!(both.observe(0, &Response::to(sent), [other]).unmatched, 0);
    assert_eq!([0, 1].map(|number| both.levels()[number].level(0)), [1, 7]);
}

#[test]
fn the_only_reading_is_about_the_only_level_unless_it_tells_another_period() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let other = Reading { name: Some(b"default"), ..left(90, 100) };
    assert_eq!(endpoint.observe(0, &Response::to(sent), [other]).unmatched, 0);
    let daily = Reading { period: Some(24 * HOUR), ..left(0, 1_000) };
    assert_eq!(endpoint.observe(0, &Response::to(sent), [daily]).unmatched, 1);
    assert_eq!(endpoint.observe(0, &Response::to(sent), [left(0, 1_000), left(90, 100)]).unmatched, 2);
    assert_eq!(endpoint.levels()[0].level(0), 10);
}

#[test]
fn a_request_counts_at_every_level_or_at_none() {
    let mut token = token();
    for _ in 0..16 {
        let _ = token.send(0, 1).unwrap();
    }
    assert_eq!(token.send(0, 1).unwrap_err().by(), By::Count(1));
    assert_eq!([0, 1, 2].map(|number| token.levels()[number].level(0)), [16, 16, 0]);
}
