//! Against lists of admissions and plain counters, on a clock that never wraps.

use std::collections::HashMap;
use std::fmt::Debug;

use proptest::prelude::*;
use tollgate::cell::{HasShared, Init, StateCell};
use tollgate::keyed::LimitSlot;
use tollgate::profiles::clover::{App, Apps, Caps, Policy, Token};
use tollgate::profiles::{Answer, Refusal};

use crate::{MILLIS, SECRET, STARTS, head, reading};

/// What an app has, or a token, as one would write it down.
#[derive(Clone, Debug, Default)]
struct Scope {
    /// When requests went on, in the order in which they did.
    admitted: Vec<i128>,
    in_progress: u32,
    /// What a token was told: for the places of its app, and for its own.
    waits: [Wait; 2],
}

/// When a waiting period ends, and how often it was extended.
#[derive(Clone, Debug, Default)]
struct Wait(Option<(i128, u32)>);

const SECOND: i128 = 1_000;
const FIRST: i128 = 1_000;
const LONGEST: i128 = 60_000;

impl Scope {
    /// Ticks until one more fits the second.
    fn rate(&mut self, caps: Caps, now: i128) -> Option<i128> {
        let oldest = self.admitted.len().checked_sub(caps.rate as usize)?;
        match self.admitted[oldest] {
            at if now - at >= SECOND => None,
            at if at <= now => Some(at + SECOND - now),
            _ => {
                // The clock has stepped back: what lies ahead counts from now on.
                for at in &mut self.admitted[oldest..] {
                    *at = (*at).min(now);
                }
                Some(SECOND)
            }
        }
    }

    fn is_in_use(&self, now: i128) -> bool {
        let counts = self.admitted.iter().any(|at| now - at < SECOND);
        counts || self.in_progress > 0 || self.waits.iter().any(|wait| wait.left(now).is_some())
    }
}

impl Wait {
    fn left(&self, now: i128) -> Option<i128> {
        self.0.map(|(until, _)| (until - now).min(LONGEST)).filter(|&left| left > 0)
    }

    /// Ticks to wait for a place.
    fn ask(&mut self, is_busy: bool, now: i128) -> Option<i128> {
        let (wait, extended) = match (self.left(now), self.0) {
            (Some(left), Some((_, extended))) => {
                let extended = extended + 1;
                ((FIRST << extended.min(20)).min(LONGEST).max(left), extended)
            }
            _ if is_busy => (FIRST, 0),
            _ => {
                self.0 = None;
                return None;
            }
        };
        self.0 = Some((now + wait, extended));
        Some(wait)
    }
}

/// The level and the wait of a refusal.
type Said = Result<(), (&'static str, i128)>;

fn ask(policy: &Policy, app: &mut Scope, token: &mut Scope, now: i128) -> Said {
    let rates = (app.rate(policy.app, now), token.rate(policy.token, now));
    first(rates, ["crossTokenLimit", "tokenLimit"])?;
    let is_busy = [app.in_progress >= policy.app.at_once, token.in_progress >= policy.token.at_once];
    let [for_app, for_token] = &mut token.waits;
    let places = (for_app.ask(is_busy[0], now), for_token.ask(is_busy[1], now));
    first(places, ["crossTokenConcurrentLimit", "tokenConcurrentLimit"])?;
    for scope in [app, token] {
        scope.admitted.push(now);
        scope.in_progress += 1;
    }
    Ok(())
}

fn first(waits: (Option<i128>, Option<i128>), names: [&'static str; 2]) -> Said {
    match waits {
        (None, None) => Ok(()),
        (Some(one), other) => Err((names[0], one.max(other.unwrap_or(0)))),
        (None, Some(other)) => Err((names[1], other)),
    }
}

/// That an answer is what was said, to the letter.
fn check<T: HasShared>(policy: &Policy, answer: &(impl Answer<T> + Debug), said: Said) {
    let Err((level, wait)) = said else {
        assert_eq!((answer.status(), head(answer)), (200, vec![]), "{answer:?}");
        return;
    };
    let limit = match level {
        "crossTokenLimit" => policy.app.rate,
        "tokenLimit" => policy.token.rate,
        "crossTokenConcurrentLimit" => policy.app.at_once,
        _ => policy.token.at_once,
    };
    let mut lines = vec![format!("X-RateLimit-{level}: {limit}")];
    if level.ends_with("ConcurrentLimit") {
        lines.push(format!("retry-after: {}", (wait + 999) / 1_000));
    }
    assert_eq!((answer.status(), answer.level(), head(answer)), (429, Some(level), lines), "{answer:?}");
    assert_eq!(answer.retry_after().map(Into::into), Some(wait as u64), "{answer:?}");
}

/// One step: time passes, and then a token asks, or a request in progress ends.
#[derive(Clone, Copy, Debug)]
enum Event {
    Ask {
        app: u8,
        token: u8,
    },
    /// The oldest, the newest, or one in between.
    End {
        which: u8,
    },
}

fn events() -> impl Strategy<Value = (i128, Event)> {
    let step =
        prop_oneof![8 => Just(0), 4 => 1..200_i128, 2 => 200..3_000_i128, 1 => 3_000..70_000_i128, 1 => -2_500..0_i128];
    let ask = (0..3_u8, 0..3_u8).prop_map(|(app, token)| Event::Ask { app, token });
    let end = any::<u8>().prop_map(|which| Event::End { which });
    (step, prop_oneof![2 => ask, 1 => end])
}

fn policies() -> impl Strategy<Value = Policy> {
    let caps = |rate, at_once| Caps { rate, at_once };
    prop_oneof![
        Just(Policy::DOCUMENTED),
        Just(Policy { app: caps(5, 3), token: caps(3, 2), ..Policy::DOCUMENTED }),
        Just(Policy { app: caps(4, 2), token: caps(4, 2), ..Policy::DOCUMENTED }),
    ]
}

/// Limits that live anywhere, one app for all tokens; the clock may step back.
fn as_written_down<T: HasShared>(policy: &Policy, start: i128, program: &[(i128, Event)])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let app = App::<T>::try_new(policy, MILLIS).unwrap();
    let tokens = [(); 3].map(|()| Token::<T>::try_new(policy, MILLIS).unwrap());
    let (mut naive_app, mut naive) = (Scope::default(), [(); 3].map(|()| Scope::default()));
    let (mut now, mut held) = (start, Vec::new());
    for (step, event) in program {
        now += step;
        match *event {
            Event::Ask { token, .. } => {
                let index = usize::from(token);
                let answer = app.try_acquire(&tokens[index], reading(now));
                check(policy, &answer, ask(policy, &mut naive_app, &mut naive[index], now));
                held.extend(answer.ok().map(|admission| (index, admission)));
            }
            Event::End { which } if !held.is_empty() => {
                let (index, admission) = held.remove(usize::from(which) % held.len());
                if which % 2 == 0 {
                    drop(admission);
                } else {
                    admission.forget();
                    app.release(&tokens[index]).unwrap();
                }
                naive_app.in_progress -= 1;
                naive[index].in_progress -= 1;
            }
            Event::End { .. } => {}
        }
        assert_eq!(app.in_progress(), naive_app.in_progress);
        for (token, naive) in tokens.iter().zip(&naive) {
            assert_eq!(token.in_progress(), naive.in_progress);
        }
    }
}

/// Keys in tables that are too small for all of them; a slot that changes hands loses nothing.
fn by_key<T: HasShared>(policy: &Policy, start: i128, program: &[(i128, Event)], [app_slots, token_slots]: [usize; 2])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let app = |_| LimitSlot::<T, _>::new(App::<T>::try_new(policy, MILLIS).unwrap());
    let token = |_| LimitSlot::<T, _>::new(Token::<T>::try_new(policy, MILLIS).unwrap());
    let apps: Vec<_> = (0..app_slots).map(app).collect();
    let tokens: Vec<_> = (0..token_slots).map(token).collect();
    let apps = Apps::over(apps, tokens, SECRET);
    let mut naive_apps = HashMap::<u8, Scope>::new();
    let mut naive_tokens = HashMap::<(u8, u8), Scope>::new();
    let (mut now, mut held) = (start, Vec::new());
    for (step, event) in program {
        now += step.abs();
        match *event {
            Event::Ask { app, token } => {
                let apps_in_use = naive_apps.iter().filter(|(key, scope)| **key != app && scope.is_in_use(now)).count();
                let others = naive_tokens.iter().filter(|(key, scope)| **key != (app, token) && scope.is_in_use(now));
                let full = match (apps_in_use >= app_slots, others.count() >= token_slots) {
                    (true, _) => Some("apps"),
                    (false, true) => Some("tokens"),
                    _ => None,
                };
                let answer = apps.try_acquire(&app, &token, reading(now));
                if let Some(table) = full {
                    assert!(matches!(&answer, Err(Refusal::Full(full)) if full.table() == table), "{answer:?}");
                    continue;
                }
                let naive_app = naive_apps.entry(app).or_default();
                let said = ask(policy, naive_app, naive_tokens.entry((app, token)).or_default(), now);
                check(policy, &answer, said);
                held.extend(answer.ok().map(|admission| (app, token, admission)));
            }
            Event::End { which } if !held.is_empty() => {
                let (app, token, admission) = held.remove(usize::from(which) % held.len());
                if which % 2 == 0 {
                    drop(admission);
                } else {
                    admission.forget();
                    apps.release(&app, &token).unwrap();
                }
                naive_apps.get_mut(&app).unwrap().in_progress -= 1;
                naive_tokens.get_mut(&(app, token)).unwrap().in_progress -= 1;
            }
            Event::End { .. } => {}
        }
        let in_use = naive_apps.values().filter(|scope| scope.is_in_use(now)).count();
        let tokens_in_use = naive_tokens.values().filter(|scope| scope.is_in_use(now)).count();
        assert_eq!(apps.occupancy(reading(now)), (in_use, tokens_in_use));
    }
}

proptest! {
    #[test]
    fn an_app_and_its_tokens_are_as_written_down(
        policy in policies(), start in prop::sample::select(&STARTS[..]), program in prop::collection::vec(events(), 1..300),
    ) {
        as_written_down::<u32>(&policy, start, &program);
        as_written_down::<u64>(&policy, start, &program);
    }

    #[test]
    fn every_key_of_small_tables_is_as_written_down(
        policy in policies(), start in prop::sample::select(&STARTS[..]), program in prop::collection::vec(events(), 1..300),
        slots in prop::sample::select(&[[3, 9], [2, 4], [1, 3], [3, 2]][..]),
    ) {
        by_key::<u32>(&policy, start, &program, slots);
        by_key::<u64>(&policy, start, &program, slots);
    }
}
