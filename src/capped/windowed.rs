use crate::algorithm::{FirstRequestWindow, FixedWindow, SlidingWindow};
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, StateCell};
use crate::decision::Decision;
use crate::limiter::Limiter;
use crate::rolling_window::RollingWindow;
use crate::time::Ticks;

/// A window that counts up to a limit, all of which may come at once: what can be [`Capped`](crate::Capped).
///
/// Each function is the window's own of that name.
pub trait Windowed {
    /// The clock's ticks, and the type of costs.
    type Ticks: Ticks;

    /// The limit it was made with.
    fn limit(&self) -> Self::Ticks;

    /// Takes `cost` units if at least `leave` units remain.
    ///
    /// # Errors
    ///
    /// [`Denied::NotYet`](crate::Denied::NotYet) with the wait, or [`Denied::Never`](crate::Denied::Never) if `cost` and
    /// `leave` together exceed the limit.
    fn try_acquire_leaving(&self, now: Self::Ticks, cost: Self::Ticks, leave: Self::Ticks) -> Decision<Self::Ticks>;

    /// What an acquire of `cost` units would answer, without charging.
    ///
    /// # Errors
    ///
    /// As that.
    fn peek(&self, now: Self::Ticks, cost: Self::Ticks) -> Decision<Self::Ticks>;

    /// Units that can be taken at `now`.
    fn remaining(&self, now: Self::Ticks) -> Self::Ticks;
}

impl<L: Windowed> Windowed for &L {
    type Ticks = L::Ticks;

    fn limit(&self) -> L::Ticks {
        L::limit(self)
    }

    #[inline]
    fn try_acquire_leaving(&self, now: L::Ticks, cost: L::Ticks, leave: L::Ticks) -> Decision<L::Ticks> {
        L::try_acquire_leaving(self, now, cost, leave)
    }

    #[inline]
    fn peek(&self, now: L::Ticks, cost: L::Ticks) -> Decision<L::Ticks> {
        L::peek(self, now, cost)
    }

    #[inline]
    fn remaining(&self, now: L::Ticks) -> L::Ticks {
        L::remaining(self, now)
    }
}

macro_rules! windowed {
    ($([$($generics:tt)*] $window:ty, |$this:ident| $limit:expr;)*) => {$(
        impl<$($generics)*> Windowed for $window {
            type Ticks = T;

            #[inline]
            fn limit(&self) -> T {
                let $this = self;
                $limit
            }

            #[inline]
            fn try_acquire_leaving(&self, now: T, cost: T, leave: T) -> Decision<T> {
                Self::try_acquire_leaving(self, now, cost, leave)
            }

            #[inline]
            fn peek(&self, now: T, cost: T) -> Decision<T> {
                Self::peek(self, now, cost)
            }

            #[inline]
            fn remaining(&self, now: T) -> T {
                Self::remaining(self, now)
            }
        }
    )*};
}

windowed! {
    [T: Ticks, C: StateCell<T>] Limiter<FixedWindow<T>, C>, |limiter| limiter.rule().quota().limit();
    [T: Ticks, C: StateCell<T>] Limiter<FirstRequestWindow<T>, C>, |limiter| limiter.rule().quota().limit();
    [T: Ticks, C: StateCell<T>] Limiter<SlidingWindow<T>, C>, |limiter| limiter.rule().quota().limit();
    [T: HasShared, const N: usize, C: StateCell<T>] RollingWindow<T, N, C>, |window| window.window().limit();
    [T: HasShared, const SLOTS: usize, C: StateCell<T>] BucketedWindow<T, SLOTS, C>, |window| window.rule().limit();
}
