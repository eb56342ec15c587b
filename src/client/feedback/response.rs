use super::server_time::NoWait;
use crate::time::Ticks;

/// Which request it was: what [`send`](super::Feedback::send) gives, to be kept until the response is there.
///
/// It tells the requests sent before from those sent after, which a server that answers has not counted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "the response is told with it"]
pub struct Sent<T> {
    /// Units sent up to and with this one.
    pub(super) mark: T,
}

impl<T: Ticks> Sent<T> {
    /// Units sent up to and with this one, modulo the word.
    #[must_use]
    pub const fn mark(&self) -> T {
        self.mark
    }

    /// Whether it was sent after another: by less than half of what the word counts in units.
    pub(super) fn is_after(self, other: Self) -> bool {
        let between = self.mark.wrapping_sub(other.mark);
        between > T::ZERO && between <= T::HALF
    }
}

/// What a response says as a whole, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Response<T> {
    pub(super) sent: Sent<T>,
    pub(super) is_refusal: bool,
    pub(super) wait: Option<T>,
}

impl<T: Ticks> Response<T> {
    /// Any but a refusal: what was asked for, or an error that is not about limits.
    #[must_use]
    pub const fn to(sent: Sent<T>) -> Self {
        Self { sent, is_refusal: false, wait: None }
    }

    /// A refusal because of a limit: a 429.
    #[must_use]
    pub const fn refusing(sent: Sent<T>) -> Self {
        Self { sent, is_refusal: true, wait: None }
    }

    /// It says to wait so many ticks, whatever it is: a `Retry-After`.
    #[must_use]
    pub const fn waiting(self, ticks: T) -> Self {
        Self { wait: Some(ticks), ..self }
    }

    /// Whether it refuses because of a limit.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        self.is_refusal
    }

    /// Ticks it says to wait, if it does.
    #[must_use]
    pub const fn wait(&self) -> Option<T> {
        self.wait
    }
}

/// What a response says of one of the server's limits, in units and ticks. What it does not say is `None`.
///
/// ```
/// use tollgate::client::Reading;
///
/// let calls: Reading<u32> = Reading { used: Some(32), limit: Some(80), ..Reading::NOTHING }; // 32/80
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reading<'a, T> {
    /// The server's name of the limit.
    pub name: Option<&'a [u8]>,
    /// The limit, or the size of a bucket.
    pub limit: Option<T>,
    /// Units that count against it.
    pub used: Option<T>,
    /// Units that are left of it.
    pub remaining: Option<T>,
    /// Ticks in which the limit may be used up.
    pub period: Option<T>,
    /// Ticks until units come back.
    pub reset: Option<T>,
    /// Whether it is requests that it counts. What counts something else, such as bytes, is matched by its name alone.
    pub counts_requests: bool,
    /// Whether it is this limit that refused.
    pub is_refusing: bool,
}

impl<T: Ticks> Reading<'_, T> {
    /// A reading that says nothing.
    pub const NOTHING: Self = Self {
        name: None,
        limit: None,
        used: None,
        remaining: None,
        period: None,
        reset: None,
        counts_requests: true,
        is_refusing: false,
    };

    /// Whether both name the same limit, or a limit of the same size: one that is told under two prefixes.
    pub(super) fn is_of_same(&self, other: &Self) -> bool {
        self.name == other.name && self.limit == other.limit
    }

    /// Whether nothing is left of it, by what it says.
    pub(super) fn is_spent(&self) -> bool {
        let all_used = matches!((self.used, self.limit), (Some(used), Some(limit)) if used >= limit);
        self.remaining == Some(T::ZERO) || (self.remaining.is_none() && all_used)
    }

    /// Units that count, where it says so of a limit of `ours` if it names none itself. (Of a limit of 0, which is not believed, what
    /// remains says nothing.)
    pub(super) fn used(&self, ours: T) -> Option<T> {
        let limit = self.limit.unwrap_or(ours);
        let remaining = self.remaining.filter(|_| limit > T::ZERO);
        self.used.or_else(|| remaining.map(|remaining| limit.saturating_sub(remaining)))
    }

    /// Units that are left, likewise.
    pub(super) fn remaining(&self, ours: T) -> Option<T> {
        let limit = self.limit.unwrap_or(ours);
        self.remaining.or_else(|| self.used.map(|used| limit.saturating_sub(used)))
    }
}

/// Who holds a request back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// A hold on everything: a limit that nobody has told us of, or a server that asked to be left alone.
    Everything,
    /// The level of this number, from 0, which the server said to have no room.
    Hold(usize),
    /// Our own count of the level of this number.
    Count(usize),
}

/// What became of a response, and what of it could not be used: see [`observe`](super::Feedback::observe).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use = "it says what could not be used"]
pub struct Learned<T> {
    /// The hold it led to, the longest of several, and for how many ticks. (An earlier one may last longer.)
    pub held: Option<(By, T)>,
    /// A refusal by a limit that is none of our levels, or while none of them was full: of a limit we do not know, or one that
    /// others share.
    pub is_another_limit: bool,
    /// Readings that match no level. They changed nothing, unless it is one of them that refused.
    pub unmatched: usize,
    /// Levels of which the server tells another limit than ours.
    pub other_limits: usize,
    /// A wait that exceeds [`Holds::longest`](super::Holds::longest), in ticks as it was told. It was not kept in full.
    pub too_long: Option<T>,
    /// The response to a later request was there before: this one was only used as far as it makes stricter.
    pub is_late: bool,
    /// Why a date gave no wait, if one did not.
    pub no_wait: Option<NoWait>,
}

impl<T> Learned<T> {
    pub(super) const fn nothing(is_late: bool) -> Self {
        Self {
            held: None,
            is_another_limit: false,
            unmatched: 0,
            other_limits: 0,
            too_long: None,
            is_late,
            no_wait: None,
        }
    }
}
