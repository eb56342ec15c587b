use crate::{MILLIS, head};
use tollgate::cell::Unsync;
use tollgate::profiles::Answer;
use tollgate::profiles::clover::{App, Caps, Level, Policy, Token};

const DOCUMENTED: Policy = Policy::DOCUMENTED;

fn app() -> App<u32> {
    App::<u32>::new(&DOCUMENTED, MILLIS)
}

fn token() -> Token<u32> {
    Token::<u32>::new(&DOCUMENTED, MILLIS)
}

/// How many of so many requests go on that are done at once.
fn served(app: &App<u32>, token: &Token<u32>, now: u32, requests: u32) -> usize {
    (0..requests).filter(|_| app.try_acquire(token, now).is_ok()).count()
}

#[test]
fn an_app_sends_50_requests_in_a_second() {
    let (app, tokens) = (app(), [token(), token(), token(), token()]);
    let served: Vec<_> = tokens.iter().map(|token| served(&app, token, 0, 20)).collect();
    assert_eq!(served, [16, 16, 16, 2]);
    let answer = app.try_acquire(&tokens[3], 0);
    assert_eq!(head(&answer), ["X-RateLimit-crossTokenLimit: 50"]);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (429, Some("crossTokenLimit"), Some(1_000)));
}

#[test]
fn a_token_sends_16_requests_in_a_second() {
    let (app, token) = (app(), token());
    assert_eq!(served(&app, &token, 0, 100), 16);
    let answer = app.try_acquire(&token, 400);
    assert_eq!(head(&answer), ["X-RateLimit-tokenLimit: 16"]);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (429, Some("tokenLimit"), Some(600)));
}

#[test]
fn the_second_rolls() {
    let (app, token) = (app(), token());
    assert_eq!(served(&app, &token, 900, 10), 10);
    assert_eq!(served(&app, &token, 1_100, 10), 6); // not 16 anew in the next second
    assert_eq!(served(&app, &token, 1_899, 1), 0);
    assert_eq!(served(&app, &token, 1_900, 20), 10);
    assert_eq!(served(&app, &token, 2_100, 20), 6);
}

#[test]
fn an_app_has_10_requests_in_progress() {
    let (app, tokens) = (app(), [token(), token(), token()]);
    let held: Vec<_> = tokens.iter().take(2).flat_map(|token| (0..5).map(|_| app.try_acquire(token, 0))).collect();
    assert!(held.iter().all(Result::is_ok));
    let answer = app.try_acquire(&tokens[2], 0);
    assert_eq!(answer.level(), Some("crossTokenConcurrentLimit"));
    assert_eq!(head(&answer), ["X-RateLimit-crossTokenConcurrentLimit: 10", "retry-after: 1"]);
}

#[test]
fn a_token_has_5_requests_in_progress() {
    let (app, token) = (app(), token());
    let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
    assert_eq!((app.in_progress(), token.in_progress()), (5, 5));
    let answer = app.try_acquire(&token, 0);
    assert_eq!(answer.level(), Some("tokenConcurrentLimit"));
    assert_eq!(head(&answer), ["X-RateLimit-tokenConcurrentLimit: 5", "retry-after: 1"]);
    drop(held);
    assert_eq!((app.in_progress(), token.in_progress()), (0, 0));
}

#[test]
fn a_200_promises_no_header() {
    let (app, token) = (app(), token());
    let answer = app.try_acquire(&token, 0);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (200, None, None));
    assert!(head(&answer).is_empty());
}

#[test]
fn the_four_levels_are_named_by_their_headers_in_the_order_of_the_documents() {
    let headers = Level::ALL.map(Level::header);
    assert_eq!(
        headers,
        [
            "X-RateLimit-crossTokenLimit",
            "X-RateLimit-tokenLimit",
            "X-RateLimit-crossTokenConcurrentLimit",
            "X-RateLimit-tokenConcurrentLimit"
        ]
    );
    for (level, header) in Level::ALL.iter().zip(headers) {
        assert_eq!(header.strip_prefix("X-RateLimit-"), Some(level.name()));
        assert_eq!(level.is_concurrent(), header.contains("Concurrent"));
    }
    assert!(Level::ALL.is_sorted());
}

/// Where several would refuse, the first of the order is named.
#[test]
fn app_rate_before_token_rate_before_app_places_before_token_places() {
    let all_one = Caps { rate: 2, at_once: 1 };
    let policy = |app, token| Policy { app, token, ..DOCUMENTED };
    let ample = Caps { rate: 16, at_once: 5 };
    let (few, busy) = (Caps { rate: 1, ..ample }, Caps { at_once: 1, ..ample });
    let refused_by = |app_caps, token_caps| {
        let policy = policy(app_caps, token_caps);
        let (app, token) = (App::<u32>::new(&policy, MILLIS), Token::<u32>::new(&policy, MILLIS));
        let _held = app.try_acquire(&token, 0).unwrap();
        app.try_acquire(&token, 0).unwrap_err().by()
    };
    assert_eq!(refused_by(Caps { rate: 1, at_once: 1 }, Caps { rate: 1, at_once: 1 }), Level::App);
    assert_eq!(refused_by(busy, Caps { rate: 1, at_once: 1 }), Level::Token);
    assert_eq!(refused_by(busy, busy), Level::AppConcurrent);
    assert_eq!(refused_by(ample, busy), Level::TokenConcurrent);
    assert_eq!(refused_by(few, busy), Level::App);
    assert_eq!(refused_by(all_one, all_one), Level::AppConcurrent);
}

#[test]
fn refused_by_any_level_leaves_all_others_untouched() {
    let (app, one, other) = (app(), token(), token());
    let held: Vec<_> = (0..5).map(|_| app.try_acquire(&one, 0).unwrap()).collect();
    let _ = app.try_acquire(&one, 0).unwrap_err(); // its places
    assert_eq!((app.rate().remaining(0), one.rate().remaining(0), app.in_progress()), (45, 11, 5));
    drop(held);
    let waited = 60_000;
    assert_eq!(served(&app, &one, waited, 20), 16);
    let _ = app.try_acquire(&one, waited).unwrap_err(); // its rate
    assert_eq!((app.rate().remaining(waited), app.in_progress(), one.in_progress()), (34, 0, 0));
    assert_eq!(other.rate().remaining(waited), 16);
}

#[test]
fn asking_before_retry_after_ends_makes_it_grow() {
    let (app, token) = (app(), token());
    let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
    let retry_after = |now| head(&app.try_acquire(&token, now)).pop().unwrap();
    assert_eq!(retry_after(0), "retry-after: 1");
    assert_eq!(retry_after(10), "retry-after: 2");
    assert_eq!(retry_after(20), "retry-after: 4");
    drop(held);
    assert_eq!(retry_after(30), "retry-after: 8"); // although places are free
    assert_eq!(retry_after(40), "retry-after: 16");
    assert_eq!(retry_after(50), "retry-after: 32");
    assert_eq!(retry_after(60), "retry-after: 60"); // the longest
    assert_eq!(retry_after(70), "retry-after: 60");
    assert!(app.try_acquire(&token, 60_069).is_err());
    assert!(app.try_acquire(&token, 60_069 + 60_000).is_ok());
}

#[test]
fn who_waits_as_told_is_served_and_begins_anew() {
    let (app, token) = (app(), token());
    for round in 0..3 {
        let now = round * 10_000;
        let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, now).unwrap()).collect();
        assert_eq!(app.try_acquire(&token, now).unwrap_err().wait(), 1_000);
        drop(held);
        assert!(app.try_acquire(&token, now + 1_000).is_ok());
    }
}

/// Told at different moments, they never come at the same one; and a third never waits at all.
#[test]
fn tokens_of_one_app_that_keep_to_what_they_were_told_are_not_kept_waiting_by_others() {
    let (app, tokens, hasty) = (app(), [token(), token()], token());
    let mut held: Vec<_> = tokens.iter().flat_map(|token| (0..5).map(|_| app.try_acquire(token, 0).unwrap())).collect();
    for now in [0, 300, 600] {
        assert_eq!(app.try_acquire(&hasty, now).unwrap_err().by(), Level::AppConcurrent);
    }
    assert_eq!(app.try_acquire(&tokens[0], 100).unwrap_err().wait(), 1_000);
    assert_eq!(app.try_acquire(&tokens[1], 600).unwrap_err().wait(), 1_000);
    held.clear();
    assert!(app.try_acquire(&tokens[0], 1_100).is_ok());
    assert!(app.try_acquire(&tokens[1], 1_600).is_ok());
    assert_eq!(app.try_acquire(&hasty, 1_700).unwrap_err().wait(), 8_000); // still too early for it
}

#[test]
fn retry_after_is_rounded_up_to_whole_seconds_and_above_0() {
    let policy = Policy { first_wait: core::time::Duration::from_millis(1), growth: 30, ..DOCUMENTED };
    let (app, token) = (App::<u32>::new(&policy, MILLIS), Token::<u32>::new(&policy, MILLIS));
    let _held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
    let mut retry_after = |_| {
        let answer = app.try_acquire(&token, 0);
        (answer.retry_after().unwrap(), head(&answer).pop().unwrap())
    };
    let told: Vec<_> = (0..4).map(&mut retry_after).collect();
    let seconds = |ticks, line: &str| (ticks, line.to_owned());
    assert_eq!(told[..2], [seconds(1, "retry-after: 1"), seconds(30, "retry-after: 1")]);
    assert_eq!(told[2..], [seconds(900, "retry-after: 1"), seconds(27_000, "retry-after: 27")]);
}

/// It was told no `retry-after`, so it cannot have come too early.
#[test]
fn a_request_refused_by_a_rate_neither_opens_nor_lengthens_a_waiting_period() {
    let (app, token) = (app(), token());
    assert_eq!(served(&app, &token, 0, 11), 11);
    let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
    for _ in 0..100 {
        assert_eq!(app.try_acquire(&token, 10).unwrap_err().by(), Level::Token); // both would refuse
    }
    assert_eq!(token.waiting(10), None);

    assert_eq!(app.try_acquire(&token, 1_000).unwrap_err().by(), Level::TokenConcurrent);
    assert_eq!(token.waiting(1_000), Some(1_000));
    drop(held);
    assert_eq!(served(&app, &self::token(), 1_000, 16), 16);
    let others = [self::token(), self::token(), self::token()];
    let rest: usize = others.iter().map(|other| served(&app, other, 1_000, 16)).sum();
    assert_eq!(rest, 34);
    for _ in 0..100 {
        assert_eq!(app.try_acquire(&token, 1_500).unwrap_err().by(), Level::App);
    }
    assert_eq!(token.waiting(1_500), Some(500));
}

#[test]
fn a_token_waits_for_places_of_its_app_and_for_its_own_and_no_other_token_does() {
    let (app, tokens) = (app(), [token(), token(), token()]);
    let mut held: Vec<_> = (0..5).map(|_| app.try_acquire(&tokens[0], 0).unwrap()).collect();
    assert_eq!(app.try_acquire(&tokens[0], 0).unwrap_err().by(), Level::TokenConcurrent);
    held.extend((0..5).map(|_| app.try_acquire(&tokens[1], 0).unwrap())); // another token, undisturbed
    assert_eq!(app.try_acquire(&tokens[2], 0).unwrap_err().by(), Level::AppConcurrent);
    drop(held);
    assert_eq!(app.try_acquire(&tokens[2], 500).unwrap_err().by(), Level::AppConcurrent); // although there is room
    assert_eq!(app.try_acquire(&tokens[0], 500).unwrap_err().by(), Level::TokenConcurrent);
    assert_eq!(tokens.each_ref().map(|token| token.waiting(500)), [Some(2_000), None, Some(2_000)]);
    assert!(app.try_acquire(&tokens[1], 500).is_ok());
}

#[test]
fn the_wait_is_the_longest_of_the_levels_that_refuse_and_were_asked() {
    let (app, token) = (app(), token());
    // The app's second ends at 1 000 for the first, the token's at 1 500.
    let other = [self::token(), self::token(), self::token()];
    let early: usize = other.iter().map(|other| served(&app, other, 0, 12)).sum();
    assert_eq!((early, served(&app, &token, 500, 14)), (36, 14));
    let both = app.try_acquire(&token, 600).unwrap_err();
    assert_eq!((both.by(), both.wait()), (Level::App, 400));
    let policy = Policy { token: Caps { rate: 14, at_once: 5 }, ..DOCUMENTED };
    let (app, token) = (App::<u32>::new(&policy, MILLIS), Token::<u32>::new(&policy, MILLIS));
    let early: usize = other.iter().map(|other| served(&app, other, 10_000, 12)).sum();
    assert_eq!((early, served(&app, &token, 10_500, 14)), (36, 14));
    let both = app.try_acquire(&token, 10_600).unwrap_err();
    assert_eq!((both.by(), both.wait()), (Level::App, 900)); // named by the first, and the token's wait
}

#[test]
fn peeking_is_not_asking() {
    let (app, token) = (app(), token());
    assert_eq!(app.peek(&token, 0), Ok(()));
    let held: Vec<_> = (0..5).map(|_| app.try_acquire(&token, 0).unwrap()).collect();
    for _ in 0..10 {
        assert_eq!(app.peek(&token, 0).unwrap_err().by(), Level::TokenConcurrent);
    }
    assert_eq!(token.waiting(0), None);
    drop(held);
    assert_eq!(app.rate().remaining(0), 45);
}

#[test]
fn what_is_forgotten_is_held_until_it_is_released_once() {
    let (app, token) = (app(), token());
    for _ in 0..5 {
        app.try_acquire(&token, 0).unwrap().forget();
    }
    assert_eq!((app.in_progress(), token.in_progress()), (5, 5));
    assert!(app.release(&self::token()).is_err()); // another token, which holds nothing
    assert_eq!((app.in_progress(), token.in_progress()), (5, 5));
    for left in (0..5).rev() {
        assert_eq!(app.release(&token), Ok(()));
        assert_eq!((app.in_progress(), token.in_progress()), (left, left));
    }
    assert!(app.release(&token).is_err());
    assert_eq!((app.in_progress(), token.in_progress()), (0, 0));
    assert_eq!(app.rate().remaining(0), 45); // the rates keep their charges
}

#[test]
fn what_is_withdrawn_has_never_been() {
    let (app, token) = (app(), token());
    let admission = app.try_acquire(&token, 0).unwrap();
    admission.withdraw(10);
    assert_eq!((app.rate().remaining(10), token.rate().remaining(10), app.in_progress()), (50, 16, 0));
}

#[test]
fn the_clock_may_step_back_and_locks_nobody_out_for_longer_than_a_second() {
    let (app, token) = (app(), token());
    assert_eq!(served(&app, &token, 3_600_000, 20), 16);
    let refused = app.try_acquire(&token, 0).unwrap_err(); // an hour back
    assert_eq!((refused.by(), refused.wait()), (Level::Token, 1_000));
    assert_eq!(served(&app, &token, 999, 20), 0);
    assert_eq!(served(&app, &token, 1_000, 20), 16);
}

#[test]
fn a_late_reading_ends_a_second_earlier_by_as_much_as_it_is_late() {
    let (app, token) = (app(), token());
    assert_eq!(served(&app, &token, 5_007, 20), 16);
    assert_eq!(app.try_acquire(&token, 5_000).unwrap_err().wait(), 1_000); // read 7 ms before the others were
    assert_eq!(served(&app, &token, 5_999, 20), 0);
    assert_eq!(served(&app, &token, 6_000, 20), 16);
}

#[test]
fn numbers_that_do_not_fit_are_errors_that_name_them() {
    let fast = Policy { app: Caps { rate: 80, at_once: 10 }, ..DOCUMENTED };
    let error = App::<u32>::try_new(&fast, MILLIS).unwrap_err().to_string();
    assert!(error.starts_with("rate: limit = 80"), "{error}");
    assert!(App::<u32, 80>::try_new(&fast, MILLIS).is_ok());
    let none = Policy { token: Caps { rate: 16, at_once: 0 }, ..DOCUMENTED };
    let error = Token::<u64>::try_new(&none, MILLIS).unwrap_err().to_string();
    assert_eq!(error, "at once: limit = 0 admits nothing: give a limit from 1 to 65535");
    let hasty = Policy { first_wait: core::time::Duration::ZERO, ..DOCUMENTED };
    let error = Token::<u64>::try_new(&hasty, MILLIS).unwrap_err().to_string();
    assert!(error.starts_with("wait: first = 0 ticks"), "{error}");
}

#[test]
fn cells_of_any_kind_will_do() {
    type Cell = Unsync<u64>;
    let app =
        App::<u64, 50, Cell, Unsync<u32>>::try_in_cells(&DOCUMENTED, MILLIS, Unsync::fresh, Unsync::fresh).unwrap();
    let token = Token::<u64, 16, Cell, Unsync<u32>>::new_in_cells(&DOCUMENTED, MILLIS);
    assert_eq!((0..20).filter(|_| app.try_acquire(&token, u64::MAX).is_ok()).count(), 16);
}
