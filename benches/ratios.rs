//! What a decision costs, as a ratio to the least it could cost.
//!
//! ```text
//! cargo bench --bench ratios                                  # add --features critical-section for that cell
//! ```
//!
//! # How to read it
//!
//! * The first line of each table is its floor, 1.00: for admissions a compare-exchange loop on one word (load, add
//!   one, compare-exchange until it succeeds), for denials an atomic load. Nothing shared can do with less.
//! * `ratio` is the median over several hundred short slices, in which floor and subject take turns; the quartiles
//!   tell how noisy the machine was. Two lines closer than their quartiles do not differ.
//! * *run-time quota*: the rule is in memory, where the compiler cannot see it, as in a `static` limiter. *constant
//!   quota*: the rule is a `const` over a bare cell.
//! * *idle*: the bucket has drained before every request. *busy*: it never does. *mixed*: either, unpredictably.
//! * *chained*: each request needs the answer of the one before, which shows the time until an answer is there. Without
//!   that the processor works on several requests at once.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, clippy::unwrap_used, missing_docs)]

mod race;
mod subjects;

use std::hint::black_box;

use race::Race;
use subjects::{BURST, INTERVAL, admit, compare_exchange_32, compare_exchange_64, deny, leak, load_64};
use tollgate::algorithm::{LeakyQueue, TokenBucket};
use tollgate::cell::{Atomic32, Atomic64, Unsync};
use tollgate::{Quota, algorithm::LeakyBucket};

const INTERVAL_64: u64 = INTERVAL as u64;
const BURST_64: u64 = BURST as u64;
/// One unit in so many ticks: `q` is 1, nothing divides.
const WHOLE: Quota<u64> = Quota::per(1, INTERVAL_64).burst(BURST_64);
/// Seven units in a thousand ticks: `q` is 7, and the wait is a division.
const SEVENTHS: Quota<u64> = Quota::per(7, INTERVAL_64).burst(BURST_64);

/// A limiter whose rule the compiler cannot see.
macro_rules! hidden {
    ($rule:ident, $word:ident, $cell:expr, $quota:expr) => {{
        let limiter = leak($rule::<$word>::try_new(black_box($quota)).unwrap().over($cell));
        move |now| limiter.try_acquire(now, 1)
    }};
}

/// A limiter whose rule is a constant.
macro_rules! constant {
    ($quota:expr) => {{
        const RULE: TokenBucket<u64> = TokenBucket::<u64>::new($quota);
        let cell = leak(Atomic64::fresh());
        move |now| RULE.over(cell).try_acquire(now, 1)
    }};
}

/// The same, half spent, so that it never drains.
fn busy<T: tollgate::time::Ticks>(ask: impl subjects::Ask<T>) -> impl subjects::Ask<T> {
    for _ in 0..BURST / 2 {
        assert!(ask(T::truncate(subjects::START.into())).is_ok());
    }
    ask
}

fn main() {
    let quota_32 = Quota::<u32>::per(1, INTERVAL).burst(BURST);

    Race::new("admit, 64 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_64())
        .enter("run-time quota, idle", admit(2 * INTERVAL, hidden!(TokenBucket, u64, Atomic64::fresh(), WHOLE)))
        .enter("run-time quota, busy", admit(INTERVAL, busy(hidden!(TokenBucket, u64, Atomic64::fresh(), WHOLE))))
        .enter("run-time quota, q = 7, idle", admit(INTERVAL, hidden!(TokenBucket, u64, Atomic64::fresh(), SEVENTHS)))
        .enter("run-time quota, mixed", subjects::admit_mixed(hidden!(TokenBucket, u64, Atomic64::fresh(), WHOLE)))
        .enter("constant quota, idle", admit(2 * INTERVAL, constant!(WHOLE)))
        .enter("constant quota, busy", admit(INTERVAL, busy(constant!(WHOLE))))
        .enter("leaky bucket, busy", admit(INTERVAL, busy(hidden!(LeakyBucket, u64, Atomic64::fresh(), WHOLE))))
        .enter("leaky queue, busy", admit(INTERVAL, busy(hidden!(LeakyQueue, u64, Atomic64::fresh(), WHOLE))))
        .enter("unsync, busy", admit(INTERVAL, busy(hidden!(TokenBucket, u64, Unsync::fresh(), WHOLE))))
        .run();

    Race::new("admit, 32 bits, against a compare-exchange loop")
        .enter("compare-exchange loop", compare_exchange_32())
        .enter("run-time quota, idle", admit(2 * INTERVAL, hidden!(TokenBucket, u32, Atomic32::fresh(), quota_32)))
        .enter("run-time quota, busy", admit(INTERVAL, busy(hidden!(TokenBucket, u32, Atomic32::fresh(), quota_32))))
        .enter("unsync, busy", admit(INTERVAL, busy(hidden!(TokenBucket, u32, Unsync::fresh(), quota_32))))
        .run();

    #[cfg(feature = "critical-section")]
    {
        use tollgate::cell::CriticalSection;
        Race::new("admit in a critical section of std, a mutex")
            .enter("an empty critical section", |count| {
                for _ in 0..count {
                    critical_section::with(|section| {
                        black_box(section);
                    });
                }
            })
            .enter("busy", admit(INTERVAL, busy(hidden!(TokenBucket, u64, CriticalSection::fresh(), WHOLE))))
            .enter("deny with its wait", deny(hidden!(TokenBucket, u64, CriticalSection::fresh(), WHOLE)))
            .run();
    }

    Race::new("deny with its wait, against a load")
        .enter("load", load_64())
        .enter("constant quota", deny(constant!(WHOLE)))
        .enter("constant quota, q = 7", deny(constant!(SEVENTHS)))
        .enter("run-time quota", deny(hidden!(TokenBucket, u64, Atomic64::fresh(), WHOLE)))
        .enter("run-time quota, q = 7, which divides", deny(hidden!(TokenBucket, u64, Atomic64::fresh(), SEVENTHS)))
        .enter("unsync, run-time quota", deny(hidden!(TokenBucket, u64, Unsync::fresh(), WHOLE)))
        .run();

    Race::new("deny with its wait, chained, against a load")
        .enter("load", subjects::load_chained_64())
        .enter("run-time quota", subjects::deny_chained(hidden!(TokenBucket, u64, Atomic64::fresh(), WHOLE)))
        .enter(
            "run-time quota, q = 7, which divides",
            subjects::deny_chained(hidden!(TokenBucket, u64, Atomic64::fresh(), SEVENTHS)),
        )
        .run();

    let word = leak(std::sync::atomic::AtomicU64::new(0));
    // At one instant with an endless burst: every request of both threads is admitted, and both want the word.
    let endless =
        leak(TokenBucket::<u64>::try_new(black_box(Quota::per(1, 1).burst(1 << 60))).unwrap().over(Atomic64::fresh()));
    let spent = leak(TokenBucket::<u64>::try_new(black_box(WHOLE)).unwrap().over(Atomic64::fresh()));
    Race::new("admit, two threads on one limiter")
        .enter_pair("compare-exchange loop", [(); 2].map(|()| subjects::compare_exchange_on(word)))
        .enter_pair("run-time quota", [(); 2].map(|()| admit(0, move |now| endless.try_acquire(now, 1))))
        .run();
    Race::new("deny, two threads on one limiter, against a load")
        .enter_pair("load", [(); 2].map(|()| subjects::load_on(word)))
        .enter_pair("run-time quota", [(); 2].map(|()| deny(move |now| spent.try_acquire(now, 1))))
        .run();
}
