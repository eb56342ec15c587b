//! The operations of what is put together of limits, on both widths, with nothing known at compile time.

use tollgate::algorithm::TokenBucket;
use tollgate::cell::Unsync;
use tollgate::keyed::{KeyedLimits, SipHash};
use tollgate::layered::{Class, Costing, Level, Refused, Request};
use tollgate::lease::Terms;
use tollgate::penalty::{PenaltyRule, WaitingPeriod};
use tollgate::{
    Adjustable, Capped, ConcurrencyLimit, Decision, Keyed, Layered, Limiter, Penalty, Quota, RateLease, RollingWindow,
    SnapshotError, SuppressionCount,
};

type Bucket<T> = Limiter<TokenBucket<T>, Unsync<T>>;
type Window<T> = RollingWindow<T, 20, Unsync<T>>;
type Keys<T> = Keyed<TokenBucket<T>, 64, 2, SipHash, Unsync<T>>;
type Busy = ConcurrencyLimit<Unsync<u32>>;

macro_rules! on_both_widths {
    ($($ticks:ident)*) => {$(
        entry!(operation try_acquire Layered $ticks Layered<(Bucket<$ticks>, Window<$ticks>, Busy)>, Option<Refused<$ticks>>:
            |gate, now, cost, _| gate.try_acquire(now, cost).err());
        entry!(operation withdraw Layered $ticks Layered<(Bucket<$ticks>, Window<$ticks>, Busy)>, Option<$ticks>:
            |gate, now, cost, later| {
                let admitted = gate.try_acquire(now, cost).ok()?;
                let remaining = admitted.remaining();
                admitted.withdraw(later);
                Some(remaining)
            });
        entry!(operation each Layered $ticks Layered<(Bucket<$ticks>, Window<$ticks>, Busy)>, Option<$ticks>:
            |gate, now, cost, other| gate.try_acquire_each(now, [cost, other, cost]).err().and_then(|refused| refused.retry_after()));
        entry!(operation slice Layered $ticks [Bucket<$ticks>; 9], Option<Refused<$ticks>>:
            |levels, now, cost, _| Layered::new(&levels[..]).try_acquire(now, cost).err());
        entry!(operation nested Layered $ticks (Bucket<$ticks>, Bucket<$ticks>, Window<$ticks>), Option<Refused<$ticks>>:
            |levels, now, cost, other| {
                let inner = Layered::new((&levels.1, Costing::new(&levels.2, other)));
                Layered::new((&levels.0, inner)).try_acquire(now, cost).err()
            });
        entry!(operation class Layered $ticks (Bucket<$ticks>, Window<$ticks>), Option<bool>: |levels, now, cost, percent| {
            let class = Class::try_leaving("class", percent as u8).ok()?;
            Some(class.try_acquire(&*levels, now, cost).is_ok())
        });
        entry!(operation penalize Layered $ticks (Bucket<$ticks>, Window<$ticks>, Busy), ():
            |levels, now, cost, _| levels.penalize(&Request::new(now, cost)));

        entry!(operation try_acquire Penalty $ticks Penalty<Busy, $ticks, Unsync<$ticks>>, bool:
            |busy, now, cost, _| busy.try_acquire(now, cost).is_ok());
        entry!(operation waiting Penalty $ticks Penalty<Bucket<$ticks>, $ticks, Unsync<$ticks>>, Option<$ticks>:
            |bucket, now, cost, _| {
                let _ = bucket.peek(now, cost);
                bucket.refresh(now);
                bucket.waiting(now)
            });
        entry!(operation try_new Penalty $ticks (), bool: |_, first, factor, cap| {
            let period = WaitingPeriod::of(first).times(factor, cap);
            tollgate::penalty::PenaltyRule::<$ticks>::try_new(period).is_ok()
        });
        entry!(operation try_acquire SuppressionCount $ticks SuppressionCount<Bucket<$ticks>, Unsync<u32>>, Option<u32>:
            |bucket, now, cost, _| Some(bucket.try_acquire(now, cost).ok()?.1));

        entry!(operation lease RateLease $ticks Bucket<$ticks>, Option<$ticks>: |bucket, now, units, later| {
            let mut lease = RateLease::new(&*bucket, Terms::<$ticks>::try_new(units, later).ok()?);
            let left = lease.try_acquire(now, 1).ok()?.left();
            let _ = lease.try_acquire(later, left);
            lease.give_back(later);
            Some(left)
        });

        entry!(operation try_acquire Adjustable $ticks Adjustable<TokenBucket<$ticks>, Unsync<$ticks>>, Decision<$ticks>:
            |bucket, now, cost, leave| bucket.try_acquire_leaving(now, cost, leave));
        entry!(operation set_quota Adjustable $ticks Adjustable<TokenBucket<$ticks>, Unsync<$ticks>>, bool:
            |bucket, now, limit, period| bucket.set_quota(now, Quota::per(limit, period)).is_ok());
        entry!(operation try_acquire Capped $ticks Capped<Window<$ticks>, Unsync<$ticks>>, Decision<$ticks>:
            |window, now, cost, leave| window.try_acquire_leaving(now, cost, leave));
        entry!(operation set_limit Capped $ticks Capped<Window<$ticks>, Unsync<$ticks>>, bool:
            |window, _, limit, _| window.set_limit(limit).is_ok());

        entry!(operation try_acquire Keyed $ticks Keys<$ticks>, Option<bool>:
            |keys, now, cost, key| keys.try_acquire(&key, now, cost).err().map(|refused| refused.is_full()));
        entry!(operation class Keyed $ticks Keys<$ticks>, Option<$ticks>: |keys, now, cost, key| {
            let key = keys.key(&key).of_class(cost as usize).ok()?;
            let admitted = key.try_acquire_up_to(now, cost).ok()?;
            key.refund(now, cost);
            admitted.remaining()
        });
        entry!(operation peek Keyed $ticks Keys<$ticks>, Option<$ticks>: |keys, now, cost, key| {
            let refused = keys.key(&key).peek(now, cost).err()?;
            refused.retry_after()
        });
        entry!(operation remove Keyed $ticks Keys<$ticks>, $ticks: |keys, now, _, key| {
            keys.key(&key).reset();
            keys.key(&key).remove();
            keys.key(&key).remaining(now)
        });
        entry!(operation sweep Keyed $ticks Keys<$ticks>, usize: |keys, now, _, _| {
            keys.refresh(now);
            keys.in_use(now).filter(|usage| usage.remaining() == now).count() + keys.occupancy(now)
        });
        entry!(operation overflow Keyed $ticks Keys<$ticks>, Option<$ticks>: |keys, now, cost, key| {
            let full = keys.overflow()?.try_acquire(now, cost).is_err();
            Some(if full { keys.found_full() } else { keys.hashed(key.into()).remaining(now) })
        });
        entry!(operation layered Keyed $ticks Keys<$ticks>, Option<$ticks>: |keys, now, cost, key| {
            let gate = Layered::new((keys.key(&key), keys.key(&cost)));
            let admitted = gate.try_acquire(now, cost).ok()?;
            admitted.withdraw(now);
            None
        });
        entry!(operation penalty Keyed $ticks (Busy, PenaltyRule<$ticks>, Keyed<PenaltyRule<$ticks>, 16, 1, SipHash, Unsync<$ticks>>), bool:
            |(busy, rule, waiting), now, cost, key| {
                let cell = waiting.key(&key).cell(now);
                Penalty::from_parts(&*busy, *rule, cell).try_acquire(now, cost).is_ok()
            });

        entry!(operation permit KeyedLimits $ticks KeyedLimits<$ticks, Busy, 32, SipHash, Unsync<$ticks>>, Option<bool>:
            |limits, now, weight, key| {
                limits.refresh(now);
                limits.with(&key, now, |busy| busy.try_acquire(weight as u32).is_ok()).ok()
            });
        entry!(operation window KeyedLimits $ticks KeyedLimits<$ticks, Window<$ticks>, 32, SipHash, Unsync<$ticks>>, Option<usize>:
            |limits, now, cost, key| {
                let _ = limits.with(&key, now, |window| window.try_acquire(now, cost).is_ok());
                limits.get(&key, |window| window.remaining(now)).ok()??;
                Some(limits.occupancy(now))
            });

        entry!(operation snapshot TokenBucket $ticks Bucket<$ticks>, Option<usize>: |bucket, now, _, _| {
            let mut buffer = [0; Bucket::<$ticks>::SNAPSHOT_LEN];
            bucket.snapshot(now, &mut buffer).ok().map(<[u8]>::len)
        });
        entry!(operation restore TokenBucket $ticks Bucket<$ticks>, Result<(), SnapshotError>: |bucket, now, byte, elapsed| {
            bucket.restore(now, &[byte as u8; Bucket::<$ticks>::SNAPSHOT_LEN], Some(elapsed))
        });
    )*};
}

on_both_widths! { u32 u64 }
