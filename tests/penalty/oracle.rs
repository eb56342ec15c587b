//! A penalty around a bucket, on a clock that never wraps: as one would write it down, with room to spare.

/// A bucket that earns a unit every `per_unit` ticks.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    pub per_unit: i128,
    pub burst: i128,
    pub debt: i128,
    /// When all that was charged will have drained.
    pub drained: i128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    Admitted,
    Wait(i128),
    Never,
}

impl Bucket {
    pub fn ask(&self, now: i128, cost: i128) -> Said {
        let level = (self.drained - now).max(0) + cost * self.per_unit;
        match level - self.burst * self.per_unit {
            _ if cost == 0 => Said::Admitted,
            _ if cost > self.burst => Said::Never,
            missing if missing > 0 => Said::Wait(missing),
            _ => Said::Admitted,
        }
    }

    pub fn charge(&mut self, now: i128, cost: i128) {
        self.drained = self.drained.max(now) + cost * self.per_unit;
    }

    /// Charges what there is room for, debt and all.
    pub fn charge_denied(&mut self, now: i128, cost: i128) {
        let level = (self.drained - now).max(0);
        let room = ((self.burst + self.debt) * self.per_unit - level) / self.per_unit;
        self.charge(now, cost.min(room));
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Penalty {
    pub first: i128,
    pub factor: i128,
    pub cap: i128,
    pub charges_denied: bool,
    /// When the waiting period ends, and its early questions.
    pub period: Option<(i128, u32)>,
    pub bucket: Bucket,
}

impl Penalty {
    pub fn waiting(&self, now: i128) -> Option<i128> {
        self.period.map(|(until, _)| until - now).filter(|&left| left > 0)
    }

    /// What is said without asking.
    pub fn peek(&self, now: i128, cost: i128) -> Said {
        match (self.waiting(now), self.bucket.ask(now, cost)) {
            (Some(left), Said::Admitted) if cost > 0 => Said::Wait(left),
            (Some(left), Said::Wait(own)) => Said::Wait(left.max(own)),
            (_, said) => said,
        }
    }

    pub fn ask(&mut self, now: i128, cost: i128) -> Said {
        let said = self.bucket.ask(now, cost);
        if cost == 0 || said == Said::Never {
            return said;
        }
        let early = self.waiting(now).is_some();
        if said == Said::Admitted && !early {
            self.period = None;
            self.bucket.charge(now, cost);
            return said;
        }
        if self.charges_denied {
            self.bucket.charge_denied(now, cost);
        }
        let own = match self.bucket.ask(now, cost) {
            Said::Wait(own) => own,
            _ => 0,
        };
        self.period = match self.period {
            Some((until, questions)) if early => {
                let grown = (0..=questions).fold(self.first, |wait, _| (wait * self.factor).min(self.cap));
                Some((until.max(now + grown), questions + 1))
            }
            _ => Some((now + own.clamp(self.first, self.cap), 0)),
        };
        Said::Wait(self.waiting(now).unwrap().max(own))
    }
}
