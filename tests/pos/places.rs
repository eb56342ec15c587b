//! Places of requests in progress, which only Clover counts: on a clock that stands still work never ends, and waits never do.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::task::JoinSet;

use crate::api::Api;
use crate::clock::Clock;
use crate::documented;
use crate::harness::{link, server};
use crate::link::{Link, LinkError, Response};
use crate::server::Server;

type Requests = JoinSet<Result<Response, LinkError>>;

/// Sends so many requests that stay in progress, and returns when they are.
async fn occupy(server: &Server, token: &str, requests: &mut Requests, count: u64) {
    let (before, _) = server.ledger.in_progress("app");
    let link = link(server, Api::Clover, "app", token);
    for number in 0..count {
        let (link, order) = (link.clone(), format!("{token}-{number}"));
        requests.spawn(async move { link.send_order(&order).await });
    }
    until(|| server.ledger.in_progress("app").0 == before + count).await;
}

async fn until(is_so: impl Fn() -> bool) {
    patiently(async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
}

/// However long it takes (but a test that hangs tells nobody why).
async fn patiently<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(120), work).await.expect("it comes to that")
}

async fn refused(link: &Link) -> Vec<(String, String)> {
    let response = patiently(link.send_order("one-more")).await.expect("answered");
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    documented::check(Api::Clover, &response);
    documented::head(&response)
}

fn head(retry_after: u32, level: &str, limit: u32) -> Vec<(String, String)> {
    vec![("retry-after".into(), retry_after.to_string()), (format!("x-ratelimit-{level}"), limit.to_string())]
}

async fn busy_server() -> Server {
    server(Api::Clover, Clock::new(0), 1_000).await
}

#[tokio::test]
async fn a_token_has_five_places_and_waits_longer_if_it_asks_too_early() {
    let (server, mut requests) = (busy_server().await, Requests::new());
    occupy(&server, "one", &mut requests, 5).await;
    let token = link(&server, Api::Clover, "app", "one");
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(refused(&token).await, head(wait, "tokenconcurrentlimit", 5));
    }
    occupy(&server, "two", &mut requests, 5).await; // another token knows nothing of it
    assert_eq!(server.ledger.in_progress("app.one"), (5, 5));
}

#[tokio::test]
async fn an_app_has_ten_places() {
    let (server, mut requests) = (busy_server().await, Requests::new());
    occupy(&server, "one", &mut requests, 5).await;
    occupy(&server, "two", &mut requests, 5).await;
    assert_eq!(refused(&link(&server, Api::Clover, "app", "three")).await, head(1, "crosstokenconcurrentlimit", 10));
    assert_eq!(server.ledger.in_progress("app"), (10, 10));
    assert!(requests.try_join_next().is_none(), "none has been answered");
}

#[tokio::test]
async fn clients_that_go_away_give_their_places_back() {
    let server = busy_server().await;
    for _ in 0..3 {
        let mut requests = Requests::new();
        occupy(&server, "one", &mut requests, 5).await;
        occupy(&server, "two", &mut requests, 5).await;
        requests.shutdown().await; // drops the connections in the middle of their requests
        until(|| server.ledger.in_progress("app").0 == 0).await;
    }
    assert_eq!(server.ledger.in_progress("app"), (0, 10));
    assert_eq!(server.ledger.refused().len(), 0, "30 requests had places, 10 at a time");
}
