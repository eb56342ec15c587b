//! Limits in wide integers, as plain as they can be written. Time is unbounded and never goes back.

/// What a limit is made of.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Bucket { limit: u32, period: u32, burst: u32 },
    Queue { limit: u32, period: u32, burst: u32 },
    Rolling { limit: u32, period: u32 },
    Bucketed { limit: u32, period: u32 },
    Fixed { limit: u32, period: u32 },
    FirstRequest { limit: u32, period: u32 },
    Busy { limit: u32 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Fits,
    /// The ticks to wait, if a clock can tell.
    NotYet(Option<i128>),
    Never,
}

#[derive(Clone, Debug)]
pub struct Naive {
    kind: Kind,
    /// Of the clock whose turns an aligned window knows.
    bits: u32,
    /// What was taken, and when.
    taken: Vec<(i128, i128)>,
}

impl Naive {
    pub fn new(kind: Kind, bits: u32) -> Self {
        Self { kind, bits, taken: Vec::new() }
    }

    pub fn capacity(&self) -> i128 {
        match self.kind {
            Kind::Bucket { burst, .. } | Kind::Queue { burst, .. } => burst.into(),
            Kind::Rolling { limit, .. }
            | Kind::Bucketed { limit, .. }
            | Kind::Fixed { limit, .. }
            | Kind::FirstRequest { limit, .. }
            | Kind::Busy { limit } => limit.into(),
        }
    }

    /// Whether `cost` fits beside `leave`, and if not, when: found by trying one tick after the other.
    pub fn ask(&self, now: i128, cost: i128, leave: i128) -> Told {
        if cost == 0 {
            return Told::Fits;
        }
        if cost + leave > self.capacity() {
            return Told::Never;
        }
        let fits = |at: &i128| self.used_up(*at) + cost * self.grain() <= (self.capacity() - leave) * self.grain();
        if fits(&now) {
            return Told::Fits;
        }
        if let Kind::Busy { .. } = self.kind {
            return Told::NotYet(None);
        }
        let at = (now..now + 1_000_000).find(fits).expect("it comes back");
        Told::NotYet(Some(at - now))
    }

    pub fn take(&mut self, now: i128, cost: i128) {
        if cost > 0 {
            self.taken.push((now, cost));
        }
    }

    /// Work is done.
    pub fn release(&mut self, cost: i128) {
        if let Kind::Busy { .. } = self.kind {
            self.taken.push((0, -cost));
        }
    }

    pub fn remaining(&self, now: i128) -> i128 {
        (self.capacity() - (self.used_up(now) + self.grain() - 1).div_euclid(self.grain())).max(0)
    }

    /// Ticks until a queue gets to what was taken last.
    pub fn delay(&self, now: i128, cost: i128) -> i128 {
        match self.kind {
            Kind::Queue { limit, period, .. } => {
                (self.used_up(now) - cost * i128::from(period) + i128::from(limit) - 1) / i128::from(limit)
            }
            _ => 0,
        }
    }

    /// Parts of a unit that can be told apart.
    fn grain(&self) -> i128 {
        match self.kind {
            Kind::Bucket { period, .. } | Kind::Queue { period, .. } => period.into(),
            _ => 1,
        }
    }

    /// Parts that count at an instant.
    fn used_up(&self, now: i128) -> i128 {
        let sum = |counts: &dyn Fn(i128) -> bool| -> i128 {
            self.taken.iter().filter(|(at, _)| counts(*at)).map(|(_, cost)| cost).sum()
        };
        match self.kind {
            Kind::Bucket { limit, period, .. } | Kind::Queue { limit, period, .. } => {
                let (mut level, mut then) = (0, 0);
                for &(at, cost) in &self.taken {
                    level = (level - (at - then) * i128::from(limit)).max(0) + cost * i128::from(period);
                    then = at;
                }
                (level - (now - then) * i128::from(limit)).max(0)
            }
            Kind::Rolling { period, .. } => sum(&|at| now - at < period.into()),
            // With sub-windows of one tick each.
            Kind::Bucketed { period, .. } => sum(&|at| now - at < period.into()),
            Kind::Fixed { period, .. } => {
                let window = |at: i128| (at >> self.bits, (at & ((1 << self.bits) - 1)) / i128::from(period));
                sum(&|at| window(at) == window(now))
            }
            Kind::FirstRequest { period, .. } => {
                let (mut opened, mut count) = (None, 0);
                for &(at, cost) in &self.taken {
                    if opened.is_none_or(|opened| at - opened >= i128::from(period)) {
                        (opened, count) = (Some(at), 0);
                    }
                    count += cost;
                }
                if opened.is_some_and(|opened| now - opened < i128::from(period)) { count } else { 0 }
            }
            Kind::Busy { .. } => sum(&|_| true),
        }
    }
}
