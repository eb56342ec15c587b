//! Same outcome, same numbers, same state as a naive oracle in wide integers, in every cell.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, Init, Shared, StateCell, Unsync};
use tollgate::{Quota, algorithm};

use crate::cells::Stuttering;
use crate::every_bucket::{cases, programs};
use crate::programs::machine::scaled;
use crate::programs::{Machine, Number, Program};

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn decides_as_the_oracle_in_a_plain_cell(program in programs()) {
        program.run::<u32, Unsync<u32>>();
        program.run::<u64, Unsync<u64>>();
    }

    #[test]
    fn decides_as_the_oracle_in_an_atomic_cell(program in programs()) {
        program.run::<u32, Atomic32>();
        program.run::<u64, Atomic64>();
    }

    #[cfg(feature = "critical-section")]
    #[test]
    fn decides_as_the_oracle_in_a_critical_section(program in programs()) {
        program.run::<u32, CriticalSection<u32>>();
        program.run::<u64, CriticalSection<u64>>();
    }

    #[test]
    fn a_compare_exchange_that_fails_spuriously_changes_no_decision(program in programs()) {
        program.run::<u32, Stuttering<u32>>();
        program.run::<u64, Stuttering<u64>>();
    }

    /// What is decided depends on the rate, not on how it was written.
    #[test]
    fn a_quota_written_in_other_multiples_decides_alike(
        limit in 1_u64..1_000, period in 1_u64..1_000_000, factor in 1..=u64::MAX >> 20, burst in 1_u64..1_000,
        steps in prop::collection::vec((0_u64..100_000, 1_u64..20), 1..50),
    ) {
        let [plain, multiple] = [1, factor].map(|factor| {
            algorithm::TokenBucket::try_new(Quota::per(limit * factor, period * factor).burst(burst)).unwrap()
        });
        let (one, other) = (Unsync::fresh(), Unsync::fresh());
        let mut now = 0;
        for (ticks, cost) in steps {
            now += ticks;
            prop_assert_eq!(plain.over(&one).try_acquire(now, cost), multiple.over(&other).try_acquire(now, cost));
        }
    }
}

macro_rules! bundled {
    ($($test:ident: $name:ident, $word:ident;)*) => {
        proptest! {
            #![proptest_config(cases(300))]
            $(
            #[test]
            fn $test(
                program in programs(), other in programs(), numbers in prop::collection::vec(any::<(u64, u8)>(), 8..40),
            ) {
                let quota = |program: &Program| {
                    let make = algorithm::$name::<$word>::try_new;
                    let machine = Machine::new(make, program.quota, program.start, Unsync::fresh());
                    machine.map(|machine| machine.rule.rate().quota())
                };
                let (Some(first), Some(second)) = (quota(&program), quota(&other)) else { return Ok(()) };
                let mut limiter = tollgate::$name::<$word>::try_new(first).unwrap();
                let mut rule = algorithm::$name::<$word>::try_new(first).unwrap();
                let cell = Shared::<$word>::FRESH;
                let mut now: $word = 0;
                for (at, (digits, shift)) in numbers.into_iter().enumerate() {
                    let number = scaled::<$word>(Number { digits, shift });
                    now = now.wrapping_add(number);
                    let cost = number % first.capacity().saturating_add(2).max(1);
                    let over = rule.over(&cell);
                    prop_assert_eq!(limiter.peek(now, cost), over.peek(now, cost));
                    prop_assert_eq!(limiter.try_acquire(now, cost), over.try_acquire(now, cost));
                    prop_assert_eq!(limiter.try_acquire_leaving(now, 1, cost), over.try_acquire_leaving(now, 1, cost));
                    let reserved = limiter.reserve(now, cost, number);
                    prop_assert_eq!(reserved, over.reserve(now, cost, number));
                    if let (Ok(reservation), 0) = (reserved, at % 3) {
                        limiter.cancel(now, reservation);
                        over.cancel(now, reservation);
                    }
                    if at % 5 == 4 {
                        let to = if at % 2 == 0 { first } else { second };
                        limiter.set_quota(now, to).unwrap();
                        let next = algorithm::$name::<$word>::try_new(to).unwrap();
                        over.rescale(now, &next);
                        rule = next;
                    }
                    prop_assert_eq!(limiter.rule(), &rule);
                    prop_assert_eq!(limiter.cell().load(), cell.load());
                }
            }
            )*
        }
    };
}

bundled! {
    a_token_bucket_decides_as_its_rule_over_a_cell_32: TokenBucket, u32;
    a_token_bucket_decides_as_its_rule_over_a_cell_64: TokenBucket, u64;
    a_leaky_bucket_decides_as_its_rule_over_a_cell_32: LeakyBucket, u32;
    a_leaky_bucket_decides_as_its_rule_over_a_cell_64: LeakyBucket, u64;
    a_leaky_queue_decides_as_its_rule_over_a_cell_32: LeakyQueue, u32;
    a_leaky_queue_decides_as_its_rule_over_a_cell_64: LeakyQueue, u64;
}

/// What the fuzzer has found interesting, and what it has found wrong, on both widths.
#[test]
fn fuzz_inputs_replay() {
    crate::fuzz_inputs::replay("bucket", |bytes| {
        let program = Program::from_bytes(bytes);
        program.run::<u32, Unsync<u32>>();
        program.run::<u64, Unsync<u64>>();
    });
}
