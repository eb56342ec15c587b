//! A bucket in wide integers, as plain as it can be written, for the crate to be held against.
//!
//! It is the continuous-state leaky bucket (ITU-T I.371, annex A): a level, and the instant at which it was that. It
//! shares no code and no idea of time with the crate: instants are unbounded, may go back and never wrap, and limit
//! and period are used as they were written, not in lowest terms. A unit is `period` drops, and `limit` drops leak
//! every tick.
//!
//! What a state *word* can and cannot tell apart is kept apart from that, in [`Word`].
//!
//! Whoever includes this file names its integer, [`Wide`]: `i128` for words of 64 bits.

use super::Wide;

/// The four numbers of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub limit: Wide,
    pub period: Wide,
    pub burst: Wide,
    pub debt: Wide,
}

/// The word the crate keeps its state in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    pub bits: u32,
    /// The word of a bucket never used.
    pub fresh: Wide,
    /// How many drops of the past the word remembers (in lowest terms); all else is read as lying ahead.
    pub horizon: Wide,
}

/// Why a quota is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    ZeroLimit,
    ZeroPeriod,
    ZeroBurst,
    TooFine,
    TooLong,
}

/// What the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Admitted { granted: Wide, remaining: Wide, reset_after: Wide, delay: Wide },
    NotYet { retry_after: Wide },
    Never { cost: Wide, capacity: Wide },
    LevelTooHigh { level: Wide, most: Wide },
    Done,
}

/// A charge that can be taken back: the words before and after it.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    before: Wide,
    after: Wide,
    units: Wide,
}

#[derive(Clone, Debug)]
pub struct Oracle {
    quota: Numbers,
    /// The quota's [grain](Numbers::grain).
    grain: Wide,
    paced: bool,
    word: Word,
    /// Drops in the bucket at `at`: what is below 0 has leaked out long ago. `None` if it was never used.
    level: Option<Wide>,
    at: Wide,
}

impl Numbers {
    /// Drops that no word can tell apart: the greatest common factor of limit and period.
    fn grain(&self) -> Wide {
        let (mut large, mut small) = (self.limit.max(self.period), self.limit.min(self.period));
        while small > 0 {
            (large, small) = (small, large % small);
        }
        large
    }

    /// Whether a word of `bits` can keep this quota.
    pub fn check(&self, bits: u32) -> Result<(), Unfit> {
        let range = Wide::from(1_u8) << bits;
        if self.limit == 0 {
            return Err(Unfit::ZeroLimit);
        }
        if self.period == 0 {
            return Err(Unfit::ZeroPeriod);
        }
        if self.burst == 0 {
            return Err(Unfit::ZeroBurst);
        }
        if self.limit / self.grain() > range / 4 {
            return Err(Unfit::TooFine);
        }
        match (self.burst + self.debt).checked_mul(self.period / self.grain()) {
            Some(drops) if drops <= range / 2 => Ok(()),
            _ => Err(Unfit::TooLong),
        }
    }

    fn capacity(&self) -> Wide {
        self.burst * self.period
    }

    fn ceiling(&self) -> Wide {
        (self.burst + self.debt) * self.period
    }
}

impl Oracle {
    /// A bucket never used; `paced` if its grants wait for the backlog before them.
    pub fn new(quota: Numbers, paced: bool, word: Word) -> Self {
        Self { quota, grain: quota.grain(), paced, word, level: None, at: 0 }
    }

    /// The word this state is kept in: the instant at which the bucket will have run dry, as far as it fits.
    pub fn state(&self) -> Wide {
        let range = Wide::from(1_u8) << self.word.bits;
        self.level.map_or(self.word.fresh, |level| {
            (self.at.rem_euclid(range) * (self.quota.limit / self.grain) + level / self.grain).rem_euclid(range)
        })
    }

    /// The state that a word read at `now` means.
    pub fn read(&mut self, state: Wide, now: Wide) {
        let clock = now.rem_euclid(1 << self.word.bits) * (self.quota.limit / self.grain);
        self.at = now;
        self.level = (state != self.word.fresh).then(|| self.recognised((state - clock) * self.grain));
    }

    /// A word holds a level only as a remainder: of all it could mean, it is taken for the one between the horizon in
    /// the past and the horizon in the past of the next lap. A level in that span, which is every level of a clock
    /// that does not jump that far, is taken for what it is.
    fn recognised(&self, level: Wide) -> Wide {
        let (lap, past) = (self.grain << self.word.bits, self.word.horizon * self.grain);
        (level + past).rem_euclid(lap) - past
    }

    /// Lets time pass, or go back, and says how many drops are in the bucket.
    fn backlog(&mut self, now: Wide) -> Wide {
        let leaked = (now - self.at) * self.quota.limit;
        self.at = now;
        self.level = self.level.map(|level| self.recognised(level - leaked));
        self.level.map_or(0, |level| level.max(0))
    }

    /// The one state that no word is left for is kept as a drop more.
    fn fill_to(&mut self, backlog: Wide) {
        self.level = Some(backlog);
        if self.state() == self.word.fresh {
            self.level = Some(backlog + self.grain);
        }
    }

    fn told(&self, granted: Wide, backlog: Wide, delay: Wide) -> Told {
        Told::Admitted {
            granted,
            remaining: (self.quota.capacity() - backlog).max(0) / self.quota.period,
            reset_after: ceil(backlog, self.quota.limit),
            delay: ceil(delay, self.quota.limit),
        }
    }

    /// A wait beyond a full drain (or beyond a tick, if that is longer) shows that the clock has stepped back.
    fn deny(&mut self, backlog: Wide, mut missing: Wide) -> Told {
        if missing > self.longest_wait() {
            missing -= backlog - self.quota.ceiling();
            self.fill_to(self.quota.ceiling());
        }
        Told::NotYet { retry_after: ceil(missing, self.quota.limit) }
    }

    fn longest_wait(&self) -> Wide {
        self.quota.ceiling().max(self.quota.limit)
    }

    pub fn acquire(&mut self, now: Wide, cost: Wide, leave: Wide) -> Told {
        let backlog = self.backlog(now);
        let delay = if self.paced { backlog } else { 0 };
        if cost == 0 {
            return self.told(0, backlog, delay);
        }
        let capacity = (self.quota.burst - leave).max(0);
        if cost > capacity {
            return Told::Never { cost, capacity };
        }
        let filled = backlog + cost * self.quota.period;
        let most = capacity * self.quota.period;
        if filled > most {
            return self.deny(backlog, filled - most);
        }
        self.fill_to(filled);
        self.told(cost, filled, delay)
    }

    pub fn acquire_up_to(&mut self, now: Wide, most: Wide) -> Told {
        let room = self.quota.capacity() - self.backlog(now);
        let whole = (room.max(0) / self.quota.period).max(1);
        self.acquire(now, most.min(whole), 0)
    }

    pub fn reserve(&mut self, now: Wide, cost: Wide, max_wait: Wide) -> (Told, Option<Receipt>) {
        let backlog = self.backlog(now);
        let before = self.state();
        if cost == 0 {
            return (self.told(0, backlog, 0), Some(Receipt { before, after: before, units: 0 }));
        }
        if cost > self.quota.burst {
            return (Told::Never { cost, capacity: self.quota.burst }, None);
        }
        let filled = backlog + cost * self.quota.period;
        let delay = if self.paced { backlog } else { (filled - self.quota.capacity()).max(0) };
        let too_late = delay - max_wait.saturating_mul(self.quota.limit);
        let too_deep = filled - self.quota.ceiling();
        if too_late > 0 || too_deep > 0 {
            return (self.deny(backlog, too_late.max(too_deep)), None);
        }
        self.fill_to(filled);
        (self.told(cost, filled, delay), Some(Receipt { before, after: self.state(), units: cost }))
    }

    pub fn cancel(&mut self, now: Wide, receipt: Receipt) {
        if self.state() == receipt.after {
            self.read(receipt.before, now);
        } else {
            self.refund(now, receipt.units);
        }
    }

    pub fn refund(&mut self, now: Wide, units: Wide) {
        let backlog = self.backlog(now);
        let back = units.saturating_mul(self.quota.period).min(backlog);
        if back > 0 {
            self.fill_to(backlog - back);
        }
    }

    /// What was charged, as a grant, and how many units could not be.
    pub fn force(&mut self, now: Wide, cost: Wide) -> (Told, Wide) {
        let backlog = self.backlog(now);
        let fitting = (self.quota.ceiling() - backlog).max(0) / self.quota.period;
        let charged = cost.min(fitting);
        let filled = backlog + charged * self.quota.period;
        if charged > 0 {
            self.fill_to(filled);
        }
        (self.told(charged, filled, 0), cost - charged)
    }

    pub fn set_level(&mut self, now: Wide, level: Wide) -> Told {
        let most = self.quota.burst + self.quota.debt;
        if level > most {
            return Told::LevelTooHigh { level, most };
        }
        self.at = now;
        if level == 0 {
            self.level = None;
        } else {
            self.fill_to(level * self.quota.period);
        }
        Told::Done
    }

    pub fn refresh(&mut self, now: Wide) {
        let backlog = self.backlog(now);
        if backlog == 0 {
            self.level = None;
        } else if backlog > self.longest_wait() {
            self.fill_to(self.quota.ceiling());
        }
    }

    pub fn reset(&mut self) {
        self.level = None;
    }

    /// Another quota, as many units in the bucket as before, rounded up to what a word can keep.
    pub fn rescale(&mut self, now: Wide, quota: Numbers, horizon: Wide) {
        let backlog = self.backlog(now).min(self.quota.ceiling());
        let (from, to) = (self.grain, quota.grain());
        let grains = ceil((backlog / from) * (quota.period / to), self.quota.period / from);
        (self.quota, self.grain) = (quota, to);
        self.word.horizon = horizon;
        if backlog == 0 {
            self.level = None;
        } else {
            self.fill_to((grains * to).min(quota.ceiling()));
        }
    }

    pub fn remaining(&mut self, now: Wide) -> Wide {
        (self.quota.capacity() - self.backlog(now)).max(0) / self.quota.period
    }

    pub fn level(&mut self, now: Wide) -> Wide {
        ceil(self.backlog(now).min(self.quota.ceiling()), self.quota.period)
    }
}

fn ceil(drops: Wide, divisor: Wide) -> Wide {
    (drops + divisor - 1) / divisor
}
