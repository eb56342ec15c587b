//! Real threads over more keys than slots: what each key was admitted is checked over every span of time.

use std::sync::Barrier;
use std::thread;

use tollgate::algorithm::TokenBucket;
#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, Init, StateCell};
use tollgate::keyed::{Admitted, Line, Refused, Set, SipHash, Table};
use tollgate::{Quota, QuotaError};

const THREADS: usize = 4;
const KEYS: usize = 12;
const PHASES: usize = 400;
const BURST: u64 = 5;
/// A unit drains in a phase and a half.
const UNIT: u64 = 150;
const PHASE: u64 = 100;

/// A small generator, so that threads differ and runs do not.
fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// What a thread was admitted: units for each key in each phase.
type Admissions = Vec<[u64; KEYS]>;

/// All threads ask in phases, during which the clock stands. Says what each key was admitted, and how many were refused
/// for want of a slot.
fn hammer<T, C>(
    make: fn(Quota<T>) -> Result<TokenBucket<T>, QuotaError>,
    sets: usize,
    removals: bool,
) -> (Admissions, u64)
where
    T: Line,
    C: StateCell<T> + Init<T> + Sync + Send,
    TokenBucket<T>: Sync,
{
    let [one, unit, burst] = [1, UNIT, BURST].map(T::truncate);
    let sets: Vec<_> = (0..sets).map(|_| Set::<T, C>::fresh()).collect();
    let table = Table::over(sets.as_slice(), [make(Quota::per(one, unit).burst(burst)).unwrap()], SipHash::new([5, 6]));
    let start = T::MAX.wrapping_sub(T::truncate(PHASES as u64 * PHASE / 2)); // the clock wraps on the way
    let barrier = Barrier::new(THREADS);
    let ask = |thread: usize| {
        let mut seed = 0x9e37_79b9 + thread as u64;
        let mut admissions = vec![[0; KEYS]; PHASES];
        for (phase, admitted) in admissions.iter_mut().enumerate() {
            barrier.wait();
            let now = start.wrapping_add(T::truncate(phase as u64 * PHASE));
            // Three keys are hot and the others come and go: most slots change hands in a phase.
            for _ in 0..40 {
                let roll = random(&mut seed);
                let key =
                    if roll.is_multiple_of(3) { roll / 3 % 3 } else { (roll / 3 + phase as u64 / 8) % KEYS as u64 };
                let cost = T::truncate(1 + roll / 64 % 2);
                match table.try_acquire(&key, now, cost) {
                    Ok(Admitted::Key(grant)) => admitted[key as usize] += grant.granted().into(),
                    Err(Refused::Key(_) | Refused::Full(_)) => {}
                    other => panic!("{other:?}"),
                }
                if removals && (roll / 128).is_multiple_of(8) {
                    table.key(&(roll / 1_024 % KEYS as u64)).remove();
                }
            }
        }
        admissions
    };
    let mut all = vec![[0; KEYS]; PHASES];
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || ask(thread))).collect();
        for admissions in threads.into_iter().map(|thread| thread.join().unwrap()) {
            for (all, phase) in all.iter_mut().zip(admissions) {
                all.iter_mut().zip(phase).for_each(|(all, units)| *all += units);
            }
        }
    });
    let full = table.found_full().into();
    // Nothing got stuck: after a while every slot can be had.
    let later = start.wrapping_add(T::truncate(PHASES as u64 * PHASE + BURST * UNIT));
    assert_eq!(table.occupancy(later), 0);
    (0..table.capacity()).for_each(|new| assert!(table.key(&(new + 1_000)).peek(later, burst).is_ok()));
    let new = (0_u64..).filter(|new| table.key(&new).try_acquire(later, one).is_ok()).take(table.capacity());
    assert_eq!(new.count(), table.capacity(), "a slot got lost");
    (all, full)
}

/// In every span of phases each key has at most its burst and what drained meanwhile.
fn every_key_keeps_its_limit(admissions: &Admissions) {
    for key in 0..KEYS {
        for first in 0..PHASES {
            let mut units = 0;
            for (phases, admitted) in admissions[first..].iter().enumerate() {
                units += admitted[key];
                let most = BURST + phases as u64 * PHASE / UNIT;
                assert!(units <= most, "key {key}: {units} units in {phases} phases from {first}, and {most} fit");
            }
        }
    }
}

fn in_both_widths<C32, C64>()
where
    C32: StateCell<u32> + Init<u32> + Sync + Send,
    C64: StateCell<u64> + Init<u64> + Sync + Send,
{
    for sets in [1, 2, 3, 64] {
        let (admissions, full) = hammer::<u32, C32>(TokenBucket::try_new, sets, false);
        every_key_keeps_its_limit(&admissions);
        assert!(sets > 1 || full > 0, "no key was without a slot, and so no slot was fought for");
        let (admissions, full) = hammer::<u64, C64>(TokenBucket::try_new, sets, false);
        every_key_keeps_its_limit(&admissions);
        assert!(sets < 64 || full == 0, "{full} requests found no slot in {sets} sets");
    }
}

#[test]
fn no_key_is_admitted_more_than_its_limit_in_any_span_while_slots_change_hands() {
    in_both_widths::<Atomic32, Atomic64>();
}

#[cfg(feature = "critical-section")]
#[test]
fn no_key_is_admitted_more_than_its_limit_in_any_span_in_critical_sections() {
    in_both_widths::<CriticalSection<u32>, CriticalSection<u64>>();
}

#[test]
fn no_slot_gets_lost_while_keys_are_removed() {
    hammer::<u32, Atomic32>(TokenBucket::try_new, 2, true);
    hammer::<u64, Atomic64>(TokenBucket::try_new, 1, true);
}

/// All threads start with the same new key at once, again and again.
#[test]
fn a_new_key_is_admitted_exactly_its_burst_by_threads_that_all_bring_it() {
    let rule = TokenBucket::<u64>::new(Quota::per(1, 1_000_000).burst(7));
    let sets: Vec<_> = (0..1 << 16).map(|_| Set::<u64>::fresh()).collect();
    let table = Table::over(sets, [rule], SipHash::new([7, 8]));
    let barrier = Barrier::new(THREADS);
    let ask = || {
        let count = |key: u64| {
            barrier.wait();
            (0..4).filter(|_| table.try_acquire(&key, 9, 1).is_ok()).count()
        };
        (0..4_000).map(count).collect::<Vec<_>>()
    };
    let counts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for key in 0..4_000 {
        assert_eq!(counts.iter().map(|counts| counts[key]).sum::<usize>(), 7, "key {key}");
    }
    assert_eq!(table.occupancy(9), 4_000, "a slot was left in use by nobody");
}
