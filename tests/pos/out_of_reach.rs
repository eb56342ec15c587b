//! Servers that are not there, or do not want what is sent.

use crate::api::{Account, Api};
use crate::clock::Clock;
use crate::harness::{link, server};
use crate::link::{self, Link};
use crate::terminal;

/// Nobody listens there, as none but root may.
const NOWHERE: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_server_that_is_not_there_is_said_to_be() {
    let error = link::reach(NOWHERE).await.expect_err("nobody is there").to_string();
    assert!(error.starts_with(&format!("no answer from {NOWHERE}: ")), "{error}");
    assert!(error.ends_with(": is a pos_server running there?"), "{error}");
}

#[tokio::test]
async fn a_server_that_stays_away_is_given_up_with_the_orders_that_are_left() {
    let link = Link::new(NOWHERE, Api::Haravan, Account::new("cafe", "till"));
    let unfinished = terminal::send("till", &link, Clock::new(10_000), 1, vec![0; 50], 1, |_| {}).await;
    let unfinished = unfinished.expect_err("nothing can be sent");
    assert_eq!(unfinished.orders, 50);
    assert!(unfinished.to_string().ends_with(": 50 orders are not sent yet"), "{unfinished}");
}

#[tokio::test]
async fn a_server_that_wants_none_of_it_is_not_asked_again() {
    let server = server(Api::Haravan, Clock::new(1), 0).await;
    let link = link(&server, Api::Haravan, "", "");
    let unfinished = terminal::send("till", &link, Clock::new(1), 1, vec![0; 3], 1, |_| {}).await;
    let unfinished = unfinished.expect_err("nobody's orders are not taken");
    assert_eq!((unfinished.orders, server.ledger.orders().len()), (3, 0));
    assert!(unfinished.why.starts_with("the server answers 401 Unauthorized: who is asking?"), "{unfinished}");
}

#[test]
fn what_is_no_url_of_a_server_is_refused_with_what_would_be_one() {
    for text in ["", "localhost", "127.0.0.1:8080", "https://127.0.0.1", "http://", "http:///orders", "ftp://a"] {
        assert_eq!(link::server_url(text), Err("give a URL such as http://127.0.0.1:8080".into()), "{text}");
    }
    for text in ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80/"] {
        assert_eq!(link::server_url(text), Ok(text.into()));
    }
}
