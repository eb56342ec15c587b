//! Event mode against a naive bucket in wide integers, which shares nothing with the crate: it counts what is in the
//! bucket, in units times the period, and fills it up tick by tick instead of working with arrival times.

use std::collections::HashMap;
use std::fmt::Write;

use crate::event_mode::decide;
use crate::random::{KEYS, Random};

#[derive(Clone)]
pub struct Bucket {
    limit: i128,
    period: i128,
    burst: i128,
    /// Units in the bucket, times the period.
    content: i128,
    now: i128,
}

impl Bucket {
    pub fn full(limit: u64, period: u64, burst: u64) -> Self {
        let (limit, period, burst) = (limit.into(), period.into(), burst.into());
        Self { limit, period, burst, content: burst * period, now: 0 }
    }

    pub fn decide(&mut self, op: &str, now: i128, cost: i128) -> String {
        self.content = (self.content + (now - self.now) * self.limit).min(self.burst * self.period);
        self.now = now;
        let price = cost * self.period;
        let (outcome, wait) = if op == "release" {
            ("error", None)
        } else if cost > self.burst {
            ("never", None)
        } else if price > self.content {
            // The first tick at which the content suffices.
            ("deny", Some((price - self.content + self.limit - 1) / self.limit))
        } else {
            self.content -= price;
            ("admit", None)
        };
        let wait = wait.map_or_else(String::new, |wait| wait.to_string());
        format!("{outcome},{},{wait}", self.content / self.period)
    }
}

/// A random quota and 400 random rows on a clock that only goes forward, across the wrap of the width.
fn agree(seed: u64, bits: u32) {
    let mut random = Random(seed);
    // So that burst × period fits half the word and no idle spell is longer than the word can tell.
    let (most_limit, most_period, most_burst, most_gap) = if bits == 32 {
        (1_000, 50_000, 20_000, 400)
    } else {
        (1_000_000, 1_000_000_000_000, 1_000_000, 4_000_000_000)
    };
    let (limit, period) = (1 + random.up_to(most_limit), 1 + random.up_to(most_period));
    let burst = 1 + random.up_to(most_burst);
    let kind = random.pick(&["token-bucket", "leaky-bucket", "leaky-queue"]);
    let options = format!("--limiter {kind} --limit {limit} --period {period} --burst {burst} --clock-bits {bits}");

    let start = if bits == 32 { (1 << 32) - random.below(20_000) } else { u64::MAX - random.below(1 << 33) };
    let mut elapsed: u64 = 0;
    let mut buckets = HashMap::new();
    let mut rows = String::new();
    let mut expected = Vec::new();
    for _ in 0..400 {
        elapsed += random.up_to(most_gap);
        let key = random.pick(&KEYS);
        let op = if random.below(20) == 0 { "release" } else { "acquire" };
        let cost = if random.below(10) == 0 { burst - 1 + random.below(3) } else { random.up_to(burst) };
        writeln!(rows, "{op},{},{key},{cost}", start.wrapping_add(elapsed)).unwrap();
        let bucket = buckets.entry(key).or_insert_with(|| Bucket::full(limit, period, burst));
        expected.push(bucket.decide(op, elapsed.into(), cost.into()));
    }
    let decisions = decide(&options, &rows);
    assert_eq!(decisions.len(), expected.len(), "seed {seed}: {options}");
    for (row, ((event, decision), expected)) in rows.lines().zip(&decisions).zip(&expected).enumerate() {
        assert_eq!(decision, expected, "seed {seed}: {options}: row {row}: {event}");
    }
}

#[test]
fn decisions_equal_a_naive_bucket_on_32_bit_clocks() {
    for seed in 0..60 {
        agree(seed, 32);
    }
}

#[test]
fn decisions_equal_a_naive_bucket_on_64_bit_clocks() {
    for seed in 1_000..1_060 {
        agree(seed, 64);
    }
}
