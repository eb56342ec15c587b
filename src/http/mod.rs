//! Rate limits over HTTP: what a server says about them in the head of a response, and what a client reads there.
//!
//! Plain values in, plain values out: no allocation, no clock, no HTTP library. Times on the wire are
//! [`Duration`](core::time::Duration)s; a [`TickLength`](crate::time::TickLength) turns them into ticks.

mod header;

pub use header::{Header, Value};
