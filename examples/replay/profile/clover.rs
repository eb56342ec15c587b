//! Clover: two rates and two limits of what is in progress, of an app and of each of its tokens.

use std::collections::HashMap;

use tollgate::Layered;
use tollgate::cell::{HasShared, Unsync};
use tollgate::profiles::Answer as _;
use tollgate::profiles::clover::{self, Policy};

use super::{Api, Said, TICK, misshapen};
use crate::limiter::{Answer, Outcome};

const POLICY: Policy = Policy::DOCUMENTED;

type App<T> = clover::App<T, 50, Unsync<T>, Unsync<u32>>;
type Token<T> = clover::Token<T, 16, Unsync<T>, Unsync<u32>>;

#[derive(Default)]
pub struct Clover<T: HasShared> {
    apps: HashMap<Vec<u8>, App<T>>,
    /// By the whole key: two apps may call a token alike.
    tokens: HashMap<Vec<u8>, Token<T>>,
}

impl<T: HasShared> Clover<T> {
    fn limits(&mut self, key: &[u8]) -> (&App<T>, &Token<T>) {
        let (app, _) = parts(key).unwrap_or((key, b""));
        let fits = "the documented numbers fit any clock";
        let fresh = || App::try_in_cells(&POLICY, TICK, Unsync::fresh, Unsync::fresh).expect(fits);
        let app = self.apps.entry(app.to_vec()).or_insert_with(fresh);
        let fresh = || Token::try_in_cells(&POLICY, TICK, Unsync::fresh, Unsync::fresh).expect(fits);
        (app, self.tokens.entry(key.to_vec()).or_insert_with(fresh))
    }
}

/// The app has no colon.
fn parts(key: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = key.iter().position(|&byte| byte == b':')?;
    let (app, token) = (&key[..colon], &key[colon + 1..]);
    (!app.is_empty() && !token.is_empty()).then_some((app, token))
}

/// Of the level with the least left; nothing while the token has to wait.
fn remaining<T: HasShared>(app: &App<T>, token: &Token<T>, now: T) -> u64 {
    let levels = Layered::new((app.rate(), token.rate(), app.places(), token.places()));
    if token.waiting(now).is_some() { 0 } else { levels.tightest(now).remaining.into() }
}

impl<T: HasShared> Api for Clover<T> {
    fn check(&self, key: &[u8]) -> Result<(), String> {
        parts(key).map(drop).ok_or_else(|| misshapen(key, "app:token"))
    }

    fn acquire(&mut self, key: &[u8], now: u64) -> Said {
        let ((app, token), now) = (self.limits(key), T::truncate(now));
        let answer = app.try_acquire(token, now);
        let said = Said::new(&answer, answer.level().unwrap_or_default(), remaining(app, token, now));
        if let Ok(admission) = answer {
            admission.forget(); // what it holds is given back by `release`
        }
        said
    }

    fn release(&mut self, key: &[u8], now: u64) -> Answer {
        let (app, token) = self.limits(key);
        let outcome = app.release(token).map_or(Outcome::Error, |()| Outcome::Released);
        Answer { outcome, remaining: remaining(app, token, T::truncate(now)) }
    }
}
