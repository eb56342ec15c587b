//! Every operation of every bucket in every cell, under criterion, with the physical floor in the same run.
//!
//! ```text
//! cargo bench --bench buckets                                 # add --features critical-section for that cell
//! cargo bench --bench buckets -- 'token-bucket/Atomic64'      # a part of it
//! ```
//!
//! # How to read it
//!
//! Names are `algorithm/cell/operation`; `floor/…` is what nothing can beat: a load, and a compare-exchange loop that
//! adds one. The quotas are made at run time, so the rule is in memory and the compiler cannot see it;
//! `…/const/…` has it as a constant. Compare lines of one run only, and see the bench `ratios` for comparisons that noise
//! does not spoil.

#![allow(clippy::unwrap_used, missing_docs)]

mod subjects;

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use subjects::{BURST, INTERVAL, START, admit, deny, leak, reserve_and_cancel};
use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{Atomic32, Atomic64, StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Limiter, Quota};

/// Has criterion time work that counts for itself.
fn bench(criterion: &mut Criterion, name: &str, mut work: impl FnMut(u64)) {
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|count| {
            let start = Instant::now();
            work(count);
            start.elapsed()
        });
    });
}

/// Spends half the burst, so that the bucket never drains.
fn half_spent<B: Bucket, C: StateCell<B::Ticks>>(limiter: Limiter<B, C>) -> &'static Limiter<B, C>
where
    Limiter<B, C>: 'static,
{
    let half = B::Ticks::truncate((BURST / 2).into());
    assert!(limiter.try_acquire(B::Ticks::truncate(START.into()), half).is_ok());
    leak(limiter)
}

fn every_operation<B, C>(criterion: &mut Criterion, name: &str, fresh: impl Fn() -> Limiter<B, C>)
where
    B: Bucket + 'static,
    C: StateCell<B::Ticks> + 'static,
{
    let now = B::Ticks::truncate(START.into());
    let one = B::Ticks::ONE;

    let limiter = leak(fresh());
    bench(criterion, &format!("{name}/admit, idle"), admit(2 * INTERVAL, move |now| limiter.try_acquire(now, one)));
    let limiter = half_spent(fresh());
    bench(criterion, &format!("{name}/admit, busy"), admit(INTERVAL, move |now| limiter.try_acquire(now, one)));
    let limiter = leak(fresh());
    bench(criterion, &format!("{name}/deny with its wait"), deny(move |now| limiter.try_acquire(now, one)));
    let limiter = half_spent(fresh());
    bench(criterion, &format!("{name}/acquire up to"), admit(INTERVAL, move |now| limiter.try_acquire_up_to(now, one)));
    let limiter = leak(fresh());
    bench(criterion, &format!("{name}/reserve and cancel"), reserve_and_cancel(limiter));
    let limiter = half_spent(fresh());
    assert!(limiter.peek(now, one).is_ok());
    bench(criterion, &format!("{name}/peek"), move |count| {
        for _ in 0..count {
            black_box(limiter.peek(black_box(now), one).is_ok());
        }
    });
}

macro_rules! every_cell {
    ($criterion:ident, $rule:ident, $name:literal) => {
        let wide = black_box(Quota::<u64>::per(1, INTERVAL.into()).burst(BURST.into()));
        let narrow = black_box(Quota::<u32>::per(1, INTERVAL).burst(BURST));
        every_operation($criterion, concat!($name, "/Atomic64"), || {
            $rule::<u64>::try_new(wide).unwrap().over(Atomic64::fresh())
        });
        every_operation($criterion, concat!($name, "/Atomic32"), || {
            $rule::<u32>::try_new(narrow).unwrap().over(Atomic32::fresh())
        });
        every_operation($criterion, concat!($name, "/Unsync64"), || {
            $rule::<u64>::try_new(wide).unwrap().over(Unsync::fresh())
        });
        #[cfg(feature = "critical-section")]
        every_operation($criterion, concat!($name, "/CriticalSection64"), || {
            $rule::<u64>::try_new(wide).unwrap().over(tollgate::cell::CriticalSection::fresh())
        });
        const RULE: $rule<u64> = $rule::<u64>::new(Quota::per(1, INTERVAL as u64).burst(BURST as u64));
        let cell = leak(Atomic64::fresh());
        let ask = move |now| RULE.over(cell).try_acquire(now, 1);
        bench($criterion, concat!($name, "/const/Atomic64/admit, idle"), admit(2 * INTERVAL, ask));
        bench($criterion, concat!($name, "/const/Atomic64/deny with its wait"), deny(ask));
    };
}

fn floor(criterion: &mut Criterion) {
    bench(criterion, "floor/load, 64 bits", subjects::load_64());
    bench(criterion, "floor/compare-exchange, 64 bits", subjects::compare_exchange_64());
    bench(criterion, "floor/compare-exchange, 32 bits", subjects::compare_exchange_32());
}

fn token_bucket(criterion: &mut Criterion) {
    every_cell!(criterion, TokenBucket, "token-bucket");
}

fn leaky_bucket(criterion: &mut Criterion) {
    every_cell!(criterion, LeakyBucket, "leaky-bucket");
}

fn leaky_queue(criterion: &mut Criterion) {
    every_cell!(criterion, LeakyQueue, "leaky-queue");
}

criterion_group!(benches, floor, token_bucket, leaky_bucket, leaky_queue);
criterion_main!(benches);
