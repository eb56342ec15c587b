//! Against a bucket that is written down as the documents say it, on a clock that never wraps.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;
use tollgate::cell::HasShared;
use tollgate::cell::{Init, StateCell};
use tollgate::keyed::{Line, Set};
use tollgate::profiles::haravan::{Policy, Shop, Shops};
use tollgate::profiles::{Answer, Refusal};

use crate::{MILLIS, SECRET, STARTS, head, reading};

/// Calls are `period` drops, of which `leaks` leak out a tick.
struct Bucket {
    policy: Policy,
    /// The drop count of the clock at which it will be empty.
    empty_at: i128,
}

impl Bucket {
    fn new(policy: Policy) -> Self {
        Self { policy, empty_at: i128::MIN / 2 }
    }

    /// How many are used, or the ticks to wait.
    fn ask(&mut self, now: i128) -> Result<i128, i128> {
        let (call, leaks) = (self.policy.period.as_millis() as i128, i128::from(self.policy.leaks));
        let (size, clock) = (i128::from(self.policy.size) * call, now * leaks);
        let level = (self.empty_at - clock).max(0) + call;
        if level <= size {
            self.empty_at = clock + level;
            return Ok((level + call - 1) / call);
        }
        if level - size > size.max(leaks) {
            self.empty_at = clock + size; // no bucket is fuller: the clock has stepped back
        }
        Err(((self.empty_at - clock) + call - size + leaks - 1) / leaks)
    }
}

fn policies() -> impl Strategy<Value = Policy> {
    prop_oneof![
        Just(Policy::DOCUMENTED),
        Just(Policy { leaks: 2, ..Policy::DOCUMENTED }),
        Just(Policy { size: 3, leaks: 3, period: Duration::from_millis(1_000) }),
        Just(Policy { size: 5, leaks: 7, period: Duration::from_millis(10) }),
    ]
}

/// Steps of the clock: mostly none or small, some long, some back.
fn steps() -> impl Strategy<Value = i128> {
    prop_oneof![6 => Just(0), 4 => 1..300_i128, 1 => 300..40_000_i128, 1 => -3_000..0_i128]
}

fn one_shop_is_the_bucket<T: HasShared>(policy: Policy, start: i128, program: &[i128])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let (shop, mut naive) = (Shop::<T>::try_new(policy, MILLIS).unwrap(), Bucket::new(policy));
    let mut now = start;
    for step in program {
        now += step;
        let (answer, size) = (shop.try_acquire(reading(now)), policy.size);
        match naive.ask(now) {
            Ok(used) => assert_eq!(head(&answer), [format!("X-Haravan-Api-Call-Limit: {used}/{size}")]),
            Err(wait) => {
                let tenths = (wait + 99) / 100;
                let retry_after = format!("Retry-After: {}.{}", tenths / 10, tenths % 10);
                assert_eq!(head(&answer), [format!("X-Haravan-Api-Call-Limit: {size}/{size}"), retry_after]);
                assert_eq!(answer.retry_after().map(Into::into), Some(wait as u64));
            }
        }
    }
}

fn every_shop_is_a_bucket<T: HasShared + Line>(policy: Policy, start: i128, program: &[(u8, i128)])
where
    T::Cell: StateCell<T> + Init<T>,
{
    let slots: Vec<Set<T>> = (0..2).map(|_| Set::fresh()).collect();
    let shops = Shops::try_over(slots, policy, MILLIS, SECRET).unwrap();
    let mut naive = HashMap::<u8, Bucket>::new();
    let mut now = start;
    for (shop, step) in program {
        now += step.abs();
        let answer = shops.try_acquire(shop, reading(now));
        let others =
            naive.iter().filter(|(key, bucket)| *key != shop && bucket.empty_at > now * i128::from(policy.leaks));
        if matches!(answer, Err(Refusal::Full(_))) {
            assert!(others.count() >= 8, "all eight slots are in use by others");
            assert_eq!(answer.status(), 503);
            continue;
        }
        let expected = naive.entry(*shop).or_insert_with(|| Bucket::new(policy)).ask(now);
        assert_eq!(answer.map(|admitted| i128::from(admitted.used())).is_ok(), expected.is_ok());
        assert_eq!(answer.status(), if expected.is_ok() { 200 } else { 429 });
    }
}

proptest! {
    #[test]
    fn a_shop_is_a_leaky_bucket_under_any_program(
        policy in policies(), start in prop::sample::select(&STARTS[..]), program in prop::collection::vec(steps(), 1..400),
    ) {
        one_shop_is_the_bucket::<u32>(policy, start, &program);
        one_shop_is_the_bucket::<u64>(policy, start, &program);
    }

    #[test]
    fn every_shop_of_a_table_is_a_leaky_bucket(
        policy in policies(), start in prop::sample::select(&STARTS[..]),
        program in prop::collection::vec((0..12_u8, steps()), 1..400),
    ) {
        every_shop_is_a_bucket::<u32>(policy, start, &program);
        every_shop_is_a_bucket::<u64>(policy, start, &program);
    }
}
