//! Calls an admission and a denial of every kind, for a trace of the executed instructions to be counted.
//!
//! `.ci/count-instructions` runs it. Each function measured is a caller's own: it asks a limiter at `now` and returns
//! what the caller wants to know, and no more.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use tollgate::Quota;
use tollgate::algorithm::TokenBucket;
use tollgate::cell::{Atomic32, CriticalSection, Unsync};

const BURST: u32 = 8;
const PER_MILLISECONDS: Quota<u32> = Quota::per(50, 1_000).burst(BURST);
const PER_TIMER_TICKS: Quota<u32> = Quota::per(50, 32_768).burst(BURST);
const DRAIN: u32 = 32_768;

/// Lets a cell for one context stand in a `static`.
struct Single<C>(C);

// SAFETY: this program has one context.
unsafe impl<C> Sync for Single<C> {}

macro_rules! cell {
    (Unsync) => { Unsync<u32> };
    (Atomic32) => { Atomic32 };
    (CriticalSection) => { CriticalSection<u32> };
}

/// The quota is a constant, the state a static.
macro_rules! known {
    ($($name:ident: $quota:ident, $cell:ident;)*) => {$(
        mod $name {
            use super::*;

            const RULE: TokenBucket<u32> = TokenBucket::<u32>::new($quota);
            static STATE: Single<cell!($cell)> = Single(<cell!($cell)>::fresh());

            #[inline(never)]
            pub fn fits(now: u32) -> bool {
                RULE.over(&STATE.0).try_acquire(now, 1).is_ok()
            }

            #[inline(never)]
            pub fn wait(now: u32) -> u32 {
                match RULE.over(&STATE.0).try_acquire(now, 1) {
                    Ok(_) => 0,
                    Err(denied) => denied.retry_after().unwrap_or(u32::MAX),
                }
            }
        }
    )*};
}

/// The quota is in memory, unknown to the compiler.
macro_rules! runtime {
    ($($name:ident: $quota:ident, $cell:ident;)*) => {$(
        mod $name {
            use super::*;

            static LIMITER: Single<tollgate::TokenBucket<u32, cell!($cell)>> =
                Single(TokenBucket::<u32>::new($quota).over(<cell!($cell)>::fresh()));

            #[inline(never)]
            pub fn fits(now: u32) -> bool {
                black_box(&LIMITER.0).try_acquire(now, 1).is_ok()
            }

            #[inline(never)]
            pub fn wait(now: u32) -> u32 {
                match black_box(&LIMITER.0).try_acquire(now, 1) {
                    Ok(_) => 0,
                    Err(denied) => denied.retry_after().unwrap_or(u32::MAX),
                }
            }
        }
    )*};
}

known! {
    known_q1_unsync: PER_MILLISECONDS, Unsync;
    known_q1_atomic: PER_MILLISECONDS, Atomic32;
    known_q1_critical_section: PER_MILLISECONDS, CriticalSection;
    known_q25_unsync: PER_TIMER_TICKS, Unsync;
    known_q25_atomic: PER_TIMER_TICKS, Atomic32;
    known_q25_critical_section: PER_TIMER_TICKS, CriticalSection;
}

runtime! {
    runtime_q1_unsync: PER_MILLISECONDS, Unsync;
    runtime_q1_atomic: PER_MILLISECONDS, Atomic32;
    runtime_q1_critical_section: PER_MILLISECONDS, CriticalSection;
    runtime_q25_unsync: PER_TIMER_TICKS, Unsync;
    runtime_q25_atomic: PER_TIMER_TICKS, Atomic32;
    runtime_q25_critical_section: PER_TIMER_TICKS, CriticalSection;
}

/// A landmark in the trace: what follows is admitted.
#[inline(never)]
fn admitting() {
    black_box("admitting");
}

/// A landmark in the trace: what follows is denied.
#[inline(never)]
fn denying() {
    black_box("denying");
}

/// Spends a burst and asks on, across the wrap of the clock.
fn call(fits: fn(u32) -> bool, wait: fn(u32) -> u32) {
    let mut now = u32::MAX - DRAIN / 2;
    for _ in 0..2 {
        admitting();
        for _ in 0..BURST {
            assert!(fits(now));
        }
        denying();
        for _ in 0..BURST {
            assert!(!fits(now));
        }
        now = now.wrapping_add(DRAIN);
        admitting();
        for _ in 0..BURST {
            assert!(wait(now) == 0);
        }
        denying();
        for _ in 0..BURST {
            assert!(wait(now) > 0);
        }
        now = now.wrapping_add(DRAIN);
    }
}

macro_rules! call {
    ($($name:ident)*) => { $(call($name::fits, $name::wait);)* };
}

#[entry]
fn main() -> ! {
    call! {
        known_q1_unsync known_q1_atomic known_q1_critical_section
        known_q25_unsync known_q25_atomic known_q25_critical_section
        runtime_q1_unsync runtime_q1_atomic runtime_q1_critical_section
        runtime_q25_unsync runtime_q25_atomic runtime_q25_critical_section
    }
    exit(debug::EXIT_SUCCESS)
}

#[panic_handler]
fn failed(info: &PanicInfo) -> ! {
    hprintln!("{}", info);
    exit(debug::EXIT_FAILURE)
}

fn exit(status: debug::ExitStatus) -> ! {
    debug::exit(status);
    loop {
        cortex_m::asm::wfi();
    }
}
