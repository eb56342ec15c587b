//! A bucketed window as plain as it can be written: a list of sub-windows, in integers that do not wrap.
//!
//! Instants are those of the window's own time, which goes on with the clock; what a clock of so many bits cannot tell
//! apart is in [`Model::see`].

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Admitted { granted: i128, remaining: i128, reset_after: i128 },
    NotYet { retry_after: i128 },
    Never { cost: i128, capacity: i128 },
}

/// The numbers of a window, and the word it is kept in.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub limit: i128,
    pub period: i128,
    pub buckets: i128,
    pub slots: i128,
    pub bits: u32,
    /// The word of a cell never used.
    pub fresh: i128,
}

impl Numbers {
    pub fn width(&self) -> i128 {
        (self.period + self.buckets - 1) / self.buckets
    }
}

#[derive(Clone, Debug)]
pub struct Model {
    numbers: Numbers,
    /// The reading at which the window's own time was 0; `None` before the first use.
    origin: Option<i128>,
    /// Where the newest sub-window began.
    newest: i128,
    /// Where each sub-window began, and its units; the newest last.
    admitted: Vec<(i128, i128)>,
}

impl Model {
    pub fn new(numbers: Numbers) -> Self {
        Self { numbers, origin: None, newest: 0, admitted: Vec::new() }
    }

    /// The instant of a reading. A word shows it modulo its range: what is less than half of that ahead of the last
    /// sub-window but one has passed, all else shows a clock that has stepped back.
    fn see(&self, now: i128) -> Option<i128> {
        let range = 1 << self.numbers.bits;
        let earliest = self.newest - self.numbers.width();
        let since = (now - self.origin? - earliest).rem_euclid(range);
        (since < range / 2).then_some(earliest + since)
    }

    /// The same, and the window's time is set to the beginning of the newest sub-window if the clock has stepped back.
    fn anchor(&mut self, now: i128) -> i128 {
        if self.see(now).is_none() {
            let origin = (now - self.newest).rem_euclid(1 << self.numbers.bits);
            self.origin = Some(if origin == self.numbers.fresh { origin + 1 } else { origin });
        }
        self.see(now).unwrap()
    }

    fn forgotten(&self, begin: i128) -> i128 {
        begin + self.numbers.width() - 1 + self.numbers.period
    }

    fn held(&self, at: i128) -> i128 {
        self.admitted.iter().filter(|&&(begin, _)| at < self.forgotten(begin)).map(|&(_, units)| units).sum()
    }

    /// Moves on to the sub-window of an instant, if that is not over.
    fn advance(&mut self, at: i128) {
        let steps = (at - self.newest).div_euclid(self.numbers.width()).max(0);
        self.newest += steps * self.numbers.width();
    }

    fn decide(&self, at: i128, cost: i128, leave: i128) -> Told {
        let capacity = (self.numbers.limit - leave).max(0);
        let room = self.numbers.limit - self.held(at);
        if cost == 0 {
            let held = self.admitted.iter().filter(|&&(_, units)| units > 0);
            let last = held.map(|&(begin, _)| self.forgotten(begin)).max().unwrap_or(at);
            return Told::Admitted { granted: 0, remaining: room.max(0), reset_after: (last - at).max(0) };
        }
        if cost > capacity {
            return Told::Never { cost, capacity };
        }
        let fits = |at| self.held(at) + cost <= capacity;
        if fits(at) {
            let mut after = self.clone();
            after.advance(at);
            return Told::Admitted {
                granted: cost,
                remaining: room - cost,
                reset_after: self.forgotten(after.newest) - at,
            };
        }
        let times = self.admitted.iter().map(|&(begin, _)| self.forgotten(begin));
        Told::NotYet { retry_after: times.filter(|&time| fits(time)).min().unwrap() - at }
    }

    pub fn acquire(&mut self, now: i128, cost: i128, leave: i128) -> Told {
        if cost == 0 || cost > (self.numbers.limit - leave).max(0) {
            return self.peek(now, cost, leave);
        }
        let at = self.anchor(now);
        let told = self.decide(at, cost, leave);
        if let Told::Admitted { .. } = told {
            self.advance(at);
            match self.admitted.last_mut() {
                Some((begin, units)) if *begin == self.newest => *units += cost,
                _ => self.admitted.push((self.newest, cost)),
            }
        }
        told
    }

    pub fn acquire_up_to(&mut self, now: i128, most: i128) -> Told {
        let room = self.remaining(now);
        self.acquire(now, most.min(room.max(1)), 0)
    }

    pub fn peek(&self, now: i128, cost: i128, leave: i128) -> Told {
        self.decide(self.see(now).unwrap_or(self.newest), cost, leave)
    }

    pub fn remaining(&self, now: i128) -> i128 {
        (self.numbers.limit - self.held(self.see(now).unwrap_or(self.newest))).max(0)
    }

    pub fn refund(&mut self, now: i128, mut units: i128) {
        let at = self.anchor(now);
        let (width, period) = (self.numbers.width(), self.numbers.period);
        for (begin, held) in self.admitted.iter_mut().rev() {
            if at < *begin + width - 1 + period {
                let back = units.min(*held);
                *held -= back;
                units -= back;
            }
        }
    }

    pub fn refresh(&mut self, now: i128) {
        let at = self.anchor(now);
        self.advance(at);
    }

    /// Everything is a ring of slots old.
    pub fn reset(&mut self) {
        self.newest += self.numbers.slots * self.numbers.width();
        self.admitted.clear();
        self.origin = None;
    }
}
