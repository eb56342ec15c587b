//! One budget of the server as a terminal lives with it: what it has heard of it, its own pace, and its backoff.

use tollgate::client::{Backoff, Blocked, By, Feedback, Pacer, Poll, Seeded, Sent, ServerTime, ServerWait, UsageWatch};
use tollgate::decision::Never;
use tollgate::http::{Report, RetryAfter};

use crate::rules::TICK;

/// `N` is how many limits of the server count its requests.
pub struct Lane<const N: usize> {
    /// The server's limits, counted here too, and corrected by what the server says: holds back before the server must.
    feedback: Feedback<u32, N>,
    /// Keeps the requests apart, so that a rush does not use everything up.
    pacer: Pacer<u32>,
    /// Longer and longer waits where the server refuses all the same.
    backoff: Backoff<u32>,
    watch: UsageWatch<u32>,
    time: ServerTime,
}

impl<const N: usize> Lane<N> {
    pub fn new(feedback: Feedback<u32, N>, pacer: Pacer<u32>, backoff: Backoff<u32>) -> Self {
        let (watch, time) = (UsageWatch::new(10), ServerTime::new(TICK));
        Self { feedback, pacer, backoff, watch, time }
    }

    /// Whether a request may go: only if none of the three objects. Takes nothing.
    pub fn poll(&mut self, now: u32) -> Poll<u32, Never<u32>> {
        if let Poll::Refused(_) = self.backoff.poll(now) {
            // An order cannot be dropped: it begins anew, though not before what the server asked for is over.
            self.backoff.next_request();
        }
        let backoff = self.backoff.poll(now).wait().unwrap_or(0);
        let own = self.pacer.poll(now).wait().unwrap_or(0).max(backoff);
        self.feedback.poll(now, 1).and(Poll::after(own))
    }

    /// What a request waits for longest, in words.
    pub fn waits_for(&mut self, now: u32) -> String {
        let pace = self.pacer.poll(now).wait().unwrap_or(0);
        let backoff = self.backoff.poll(now).wait().unwrap_or(0);
        let blocked = self.feedback.blocked(now, 1);
        let feedback = blocked.as_ref().and_then(|blocked| blocked.poll().wait()).unwrap_or(0);
        match blocked.as_ref().map(Blocked::by) {
            Some(by) if feedback >= pace.max(backoff) => match by {
                By::Count(number) => format!("its own count of {}", self.name(number)),
                By::Hold(number) => format!("the server's word on {}", self.name(number)),
                By::Everything => "the server's word on everything".into(),
            },
            _ if backoff > pace => "its backoff".into(),
            _ => "its pace".into(),
        }
    }

    fn name(&self, level: usize) -> &'static str {
        self.feedback.levels().get(level).map_or("nothing", |level| level.name())
    }

    /// Takes a request's share of the budget, after [`poll`](Self::poll) was ready at the same reading.
    pub fn send(&mut self, now: u32) -> Sent<u32> {
        let _ = self.pacer.take(now);
        self.feedback.send(now, 1).expect("it was ready at this reading")
    }

    /// Takes a response in. `owes_wait` is whether a refusal has to say how long to wait.
    pub fn heard(
        &mut self,
        now: u32,
        sent: Sent<u32>,
        status: u16,
        report: &Report<'_>,
        owes_wait: bool,
        random: &mut Seeded,
    ) {
        let _ = self.feedback.observe_report(now, sent, status, report, &mut self.time, None);
        let counted = report.windows().find_map(|window| window.limit().zip(window.remaining()));
        if let Some((limit, remaining)) = counted {
            let _ = self.watch.observe(now, limit, remaining); // of the one window these APIs count down
        }
        if status != 429 {
            self.backoff.on_success();
            return;
        }
        self.watch.hit();
        let wait = match self.told(report) {
            Some(ticks) => ServerWait::After(ticks),
            None if owes_wait => ServerWait::Unreadable,
            None => ServerWait::Unsaid,
        };
        self.back_off(now, wait, random);
    }

    /// The server, or the way to it, failed.
    pub fn failed(&mut self, now: u32, random: &mut Seeded) {
        self.back_off(now, ServerWait::Unsaid, random);
    }

    /// Warnings that less than a tenth of a limit was left.
    pub fn warnings(&self) -> u32 {
        self.watch.warnings()
    }

    /// Several requests that fail together are one failure: only the first makes the waits grow. (What the server asks for with
    /// the others is kept by the feedback.)
    fn back_off(&mut self, now: u32, server: ServerWait<u32>, random: &mut Seeded) {
        if self.backoff.poll(now).is_ready() {
            let _ = self.backoff.on_failure(now, server, || random.draw());
        }
    }

    fn told(&self, report: &Report<'_>) -> Option<u32> {
        match report.retry_after()? {
            RetryAfter::After(wait) => Some(self.time.ticks(wait)),
            RetryAfter::At(date) => self.time.until(date.since_epoch()).ok(),
        }
    }
}
