//! Conecto: so many requests in any hour for each client, method and resource.
//!
//! A [table of rules](Policy) says how many: 500 for the checks of the POS, for the lookup of tickets and for online ordering, 100
//! for everything else. Every response tells the limit and what remains, a 429 also how long to wait, and it has a [body](Body).
//!
//! ```
//! use tollgate::keyed::{LimitSlot, SipHash};
//! use tollgate::profiles::{Answer, Refusal, conecto::{Budget, InlineClients, Policy}};
//! use tollgate::time::TickLength;
//!
//! const TICK: TickLength = TickLength::MILLISECOND;
//! const POLICY: Policy<'static> = Policy::DOCUMENTED;
//! static CLIENTS: InlineClients<u32, 8, 16> = InlineClients::over(
//!     POLICY,
//!     [const { LimitSlot::new(Budget::<u32, 500>::new(&POLICY, TICK)) }; 8],
//!     [const { LimitSlot::new(Budget::<u32, 100>::new(&POLICY, TICK)) }; 16],
//!     SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]),
//! );
//!
//! let head = |answer: &dyn Answer<u32>| answer.headers(TICK).map(|header| header.to_string()).collect::<Vec<_>>();
//! let now = 5_000;
//! let answer = CLIENTS.try_acquire("till 7", "GET", "/pos/v2/L1/checks?open=true", now);
//! assert_eq!(head(&answer), ["X-RateLimit-Limit: 500", "X-RateLimit-Remaining: 499"]);
//!
//! for _ in 0..100 {
//!     assert_eq!(CLIENTS.try_acquire("till 7", "GET", "/pos/v2/L1/menus", now).status(), 200);
//! }
//! let answer = CLIENTS.try_acquire("till 7", "GET", "/pos/v2/L1/menus/", now + 1);
//! assert_eq!(head(&answer), ["X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "Retry-After: 3600"]);
//!
//! let Err(Refusal::Limited(limited)) = answer else { panic!() };
//! assert_eq!(
//!     limited.body(TICK, 1_700_649_279_646).to_string(),
//!     r#"{"status":429,"timestamp":"2023-11-22T10:34:39.646Z","message":"Too Many Requests, exceeded your 100 requests per hour limit.","details":[]}"#
//! );
//! ```
//!
//! # Which budget
//!
//! The rule chooses the limit; the budget is that of the client, the method and the path as it was asked for, so
//! `/pos/v2/L1/checks` and `/pos/v2/L2/checks/17` have 500 each. A rule can [group](Rule::grouped) what it matches into one budget.
//!
//! * What follows `?` or `#` is not part of the path, and trailing slashes are ignored: `/a/b/?c=d` is `/a/b`. So is a missing
//!   first slash.
//! * Paths and methods are case-sensitive (RFC 3986, 6.2.2.1; RFC 9110, 9.1): `get` is another method than `GET`, with budgets of
//!   its own. Let the router refuse what it does not serve before the limits are asked.
//! * Nothing is decoded or resolved: `%61` is not `a`, `/a/../b` and `//b` are not `/b`. Give the path as the router sees it.
//!
//! # Exact
//!
//! Never more than the limit in any span of an hour, edges included: a [`RollingWindow`](crate::RollingWindow). (A thread that passes
//! an older reading to a spent budget than the others did [ends the hour earlier](crate::RollingWindow#clock-faults) by as much.) Two clients, methods
//! or paths share a budget only if their [fingerprints](crate::keyed::limits#memory-and-sizing) meet.
//!
//! # Memory
//!
//! The windows come in two sizes, as most budgets are of the smaller one: a slot of [`Clients`] takes 2 024 bytes for 500 requests
//! and 424 for 100 on `u32`, 4 048 and 848 on `u64`.
//!
//! The names and numbers are those of the API's documents, *Usage rate limit*.

use core::time::Duration;

use super::BackoffPolicy;
use crate::client::Jitter;

mod body;
mod budget;
mod client_id;
mod clients;
mod path;
mod policy;
mod rule;

pub use body::{Body, BodyTooLong};
pub use budget::{Admitted, Budget, Limited};
pub use client_id::{ClientError, client_id};
pub use clients::{Clients, InlineClients};
pub use policy::{Choice, Policy, PolicyError, Resource};
pub use rule::{Rule, RuleError};

/// How a client backs off: with jitter, and for a minute where the header is missing or cannot be read. (The documents ask for
/// jitter and name no numbers: these are ours.)
///
/// To spread its requests, as the documents advise, it has a [`Pacer`](crate::client::Pacer) of the [quota](Policy::quota) of each
/// resource: one every 7.2 s for 500 an hour, every 36 s for 100.
pub const BACKOFF: BackoffPolicy = BackoffPolicy {
    first: Duration::from_secs(1),
    factor: 2,
    longest: Duration::from_secs(60),
    jitter: Jitter::Equal,
    attempts: 10,
    pause: Duration::ZERO,
    unreadable: Duration::from_secs(60),
};

/// Below how many percent of the limit a client is to warn: for a [`UsageWatch`](crate::client::UsageWatch).
pub const WARN_BELOW_PERCENT: u8 = 10;
