//! Living with the limits of others: what a client needs to obey an API, as plain state machines.
//!
//! Nothing here has a thread, a timer or a clock. A machine is asked with a reading, [`poll(now)`](Poll), and answers that it is
//! ready, how many ticks to wait before asking again, or why not at all.
//!
//! | name | what it is |
//! |---|---|
//! | [`Feedback`] | what responses say goes into limits of our own, one for each level of the server, with holds |
//! | [`Backoff`] | how long to wait after a failure, with jitter, and when to give up |
//! | [`CircuitBreaker`] | no calls to a server that fails, and a few to find out whether it still does |
//! | [`Pacer`] | a quota spread evenly over its period |
//! | `RequestQueue` | what waits for its turn, by endpoint and priority (feature `heapless`) |
//! | [`UsageWatch`] | a warning before a quota is used up, and when it will be |
//!
//! # Clocks
//!
//! All waits count the clock's forward progress: a step back lengthens one by nothing but itself, a clock that stands still is
//! waited for, and a wait that is over stays over. Ticks may wrap; a machine that waits has to be asked at least once in
//! half a turn of the clock (24 days of `u32` milliseconds), as what passes unseen beyond that counts as a step back. Who asks again
//! when he is told to does, and may be late: no wait that is told is longer than a quarter of a turn. Readings are to be given in
//! the order they were taken in: one that comes late is a step back, and what it went back is then counted twice.

mod backoff;
mod breaker;
mod feedback;
mod pacer;
mod poll;
#[cfg(feature = "heapless")]
mod queue;
mod usage;

pub use backoff::{Backoff, BackoffError, BackoffSettings, GaveUp, Jitter, Seeded, ServerWait};
pub use breaker::{BreakerError, BreakerSettings, BreakerState, Call, CircuitBreaker, ForcedOpen, NotBegun, Outcome};
pub use feedback::{
    Blocked, By, Feedback, Holds, HoldsError, Learned, Mirror, NoWait, Reading, Response, Sent, ServerTime, Trust,
};
pub use pacer::Pacer;
pub use poll::Poll;
#[cfg(feature = "heapless")]
#[cfg_attr(docsrs, doc(cfg(feature = "heapless")))]
pub use queue::{Handle, Job, Next, NoneWaiting, QueueFull, Queued, RequestQueue};
pub use usage::{Trend, UsageError, UsageWarning, UsageWatch};
