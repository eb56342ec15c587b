//! Windows that keep every admission for good and look through all of them, in wide integers. They share nothing with the
//! crate: one rule says whether a cost fits at a tick, and everything else is found by trying.

/// Whether `cost` more units fit at `now`: all that tells one kind of window from another.
pub type Fits = fn(&Window, now: i128, cost: i128) -> bool;

#[derive(Clone)]
pub struct Window {
    pub limit: i128,
    pub period: i128,
    /// Ticks of one turn of the clock; `now` counts on and does not wrap.
    pub turn: i128,
    pub fits: Fits,
    /// When, and how many units.
    pub admitted: Vec<(i128, i128)>,
}

/// An admission at `s` counts while `now - s < period`.
pub fn rolling(window: &Window, now: i128, cost: i128) -> bool {
    window.units(now - window.period + 1, now) + cost <= window.limit
}

/// What was admitted since the window began.
pub fn fixed(window: &Window, now: i128, cost: i128) -> bool {
    window.units(window.start(now), now) + cost <= window.limit
}

/// The same, and the window begins with an admission that finds no other window open.
pub fn first_request(window: &Window, now: i128, cost: i128) -> bool {
    let stamps = window.admitted.iter().map(|&(stamp, _)| stamp);
    let opened = stamps.fold(None, |open, stamp| match open {
        Some(opened) if stamp < opened + window.period => open,
        _ => Some(stamp),
    });
    match opened {
        Some(opened) if now < opened + window.period => window.units(opened, now) + cost <= window.limit,
        _ => cost <= window.limit,
    }
}

/// prev × (W − e) + (cur + cost) × W ≤ limit × W.
pub fn sliding(window: &Window, now: i128, cost: i128) -> bool {
    let (start, period) = (window.start(now), window.period);
    let previous = window.units(window.start(start - 1), start - 1);
    let current = window.units(start, now);
    previous * (period - (now - start)) + (current + cost) * period <= window.limit * period
}

/// An admission counts until the last tick of its sub-window is a period old. The first sub-window begins with the first
/// admission, and each is one of `BUCKETS` parts of the period, rounded up.
pub fn bucketed<const BUCKETS: i128>(window: &Window, now: i128, cost: i128) -> bool {
    let width = (window.period + BUCKETS - 1) / BUCKETS;
    let Some(&(origin, _)) = window.admitted.first() else { return cost <= window.limit };
    let last_tick = |stamp: i128| stamp + width - 1 - (stamp - origin) % width;
    let held = window.admitted.iter().filter(|(stamp, _)| now - last_tick(*stamp) < window.period);
    held.map(|(_, units)| units).sum::<i128>() + cost <= window.limit
}

impl Window {
    /// Units admitted from `first` to `last`, both included.
    pub fn units(&self, first: i128, last: i128) -> i128 {
        self.admitted.iter().filter(|(stamp, _)| (first..=last).contains(stamp)).map(|(_, units)| units).sum()
    }

    /// The tick at which the window of `now` began: a multiple of the period in a turn of the clock.
    fn start(&self, now: i128) -> i128 {
        now - now.rem_euclid(self.turn) % self.period
    }

    pub fn remaining(&self, now: i128) -> i128 {
        // Whatever fits, less of it does.
        last(0, self.limit, |cost| (self.fits)(self, now, cost))
    }

    /// Ticks until `cost` fits if nothing else is admitted: once it does it goes on to, and it does within three periods.
    pub fn wait(&self, now: i128, cost: i128) -> i128 {
        last(0, 3 * self.period, |ticks| !(self.fits)(self, now + ticks, cost)) + 1
    }

    pub fn decide(&mut self, op: &str, now: i128, cost: i128) -> String {
        let (outcome, wait) = if op == "release" {
            ("error", String::new())
        } else if cost > self.limit {
            ("never", String::new())
        } else if cost == 0 || (self.fits)(self, now, cost) {
            self.admitted.push((now, cost));
            self.admitted.retain(|&(_, units)| units > 0);
            ("admit", String::new())
        } else {
            ("deny", self.wait(now, cost).to_string())
        };
        format!("{outcome},{},{wait}", self.remaining(now))
    }
}

/// The last number from `low` on, and below `high`, up to which `holds`; it holds for `low`.
fn last(mut low: i128, mut high: i128, holds: impl Fn(i128) -> bool) -> i128 {
    if holds(high) {
        return high;
    }
    while high - low > 1 {
        let middle = i128::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
}
