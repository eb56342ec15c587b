//! Living with the limits of others: what a client needs to obey an API, as plain state machines.
//!
//! Nothing here has a thread, a timer or a clock. A machine is asked with a reading, [`poll(now)`](Poll), and answers that it is
//! ready, how many ticks to wait before asking again, or why not at all.

mod feedback;
mod poll;

pub use feedback::{
    Blocked, By, Feedback, Holds, HoldsError, Learned, Mirror, NoWait, Reading, Response, Sent, ServerTime, Trust,
};
pub use poll::Poll;
