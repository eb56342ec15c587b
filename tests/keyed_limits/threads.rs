//! Real threads over more keys than slots: what each key was admitted is checked over every span of time.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;

#[cfg(feature = "critical-section")]
use tollgate::cell::CriticalSection;
use tollgate::cell::{Atomic32, Atomic64, HasShared, Init, StateCell};

use crate::kinds::{Bucketed, Concurrent, Kind, LIMIT, PERIOD, Rolling, table};

const THREADS: usize = 4;
const KEYS: usize = 12;
const PHASES: usize = 400;
const PHASE: u64 = 30;

/// A small generator, so that threads differ and runs do not.
fn random(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// Three keys are hot and the others come and go.
fn key(roll: u64, phase: usize) -> usize {
    let roll = roll as usize >> 8;
    if roll.is_multiple_of(3) { roll / 3 % 3 } else { (roll / 3 + phase / 8) % KEYS }
}

/// Units that each key was admitted in each phase, during which the clock stands, and how often there was no slot.
fn hammer<T, K, C>(slots: usize) -> (Vec<[u64; KEYS]>, u64)
where
    T: HasShared,
    K: Kind<T, Limit: Sync>,
    C: StateCell<T> + Init<T> + Sync,
{
    let table = table::<T, K, C>(slots);
    let start = T::MAX.wrapping_sub(T::truncate(PHASES as u64 * PHASE / 2)); // the clock wraps on the way
    let (barrier, full) = (Barrier::new(THREADS), AtomicU64::new(0));
    let ask = |thread: usize| {
        let mut seed = 0x9e37_79b9 + thread as u64;
        let mut admissions = vec![[0; KEYS]; PHASES];
        for (phase, admitted) in admissions.iter_mut().enumerate() {
            barrier.wait();
            let now = start.wrapping_add(T::truncate(phase as u64 * PHASE));
            for _ in 0..40 {
                let roll = random(&mut seed);
                let (key, cost) = (key(roll, phase), 1 + roll % 2);
                match table.with(&key, now, |limit| K::take(limit, now, cost).is_some()) {
                    Ok(true) => admitted[key] += cost,
                    Ok(false) => {}
                    Err(_) => _ = full.fetch_add(1, SeqCst),
                }
                if roll.is_multiple_of(61) {
                    table.refresh(now);
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
    // Nothing got stuck: after a while every slot can be had.
    let later = start.wrapping_add(T::truncate(PHASES as u64 * PHASE + 3 * PERIOD));
    assert_eq!(table.occupancy(later), 0);
    let new = (1_000..2_000).filter(|new| table.with(new, later, |limit| K::take(limit, later, LIMIT)).is_ok());
    assert_eq!(new.count(), slots, "a slot got lost");
    (all, full.into_inner())
}

/// In no span of a period has a key more than its limit.
fn every_key_keeps_its_limit(admissions: &[[u64; KEYS]]) {
    let phases = PERIOD.div_ceil(PHASE) as usize; // the last of them begins less than a period after the first
    for key in 0..KEYS {
        for (first, span) in admissions.windows(phases).enumerate() {
            let units: u64 = span.iter().map(|phase| phase[key]).sum();
            assert!(units <= LIMIT, "key {key}: {units} units in a period from phase {first}");
        }
    }
}

fn in_every_window<C32, C64>()
where
    C32: StateCell<u32> + Init<u32> + Sync + 'static,
    C64: StateCell<u64> + Init<u64> + Sync + 'static,
{
    for slots in [1, 3, 8, 16, 200] {
        for (admissions, full) in [
            hammer::<u32, Rolling<C32>, C32>(slots),
            hammer::<u64, Rolling<C64>, C64>(slots),
            hammer::<u32, Bucketed<C32>, C32>(slots),
            hammer::<u64, Bucketed<C64>, C64>(slots),
        ] {
            every_key_keeps_its_limit(&admissions);
            assert!(slots > 8 || full > 0, "no key was without a slot, and so no slot was fought for");
            assert!(slots < 200 || full == 0, "{full} requests found no slot in {slots}");
            let admitted = (0..KEYS).filter(|key| admissions.iter().any(|phase| phase[*key] > 0)).count();
            assert!(admitted == KEYS || slots < 200, "only {admitted} keys were ever admitted");
        }
    }
}

#[test]
fn no_key_is_admitted_more_than_its_limit_in_any_window_while_slots_change_hands() {
    in_every_window::<Atomic32, Atomic64>();
}

#[cfg(feature = "critical-section")]
#[test]
fn no_key_is_admitted_more_than_its_limit_in_critical_sections() {
    in_every_window::<CriticalSection<u32>, CriticalSection<u64>>();
}

#[test]
fn no_key_holds_more_permits_than_its_limit_while_slots_change_hands() {
    for slots in [1, 3, 8, 16] {
        let table = table::<u32, Concurrent<Atomic32>, Atomic32>(slots);
        let held = [const { AtomicU64::new(0) }; KEYS];
        let (full, busy) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = |thread: usize| {
            let mut seed = 0x9e37_79b9 + thread as u64;
            let mut permits = Vec::new();
            for round in 0..60_000 {
                let roll = random(&mut seed);
                let key = key(roll, round);
                match table.with(&key, 0, |limit| limit.try_acquire(1)) {
                    Ok(Ok(permit)) => {
                        let now_held = held[key].fetch_add(1, SeqCst) + 1;
                        assert!(now_held <= LIMIT, "key {key} holds {now_held} permits");
                        permits.push((key, permit));
                    }
                    Ok(Err(_)) => _ = busy.fetch_add(1, SeqCst),
                    Err(_) => _ = full.fetch_add(1, SeqCst),
                }
                while permits.len() > (roll >> 40) as usize % 4 {
                    let (key, permit) = permits.swap_remove((roll >> 32) as usize % permits.len());
                    held[key].fetch_sub(1, SeqCst);
                    drop(permit);
                }
            }
            for (key, _) in &permits {
                held[*key].fetch_sub(1, SeqCst);
            }
        };
        thread::scope(|scope| (0..THREADS).for_each(|thread| _ = scope.spawn(move || work(thread))));
        assert_eq!(table.occupancy(0), 0, "units were never given back");
        let new = (1_000..2_000).filter(|new| table.with(new, 0, |limit| limit.acquire_raw(1)).is_ok());
        assert_eq!(new.count(), slots, "a slot got lost");
        assert!(slots > 3 || full.into_inner() > 0, "no slot was fought for");
    }
}

/// All threads start with the same new key at once, again and again, in a table that is just large enough.
#[test]
fn a_new_key_is_admitted_exactly_its_limit_by_threads_that_all_bring_it() {
    let table = table::<u64, Rolling<Atomic64>, Atomic64>(8);
    let barrier = Barrier::new(THREADS);
    let ask = || {
        let count = |round: u64| {
            let now = round * PERIOD;
            barrier.wait();
            let admitted =
                (0..3).filter(|_| table.with(&round, now, |window| window.try_acquire(now, 1)).unwrap().is_ok());
            let admitted = admitted.count() as u64;
            barrier.wait();
            admitted
        };
        (0..10_000).map(count).collect::<Vec<_>>()
    };
    let counts: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for round in 0..10_000 {
        assert_eq!(counts.iter().map(|counts| counts[round]).sum::<u64>(), LIMIT, "round {round}");
    }
}
