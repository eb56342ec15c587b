//! Clients that ignore the rules, on a clock that stands still: exactly what a limit has is let through.

use std::collections::BTreeSet;

use axum::http::StatusCode;

use crate::api::Api;
use crate::clock::Clock;
use crate::harness::{APIS, check_orders, link, server};
use crate::link::{Link, Response};
use crate::server::Server;
use crate::tally::Tally;
use crate::{documented, oracle, rude, terminal};

const TRIES: usize = 3;

/// Sends so many orders, each again when it is refused, and hands back what was answered.
async fn hammer(api: Api, link: &Link, orders: usize) -> (Tally, Vec<Response>) {
    let mut responses = Vec::new();
    let hear = |_: &Tally, response: &Response| {
        documented::check(api, response);
        responses.push(response.clone());
    };
    let tally = rude::send("rude", link, Clock::new(1), vec![0; orders], TRIES, hear).await.expect("all is answered");
    (tally, responses)
}

/// What a client that ignores the rules gets through of so many orders, on a server whose clock stands still.
async fn gets_through(api: Api, orders: usize) -> (u64, Vec<Response>, Server) {
    let server = server(api, Clock::new(0), 0).await;
    let (tally, responses) = hammer(api, &link(&server, api, "bar", "rude"), orders).await;
    assert_eq!(tally.refusals(), (orders as u64 - tally.orders) * TRIES as u64);
    assert_eq!(tally.requests, tally.orders + tally.refusals());
    assert_eq!(server.ledger.refused().values().sum::<u64>(), tally.refusals());
    assert_eq!(server.ledger.orders().len() as u64, tally.orders);
    oracle::check(api, &server.ledger);
    (tally.orders, responses, server)
}

fn only_refusals(responses: &[Response]) -> Vec<Vec<(String, String)>> {
    let refused = responses.iter().filter(|response| response.status == StatusCode::TOO_MANY_REQUESTS);
    let mut heads: Vec<_> = refused.map(documented::head).collect();
    heads.dedup();
    heads
}

fn lines(head: &[(&str, &str)]) -> Vec<(String, String)> {
    head.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

#[tokio::test]
async fn clover_lets_sixteen_of_a_token_through_in_a_second() {
    let (through, responses, _server) = gets_through(Api::Clover, 60).await;
    assert_eq!(through, 16);
    assert_eq!(only_refusals(&responses), [lines(&[("x-ratelimit-tokenlimit", "16")])]);
}

#[tokio::test]
async fn clover_lets_fifty_of_an_app_through_in_a_second() {
    let server = server(Api::Clover, Clock::new(0), 0).await;
    let mut through = Vec::new();
    for token in ["one", "two", "three", "four", "five"] {
        let (tally, responses) = hammer(Api::Clover, &link(&server, Api::Clover, "bar", token), 30).await;
        through.push((tally.orders, only_refusals(&responses)));
    }
    let (token, app) =
        ([lines(&[("x-ratelimit-tokenlimit", "16")])], [lines(&[("x-ratelimit-crosstokenlimit", "50")])]);
    let expected = [(16, &token), (16, &token), (16, &token), (2, &app), (0, &app)];
    assert_eq!(through, expected.map(|(orders, head)| (orders, head.to_vec())));
}

#[tokio::test]
async fn conecto_lets_five_hundred_orders_through_in_an_hour() {
    let (through, responses, _server) = gets_through(Api::Conecto, 600).await;
    assert_eq!(through, 500);
    let refused = lines(&[("retry-after", "3600"), ("x-ratelimit-limit", "500"), ("x-ratelimit-remaining", "0")]);
    assert_eq!(only_refusals(&responses), [refused]);
}

#[tokio::test]
async fn haravan_lets_eighty_through_at_once() {
    let (through, responses, _server) = gets_through(Api::Haravan, 120).await;
    assert_eq!(through, 80);
    let refused = lines(&[("retry-after", "0.3"), ("x-haravan-api-call-limit", "80/80")]);
    assert_eq!(only_refusals(&responses), [refused]);
}

#[tokio::test]
async fn conecto_lets_a_hundred_others_through_in_an_hour() {
    let server = server(Api::Conecto, Clock::new(0), 0).await;
    assert_eq!(rude::read_menu(&link(&server, Api::Conecto, "bar", "office"), 130).await.expect("answered"), 30);
    oracle::check(Api::Conecto, &server.ledger);
}

#[tokio::test]
async fn what_is_let_through_says_what_is_used_or_left() {
    for (api, header, values) in [
        (Api::Conecto, "x-ratelimit-remaining", ["499", "498", "497"]),
        (Api::Haravan, "x-haravan-api-call-limit", ["1/80", "2/80", "3/80"]),
    ] {
        let server = server(api, Clock::new(0), 0).await;
        let link = link(&server, api, "cafe", "till");
        for (number, value) in values.into_iter().enumerate() {
            let response = link.send_order(&format!("order-{number}")).await.expect("answered");
            assert_eq!((response.status, response.headers[header].as_bytes()), (StatusCode::CREATED, value.as_bytes()));
            assert!(!response.headers.contains_key("retry-after"));
        }
    }
}

#[tokio::test]
async fn clover_promises_no_header_with_what_is_let_through() {
    let server = server(Api::Clover, Clock::new(0), 0).await;
    let response = link(&server, Api::Clover, "cafe", "till").send_order("order").await.expect("answered");
    assert_eq!((response.status, documented::head(&response)), (StatusCode::CREATED, lines(&[])));
}

#[tokio::test]
async fn a_rude_client_breaks_nobody_else() {
    for api in APIS {
        let (_, _, server) = gets_through(api, 120).await;
        let link = link(&server, api, "cafe", "till");
        let tally = terminal::send("till", &link, Clock::new(1), 1, vec![0; 10], 1, |_| {}).await;
        let tally = tally.unwrap_or_else(|unfinished| panic!("{unfinished}"));
        assert!(tally.is_complete(10) && tally.refusals() == 0, "{api}: {tally:?}");
        let expected: BTreeSet<_> = (0..10).map(|order| format!("till-{order:05}")).collect();
        check_orders(&server.ledger, "till", &expected);
    }
}

#[tokio::test]
async fn nobody_in_particular_goes_no_further() {
    for api in APIS {
        let server = server(api, Clock::new(0), 0).await;
        let response = link(&server, api, "", "till").send_order("order").await.expect("answered");
        assert_eq!((response.status, server.ledger.admitted().len()), (StatusCode::UNAUTHORIZED, 0));
    }
}
