//! `--keys`: one table of slots for all keys, instead of one limiter each.

use std::fmt;

use clap::ValueEnum;
use tollgate::algorithm::{
    Algorithm, FirstRequestWindow, FixedWindow, LeakyBucket, LeakyQueue, SlidingWindow, TokenBucket,
};
use tollgate::cell::Unsync;
use tollgate::keyed::{Admitted, Full, Line, Refused, Set, SipHash, Table};
use tollgate::time::Ticks;
use tollgate::{Limiter, QuotaError};

use crate::failure::Failure;
use crate::gate::{self, Gate};
use crate::limiter::{Kind, Outcome, Settings};

/// 256 MiB on a 64-bit clock, half of that on a 32-bit one.
const MOST_SLOTS: usize = 1 << 24;
const SLOTS_OF_A_SET: usize = 4;

/// Anybody can read it here, so a server must not use it: whoever knows it can choose keys that fill the slots of others.
/// A replay defends nothing and its keys cannot answer back, so it may, and a run that is repeated decides the same.
const HASH: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]); // π

/// What becomes of a key that finds no slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WhenFull {
    /// Denied until a slot is free
    #[default]
    Refuse,
    /// Admitted, and charged to nobody
    Admit,
    /// Decided by one more limiter, which all keys without a slot share
    Overflow,
}

impl WhenFull {
    fn rule<A>(self, rule: A) -> Full<A> {
        match self {
            Self::Refuse => Full::Refuse,
            Self::Admit => Full::Admit,
            Self::Overflow => Full::Overflow(rule),
        }
    }
}

/// What `--keys` and `--full` say.
#[derive(Clone, Copy)]
pub struct Slots {
    pub count: usize,
    pub full: WhenFull,
}

/// `64 slots, refusing when full`
impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let full = match self.full {
            WhenFull::Refuse => "refusing when full",
            WhenFull::Admit => "admitting when full",
            WhenFull::Overflow => "with a shared limiter when full",
        };
        write!(f, "{} slots, {full}", self.count)
    }
}

impl Slots {
    /// Checks the options, which are for a limit of this kind; for several limits if there is none.
    pub fn read(count: Option<usize>, full: Option<WhenFull>, kind: Option<Kind>) -> Result<Option<Self>, Failure> {
        let Some(count) = count else {
            return full.map_or(Ok(None), |full| {
                let full = full.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
                Err(Failure::options(format!("--full {full}: only a table can be full: give --keys N too")))
            });
        };
        if !kind.is_some_and(Kind::fits_a_slot) {
            return Err(no_room(count, kind));
        }
        if !count.is_multiple_of(SLOTS_OF_A_SET) || !(SLOTS_OF_A_SET..=MOST_SLOTS).contains(&count) {
            return Err(Failure::options(format!(
                "--keys {count}: slots come in sets of four: give a multiple of 4 from {SLOTS_OF_A_SET} to {MOST_SLOTS}"
            )));
        }
        Ok(Some(Self { count, full: full.unwrap_or_default() }))
    }
}

fn no_room(count: usize, kind: Option<Kind>) -> Failure {
    let what = kind.map_or_else(|| "a set of --layers".into(), |kind| format!("--limiter {}", kind.name()));
    let fitting = Kind::value_variants().iter().filter(|kind| kind.fits_a_slot());
    let fitting: Vec<String> = fitting.map(|kind| kind.name()).collect();
    Failure::options(format!(
        "--keys {count}: a slot has room for one word of state, and {what} needs more: leave --keys out, or give one \
         --limiter of {}",
        fitting.join(", ")
    ))
}

/// A table, whatever its algorithm. The clock and the costs are cut to its width.
pub trait KeyedGate {
    fn acquire(&self, key: &[u8], now: u64, cost: u64) -> Outcome;

    /// Units that `key` could take: of its own limit, or if it finds no slot of what decides then.
    fn remaining(&self, key: &[u8], now: u64) -> u64;

    /// How often a slot went from one key to another.
    fn reused(&self) -> u64;

    /// How often a key found no slot.
    fn found_full(&self) -> u64;
}

/// Checks the settings, and makes a table that was never used.
pub fn fresh<T: Line>(settings: &Settings, slots: Slots) -> Result<Box<dyn KeyedGate>, Failure> {
    let quota = gate::quota::<T>(settings)?;
    match settings.kind {
        Kind::TokenBucket => table(TokenBucket::try_new(quota), slots),
        Kind::LeakyBucket => table(LeakyBucket::try_new(quota), slots),
        Kind::LeakyQueue => table(LeakyQueue::try_new(quota), slots),
        Kind::SlidingWindow => table(SlidingWindow::try_new(quota), slots),
        Kind::FixedWindow => table(FixedWindow::try_new(quota), slots),
        Kind::FirstRequestWindow => table(FirstRequestWindow::try_new(quota), slots),
        Kind::RollingWindow | Kind::BucketedWindow | Kind::Concurrency => {
            Err(no_room(slots.count, Some(settings.kind)))
        }
    }
}

fn table<A>(rule: Result<A, QuotaError>, slots: Slots) -> Result<Box<dyn KeyedGate>, Failure>
where
    A: Algorithm<Ticks: Line> + Copy + 'static,
{
    let rule = rule.map_err(Failure::options)?;
    let sets: Sets<A::Ticks> = (0..slots.count / SLOTS_OF_A_SET).map(|_| Set::fresh()).collect();
    Ok(Box::new(Table::over(sets, [rule], HASH).when_full(slots.full.rule(rule))))
}

type Sets<T> = Vec<Set<T, Unsync<T>>>;

impl<A: Algorithm<Ticks: Line> + Copy> KeyedGate for Table<A, Sets<A::Ticks>, SipHash> {
    fn acquire(&self, key: &[u8], now: u64, cost: u64) -> Outcome {
        match self.try_acquire(key, A::Ticks::truncate(now), A::Ticks::truncate(cost)) {
            Ok(admitted) => Outcome::Admit { delay: admitted.grant().map_or(0, |grant| grant.delay().into()) },
            Err(refused) => gate::refused::<A::Ticks>(refused.into_denied().into()),
        }
    }

    fn remaining(&self, key: &[u8], now: u64) -> u64 {
        let (key, ticks) = (self.key(key), A::Ticks::truncate(now));
        // Who would decide on one more unit. Nothing limits a key that is admitted without a slot: it stays full.
        match key.peek(ticks, A::Ticks::ONE) {
            Err(Refused::Full(_)) => 0,
            Ok(Admitted::Overflow(_)) | Err(Refused::Overflow(_)) => {
                self.overflow().map_or(0, |shared: Limiter<A, _>| Gate::remaining(&shared, now))
            }
            _ => key.remaining(ticks).into(),
        }
    }

    fn reused(&self) -> u64 {
        self.reused().into()
    }

    fn found_full(&self) -> u64 {
        self.found_full().into()
    }
}
