use core::fmt;
use core::time::Duration;

use crate::time::{TickLength, Ticks};

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// How far the clock of a server is ahead of ours, or behind it, in nanoseconds. (A sum of durations is not free of panics.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Skew {
    Ahead(u128),
    Behind(u128),
}

/// Turns the times a server tells into ticks to wait.
///
/// Waits in seconds need nothing but the length of a tick. A *date* is one of the server's clock. What that reads is known, in this
/// order, from
///
/// 1. the `Date` of the same response;
/// 2. the device's wall clock, corrected by what the last `Date` said of it. A clock that is wrong by years will do, as long as it
///    runs on; once it has been set, [`forget_skew`](Self::forget_skew);
/// 3. the wall clock as it is, if no response had a `Date` so far.
///
/// With none of them a date is [no wait](NoWait). A `Date` counts as read when its response came and at the beginning of its
/// second, so that a wait is too long by up to a second and the response's way, and never too short. (But by 3. it is as wrong as the
/// wall clock.)
///
/// Times are given since the epoch, as [`HttpDate::since_epoch`](crate::http::HttpDate) and `SystemTime` have them.
///
/// ```
/// use core::time::Duration;
/// use tollgate::client::{NoWait, ServerTime};
/// use tollgate::time::TickLength;
///
/// let mut time = ServerTime::new(TickLength::MILLISECOND);
/// let (date, reset) = (Duration::from_secs(1_700_649_279), Duration::from_secs(1_700_649_300));
/// assert_eq!(time.until::<u32>(reset), Err(NoWait::NoClock));
///
/// time.read(Some(date), None); // no wall clock, but a `Date`
/// assert_eq!(time.until(reset), Ok(21_000_u32));
///
/// time.read(Some(date), Some(Duration::from_secs(7))); // this one believes it is 1970
/// time.read(None, Some(Duration::from_secs(17))); // and says so ten seconds later, with a response without a `Date`
/// assert_eq!(time.until(reset), Ok(11_000_u32));
/// assert_eq!(time.until::<u32>(date), Err(NoWait::Over));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerTime {
    length: TickLength,
    skew: Option<Skew>,
    /// What the server's clock reads, at the last reading: nanoseconds since the epoch.
    now: Option<u128>,
}

impl ServerTime {
    /// For a clock of such ticks.
    #[must_use]
    pub const fn new(length: TickLength) -> Self {
        Self { length, skew: None, now: None }
    }

    /// Takes a response in: its `Date`, and what the device's wall clock reads, if they are there.
    pub fn read(&mut self, date: Option<Duration>, wall: Option<Duration>) {
        let [date, wall] = [date, wall].map(|time| time.map(|time| time.as_nanos()));
        if let (Some(date), Some(wall)) = (date, wall) {
            self.skew = Some(match date.checked_sub(wall) {
                Some(ahead) => Skew::Ahead(ahead),
                None => Skew::Behind(wall.saturating_sub(date)),
            });
        }
        self.now = date.or_else(|| wall.map(|wall| self.corrected(wall)));
    }

    /// The device's wall clock has been set: what was learned of it no longer holds.
    pub fn forget_skew(&mut self) {
        self.skew = None;
    }

    /// What the server's clock reads, as of the last [`read`](Self::read), if somebody knows: whole seconds since the epoch.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        self.now.and_then(|now| u64::try_from(now / NANOS_PER_SECOND).ok())
    }

    fn corrected(&self, wall: u128) -> u128 {
        match self.skew {
            Some(Skew::Ahead(ahead)) => wall.saturating_add(ahead),
            Some(Skew::Behind(behind)) => wall.saturating_sub(behind),
            None => wall,
        }
    }

    /// Ticks of a time, rounded up.
    #[must_use]
    pub fn ticks<T: Ticks>(&self, time: Duration) -> T {
        self.length.ticks(time)
    }

    /// Ticks until a time of the server's clock, rounded up, as of the last [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// If nobody knows what time it is there, or if it is over.
    pub fn until<T: Ticks>(&self, time: Duration) -> Result<T, NoWait> {
        let now = self.now.ok_or(NoWait::NoClock)?;
        match u64::try_from(time.as_nanos().saturating_sub(now)).unwrap_or(u64::MAX) {
            0 => Err(NoWait::Over),
            left => Ok(self.ticks(Duration::from_nanos(left))),
        }
    }
}

/// Why a date that a response gave is no wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoWait {
    /// The response had no `Date`, and the device has no wall clock.
    NoClock,
    /// It lay in the past, or just now.
    Over,
}

impl NoWait {
    pub(crate) const fn message(self) -> &'static str {
        match self {
            Self::NoClock => "the date says nothing here: there was no `Date` with it, and there is no wall clock",
            Self::Over => "the date is over",
        }
    }
}

impl fmt::Display for NoWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}
