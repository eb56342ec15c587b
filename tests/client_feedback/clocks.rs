//! Clocks that wrap, stall and step back.

use tollgate::client::{By, Feedback, Mirror, Poll, Reading, Response, Trust};

use super::{HOLDS, HOUR, MINUTE, SECOND, endpoint, left, shop, token};

#[test]
fn a_wrap_changes_nothing() {
    let start = u32::MAX - 500;
    let mut shop = shop();
    let sent = shop.send(start, 80).unwrap();
    assert_eq!(shop.poll(start.wrapping_add(SECOND), 4), Poll::Ready);
    let _ = shop.observe(start, &Response::refusing(sent).waiting(2 * SECOND), []);
    assert_eq!(shop.poll(start.wrapping_add(SECOND), 1), Poll::Wait(SECOND));
    assert_eq!(shop.poll(start.wrapping_add(2 * SECOND), 1), Poll::Ready);
}

#[test]
fn a_clock_that_stands_still_holds_on() {
    let mut shop = shop();
    let sent = shop.send(7, 1).unwrap();
    let _ = shop.observe(7, &Response::refusing(sent).waiting(MINUTE), []);
    for _ in 0..1_000 {
        assert_eq!(shop.poll(7, 1), Poll::Wait(MINUTE));
    }
}

#[test]
fn a_step_back_lengthens_a_hold_by_nothing_but_itself() {
    let mut shop = Feedback::new([Mirror::<u32>::unknown("calls")], HOLDS);
    let sent = shop.send(MINUTE, 1).unwrap();
    let _ = shop.observe(MINUTE, &Response::refusing(sent).waiting(10 * SECOND), []);
    assert_eq!(shop.poll(MINUTE + 4 * SECOND, 1), Poll::Wait(6 * SECOND));
    assert_eq!(shop.poll(0, 1), Poll::Wait(6 * SECOND), "what had passed has passed");
    assert_eq!(shop.poll(6 * SECOND, 1), Poll::Ready);
    assert_eq!(shop.poll(0, 1), Poll::Ready, "and once it is over, it stays over");
}

#[test]
fn a_step_back_mints_nothing_and_locks_out_for_no_longer_than_all_takes_to_be_forgotten() {
    let (mut shop, mut endpoint) = (shop(), endpoint());
    let _ = shop.send(2 * HOUR, 80).unwrap();
    let _ = endpoint.send(2 * HOUR, 500).unwrap();
    assert_eq!(shop.poll(0, 1), Poll::Wait(250));
    let Poll::Wait(wait) = endpoint.poll(0, 1) else { panic!() };
    assert!((HOUR..=HOUR + 2 * HOUR / 30).contains(&wait), "{wait}");
    assert!(shop.poll(20 * SECOND, 80).is_ready());
    assert!(endpoint.poll(wait, 500).is_ready());
}

#[test]
fn a_lower_limit_and_the_window_of_a_server_are_forgotten_after_a_step_back_too() {
    let mut endpoint = endpoint().trusting(Trust::Server);
    let sent = endpoint.send(2 * HOUR, 1).unwrap();
    let told = Reading { reset: Some(HOUR), ..left(0, 100) };
    let _ = endpoint.observe(2 * HOUR, &Response::to(sent), [told]);
    assert_eq!(endpoint.levels()[0].limit(), Some(100));
    assert_eq!(endpoint.send(0, 1).unwrap_err().by(), By::Hold(0));
    assert_eq!(endpoint.poll(HOUR, 500), Poll::Ready);
    assert_eq!((endpoint.levels()[0].limit(), endpoint.levels()[0].level(HOUR)), (Some(500), 0));
}

#[test]
fn a_hold_that_nobody_asked_about_for_more_than_half_a_turn_is_held_anew_and_ends() {
    let mut token = token();
    let sent = token.send(0, 1).unwrap();
    let _ = token.observe(0, &Response::refusing(sent).waiting(MINUTE), []);
    let later = (1 << 31) + HOUR;
    assert_eq!(token.poll(later, 1), Poll::Wait(MINUTE));
    assert_eq!(token.poll(later + MINUTE, 1), Poll::Ready);
}
