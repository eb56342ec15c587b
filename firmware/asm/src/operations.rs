//! Every public operation of every bucket, on both widths, with nothing known at compile time.

use tollgate::algorithm::{Bucket, LeakyBucket, LeakyQueue, TokenBucket};
use tollgate::cell::Unsync;
use tollgate::decision::{Forced, LevelError};
use tollgate::{Decision, Denied, Grant, Limiter, Quota, QuotaError, Reservation};

/// An entry: the operation, the rule, the ticks, and what is done with a limiter, two units and an instant.
macro_rules! entry {
    ($operation:ident $rule:ident $ticks:ident $answer:ty: $call:expr) => {
        const _: () = {
            #[unsafe(export_name = concat!("operation_", stringify!($rule), "_", stringify!($operation), "_", stringify!($ticks)))]
            extern "C" fn entry(
                limiter: &mut Limiter<$rule<$ticks>, Unsync<$ticks>>,
                now: $ticks,
                units: $ticks,
                more: $ticks,
                answer: &mut Option<$answer>,
            ) {
                let call: fn(&mut Limiter<$rule<$ticks>, Unsync<$ticks>>, $ticks, $ticks, $ticks) -> $answer = $call;
                *answer = Some(call(limiter, now, units, more));
            }
        };
    };
}

macro_rules! bucket {
    ($($rule:ident $ticks:ident;)*) => {$(
        entry!(try_acquire $rule $ticks Decision<$ticks>: |bucket, now, cost, _| bucket.try_acquire(now, cost));
        entry!(leaving $rule $ticks Decision<$ticks>: |bucket, now, cost, leave| bucket.try_acquire_leaving(now, cost, leave));
        entry!(up_to $rule $ticks Decision<$ticks>: |bucket, now, most, _| bucket.try_acquire_up_to(now, most));
        entry!(peek $rule $ticks Decision<$ticks>: |bucket, now, cost, _| bucket.peek(now, cost));
        entry!(remaining $rule $ticks $ticks: |bucket, now, _, _| bucket.remaining(now));
        entry!(refund $rule $ticks (): |bucket, now, units, _| bucket.refund(now, units));
        entry!(refresh $rule $ticks (): |bucket, now, _, _| bucket.refresh(now));
        entry!(reset $rule $ticks (): |bucket, _, _, _| bucket.reset());
        entry!(reserve $rule $ticks Result<Reservation<$ticks>, Denied<$ticks>>:
            |bucket, now, cost, max_wait| bucket.reserve(now, cost, max_wait));
        entry!(cancel $rule $ticks Option<$ticks>: |bucket, now, cost, later| {
            let reservation = bucket.reserve(now, cost, later).ok()?;
            let _ = bucket.force(now, later);
            bucket.cancel(later, reservation);
            Some(reservation.delay())
        });
        entry!(force $rule $ticks Forced<$ticks>: |bucket, now, cost, _| bucket.force(now, cost));
        entry!(level $rule $ticks $ticks: |bucket, now, _, _| bucket.level(now));
        entry!(set_level $rule $ticks Result<(), LevelError<$ticks>>: |bucket, now, level, _| bucket.set_level(now, level));
        entry!(try_new $rule $ticks Result<$rule<$ticks>, QuotaError>:
            |_, limit, period, burst| $rule::<$ticks>::try_new(Quota::per(limit, period).burst(burst).debt(limit)));
        entry!(set_quota $rule $ticks Result<(), QuotaError>:
            |bucket, now, limit, period| bucket.set_quota(now, Quota::per(limit, period).debt(now)));
        entry!(rescale $rule $ticks (): |bucket, now, _, _| {
            let to = *bucket.rule();
            bucket.rescale(now, &to);
        });
        entry!(rate $rule $ticks [$ticks; 6]: |bucket, _, _, _| {
            let rate = bucket.rule().rate();
            let quota = rate.quota();
            [quota.limit(), quota.period(), quota.capacity(), quota.most_debt(), rate.horizon_ticks(), rate.drain_ticks()]
        });
        entry!(grant $rule $ticks Option<[$ticks; 4]>: |bucket, now, cost, _| {
            let grant: Grant<$ticks> = bucket.peek(now, cost).ok()?;
            Some([grant.granted(), grant.remaining(), grant.reset_after(), grant.delay()])
        });
        entry!(denied $rule $ticks Option<$ticks>: |bucket, now, cost, _| {
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
