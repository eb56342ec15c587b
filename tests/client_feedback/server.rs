//! A server, obviously right: it remembers every request it served, and when.

#![allow(clippy::cast_possible_truncation)] // numbers of requests

use std::collections::VecDeque;

/// How one of its levels counts. Times are milliseconds.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// So many in any span of a period.
    Rolling { limit: u64, period: u64 },
    /// So many in each period of its own clock.
    Aligned { limit: u64, period: u64 },
    /// A bucket of a size that loses one each so many milliseconds.
    Leaky { size: u64, one_in: u64 },
}

#[derive(Debug)]
pub struct Level {
    pub name: &'static str,
    pub rule: Rule,
    served: VecDeque<u64>,
    /// Of the bucket: what is in it, in units times `one_in`, and when that was.
    water: (u64, u64),
}

/// What it says of a level.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    pub name: &'static str,
    pub limit: u64,
    pub used: u64,
    pub reset: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Answer {
    /// The number of the level that refused, and the exact wait.
    pub refused: Option<(usize, u64)>,
    pub told: Vec<Told>,
}

impl Level {
    pub fn new(name: &'static str, rule: Rule) -> Self {
        Self { name, rule, served: VecDeque::new(), water: (0, 0) }
    }

    fn pass(&mut self, now: u64) {
        match self.rule {
            Rule::Rolling { period, .. } => self.served.retain(|at| now - at < period),
            Rule::Aligned { period, .. } => self.served.retain(|at| at / period == now / period),
            Rule::Leaky { .. } => self.water = (self.water.0.saturating_sub(now - self.water.1), now),
        }
    }

    /// The wait for one unit, 0 if there is room.
    fn wait(&self, now: u64) -> u64 {
        let count = self.served.len() as u64;
        match self.rule {
            Rule::Rolling { limit, period } if count >= limit => {
                self.served[self.served.len() - limit as usize] + period - now
            }
            Rule::Aligned { limit, period } if count >= limit => period - now % period,
            Rule::Leaky { size, one_in } => (self.water.0 + one_in).saturating_sub(size * one_in),
            Rule::Rolling { .. } | Rule::Aligned { .. } => 0,
        }
    }

    fn take(&mut self, now: u64) {
        match self.rule {
            Rule::Leaky { one_in, .. } => self.water.0 += one_in,
            Rule::Rolling { .. } | Rule::Aligned { .. } => self.served.push_back(now),
        }
    }

    fn told(&self, now: u64) -> Told {
        let (limit, used, reset) = match self.rule {
            Rule::Rolling { limit, .. } => (limit, self.served.len() as u64, None),
            Rule::Aligned { limit, period } => (limit, self.served.len() as u64, Some(period - now % period)),
            Rule::Leaky { size, one_in } => (size, self.water.0.div_ceil(one_in), None),
        };
        Told { name: self.name, limit, used, reset }
    }
}

#[derive(Debug)]
pub struct Server {
    pub levels: Vec<Level>,
}

impl Server {
    /// Serves a request at all levels, or at none.
    pub fn ask(&mut self, now: u64) -> Answer {
        self.levels.iter_mut().for_each(|level| level.pass(now));
        let waits = self.levels.iter().map(|level| level.wait(now));
        let refused = waits.enumerate().find(|(_, wait)| *wait > 0);
        if refused.is_none() {
            self.levels.iter_mut().for_each(|level| level.take(now));
        }
        Answer { refused, told: self.levels.iter().map(|level| level.told(now)).collect() }
    }
}
