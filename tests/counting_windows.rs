//! Fixed, first-request and sliding windows against oracles in wide integers.
#![cfg(not(loom))]

use std::collections::HashMap;

use proptest::prelude::*;
use tollgate::algorithm::{Algorithm, FirstRequestWindow, FixedWindow, SlidingWindow};
use tollgate::cell::{StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Denied, Limiter, Quota};

#[path = "counting_windows/fuzzed.rs"]
pub mod fuzzed;

/// What an oracle says to one request: the remaining units, or the ticks to wait.
type Verdict = Result<u128, u128>;

/// A window of the clock: the turn of the clock and the number within it, as the wrap cuts the last one short.
#[derive(Clone, Copy)]
struct Aligned {
    period: u128,
    turn: u128,
}

impl Aligned {
    fn start(self, at: u128) -> u128 {
        at / self.turn * self.turn + at % self.turn / self.period * self.period
    }

    fn end(self, at: u128) -> u128 {
        (self.start(at) + self.period).min((at / self.turn + 1) * self.turn)
    }
}

struct FixedOracle {
    windows: Aligned,
    limit: u128,
    counts: HashMap<u128, u128>,
}

impl FixedOracle {
    fn acquire(&mut self, at: u128, cost: u128) -> Verdict {
        let count = self.counts.entry(self.windows.start(at)).or_default();
        if *count + cost > self.limit {
            return Err(self.windows.end(at) - at);
        }
        *count += cost;
        Ok(self.limit - *count)
    }
}

struct FirstRequestOracle {
    period: u128,
    limit: u128,
    opened: Option<(u128, u128)>,
}

impl FirstRequestOracle {
    fn acquire(&mut self, at: u128, cost: u128) -> Verdict {
        let (opened, count) = self.opened.filter(|(opened, _)| at - opened < self.period).unwrap_or((at, 0));
        if count + cost > self.limit {
            return Err(opened + self.period - at);
        }
        if cost > 0 {
            self.opened = Some((opened, count + cost));
        }
        Ok(self.limit - count - cost)
    }
}

struct SlidingOracle {
    windows: Aligned,
    limit: u128,
    counts: HashMap<u128, u128>,
}

impl SlidingOracle {
    /// `last × (W − elapsed) + (current + cost) × W ≤ limit × W`, and the units that leaves.
    fn room(&self, at: u128, cost: u128) -> Option<u128> {
        let period = self.windows.period;
        let start = self.windows.start(at);
        let current = self.counts.get(&start).copied().unwrap_or(0);
        let last = start.checked_sub(1).and_then(|before| self.counts.get(&self.windows.start(before))).copied();
        let used = last.unwrap_or(0) * (period - (at - start)) + (current + cost) * period;
        (self.limit * period).checked_sub(used).map(|left| left / period)
    }

    fn acquire(&mut self, at: u128, cost: u128) -> Verdict {
        if let Some(left) = self.room(at, cost) {
            *self.counts.entry(self.windows.start(at)).or_default() += cost;
            return Ok(left);
        }
        // Two windows on nothing of the present is left; in between, the first tick that fits, by bisection within each
        // window, where the room only grows.
        let mut from = at;
        for end in [self.windows.end(at), self.windows.end(self.windows.end(at))] {
            if self.room(end - 1, cost).is_some() {
                let (mut low, mut high) = (from, end - 1);
                while low < high {
                    let middle = low + (high - low) / 2;
                    if self.room(middle, cost).is_some() { high = middle } else { low = middle + 1 }
                }
                return Err(low - at);
            }
            from = end;
        }
        Err(from - at)
    }
}

/// A word wide enough for the tests' arithmetic.
trait Word: Ticks {
    #[allow(clippy::cast_possible_truncation)] // as a counter of this width would
    fn cut(wide: u128) -> Self {
        Self::truncate(wide as u64)
    }

    fn wide(self) -> u128 {
        u128::from(Into::<u64>::into(self))
    }

    fn turn() -> u128 {
        Self::MAX.wide() + 1
    }
}

impl Word for u32 {}
impl Word for u64 {}

type Cell<T> = Unsync<T>;

fn limiter<A: Algorithm>(rule: A) -> Limiter<A, Cell<A::Ticks>> {
    Limiter::from_parts(rule, Cell::fresh())
}

fn answer<A: Algorithm>(limiter: &Limiter<A, Cell<A::Ticks>>, at: u128, cost: u128) -> Verdict
where
    A::Ticks: Word,
{
    let before = limiter.cell().load();
    let now = A::Ticks::cut(at);
    match limiter.try_acquire(now, A::Ticks::cut(cost)) {
        Ok(grant) => {
            assert_eq!(grant.remaining(), limiter.remaining(now));
            Ok(grant.remaining().wide())
        }
        Err(Denied::NotYet(wait)) => {
            assert_eq!(limiter.cell().load(), before, "a denial wrote");
            Err(wait.retry_after().wide())
        }
        Err(other) => panic!("{other}"),
    }
}

/// Whether every window of a turn of the clock has a tag of its own beside two counts: else a wrap may cost a window.
fn tags_suffice(turn: u128, limit: u128, period: u128) -> bool {
    let bits = |number: u128| u128::BITS - number.leading_zeros();
    2 * bits(limit) + bits(turn / period) < bits(turn)
}

/// A program: limit, period, the first tick, and steps of (forward ticks, cost).
#[derive(Clone, Debug)]
struct Program {
    limit: u128,
    period: u128,
    start: u128,
    steps: Vec<(u128, u128)>,
}

fn program(turn: u128) -> impl Strategy<Value = Program> {
    let period = prop_oneof![1_u128..=50, 51_u128..=5_000, Just(60_000_u128)];
    (1_u128..=40, period, prop_oneof![0_u128..1_000, turn - 10_000..turn]).prop_flat_map(
        move |(limit, period, start)| {
            let forward = prop_oneof![3 => Just(0_u128), 3 => 0..=period / 4, 2 => 0..=2 * period, 1 => 0..=6 * period];
            let steps = prop::collection::vec((forward, 0..=limit), 1..120);
            let start = if tags_suffice(turn, limit, period) { start } else { start % 1_000 };
            steps.prop_map(move |steps| Program { limit, period, start, steps })
        },
    )
}

fn agree<A: Algorithm>(rule: A, program: &Program, mut oracle: impl FnMut(u128, u128) -> Verdict)
where
    A::Ticks: Word,
{
    let limiter = limiter(rule);
    let mut at = program.start;
    for &(forward, cost) in &program.steps {
        at += forward;
        assert_eq!(answer(&limiter, at, cost), oracle(at, cost), "at {at}, cost {cost}");
    }
}

/// Asks after each denial one tick before the end of the wait and at its end.
fn waits_are_exact<A: Algorithm + Copy>(rule: A, program: &Program)
where
    A::Ticks: Word,
{
    let limiter = limiter(rule);
    let mut at = program.start;
    for &(forward, cost) in &program.steps {
        at += forward;
        if let Err(wait) = answer(&limiter, at, cost) {
            let copy = Limiter::from_parts(rule, Cell::new(limiter.cell().load()));
            assert!(wait >= 1);
            assert!(
                copy.peek(A::Ticks::cut(at + wait - 1), A::Ticks::cut(cost)).is_err(),
                "early at {at} + {wait} - 1"
            );
            assert!(copy.peek(A::Ticks::cut(at + wait), A::Ticks::cut(cost)).is_ok(), "late at {at} + {wait}");
        }
    }
}

/// Steps back and forth: what is admitted is bounded by the windows the clock entered going forward, and a lockout ends.
fn never_mints<A: Algorithm>(rule: A, limit: u128, period: u128, lockout: u128, start: u128, steps: &[(bool, u128)])
where
    A::Ticks: Word,
{
    let limiter = limiter(rule);
    let (mut at, mut forward, mut cut_short, mut admitted) = (start, 0, 0, 0);
    for &(back, by) in steps {
        if back {
            at -= by.min(at);
        } else {
            cut_short += (at + by) / A::Ticks::turn() - at / A::Ticks::turn(); // each wrap makes a window shorter
            at += by;
            forward += by;
        }
        match limiter.try_acquire(A::Ticks::cut(at), A::Ticks::ONE) {
            Ok(_) => admitted += 1,
            Err(denied) => {
                let wait = denied.retry_after().expect("a cost of 1 always fits some time").wide();
                assert!(wait <= lockout * period, "locked out for {wait} of a period of {period}");
                assert!(limiter.peek(A::Ticks::cut(at + wait), A::Ticks::ONE).is_ok());
            }
        }
    }
    let entered = forward.div_ceil(period) + cut_short + 1;
    assert!(admitted <= limit * entered, "{admitted} admitted in {forward} ticks of progress");
}

macro_rules! both_widths {
    ($($width:ident: $word:ident)*) => {$(
        mod $width {
            use super::*;

            fn quota(program: &Program) -> Quota<$word> {
                Quota::per($word::cut(program.limit), $word::cut(program.period))
            }

            fn windows(program: &Program) -> Aligned {
                Aligned { period: program.period, turn: $word::turn() }
            }

            proptest! {
                #[test]
                fn fixed_window_equals_a_count_per_window(program in program($word::turn())) {
                    let rule = FixedWindow::try_new(quota(&program)).unwrap();
                    let (windows, limit) = (windows(&program), program.limit);
                    let mut oracle = FixedOracle { windows, limit, counts: HashMap::new() };
                    agree(rule, &program, |at, cost| oracle.acquire(at, cost));
                    waits_are_exact(rule, &program);
                }

                #[test]
                fn first_request_window_equals_a_counter_that_expires(program in program($word::turn())) {
                    let rule = FirstRequestWindow::try_new(quota(&program)).unwrap();
                    let mut oracle = FirstRequestOracle { period: program.period, limit: program.limit, opened: None };
                    agree(rule, &program, |at, cost| oracle.acquire(at, cost));
                    waits_are_exact(rule, &program);
                }

                #[test]
                fn sliding_window_equals_its_formula(program in program($word::turn())) {
                    let rule = SlidingWindow::try_new(quota(&program)).unwrap();
                    let (windows, limit) = (windows(&program), program.limit);
                    let mut oracle = SlidingOracle { windows, limit, counts: HashMap::new() };
                    agree(rule, &program, |at, cost| oracle.acquire(at, cost));
                    waits_are_exact(rule, &program);
                }

                #[test]
                fn steps_back_mint_nothing_and_lock_out_for_no_longer_than_documented(
                    limit in 1_u128..20,
                    period in prop_oneof![2_u128..2_000, Just(60_000_u128)],
                    start in prop_oneof![0_u128..5_000, $word::turn() - 5_000..$word::turn() + 5_000],
                    steps in prop::collection::vec((any::<bool>(), prop_oneof![Just(0_u128), 0..20_u128, 0..10_000_u128]), 1..200),
                ) {
                    let start = if tags_suffice($word::turn(), limit, period) { start } else { 500 + start % 1_000 };
                    let quota = Quota::per($word::cut(limit), $word::cut(period));
                    never_mints(FixedWindow::try_new(quota).unwrap(), limit, period, 2, start, &steps);
                    never_mints(FirstRequestWindow::try_new(quota).unwrap(), limit, period, 1, start, &steps);
                    never_mints(SlidingWindow::try_new(quota).unwrap(), limit, period, 3, start, &steps);
                }

                #[test]
                fn a_new_window_is_full_at_any_first_tick(now: $word, limit in 1_u32..1_000, period in 1_u32..100_000) {
                    let quota = Quota::per($word::cut(limit.into()), $word::cut(period.into()));
                    let cost = $word::cut(limit.into());
                    prop_assert!(limiter(FixedWindow::try_new(quota).unwrap()).try_acquire(now, cost).is_ok());
                    prop_assert!(limiter(FirstRequestWindow::try_new(quota).unwrap()).try_acquire(now, cost).is_ok());
                    prop_assert!(limiter(SlidingWindow::try_new(quota).unwrap()).try_acquire(now, cost).is_ok());
                }

                #[test]
                fn idling_of_any_length_costs_at_most_the_lockout_and_nothing_after_a_refresh(
                    now: $word, idle: $word, limit in 1_u32..1_000, period in 1_u32..100_000,
                ) {
                    let quota = Quota::per($word::cut(limit.into()), $word::cut(period.into()));
                    idles(FixedWindow::try_new(quota).unwrap(), now, idle, period, 2);
                    idles(FirstRequestWindow::try_new(quota).unwrap(), now, idle, period, 2);
                    idles(SlidingWindow::try_new(quota).unwrap(), now, idle, period, 3);
                }
            }

            fn idles<A: Algorithm<Ticks = $word> + Copy>(rule: A, now: $word, idle: $word, period: u32, lockout: $word) {
                let limiter = limiter(rule);
                while limiter.try_acquire(now, 1).is_ok() {}
                let later = now.wrapping_add(idle);
                if let Err(denied) = limiter.peek(later, 1) {
                    assert!(denied.retry_after().unwrap() <= lockout * $word::from(period));
                }
                let two_periods = now.wrapping_add(2 * $word::from(period)); // then all is forgotten
                limiter.refresh(two_periods);
                assert_eq!(limiter.cell().load(), $word::FRESH);
                assert!(limiter.try_acquire(two_periods.wrapping_add(idle), 1).is_ok());
            }
        }
    )*};
}

both_widths! { u32_ticks: u32 u64_ticks: u64 }

#[test]
fn fixed_window_doubles_at_its_edge_as_documented() {
    let window = tollgate::FixedWindow::<u32>::new(Quota::per(100, 1_000));
    assert!(window.try_acquire(999, 100).is_ok());
    assert!(window.try_acquire(1_000, 100).is_ok());
    assert_eq!(window.try_acquire(1_001, 1).unwrap_err().retry_after(), Some(999));
}

#[test]
fn sliding_window_stays_under_twice_the_limit_in_any_period() {
    let (limit, period) = (10_u32, 100_u32);
    let window = tollgate::SlidingWindow::<u32>::new(Quota::per(limit, period));
    let mut admitted = Vec::new();
    // The worst case: nothing, a burst at the end of a window, then all that each tick gives.
    for now in 99..1_000 {
        while window.try_acquire(now, 1).is_ok() {
            admitted.push(now);
        }
    }
    let most = admitted.iter().map(|from| admitted.iter().filter(|at| (*from..from + period).contains(at)).count());
    assert!(most.max().unwrap() < 2 * limit as usize);
}

#[test]
fn refunds_give_back_the_newest_and_stop_at_full() {
    let window = tollgate::SlidingWindow::<u32>::new(Quota::per(10, 100));
    assert!(window.try_acquire(5, 10).is_ok());
    window.refund(5, 4);
    assert_eq!(window.remaining(5), 4);
    window.refund(5, u32::MAX);
    assert_eq!(window.remaining(5), 10);

    let window = tollgate::FixedWindow::<u64>::new(Quota::per(10, 100));
    assert!(window.try_acquire(5, 10).is_ok());
    window.refund(105, 4); // the window is over: nothing to give back
    assert_eq!(window.remaining(105), 10);
}

#[test]
fn leaving_a_reserve_and_taking_what_there_is() {
    let window = tollgate::FixedWindow::<u32>::new(Quota::per(10, 100));
    assert!(window.try_acquire_leaving(0, 8, 3).unwrap_err().is_never());
    assert_eq!(window.try_acquire_leaving(0, 7, 3).unwrap().remaining(), 3);
    assert_eq!(window.try_acquire_leaving(0, 1, 3).unwrap_err().retry_after(), Some(100));
    assert_eq!(window.try_acquire_up_to(0, 8).unwrap().granted(), 3);
    assert_eq!(window.try_acquire_up_to(1, 8).unwrap_err().retry_after(), Some(99));
}

#[test]
fn quotas_that_no_window_can_keep_are_refused_with_what_would_be_accepted() {
    let refused = |quota| tollgate::SlidingWindow::<u32>::try_new(quota).unwrap_err().to_string();
    assert_eq!(refused(Quota::per(16_384, 1_000)), "limit = 16384 does not fit this window: give at most 16383");
    assert_eq!(
        refused(Quota::per(5, 1_000).burst(10)),
        "a window of 5 has that burst and no debt, but burst = 10 and debt = 0 were given: leave them out, or take a bucket"
    );
    assert_eq!(
        refused(Quota::per(5, 1 << 31)),
        "period = 2147483648 ticks is too long for the clock's word: give at most 268435456 ticks, a coarser tick or a wider one"
    );
}
