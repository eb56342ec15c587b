//! What one app has, or one token: a rate and places; and a token the waits it was told.

use super::waits::Waits;
use super::{Caps, Policy, PolicyError};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::concurrency::ConcurrencyLimit;
use crate::keyed::Reusable;
#[cfg(not(loom))]
use crate::profiles::quota;
use crate::rolling_window::RollingWindow;
use crate::time::TickLength;

#[derive(Debug)]
struct Scope<T: HasShared, const N: usize, C, B> {
    rate: RollingWindow<T, N, C>,
    places: ConcurrencyLimit<B>,
}

macro_rules! const_new {
    ($($word:ident $per:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const N: usize, C: Init<$word>, B: Init<u32>> Scope<$word, N, C, B> {
            const fn new(caps: Caps, policy: &Policy, tick: TickLength) -> Self {
                Self {
                    rate: RollingWindow::<$word, N, C>::new_in_cells(quota::$per(caps.rate, policy.period, tick)),
                    places: ConcurrencyLimit::in_cells(caps.at_once),
                }
            }
        }
    )*};
}

const_new!(u32 per_u32 u64 per_u64);

impl<T: HasShared, const N: usize, C: StateCell<T>, B> Scope<T, N, C, B> {
    fn try_in_cells(
        caps: Caps,
        policy: &Policy,
        tick: TickLength,
        cell: &mut impl FnMut() -> C,
        count: &mut impl FnMut() -> B,
    ) -> Result<Self, PolicyError> {
        Ok(Self {
            rate: RollingWindow::try_in_cells(policy.quota(caps, tick), cell).map_err(PolicyError::Rate)?,
            places: ConcurrencyLimit::from_parts(caps.at_once, count(), count()).map_err(PolicyError::AtOnce)?,
        })
    }
}

/// Fresh when no request counts, and none is in progress.
impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Reusable<T> for Scope<T, N, C, B> {
    fn is_fresh(&self, now: T) -> bool {
        let has_spent_nothing = self.rate.is_fresh(now); // asked in any case, as it mends too
        has_spent_nothing && Reusable::<T>::is_fresh(&self.places, now)
    }

    fn reset(&self) {
        Reusable::<T>::reset(&self.places);
        self.rate.reset();
    }

    fn refresh(&self, now: T) {
        self.rate.refresh(now);
    }
}

macro_rules! scope {
    ($name:ident, $caps:ident $(, $waits:ident)?) => {
        scope!($name, $caps, const u32 $(, $waits)?);
        scope!($name, $caps, const u64 $(, $waits)?);

        #[cfg(not(loom))]
        impl<T: HasShared<Cell: StateCell<T>>, const N: usize> $name<T, N> {
            /// Limits never used, of a policy known at run time.
            ///
            /// # Errors
            ///
            /// If its numbers do not fit the clock or the window.
            pub fn try_new(policy: &Policy, tick: TickLength) -> Result<Self, PolicyError> {
                let (cell, count) = (|| <Shared<T> as Init<T>>::FRESH, || <Shared<u32> as Init<u32>>::FRESH);
                Self::try_in_cells(policy, tick, cell, count)
            }
        }

        impl<T: HasShared, const N: usize, C: StateCell<T>, B> $name<T, N, C, B> {
            /// The same in fresh cells of any kind: `cell` makes those of the window and of the waiting
            /// periods, `count` those of the places.
            ///
            /// # Errors
            ///
            /// As [`try_new`](Self::try_new).
            pub fn try_in_cells(
                policy: &Policy,
                tick: TickLength,
                mut cell: impl FnMut() -> C,
                mut count: impl FnMut() -> B,
            ) -> Result<Self, PolicyError> {
                Ok(Self {
                    $($waits: Waits::try_in_cells(policy, tick, &mut cell)?,)?
                    scope: Scope::try_in_cells(policy.$caps, policy, tick, &mut cell, &mut count)?,
                })
            }
        }

        impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> $name<T, N, C, B> {
            /// The window of the rate.
            #[must_use]
            pub const fn rate(&self) -> &RollingWindow<T, N, C> {
                &self.scope.rate
            }

            /// The places.
            #[must_use]
            pub const fn places(&self) -> &ConcurrencyLimit<B> {
                &self.scope.places
            }

            /// Requests in progress.
            #[must_use]
            pub fn in_progress(&self) -> u32 {
                self.scope.places.in_flight()
            }
        }

        impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Reusable<T> for $name<T, N, C, B> {
            fn is_fresh(&self, now: T) -> bool {
                // All are asked in any case, as they mend too.
                [self.scope.is_fresh(now) $(, self.$waits.are_over(now))?].into_iter().all(|is_fresh| is_fresh)
            }

            fn reset(&self) {
                $(self.$waits.reset();)?
                self.scope.reset();
            }

            fn refresh(&self, now: T) {
                $(self.$waits.refresh(now);)?
                self.scope.refresh(now);
            }
        }
    };
    ($name:ident, $caps:ident, const $word:ident $(, $waits:ident)?) => {
        #[cfg(not(loom))]
        impl<const N: usize> $name<$word, N> {
            /// Limits never used, of a constant policy.
            ///
            /// # Panics
            ///
            /// If its numbers do not fit the clock or the window; in a `const` or `static` that is a compile error which names
            /// the value.
            #[must_use]
            pub const fn new(policy: &Policy, tick: TickLength) -> Self {
                Self::new_in_cells(policy, tick)
            }
        }

        #[cfg(not(loom))]
        impl<const N: usize, C: Init<$word>, B: Init<u32>> $name<$word, N, C, B> {
            /// [`new`](Self::new) in cells of any kind.
            ///
            /// # Panics
            ///
            /// As that.
            #[must_use]
            pub const fn new_in_cells(policy: &Policy, tick: TickLength) -> Self {
                Self {
                    $($waits: Waits::<$word, C>::new(policy, tick),)?
                    scope: Scope::<$word, N, C, B>::new(policy.$caps, policy, tick),
                }
            }
        }
    };
}

/// The limits of one app, which its tokens share. `N` is the largest rate.
#[derive(Debug)]
pub struct App<T: HasShared, const N: usize = 50, C = Shared<T>, B = Shared<u32>> {
    scope: Scope<T, N, C, B>,
}

/// The limits of one token, and the [waits](super#waiting) it was told. `N` is the largest rate.
#[derive(Debug)]
pub struct Token<T: HasShared, const N: usize = 16, C = Shared<T>, B = Shared<u32>> {
    waits: Waits<T, C>,
    scope: Scope<T, N, C, B>,
}

scope!(App, app);
scope!(Token, token, waits);

impl<T: HasShared, const N: usize, C: StateCell<T>, B> Token<T, N, C, B> {
    /// Ticks that this token still has to wait for a place, if it was told to.
    #[must_use]
    pub fn waiting(&self, now: T) -> Option<T> {
        self.waits.left(now)
    }

    pub(super) const fn waits(&self) -> &Waits<T, C> {
        &self.waits
    }
}
