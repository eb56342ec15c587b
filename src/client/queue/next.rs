use core::convert::Infallible;

use super::Handle;
use crate::client::Poll;
use crate::time::Ticks;

/// What a [`RequestQueue`](super::RequestQueue) has to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it says which request to send, or how long to wait"]
pub enum Next<T, X = Infallible> {
    /// This request may go: [begin](super::RequestQueue::begin) it.
    Ready(Handle),
    /// The time of this request is over: [take](super::RequestQueue::take) it out, and tell who asked for it.
    Expired(Handle),
    /// The endpoint of this request refuses, and why: take it out, or nothing that waits longer will be told of.
    Refused(Handle, X),
    /// All endpoints make wait: poll again after so many ticks.
    Wait(T),
    /// No request is waiting.
    Empty,
}

/// The queue holds nothing that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NoneWaiting;

impl<T: Ticks, X> Next<T, X> {
    /// The same in the words of the other machines: ready if there is a request to deal with, refused if none is waiting.
    pub fn poll(&self) -> Poll<T, NoneWaiting> {
        match self {
            Self::Ready(_) | Self::Expired(_) | Self::Refused(..) => Poll::Ready,
            Self::Wait(ticks) => Poll::Wait(*ticks),
            Self::Empty => Poll::Refused(NoneWaiting),
        }
    }
}
