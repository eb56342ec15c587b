use core::fmt;

use crate::time::Ticks;

/// A request for the queue: what to send, to which endpoint, how urgent, and for how long it is worth sending.
///
/// `Job::new("orders", order).priority(9).within(30_000)`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Job<R, E, T> {
    pub(super) request: R,
    pub(crate) endpoint: E,
    pub(super) priority: u8,
    pub(super) within: Option<T>,
}

impl<R, E, T: Ticks> Job<R, E, T> {
    /// A request of the lowest priority, 0, that does not expire.
    #[must_use]
    pub const fn new(endpoint: E, request: R) -> Self {
        Self { request, endpoint, priority: 0, within: None }
    }

    /// The higher, the sooner.
    #[must_use]
    pub const fn priority(mut self, priority: u8) -> Self {
        self.priority = priority;
        self
    }

    /// It expires if it has not begun so many ticks after it was pushed.
    #[must_use]
    pub const fn within(mut self, ticks: T) -> Self {
        self.within = Some(ticks);
        self
    }

    /// The request alone.
    #[must_use]
    pub fn into_request(self) -> R {
        self.request
    }
}

/// Names a request of one queue for good: no handle is used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub(crate) u64);

/// The queue has no room: here is the job again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct QueueFull<R, E, T> {
    pub(super) job: Job<R, E, T>,
    pub(super) capacity: usize,
}

impl<R, E, T> QueueFull<R, E, T> {
    /// The job that was not taken.
    #[must_use]
    pub fn into_job(self) -> Job<R, E, T> {
        self.job
    }

    /// Requests the queue holds, waiting or on their way.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }
}

impl<R, E, T> fmt::Display for QueueFull<R, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the queue is full: it holds {} requests, and room comes with the next one that is taken out",
            self.capacity
        )
    }
}

impl<R: fmt::Debug, E: fmt::Debug, T: fmt::Debug> core::error::Error for QueueFull<R, E, T> {}
