//! Every public operation of every bucket, on both widths, with nothing known at compile time.

use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::Unsync;
use tollgate::decision::{Forced, LevelError};
use tollgate::{Decision, Denied, Grant, Limiter, Quota, QuotaError, Reservation};

macro_rules! of_bucket {
    ($operation:ident $rule:ident $ticks:ident $answer:ty: $call:expr) => {
        entry!(operation $operation $rule $ticks Limiter<$rule<$ticks>, Unsync<$ticks>>, $answer: $call);
    };
}

macro_rules! bucket {
    ($($rule:ident $ticks:ident;)*) => {$(
        of_bucket!(try_acquire $rule $ticks Decision<$ticks>: |bucket, now, cost, _| bucket.try_acquire(now, cost));
        of_bucket!(leaving $rule $ticks Decision<$ticks>: |bucket, now, cost, leave| bucket.try_acquire_leaving(now, cost, leave));
        of_bucket!(up_to $rule $ticks Decision<$ticks>: |bucket, now, most, _| bucket.try_acquire_up_to(now, most));
        of_bucket!(peek $rule $ticks Decision<$ticks>: |bucket, now, cost, _| bucket.peek(now, cost));
        of_bucket!(remaining $rule $ticks $ticks: |bucket, now, _, _| bucket.remaining(now));
        of_bucket!(refund $rule $ticks (): |bucket, now, units, _| bucket.refund(now, units));
        of_bucket!(refresh $rule $ticks (): |bucket, now, _, _| bucket.refresh(now));
        of_bucket!(reset $rule $ticks (): |bucket, _, _, _| bucket.reset());
        of_bucket!(reserve $rule $ticks Result<Reservation<$ticks>, Denied<$ticks>>:
            |bucket, now, cost, max_wait| bucket.reserve(now, cost, max_wait));
        of_bucket!(cancel $rule $ticks Option<$ticks>: |bucket, now, cost, later| {
            let reservation = bucket.reserve(now, cost, later).ok()?;
            let _ = bucket.force(now, later);
            bucket.cancel(later, reservation);
            Some(reservation.delay())
        });
        of_bucket!(force $rule $ticks Forced<$ticks>: |bucket, now, cost, _| bucket.force(now, cost));
        of_bucket!(level $rule $ticks $ticks: |bucket, now, _, _| bucket.level(now));
        of_bucket!(set_level $rule $ticks Result<(), LevelError<$ticks>>: |bucket, now, level, _| bucket.set_level(now, level));
        of_bucket!(try_new $rule $ticks Result<$rule<$ticks>, QuotaError>:
            |_, limit, period, burst| $rule::<$ticks>::try_new(Quota::per(limit, period).burst(burst).debt(limit)));
        of_bucket!(set_quota $rule $ticks Result<(), QuotaError>:
            |bucket, now, limit, period| bucket.set_quota(now, Quota::per(limit, period).debt(now)));
        of_bucket!(rescale $rule $ticks (): |bucket, now, _, _| {
            let to = *bucket.rule();
            bucket.rescale(now, &to);
        });
        of_bucket!(rate $rule $ticks [$ticks; 6]: |bucket, _, _, _| {
            let rate = bucket.rule().rate();
            let quota = rate.quota();
            [quota.limit(), quota.period(), quota.capacity(), quota.most_debt(), rate.horizon_ticks(), rate.drain_ticks()]
        });
        of_bucket!(grant $rule $ticks Option<[$ticks; 4]>: |bucket, now, cost, _| {
            let grant: Grant<$ticks> = bucket.peek(now, cost).ok()?;
            Some([grant.granted(), grant.remaining(), grant.reset_after(), grant.delay()])
        });
        of_bucket!(denied $rule $ticks Option<$ticks>: |bucket, now, cost, _| {
            let denied = bucket.peek(now, cost).err()?;
            if denied.is_never() { None } else { denied.retry_after() }
        });
    )*};
}

bucket! {
    TokenBucket u32;
    TokenBucket u64;
    LeakyBucket u32;
    LeakyBucket u64;
    LeakyQueue u32;
    LeakyQueue u64;
}
