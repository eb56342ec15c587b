//! The limits of each API, with a fixed number of slots for those that they are about.

use std::hash::RandomState;
use std::time::SystemTime;

use axum::Router;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tollgate::keyed::{LimitSlot, Set};
use tollgate::profiles::{Refusal, clover, conecto, haravan};

use crate::api::{Account, Api};
use crate::clock::Clock;
use crate::middleware::{TICK, around};

/// Puts the limits of an API around its routes.
///
/// They live as long as the process, so they are leaked: then what is admitted can be held by a response, wherever that goes. (Of
/// a size known at compile time they could be a `static`.) Keys come from outside, so they are hashed with a secret.
pub fn enforce(router: Router, api: Api, clock: Clock) -> Router {
    match api {
        Api::Clover => {
            let app = || LimitSlot::new(clover::App::<u64>::new(&clover::Policy::DOCUMENTED, TICK));
            let token = || LimitSlot::new(clover::Token::<u64>::new(&clover::Policy::DOCUMENTED, TICK));
            let limits = leak(clover::Apps::over(slots(256, app), slots(1_024, token), RandomState::new()));
            let decide = |account: &Account, _: &Request, now| limits.try_acquire(&account.owner, &account.token, now);
            around(router, api, clock, decide, |_| no_body())
        }
        Api::Conecto => {
            let policy = conecto::Policy::DOCUMENTED;
            let large = || LimitSlot::new(conecto::Budget::<u64, 500>::new(&policy, TICK));
            let small = || LimitSlot::new(conecto::Budget::<u64, 100>::new(&policy, TICK));
            let limits = conecto::Clients::over(policy, slots(256, large), slots(1_024, small), RandomState::new());
            let limits = leak(limits);
            let decide = |account: &Account, request: &Request, now| {
                limits.try_acquire(&account.owner, request.method().as_str(), request.uri().path(), now)
            };
            around(router, api, clock, decide, |refused| match refused {
                Refusal::Limited(limited) => json(limited.body(TICK, unix_millis()).to_string()),
                Refusal::Full(_) => no_body(),
            })
        }
        Api::Haravan => {
            let buckets = slots(256, Set::<u64>::fresh); // each for four shops
            let limits = haravan::Shops::try_over(buckets, haravan::Policy::DOCUMENTED, TICK, RandomState::new());
            let limits = leak(limits.expect("the documented numbers fit a clock in milliseconds"));
            let decide = |account: &Account, _: &Request, now| limits.try_acquire(&account.owner, now);
            around(router, api, clock, decide, |_| no_body())
        }
    }
}

fn slots<S>(count: usize, slot: impl FnMut() -> S) -> Vec<S> {
    std::iter::repeat_with(slot).take(count).collect()
}

fn leak<L>(limits: L) -> &'static L {
    Box::leak(Box::new(limits))
}

fn no_body() -> Response {
    ().into_response()
}

fn json(text: String) -> Response {
    ([(CONTENT_TYPE, "application/json")], text).into_response()
}

/// The time of day, for who reads the answer: the limits have a clock of their own.
fn unix_millis() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
