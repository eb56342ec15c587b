//! Servers and clients of the tests.

use std::collections::BTreeSet;

use crate::api::{Account, Api};
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::link::Link;
use crate::server::{Server, Settings};

pub const APIS: [Api; 3] = [Api::Clover, Api::Conecto, Api::Haravan];

/// A server on a free port, on a clock of that speed.
pub async fn server(api: Api, clock: Clock, work: u64) -> Server {
    let settings = Settings { api, clock, work, seed: 7 };
    Server::start(([127, 0, 0, 1], 0).into(), settings).await.expect("a port is free")
}

pub fn link(server: &Server, api: Api, owner: &str, token: &str) -> Link {
    Link::new(&server.url(), api, Account::new(owner, token))
}

/// Panics unless the server has each of these orders, and no other whose name begins so, exactly once.
pub fn check_orders(ledger: &Ledger, beginning: &str, expected: &BTreeSet<String>) {
    let orders = ledger.orders();
    let ours: BTreeSet<String> = orders.keys().filter(|order| order.starts_with(beginning)).cloned().collect();
    assert_eq!(&ours, expected);
    for (order, times) in orders {
        assert_eq!(times, 1, "order {order} came through {times} times");
    }
}
