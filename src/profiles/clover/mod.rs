//! Clover: two rates and two limits of work in progress, taken together, all or none.
//!
//! An app may send 50 requests in any second and have 10 in progress, all its tokens together; each token 16 and 5. They are asked in
//! the order app rate, token rate, app places, token places, and a 429 carries one header that names the first that refuses, with
//! its limit. If that is one of the places, `retry-after` says how many seconds to wait.
//!
//! ```
//! use tollgate::profiles::{Answer, clover};
//! use tollgate::time::TickLength;
//!
//! const TICK: TickLength = TickLength::MILLISECOND;
//! static APP: clover::App<u32> = clover::App::<u32>::new(&clover::Policy::DOCUMENTED, TICK);
//! static TOKEN: clover::Token<u32> = clover::Token::<u32>::new(&clover::Policy::DOCUMENTED, TICK);
//!
//! let now = 5_000;
//! let five: Vec<_> = (0..5).map(|_| APP.try_acquire(&TOKEN, now).unwrap()).collect();
//! let answer = APP.try_acquire(&TOKEN, now);
//! assert_eq!((answer.status(), answer.level()), (429, Some("tokenConcurrentLimit")));
//! let head: Vec<_> = answer.headers(TICK).map(|header| header.to_string()).collect();
//! assert_eq!(head, ["X-RateLimit-tokenConcurrentLimit: 5", "retry-after: 1"]);
//!
//! drop(five); // the work is done, but who was told to wait has to
//! assert_eq!(APP.try_acquire(&TOKEN, now + 500).unwrap_err().wait(), 2_000);
//! assert!(APP.try_acquire(&TOKEN, now + 2_500).is_ok());
//! ```
//!
//! # Waiting
//!
//! A refusal for want of a place opens a [waiting period](crate::penalty) of the token that asked, one for the places of its app and
//! one for its own: while it stands, requests of that token are refused even if places are free, and each makes it longer. The
//! documents say that it grows, and not how: here it is a second that doubles up to a minute, [numbers to change](Policy). A
//! request that a rate refuses was told no `retry-after`, so it neither opens nor lengthens anything: the places are not asked.
//!
//! The period for the app's places is the token's too, and not one for all tokens of the app: those were told at
//! different moments, so each would come too early for the others, and the app could be kept waiting for good by clients that all keep to
//! what they were told. The connections of one token share its period, and have to share the longest wait that any was told.
//!
//! # Guarantees
//!
//! * **All or nothing**, as of [`layered`](crate::layered): a refused request leaves rates and places as they were.
//! * **Never above a limit**: 10 and 5 at once, under any race; 50 and 16 in *any* second, edges included. (A thread that passes an
//!   older reading to a full window than the others did [ends the second earlier](crate::RollingWindow#clock-faults) by as much.)
//! * **The answer** names the first level that refuses. Its wait is the longer of both rates, if one of them refuses, else the
//!   longer of both places.
//! * An [`Admission`] gives its places back when dropped; the rates keep their charges.
//! * Clocks that wrap, stall or step back have the stated effects on [windows](crate::RollingWindow#clock-faults) and on
//!   [waiting periods](crate::penalty#clock-faults).
//!
//! # Memory
//!
//! On `u32`, a slot of [`Apps`] takes 236 bytes for an app and 128 for a token, on `u64` 464 and 240.
//!
//! The names and numbers are those of the API's documents, *API usage and rate limits*.

use core::time::Duration;

use super::BackoffPolicy;
use crate::client::Jitter;

mod admission;
mod apps;
mod in_order;
mod level;
mod limited;
mod policy;
mod scope;
mod waits;

pub use admission::Admission;
pub use apps::{Apps, InlineApps, NotReleased};
pub use level::Level;
pub use limited::Limited;
pub use policy::{Caps, Policy, PolicyError};
pub use scope::{App, Token};

/// How a client backs off, as the documents say: a pause of a second, then `2^n + U[0, 1)` seconds, ten attempts.
///
/// They say nothing of a `retry-after` that is missing or unreadable: then it is a minute, the longest that a server of
/// [this policy](Policy::DOCUMENTED) names.
pub const BACKOFF: BackoffPolicy = BackoffPolicy {
    first: Duration::from_secs(1),
    factor: 2,
    longest: Duration::from_secs(512),
    jitter: Jitter::Additive,
    attempts: 10,
    pause: Duration::from_secs(1),
    unreadable: Duration::from_secs(60),
};
