//! Budgets against lists of admissions, for each client, method and path, on a clock that never wraps.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use tollgate::cell::{HasShared, Init, StateCell};
use tollgate::keyed::LimitSlot;
use tollgate::profiles::conecto::{Budget, Clients, Policy, Rule};
use tollgate::profiles::{Answer, Refusal};

use crate::{MILLIS, SECRET, STARTS, head, reading};

const PERIOD: i128 = 10_000;
const LARGE: usize = 7;
const SMALL: usize = 3;

/// Limits below, at and between both sizes.
const RULES: [Rule<'static>; 4] = [
    Rule::new("/large", 7),
    Rule::new("/large/{x}", 5),
    Rule::new("/small", 3).of_method("GET"),
    Rule::new("/small/{x}", 2).grouped(),
];
const POLICY: Policy<'static> = Policy::new(&RULES, 1).every(Duration::from_millis(PERIOD as u64));

/// Requests, each with its budget as one would name it, and the limit of that.
const REQUESTS: [(&str, &str, &str, u32); 8] = [
    ("GET", "/large", "GET /large", 7),
    ("PUT", "/large/?q", "PUT /large", 7),
    ("GET", "/large/1/2", "GET /large/1/2", 5),
    ("GET", "/small", "GET /small", 3),
    ("PUT", "/small", "PUT /small", 1),
    ("GET", "/small/1", "* /small/{x}", 2),
    ("PUT", "/small/2/3", "* /small/{x}", 2),
    ("GET", "/other", "GET /other", 1),
];

/// When requests went on, in order.
#[derive(Default)]
struct Naive(Vec<i128>);

impl Naive {
    /// What remains, or the ticks to wait.
    fn ask(&mut self, limit: u32, now: i128) -> Result<u32, i128> {
        let limit = limit as usize;
        let counts = self.0.iter().filter(|at| now - **at < PERIOD).count();
        if counts < limit {
            self.0.push(now);
            return Ok((limit - counts - 1) as u32);
        }
        Err(self.0[self.0.len() - limit] + PERIOD - now)
    }

    fn is_in_use(&self, now: i128) -> bool {
        self.0.iter().any(|at| now - at < PERIOD)
    }
}

fn check<T: HasShared>(answer: &impl Answer<T>, limit: u32, said: Result<u32, i128>) {
    let mut lines =
        vec![format!("X-RateLimit-Limit: {limit}"), format!("X-RateLimit-Remaining: {}", said.unwrap_or(0))];
    lines.extend(said.err().map(|wait| format!("Retry-After: {}", (wait + 999) / 1_000)));
    assert_eq!(head(answer), lines);
    assert_eq!(answer.status(), if said.is_ok() { 200 } else { 429 });
    assert_eq!(answer.retry_after().map(Into::into), said.err().map(|wait| wait as u64));
}

fn by_key<T: HasShared>(start: i128, program: &[(i128, usize, u8)], [large_slots, small_slots]: [usize; 2])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let large = |_| LimitSlot::<T, _>::new(Budget::<T, LARGE>::try_new(&POLICY, MILLIS).unwrap());
    let small = |_| LimitSlot::<T, _>::new(Budget::<T, SMALL>::try_new(&POLICY, MILLIS).unwrap());
    let (large, small) =
        ((0..large_slots).map(large).collect::<Vec<_>>(), (0..small_slots).map(small).collect::<Vec<_>>());
    let clients = Clients::try_over(POLICY, large, small, SECRET).unwrap();
    let mut naive = HashMap::<(u8, &str), (u32, Naive)>::new();
    let mut now = start;
    for &(step, request, client) in program {
        now += step;
        let (method, path, name, limit) = REQUESTS[request];
        let answer = clients.try_acquire(&client, method, path, reading(now));
        let is_small = |limit: u32| limit as usize <= SMALL;
        let others = naive.iter().filter(|(key, (other, budget))| {
            **key != (client, name) && is_small(*other) == is_small(limit) && budget.is_in_use(now)
        });
        let (slots, table) =
            if is_small(limit) { (small_slots, "small budgets") } else { (large_slots, "large budgets") };
        if others.count() >= slots {
            assert!(matches!(&answer, Err(Refusal::Full(full)) if full.table() == table), "{answer:?}");
            continue;
        }
        let (_, budget) = naive.entry((client, name)).or_insert_with(|| (limit, Naive::default()));
        check(&answer, limit, budget.ask(limit, now));
    }
}

/// One budget, and a clock that may step back.
fn alone<T: HasShared>(start: i128, limit: u32, program: &[i128])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let budget = Budget::<T, LARGE>::try_new(&POLICY, MILLIS).unwrap();
    let (mut now, mut newest, mut admitted) = (start, start, Vec::new());
    let mut progress = 0; // what the clock has gone forward in all
    for step in program {
        now += step;
        progress += step.max(&0);
        newest = newest.max(now);
        match budget.try_acquire(limit, reading(now)) {
            Ok(_) => admitted.push(progress),
            Err(limited) => assert!((1..=PERIOD as u64).contains(&limited.wait().into())),
        }
    }
    for (first, last) in admitted.iter().zip(admitted.iter().skip(limit as usize)) {
        assert!(last - first >= PERIOD, "more than {limit} within a period of the clock's forward progress");
    }
}

fn forward() -> impl Strategy<Value = i128> {
    prop_oneof![6 => Just(0), 4 => 1..1_500_i128, 1 => 1_500..25_000_i128]
}

proptest! {
    #[test]
    fn every_budget_is_a_list_of_admissions(
        start in prop::sample::select(&STARTS[..]), slots in prop::sample::select(&[[9, 15], [2, 2], [1, 4]][..]),
        program in prop::collection::vec((forward(), 0..REQUESTS.len(), 0..3_u8), 1..400),
    ) {
        by_key::<u32>(start, &program, slots);
        by_key::<u64>(start, &program, slots);
    }

    #[test]
    fn never_more_than_the_limit_in_any_period_and_no_wait_beyond_one_whatever_the_clock_does(
        start in prop::sample::select(&STARTS[..]), limit in 1..=LARGE as u32,
        program in prop::collection::vec(prop_oneof![4 => forward(), 1 => -30_000..0_i128], 1..400),
    ) {
        alone::<u32>(start, limit, &program);
        alone::<u64>(start, limit, &program);
    }
}
