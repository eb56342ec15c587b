//! Every interleaving of two threads over limits taken together, and racy twins that must be caught.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --release --test loom_layered -- --nocapture`
#![cfg(loom)]

mod interleavings;

use interleavings::{cell, explore};
use loom::sync::Arc;
use loom::thread;
use tollgate::algorithm::{FixedWindow, TokenBucket};
use tollgate::cell::Atomic32;
use tollgate::layered::Level;
use tollgate::{ConcurrencyLimit, Layered, Limiter, Quota, RollingWindow};

const NOW: u32 = 4_294_967_290;

fn bucket(burst: u32) -> Limiter<TokenBucket<u32>, Atomic32> {
    TokenBucket::<u32>::new(Quota::per(1, 1_000).burst(burst)).over(cell())
}

fn fixed(limit: u32) -> Limiter<FixedWindow<u32>, Atomic32> {
    FixedWindow::<u32>::new(Quota::per(limit, 1_000)).over(cell())
}

fn rolling<const N: usize>(limit: u32) -> RollingWindow<u32, N> {
    RollingWindow::try_in_cells(Quota::per(limit, 1_000), cell).unwrap()
}

fn busy(limit: u32) -> ConcurrencyLimit {
    ConcurrencyLimit::from_parts(limit, cell(), cell()).unwrap()
}

/// Two requests to a roomy level and one with a single unit left, from two threads: one is admitted, and the other leaves nothing
/// behind.
fn one_unit_left<A, B>(name: &str, preemptions: Option<usize>, levels: fn() -> (A, B), left: u32)
where
    A: Level<u32, Receipt = ()> + Send + Sync + 'static,
    B: Level<u32, Receipt = ()> + Send + Sync + 'static,
{
    explore(name, preemptions, move || {
        let levels = Arc::new(levels());
        let other = Arc::clone(&levels);
        let request = |levels: &(A, B)| {
            let admitted = Layered::new((&levels.0, &levels.1)).into_admission(NOW, 1);
            admitted.map(|admitted| admitted.forget()).is_ok() // the permit is kept
        };
        let thread = thread::spawn(move || request(&other));
        let mine = request(&levels);
        let theirs = thread.join().unwrap();
        assert!(mine ^ theirs, "one unit, one admission: {mine} and {theirs}");
        let remaining = [levels.0.tightest(NOW).remaining, levels.1.tightest(NOW).remaining];
        assert_eq!(remaining, [left, 0], "the one that lost has left a charge, or was given too much");
    });
}

#[test]
fn one_unit_left_of_two_buckets_goes_to_one_thread() {
    one_unit_left("two buckets", None, || (bucket(3), bucket(1)), 2);
}

#[test]
fn one_unit_left_of_a_window_behind_a_bucket_goes_to_one_thread() {
    one_unit_left("bucket and fixed window", None, || (bucket(3), fixed(1)), 2);
}

#[test]
fn one_permit_left_behind_a_bucket_goes_to_one_thread() {
    one_unit_left("bucket and permits", None, || (bucket(3), busy(1)), 2);
}

#[test]
fn one_permit_left_behind_an_exact_window_goes_to_one_thread() {
    one_unit_left("exact window and permits", Some(3), || (rolling::<3>(3), busy(1)), 2);
}

#[test]
fn one_unit_left_of_both_levels_goes_to_one_thread_when_they_are_asked_in_one_order() {
    one_unit_left("one of each", None, || (bucket(1), fixed(1)), 0);
}

#[test]
fn asked_in_opposite_orders_one_or_none_is_admitted_and_nothing_is_lost() {
    explore("opposite orders", None, || {
        let levels = Arc::new((bucket(1), bucket(1)));
        let other = Arc::clone(&levels);
        let thread = thread::spawn(move || Layered::new((&other.1, &other.0)).try_acquire(NOW, 1).is_ok());
        let mine = Layered::new((&levels.0, &levels.1)).try_acquire(NOW, 1).is_ok();
        let admitted = u32::from(mine) + u32::from(thread.join().unwrap());
        assert!(admitted <= 1);
        assert_eq!([levels.0.remaining(NOW), levels.1.remaining(NOW)], [1 - admitted; 2]);
    });
}

#[test]
fn a_release_makes_room_for_one_and_is_never_lost() {
    explore("release", None, || {
        let levels = Arc::new((bucket(3), busy(1)));
        let other = Arc::clone(&levels);
        let work = |levels: &(Limiter<_, _>, ConcurrencyLimit)| {
            Layered::new((&levels.0, &levels.1)).try_acquire(NOW, 1).is_ok() // and dropped: the work is done
        };
        let thread = thread::spawn(move || work(&other));
        let admitted = u32::from(work(&levels)) + u32::from(thread.join().unwrap());
        assert!(admitted >= 1);
        assert_eq!((levels.0.remaining(NOW), levels.1.in_flight()), (3 - admitted, 0));
    });
}

/// The control: asks all, then takes of all, and gives nothing back.
#[test]
#[should_panic(expected = "the one that lost has left a charge")]
fn levels_that_are_taken_of_without_giving_back_are_caught() {
    explore("control: nothing given back", None, || {
        let levels = Arc::new((bucket(3), bucket(1)));
        let other = Arc::clone(&levels);
        let request = |levels: &(Limiter<TokenBucket<u32>, Atomic32>, Limiter<TokenBucket<u32>, Atomic32>)| {
            levels.0.peek(NOW, 1).is_ok()
                && levels.1.peek(NOW, 1).is_ok()
                && levels.0.try_acquire(NOW, 1).is_ok()
                && levels.1.try_acquire(NOW, 1).is_ok()
        };
        let thread = thread::spawn(move || request(&other));
        let mine = request(&levels);
        assert!(mine ^ thread.join().unwrap());
        assert_eq!(levels.0.remaining(NOW), 2, "the one that lost has left a charge");
    });
}

/// The control: asks all, and takes for granted that they still have room.
#[test]
#[should_panic(expected = "one unit, one admission")]
fn levels_that_are_only_asked_are_caught() {
    explore("control: asked, then charged whatever they say", None, || {
        let levels = Arc::new((bucket(3), bucket(1)));
        let other = Arc::clone(&levels);
        let request = |levels: &(Limiter<TokenBucket<u32>, Atomic32>, Limiter<TokenBucket<u32>, Atomic32>)| {
            let fits = levels.0.peek(NOW, 1).is_ok() && levels.1.peek(NOW, 1).is_ok();
            if fits {
                let _ = (levels.0.force(NOW, 1), levels.1.force(NOW, 1));
            }
            fits
        };
        let thread = thread::spawn(move || request(&other));
        let mine = request(&levels);
        assert!(mine ^ thread.join().unwrap(), "one unit, one admission");
    });
}
