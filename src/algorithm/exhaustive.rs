//! The same source on 8-bit words: every state, every reading and every cost against the oracle of the tests.
//!
//! A program of operations is a chain of such steps, and the source does not depend on the width: what holds here for
//! each step holds for all programs, and shows where a wider word would have to be searched for long.
//! A debug build takes the first two quotas, an optimised one all of them.

#![allow(clippy::cast_sign_loss)] // clocks that step back
#![allow(clippy::trivially_copy_pass_by_ref)] // a rate is small at 8 bits only

use std::vec::Vec;

use super::{Step, tat};
use crate::decision::{Decision, Denied, Grant};
use crate::quota::{Quota, Rate};
use crate::time::Ticks;

#[allow(dead_code)] // laid out for programs
#[path = "../../tests/oracle/mod.rs"]
mod oracle;

use oracle::{Numbers, Oracle, Told, Word};

type Wide = i64;

/// Small and large bursts, with and without debt, fine and coarse ticks, up to both bounds of the word.
const QUOTAS: [Quota<u8>; 16] = [
    Quota::per(3, 2).burst(4).debt(3),
    Quota::per(64, 1).burst(1),
    Quota::per(1, 1),
    Quota::per(4, 6).burst(5),
    Quota::per(1, 128).burst(1),
    Quota::per(1, 1).burst(128),
    Quota::per(1, 1).burst(85),
    Quota::per(1, 1).burst(100).debt(28),
    Quota::per(2, 3).burst(42),
    Quota::per(7, 5).burst(3).debt(1),
    Quota::per(5, 64).burst(1).debt(1),
    Quota::per(64, 127).burst(1),
    Quota::per(9, 4).burst(31).debt(1),
    Quota::per(255, 250).burst(2),
    Quota::per(64, 1).burst(128),
    Quota::per(63, 2).burst(60).debt(4),
];

fn rates() -> impl Iterator<Item = Rate<u8>> {
    let few = if cfg!(debug_assertions) { 2 } else { QUOTAS.len() };
    QUOTAS.into_iter().take(few).map(Rate::<u8>::new)
}

/// Every cost up to those that can never fit, a few of which are enough.
fn costs(rate: &Rate<u8>) -> Vec<u8> {
    let fitting = rate.burst().saturating_add(rate.debt());
    (0..=fitting).chain([fitting + 1, fitting + 2, 200, u8::MAX]).collect()
}

fn oracle(rate: &Rate<u8>, paced: bool) -> Oracle {
    let word = Word { bits: 8, fresh: u8::FRESH.into(), horizon: rate.horizon().into() };
    Oracle::new(numbers(rate), paced, word)
}

fn numbers(rate: &Rate<u8>) -> Numbers {
    let quota = rate.quota();
    let [limit, period, burst, debt] =
        [quota.limit(), quota.period(), quota.capacity(), quota.most_debt()].map(Wide::from);
    Numbers { limit, period, burst, debt }
}

/// Calls `check` with every state and every reading, and an oracle in that state.
fn in_every_state(rate: &Rate<u8>, paced: bool, mut check: impl FnMut(u8, u8, &Oracle)) {
    let mut oracle = oracle(rate, paced);
    for state in 0..=u8::MAX {
        for now in 0..=u8::MAX {
            oracle.read(state.into(), now.into());
            check(state, now, &oracle);
        }
    }
}

fn admitted(grant: Grant<u8>) -> Told {
    let [granted, remaining, reset_after, delay] =
        [grant.granted(), grant.remaining(), grant.reset_after(), grant.delay()].map(Wide::from);
    Told::Admitted { granted, remaining, reset_after, delay }
}

fn told(decision: Decision<u8>) -> Told {
    match decision {
        Ok(grant) => admitted(grant),
        Err(Denied::Never(never)) => Told::Never { cost: never.cost().into(), capacity: never.capacity().into() },
        Err(denied) => Told::NotYet { retry_after: denied.retry_after().expect("a bucket knows when").into() },
    }
}

#[test]
fn every_acquire() {
    for rate in rates() {
        let costs = if cfg!(debug_assertions) { costs(&rate) } else { (0..=u8::MAX).collect() };
        in_every_state(&rate, false, |state, now, oracle| {
            for &cost in &costs {
                let leave = if cost % 2 == 0 { 0 } else { now % 4 };
                let mut expected = oracle.clone();
                let Step { state: written, answer } = tat::acquire(&rate, state, now, cost, leave);
                assert_eq!(told(answer), expected.acquire(now.into(), cost.into(), leave.into()));
                assert_eq!(Wide::from(written.unwrap_or(state)), expected.state(), "{state} {now} {cost} {rate:?}");
            }
        });
    }
}

#[test]
fn every_acquire_up_to() {
    for rate in rates() {
        let costs = costs(&rate);
        in_every_state(&rate, false, |state, now, oracle| {
            for &most in &costs {
                let mut expected = oracle.clone();
                let Step { state: written, answer } = tat::acquire_up_to(&rate, state, now, most);
                assert_eq!(told(answer), expected.acquire_up_to(now.into(), most.into()));
                assert_eq!(Wide::from(written.unwrap_or(state)), expected.state(), "{state} {now} {most} {rate:?}");
            }
        });
    }
}

#[test]
fn every_reservation_and_its_cancellation() {
    for rate in rates() {
        for paced in [false, true] {
            let costs = costs(&rate);
            in_every_state(&rate, paced, |state, now, oracle| {
                for &cost in &costs {
                    // A few kinds of patience, in turn.
                    let max_wait = [0, 1, rate.drain_ticks(), u8::MAX][usize::from(state ^ now ^ cost) % 4];
                    let mut expected = oracle.clone();
                    let Step { state: written, answer } = tat::reserve(&rate, paced, state, now, cost, max_wait);
                    let (told_expected, receipt) = expected.reserve(now.into(), cost.into(), max_wait.into());
                    assert_eq!(told(answer.map(|reservation| reservation.grant())), told_expected);
                    let after = written.unwrap_or(state);
                    assert_eq!(Wide::from(after), expected.state(), "{state} {now} {cost} {max_wait} {rate:?}");
                    if let (Ok(reservation), Some(receipt)) = (answer, receipt) {
                        let undone = tat::cancel(&rate, after, now, &reservation).state.unwrap_or(after);
                        assert_eq!(undone, state, "a cancelled reservation left a trace");
                        // Somebody else's charge in between.
                        let between = tat::acquire(&rate, after, now, 1, 0).state.unwrap_or(after);
                        expected.read(between.into(), now.into());
                        let undone = tat::cancel(&rate, between, now, &reservation).state.unwrap_or(between);
                        expected.cancel(now.into(), receipt);
                        assert_eq!(Wide::from(undone), expected.state());
                    }
                }
            });
        }
    }
}

#[test]
fn every_refund_and_forced_charge() {
    for rate in rates() {
        let costs = costs(&rate);
        in_every_state(&rate, false, |state, now, oracle| {
            for &units in &costs {
                let mut expected = oracle.clone();
                let refunded = tat::refund(&rate, state, now, units).state.unwrap_or(state);
                expected.refund(now.into(), units.into());
                assert_eq!(Wide::from(refunded), expected.state(), "{state} {now} {units} {rate:?}");

                let mut expected = oracle.clone();
                let Step { state: written, answer } = tat::force(&rate, state, now, units);
                let (told_expected, uncharged) = expected.force(now.into(), units.into());
                assert_eq!((admitted(answer.grant()), Wide::from(answer.uncharged())), (told_expected, uncharged));
                assert_eq!(Wide::from(written.unwrap_or(state)), expected.state(), "{state} {now} {units} {rate:?}");
            }
        });
    }
}

#[test]
fn every_look_level_and_refresh() {
    for rate in rates() {
        in_every_state(&rate, false, |state, now, oracle| {
            let mut expected = oracle.clone();
            assert_eq!(Wide::from(tat::available(&rate, state, now)), expected.remaining(now.into()));
            assert_eq!(Wide::from(tat::level(&rate, state, now)), expected.level(now.into()));
            assert_eq!(Wide::from(state), expected.state());
            let refreshed = tat::refresh(&rate, state, now).state.unwrap_or(state);
            expected.refresh(now.into());
            assert_eq!(Wide::from(refreshed), expected.state(), "{state} {now} {rate:?}");

            // Here the state is a level to set.
            let mut expected = oracle.clone();
            let told_expected = expected.set_level(now.into(), state.into());
            match tat::at_level(&rate, now, state) {
                Ok(word) => assert_eq!((Told::Done, Wide::from(word)), (told_expected, expected.state())),
                Err(error) => {
                    let (level, most) = (error.level().into(), error.most().into());
                    assert_eq!(Told::LevelTooHigh { level, most }, told_expected);
                }
            }
        });
    }
}

#[test]
fn every_rescaling() {
    for from in rates() {
        for to in rates() {
            in_every_state(&from, false, |state, now, oracle| {
                let mut expected = oracle.clone();
                expected.rescale(now.into(), numbers(&to), to.horizon().into());
                let rescaled = tat::rescale(&from, &to, state, now);
                assert_eq!(Wide::from(rescaled), expected.state(), "{state} {now} {from:?} {to:?}");
            });
        }
    }
}

/// The lemma under the bound on what is admitted: a reading never sees less charged than there is, as long as the clock
/// stands less than a horizon behind where it stood at the last charge; forward it may go any way.
#[test]
fn no_reading_sees_less_than_is_charged_until_the_clock_is_a_horizon_back() {
    for rate in QUOTAS.map(Rate::<u8>::new) {
        let (tick, horizon) = (i32::from(rate.per_tick()), i32::from(rate.horizon()));
        for charged in 0..=i32::from(rate.ceiling()) {
            let behind = (horizon - 1) / tick;
            for ticks in -behind..=600 {
                let (state, now) = (Ticks::truncate(charged as u64), Ticks::truncate(ticks as u64));
                let seen = tat::acquire(&rate, state, now, 0, 0).answer.map_or(0, |grant| i32::from(grant.backlog));
                let left = (charged - ticks * tick).max(0);
                assert!(seen >= left, "{charged} charged at 0, {left} left at {ticks}, seen {seen} under {rate:?}");
            }
        }
    }
}

/// What the lemma is for, on a clock that jumps about at random: on so small a word it is mistaken all the time.
#[test]
fn no_span_of_readings_admits_more_than_burst_and_rate_times_forward_progress() {
    let mut noise = 0x9e37_79b9_u32;
    let mut random = |below: i64| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        i64::from(noise >> 8) % below
    };
    for rate in QUOTAS.map(Rate::<u8>::new) {
        let [tick, unit, most, horizon] =
            [rate.per_tick(), rate.per_unit(), rate.ceiling(), rate.horizon()].map(i64::from);
        // Room is what the bound still allows in the span that allows least.
        let (mut state, mut now, mut written_at, mut room) = (u8::FRESH, 0, i64::MAX, most);
        for _ in 0..60_000 {
            let jump = match random(8) {
                0 | 1 => 0,
                2 => random(4),
                3 => -random(4),
                4 => random(600),
                5 => -random(horizon / tick + 1),
                6 => horizon / tick - 2 + random(5),
                _ => random(most / tick + 2),
            };
            if written_at == i64::MAX || (written_at - (now + jump)) * tick < horizon {
                now += jump;
                room = (room + jump.max(0) * tick).min(most);
            }
            let (reading, cost) = (Ticks::truncate(now as u64), Ticks::truncate(1 + random(4) as u64));
            let (written, charged) = match random(5) {
                0 => (tat::refresh(&rate, state, reading).state, 0),
                1 => {
                    let step = tat::force(&rate, state, reading, cost);
                    (step.state, step.answer.charged())
                }
                2 => {
                    let step = tat::acquire_up_to(&rate, state, reading, u8::MAX);
                    (step.state, step.answer.map_or(0, |grant| grant.granted()))
                }
                _ => {
                    let step = tat::acquire(&rate, state, reading, cost, 0);
                    (step.state, step.answer.map_or(0, |grant| grant.granted()))
                }
            };
            if let Some(written) = written {
                (state, written_at) = (written, now);
            }
            room -= i64::from(charged) * unit;
            assert!(room >= 0, "{} sub-ticks too many under {rate:?}", -room);
        }
    }
}
