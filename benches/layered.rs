//! What several limits taken together cost, as a ratio to a compare-exchange loop on one word in the same run.
//!
//! ```text
//! cargo bench --bench layered
//! ```
//!
//! How to read it: see the `ratios` bench. Four limits, two of which are given back, are six compare-exchanges at the
//! least, and eight where the windows are exact ones: those keep a head and a log.

// A rounding error in a ratio of timings does not matter.
#![allow(clippy::cast_precision_loss, missing_docs)]

mod race;
mod work;

use std::hint::black_box;
use std::sync::atomic::AtomicU64;

use race::Race;
use tollgate::{ConcurrencyLimit, FixedWindow, Layered, Quota, RollingWindow, TokenBucket};
use work::{compare_exchange_loop, leak, ticking, times};

const SECOND: u64 = 1_000_000_000;

fn main() {
    let word = leak(AtomicU64::new(0));
    let floor = || times(|| compare_exchange_loop(black_box(word)));
    let busy = || (leak(ConcurrencyLimit::new(black_box(10))), leak(ConcurrencyLimit::new(black_box(5))));
    let (app, token) = (Quota::per(black_box(50), SECOND), Quota::per(black_box(16), SECOND));
    // A sixteenth of a second: the tighter window is as full as it gets, and has just made room.
    let pace = SECOND / 16;

    let rolling = || {
        let (app_busy, token_busy) = busy();
        let (app, token) = (RollingWindow::<u64, 50>::new(app), RollingWindow::<u64, 16>::new(token));
        leak(Layered::new((app, token, app_busy, token_busy)))
    };
    let fixed = || {
        let (app_busy, token_busy) = busy();
        leak(Layered::new((FixedWindow::<u64>::new(app), FixedWindow::<u64>::new(token), app_busy, token_busy)))
    };
    let buckets = || {
        let (app_busy, token_busy) = busy();
        leak(Layered::new((TokenBucket::<u64>::new(app), TokenBucket::<u64>::new(token), app_busy, token_busy)))
    };
    let (exact, aligned, refilling, asked) = (rolling(), fixed(), buckets(), buckets());
    let (full, spent) = (rolling(), buckets());

    Race::new("admit and release, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter("two exact windows, two permits", ticking(pace, |now| assert!(exact.try_acquire(now, 1).is_ok())))
        .enter("two fixed windows, two permits", ticking(pace, |now| assert!(aligned.try_acquire(now, 1).is_ok())))
        .enter("two token buckets, two permits", ticking(pace, |now| assert!(refilling.try_acquire(now, 1).is_ok())))
        .enter(
            "two token buckets, two permits, and the tightest",
            ticking(pace, |now| {
                black_box(asked.try_acquire(now, 1).map_or(0, |admitted| admitted.remaining()));
            }),
        )
        .run();

    Race::new("refused by the second of four, with the wait, against a compare-exchange loop")
        .enter("compare-exchange loop", floor())
        .enter(
            "exact windows",
            ticking(0, |now| _ = black_box(full.try_acquire(now, 1).err().map(|r| r.retry_after()))),
        )
        .enter(
            "token buckets",
            ticking(0, |now| _ = black_box(spent.try_acquire(now, 1).err().map(|r| r.retry_after()))),
        )
        .run();
}
