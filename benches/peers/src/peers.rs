//! The peers, each used as its documentation shows, on a clock that is a word in memory.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::hand::{Hand, Reads};

/// Nanoseconds in which one unit comes back.
const INTERVAL: u64 = 1_000;
/// Units a second.
const RATE: u32 = 1_000_000;

/// A limiter under test with its clock.
pub trait Subject: Sync + Sized + 'static {
    const NAME: &'static str;
    /// What one limiter takes, without the clock.
    const BYTES: usize;
    /// Full, of a million units a second.
    fn new(burst: u32) -> Self;
    /// Moves the clock on by what brings one unit back.
    fn pass_one_interval(&self);
    /// Takes one unit.
    fn admit(&self) -> bool;
    /// Takes one unit, and says how many nanoseconds to wait if there is none.
    fn wait(&self) -> Option<u64>;
}

/// What nothing that shares a word can do without: a compare-exchange to admit, a load to deny.
pub struct Floor(AtomicU64, Hand);

impl Subject for Floor {
    const NAME: &'static str = "floor";
    const BYTES: usize = size_of::<AtomicU64>();

    fn new(_burst: u32) -> Self {
        Self(AtomicU64::new(0), Hand::new())
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        black_box(self.1.nanos());
        let mut seen = self.0.load(Relaxed);
        while let Err(newer) = self.0.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
            seen = newer;
        }
        true
    }

    fn wait(&self) -> Option<u64> {
        black_box(self.1.nanos());
        Some(self.0.load(Relaxed))
    }
}

/// tollgate takes the time as an argument, in ticks.
pub struct Tollgate(tollgate::TokenBucket<u64>, Hand);

impl Subject for Tollgate {
    const NAME: &'static str = "tollgate TokenBucket<u64>";
    const BYTES: usize = size_of::<tollgate::TokenBucket<u64>>();

    fn new(burst: u32) -> Self {
        let quota = tollgate::Quota::per(RATE.into(), 1_000_000_000).burst(burst.into());
        Self(tollgate::TokenBucket::try_new(black_box(quota)).expect("a valid quota"), Hand::new())
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        self.0.try_acquire(self.1.nanos(), 1).is_ok()
    }

    fn wait(&self) -> Option<u64> {
        self.0.try_acquire(self.1.nanos(), 1).err()?.retry_after()
    }
}

/// governor asks a clock of its own; its direct limiter, without middleware.
pub struct Governor(Direct, &'static Hand);

type Direct = governor::RateLimiter<
    governor::state::NotKeyed,
    governor::state::InMemoryState,
    Reads,
    governor::middleware::NoOpMiddleware<governor::nanos::Nanos>,
>;

impl Subject for Governor {
    const NAME: &'static str = "governor RateLimiter::direct";
    const BYTES: usize = size_of::<Direct>() - size_of::<Reads>();

    fn new(burst: u32) -> Self {
        let hand = super::leak(Hand::new());
        let burst = NonZeroU32::new(burst).expect("a burst");
        let quota = governor::Quota::per_second(NonZeroU32::new(RATE).expect("a rate")).allow_burst(burst);
        Self(governor::RateLimiter::direct_with_clock(black_box(quota), Reads(hand)), hand)
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        self.0.check().is_ok()
    }

    fn wait(&self) -> Option<u64> {
        let denied = self.0.check().err()?;
        u64::try_from(denied.wait_time_from(self.1.nanos().into()).as_nanos()).ok()
    }
}

/// better-bucket's core takes the time as a `Duration`.
pub struct BetterBucket(better_bucket::BucketCore, Hand);

impl Subject for BetterBucket {
    const NAME: &'static str = "better-bucket BucketCore";
    const BYTES: usize = size_of::<better_bucket::BucketCore>();

    fn new(burst: u32) -> Self {
        let config =
            better_bucket::BucketConfig::new(burst, RATE, Duration::from_secs(1), burst).expect("a valid quota");
        let hand = Hand::new();
        Self(better_bucket::BucketCore::new(black_box(config), Duration::from_nanos(hand.nanos())), hand)
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        self.0.try_acquire_at(1, Duration::from_nanos(self.1.nanos()))
    }

    fn wait(&self) -> Option<u64> {
        let wait = self.0.acquire_at(1, Duration::from_nanos(self.1.nanos())).retry_after()?;
        u64::try_from(wait.as_nanos()).ok()
    }
}

/// rate-net's un-keyed core takes the time as a `Duration`.
pub struct RateNet(rate_net::Gcra, Hand);

impl Subject for RateNet {
    const NAME: &'static str = "rate-net Gcra";
    const BYTES: usize = size_of::<rate_net::Gcra>();

    fn new(burst: u32) -> Self {
        let quota = rate_net::Quota::per_second(RATE).with_burst(burst);
        Self(rate_net::Gcra::new(black_box(quota)), Hand::new())
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        self.0.check_at(Duration::from_nanos(self.1.nanos())).is_allow()
    }

    fn wait(&self) -> Option<u64> {
        let wait = self.0.check_at(Duration::from_nanos(self.1.nanos())).retry_after()?;
        u64::try_from(wait.as_nanos()).ok()
    }
}

/// ratelimit asks a clock of its own, for a `Duration`.
pub struct Ratelimit(ratelimit::Ratelimiter<Elapsed>, &'static Hand);

/// A clock for ratelimit.
struct Elapsed(&'static Hand);

impl ratelimit::Clock for Elapsed {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.nanos())
    }
}

impl Subject for Ratelimit {
    const NAME: &'static str = "ratelimit Ratelimiter";
    const BYTES: usize = size_of::<ratelimit::Ratelimiter<Elapsed>>() - size_of::<Elapsed>();

    fn new(burst: u32) -> Self {
        let hand = super::leak(Hand::new());
        let limiter = ratelimit::Builder::with_clock(black_box(RATE.into()), Elapsed(hand))
            .max_tokens(black_box(burst.into()))
            .initial_available(burst.into())
            .build();
        Self(limiter.expect("a valid quota"), hand)
    }

    fn pass_one_interval(&self) {
        self.1.pass(INTERVAL);
    }

    fn admit(&self) -> bool {
        self.0.try_wait().is_ok()
    }

    fn wait(&self) -> Option<u64> {
        match self.0.try_wait() {
            Err(ratelimit::TryWaitError::Insufficient(wait)) => u64::try_from(wait.as_nanos()).ok(),
            _ => None,
        }
    }
}
