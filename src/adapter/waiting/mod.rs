//! Waiting for a limit: what sleeping callers share, whether they block or await.
//!
//! | | [`reserve`](super::embedded_hal::Waiter::reserve) | [`ask`](super::embedded_hal::Waiter::ask) |
//! |---|---|---|
//! | of | buckets and queues | every limit: windows, places, several [layers](crate::Layered), leases |
//! | how | takes its turn at once, sleeps until then | asks again when the denial says |
//! | order | **fair** | **none**: whoever asks first after there is room has it, and one that waits may starve |
//! | while it waits | the units are charged; dropped, they go back | nothing is held |
//! | waits for too long | refused at once, nothing charged | refused as soon as that is known, nothing charged |
//!
//! # What order is promised
//!
//! Turns of `reserve` are given in the order in which the reservations reach the state word, and as long as nobody cancels no
//! turn is due earlier than one given before, whatever their costs. Nobody acts before the turn is due. *Not* promised is who
//! acts first of several that are due: that is up to the delay and the scheduler.
//!
//! Turns given do not move up when one before them is cancelled: what that gives back goes to the turns given after it, which may then
//! be due before or together with turns that were given earlier, by as many units as were cancelled. A bucket must be
//! allowed a [debt](crate::Quota::debt) for turns beyond what it holds; a [`LeakyQueue`](crate::LeakyQueue) needs none.
//!
//! # Clocks and delays
//!
//! The caller brings both: a clock that counts ticks and a delay in nanoseconds, which need not agree. After each pause the clock is
//! read again, and a wait is over only when the *clock* says so: a delay that ends early is called again, one that ends late
//! does no harm. What counts is the clock's forward progress, so a step back lengthens a wait by nothing but itself; a clock
//! that stands still is waited for. Pauses are rounded up, and long ones are split so that the clock is read at least four times a turn.

mod patience;
mod pause;

pub(super) use patience::Asking;
pub use patience::{Patience, Refusal, Retry};
pub(super) use pause::Pause;
