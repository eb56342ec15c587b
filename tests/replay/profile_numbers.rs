//! Event mode with the limits of an API: every number its documents name, and how it is said.

use crate::profiles::{ask, last};

/// So many requests at one time, none of which is in progress for long.
fn brief(many: usize, now: u64, key: &str) -> String {
    format!("acquire,{now},{key},1\nrelease,{now},{key},1\n").repeat(many)
}

fn acquire(many: usize, now: u64, key: &str) -> String {
    format!("acquire,{now},{key},1\n").repeat(many)
}

#[test]
fn clover_admits_16_a_token_in_any_second() {
    let full = brief(16, 5_000, "till:a");
    for (asked, wait) in [(5_000, 1_000), (5_001, 999), (5_999, 1)] {
        let expected = format!("deny,0,{wait},tokenLimit,429,X-RateLimit-tokenLimit: 16");
        assert_eq!(last("clover", &(full.clone() + &acquire(1, asked, "till:a"))), expected);
    }
    assert_eq!(last("clover", &(full + &acquire(1, 6_000, "till:a"))), "admit,4,,,200,");
}

#[test]
fn clover_admits_50_an_app_in_any_second() {
    let full: String = ["a", "b", "c"].map(|token| brief(16, 0, &format!("till:{token}"))).concat();
    let rows = full + &brief(2, 400, "till:d");
    let denied = |wait| format!("deny,0,{wait},crossTokenLimit,429,X-RateLimit-crossTokenLimit: 50");
    assert_eq!(last("clover", &(rows.clone() + &acquire(1, 400, "till:d"))), denied(600));
    // Both refuse: the app is the first, and both have the same wait.
    assert_eq!(last("clover", &(rows.clone() + &acquire(1, 999, "till:a"))), denied(1));
    assert_eq!(last("clover", &(rows.clone() + &acquire(1, 999, "desk:a"))), "admit,4,,,200,");
    assert_eq!(last("clover", &(rows + &acquire(1, 1_000, "till:d"))), "admit,4,,,200,");
}

#[test]
fn clover_names_the_first_level_that_refuses_and_tells_the_longest_wait() {
    // The app is full until 1000, the token until 1300.
    let rows = brief(16, 0, "till:b")
        + &brief(16, 0, "till:c")
        + &brief(2, 0, "till:d")
        + &brief(16, 300, "till:a")
        + &acquire(1, 400, "till:a");
    assert_eq!(last("clover", &rows), "deny,0,900,crossTokenLimit,429,X-RateLimit-crossTokenLimit: 50");
}

#[test]
fn clover_has_5_places_a_token() {
    let full = acquire(5, 0, "till:a");
    let headers = "X-RateLimit-tokenConcurrentLimit: 5 | retry-after: 1";
    let denied = format!("deny,0,1000,tokenConcurrentLimit,429,{headers}");
    assert_eq!(ask("clover", &full)[4], "admit,0,,,200,");
    assert_eq!(last("clover", &(full.clone() + &acquire(1, 0, "till:a"))), denied);
    assert_eq!(last("clover", &(full + &acquire(1, 0, "till:b"))), "admit,4,,,200,");
}

#[test]
fn clover_has_10_places_an_app() {
    let full = acquire(5, 0, "till:a") + &acquire(5, 0, "till:b");
    let headers = "X-RateLimit-crossTokenConcurrentLimit: 10 | retry-after: 1";
    let denied = format!("deny,0,1000,crossTokenConcurrentLimit,429,{headers}");
    assert_eq!(last("clover", &(full.clone() + &acquire(1, 0, "till:c"))), denied);
    assert_eq!(last("clover", &(full.clone() + &acquire(1, 0, "till:a"))), denied);
    assert_eq!(last("clover", &(full + &acquire(1, 0, "desk:a"))), "admit,4,,,200,");
}

#[test]
fn clover_makes_the_wait_grow_for_who_asks_before_it_ends_even_if_places_are_free() {
    let mut rows = acquire(6, 0, "till:a") + &"release,0,till:a,1\n".repeat(5);
    let mut expected = Vec::new();
    let mut now = 0;
    for seconds in [2, 4, 8, 16, 32, 60, 60] {
        now += 999; // each time before the wait of a second or more is over
        rows += &acquire(1, now, "till:a");
        let headers = format!("X-RateLimit-tokenConcurrentLimit: 5 | retry-after: {seconds}");
        expected.push(format!("deny,0,{},tokenConcurrentLimit,429,{headers}", seconds * 1_000));
    }
    rows += &acquire(1, now + 60_000, "till:a"); // when it is over nothing is left of it
    expected.push("admit,4,,,200,".into());
    assert_eq!(ask("clover", &rows)[11..], expected);
}

#[test]
fn clover_starts_again_at_a_second_after_a_wait_that_was_kept() {
    let rows = acquire(6, 0, "till:a") + &acquire(1, 500, "till:a") + &acquire(1, 2_500, "till:a");
    let denied = |wait: u64| {
        let headers = format!("X-RateLimit-tokenConcurrentLimit: 5 | retry-after: {}", wait / 1_000);
        format!("deny,0,{wait},tokenConcurrentLimit,429,{headers}")
    };
    assert_eq!(ask("clover", &rows)[5..], [denied(1_000), denied(2_000), denied(1_000)]);
}

#[test]
fn clover_neither_opens_nor_lengthens_a_wait_for_places_when_a_rate_refuses() {
    // All 16 requests of the second made, and all 5 places taken: the rate refuses and says nothing of places.
    let rows = brief(11, 0, "till:a") + &acquire(5, 0, "till:a") + &acquire(3, 500, "till:a");
    let rows = rows + &"release,500,till:a,1\n".repeat(5) + &acquire(1, 1_000, "till:a");
    let decisions = ask("clover", &rows);
    assert_eq!(decisions[27..30], ["deny,0,500,tokenLimit,429,X-RateLimit-tokenLimit: 16"; 3]);
    assert_eq!(decisions.last().unwrap(), "admit,4,,,200,");
}

#[test]
fn clover_keeps_the_waits_of_app_and_token_apart() {
    let headers =
        |level, limit, seconds| format!("X-RateLimit-{level}ConcurrentLimit: {limit} | retry-after: {seconds}");
    let token = |wait: u64| format!("deny,0,{wait},tokenConcurrentLimit,429,{}", headers("token", 5, wait / 1_000));
    let app =
        |wait: u64| format!("deny,0,{wait},crossTokenConcurrentLimit,429,{}", headers("crossToken", 10, wait / 1_000));
    let rows = acquire(5, 0, "till:a") // the places of one token
        + &acquire(2, 0, "till:a") // it has to wait 2 s
        + &acquire(5, 0, "till:b") // the others do not; now the app is full
        + &acquire(1, 0, "till:c") // and has to wait 1 s, whoever asks
        + "release,0,till:a,1\n"
        + &acquire(1, 999, "till:c") // 2 s from now
        + &acquire(1, 2_999, "till:c"); // a place is free, and nobody waits any longer
    let decisions = ask("clover", &rows);
    assert_eq!(decisions[5..7], [token(1_000), token(2_000)]);
    assert_eq!(decisions[11..13], ["admit,0,,,200,".to_owned(), app(1_000)]);
    assert_eq!(decisions[14..], [app(2_000), "admit,0,,,200,".to_owned()]);
}

#[test]
fn conecto_admits_500_or_100_in_any_hour_and_tells_what_is_left_each_time() {
    for (request, rule, limit) in [
        ("POST /pos/v2/lookup/tickets", "POST /pos/v2/lookup/tickets", 500),
        ("GET /pos/v2/L1/checks", "/pos/v2/{locationId}/checks", 500),
        ("POST /online-ordering/v1/L1/orders", "/online-ordering/v1", 500),
        ("POST /online-ordering/v2/L1/orders", "/online-ordering/v2", 500),
        ("GET /pos/v2/L1/menu", "other", 100),
        ("GET /pos/v2/lookup/tickets", "other", 100),
    ] {
        let key = format!("ada {request}");
        let rows = acquire(1, 0, &key) + &acquire(limit, 1_000, &key) + &acquire(1, 3_599_001, &key);
        let decisions = ask("conecto", &(rows + &acquire(2, 3_600_000, &key)));
        for (made, decision) in decisions.iter().take(limit).enumerate() {
            let left = limit - 1 - made;
            let headers = format!("X-RateLimit-Limit: {limit} | X-RateLimit-Remaining: {left}");
            assert_eq!(*decision, format!("admit,{left},,,200,{headers}"), "{request}");
        }
        let none_left = format!("X-RateLimit-Limit: {limit} | X-RateLimit-Remaining: 0");
        let denied = |wait, seconds| format!("deny,0,{wait},{rule},429,{none_left} | Retry-After: {seconds}");
        let expected =
            [denied(3_599_000, 3_599), denied(999, 1), format!("admit,0,,,200,{none_left}"), denied(1_000, 1)];
        assert_eq!(decisions[limit..], expected, "{request}");
    }
}

/// The rule of a request, by the limit and the level that a denial names.
fn rule_of(request: &str) -> String {
    let decision = last("conecto", &acquire(501, 0, &format!("ada {request}")));
    decision.split(',').nth(3).unwrap().to_owned()
}

#[test]
fn conecto_matches_whole_segments_of_the_path_and_what_is_below() {
    const CHECKS: &str = "/pos/v2/{locationId}/checks";
    const LOOKUP: &str = "POST /pos/v2/lookup/tickets";
    for (request, rule) in [
        ("GET /pos/v2/L1/checks", CHECKS),
        ("DELETE /pos/v2/L1/checks/17/tenders", CHECKS),
        ("GET /pos/v2/lookup/checks", CHECKS),
        ("GET /pos/v2/L1/checks?page=2", CHECKS),
        ("GET /pos/v2/L1/checks#top", CHECKS),
        ("GET /pos/v2/L1/checks/", CHECKS),
        ("GET /pos/v2/L1/checks//?page=2", CHECKS),
        ("GET /pos/v2/L1/checksum", "other"),
        ("GET /pos/v2/L1/check", "other"),
        ("GET /pos/v2/L1/Checks", "other"),
        ("GET /POS/v2/L1/checks", "other"),
        ("GET /pos/v1/L1/checks", "other"),
        ("GET /pos/v2/L1/L2/checks", "other"),
        ("GET /pos/v2/checks", "other"),
        ("GET /api/pos/v2/L1/checks", "other"),
        ("GET /pos/v2?of=/pos/v2/L1/checks", "other"),
        ("POST /pos/v2/lookup/tickets/9", LOOKUP),
        ("PUT /pos/v2/lookup/tickets", "other"),
        ("post /pos/v2/lookup/tickets", "other"),
        ("GET /pos/v2//checks", "other"),
        ("GET //pos/v2/L1/checks", "other"),
        ("GET /online-ordering/v1/L1/orders/3", "/online-ordering/v1"),
        ("GET /online-ordering/v2/L1/orders", "/online-ordering/v2"),
        ("GET /online-ordering/v2", "/online-ordering/v2"),
        ("GET /online-ordering/v21/L1/orders", "other"),
        ("GET /online-ordering/v3/L1/orders", "other"),
        ("GET /", "other"),
    ] {
        assert_eq!(rule_of(request), rule, "{request}");
    }
}

#[test]
fn conecto_has_a_budget_for_each_client_method_and_concrete_path() {
    let full = acquire(100, 0, "ada GET /menus/1");
    for (asked, left) in [
        ("ada GET /menus/2", 99),
        ("ada GET /menus/1/items", 99),
        ("ada GET /Menus/1", 99),
        ("ada HEAD /menus/1", 99),
        ("bob GET /menus/1", 99),
        ("ada GET /menus/1", 0),
        ("ada GET /menus/1/", 0),
        ("ada GET /menus/1///", 0),
        ("ada GET /menus/1?all", 0),
        ("ada GET /menus/1/?all=/&more", 0),
        ("ada GET /menus/1#all?", 0),
    ] {
        let remaining = last("conecto", &(full.clone() + &acquire(1, 0, asked)));
        assert_eq!(remaining.split(',').nth(1).unwrap(), left.to_string(), "{asked}: {remaining}");
    }
    // Nor do two paths under one rule share.
    let rows = acquire(500, 0, "ada GET /pos/v2/L1/checks/1") + &acquire(1, 0, "ada GET /pos/v2/L1/checks/2");
    assert!(last("conecto", &rows).starts_with("admit,499,"));
}

#[test]
fn haravan_holds_80_and_says_how_full_it_is_each_time() {
    for (made, decision) in (1..=80).zip(ask("haravan", &acquire(80, 0, "shop"))) {
        assert_eq!(decision, format!("admit,{},,,200,X-Haravan-Api-Call-Limit: {made}/80", 80 - made));
    }
    assert_eq!(last("haravan", &acquire(32, 0, "shop")), "admit,48,,,200,X-Haravan-Api-Call-Limit: 32/80");
    assert_eq!(
        last("haravan", &(acquire(80, 0, "one shop") + &acquire(1, 0, "another"))),
        "admit,79,,,200,X-Haravan-Api-Call-Limit: 1/80"
    );
}

#[test]
fn haravan_leaks_4_a_second_and_tells_the_wait_in_tenths_rounded_up() {
    let full = acquire(80, 0, "shop");
    for (now, wait, tenths) in
        [(0, 250, "0.3"), (49, 201, "0.3"), (50, 200, "0.2"), (149, 101, "0.2"), (150, 100, "0.1"), (249, 1, "0.1")]
    {
        let headers = format!("X-Haravan-Api-Call-Limit: 80/80 | Retry-After: {tenths}");
        let rows = full.clone() + &acquire(1, now, "shop");
        assert_eq!(last("haravan", &rows), format!("deny,0,{wait},bucket,429,{headers}"));
    }
    // Part of a request in the bucket counts as a whole one.
    for (now, used) in [(250, 80), (251, 80), (499, 80), (500, 79), (10_000, 41), (19_999, 2), (20_000, 1)] {
        let rows = full.clone() + &acquire(1, now, "shop");
        let expected = format!("admit,{},,,200,X-Haravan-Api-Call-Limit: {used}/80", 80 - used);
        assert_eq!(last("haravan", &rows), expected, "{now}");
    }
    // In 10 s a bucket of 39 is empty: only at 2 a second would 19 be left.
    let rows = acquire(39, 0, "shop") + &acquire(1, 10_000, "shop");
    assert_eq!(last("haravan", &rows), "admit,79,,,200,X-Haravan-Api-Call-Limit: 1/80");
}
