//! Instructions of one decision, counted by callgrind: the same on every run.
//!
//! ```text
//! cargo install gungraun-runner --version 0.20.0              # once; needs valgrind
//! cargo bench                                                 # in this directory
//! ```
//!
//! # How to read it
//!
//! *Instructions* is the line that counts. Each includes the call and return of the measured function, as `floor::call`
//! shows, which does nothing else; take that off to compare what is done inside. The floor is a load, and one turn of
//! a compare-exchange loop.
//! *hidden* is a rule in memory, as in a `static` limiter; *constant* is a `const` rule over a bare cell.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use gungraun::prelude::*;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, Atomic64, Unsync};
use tollgate::{Denied, Limiter, Quota};

/// `q` is 1: no division anywhere.
const WHOLE: TokenBucket<u64> = TokenBucket::<u64>::new(Quota::per(1, 1_000).burst(64));
/// `q` is 7: the wait divides.
const SEVENTHS: TokenBucket<u64> = TokenBucket::<u64>::new(Quota::per(7, 1_000).burst(64));
const WHOLE_32: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(64));

/// The instant of the measured request.
const NOW: u64 = 1 << 30;

type Hidden<C> = Limiter<TokenBucket<u64>, C>;

/// A bucket with so many units charged.
fn charged(rule: TokenBucket<u64>, level: u64) -> &'static Hidden<Atomic64> {
    let limiter = leak(rule.over(Atomic64::fresh()));
    limiter.set_level(NOW, level).expect("the level fits");
    limiter
}

fn charged_unsync(level: u64) -> &'static Hidden<Unsync<u64>> {
    let limiter = leak(WHOLE.over(Unsync::fresh()));
    limiter.set_level(NOW, level).expect("the level fits");
    limiter
}

fn charged_32(level: u32) -> &'static Limiter<TokenBucket<u32>, Atomic32> {
    let limiter = leak(WHOLE_32.over(Atomic32::fresh()));
    limiter.set_level(1 << 30, level).expect("the level fits");
    limiter
}

/// A bucket that has drained since it was used.
fn idle() -> &'static Hidden<Atomic64> {
    let limiter = leak(WHOLE.over(Atomic64::fresh()));
    limiter.set_level(NOW - 100_000, 1).expect("the level fits");
    limiter
}

fn leak<T>(value: T) -> &'static T {
    black_box(Box::leak(Box::new(value)))
}

fn word() -> &'static AtomicU64 {
    leak(AtomicU64::new(0))
}

fn wait(denied: Option<Denied<u64>>) -> u64 {
    denied.and_then(|denied| denied.retry_after()).unwrap_or(0)
}

#[library_benchmark]
#[bench::call(word())]
fn floor_call(word: &'static AtomicU64) -> &'static AtomicU64 {
    word
}

#[library_benchmark]
#[bench::load(word())]
fn floor_load(word: &'static AtomicU64) -> u64 {
    word.load(Relaxed)
}

#[library_benchmark]
#[bench::compare_exchange(word())]
fn floor_compare_exchange(word: &'static AtomicU64) -> u64 {
    let mut seen = word.load(Relaxed);
    while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
        seen = newer;
    }
    seen
}

#[library_benchmark]
#[bench::fresh(leak(WHOLE.over(Atomic64::fresh())))]
#[bench::idle(idle())]
#[bench::busy(charged(WHOLE, 20))]
fn admit_hidden(limiter: &'static Hidden<Atomic64>) -> bool {
    limiter.try_acquire(black_box(NOW), 1).is_ok()
}

#[library_benchmark]
#[bench::idle(idle())]
#[bench::busy(charged(WHOLE, 20))]
fn admit_constant(limiter: &'static Hidden<Atomic64>) -> bool {
    WHOLE.over(limiter.cell()).try_acquire(black_box(NOW), 1).is_ok()
}

#[library_benchmark]
#[bench::busy(charged_unsync(20))]
fn admit_unsync(limiter: &'static Hidden<Unsync<u64>>) -> bool {
    limiter.try_acquire(black_box(NOW), 1).is_ok()
}

#[library_benchmark]
#[bench::busy(charged_32(20))]
fn admit_hidden_32(limiter: &'static Limiter<TokenBucket<u32>, Atomic32>) -> bool {
    limiter.try_acquire(black_box(1 << 30), 1).is_ok()
}

#[library_benchmark]
#[bench::whole(charged(WHOLE, 64))]
#[bench::divides(charged(SEVENTHS, 64))]
fn deny_hidden(limiter: &'static Hidden<Atomic64>) -> u64 {
    wait(limiter.try_acquire(black_box(NOW), 1).err())
}

#[library_benchmark]
#[bench::whole(charged(WHOLE, 64))]
fn deny_constant(limiter: &'static Hidden<Atomic64>) -> u64 {
    wait(WHOLE.over(limiter.cell()).try_acquire(black_box(NOW), 1).err())
}

library_benchmark_group!(name = floor, benchmarks = [floor_call, floor_load, floor_compare_exchange]);
library_benchmark_group!(name = admit, benchmarks = [admit_hidden, admit_constant, admit_unsync, admit_hidden_32]);
library_benchmark_group!(name = deny, benchmarks = [deny_hidden, deny_constant]);
main!(library_benchmark_groups = [floor, admit, deny]);
