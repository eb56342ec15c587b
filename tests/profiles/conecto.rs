use crate::{MILLIS, SECRET, head};
use tollgate::http::Timestamp;
use tollgate::keyed::{LimitSlot, SipHash};
use tollgate::profiles::conecto::{
    Admitted, Body, Budget, ClientError, Clients, Limited, Policy, PolicyError, Rule, client_id,
};
use tollgate::profiles::{Answer, Refusal};

const HOUR: u32 = 3_600_000;

type Slots<const N: usize> = Vec<LimitSlot<u32, Budget<u32, N>>>;

fn clients(policy: Policy<'_>) -> Clients<'_, u32, Slots<500>, Slots<100>, SipHash> {
    let large = |_| LimitSlot::new(Budget::<u32, 500>::new(&policy, MILLIS));
    let small = |_| LimitSlot::new(Budget::<u32, 100>::new(&policy, MILLIS));
    Clients::over(policy, (0..8).map(large).collect(), (0..12).map(small).collect(), SECRET)
}

/// How many of 600 requests at once go on.
fn served(method: &str, path: &str) -> usize {
    let clients = clients(Policy::DOCUMENTED);
    (0..600).filter(|_| clients.try_acquire("ann", method, path, 7).is_ok()).count()
}

fn limited(answer: &Result<Admitted, Refusal<Limited<u32>>>) -> Limited<u32> {
    match answer {
        Err(Refusal::Limited(limited)) => *limited,
        _ => panic!("not limited"),
    }
}

#[test]
fn checks_of_the_pos_are_500_an_hour() {
    assert_eq!(served("GET", "/pos/v2/L1/checks"), 500);
    assert_eq!(served("POST", "/pos/v2/L1/checks"), 500);
    assert_eq!(served("PATCH", "/pos/v2/L1/checks/17/items"), 500); // all checks related endpoints
}

#[test]
fn lookup_of_tickets_is_500_an_hour_by_post_and_100_otherwise() {
    assert_eq!(served("POST", "/pos/v2/lookup/tickets"), 500);
    assert_eq!(served("GET", "/pos/v2/lookup/tickets"), 100);
}

#[test]
fn online_ordering_v1_and_v2_are_500_an_hour_and_v3_is_100() {
    assert_eq!(served("POST", "/online-ordering/v1/L1/orders"), 500);
    assert_eq!(served("GET", "/online-ordering/v2/L1/orders"), 500);
    assert_eq!(served("POST", "/online-ordering/v3/L1/orders"), 100);
    assert_eq!(served("POST", "/online-ordering/v22/L1/orders"), 100);
}

#[test]
fn everything_else_is_100_an_hour() {
    for path in ["/", "", "/pos/v2/L1/menus", "/pos/v1/L1/checks", "/pos/v2/L1/checksum", "/pos/v2/checks", "/loyalty"]
    {
        assert_eq!(served("GET", path), 100, "{path}");
    }
}

#[test]
fn the_hour_rolls_exactly() {
    let clients = clients(Policy::DOCUMENTED);
    let served = |now, calls| (0..calls).filter(|_| clients.try_acquire("ann", "GET", "/menus", now).is_ok()).count();
    assert_eq!([served(HOUR - 1, 60), served(HOUR, 60), served(2 * HOUR - 2, 60)], [60, 40, 0]);
    assert_eq!([served(2 * HOUR - 1, 100), served(2 * HOUR, 100), served(3 * HOUR - 2, 100)], [60, 40, 0]);
}

#[test]
fn every_client_method_and_resource_has_a_budget_of_its_own() {
    let clients = clients(Policy::DOCUMENTED);
    let spent =
        |client: &str, method, path| (0..600).filter(|_| clients.try_acquire(client, method, path, 0).is_ok()).count();
    assert_eq!(spent("ann", "GET", "/menus"), 100);
    assert_eq!(spent("bob", "GET", "/menus"), 100);
    assert_eq!(spent("ann", "PUT", "/menus"), 100);
    assert_eq!(spent("ann", "GET", "/menus/7"), 100);
    assert_eq!(spent("ann", "GET", "/pos/v2/L1/checks"), 500);
    assert_eq!(spent("ann", "GET", "/pos/v2/L2/checks"), 500); // the budget is per path, the rule gives the limit
    assert_eq!(spent("ann", "GET", "/pos/v2/L1/checks/17"), 500);
    assert_eq!(spent("ann", "GET", "/menus"), 0);
    assert_eq!([spent("an", "nGET", "/menus"), spent("annG", "ET", "/menus")], [100, 100]); // no joint is mistaken
}

#[test]
fn a_rule_may_group_what_it_matches_into_one_budget() {
    const RULES: [Rule<'static>; 2] = [
        Rule::new("/pos/{version}/{location}/checks", 30).grouped(),
        Rule::new("/menus", 20).of_method("GET").grouped(),
    ];
    let clients = clients(Policy::new(&RULES, 10));
    let spent =
        |client: &str, method, path| (0..100).filter(|_| clients.try_acquire(client, method, path, 0).is_ok()).count();
    assert_eq!(spent("ann", "GET", "/pos/v2/L1/checks"), 30);
    assert_eq!(spent("ann", "PUT", "/pos/v3/L2/checks/17"), 0);
    assert_eq!(spent("bob", "GET", "/pos/v2/L1/checks"), 30);
    assert_eq!([spent("ann", "GET", "/menus/1"), spent("ann", "GET", "/menus/2")], [20, 0]);
    assert_eq!([spent("ann", "PUT", "/menus/1"), spent("ann", "PUT", "/menus/2")], [10, 10]);
    // The text of a template, asked for as a path, is not the group.
    assert_eq!(spent("ann", "GET", "/pos/{version}"), 10);
}

#[test]
fn query_fragment_and_trailing_slashes_are_ignored() {
    let clients = clients(Policy::DOCUMENTED);
    let same = ["/menus", "/menus/", "/menus//", "/menus?a=/b", "/menus/?", "/menus#x", "/menus/#x?y", "menus"];
    for (asked, path) in same.iter().enumerate() {
        let admitted = clients.try_acquire("ann", "GET", path, 0).unwrap();
        assert_eq!(admitted.remaining() as usize, 99 - asked, "{path}");
    }
}

#[test]
fn paths_and_methods_are_case_sensitive_and_nothing_is_decoded() {
    let clients = clients(Policy::DOCUMENTED);
    let _ = clients.try_acquire("ann", "GET", "/menus", 0);
    for (method, path) in
        [("get", "/menus"), ("GET", "/Menus"), ("GET", "/%6denus"), ("GET", "//menus"), ("GET", "/x/../menus")]
    {
        assert_eq!(clients.try_acquire("ann", method, path, 0).unwrap().remaining(), 99, "{method} {path}");
    }
    assert_eq!(Policy::DOCUMENTED.choose("POST", "/POS/v2/lookup/tickets").limit(), 100);
    assert_eq!(Policy::DOCUMENTED.choose("post", "/pos/v2/lookup/tickets").limit(), 100);
}

#[test]
fn limit_and_remaining_are_on_every_response() {
    let clients = clients(Policy::DOCUMENTED);
    let answer = clients.try_acquire("ann", "POST", "/pos/v2/lookup/tickets", 0);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (200, None, None));
    assert_eq!(head(&answer), ["X-RateLimit-Limit: 500", "X-RateLimit-Remaining: 499"]);
    for _ in 1..499 {
        let _ = clients.try_acquire("ann", "POST", "/pos/v2/lookup/tickets", 0);
    }
    let last = clients.try_acquire("ann", "POST", "/pos/v2/lookup/tickets", 0);
    assert_eq!(head(&last), ["X-RateLimit-Limit: 500", "X-RateLimit-Remaining: 0"]); // a 200 has no Retry-After
}

#[test]
fn retry_after_is_on_a_429_where_nothing_remains() {
    let clients = clients(Policy::DOCUMENTED);
    for _ in 0..100 {
        let _ = clients.try_acquire("ann", "GET", "/menus", 0);
    }
    let answer = clients.try_acquire("ann", "GET", "/menus", 1);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (429, Some("resource"), Some(HOUR - 1)));
    assert_eq!(head(&answer), ["X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "Retry-After: 3600"]);
    let wait = |now| head(&clients.try_acquire("ann", "GET", "/menus", now)).pop().unwrap();
    assert_eq!(wait(HOUR - 1_001), "Retry-After: 2"); // rounded up
    assert_eq!(wait(HOUR - 1_000), "Retry-After: 1");
    assert_eq!(wait(HOUR - 1), "Retry-After: 1"); // and above 0
    assert_eq!(clients.try_acquire("ann", "GET", "/menus", HOUR).status(), 200);
}

#[test]
fn the_body_is_that_of_the_documents_to_the_letter() {
    let clients = clients(Policy::DOCUMENTED);
    for _ in 0..500 {
        let _ = clients.try_acquire("ann", "GET", "/online-ordering/v1", 0);
    }
    let body = limited(&clients.try_acquire("ann", "GET", "/online-ordering/v1", 0)).body(MILLIS, 1_700_649_279_646);
    let text = r#"{"status":429,"timestamp":"2023-11-22T10:34:39.646Z","message":"Too Many Requests, exceeded your 500 requests per hour limit.","details":[]}"#;
    assert_eq!(body.to_string(), text);
    assert_eq!(body.write_into(&mut [0; 256]).unwrap(), text);
    assert_eq!(body.write_into(&mut [0; 140]).unwrap(), text);
    for short in 0..140 {
        let error = body.write_into(&mut [0; 140][..short]).unwrap_err();
        assert_eq!(error.needed(), 140);
    }
    let error = body.write_into(&mut []).unwrap_err();
    assert_eq!(error.to_string(), "the buffer is too short for the body: give at least 140 bytes");
}

#[test]
fn the_body_names_the_period_there_is() {
    let named = |millis| {
        let text = Body::new(5, core::time::Duration::from_millis(millis), 0).to_string();
        text.split("requests per ").nth(1).unwrap().split(" limit").next().unwrap().to_owned()
    };
    assert_eq!(named(1_000), "second");
    assert_eq!(named(60_000), "minute");
    assert_eq!(named(3_600_000), "hour");
    assert_eq!(named(86_400_000), "day");
    assert_eq!(named(90_000), "90 seconds");
    assert_eq!(named(500), "500 milliseconds");
}

#[test]
fn timestamps_are_those_of_the_caller() {
    for millis in [0, 951_782_400_000, 4_107_542_400_123] {
        let text = Body::new(5, core::time::Duration::from_secs(3_600), millis).to_string();
        assert!(text.contains(&format!(r#""timestamp":"{}""#, Timestamp::from_millis(millis))), "{text}");
    }
    let text = Body::new(5, core::time::Duration::from_secs(3_600), 951_782_400_000).to_string();
    assert!(text.contains("2000-02-29T00:00:00.000Z"));
}

/// As servers take answers apart, whatever the width of the clock.
#[test]
fn each_part_of_an_answer_is_one_by_itself() {
    let clients = clients(Policy::DOCUMENTED);
    let told = |client: u32| match clients.try_acquire(&client, "GET", "/pos/v2/L1/checks", 0) {
        Ok(admitted) => (admitted.status(), admitted.headers(MILLIS).count()),
        Err(Refusal::Limited(limited)) => (limited.status(), limited.headers(MILLIS).count()),
        Err(Refusal::Full(full)) => (full.status(), full.headers(MILLIS).count()),
    };
    for _ in 0..500 {
        assert_eq!(told(0), (200, 2));
    }
    assert_eq!(told(0), (429, 3));
    for client in 1..8 {
        assert_eq!(told(client), (200, 2));
    }
    assert_eq!(told(8), (503, 0));
}

#[test]
fn a_limit_below_the_size_of_the_window_is_kept_exactly() {
    let budget = Budget::<u32, 100>::new(&Policy::DOCUMENTED, MILLIS);
    let served: Vec<_> = (0..40).filter_map(|_| budget.try_acquire(30, 5).ok()).collect();
    assert_eq!(served.len(), 30);
    assert_eq!((served[0].limit(), served[0].remaining(), served[29].remaining()), (30, 29, 0));
    let refused = budget.try_acquire(30, 6).unwrap_err();
    assert_eq!((refused.limit(), refused.wait()), (30, HOUR - 1));
    assert_eq!(budget.try_acquire(30, 5 + HOUR).unwrap().remaining(), 29);
    assert_eq!(budget.try_acquire(200, 5 + HOUR).unwrap().limit(), 100); // no more than it holds
}

#[test]
fn a_full_table_says_so_with_503_and_names_the_size() {
    let clients = clients(Policy::DOCUMENTED);
    assert_eq!(clients.capacity(), (8, 12));
    for client in 0..8 {
        assert!(clients.try_acquire(&client, "GET", "/pos/v2/L1/checks", 0).is_ok());
    }
    let answer = clients.try_acquire(&8, "GET", "/pos/v2/L1/checks", 0);
    assert_eq!((answer.status(), answer.level(), answer.retry_after()), (503, None, None));
    assert!(head(&answer).is_empty());
    let Err(Refusal::Full(full)) = answer else { panic!() };
    assert_eq!(full.table(), "large budgets");
    assert!(clients.try_acquire(&8, "GET", "/menus", 0).is_ok()); // the other size
    assert_eq!(clients.occupancy(0), (8, 1));
    assert!(clients.try_acquire(&8, "GET", "/pos/v2/L1/checks", HOUR).is_ok());
}

#[test]
fn a_limit_that_no_window_holds_is_an_error() {
    const RULES: [Rule<'static>; 1] = [Rule::new("/menus", 501)];
    let none = || Vec::<LimitSlot<u32, Budget<u32, 500>>>::new();
    let small = || Vec::<LimitSlot<u32, Budget<u32, 100>>>::new();
    let error = Clients::<u32, _, _, _>::try_over(Policy::new(&RULES, 1), none(), small(), SECRET).unwrap_err();
    assert_eq!(error, PolicyError::LimitTooLarge { limit: 501, most: 500 });
    assert_eq!(
        error.to_string(),
        "limit = 501 exceeds what the larger windows hold, which is 500: give a lower limit or larger windows"
    );
    assert!(Clients::<u32, _, _, _>::try_over(Policy::new(&RULES[..0], 500), none(), small(), SECRET).is_ok());
    assert_eq!(Policy::try_new(&RULES, 0), Err(PolicyError::ZeroLimit));
}

#[test]
fn the_client_is_told_by_its_access_key() {
    let key = |name: &'static str| client_id::<&str>([("host", &b"x"[..]), (name, b" ann ")], |_| None);
    for name in ["x-access-key", "X-Access-Key", "X-ACCESS-KEY"] {
        assert_eq!(key(name), Ok("ann"));
    }
    assert_eq!(key("x-access-keys"), Err(ClientError::Absent));
}

#[test]
fn the_client_is_told_by_a_bearer_token_that_the_caller_resolves() {
    let by = |value: &'static str| {
        client_id([("AUTHORIZATION", value.as_bytes())], |token| (token == "a.b.c").then(|| String::from("ann")))
    };
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER   a.b.c  "] {
        assert_eq!(by(value), Ok("ann".into()), "{value}");
    }
    assert_eq!(by("Bearer d.e.f"), Err(ClientError::Unresolved));
    for nobody in ["Basic a.b.c", "Bearer", "Bearer ", "Bearera.b.c", "a.b.c"] {
        assert_eq!(by(nobody), Err(ClientError::Absent), "{nobody}");
    }
    assert_eq!(by(""), Err(ClientError::Unreadable));
}

#[test]
fn the_access_key_counts_before_the_token_and_each_only_once() {
    let both = [("authorization", &b"Bearer t"[..]), ("x-access-key", b"key")];
    assert_eq!(client_id::<&str>(both, |_| panic!("not asked")), Ok("key"));
    let twice = [("x-access-key", &b"one"[..]), ("X-Access-Key", b"two")];
    assert_eq!(client_id::<&str>(twice, |_| None), Err(ClientError::Repeated));
    assert_eq!(client_id::<&str>([("x-access-key", &b"\xff"[..])], |_| None), Err(ClientError::Unreadable));
    assert_eq!(client_id::<&str>([("x-access-key", &b" "[..])], |_| None), Err(ClientError::Unreadable));
    assert_eq!(client_id::<&str>([], |_| None), Err(ClientError::Absent));
}

/// On this clock, a window tells instants apart for 2^31 ms, which is 24 days.
#[test]
fn refreshed_now_and_then_no_idle_time_brings_requests_back() {
    const TURN: u32 = 1 << 31;
    for refreshed in [true, false] {
        let clients = clients(Policy::DOCUMENTED);
        for path in ["/menus", "/pos/v2/L1/checks"] {
            while clients.try_acquire("ann", "GET", path, 0).is_ok() {}
        }
        for eighth in 1..8 {
            if refreshed {
                clients.refresh(eighth * (TURN / 8));
            }
        }
        for path in ["/menus", "/pos/v2/L1/checks"] {
            let answer = clients.try_acquire("ann", "GET", path, TURN + 1_000);
            assert_eq!(answer.status(), if refreshed { 200 } else { 429 }, "{path}");
        }
    }
}
