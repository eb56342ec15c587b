//! The operations of windows and of permits, on both widths, with nothing known at compile time.

use tollgate::algorithm::{FirstRequestWindow, FixedWindow, SlidingWindow};
use tollgate::cell::Unsync;
use tollgate::{
    BucketedWindow, ConcurrencyLimit, Decision, Denied, LeasedConcurrency, Limiter, Quota, QuotaError, RollingWindow,
    SnapshotError,
};

/// What every window does.
macro_rules! window {
    ($name:ident $ticks:ident $window:ty) => {
        entry!(operation try_acquire $name $ticks $window, Decision<$ticks>: |window, now, cost, _| window.try_acquire(now, cost));
        entry!(operation leaving $name $ticks $window, Decision<$ticks>:
            |window, now, cost, leave| window.try_acquire_leaving(now, cost, leave));
        entry!(operation up_to $name $ticks $window, Decision<$ticks>: |window, now, most, _| window.try_acquire_up_to(now, most));
        entry!(operation peek $name $ticks $window, Decision<$ticks>: |window, now, cost, _| window.peek(now, cost));
        entry!(operation remaining $name $ticks $window, $ticks: |window, now, _, _| window.remaining(now));
        entry!(operation refund $name $ticks $window, (): |window, now, units, _| _ = window.refund(now, units));
        entry!(operation refresh $name $ticks $window, (): |window, now, _, _| window.refresh(now));
        entry!(operation reset $name $ticks $window, (): |window, _, _, _| window.reset());
        entry!(operation snapshot $name $ticks $window, Option<usize>: |window, now, _, _| {
            let mut buffer = [0; <$window>::SNAPSHOT_LEN];
            window.snapshot(now, &mut buffer).ok().map(<[u8]>::len)
        });
        entry!(operation restore $name $ticks $window, Result<(), SnapshotError>: |window, now, byte, elapsed| {
            window.restore(now, &[byte as u8; <$window>::SNAPSHOT_LEN], Some(elapsed))
        });
    };
}

macro_rules! on_both_widths {
    ($($ticks:ident)*) => {$(
        window!(RollingWindow $ticks RollingWindow<$ticks, 20, Unsync<$ticks>>);
        window!(BucketedWindow $ticks BucketedWindow<$ticks, 16, Unsync<$ticks>>);
        window!(FixedWindow $ticks Limiter<FixedWindow<$ticks>, Unsync<$ticks>>);
        window!(FirstRequestWindow $ticks Limiter<FirstRequestWindow<$ticks>, Unsync<$ticks>>);
        window!(SlidingWindow $ticks Limiter<SlidingWindow<$ticks>, Unsync<$ticks>>);
        entry!(operation try_new RollingWindow $ticks (), Option<QuotaError>: |_, limit, period, _| {
            RollingWindow::<$ticks, 20, _>::try_in_cells(Quota::per(limit, period), Unsync::fresh).err()
        });
        entry!(operation try_new BucketedWindow $ticks (), Option<QuotaError>: |_, limit, period, buckets| {
            let quota = Quota::per(limit, period);
            tollgate::algorithm::BucketedWindow::<$ticks, 16>::try_with_buckets(quota, buckets as usize).err()
        });
        entry!(operation acquire LeasedConcurrency $ticks LeasedConcurrency<$ticks, 8, Unsync<$ticks>>, Option<Denied<$ticks>>:
            |busy, now, weight, _| busy.try_acquire(now, weight).err());
        entry!(operation renew LeasedConcurrency $ticks LeasedConcurrency<$ticks, 8, Unsync<$ticks>>, Option<bool>:
            |busy, now, weight, later| Some(busy.try_acquire_up_to(now, weight).ok()?.renew(later).is_ok()));
        entry!(operation refresh LeasedConcurrency $ticks LeasedConcurrency<$ticks, 8, Unsync<$ticks>>, ():
            |busy, now, _, _| busy.refresh(now));
    )*};
}

on_both_widths! { u32 u64 }

entry!(operation acquire ConcurrencyLimit u32 ConcurrencyLimit<Unsync<u32>>, Option<Denied<u32>>:
    |busy, _, weight, leave| busy.try_acquire_leaving(weight, leave).err());
entry!(operation up_to ConcurrencyLimit u32 ConcurrencyLimit<Unsync<u32>>, Option<u32>:
    |busy, _, most, part| busy.try_acquire_up_to(most).ok()?.split(part).map(|part| part.weight()));
entry!(operation release ConcurrencyLimit u32 ConcurrencyLimit<Unsync<u32>>, bool:
    |busy, _, weight, _| busy.release(weight).is_ok());
entry!(operation set_limit ConcurrencyLimit u32 ConcurrencyLimit<Unsync<u32>>, bool:
    |busy, _, limit, _| busy.set_limit(limit).is_ok());
