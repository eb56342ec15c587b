//! Conecto: so many requests in any hour for each client, method and path.

use std::borrow::Cow;
use std::collections::HashMap;

use tollgate::cell::{HasShared, Unsync};
use tollgate::profiles::conecto::{Admitted, Budget, Choice, Limited, Policy, Resource};

use super::{Api, Rule, Said, TICK, misshapen};
use crate::limiter::{Answer, Outcome};
use crate::period::spoken;

const POLICY: Policy<'static> = Policy::DOCUMENTED;
const OTHER: &str = "other";

#[derive(Default)]
pub struct Conecto<T> {
    budgets: HashMap<Vec<u8>, Box<dyn Window<T>>>,
}

/// A budget with room for some limit.
trait Window<T> {
    fn try_acquire(&self, limit: u32, now: T) -> Result<Admitted, Limited<T>>;

    fn remaining(&self, limit: u32, now: T) -> u64;
}

impl<T: HasShared, const N: usize> Window<T> for Budget<T, N, Unsync<T>> {
    fn try_acquire(&self, limit: u32, now: T) -> Result<Admitted, Limited<T>> {
        self.try_acquire(limit, now)
    }

    fn remaining(&self, limit: u32, now: T) -> u64 {
        let unused = (N as u64).saturating_sub(limit.into());
        self.window().remaining(now).into().saturating_sub(unused)
    }
}

/// No larger than it has to be, as a log has many.
fn fresh<T: HasShared>(limit: u32) -> Box<dyn Window<T>> {
    let fits = "the documented period fits any clock";
    match limit {
        ..=100 => Box::new(Budget::<T, 100, _>::try_in_cells(&POLICY, TICK, Unsync::fresh).expect(fits)),
        _ => Box::new(Budget::<T, 500, _>::try_in_cells(&POLICY, TICK, Unsync::fresh).expect(fits)),
    }
}

impl<T: HasShared> Conecto<T> {
    fn budget(&mut self, request: &Request<'_>, choice: Choice<'_>) -> &dyn Window<T> {
        let (method, path) = match choice.resource() {
            Resource::Path { method, path } => (Some(method), path),
            Resource::Group { method, template } => (method, template),
        };
        let key = [request.client, method.unwrap_or_default().as_bytes(), path.as_bytes()].join(&b' ');
        &**self.budgets.entry(key).or_insert_with(|| fresh(choice.limit()))
    }
}

impl<T: HasShared> Api for Conecto<T> {
    fn check(&self, key: &[u8]) -> Result<(), String> {
        let Request { client, method, path } = Request::read(key);
        let is_request = !client.is_empty() && !method.is_empty() && path.starts_with('/');
        if is_request { Ok(()) } else { Err(misshapen(key, "client METHOD /path")) }
    }

    fn acquire(&mut self, key: &[u8], now: u64) -> Said {
        let (request, now) = (Request::read(key), T::truncate(now));
        let choice = request.choice();
        let budget = self.budget(&request, choice);
        let answer = budget.try_acquire(choice.limit(), now);
        Said::new(&answer, &name(choice.rule()), budget.remaining(choice.limit(), now))
    }

    /// What was asked for has been asked for.
    fn release(&mut self, key: &[u8], now: u64) -> Answer {
        let request = Request::read(key);
        let choice = request.choice();
        let remaining = self.budget(&request, choice).remaining(choice.limit(), T::truncate(now));
        Answer { outcome: Outcome::Error, remaining }
    }

    /// Up to the end of the resource.
    fn counted<'key>(&self, key: &'key [u8]) -> &'key [u8] {
        let request = Request::read(key);
        match (&request.path, request.choice().resource()) {
            (Cow::Borrowed(whole), Resource::Path { path, .. }) => {
                let slash = usize::from(whole.starts_with('/'));
                &key[..key.len() - whole.len() + slash + path.len()]
            }
            _ => key,
        }
    }
}

/// What a key names. Of a log it may be anything.
struct Request<'key> {
    client: &'key [u8],
    method: Cow<'key, str>,
    path: Cow<'key, str>,
}

impl<'key> Request<'key> {
    fn read(key: &'key [u8]) -> Self {
        let mut parts = key.splitn(3, |&byte| byte == b' ');
        let mut next = || parts.next().unwrap_or_default();
        Self { client: next(), method: text(next()), path: text(next()) }
    }

    fn choice(&self) -> Choice<'_> {
        POLICY.choose(&self.method, &self.path)
    }
}

/// What is not text is told apart all the same.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    str::from_utf8(bytes).map_or_else(|_| bytes.escape_ascii().to_string().into(), Cow::Borrowed)
}

/// `POST /pos/v2/lookup/tickets`, or without the method if the rule is for all.
fn name(rule: Option<tollgate::profiles::conecto::Rule<'_>>) -> String {
    let Some(rule) = rule else { return OTHER.into() };
    rule.method().map_or_else(String::new, |method| format!("{method} ")) + rule.template()
}

/// The limit, in a line.
pub fn about() -> String {
    let period = spoken(u64::try_from(POLICY.period().as_millis()).unwrap_or(u64::MAX));
    format!("conecto: {} per {period}, or what a rule says, for each client, method and path", POLICY.others())
}

/// All of them, and what no rule matches as the last.
pub fn rules() -> Vec<Rule> {
    let rules = POLICY.rules().iter().map(|&rule| Rule { name: name(Some(rule)), limit: rule.limit().into() });
    rules.chain([Rule { name: OTHER.into(), limit: POLICY.others().into() }]).collect()
}

/// The one of [`rules`] that a request of this key falls under.
pub fn rule_of(key: &[u8]) -> usize {
    let request = Request::read(key);
    let rule = request.choice().rule();
    let known = POLICY.rules().iter().position(|&known| Some(known) == rule);
    known.unwrap_or(POLICY.rules().len())
}
