mod job;
mod next;
mod slot;

pub use job::{Handle, Job, QueueFull};
pub use next::{Next, NoneWaiting};
pub use slot::Queued;

use heapless::Vec;

use super::Poll;
use crate::time::{Progress, Ticks, at_once};
use slot::Slot;

/// At most `N` requests `R` that wait for their turn or are on their way, each to an endpoint `E`.
///
/// The most urgent goes first, and of equally urgent ones the oldest. A request whose endpoint has to wait does not hold up those
/// of others.
///
/// # Guarantees
///
/// * **Nothing is lost**: a request leaves the queue by [`take`](Self::take) alone, which hands it over. While it is on its way its
///   place is kept, so that after a 429 there is always room to [put it back](Self::put_back), and it is as old as it was. A full
///   queue is an answer that hands the job back, and an expired request is told of, not dropped.
/// * **Nothing is sent twice**: a request that has begun is not offered again until it is put back.
/// * **It tells when**: a [wait](Next::Wait) ends when the first endpoint is ready or the first request expires.
/// * Deadlines and ages count the [clock's forward progress](super#clocks).
///
/// # Starvation
///
/// As long as more urgent requests keep coming, the others wait, unless they [age](Self::ageing): with a step of `s` ticks a request
/// goes up by one priority every `s` ticks, and after `255 × s` ticks no new one overtakes it.
///
/// All endpoints share the `N` places: one that makes wait for long can fill them, and is better given a queue of its own.
///
/// # Cost
///
/// All operations look at each request once. They are kept in the order they came in.
///
/// ```
/// use tollgate::client::{Job, Next, Poll, RequestQueue};
///
/// let mut queue = RequestQueue::<&str, &str, u32, 8>::new();
/// let order = queue.push(0, Job::new("orders", "order 1")).unwrap();
/// let check = queue.push(0, Job::new("checks", "check 1").priority(9).within(30_000)).unwrap();
///
/// // The closure tells what the limits of an endpoint say; it takes nothing.
/// let next = queue.poll(10, |endpoint| if *endpoint == "checks" { Poll::Wait(500) } else { Poll::<u32>::Ready });
/// assert_eq!(next, Next::Ready(order)); // the urgent one has to wait, and holds up nobody
/// assert_eq!(queue.begin(order), Some(&"order 1"));
///
/// // A 429: back to its old place. Or it has gone through: out of the queue.
/// assert!(queue.put_back(order));
/// assert_eq!(queue.take(order), Some("order 1"));
/// assert_eq!(queue.poll(40_000, |_| Poll::<u32>::Ready), Next::Expired(check));
/// ```
///
/// ```compile_fail
/// # use tollgate::client::RequestQueue;
/// // error: a queue of 0 requests takes none: give N of at least 1
/// static QUEUE: RequestQueue<u32, u8, u32, 0> = RequestQueue::new();
/// ```
#[derive(Clone, Debug)]
pub struct RequestQueue<R, E, T, const N: usize> {
    /// In the order of their handles, which is that of their age.
    slots: Vec<Slot<R, E>, N>,
    clock: Progress<T>,
    next_handle: u64,
    /// Ticks in which a request goes up by one priority; 0 if it never does.
    step: T,
}

impl<R, E, T: Ticks, const N: usize> RequestQueue<R, E, T, N> {
    /// An empty queue in which nothing ages.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(N > 0, "a queue of 0 requests takes none: give N of at least 1") };
        Self { slots: Vec::new(), clock: Progress::new(), next_handle: 0, step: T::ZERO }
    }

    /// Requests go up by one priority every `step` ticks they are in the queue; a step of 0 is never.
    #[must_use]
    pub const fn ageing(mut self, step: T) -> Self {
        self.step = step;
        self
    }

    /// Takes in a job.
    ///
    /// # Errors
    ///
    /// If there is no room, with the job.
    pub fn push(&mut self, now: T, job: Job<R, E, T>) -> Result<Handle, QueueFull<R, E, T>> {
        let handle = Handle(self.next_handle);
        let since = self.clock.read(now);
        let within = job.within;
        self.slots
            .push(Slot::new(handle, job, since))
            .map_err(|slot| QueueFull { job: slot.into_job(within), capacity: N })?;
        self.next_handle = self.next_handle.wrapping_add(1);
        Ok(handle)
    }

    /// What to do next.
    ///
    /// An expired request comes first, the oldest of several. Then, of those whose endpoint is ready, the most urgent and oldest; then
    /// one whose endpoint refuses. `endpoint` tells what an endpoint's limits say at `now` and must take nothing from them: it is asked
    /// about any number of requests, of which at most one goes.
    pub fn poll<X>(&mut self, now: T, mut endpoint: impl FnMut(&E) -> Poll<T, X>) -> Next<T, X> {
        let clock = self.clock.read(now);
        let waiting = || self.slots.iter().filter(|slot| slot.is_waiting());
        if let Some(expired) = waiting().find(|slot| slot.expires_in(clock) == Some(0)) {
            return Next::Expired(expired.handle());
        }
        // Those before are older, and go first where they are as urgent.
        let (mut ready, mut refused, mut wait) = (None::<(u64, Handle)>, None::<(u64, Handle, X)>, None);
        for slot in waiting() {
            let rank = slot.rank(clock, self.step.into());
            if ready.is_some_and(|(best, _)| best >= rank) {
                continue;
            }
            match endpoint(slot.endpoint()) {
                Poll::Ready => ready = Some((rank, slot.handle())),
                Poll::Wait(ticks) => shorten(&mut wait, ticks),
                Poll::Refused(_) if refused.as_ref().is_some_and(|(best, ..)| *best >= rank) => {}
                Poll::Refused(why) => refused = Some((rank, slot.handle(), why)),
            }
            if let Some(ticks) = slot.expires_in(clock) {
                shorten(&mut wait, T::truncate(ticks)); // as it was given, or less
            }
        }
        match (ready, refused, wait) {
            (Some((_, handle)), ..) => Next::Ready(handle),
            (None, Some((_, handle, why)), _) => Next::Refused(handle, why),
            (None, None, Some(ticks)) => Next::Wait(at_once(ticks.max(T::ONE))),
            (None, None, None) => Next::Empty,
        }
    }

    /// Marks a waiting request as on its way, and shows it; `None` if it is not waiting.
    pub fn begin(&mut self, handle: Handle) -> Option<&R> {
        self.slot_mut(handle)?.begin()
    }

    /// Lets a request that is on its way wait again, at its old place; tells whether there was one.
    pub fn put_back(&mut self, handle: Handle) -> bool {
        self.slot_mut(handle).is_some_and(Slot::put_back)
    }

    /// Lets all requests that are on their way wait again, as after a restart of what sends them.
    pub fn put_back_all(&mut self) {
        for slot in &mut self.slots {
            slot.put_back();
        }
    }

    /// Takes a request out, whatever it does: it has gone through, has expired or is cancelled.
    pub fn take(&mut self, handle: Handle) -> Option<R> {
        let at = self.slots.iter().position(|slot| slot.handle() == handle)?;
        // Moved to the end, past those behind it, which keep their order.
        self.slots.get_mut(at..)?.rotate_left(1);
        self.slots.pop().map(Slot::into_request)
    }

    /// Takes a request out only if it is not on its way.
    pub fn cancel(&mut self, handle: Handle) -> Option<R> {
        self.get(handle).filter(|queued| !queued.is_on_its_way())?;
        self.take(handle)
    }

    /// A request in the queue.
    #[must_use]
    pub fn get(&self, handle: Handle) -> Option<Queued<'_, R, E>> {
        self.iter().find(|queued| queued.handle() == handle)
    }

    /// All requests, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = Queued<'_, R, E>> {
        self.slots.iter().map(Queued::of)
    }

    /// Requests in the queue, waiting or on their way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Whether a push would be refused.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.slots.is_full()
    }

    fn slot_mut(&mut self, handle: Handle) -> Option<&mut Slot<R, E>> {
        self.slots.iter_mut().find(|slot| slot.handle() == handle)
    }
}

impl<R, E, T: Ticks, const N: usize> Default for RequestQueue<R, E, T, N> {
    fn default() -> Self {
        Self::new()
    }
}

fn shorten<T: Ticks>(wait: &mut Option<T>, ticks: T) {
    *wait = Some(wait.map_or(ticks, |wait| wait.min(ticks)));
}
