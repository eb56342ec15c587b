//! Whole mornings on a clock that runs: terminals that keep to the rules, and beside them clients that do not.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use crate::api::Api;
use crate::clock::Clock;
use crate::harness::{check_orders, link, server};
use crate::server::Server;
use crate::tally::Tally;
use crate::terminal::Status;
use crate::{documented, morning, oracle, rude, terminal};

/// How fast the clock runs, how long a request takes, how many orders come in and in how long.
struct Rush {
    speed: u32,
    work: u64,
    orders: usize,
    millis: u64,
}

impl Rush {
    /// More than the limits let through.
    fn at(api: Api) -> Self {
        match api {
            Api::Clover => Self { speed: 5, work: 100, orders: 400, millis: 8_000 },
            Api::Conecto => Self { speed: 1_200, work: 500, orders: 400, millis: 1_800_000 },
            Api::Haravan => Self { speed: 40, work: 100, orders: 400, millis: 60_000 },
        }
    }
}

struct Day {
    api: Api,
    rush: Rush,
    clock: Clock,
    server: Server,
}

impl Day {
    async fn begin(api: Api, rush: Rush) -> Self {
        let clock = Clock::new(rush.speed);
        let server = server(api, clock, rush.work).await;
        Self { api, rush, clock, server }
    }

    /// So many terminals of an owner share the orders. They lose none.
    async fn polite(&self, owner: &str, terminals: u32) -> Tally {
        let Rush { orders, millis, .. } = self.rush;
        let all = morning::orders(orders, millis, 3);
        let (mut sending, mut expected) = (JoinSet::new(), BTreeSet::new());
        for number in 0..terminals {
            let (name, own) = (format!("till-{number}"), morning::share(&all, number, terminals));
            expected.extend((0..own.len()).map(|order| format!("{name}-{order:05}")));
            let (link, clock) = (link(&self.server, self.api, owner, &name), self.clock);
            sending.spawn(async move {
                let most = own.len() as u64;
                let watch = |status: &Status| {
                    assert!(status.queued <= terminal::QUEUE && status.answered <= most);
                    assert!(status.refused < 1_000, "it hammers");
                    assert!(!status.waits_for.is_empty());
                };
                let sent = terminal::send(&name, &link, clock, terminals, own, number.into(), watch).await;
                sent.unwrap_or_else(|unfinished| panic!("{unfinished}"))
            });
        }
        let mut tally = Tally::default();
        while let Some(one) = sending.join_next().await {
            tally += one.expect("no terminal panics");
        }
        assert!(tally.is_complete(orders), "{tally:?}");
        check_orders(&self.server.ledger, "till-", &expected);
        let answered = tally.orders + tally.looks + u64::from(terminals);
        assert_eq!((tally.requests, tally.failures), (answered + tally.refusals(), 0));
        assert!(!tally.limited.contains_key("no header"), "{tally:?}");
        tally
    }

    /// A client of an owner that ignores the rules.
    async fn rude(&self, owner: &str) -> Tally {
        let orders = morning::orders(self.rush.orders, self.rush.millis, 4);
        let link = link(&self.server, self.api, owner, "rude");
        let hear = |_: &Tally, response: &_| documented::check(self.api, response);
        rude::send("rude", &link, self.clock, orders, 10, hear).await.expect("all is answered")
    }

    fn end(&self, polite: &Tally, rude: &Tally) {
        let ledger = &self.server.ledger;
        oracle::check(self.api, ledger);
        assert_eq!(ledger.refused().values().sum::<u64>(), polite.refusals() + rude.refusals());
        let taken = ledger.orders().keys().filter(|order| order.starts_with("rude-")).count();
        assert_eq!((taken as u64, rude.failures), (rude.orders, 0));
    }
}

/// What terminals that share a budget may have on their way stays inside it even if all of that arrives late, so no delay, in the
/// network or of this machine, gets them refused.
async fn terminals_are_never_refused(api: Api) {
    let day = Day::begin(api, Rush::at(api)).await;
    let (polite, rude) = tokio::join!(day.polite("cafe", 3), day.rude("bar"));
    assert_eq!(polite.refusals(), 0, "{:?}", polite.limited);
    day.end(&polite, &rude);
}

#[tokio::test]
async fn clover_terminals_lose_no_order_and_are_never_refused_whatever_another_app_does() {
    terminals_are_never_refused(Api::Clover).await;
}

#[tokio::test]
async fn conecto_terminals_lose_no_order_and_are_never_refused_whatever_another_client_does() {
    terminals_are_never_refused(Api::Conecto).await;
}

#[tokio::test]
async fn haravan_terminals_lose_no_order_and_are_never_refused_whatever_another_shop_does() {
    terminals_are_never_refused(Api::Haravan).await;
}

/// Whoever uses the budget up: a terminal gets its orders through, later.
async fn terminal_loses_nothing(api: Api, rush: Rush) {
    let day = Day::begin(api, rush).await;
    let (polite, rude) = tokio::join!(day.polite("cafe", 1), day.rude("cafe"));
    day.end(&polite, &rude);
}

#[tokio::test]
async fn a_clover_terminal_loses_no_order_beside_a_rude_token_of_its_app() {
    terminal_loses_nothing(Api::Clover, Rush { speed: 30, work: 100, orders: 60, millis: 6_000 }).await;
}

#[tokio::test]
async fn a_conecto_terminal_loses_no_order_beside_a_rude_user_of_its_client() {
    terminal_loses_nothing(Api::Conecto, Rush { speed: 1_200, work: 500, orders: 350, millis: 900_000 }).await;
}

#[tokio::test]
async fn a_haravan_terminal_loses_no_order_beside_a_rude_user_of_its_shop() {
    terminal_loses_nothing(Api::Haravan, Rush { speed: 20, work: 50, orders: 100, millis: 10_000 }).await;
}
