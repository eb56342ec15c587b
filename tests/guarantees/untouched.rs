//! What is refused, peeked, free or taken back leaves the state bit for bit.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
use tollgate::cell::{Init, StateCell};
use tollgate::time::Ticks;
use tollgate::{Quota, QuotaError, TokenBucket};

use crate::cells::Watched;
use crate::every_bucket::{cases, programs};
use crate::programs::{Amount, Machine, Move, Program, Span, Step};

/// Runs a program on a clock that only goes forward, by less than a horizon at a time: what it takes for a denial to
/// be a load and a compare.
fn after<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
) -> Option<Machine<B, Watched<T>>> {
    let mut machine = Machine::new(make, program.quota, program.start, Watched::FRESH)?;
    for step in &program.steps {
        let clock = match step.clock {
            Move::Forward(Span::Ticks(ticks)) => Move::Forward(Span::Ticks(ticks)),
            Move::Forward(_) => Move::Forward(Span::Drain(1)),
            _ => Move::Stall,
        };
        machine.step(&Step { clock, op: step.op });
    }
    Some(machine)
}

fn nothing_is_written<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    amounts: [Amount; 2],
) {
    let Some(machine) = after(make, program) else { return };
    let [cost, leave] = amounts.map(|amount| machine.units(amount));
    let (limiter, now, rate) = (machine.limiter(), machine.now(), machine.rule.rate());
    // What a clock fault may have left behind is put right first.
    limiter.refresh(now);
    let before = (machine.cell.load(), machine.cell.writes.get());
    let untouched = |what: &str| {
        let after = (machine.cell.load(), machine.cell.writes.get());
        assert_eq!(after, before, "state and writes after {what} of {cost} under {rate:?}");
    };

    let _ = limiter.peek(now, cost);
    let _ = (limiter.remaining(now), limiter.level(now));
    untouched("a look");
    assert!(limiter.try_acquire(now, T::ZERO).is_ok());
    assert!(limiter.try_acquire_leaving(now, T::ZERO, leave).is_ok());
    assert!(limiter.try_acquire_up_to(now, T::ZERO).is_ok());
    let reservation = limiter.reserve(now, T::ZERO, T::ZERO).unwrap();
    untouched("a request of nothing");
    limiter.cancel(now, reservation);
    assert_eq!(machine.cell.load(), before.0);
    limiter.cell().writes.set(before.1); // cancelling nothing may write what is there
    limiter.refund(now, T::ZERO);
    let _ = limiter.force(now, T::ZERO);
    untouched("nothing");
    assert!(limiter.set_level(now, T::MAX).is_err());
    untouched("a level that does not fit");

    if limiter.peek(now, cost).is_err() {
        assert!(limiter.try_acquire(now, cost).is_err());
        untouched("a denied request");
    }
    let request = limiter.try_acquire_leaving(now, cost, leave);
    if request.is_err() {
        untouched("a denied request that leaves some");
        if limiter.try_acquire_up_to(now, cost.max(T::ONE)).is_err() {
            untouched("a denied request for some");
            if limiter.reserve(now, cost, T::ZERO).is_err() {
                untouched("a denied reservation");
            }
        }
    }
}

fn cancelled_is_as_if_never_made<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    amounts: [Amount; 2],
    later: u8,
) {
    let Some(machine) = after(make, program) else { return };
    let (limiter, now, before) = (machine.limiter(), machine.now(), machine.cell.load());
    let [outer, inner] = amounts.map(|amount| machine.units(amount));
    let Ok(first) = limiter.reserve(now, outer, T::MAX) else { return };
    let between = machine.cell.load();
    if let Ok(second) = limiter.reserve(now, inner, T::MAX) {
        limiter.cancel(now, second);
        assert_eq!(machine.cell.load(), between, "the inner of two reservations left a trace");
    }
    limiter.cancel(now.wrapping_add(T::truncate(later.into())), first);
    assert_eq!(machine.cell.load(), before, "a cancelled reservation of {outer} left a trace");
}

fn amounts() -> impl Strategy<Value = [Amount; 2]> {
    let amount = prop_oneof![
        any::<u8>().prop_map(Amount::Units),
        any::<u8>().prop_map(Amount::Share),
        (-3_i8..4).prop_map(Amount::Burst),
        Just(Amount::Most),
    ];
    [amount.clone(), amount]
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn refused_peeked_and_free_operations_write_nothing(program in programs(), amounts in amounts()) {
        every_bucket!(nothing_is_written(&program, amounts));
    }

    #[test]
    fn a_cancelled_reservation_leaves_the_state_bit_for_bit(
        program in programs(), amounts in amounts(), later in any::<u8>(),
    ) {
        every_bucket!(cancelled_is_as_if_never_made(&program, amounts, later));
    }
}

#[test]
fn a_refused_quota_changes_nothing() {
    let mut bucket = TokenBucket::<u32>::try_new(Quota::per(5, 1_000)).unwrap();
    assert!(bucket.try_acquire(9, 2).is_ok());
    let before = (bucket.cell().load(), *bucket.rule());
    assert_eq!(bucket.set_quota(9, Quota::per(5, 0)), Err(QuotaError::ZeroPeriod));
    assert_eq!((bucket.cell().load(), *bucket.rule()), before);
}
