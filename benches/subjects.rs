//! What is measured, and the floors it is measured against: shared by the benches.
//!
//! Every state is steady: an admission finds room each time, a denial none, and that is asserted before the clock starts.

use std::hint::black_box;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use tollgate::cell::StateCell;
use tollgate::time::Ticks;
use tollgate::{Decision, Limiter, algorithm::Bucket};

/// Ticks that one unit takes to come back in all quotas here whose `q` is 1.
pub const INTERVAL: u32 = 1_000;
/// Units in a burst.
pub const BURST: u32 = 64;
/// The clock's reading at the start.
pub const START: u32 = 1 << 30;

/// The floor of an admission: load, add one, compare-exchange until it succeeds.
pub fn compare_exchange_64() -> impl FnMut(u64) {
    compare_exchange_on(leak(AtomicU64::new(0)))
}

/// The same on a given word.
pub fn compare_exchange_on(word: &'static AtomicU64) -> impl FnMut(u64) + Send {
    move |count| {
        for _ in 0..count {
            let mut seen = word.load(Relaxed);
            while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
                seen = newer;
            }
            black_box(seen);
        }
    }
}

/// The same on 32 bits.
pub fn compare_exchange_32() -> impl FnMut(u64) {
    let word = leak(AtomicU32::new(0));
    move |count| {
        for _ in 0..count {
            let mut seen = word.load(Relaxed);
            while let Err(newer) = word.compare_exchange_weak(seen, seen.wrapping_add(1), Relaxed, Relaxed) {
                seen = newer;
            }
            black_box(seen);
        }
    }
}

/// The floor of a denial: a load, as many at once as the processor can keep in flight.
pub fn load_64() -> impl FnMut(u64) {
    load_on(leak(AtomicU64::new(0)))
}

/// The same on a given word.
pub fn load_on(word: &'static AtomicU64) -> impl FnMut(u64) + Send {
    move |count| {
        for _ in 0..count {
            black_box(word.load(Relaxed));
        }
    }
}

/// A load whose address depends on the load before: the time until the value is there.
#[allow(dead_code, reason = "for the ratios")]
pub fn load_chained_64() -> impl FnMut(u64) {
    let words: &'static [AtomicU64; 2] = leak([AtomicU64::new(0), AtomicU64::new(0)]);
    move |count| {
        let mut last = 0;
        for _ in 0..count {
            last = black_box(words)[usize::from(last != 0)].load(Relaxed);
        }
        black_box(last);
    }
}

/// Something that answers as a limiter does, for a cost of 1.
pub trait Ask<T>: Fn(T) -> Decision<T> {}
impl<T, F: Fn(T) -> Decision<T>> Ask<T> for F {}

/// Admissions on a clock that moves on by `step` each time.
pub fn admit<T: Ticks>(step: u32, ask: impl Ask<T>) -> impl FnMut(u64) {
    let step = T::truncate(step.into());
    let mut now = T::truncate(START.into());
    for _ in 0..10_000 {
        now = now.wrapping_add(step);
        assert!(ask(now).is_ok(), "every admission finds room");
    }
    move |count| {
        for _ in 0..count {
            now = now.wrapping_add(step);
            black_box(ask(now).is_ok());
        }
    }
}

/// Admissions on a clock that moves on by up to 4095 ticks, so that the bucket is found idle or busy at random.
/// (Drawing the number is part of what is timed.)
#[allow(dead_code, reason = "for the ratios")]
pub fn admit_mixed(ask: impl Ask<u64>) -> impl FnMut(u64) {
    let mut now = u64::from(START);
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    move |count| {
        for _ in 0..count {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            now += random & 0xfff;
            black_box(ask(now).is_ok());
        }
    }
}

/// Denials at one instant, each with its wait.
pub fn deny<T: Ticks>(ask: impl Ask<T>) -> impl FnMut(u64) {
    let now = T::truncate(START.into());
    while ask(now).is_ok() {}
    assert!(ask(now).unwrap_err().retry_after().is_some(), "every denial has a wait");
    move |count| {
        for _ in 0..count {
            black_box(wait(ask(black_box(now))));
        }
    }
}

/// Denials of which each needs the wait of the one before: the time until the answer is there.
#[allow(dead_code, reason = "for the ratios")]
pub fn deny_chained(ask: impl Ask<u64>) -> impl FnMut(u64) {
    let now = u64::from(START);
    while ask(now).is_ok() {}
    move |count| {
        let mut last = 0;
        for _ in 0..count {
            last = wait(ask(now + (last >> 63))); // no wait is that long, but the compiler does not know
        }
        black_box(last);
    }
}

fn wait<T: Ticks>(answer: Decision<T>) -> T {
    answer.err().and_then(|denied| denied.retry_after()).unwrap_or(T::ZERO)
}

/// Reservations of one unit on a clock that stands, each cancelled at once.
#[allow(dead_code, reason = "for criterion")]
pub fn reserve_and_cancel<B, C>(limiter: &'static Limiter<B, C>) -> impl FnMut(u64)
where
    B: Bucket,
    C: StateCell<B::Ticks>,
{
    let (now, one) = (<B::Ticks as Ticks>::truncate(START.into()), <B::Ticks as Ticks>::ONE);
    let reservation = limiter.reserve(now, one, B::Ticks::ZERO).expect("every reservation finds room");
    limiter.cancel(now, reservation);
    move |count| {
        for _ in 0..count {
            if let Ok(reservation) = limiter.reserve(black_box(now), one, B::Ticks::ZERO) {
                black_box(reservation.delay());
                limiter.cancel(now, reservation);
            }
        }
    }
}

/// Something at an address of its own that lives to the end.
pub fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
