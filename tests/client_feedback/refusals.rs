//! Refusals and waits: what is held back, and for how long.

use tollgate::Quota;
use tollgate::client::{By, Feedback, Holds, Mirror, Poll, Reading, Response};

use super::{HOLDS, HOUR, MINUTE, NOTHING, SECOND, endpoint, left, named, shop, token, used};

#[test]
fn a_refusal_while_the_level_is_low_is_of_another_limit_and_fills_nothing() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::refusing(sent).waiting(5 * SECOND), [used(3, 80)]);
    assert!(learned.is_another_limit);
    assert_eq!(learned.held, Some((By::Everything, 5 * SECOND)));
    assert_eq!(shop.levels()[0].level(0), 3);
    assert_eq!(shop.send(0, 1).unwrap_err().by(), By::Everything);
    assert_eq!(shop.poll(5 * SECOND - 1, 1), Poll::Wait(1));
    assert!(shop.poll(5 * SECOND, 1).is_ready());
}

#[test]
fn a_refusal_that_says_nothing_is_of_another_limit_while_our_count_is_low() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let learned = endpoint.observe(0, &Response::refusing(sent), []);
    assert!(learned.is_another_limit);
    assert_eq!(learned.held, Some((By::Everything, SECOND)), "the hold unless told");
    assert_eq!(endpoint.levels()[0].level(0), 1);
}

#[test]
fn a_refusal_that_says_nothing_is_of_the_level_that_is_full_by_our_count() {
    let mut token = token();
    let sent = (0..16).map(|_| token.send(0, 1).unwrap()).last().unwrap();
    let learned = token.observe(0, &Response::refusing(sent), []);
    assert!(!learned.is_another_limit);
    assert_eq!(learned.held, Some((By::Hold(1), SECOND)));
    // But where the server gave a count, that decides.
    let counted = Reading { name: Some(b"tokenLimit"), ..left(7, 16) };
    assert!(token.observe(0, &Response::refusing(sent), [counted]).is_another_limit);
}

#[test]
fn a_refusal_that_names_a_level_holds_that_level() {
    let mut token = token();
    let sent = token.send(0, 1).unwrap();
    let busy = Reading { limit: Some(5), ..named(b"tokenConcurrentLimit") };
    let learned = token.observe(0, &Response::refusing(sent).waiting(21 * SECOND), [busy]);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Hold(3), 21 * SECOND)), false));
    let blocked = token.send(SECOND, 1).unwrap_err();
    assert_eq!((blocked.by(), blocked.poll()), (By::Hold(3), Poll::Wait(20 * SECOND)));
    assert_eq!((token.levels()[3].held_for(), token.held_for()), (20 * SECOND, 0));
}

#[test]
fn a_refusal_with_nothing_remaining_is_of_that_level_named_or_not() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let learned = endpoint.observe(0, &Response::refusing(sent).waiting(MINUTE), [left(0, 500)]);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Hold(0), MINUTE)), false));
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::refusing(sent).waiting(2 * SECOND), [used(80, 80)]);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Hold(0), 2 * SECOND)), false));
}

#[test]
fn what_remains_goes_before_what_is_used() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::refusing(sent), [Reading { remaining: Some(3), ..used(80, 80) }]);
    assert!(learned.is_another_limit);
}

#[test]
fn a_refusal_by_a_level_we_do_not_know_holds_everything_and_is_counted() {
    let mut token = token();
    let sent = token.send(0, 1).unwrap();
    let learned = token.observe(0, &Response::refusing(sent), [named(b"merchantLimit")]);
    assert_eq!((learned.unmatched, learned.is_another_limit), (1, true));
    assert_eq!(learned.held, Some((By::Everything, SECOND)));
}

#[test]
fn a_refusal_by_a_level_we_do_not_know_is_not_put_down_to_one_that_is_full() {
    let mut token = token();
    let sent = (0..16).map(|_| token.send(0, 1).unwrap()).last().unwrap();
    let learned = token.observe(0, &Response::refusing(sent), [named(b"merchantLimit")]);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Everything, SECOND)), true));
}

#[test]
fn a_wait_is_kept_whatever_the_status() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let unavailable = shop.observe(0, &Response::to(sent).waiting(MINUTE), []);
    assert_eq!((unavailable.held, unavailable.is_another_limit), (Some((By::Everything, MINUTE)), false));
    assert_eq!(shop.poll(1, 1), Poll::Wait(MINUTE - 1));
}

#[test]
fn nothing_remaining_holds_until_the_reset_also_without_a_refusal() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let nothing_left = Reading { reset: Some(30 * MINUTE), ..left(0, 500) };
    let learned = endpoint.observe(0, &Response::to(sent), [nothing_left]);
    assert_eq!(learned.held, Some((By::Hold(0), 30 * MINUTE)));
    let mut endpoint = super::endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let _ = endpoint.observe(0, &Response::to(sent), [Reading { reset: Some(30 * MINUTE), ..left(1, 500) }]);
    assert!(endpoint.poll(0, 1).is_ready());
}

#[test]
fn the_later_of_two_deadlines_wins_in_either_order() {
    for waits in [[3 * SECOND, 60 * SECOND], [60 * SECOND, 3 * SECOND]] {
        let mut shop = shop();
        let sent = shop.send(0, 1).unwrap();
        for wait in waits {
            let _ = shop.observe(0, &Response::refusing(sent).waiting(wait), []);
        }
        assert_eq!(shop.poll(0, 1), Poll::Wait(60 * SECOND));
    }
    // Also between a response's own two.
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let nothing_left = Reading { reset: Some(MINUTE), ..left(0, 500) };
    let learned = endpoint.observe(0, &Response::refusing(sent).waiting(SECOND), [nothing_left]);
    assert_eq!(learned.held, Some((By::Hold(0), MINUTE)));
}

#[test]
fn a_success_ends_no_hold() {
    let mut shop = shop();
    let (first, second) = (shop.send(0, 1).unwrap(), shop.send(0, 1).unwrap());
    let _ = shop.observe(0, &Response::refusing(first).waiting(MINUTE), []);
    let _ = shop.observe(10, &Response::to(second), [used(2, 80)]);
    assert_eq!(shop.poll(10, 1), Poll::Wait(MINUTE - 10));
}

#[test]
fn a_wait_of_0_on_a_refusal_is_none() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::refusing(sent).waiting(0), []);
    assert_eq!(learned.held, Some((By::Everything, SECOND)));
}

#[test]
fn a_wait_of_0_without_a_refusal_holds_nothing() {
    let mut endpoint = endpoint();
    let sent = endpoint.send(0, 1).unwrap();
    let learned = endpoint.observe(0, &Response::to(sent).waiting(0), [Reading { reset: Some(0), ..left(0, 500) }]);
    assert_eq!((learned.held, endpoint.held_for(), endpoint.levels()[0].held_for()), (None, 0, 0));
    let learned = endpoint.observe(0, &Response::to(sent).waiting(0), []);
    assert_eq!(learned.held, None);
}

#[test]
fn a_wait_beyond_the_longest_is_cut_and_told_in_full() {
    let mut shop = shop();
    let sent = shop.send(0, 1).unwrap();
    let learned = shop.observe(0, &Response::refusing(sent).waiting(5 * HOUR), []);
    assert_eq!((learned.held, learned.too_long), (Some((By::Everything, HOUR)), Some(5 * HOUR)));
    assert_eq!(shop.poll(0, 1), Poll::Wait(HOUR));
    let learned = shop.observe(0, &Response::refusing(sent).waiting(HOUR), []);
    assert_eq!(learned.too_long, None);
}

#[test]
fn a_hold_can_be_passed_on_to_others() {
    let (mut one, mut other) = (endpoint(), endpoint());
    let sent = one.send(0, 1).unwrap();
    let learned = one.observe(0, &Response::refusing(sent).waiting(MINUTE), []);
    if let (true, Some((_, ticks))) = (learned.is_another_limit, learned.held) {
        other.hold(0, ticks);
    }
    assert_eq!(other.poll(0, 1), Poll::Wait(MINUTE));
    other.hold(0, SECOND);
    other.hold(0, u32::MAX);
    assert_eq!(other.poll(0, 1), Poll::Wait(HOUR), "never shorter, and never longer than the longest");
}

#[test]
fn without_a_level_it_is_a_hold_alone() {
    let mut client: Feedback<u32, 0> = Feedback::new([], HOLDS);
    let sent = client.send(0, u32::MAX).unwrap();
    let learned = client.observe(0, &Response::refusing(sent), [NOTHING]);
    assert_eq!((learned.unmatched, learned.held), (1, Some((By::Everything, SECOND))));
    assert_eq!(client.poll(0, 1), Poll::Wait(SECOND));
}

#[test]
fn a_late_response_is_told_as_late() {
    let mut shop = shop();
    let (first, second) = (shop.send(0, 1).unwrap(), shop.send(0, 1).unwrap());
    assert!(!shop.observe(0, &Response::to(second), []).is_late);
    assert!(shop.observe(0, &Response::to(first), []).is_late);
    assert!(!shop.observe(0, &Response::to(second), []).is_late, "not later than itself");
}

#[test]
fn holds_are_checked() {
    assert!(Holds::<u32>::try_new(0, 1).unwrap_err().to_string().contains("at least 1 tick"));
    assert!(Holds::<u32>::try_new(2, 1).unwrap_err().to_string().contains("longest = 1 ticks"));
    assert!(Holds::<u32>::try_new(2, (1 << 31) + 1).unwrap_err().to_string().contains("at most 2147483648 ticks"));
    assert!(Holds::<u32>::try_new(1, 1 << 31).is_ok());
    assert!(Holds::<u64>::try_new(1, 1 << 63).is_ok());
}

#[test]
fn a_refusal_by_a_limit_we_do_not_know_is_held_until_its_reset() {
    let mut token = token();
    let sent = (0..16).map(|_| token.send(0, 1).unwrap()).last().unwrap();
    let monthly = Reading { reset: Some(MINUTE), ..left(0, 1_000) };
    let learned = token.observe(0, &Response::refusing(sent), [monthly]);
    assert_eq!((learned.unmatched, learned.is_another_limit), (1, true));
    assert_eq!(learned.held, Some((By::Everything, MINUTE)), "and not put down to the level that is full by our count");
    assert_eq!(token.poll(0, 1), Poll::Wait(MINUTE));
}

#[test]
fn a_refusal_by_a_limit_we_know_and_one_we_do_not_is_held_by_both() {
    let mut token = token();
    let sent = token.send(0, 1).unwrap();
    let known = Reading { name: Some(b"tokenLimit"), reset: Some(SECOND), ..left(0, 16) };
    let monthly = Reading { reset: Some(MINUTE), ..left(0, 1_000) };
    for readings in [[known, monthly], [monthly, known]] {
        let learned = token.observe(0, &Response::refusing(sent), readings);
        assert_eq!((learned.held, learned.is_another_limit), (Some((By::Everything, MINUTE)), true));
        assert_eq!((token.levels()[1].held_for(), token.held_for()), (SECOND, MINUTE));
    }
    // Served all the same, the one that we do not know is none of our business.
    let mut token = super::token();
    let sent = token.send(0, 1).unwrap();
    assert_eq!(token.observe(0, &Response::to(sent), [monthly]).held, None);
}

#[test]
fn a_refusal_that_names_another_level_is_not_put_down_to_the_only_one() {
    let mut token = Feedback::new([Mirror::<u32>::window("tokenLimit", Quota::per(16, SECOND))], HOLDS);
    let sent = token.send(0, 1).unwrap();
    let busy = Reading { limit: Some(5), ..named(b"tokenConcurrentLimit") };
    let learned = token.observe(0, &Response::refusing(sent).waiting(21 * SECOND), [busy]);
    assert_eq!((learned.held, learned.is_another_limit), (Some((By::Everything, 21 * SECOND)), true));
    assert_eq!(token.levels()[0].limit(), Some(16));
}
