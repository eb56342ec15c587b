//! One face for all limits, so that one test body serves them all.

use tollgate::algorithm::Durable;
use tollgate::cell::{HasShared, StateCell};
use tollgate::time::Ticks;
use tollgate::{BucketedWindow, Decision, Limiter, Quota, RollingWindow, SnapshotError};

/// Slots of the rolling window, and the largest limit of the tests.
pub const MOST: usize = 8;
/// Slots of the bucketed window.
pub const SLOTS: usize = 8;

/// Which quotas and clocks a limit can be compared on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Bucket,
    /// A window that looks the same from wherever the clock is.
    Window,
    /// The same, in sub-windows.
    SubWindows,
    /// A window whose place on the clock matters.
    Aligned,
}

pub trait Subject<T: Ticks> {
    const LEN: usize;

    fn acquire(&self, now: T, cost: T) -> Decision<T>;
    fn acquire_up_to(&self, now: T, most: T) -> Decision<T>;
    fn peek(&self, now: T, cost: T) -> Decision<T>;
    fn remaining(&self, now: T) -> T;
    fn refund(&self, now: T, units: T);
    fn refresh(&self, now: T);
    fn snapshot<'b>(&self, now: T, buffer: &'b mut [u8]) -> Result<&'b [u8], SnapshotError>;
    fn restore(&self, now: T, bytes: &[u8], elapsed: Option<T>) -> Result<(), SnapshotError>;

    fn bytes(&self, now: T) -> Vec<u8> {
        let mut buffer = vec![0xA5; Self::LEN];
        self.snapshot(now, &mut buffer).unwrap().to_vec()
    }
}

macro_rules! subject {
    (impl($($generic:tt)*) for $limit:ty; $ticks:ty) => {
        impl<$($generic)*> Subject<$ticks> for $limit {
            const LEN: usize = Self::SNAPSHOT_LEN;

            fn acquire(&self, now: $ticks, cost: $ticks) -> Decision<$ticks> {
                self.try_acquire(now, cost)
            }

            fn acquire_up_to(&self, now: $ticks, most: $ticks) -> Decision<$ticks> {
                self.try_acquire_up_to(now, most)
            }

            fn peek(&self, now: $ticks, cost: $ticks) -> Decision<$ticks> {
                Self::peek(self, now, cost)
            }

            fn remaining(&self, now: $ticks) -> $ticks {
                Self::remaining(self, now)
            }

            fn refund(&self, now: $ticks, units: $ticks) {
                let _ = Self::refund(self, now, units);
            }

            fn refresh(&self, now: $ticks) {
                Self::refresh(self, now);
            }

            fn snapshot<'b>(&self, now: $ticks, buffer: &'b mut [u8]) -> Result<&'b [u8], SnapshotError> {
                Self::snapshot(self, now, buffer)
            }

            fn restore(&self, now: $ticks, bytes: &[u8], elapsed: Option<$ticks>) -> Result<(), SnapshotError> {
                Self::restore(self, now, bytes, elapsed)
            }
        }
    };
}

subject!(impl(A: Durable, C: StateCell<A::Ticks>) for Limiter<A, C>; A::Ticks);
subject!(impl(T: HasShared, C: StateCell<T>) for RollingWindow<T, MOST, C>; T);
subject!(impl(T: HasShared, C: StateCell<T>) for BucketedWindow<T, SLOTS, C>; T);

/// A limit of some kind: how to make one, and how to charge more than it holds where that is possible.
pub struct Case<T, L> {
    pub name: &'static str,
    pub family: Family,
    pub make: fn(Quota<T>) -> L,
    pub owe: fn(&L, T, T),
}

impl<T: Ticks, L> Case<T, L> {
    pub fn quota(&self, [limit, period, burst, debt]: [u64; 4]) -> Quota<T> {
        let [limit, period, burst, debt] = [limit, period, burst, debt].map(T::truncate);
        let quota = Quota::per(limit, period);
        if self.family == Family::Bucket { quota.burst(burst).debt(debt) } else { quota }
    }

    /// Five a hundred ticks; a bucket holds eight and may owe two.
    pub fn usual(&self) -> L {
        (self.make)(self.quota([5, 100, 8, 2]))
    }
}

/// Calls `$test(&case, $arguments)` with every limit, on both widths, in every cell.
macro_rules! every_limit {
    ($test:ident($($argument:expr),*)) => {{
        every_limit!(in tollgate::cell::Atomic32::fresh, u32: $test($($argument),*));
        every_limit!(in tollgate::cell::Atomic64::fresh, u64: $test($($argument),*));
        #[cfg(feature = "critical-section")]
        every_limit!(in tollgate::cell::CriticalSection::fresh, u32: $test($($argument),*));
        #[cfg(feature = "critical-section")]
        every_limit!(in tollgate::cell::CriticalSection::fresh, u64: $test($($argument),*));
        every_unsync_limit!($test($($argument),*));
    }};
    (in $cell:path, $word:ident: $test:ident($($argument:expr),*)) => {{
        use tollgate::algorithm;
        use $crate::subject::Family::{Aligned, Bucket, SubWindows, Window};
        every_limit!(bucket TokenBucket in $cell, $word: $test($($argument),*));
        every_limit!(bucket LeakyBucket in $cell, $word: $test($($argument),*));
        every_limit!(bucket LeakyQueue in $cell, $word: $test($($argument),*));
        every_limit!(case FixedWindow Aligned $word: $test($($argument),*),
            |quota| algorithm::FixedWindow::<$word>::try_new(quota).unwrap().over($cell()));
        every_limit!(case FirstRequestWindow Window $word: $test($($argument),*),
            |quota| algorithm::FirstRequestWindow::<$word>::try_new(quota).unwrap().over($cell()));
        every_limit!(case SlidingWindow Aligned $word: $test($($argument),*),
            |quota| algorithm::SlidingWindow::<$word>::try_new(quota).unwrap().over($cell()));
        every_limit!(case RollingWindow Window $word: $test($($argument),*),
            |quota| tollgate::RollingWindow::<$word, { $crate::subject::MOST }, _>::try_in_cells(quota, $cell).unwrap());
        every_limit!(case BucketedWindow SubWindows $word: $test($($argument),*),
            |quota| tollgate::BucketedWindow::<$word, { $crate::subject::SLOTS }, _>::from_parts(
                algorithm::BucketedWindow::try_with_buckets(quota, 5).unwrap(), $cell));
    }};
    (bucket $name:ident in $cell:path, $word:ident: $test:ident($($argument:expr),*)) => {
        $test(&$crate::subject::Case::<$word, _> {
            name: stringify!($name),
            family: Bucket,
            make: |quota| algorithm::$name::<$word>::try_new(quota).unwrap().over($cell()),
            owe: |limit, now, units| { let _ = limit.force(now, units); },
        } $(, $argument)*)
    };
    (case $name:ident $family:ident $word:ident: $test:ident($($argument:expr),*), $make:expr) => {
        $test(&$crate::subject::Case::<$word, _> {
            name: stringify!($name),
            family: $family,
            make: $make,
            owe: |_, _, _| {},
        } $(, $argument)*)
    };
}

/// The same in plain cells only.
macro_rules! every_unsync_limit {
    ($test:ident($($argument:expr),*)) => {{
        every_limit!(in tollgate::cell::Unsync::fresh, u32: $test($($argument),*));
        every_limit!(in tollgate::cell::Unsync::fresh, u64: $test($($argument),*));
    }};
}
