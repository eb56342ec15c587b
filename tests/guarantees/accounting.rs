//! What is given back, forced, set and carried over: nothing is lost, and nothing comes from nowhere.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
use tollgate::cell::Unsync;
use tollgate::time::Ticks;
use tollgate::{LeakyBucket, Quota, QuotaError, TokenBucket};

use crate::every_bucket::{cases, programs};
use crate::programs::machine::wide;
use crate::programs::{Amount, Machine, Program};

fn after<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
) -> Option<Machine<B, Unsync<T>>> {
    let mut machine = Machine::new(make, program.quota, program.start, Unsync::fresh())?;
    for step in &program.steps {
        machine.step(step);
    }
    Some(machine)
}

fn refunds_stop_at_full<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    amount: Amount,
) {
    let Some(machine) = after(make, program) else { return };
    let (limiter, now, burst) = (machine.limiter(), machine.now(), machine.rule.rate().burst());
    let (before, units) = (limiter.remaining(now), machine.units(amount));
    limiter.refund(now, units);
    let gained = limiter.remaining(now).wrapping_sub(before);
    assert!(limiter.remaining(now) <= burst && gained <= units, "{gained} gained by a refund of {units}");
    limiter.refund(now, T::MAX);
    limiter.refund(now, T::MAX);
    assert!(limiter.try_acquire(now, burst).is_ok(), "a full refund does not fill");
    assert!(limiter.try_acquire(now, T::ONE).is_err(), "a refund goes beyond full");
}

fn forced_charges_are_bounded<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    amount: Amount,
) {
    let Some(machine) = after(make, program) else { return };
    let (limiter, now, rate) = (machine.limiter(), machine.now(), machine.rule.rate());
    let most = wide(rate.burst()) + wide(rate.debt());
    limiter.refresh(now); // a step back may have left it further ahead than any charge can
    let (cost, before) = (machine.units(amount), wide(limiter.level(now)));
    let forced = limiter.force(now, cost);
    let (charged, after) = (wide(forced.charged()), wide(limiter.level(now)));
    assert_eq!(charged + wide(forced.uncharged()), wide(cost), "a unit got lost");
    assert_eq!(after, before + charged, "charged, and not in the level");
    assert!(after <= most, "a level of {after} beyond burst and debt, {most}");
    assert!(forced.uncharged() == T::ZERO || before + charged >= most, "room left while units were not charged");
}

fn levels_are_kept<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    amount: Amount,
) {
    let Some(machine) = after(make, program) else { return };
    let (limiter, now, rate) = (machine.limiter(), machine.now(), machine.rule.rate());
    let (level, burst, before) = (machine.units(amount), rate.burst(), limiter.level(now));
    let most = wide(burst) + wide(rate.debt());
    match limiter.set_level(now, level) {
        Ok(()) => {
            assert!(wide(level) <= most);
            assert_eq!((limiter.level(now), limiter.remaining(now)), (level, burst.saturating_sub(level)));
        }
        Err(error) => {
            assert_eq!((wide(error.level()), wide(error.most())), (wide(level), most));
            assert!(wide(level) > most, "refused a level of {level}, and {most} fit");
            assert_eq!(limiter.level(now), before, "a refused level changed the level");
        }
    }
}

fn rescaling_keeps_the_level<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    other: &Program,
) {
    let Some(machine) = after(make, program) else { return };
    let Some(to) = after(make, other).map(|other| other.rule) else { return };
    let (now, before) = (machine.now(), machine.limiter().level(machine.now()));
    machine.limiter().rescale(now, &to);
    let most = wide(to.rate().burst()) + wide(to.rate().debt());
    let over = tollgate::Limiter::from_parts(to, &machine.cell);
    assert_eq!(wide(over.level(now)), wide(before).min(most), "{:?} to {:?}", machine.rule.rate(), to.rate());
}

fn amounts() -> impl Strategy<Value = Amount> {
    prop_oneof![
        any::<u8>().prop_map(Amount::Units),
        any::<u8>().prop_map(Amount::Share),
        (-3_i8..4).prop_map(Amount::Burst),
        Just(Amount::Most),
    ]
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn a_refund_never_goes_beyond_full(program in programs(), amount in amounts()) {
        every_bucket!(refunds_stop_at_full(&program, amount));
    }

    #[test]
    fn a_forced_charge_is_bounded_by_the_debt_and_loses_nothing(program in programs(), amount in amounts()) {
        every_bucket!(forced_charges_are_bounded(&program, amount));
    }

    #[test]
    fn a_level_that_is_set_is_the_level(program in programs(), amount in amounts()) {
        every_bucket!(levels_are_kept(&program, amount));
    }

    #[test]
    fn a_new_quota_keeps_the_level(program in programs(), other in programs()) {
        every_bucket!(rescaling_keeps_the_level(&program, &other));
    }
}

#[test]
fn a_limiter_can_start_empty_or_at_a_level() {
    let bucket = TokenBucket::<u32>::new(Quota::per(10, 1_000));
    bucket.set_level(5_000, 10).unwrap();
    assert_eq!((bucket.remaining(5_000), bucket.remaining(5_100)), (0, 1));

    let calls = LeakyBucket::<u64>::new(Quota::per(4, 1_000).burst(80));
    calls.set_level(5_000, 32).unwrap();
    assert_eq!((calls.level(5_000), calls.remaining(5_000)), (32, 48));
    assert_eq!(
        calls.set_level(5_000, 81).unwrap_err().to_string(),
        "level 81 does not fit: give at most 80, which is burst and debt together"
    );
}

#[test]
fn half_a_unit_that_has_drained_survives_a_new_quota() {
    let mut bucket = TokenBucket::<u32>::try_new(Quota::per(1, 1_000).burst(4)).unwrap();
    bucket.set_level(0, 4).unwrap();
    bucket.set_quota(500, Quota::per(1, 100).burst(8)).unwrap(); // 3.5 units at ten times the rate
    assert_eq!((bucket.level(500), bucket.level(549), bucket.level(550), bucket.level(850)), (4, 4, 3, 0));
    assert!(bucket.set_quota(500, Quota::per(0, 100)).is_err());
    assert_eq!((bucket.level(500), bucket.rule().rate().burst()), (4, 8)); // a refused one changes nothing
}
