use core::convert::Infallible;

use crate::time::{Ticks, at_once};

/// What a state machine answers when it is asked whether to go on now.
///
/// ```
/// use tollgate::client::Poll;
///
/// let (own, server): (Poll<u32>, Poll<u32>) = (Poll::Wait(500), Poll::Wait(2_000));
/// assert_eq!(own.and(server), Poll::Wait(2_000)); // the later of two deadlines wins
/// assert_eq!(own.and(Poll::Ready), own);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it says whether to go on, to wait or to give up"]
pub enum Poll<T, R = Infallible> {
    /// Go on now.
    Ready,
    /// Ask again after so many ticks: at least 1, and at most a quarter of a turn of the clock, as a longer one might not be seen
    /// to pass by who comes late.
    Wait(T),
    /// Do not wait: it is over, and why.
    Refused(R),
}

impl<T: Ticks, R> Poll<T, R> {
    /// Ready if there is nothing to wait for. Of a wait of more than a quarter of a turn of the clock, that quarter.
    #[inline]
    pub fn after(ticks: T) -> Self {
        if ticks == T::ZERO { Self::Ready } else { Self::Wait(at_once(ticks)) }
    }

    /// Both have to let it go on: a refusal (the first one) before a wait, and the longer wait of two.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Refused(reason), _) | (_, Self::Refused(reason)) => Self::Refused(reason),
            (Self::Wait(one), Self::Wait(another)) => Self::Wait(one.max(another)),
            (Self::Wait(ticks), Self::Ready) | (Self::Ready, Self::Wait(ticks)) => Self::Wait(ticks),
            (Self::Ready, Self::Ready) => Self::Ready,
        }
    }

    /// Ticks to wait: 0 if it is ready, `None` if it is over.
    #[must_use]
    pub fn wait(&self) -> Option<T> {
        match self {
            Self::Ready => Some(T::ZERO),
            Self::Wait(ticks) => Some(*ticks),
            Self::Refused(_) => None,
        }
    }

    /// Whether to go on now.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }

    /// The same with another reason.
    pub fn map_refused<S>(self, reason: impl FnOnce(R) -> S) -> Poll<T, S> {
        match self {
            Self::Ready => Poll::Ready,
            Self::Wait(ticks) => Poll::Wait(ticks),
            Self::Refused(why) => Poll::Refused(reason(why)),
        }
    }
}
