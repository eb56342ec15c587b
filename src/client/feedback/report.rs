//! From the head of a response to plain numbers in ticks.

use core::time::Duration;

use super::response::{Learned, Reading, Response, Sent};
use super::{Feedback, ServerTime};
use crate::cell::HasShared;
use crate::http::{Report, Reported, Reset, RetryAfter};
use crate::time::Ticks;

const TOO_MANY_REQUESTS: u16 = 429;
const REQUESTS: &[u8] = b"requests";

impl<T: HasShared, const N: usize> Feedback<T, N> {
    /// [`observe`](Self::observe)s a response over HTTP: its status, and what its head reports. A status of 429 is a refusal; an API that
    /// refuses by another is told as 429.
    ///
    /// `time` is the clock of this server, the same one for all its responses, and `wall` what the device's wall clock reads since
    /// the epoch, if it has one: dates need [one of the two](ServerTime).
    ///
    /// ```
    /// use tollgate::Quota;
    /// use tollgate::client::{By, Feedback, Holds, Mirror, ServerTime};
    /// use tollgate::http::Report;
    /// use tollgate::time::TickLength;
    ///
    /// const HOUR: u32 = 3_600_000; // this clock ticks in milliseconds
    /// let levels = [Mirror::<u32>::window("checks", Quota::per(500, HOUR))];
    /// let mut checks = Feedback::new(levels, Holds::<u32>::new(60_000, 2 * HOUR));
    /// let mut time = ServerTime::new(TickLength::MILLISECOND);
    ///
    /// let sent = checks.send(0, 1).unwrap();
    /// let head: [(&[u8], &[u8]); 4] = [
    ///     (b"date", b"Sun, 06 Nov 1994 08:49:37 GMT"),
    ///     (b"x-ratelimit-limit", b"500"),
    ///     (b"x-ratelimit-remaining", b"0"),
    ///     (b"retry-after", b"Sun, 06 Nov 1994 08:50:07 GMT"),
    /// ];
    /// let learned = checks.observe_report(80, sent, 429, &Report::read(head), &mut time, None);
    /// assert_eq!(learned.held, Some((By::Hold(0), 30_000)));
    /// ```
    pub fn observe_report(
        &mut self,
        now: T,
        sent: Sent<T>,
        status: u16,
        report: &Report<'_>,
        time: &mut ServerTime,
        wall: Option<Duration>,
    ) -> Learned<T> {
        time.read(report.date().map(|date| date.since_epoch()), wall);
        let mut no_wait = None;
        let mut until = |date| time.until(date).map_err(|why| no_wait = Some(why)).ok();
        let wait = report.retry_after().and_then(|wait| match wait {
            RetryAfter::After(wait) => Some(time.ticks(wait)),
            RetryAfter::At(date) => until(date.since_epoch()),
        });
        let mut readings = [None; Report::MOST_WINDOWS];
        for (slot, window) in readings.iter_mut().zip(report.windows()) {
            let reset = window.reset().and_then(|reset| match reset {
                Reset::After(wait) => Some(time.ticks(wait)),
                Reset::At(date) => until(date),
            });
            *slot = Some(reading(&window, time, reset));
        }
        let is_refusal = status == TOO_MANY_REQUESTS;
        let response = Response { sent, is_refusal, wait };
        Learned { no_wait, ..self.observe(now, &response, readings.into_iter().flatten()) }
    }
}

fn reading<'h, T: Ticks>(window: &Reported<'h>, time: &ServerTime, reset: Option<T>) -> Reading<'h, T> {
    Reading {
        name: window.name(),
        limit: window.limit().map(fit),
        used: None,
        remaining: window.remaining().map(fit),
        period: window.window().map(|window| time.ticks(window)),
        reset,
        counts_requests: window.unit().is_none_or(|unit| unit.raw() == REQUESTS),
        is_refusing: window.is_refusing(),
    }
}

/// As many as the word counts.
fn fit<T: Ticks>(units: u64) -> T {
    if units > T::MAX.into() { T::MAX } else { T::truncate(units) }
}
