//! The list of all admissions, in wide integers.

use std::collections::VecDeque;

/// What is told to a request: units granted, units left and ticks until all are back, or the wait, or never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Admitted { granted: i128, remaining: i128, reset_after: i128 },
    NotYet(i128),
    Never { capacity: i128 },
}

/// The last `limit` admissions, oldest first; `None` where there was none yet, or where it was given back.
pub struct Oracle {
    limit: i128,
    period: i128,
    log: VecDeque<Option<i128>>,
}

impl Oracle {
    pub fn new(limit: i128, period: i128) -> Self {
        Self { limit, period, log: (0..limit).map(|_| None).collect() }
    }

    fn holds_up(&self, stamp: Option<i128>, now: i128) -> i128 {
        stamp.map_or(0, |stamp| (stamp + self.period - now).max(0))
    }

    pub fn remaining(&self, now: i128) -> i128 {
        self.log.iter().take_while(|stamp| self.holds_up(**stamp, now) == 0).count() as i128
    }

    fn wait(&self, now: i128, units: i128) -> i128 {
        self.log.iter().take(units as usize).map(|stamp| self.holds_up(*stamp, now)).max().unwrap_or(0)
    }

    pub fn peek(&self, now: i128, cost: i128, leave: i128) -> Told {
        let capacity = (self.limit - leave).max(0);
        let period = self.period;
        if cost == 0 {
            let reset_after = self.wait(now, self.limit).min(period);
            return Told::Admitted { granted: 0, remaining: self.remaining(now), reset_after };
        }
        if cost > capacity {
            return Told::Never { capacity };
        }
        match self.wait(now, cost + leave) {
            0 => Told::Admitted { granted: cost, remaining: self.remaining(now) - cost, reset_after: period },
            wait => Told::NotYet(wait.min(period)),
        }
    }

    pub fn acquire(&mut self, now: i128, cost: i128, leave: i128) -> Told {
        let told = self.peek(now, cost, leave);
        match told {
            Told::Admitted { granted, .. } => {
                for _ in 0..granted {
                    self.log.pop_front();
                    self.log.push_back(Some(now));
                }
            }
            // The clock stepped back: what lies ahead counts from now on.
            Told::NotYet(_) if self.wait(now, cost + leave) > self.period => {
                for stamp in self.log.iter_mut().flatten() {
                    *stamp = (*stamp).min(now);
                }
            }
            Told::NotYet(_) | Told::Never { .. } => {}
        }
        told
    }

    pub fn acquire_up_to(&mut self, now: i128, most: i128) -> Told {
        self.acquire(now, most.min(self.remaining(now).max(1)), 0)
    }

    pub fn refund(&mut self, taken_at: i128, units: i128) -> i128 {
        // The newest of all were never taken; others leave a hole where they are.
        let (mut given_back, mut newest) = (0, 0);
        for (age, stamp) in self.log.iter_mut().rev().enumerate() {
            if given_back < units && stamp.is_some_and(|s| s <= taken_at && taken_at < s + self.period) {
                *stamp = None;
                newest += usize::from(newest == age);
                given_back += 1;
            }
        }
        self.log.rotate_right(newest);
        given_back
    }

    pub fn reset(&mut self) {
        self.log.iter_mut().for_each(|stamp| *stamp = None);
    }
}
