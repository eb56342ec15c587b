//! Snapshots taken while threads decide.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

use tollgate::cell::Atomic32;
use tollgate::{BucketedWindow, Quota, RollingWindow, TokenBucket, algorithm};

use crate::subject::Subject;

/// Threads take units at one instant while snapshots are taken: each holds what was admitted before it was begun, and
/// nothing that had not been asked for when it was done.
fn holds_what_was_before<L: Subject<u32> + Sync>(make: impl Fn() -> L) {
    let mut between = 0;
    for round in 0..200 {
        let now = 50_000 + round;
        let (limit, copy) = (make(), make());
        let (asked, admitted) = (AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..4 {
                        asked.fetch_add(1, SeqCst);
                        admitted.fetch_add(u32::from(limit.acquire(now, 1).is_ok()), SeqCst);
                    }
                });
            }
            for _ in 0..20 {
                let before = admitted.load(SeqCst);
                let bytes = limit.bytes(now);
                let after = asked.load(SeqCst);
                copy.restore(now, &bytes, None).unwrap();
                let held = 8 - copy.remaining(now);
                assert!(
                    (before..=after).contains(&held),
                    "{held} held, {before} admitted before and {after} asked for"
                );
                between += u32::from(held > 0 && held < 8);
            }
        });
        copy.restore(now, &limit.bytes(now), None).unwrap();
        assert_eq!((admitted.into_inner(), copy.remaining(now)), (8, 0));
    }
    println!("{between} snapshots in the middle");
}

#[test]
fn a_snapshot_holds_all_that_was_admitted_before_it() {
    let quota = Quota::<u32>::per(8, 1_000);
    holds_what_was_before(|| TokenBucket::try_new(quota).unwrap());
    holds_what_was_before(|| RollingWindow::<u32, 8, _>::try_in_cells(quota, Atomic32::fresh).unwrap());
    holds_what_was_before(|| {
        let rule = algorithm::BucketedWindow::<u32, 8>::try_new(quota).unwrap();
        BucketedWindow::<u32, 8, Atomic32>::in_cells(rule)
    });
}
