mod error;
mod trend;

pub use error::UsageError;
pub use trend::Trend;

use crate::time::{Progress, Ticks};
use trend::Recent;

/// Watches how much of a quota is used up, and warns before it is.
///
/// It is fed what responses say, limit and remaining, and the 429s. One watch is for one quota.
///
/// # Guarantees
///
/// * It warns where **strictly less** than so many percent of the limit remain, in whole numbers: of 1000, 10 percent are 100, at
///   which there is no warning, and at 99 there is.
/// * It warns **once**, and again only after at least that share has remained in between.
/// * [`exhausted_in`](Self::exhausted_in) never tells too long: it is rounded down.
/// * Numbers saturate. Times count the [clock's forward progress](super#clocks): a step back makes the quota seem used faster,
///   never slower.
///
/// ```
/// use tollgate::client::UsageWatch;
///
/// let mut orders = UsageWatch::<u32>::new(10);
/// assert_eq!(orders.observe(0, 500, 52), None);
/// assert_eq!(orders.observe(14_400, 500, 50), None); // exactly 10 %
///
/// let warning = orders.observe(21_600, 500, 49).unwrap();
/// assert_eq!((warning.remaining, warning.exhausted_in), (49, Some(352_800))); // one every 7.2 s
/// assert_eq!(orders.observe(28_800, 500, 48), None); // has been told
/// ```
///
/// ```compile_fail
/// # use tollgate::client::UsageWatch;
/// // error: percent = 0 never warns: give 1 to 100
/// static WATCH: UsageWatch<u32> = UsageWatch::<u32>::new(0);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsageWatch<T> {
    percent: u8,
    is_below: bool,
    clock: Progress<T>,
    recent: Recent,
    observations: u32,
    warnings: u32,
    hits: u32,
}

/// Little remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct UsageWarning<T> {
    /// Units of the quota.
    pub limit: u64,
    /// Units that remain.
    pub remaining: u64,
    /// Ticks until none remain, if they go on being used as they were: see [`UsageWatch::exhausted_in`].
    pub exhausted_in: Option<T>,
}

impl<T: Ticks> UsageWatch<T> {
    /// Warns where less than `percent` of the limit remain, 1 to 100.
    ///
    /// # Panics
    ///
    /// If it is another; in a `const` or `static` that is a compile error which names the value.
    #[must_use]
    pub const fn new(percent: u8) -> Self {
        match Self::try_new(percent) {
            Ok(watch) => watch,
            Err(error) => panic!("{}", error.message().as_str()),
        }
    }

    /// Warns where less than `percent` of the limit remain, 1 to 100.
    ///
    /// # Errors
    ///
    /// If it is another.
    pub const fn try_new(percent: u8) -> Result<Self, UsageError> {
        if percent == 0 || percent > 100 {
            return Err(UsageError { percent });
        }
        let (clock, recent) = (Progress::new(), Recent::new());
        Ok(Self { percent, is_below: false, clock, recent, observations: 0, warnings: 0, hits: 0 })
    }

    /// Notes what a response says, and warns if less than the share remains that did not before.
    ///
    /// The trend begins anew where more remains than before, or where the limit has changed: the quota has come back. A limit of 0
    /// is none, and warns of nothing.
    pub fn observe(&mut self, now: T, limit: u64, remaining: u64) -> Option<UsageWarning<T>> {
        let at = self.clock.read(now);
        self.recent.add(at, limit, remaining);
        self.observations = self.observations.saturating_add(1);
        let was_below = self.is_below;
        self.is_below = u128::from(remaining).wrapping_mul(100) < u128::from(limit).wrapping_mul(self.percent.into());
        if was_below || !self.is_below {
            return None;
        }
        self.warnings = self.warnings.saturating_add(1);
        Some(UsageWarning { limit, remaining, exhausted_in: self.exhausted_in(now) })
    }

    /// Notes a 429.
    pub fn hit(&mut self) {
        self.hits = self.hits.saturating_add(1);
    }

    /// Ticks until nothing remains, if it goes on being used as fast as in the last [observations](Trend), rounded down; `None`
    /// where nothing was used or too little is known.
    pub fn exhausted_in(&mut self, now: T) -> Option<T> {
        let ticks = self.recent.exhausted_in(self.clock.read(now))?;
        Some(if ticks > T::MAX.into() { T::MAX } else { T::truncate(ticks) })
    }

    /// How fast it was used in the last observations; `None` as for [`exhausted_in`](Self::exhausted_in).
    #[must_use]
    pub fn trend(&self) -> Option<Trend> {
        self.recent.trend()
    }

    /// Whether less than the share remained when it was last observed.
    #[must_use]
    pub const fn is_below(&self) -> bool {
        self.is_below
    }

    /// Responses noted.
    #[must_use]
    pub const fn observations(&self) -> u32 {
        self.observations
    }

    /// Warnings given.
    #[must_use]
    pub const fn warnings(&self) -> u32 {
        self.warnings
    }

    /// 429s noted.
    #[must_use]
    pub const fn hits(&self) -> u32 {
        self.hits
    }
}
