//! The wait that a denial tells is the right one, to the tick, and bounded.

use proptest::prelude::*;
use tollgate::algorithm::Bucket;
use tollgate::cell::{StateCell, Unsync};
use tollgate::time::Ticks;
use tollgate::{Denied, Limiter, Quota, QuotaError};

use crate::every_bucket::{cases, programs};
use crate::programs::{Amount, Machine, Program, Span};

type Cell<T> = Unsync<T>;

/// Runs a program, then steps back if told to.
fn after<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    back: Option<Span>,
) -> Option<Machine<B, Cell<T>>> {
    let mut machine = Machine::new(make, program.quota, program.start, Unsync::fresh())?;
    for step in &program.steps {
        machine.step(step);
    }
    machine.time -= back.map_or(0, |span| machine.ticks(span));
    Some(machine)
}

/// Asks; if denied for now, asks again at the wait that was told and one tick earlier, of the state the denial left.
fn the_wait_is_exact<T: Ticks, B: Bucket<Ticks = T> + Copy, R>(
    machine: &Machine<B, Cell<T>>,
    ask: impl Fn(&B, &Cell<T>, T) -> Result<R, Denied<T>>,
) {
    let (rule, cell, now) = (&machine.rule, Unsync::new(machine.cell.load()), machine.now());
    let Err(Denied::NotYet(denied)) = ask(rule, &cell, now) else { return };
    let wait = denied.retry_after();
    assert!(wait > T::ZERO, "a wait of nothing");
    assert!(wait <= rule.rate().drain_ticks(), "told to wait {wait} ticks, longer than a drain of {:?}", rule.rate());
    let early = ask(rule, &Unsync::new(cell.load()), now.wrapping_add(wait).wrapping_sub(T::ONE));
    assert!(matches!(early, Err(Denied::NotYet(_))), "admitted a tick before the wait of {wait} was over");
    let due = ask(rule, &Unsync::new(cell.load()), now.wrapping_add(wait));
    assert!(due.is_ok(), "denied after the wait of {wait} under {:?}", rule.rate());
}

fn every_wait_is_exact<T: Ticks, B: Bucket<Ticks = T> + Copy>(
    make: fn(Quota<T>) -> Result<B, QuotaError>,
    program: &Program,
    back: Option<Span>,
    amounts: [Amount; 2],
    patience: Span,
) {
    let Some(machine) = after(make, program, back) else { return };
    let [cost, leave] = amounts.map(|amount| machine.units(amount));
    let max_wait = T::truncate(machine.ticks(patience) as u64);
    the_wait_is_exact(&machine, |rule, cell, now| Limiter::from_parts(*rule, cell).try_acquire(now, cost));
    the_wait_is_exact(&machine, |rule, cell, now| {
        Limiter::from_parts(*rule, cell).try_acquire_leaving(now, cost, leave)
    });
    the_wait_is_exact(&machine, |rule, cell, now| Limiter::from_parts(*rule, cell).try_acquire_up_to(now, cost));
    the_wait_is_exact(&machine, |rule, cell, now| Limiter::from_parts(*rule, cell).reserve(now, cost, max_wait));
}

fn amounts() -> impl Strategy<Value = [Amount; 2]> {
    let amount = prop_oneof![
        any::<u8>().prop_map(Amount::Units),
        any::<u8>().prop_map(Amount::Share),
        (-3_i8..=0).prop_map(Amount::Burst),
    ];
    [amount.clone(), amount]
}

fn spans() -> impl Strategy<Value = Span> {
    prop_oneof![
        any::<u8>().prop_map(Span::Ticks),
        any::<u8>().prop_map(Span::Drain),
        any::<i8>().prop_map(Span::Horizon),
        any::<i8>().prop_map(Span::Wait),
        (any::<u8>(), any::<i8>()).prop_map(|(laps, more)| Span::Laps(laps, more)),
    ]
}

proptest! {
    #![proptest_config(cases(1_500))]

    #[test]
    fn asking_again_exactly_at_retry_after_succeeds_and_one_tick_earlier_fails(
        program in programs(), amounts in amounts(), patience in spans(),
    ) {
        every_bucket!(every_wait_is_exact(&program, None, amounts, patience));
    }

    #[test]
    fn no_step_back_locks_out_for_longer_than_a_drain(
        program in programs(), back in spans(), amounts in amounts(), patience in spans(),
    ) {
        every_bucket!(every_wait_is_exact(&program, Some(back), amounts, patience));
    }
}
