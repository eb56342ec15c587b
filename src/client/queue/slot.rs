use super::{Handle, Job};
use crate::time::Ticks;

/// A request in the queue. Instants are in the queue's own progress, which never wraps.
#[derive(Clone, Debug)]
pub(super) struct Slot<R, E> {
    handle: Handle,
    request: R,
    endpoint: E,
    priority: u8,
    is_on_its_way: bool,
    since: u64,
    expires: Option<u64>,
}

impl<R, E> Slot<R, E> {
    pub(super) fn new<T: Ticks>(handle: Handle, job: Job<R, E, T>, since: u64) -> Self {
        let Job { request, endpoint, priority, within } = job;
        let expires = within.map(|ticks| since.saturating_add(ticks.into()));
        Self { handle, request, endpoint, priority, is_on_its_way: false, since, expires }
    }

    /// The job it was made of.
    pub(super) fn into_job<T>(self, within: Option<T>) -> Job<R, E, T> {
        Job { request: self.request, endpoint: self.endpoint, priority: self.priority, within }
    }

    pub(super) fn into_request(self) -> R {
        self.request
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle
    }

    pub(super) fn endpoint(&self) -> &E {
        &self.endpoint
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.is_on_its_way
    }

    pub(super) fn expires_in(&self, clock: u64) -> Option<u64> {
        self.expires.map(|expires| expires.saturating_sub(clock))
    }

    /// The priority it has by now.
    pub(super) fn rank(&self, clock: u64, step: u64) -> u64 {
        let steps = clock.saturating_sub(self.since).checked_div(step).unwrap_or(0);
        steps.saturating_add(self.priority.into())
    }

    pub(super) fn begin(&mut self) -> Option<&R> {
        let is_waiting = self.is_waiting();
        self.is_on_its_way = true;
        is_waiting.then_some(&self.request)
    }

    pub(super) fn put_back(&mut self) -> bool {
        core::mem::take(&mut self.is_on_its_way)
    }
}

/// A look at a request in the queue.
#[derive(Debug)]
pub struct Queued<'a, R, E>(&'a Slot<R, E>);

impl<'a, R, E> Queued<'a, R, E> {
    pub(super) fn of(slot: &'a Slot<R, E>) -> Self {
        Self(slot)
    }

    /// The name it was given.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.0.handle
    }

    /// The request itself.
    #[must_use]
    pub fn request(&self) -> &'a R {
        &self.0.request
    }

    /// Where it goes.
    #[must_use]
    pub fn endpoint(&self) -> &'a E {
        &self.0.endpoint
    }

    /// How urgent it was when it came in.
    #[must_use]
    pub fn priority(&self) -> u8 {
        self.0.priority
    }

    /// Whether it has begun, and has not been put back.
    #[must_use]
    pub fn is_on_its_way(&self) -> bool {
        self.0.is_on_its_way
    }
}
