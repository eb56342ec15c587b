//! The tables, each used as its documentation shows: a limit of one unit in [`INTERVAL`] for each key, and [`BURST`] at once.

use std::hash::BuildHasher;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use clock_lib::{Clock, Monotonic, Wall};
use governor::RateLimiter;
use tollgate::algorithm::TokenBucket;
use tollgate::keyed::{Set, Table};

use crate::hand::{Hand, Reads};

/// Nanoseconds in which one unit comes back: a second.
pub const INTERVAL: u64 = 1_000_000_000;
/// Units that come at once.
const BURST: u32 = 4;
/// Slots that tollgate gets for each key, as its documentation recommends.
pub const SLOTS: usize = 2;

/// Takes one unit of a key's limit, now.
pub trait Admit: Fn(u64) -> bool + Sync + 'static {}
impl<F: Fn(u64) -> bool + Sync + 'static> Admit for F {}

/// What nothing that shares words can do without: the clock, the hash, and a compare-exchange on one of so many words. It
/// limits nothing.
pub fn floor<H: BuildHasher + Sync + 'static>(words: usize, clock: &'static Hand, hasher: H) -> impl Admit {
    let words: Vec<AtomicU64> = (0..words).map(|_| AtomicU64::new(0)).collect();
    move |key| {
        black_box(clock.nanos());
        let place = ((u128::from(hasher.hash_one(key)) * words.len() as u128) >> 64) as usize;
        let word = &words[place];
        let mut seen = word.load(Relaxed);
        while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
            seen = newer;
        }
        true
    }
}

/// tollgate, on 64 bits.
pub fn tollgate<H: BuildHasher + Sync + 'static>(keys: usize, clock: &'static Hand, hasher: H) -> impl Admit {
    let rule = TokenBucket::try_new(black_box(tollgate::Quota::per(1, INTERVAL).burst(BURST.into())));
    let sets: Vec<Set<u64>> = (0..keys * SLOTS / 4).map(|_| Set::fresh()).collect();
    let table = Table::over(sets, [rule.expect("a valid quota")], hasher);
    move |key| table.try_acquire(&key, clock.nanos(), 1).is_ok()
}

/// governor over a `DashMap`, its default.
pub fn governor_dashmap<H>(_: usize, clock: &'static Hand, hasher: H) -> impl Admit
where
    H: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    let limiter = RateLimiter::dashmap_with_clock_and_hasher(black_box(governor_quota()), Reads(clock), hasher);
    move |key| limiter.check_key(&key).is_ok()
}

/// governor over a `HashMap` behind a mutex.
pub fn governor_hashmap<H>(_: usize, clock: &'static Hand, hasher: H) -> impl Admit
where
    H: BuildHasher + Default + Clone + Send + Sync + 'static,
{
    let limiter = RateLimiter::hashmap_with_clock_and_hasher(black_box(governor_quota()), Reads(clock), hasher);
    move |key| limiter.check_key(&key).is_ok()
}

fn governor_quota() -> governor::Quota {
    let burst = NonZeroU32::new(BURST).expect("a burst");
    governor::Quota::with_period(Duration::from_nanos(INTERVAL)).expect("a period").allow_burst(burst)
}

/// rate-net, with room for all keys. Its hash is ahash, and cannot be chosen.
pub fn rate_net(keys: usize, clock: &'static Hand) -> impl Admit {
    let quota = rate_net::Quota::rate(1, Duration::from_nanos(INTERVAL)).expect("a valid quota").with_burst(BURST);
    let room = rate_net::Eviction::capacity(keys * SLOTS);
    let limiter = rate_net::RateLimiter::with_quota(black_box(quota)).with_eviction(room);
    let limiter = limiter.with_clock(SinceStart(Monotonic::now(), clock));
    move |key| limiter.check(rate_net::Key::id(key)).is_allow()
}

/// A clock for rate-net.
#[derive(Clone)]
struct SinceStart(Monotonic, &'static Hand);

impl Clock for SinceStart {
    fn now(&self) -> Monotonic {
        self.0 + Duration::from_nanos(self.1.nanos())
    }

    fn wall(&self) -> Wall {
        Wall::now()
    }
}
