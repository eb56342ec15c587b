//! Takes one line after the other, and joins what belongs together.

use core::time::Duration;

use super::line::Line;
use super::reported::{Reported, Source};
use super::{Ignored, Report};
use crate::http::retry_after::Wait;
use crate::http::scanner::Scanner;
use crate::http::structured::{Bytes, Dictionary, Text};
use crate::http::{Budget, CallLimit, HttpDate, Policy, Prefix, Reason, Reset, State, count};

pub(super) struct Reader<'h> {
    report: Report<'h>,
    /// What `Retry-After` says, not yet understood: its year may depend on `Date`, which may come later. And the header's name.
    wait: Option<(Wait, &'h [u8])>,
}

impl<'h> Reader<'h> {
    pub(super) const fn new() -> Self {
        let report = Report { windows: super::Kept::new(), retry_after: None, date: None, ignored: super::Kept::new() };
        Self { report, wait: None }
    }

    pub(super) fn line(&mut self, header: &'h [u8], value: &'h [u8]) {
        let Some(line) = Line::of(header) else { return };
        let read = match line {
            Line::RetryAfter => self.retry_after(header, value),
            Line::Date => HttpDate::parse(value).and_then(|date| once(&mut self.report.date, Some(date))),
            Line::Limit(prefix) => self.limits(prefix, header, value),
            Line::Remaining(prefix) => self.remaining(prefix, value),
            Line::Reset(prefix) => self.reset(prefix, value),
            Line::Policies => self.policies(header, value),
            Line::RateLimit if Dictionary::is_likely(value) => self.budget(value),
            Line::RateLimit => self.states(header, value),
            Line::CallLimit => self.call_limit(header, value),
            Line::Level(level) => self.level(level, value),
        };
        self.note(header, read);
        self.join();
    }

    pub(super) fn finish(mut self) -> Report<'h> {
        if let Some((wait, header)) = self.wait {
            let wait = wait.resolve(self.report.date.unwrap_or(HttpDate::REFERENCE));
            self.report.retry_after = wait.ok();
            self.note(header, wait.map(|_| ()));
        }
        self.report
    }

    /// Keeps why something could not be used.
    fn note(&mut self, header: &'h [u8], read: Result<(), Reason>) {
        if let Err(reason) = read {
            self.report.ignored.push(Ignored { header, reason });
        }
    }

    fn retry_after(&mut self, header: &'h [u8], value: &'h [u8]) -> Result<(), Reason> {
        let wait = Wait::parse(value)?;
        let (first, _) = *self.wait.get_or_insert((wait, header));
        if wait == first { Ok(()) } else { Err(Reason::Repeated) }
    }

    /// `100`, or `100, 100;w=60, 1000;w=3600`: first the limit that is nearest, then the policies.
    fn limits(&mut self, prefix: Prefix, header: &'h [u8], value: &'h [u8]) -> Result<(), Reason> {
        if !matches!(Scanner::trimmed(value).peek(), Some(b'-' | b'0'..=b'9')) {
            return count(value).map(|_| ()); // not a list of numbers: why not, is told as of one
        }
        for policy in Policy::parse_list(value)? {
            let read = policy.and_then(|policy| self.limit(prefix, policy));
            self.note(header, read);
        }
        Ok(())
    }

    fn limit(&mut self, prefix: Prefix, policy: Policy<'h>) -> Result<(), Reason> {
        let nearest = self.window(Source::Nearest(prefix))?;
        if policy.name().is_some() || nearest.limit.is_some() && policy.window().is_some() {
            return self.policy(prefix, policy);
        }
        once(&mut nearest.limit, Some(policy.quota()))?;
        once(&mut nearest.window, policy.window().map(Duration::from_secs))
    }

    fn remaining(&mut self, prefix: Prefix, value: &'h [u8]) -> Result<(), Reason> {
        let remaining = count(value)?;
        once(&mut self.window(Source::Nearest(prefix))?.remaining, Some(remaining))
    }

    fn reset(&mut self, prefix: Prefix, value: &'h [u8]) -> Result<(), Reason> {
        let reset = Reset::parse(value)?;
        once(&mut self.window(Source::Nearest(prefix))?.reset, Some(reset))
    }

    fn policies(&mut self, header: &'h [u8], value: &'h [u8]) -> Result<(), Reason> {
        for policy in Policy::parse_list(value)? {
            let read = policy.and_then(|policy| self.policy(Prefix::RateLimit, policy));
            self.note(header, read);
        }
        Ok(())
    }

    fn policy(&mut self, prefix: Prefix, policy: Policy<'h>) -> Result<(), Reason> {
        let (quota, window) = (Some(policy.quota()), policy.window().map(Duration::from_secs));
        let entry = match policy.name() {
            Some(name) => self.named(name, policy.partition())?,
            None => self.unnamed(prefix, quota, window)?,
        };
        once(&mut entry.limit, quota)?;
        once(&mut entry.window, window)?;
        once(&mut entry.unit, policy.unit())
    }

    fn budget(&mut self, value: &'h [u8]) -> Result<(), Reason> {
        let budget = Budget::parse(value)?;
        let nearest = self.window(Source::Nearest(Prefix::RateLimit))?;
        once(&mut nearest.limit, budget.limit)?;
        once(&mut nearest.remaining, budget.remaining)?;
        once(&mut nearest.reset, budget.reset.map(after_seconds))
    }

    fn states(&mut self, header: &'h [u8], value: &'h [u8]) -> Result<(), Reason> {
        for state in State::parse_list(value)? {
            let read = state.and_then(|state| self.state(state));
            self.note(header, read);
        }
        Ok(())
    }

    fn state(&mut self, state: State<'h>) -> Result<(), Reason> {
        let entry = self.named(state.name(), state.partition())?;
        once(&mut entry.remaining, Some(state.remaining()))?;
        once(&mut entry.reset, state.reset().map(after_seconds))
    }

    fn call_limit(&mut self, header: &'h [u8], value: &'h [u8]) -> Result<(), Reason> {
        let level = CallLimit::parse(value)?;
        let entry = self.window(Source::CallLimit(header))?;
        once(&mut entry.limit, Some(level.size))?;
        once(&mut entry.remaining, Some(level.remaining()))
    }

    fn level(&mut self, level: &'static str, value: &'h [u8]) -> Result<(), Reason> {
        let limit = count(value)?;
        once(&mut self.window(Source::Level(level))?.limit, Some(limit))
    }

    /// The window that this source speaks of.
    fn window(&mut self, source: Source<'h>) -> Result<&mut Reported<'h>, Reason> {
        self.entry(|window| window.source.is(&source), Reported::from(source))
    }

    /// The window of a name. A key that only one of two lines gives says nothing against their being about the same.
    fn named(&mut self, name: Text<'h>, partition: Option<Bytes<'h>>) -> Result<&mut Reported<'h>, Reason> {
        let source = Source::Named(name);
        let same = |window: &Reported<'h>| {
            window.source.is(&source)
                && (window.partition.is_none() || partition.is_none() || window.partition == partition)
        };
        let entry = self.entry(same, Reported::from(source))?;
        entry.partition = entry.partition.or(partition);
        Ok(entry)
    }

    /// The window of a policy without a name: the one that limit and remaining speak of, if it has this limit, or one of its own.
    fn unnamed(
        &mut self,
        prefix: Prefix,
        quota: Option<u64>,
        length: Option<Duration>,
    ) -> Result<&mut Reported<'h>, Reason> {
        let source = Source::Unnamed(prefix);
        let same = |window: &Reported<'h>| {
            let is_nearest = window.source.is(&Source::Nearest(prefix)) && window.window.is_none();
            window.limit == quota && (is_nearest || (window.source.is_of(prefix) && window.window == length))
        };
        self.entry(same, Reported { limit: quota, ..Reported::from(source) })
    }

    fn entry(&mut self, same: impl Fn(&Reported<'h>) -> bool, new: Reported<'h>) -> Result<&mut Reported<'h>, Reason> {
        let windows = &mut self.report.windows;
        if !windows.iter().any(&same) && !windows.push(new) {
            return Err(Reason::TooManyWindows);
        }
        windows.find(|window| same(window) || *window == new).ok_or(Reason::TooManyWindows)
    }

    /// Policies without a name that came before the limit they belong to.
    fn join(&mut self) {
        let windows = &mut self.report.windows;
        for prefix in [Prefix::XRateLimit, Prefix::XRateDashLimit, Prefix::RateLimit] {
            let is_nearest =
                |window: &Reported<'h>| window.source.is(&Source::Nearest(prefix)) && window.window.is_none();
            let Some(limit) = windows.find(is_nearest).and_then(|nearest| nearest.limit) else { continue };
            let policy =
                windows.take(|window| window.source.is(&Source::Unnamed(prefix)) && window.limit == Some(limit));
            if let (Some(policy), Some(nearest)) = (policy, windows.find(is_nearest)) {
                nearest.window = policy.window;
                nearest.unit = policy.unit;
            }
        }
    }
}

const fn after_seconds(seconds: u64) -> Reset {
    Reset::After(Duration::from_secs(seconds))
}

/// What is said first counts; nothing said changes nothing.
fn once<V: Copy + PartialEq>(slot: &mut Option<V>, said: Option<V>) -> Result<(), Reason> {
    match (*slot, said) {
        (Some(before), Some(now)) if before != now => Err(Reason::Repeated),
        (None, Some(_)) => {
            *slot = said;
            Ok(())
        }
        _ => Ok(()),
    }
}
