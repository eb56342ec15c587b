//! The limiters behind `--limiter`: one for each key, all alike, whatever the algorithm and the width of its clock; or a
//! table that stands for all of them.
//!
//! A new algorithm is a [`Kind`], a line in [`gate::fresh`] (and in [`keyed::fresh`] if its state is one word), and an
//! implementation of [`Gate`] if it is not a [`tollgate::Limiter`].

use std::collections::HashMap;

use clap::ValueEnum;

use crate::failure::Failure;
use crate::gate::{self, FreshGate, Gate};
use crate::keyed::{self, KeyedGate, Slots};
use crate::layers;
use crate::spec::Layer;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Starts full, refills steadily: bursts pass after a quiet time
    TokenBucket,
    /// A meter that leaks steadily: decides as the token bucket, counts the other way round
    LeakyBucket,
    /// A queue that leaks steadily: delays what it admits to an even pace; the burst is its depth
    LeakyQueue,
    /// Remembers every admission: never more than the limit in any span of a period; limits to 16384
    RollingWindow,
    /// Remembers --buckets sums: never more than the limit either, late to forget by up to a bucket; for large limits
    BucketedWindow,
    /// Weighs the count of the last window by how much of it still overlaps: an approximation
    SlidingWindow,
    /// Counts in windows from tick 0 on: up to twice the limit passes around an edge
    FixedWindow,
    /// Counts for a period from the first request on, and then waits for the next first one
    FirstRequestWindow,
    /// Counts work in progress, whatever its time: what ends makes room; no --period, limits to 65535
    Concurrency,
}

impl Kind {
    /// What fills up while nothing is asked can hold more than the limit of a period, or less.
    pub fn has_burst(self) -> bool {
        matches!(self, Self::TokenBucket | Self::LeakyBucket | Self::LeakyQueue)
    }

    /// Its state is one word, which is what a slot of a table has room for.
    pub fn fits_a_slot(self) -> bool {
        !matches!(self, Self::RollingWindow | Self::BucketedWindow | Self::Concurrency)
    }

    /// As the options call it.
    pub fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// How wide the limiters' clock and state are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Clock {
    /// u32 ticks and state words
    #[value(name = "32")]
    Bits32,
    /// u64 ticks and state words
    #[value(name = "64")]
    Bits64,
}

impl Clock {
    /// The largest number that fits: of a cost, a limit, a burst, a period.
    pub fn most(self) -> u64 {
        match self {
            Self::Bits32 => u32::MAX.into(),
            Self::Bits64 => u64::MAX,
        }
    }
}

/// The limit every key gets.
pub struct Settings {
    pub kind: Kind,
    pub clock: Clock,
    pub limit: u64,
    /// In ticks; of no meaning to a limit of concurrency, as is the burst.
    pub period: u64,
    pub burst: u64,
    /// Of meaning to a bucketed window alone.
    pub buckets: usize,
}

#[derive(Clone, Copy)]
pub enum Op {
    Acquire,
    Release,
}

/// What became of an operation.
#[derive(PartialEq, Eq)]
pub struct Answer {
    pub outcome: Outcome,
    /// Whole units left after it.
    pub remaining: u64,
}

#[derive(PartialEq, Eq)]
pub enum Outcome {
    /// Admitted, to go after `delay` ticks: 0 but for a queue.
    Admit { delay: u64 },
    /// Not yet; `None` if no clock can tell when. The level is the first that refuses, 0 where there is but one.
    Deny { level: usize, retry_after: Option<u64> },
    /// The cost exceeds the capacity of a level, the first of them.
    Never { level: usize },
    /// What was held has been given back.
    Released,
    /// The operation means nothing to this limiter, or gives back more than is held, and has changed nothing.
    Error,
}

/// What the operations on all keys are put to.
pub trait Limits {
    /// Puts an operation to the limits of `key`. The clock is cut to their width; the cost has to fit it.
    fn put(&mut self, op: Op, key: &[u8], now: u64, cost: u64) -> Answer;

    /// The part of a key that counts: all of it, unless some keys share their limits.
    fn counted<'key>(&self, key: &'key [u8]) -> &'key [u8] {
        key
    }
}

/// Limits that are all alike, whatever the key.
pub struct Gates {
    clock: Clock,
    /// The names of a set's levels.
    levels: Vec<String>,
    keys: Keys,
}

enum Keys {
    /// One limiter for each key, or one set of them, made when the key is first seen.
    OneEach {
        fresh: FreshGate,
        by_key: HashMap<Vec<u8>, Box<dyn Gate>>,
    },
    Table(Box<dyn KeyedGate>),
}

impl Keys {
    fn one_each(fresh: FreshGate) -> Self {
        Self::OneEach { fresh, by_key: HashMap::new() }
    }
}

impl Gates {
    /// Checks the settings; no limiter can fail to be made after that. With slots there is one table of so many.
    pub fn new(settings: &Settings, slots: Option<Slots>) -> Result<Self, Failure> {
        let keys = match (settings.clock, slots) {
            (Clock::Bits32, None) => Keys::one_each(gate::fresh_alone::<u32>(settings)?),
            (Clock::Bits64, None) => Keys::one_each(gate::fresh_alone::<u64>(settings)?),
            (Clock::Bits32, Some(slots)) => Keys::Table(keyed::fresh::<u32>(settings, slots)?),
            (Clock::Bits64, Some(slots)) => Keys::Table(keyed::fresh::<u64>(settings, slots)?),
        };
        Ok(Self { clock: settings.clock, levels: Vec::new(), keys })
    }

    /// Checks a set of levels, to be taken of all or nothing.
    pub fn layered(clock: Clock, layers: &[Layer]) -> Result<Self, Failure> {
        let fresh = match clock {
            Clock::Bits32 => layers::fresh::<u32>(layers)?,
            Clock::Bits64 => layers::fresh::<u64>(layers)?,
        };
        let levels = layers.iter().map(|layer| layer.name.clone()).collect();
        Ok(Self { clock, levels, keys: Keys::one_each(fresh) })
    }

    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The names of the levels, in order; none if there is one limit, which needs no name.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The table, if there is one.
    pub fn table(&self) -> Option<&dyn KeyedGate> {
        match &self.keys {
            Keys::Table(table) => Some(table.as_ref()),
            Keys::OneEach { .. } => None,
        }
    }
}

impl Limits for Gates {
    fn put(&mut self, op: Op, key: &[u8], now: u64, cost: u64) -> Answer {
        match &mut self.keys {
            Keys::OneEach { fresh, by_key } => {
                let gate = by_key.entry(key.to_vec()).or_insert_with(fresh);
                let outcome = match op {
                    Op::Acquire => gate.acquire(now, cost),
                    Op::Release => gate.release(cost),
                };
                Answer { outcome, remaining: gate.remaining(now) }
            }
            Keys::Table(table) => {
                let outcome = match op {
                    Op::Acquire => table.acquire(key, now, cost),
                    Op::Release => Outcome::Error, // what limits requests over time holds nothing
                };
                Answer { outcome, remaining: table.remaining(key, now) }
            }
        }
    }
}
