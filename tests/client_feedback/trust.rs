//! A server that is trusted: its numbers replace ours.

use tollgate::Quota;
use tollgate::client::{By, Feedback, Mirror, Poll, Reading, Response, Trust};

use super::{HOLDS, HOUR, MINUTE, SECOND, endpoint, left, shop, used};

#[test]
fn the_level_is_lowered_to_what_the_server_counts_and_what_was_sent_since() {
    let mut shop = shop().trusting(Trust::Server);
    let sent = (0..40).map(|_| shop.send(0, 1).unwrap()).last().unwrap();
    let _ = shop.send(0, 3).unwrap();
    let _ = shop.observe(0, &Response::to(sent), [used(10, 80)]);
    assert_eq!(shop.levels()[0].level(0), 13);

    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = (0..40).map(|_| endpoint.send(0, 1).unwrap()).last().unwrap();
    let _ = endpoint.send(0, 3).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(490, 500)]);
    assert_eq!(endpoint.levels()[0].level(0), 13);
}

#[test]
fn an_older_response_does_not_loosen_what_a_newer_one_told() {
    let mut shop = shop().trusting(Trust::Server);
    let (first, second) = (shop.send(0, 1).unwrap(), shop.send(0, 1).unwrap());
    let _ = shop.observe(0, &Response::to(second).waiting(MINUTE), [used(70, 80)]);
    let learned = shop.observe(0, &Response::to(first).waiting(SECOND), [used(2, 80)]);
    assert!(learned.is_late);
    assert_eq!((shop.levels()[0].level(0), shop.poll(0, 1)), (70, Poll::Wait(MINUTE)));
    // It may still make stricter.
    let _ = shop.observe(0, &Response::to(first).waiting(2 * MINUTE), [used(75, 80)]);
    assert_eq!((shop.levels()[0].level(0), shop.poll(0, 1)), (76, Poll::Wait(2 * MINUTE)));
}

#[test]
fn a_newer_and_shorter_wait_replaces_a_longer_one_but_the_hold_unless_told_does_not() {
    let mut shop = shop().trusting(Trust::Server);
    let (first, second) = (shop.send(0, 1).unwrap(), shop.send(0, 1).unwrap());
    let _ = shop.observe(0, &Response::refusing(first).waiting(MINUTE), []);
    let _ = shop.observe(0, &Response::refusing(second), []);
    assert_eq!(shop.poll(0, 1), Poll::Wait(MINUTE));
    let _ = shop.observe(0, &Response::refusing(second).waiting(2 * SECOND), []);
    assert_eq!(shop.poll(0, 1), Poll::Wait(2 * SECOND));
}

#[test]
fn a_limit_that_grows_back_is_believed_at_once_and_never_beyond_ours() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(99, 100)]);
    assert_eq!(endpoint.levels()[0].limit(), Some(100));
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(400, 1_000)]);
    let level = &endpoint.levels()[0];
    assert_eq!((level.limit(), level.remaining(0)), (Some(500), Some(400)), "600 of 1000 are used, and 400 are left");
}

#[test]
fn when_the_window_of_a_server_ends_only_what_it_has_not_answered_yet_counts_on() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = (0..497).map(|_| endpoint.send(50 * MINUTE, 1).unwrap()).last().unwrap();
    let _ = endpoint.send(50 * MINUTE, 3).unwrap();
    let told = Reading { reset: Some(10 * MINUTE), ..left(3, 500) };
    let _ = endpoint.observe(50 * MINUTE, &Response::to(sent), [told]);
    assert!(endpoint.poll(HOUR - 1, 1).wait() > Some(0));
    assert!(endpoint.poll(HOUR, 1).is_ready());
    assert_eq!(endpoint.levels()[0].level(HOUR), 3);

    // Not trusted, we keep to our own limit in any hour.
    let mut endpoint = super::endpoint();
    let sent = (0..500).map(|_| endpoint.send(50 * MINUTE, 1).unwrap()).last().unwrap();
    let _ = endpoint.observe(50 * MINUTE, &Response::to(sent), [told]);
    assert!(endpoint.poll(HOUR + 50 * MINUTE - 1, 1).wait() > Some(0));
}

#[test]
fn a_reset_of_0_begins_no_new_window() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [Reading { reset: Some(0), ..left(100, 500) }]);
    assert!(endpoint.poll(1, 1).is_ready());
    assert_eq!(endpoint.levels()[0].level(1), 400);
}

#[test]
fn a_bucket_drains_on_its_own_whatever_reset_is_told() {
    let levels = [Mirror::<u32>::bucket("calls", Quota::per(4, SECOND).burst(80))];
    let mut shop = Feedback::new(levels, HOLDS).trusting(Trust::Server);
    let sent = shop.send(0, 1).unwrap();
    let _ = shop.observe(0, &Response::to(sent), [Reading { reset: Some(SECOND), ..used(40, 80) }]);
    assert!(shop.poll(SECOND, 1).is_ready());
    assert_eq!(shop.levels()[0].level(SECOND), 36);
}

#[test]
fn what_counts_on_after_the_window_of_a_server_ended_is_what_was_sent_last() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(0, 100).unwrap();
    let _ = endpoint.send(59 * MINUTE, 3).unwrap();
    let _ = endpoint.observe(59 * MINUTE, &Response::to(sent), [Reading { reset: Some(MINUTE), ..left(400, 500) }]);
    for now in [HOUR, HOUR + 30 * MINUTE] {
        assert!(endpoint.poll(now, 1).is_ready());
        assert_eq!(endpoint.levels()[0].level(now), 3, "until an hour after they were sent");
    }
}

#[test]
fn what_a_server_counts_is_what_was_sent_last() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let _ = endpoint.send(0, 100).unwrap();
    let sent = endpoint.send(59 * MINUTE, 100).unwrap();
    let _ = endpoint.observe(59 * MINUTE, &Response::to(sent), [left(400, 500)]);
    assert_eq!(endpoint.levels()[0].level(HOUR + 30 * MINUTE), 100);
}

#[test]
fn of_two_readings_of_a_level_the_stricter_counts_in_either_order() {
    let told = [(100, MINUTE), (0, SECOND), (0, HOUR)]
        .map(|(count, reset)| Reading { reset: Some(reset), ..left(count, 500) });
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut endpoint = endpoint().trusting(Trust::Server);
        let sent = endpoint.send(0, 1).unwrap();
        let learned = endpoint.observe(0, &Response::to(sent), order.map(|at| told[at]));
        assert_eq!(learned.held, Some((By::Hold(0), HOUR)));
        assert_eq!((endpoint.levels()[0].held_for(), endpoint.levels()[0].level(0)), (HOUR, 500));
    }
}

#[test]
fn a_wait_is_no_longer_than_until_the_window_of_a_server_ends() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(0, 497).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [Reading { reset: Some(10 * MINUTE), ..left(3, 500) }]);
    let _ = endpoint.send(0, 3).unwrap();
    assert_eq!(endpoint.poll(MINUTE, 1), Poll::Wait(9 * MINUTE));
    assert_eq!(endpoint.poll(10 * MINUTE, 1), Poll::Ready);
    assert!(matches!(endpoint.poll(10 * MINUTE, 501), Poll::Refused(_)));
}

#[test]
fn nothing_left_of_a_limit_of_0_says_nothing_of_what_is_used() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(0, 40).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [left(0, 0)]);
    assert_eq!(endpoint.levels()[0].level(0), 40);
}
