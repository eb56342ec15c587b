//! What every bucket guarantees, as bodies that run alike on the host and on a microcontroller: no `std`, no clock,
//! any width of ticks `T` and any cell `C`.

use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::{HasShared, Init, StateCell};
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::time::Ticks;
use tollgate::{Denied, Limiter, Penalty, Quota, SuppressionCount};

use crate::model::{Dice, Model};

/// A cell that can start fresh, and the word it holds.
pub trait Cell<T>: Init<T> + StateCell<T> {}
impl<T, C: Init<T> + StateCell<T>> Cell<T> for C {}

/// Calls `$with!` with what it was given and the names of all guarantees.
macro_rules! for_each_guarantee {
    ($with:ident! $($given:tt)*) => {
        $with! { $($given)*
            a_new_limiter_admits_exactly_its_burst_whatever_the_clock_reads
            decisions_and_waits_equal_a_naive_model
            asking_again_at_retry_after_succeeds_and_a_tick_earlier_fails
            never_more_than_the_burst_and_the_rate_times_the_forward_progress
            a_refusal_or_a_cancelled_reservation_leaves_the_state_bit_for_bit
            a_cost_beyond_the_capacity_is_refused_for_good
            polling_at_any_interval_gets_exactly_the_quota
            a_step_back_mints_nothing_and_locks_out_for_at_most_a_drain
            idling_costs_at_most_a_drain_and_nothing_after_a_refresh
            a_part_is_taken_and_a_reserve_is_left
            a_refund_never_goes_beyond_full
            a_forced_charge_never_exceeds_burst_and_debt
            a_reservation_is_usable_after_its_delay
            a_leaky_bucket_decides_as_a_token_bucket
            a_queue_spaces_its_grants_evenly
            the_level_is_what_it_was_set_to
            a_new_quota_keeps_the_level
            asking_early_makes_the_wait_longer_and_asking_on_time_ends_it
            what_was_suppressed_is_told_once
        }
    };
}
pub(crate) use for_each_guarantee;

fn ticks<T: Ticks>(value: u32) -> T {
    T::truncate(value.into())
}

fn quota<T: Ticks>(limit: u32, period: u32, burst: u32) -> Quota<T> {
    Quota::per(ticks(limit), ticks(period)).burst(ticks(burst))
}

fn bucket<T: Ticks, C: Cell<T>>(quota: Quota<T>) -> Limiter<TokenBucket<T>, C> {
    TokenBucket::try_new(quota).expect("the quota can be kept").over(C::FRESH)
}

/// Rates of every kind: a tick worth one sub-tick and many, a unit that costs many and one.
fn quotas<T: Ticks>() -> [Quota<T>; 5] {
    [quota(50, 1_000, 8), quota(50, 32_768, 50), quota(7, 60_000, 3), quota(3, 1, 5), quota(1_000, 7, 20)]
}

/// Readings where a clock may start, the word of a fresh state and the wrap among them.
fn starts<T: Ticks>() -> [T; 6] {
    [T::ZERO, T::ONE, T::FRESH, T::HALF, T::HALF.wrapping_sub(T::ONE), T::MAX]
}

pub fn a_new_limiter_admits_exactly_its_burst_whatever_the_clock_reads<T: Ticks, C: Cell<T>>() {
    for quota in quotas::<T>() {
        for now in starts() {
            let bucket = bucket::<T, C>(quota);
            for left in (0..quota.capacity().into()).rev() {
                assert_eq!(bucket.try_acquire(now, T::ONE).unwrap().remaining().into(), left);
            }
            assert!(bucket.try_acquire(now, T::ONE).is_err());
        }
    }
}

pub fn decisions_and_waits_equal_a_naive_model<T: Ticks, C: Cell<T>>() {
    for (seed, quota) in (1..).zip(quotas::<T>()) {
        for start in starts() {
            let (bucket, mut model, mut dice) = (bucket::<T, C>(quota), Model::new(quota), Dice(seed));
            let mut now: T = start;
            for _ in 0..100 {
                let passed = dice.below(model.drain_ticks() / 3);
                now = now.wrapping_add(T::truncate(passed));
                model.pass(passed);
                let cost = dice.below(quota.capacity().into() + 2);
                match bucket.try_acquire(now, T::truncate(cost)) {
                    Ok(grant) => assert_eq!(model.acquire(cost), Ok(grant.remaining().into())),
                    Err(denied) => assert_eq!(model.acquire(cost), Err(denied.retry_after().map(Into::into))),
                }
            }
        }
    }
}

pub fn asking_again_at_retry_after_succeeds_and_a_tick_earlier_fails<T: Ticks, C: Cell<T>>() {
    for quota in quotas::<T>() {
        let bucket = bucket::<T, C>(quota);
        let mut now = T::MAX;
        for _ in 0..20 {
            while bucket.try_acquire(now, T::ONE).is_ok() {}
            let wait = bucket.try_acquire(now, T::ONE).unwrap_err().retry_after().expect("one unit fits some day");
            assert!(wait >= T::ONE);
            now = now.wrapping_add(wait);
            assert!(bucket.try_acquire(now.wrapping_sub(T::ONE), T::ONE).is_err());
            assert!(bucket.try_acquire(now, T::ONE).is_ok());
        }
    }
}

pub fn never_more_than_the_burst_and_the_rate_times_the_forward_progress<T: Ticks, C: Cell<T>>() {
    for (seed, quota) in (7..).zip(quotas::<T>()) {
        let (bucket, mut dice) = (bucket::<T, C>(quota), Dice(seed));
        let drain = Model::new(quota).drain_ticks();
        let (mut now, mut forward, mut admitted) = (T::MAX, 0, 0);
        for _ in 0..500 {
            let step = dice.below(drain);
            if dice.below(4) == 0 {
                now = now.wrapping_sub(T::truncate(step));
            } else {
                now = now.wrapping_add(T::truncate(step));
                forward += step;
            }
            while bucket.try_acquire(now, T::ONE).is_ok() {
                admitted += 1;
            }
            let burst: u64 = quota.capacity().into();
            let most = burst + forward * quota.limit().into() / quota.period().into();
            assert!(admitted <= most, "{admitted} admitted, {most} allowed");
        }
    }
}

pub fn a_refusal_or_a_cancelled_reservation_leaves_the_state_bit_for_bit<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(50, 32_768, 5));
    let now = T::MAX;
    let fresh = bucket.cell().load();
    let reserved = bucket.reserve(now, ticks(3), T::ZERO).unwrap();
    assert_ne!(bucket.cell().load(), fresh);
    bucket.cancel(now, reserved);
    assert_eq!(bucket.cell().load(), fresh);

    assert!(bucket.try_acquire(now, ticks(5)).is_ok());
    let spent = bucket.cell().load();
    assert!(bucket.try_acquire(now, T::ONE).is_err());
    assert!(bucket.try_acquire(now, ticks(6)).is_err());
    assert!(bucket.try_acquire_leaving(now, T::ONE, T::ONE).is_err());
    assert!(bucket.try_acquire_up_to(now, ticks(9)).is_err());
    assert!(bucket.reserve(now, T::ONE, T::ZERO).is_err());
    assert!(bucket.peek(now, T::ONE).is_err());
    assert!(bucket.set_level(now, ticks(6)).is_err());
    assert!(bucket.try_acquire(now, T::ZERO).is_ok());
    assert_eq!(bucket.cell().load(), spent);
}

pub fn a_cost_beyond_the_capacity_is_refused_for_good<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(2, 1_000, 5));
    let Err(Denied::Never(never)) = bucket.try_acquire(T::ZERO, ticks(6)) else {
        panic!("6 of 5 units were not refused")
    };
    assert_eq!((never.cost(), never.capacity()), (ticks(6), ticks(5)));
    let Err(Denied::Never(never)) = bucket.try_acquire_leaving(T::ZERO, ticks(4), ticks(2)) else {
        panic!("4 units that leave 2 of 5 were not refused")
    };
    assert_eq!((never.cost(), never.capacity()), (ticks(4), ticks(3)));
    assert!(bucket.try_acquire(T::ZERO, T::MAX).unwrap_err().is_never());
}

pub fn polling_at_any_interval_gets_exactly_the_quota<T: Ticks, C: Cell<T>>() {
    for every in [1, 71, 997] {
        let bucket = bucket::<T, C>(quota(50, 32_768, 50));
        let mut now = T::MAX.wrapping_sub(ticks(100_000));
        assert!(bucket.try_acquire(now, ticks(50)).is_ok());
        let mut admitted = 0;
        for polls in 1..=4_096_u64 {
            now = now.wrapping_add(ticks(every));
            admitted += bucket.try_acquire_up_to(now, T::MAX).map_or(0, |grant| grant.granted().into());
            assert_eq!(admitted, polls * u64::from(every) * 50 / 32_768);
        }
    }
}

pub fn a_step_back_mints_nothing_and_locks_out_for_at_most_a_drain<T: Ticks, C: Cell<T>>() {
    for quota in quotas::<T>() {
        let bucket = bucket::<T, C>(quota);
        let drain = bucket.rule().rate().drain_ticks();
        let horizon = bucket.rule().rate().horizon_ticks();
        for back in [T::ONE, drain, horizon.wrapping_sub(drain)] {
            bucket.reset();
            assert!(bucket.try_acquire(T::ZERO, quota.capacity()).is_ok());
            let now = T::ZERO.wrapping_sub(back);
            let wait = bucket.try_acquire(now, T::ONE).unwrap_err().retry_after().expect("one unit fits some day");
            assert!(wait <= drain, "a wait of {wait} ticks exceeds a drain of {drain}");
            assert!(bucket.try_acquire(now.wrapping_add(wait), T::ONE).is_ok());
        }
    }
}

pub fn idling_costs_at_most_a_drain_and_nothing_after_a_refresh<T: Ticks, C: Cell<T>>() {
    for quota in quotas::<T>() {
        let bucket = bucket::<T, C>(quota);
        let drain = bucket.rule().rate().drain_ticks();
        let exactly_one_wrap = T::ZERO;
        for idle in [exactly_one_wrap, T::ONE, T::HALF, T::MAX, bucket.rule().rate().horizon_ticks()] {
            bucket.reset();
            assert!(bucket.try_acquire(T::ZERO, quota.capacity()).is_ok());
            let _ = bucket.try_acquire(idle, quota.capacity());
            assert!(bucket.try_acquire(idle.wrapping_add(drain), quota.capacity()).is_ok());

            bucket.refresh(idle.wrapping_add(drain).wrapping_add(drain));
            assert!(bucket.try_acquire(idle, quota.capacity()).is_ok());
        }
    }
}

pub fn a_part_is_taken_and_a_reserve_is_left<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(1, 1_000, 10));
    let now = T::MAX;
    assert_eq!(bucket.try_acquire_up_to(now, ticks(4)).unwrap().granted(), ticks(4));
    assert!(bucket.try_acquire_leaving(now, ticks(3), ticks(4)).is_err());
    assert!(bucket.try_acquire_leaving(now, ticks(2), ticks(4)).is_ok());
    assert_eq!(bucket.try_acquire_up_to(now, ticks(9)).unwrap().granted(), ticks(4));
    assert_eq!(bucket.try_acquire_up_to(now, ticks(9)).unwrap_err().retry_after(), Some(ticks(1_000)));
}

pub fn a_refund_never_goes_beyond_full<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(1, 1_000, 10));
    let now = T::MAX;
    assert!(bucket.try_acquire(now, ticks(6)).is_ok());
    bucket.refund(now, ticks(2));
    assert_eq!(bucket.remaining(now), ticks(6));
    bucket.refund(now, T::MAX);
    assert_eq!(bucket.remaining(now), ticks(10));
    assert!(bucket.try_acquire(now, ticks(10)).is_ok());
    assert!(bucket.try_acquire(now, T::ONE).is_err());
}

pub fn a_forced_charge_never_exceeds_burst_and_debt<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(1, 1_000, 10).debt(ticks(5)));
    let now = T::MAX;
    assert_eq!(bucket.force(now, ticks(12)).charged(), ticks(12));
    assert_eq!((bucket.level(now), bucket.remaining(now)), (ticks(12), T::ZERO));
    let forced = bucket.force(now, ticks(12));
    assert_eq!((forced.charged(), forced.uncharged()), (ticks(3), ticks(9)));
    assert_eq!(bucket.try_acquire(now, T::ONE).unwrap_err().retry_after(), Some(ticks(6_000)));
}

pub fn a_reservation_is_usable_after_its_delay<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(2, 1_000, 2).debt(ticks(3)));
    let now = T::MAX;
    assert_eq!(bucket.reserve(now, ticks(2), T::ZERO).unwrap().delay(), T::ZERO);
    assert_eq!(bucket.reserve(now, ticks(2), ticks(999)).unwrap_err().retry_after(), Some(T::ONE));
    let reserved = bucket.reserve(now, ticks(2), ticks(1_000)).unwrap();
    assert_eq!(reserved.delay(), ticks(1_000));
    assert_eq!(bucket.reserve(now, ticks(2), ticks(9_999)).unwrap_err().retry_after(), Some(ticks(500)));
    bucket.cancel(now, reserved);
    assert_eq!(bucket.reserve(now, T::ONE, ticks(1_000)).unwrap().delay(), ticks(500));
}

pub fn a_leaky_bucket_decides_as_a_token_bucket<T: Ticks, C: Cell<T>>() {
    for quota in quotas::<T>() {
        let tokens = bucket::<T, C>(quota);
        let leaky = LeakyBucket::try_new(quota).expect("the quota can be kept").over(C::FRESH);
        let (mut now, mut dice) = (T::MAX, Dice(3));
        for _ in 0..100 {
            now = now.wrapping_add(T::truncate(dice.below(Model::new(quota).drain_ticks() / 3)));
            let cost = T::truncate(dice.below(quota.capacity().into()));
            assert_eq!(tokens.try_acquire(now, cost), leaky.try_acquire(now, cost));
        }
    }
}

pub fn a_queue_spaces_its_grants_evenly<T: Ticks, C: Cell<T>>() {
    let queue = LeakyQueue::try_new(quota::<T>(1, 1_000, 5)).expect("the quota can be kept").over(C::FRESH);
    let now = T::MAX;
    for place in 0..5 {
        assert_eq!(queue.try_acquire(now, T::ONE).unwrap().delay(), ticks(place * 1_000));
    }
    assert_eq!(queue.try_acquire(now, T::ONE).unwrap_err().retry_after(), Some(ticks(1_000)));
    assert_eq!(queue.try_acquire(now.wrapping_add(ticks(1_000)), T::ONE).unwrap().delay(), ticks(4_000));
}

pub fn the_level_is_what_it_was_set_to<T: Ticks, C: Cell<T>>() {
    let bucket = bucket::<T, C>(quota(4, 1_000, 80));
    for level in [0, 32, 80] {
        bucket.set_level(T::MAX, ticks(level)).unwrap();
        assert_eq!((bucket.level(T::MAX), bucket.remaining(T::MAX)), (ticks(level), ticks(80 - level)));
    }
    let refused = bucket.set_level(T::MAX, ticks(81)).unwrap_err();
    assert_eq!((refused.level(), refused.most()), (ticks(81), ticks(80)));
}

pub fn a_new_quota_keeps_the_level<T: Ticks, C: Cell<T>>() {
    let mut bucket = bucket::<T, C>(quota(50, 1_000, 20));
    let now = T::MAX;
    assert!(bucket.try_acquire(now, ticks(12)).is_ok());
    bucket.set_quota(now, quota(7, 60_000, 30)).unwrap();
    assert_eq!((bucket.level(now), bucket.remaining(now)), (ticks(12), ticks(18)));
    assert!(bucket.set_quota(now, quota(0, 1, 1)).is_err());
    assert_eq!(bucket.remaining(now), ticks(18));
}

pub fn asking_early_makes_the_wait_longer_and_asking_on_time_ends_it<T: HasShared, C: Cell<T>>() {
    let period = WaitingPeriod::of(ticks(1_000)).times(ticks(2), ticks(60_000));
    let rule = PenaltyRule::try_new(period).expect("the period can be kept");
    for start in starts::<T>() {
        let calls = Penalty::from_parts(bucket::<T, C>(quota(1, 100, 1)), rule, C::FRESH);
        assert!(calls.try_acquire(start, T::ONE).is_ok());
        for wait in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000] {
            let refused = calls.try_acquire(start, T::ONE).unwrap_err();
            assert_eq!(refused.retry_after(), Some(ticks(wait)));
        }
        let then = start.wrapping_add(ticks(60_000));
        assert!(calls.peek(then.wrapping_sub(T::ONE), T::ONE).is_err());
        assert!(calls.try_acquire(then, T::ONE).is_ok());
        assert_eq!(calls.waiting(then), None);
    }
}

pub fn what_was_suppressed_is_told_once<T: Ticks, C: Cell<T>>() {
    let line = SuppressionCount::new(bucket::<T, C>(quota(1, 100, 1)));
    let mut now = T::MAX;
    let mut before = 0;
    for refused in [0, 3, 0, 1] {
        assert_eq!(line.try_acquire(now, T::ONE).expect("it is due").1, before);
        for count in 1..=refused {
            assert!(line.try_acquire(now, T::ONE).is_err());
            assert_eq!(line.suppressed(), count);
        }
        now = now.wrapping_add(ticks(100));
        before = refused;
    }
}
