/// Observations that make a trend.
const KEPT: usize = 8;

/// How fast a quota is used: so many units over so many ticks, as counted in its last 8 observations at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Trend {
    /// Units used, at least 1.
    pub used: u64,
    /// Ticks over which they were, at least 1.
    pub over: u64,
}

/// What remained at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Seen {
    at: u64,
    remaining: u64,
}

/// The last observations of a quota since it came back, the latest in front.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Recent {
    limit: u64,
    seen: [Option<Seen>; KEPT],
}

impl Recent {
    pub(super) const fn new() -> Self {
        Self { limit: 0, seen: [None; KEPT] }
    }

    pub(super) fn add(&mut self, at: u64, limit: u64, remaining: u64) {
        let has_come_back = self.latest().is_some_and(|latest| latest.remaining < remaining);
        if has_come_back || limit != self.limit {
            *self = Self { limit, ..Self::new() };
        }
        self.seen.rotate_right(1);
        if let Some(latest) = self.seen.first_mut() {
            *latest = Some(Seen { at, remaining });
        }
    }

    pub(super) fn trend(&self) -> Option<Trend> {
        let (latest, earliest) = (self.latest()?, self.seen.iter().rev().find_map(|&seen| seen)?);
        let used = earliest.remaining.saturating_sub(latest.remaining);
        let over = latest.at.saturating_sub(earliest.at);
        (used > 0 && over > 0).then_some(Trend { used, over }) // all in one tick is no pace
    }

    /// Ticks until nothing remains, rounded down.
    pub(super) fn exhausted_in(&self, now: u64) -> Option<u64> {
        let (latest, Trend { used, over }) = (self.latest()?, self.trend()?);
        let ticks = u128::from(latest.remaining).wrapping_mul(over.into()).checked_div(used.into())?;
        Some(u64::try_from(ticks).unwrap_or(u64::MAX).saturating_sub(now.saturating_sub(latest.at)))
    }

    fn latest(&self) -> Option<Seen> {
        self.seen.first().copied().flatten()
    }
}
