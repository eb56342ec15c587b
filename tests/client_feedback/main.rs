//! What a client makes of a server's words: `client::Feedback`.
#![cfg(not(loom))]

mod clocks;
mod limits;
mod programs;
mod refusals;
mod report;
mod server;
mod server_time;
mod simulation;
mod trust;

use tollgate::Quota;
use tollgate::client::{Feedback, Holds, Mirror, Reading};

const SECOND: u32 = 1_000;
const MINUTE: u32 = 60 * SECOND;
const HOUR: u32 = 60 * MINUTE;
const HOLDS: Holds<u32> = Holds::<u32>::new(SECOND, HOUR);
const NOTHING: Reading<'static, u32> = Reading::NOTHING;

/// A leaky bucket of 80 that drains by 4 a second.
fn shop() -> Feedback<u32, 1> {
    Feedback::new([Mirror::<u32>::bucket("calls", Quota::per(4, SECOND).burst(80))], HOLDS)
}

/// 500 an hour.
fn endpoint() -> Feedback<u32, 1> {
    Feedback::new([Mirror::<u32>::window("checks", Quota::per(500, HOUR))], HOLDS)
}

/// Two rates in a second, and two limits of what is in progress.
fn token() -> Feedback<u32, 4> {
    let levels = [
        Mirror::<u32>::window("crossTokenLimit", Quota::per(50, SECOND)),
        Mirror::<u32>::window("tokenLimit", Quota::per(16, SECOND)),
        Mirror::unknown("crossTokenConcurrentLimit"),
        Mirror::unknown("tokenConcurrentLimit"),
    ];
    Feedback::new(levels, HOLDS)
}

fn used(used: u32, limit: u32) -> Reading<'static, u32> {
    Reading { used: Some(used), limit: Some(limit), ..NOTHING }
}

fn left(remaining: u32, limit: u32) -> Reading<'static, u32> {
    Reading { remaining: Some(remaining), limit: Some(limit), ..NOTHING }
}

fn named(name: &[u8]) -> Reading<'_, u32> {
    Reading { name: Some(name), is_refusing: true, ..Reading::NOTHING }
}
