//! Rate limits over HTTP: what a server says about them in the head of a response, and what a client reads there.
//!
//! Plain values in, plain values out: no allocation, no clock, no HTTP library. Times on the wire are
//! [`Duration`](core::time::Duration)s; a [`TickLength`](crate::time::TickLength) turns them into ticks.
//!
//! | on the wire | written by | read by |
//! |---|---|---|
//! | `Retry-After`: seconds, tenths, a date | [`Value`]'s waits | [`RetryAfter`], [`HttpDate`] |
//! | `X-RateLimit-Limit` and its like, one by one | [`Trio`] | [`count`], [`Reset`] |
//! | `X-…-Api-Call-Limit: 32/80` | [`Value::UsedOf`] | [`CallLimit`] |
//! | `RateLimit-Limit: 100, 100;w=60` (draft -03) | [`Listed`] [`Policy`] | [`Policy::parse_list`] |
//! | `RateLimit: limit=100, remaining=50, reset=30` (-07) | [`Budget`] | [`Budget::parse`] |
//! | `RateLimit-Policy: "burst";q=100;w=60` (-10) | [`Listed`] [`Policy`] | [`Policy::parse_list`] |
//! | `RateLimit: "default";r=50;t=30` (-10) | [`Listed`] [`State`] | [`State::parse_list`] |
//! | all of them, in one response | | [`Report`] |
//!
//! What is read is never believed to be well-formed: it is ignored with a [`Reason`] otherwise. Numbers saturate. A parser looks at each
//! byte a bounded number of times, and none can panic.

mod budget;
mod call_limit;
mod civil;
mod date;
mod date_forms;
mod decimal;
mod header;
mod listed;
mod number;
mod policy;
mod reason;
mod report;
mod reset;
mod retry_after;
mod scanner;
mod state;
pub mod structured;
mod timestamp;
mod trio;
mod value;

pub use budget::Budget;
pub use call_limit::CallLimit;
pub use date::HttpDate;
pub use header::Header;
pub use listed::Listed;
pub use number::{Number, count};
pub use policy::Policy;
pub use reason::Reason;
pub use report::{Ignored, Report, Reported};
pub use reset::Reset;
pub use retry_after::RetryAfter;
pub use state::State;
pub use timestamp::Timestamp;
pub use trio::{Prefix, Trio};
pub use value::Value;
