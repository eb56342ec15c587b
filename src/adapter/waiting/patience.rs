use crate::decision::Denied;
use crate::layered::Refused;
use crate::time::{Countdown, Ticks};

/// How long to go on asking: in ticks of the caller's clock, so that one that stands still is waited for.
///
/// ```
/// use tollgate::adapter::waiting::Patience;
///
/// // At most 2 seconds of a millisecond clock, at most 10 questions, and one every 5 ms where nobody knows how long.
/// const PATIENCE: Patience<u32> = Patience::for_ticks(2_000).attempts(10).polling(5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Patience<T> {
    pub(in crate::adapter) ticks: T,
    pub(in crate::adapter) attempts: u32,
    pub(in crate::adapter) poll: Option<T>,
}

impl<T: Copy> Patience<T> {
    /// Waits for at most so many ticks in all; who would have to wait longer is refused at once.
    #[must_use]
    pub const fn for_ticks(ticks: T) -> Self {
        Self { ticks, attempts: u32::MAX, poll: None }
    }

    /// Asks at most so often, and at least once.
    #[must_use]
    pub const fn attempts(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// Asks again after so many ticks (0 counts as 1) where the denial does not say when, as of a full
    /// [concurrency limit](crate::ConcurrencyLimit). Without it, such a denial ends the wait.
    #[must_use]
    pub const fn polling(self, every: T) -> Self {
        Self { poll: Some(every), ..self }
    }
}

/// When to ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retry<T> {
    /// After so many ticks.
    After(T),
    /// Nobody knows.
    Unknown,
    /// Never.
    Never,
}

/// A denial that says when to ask again.
pub trait Refusal<T> {
    /// When to ask again.
    fn retry(&self) -> Retry<T>;
}

impl<T: Ticks> Refusal<T> for Denied<T> {
    fn retry(&self) -> Retry<T> {
        retry(self.is_never(), self.retry_after())
    }
}

impl<T: Ticks> Refusal<T> for Refused<T> {
    fn retry(&self) -> Retry<T> {
        retry(self.is_never(), self.retry_after())
    }
}

fn retry<T>(is_never: bool, after: Option<T>) -> Retry<T> {
    match after {
        _ if is_never => Retry::Never,
        Some(ticks) => Retry::After(ticks),
        None => Retry::Unknown,
    }
}

/// Patience as it runs out.
pub(in crate::adapter) struct Asking<T> {
    patience: Patience<T>,
    total: Countdown<T>,
    asked: u32,
}

impl<T: Ticks> Asking<T> {
    pub(in crate::adapter) fn new(patience: Patience<T>, now: T) -> Self {
        Self { patience, total: Countdown::new(now, patience.ticks), asked: 0 }
    }

    /// The wait before the next question, after one at `now`; `None` if there is to be none.
    pub(in crate::adapter) fn next(&mut self, now: T, refusal: &impl Refusal<T>) -> Option<Countdown<T>> {
        self.total.read(now);
        self.asked = self.asked.saturating_add(1);
        let wait = match refusal.retry() {
            Retry::After(ticks) => ticks,
            Retry::Unknown => self.patience.poll?,
            Retry::Never => return None,
        };
        let wait = wait.max(T::ONE);
        let goes_on = self.asked < self.patience.attempts && wait <= self.total.left();
        goes_on.then(|| Countdown::new(now, wait))
    }
}
