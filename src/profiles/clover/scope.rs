//! What one app, or one token, has: a rate, and places behind a waiting period.

use super::{Caps, Policy, PolicyError};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::concurrency::ConcurrencyLimit;
use crate::keyed::Reusable;
use crate::penalty::{Penalty, PenaltyRule};
#[cfg(not(loom))]
use crate::profiles::quota;
use crate::rolling_window::RollingWindow;
use crate::time::TickLength;

#[derive(Debug)]
struct Scope<T: HasShared, const N: usize, C, B> {
    rate: RollingWindow<T, N, C>,
    places: Penalty<ConcurrencyLimit<B>, T, C>,
}

macro_rules! const_new {
    ($($word:ident $per:ident)*) => {$(
        #[cfg(not(loom))]
        impl<const N: usize, C: Init<$word>, B: Init<u32>> Scope<$word, N, C, B> {
            #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // what is cut has been compared
            const fn new(caps: Caps, policy: &Policy, tick: TickLength) -> Self {
                const fn word(ticks: u64) -> $word {
                    if ticks > $word::MAX as u64 { $word::MAX } else { ticks as $word }
                }
                use crate::penalty::WaitingPeriod;
                let period = WaitingPeriod::of(word(tick.count(policy.first_wait)))
                    .times(policy.growth as $word, word(tick.count(policy.longest_wait)));
                Self {
                    rate: RollingWindow::<$word, N, C>::new_in_cells(quota::$per(caps.rate, policy.period, tick)),
                    places: Penalty::from_parts(
                        ConcurrencyLimit::in_cells(caps.at_once),
                        PenaltyRule::<$word>::new(period),
                        C::FRESH,
                    ),
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
        mut cell: impl FnMut() -> C,
        mut count: impl FnMut() -> B,
    ) -> Result<Self, PolicyError> {
        let rule = PenaltyRule::try_new(policy.wait(tick)).map_err(PolicyError::Wait)?;
        let places = ConcurrencyLimit::from_parts(caps.at_once, count(), count()).map_err(PolicyError::AtOnce)?;
        let places = Penalty::from_parts(places, rule, cell());
        Ok(Self {
            rate: RollingWindow::try_in_cells(policy.quota(caps, tick), cell).map_err(PolicyError::Rate)?,
            places,
        })
    }
}

/// Fresh when no request counts, none is in progress, and no waiting period stands.
impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Reusable<T> for Scope<T, N, C, B> {
    fn is_fresh(&self, now: T) -> bool {
        // Further ahead than two of the longest: the clock has stepped back, as no reading is so late.
        let longest = self.places.rule().period().cap();
        if self.places.waiting(now.wrapping_add(longest).wrapping_add(longest)).is_some() {
            self.places.refresh(now);
        }
        let has_spent_nothing = self.rate.is_fresh(now); // asked in any case, as it mends too
        has_spent_nothing && self.places.waiting(now).is_none() && Reusable::<T>::is_fresh(self.places.limit(), now)
    }

    fn reset(&self) {
        self.places.reset();
        Reusable::<T>::reset(self.places.limit());
        self.rate.reset();
    }

    fn refresh(&self, now: T) {
        self.places.refresh(now);
        self.rate.refresh(now);
    }
}

macro_rules! scope {
    ($name:ident, $caps:ident) => {
        scope!($name, $caps, const u32);
        scope!($name, $caps, const u64);

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
            /// The same in fresh cells of any kind: `cell` makes those of the window and of the waiting period, `count` those of
            /// the places.
            ///
            /// # Errors
            ///
            /// As [`try_new`](Self::try_new).
            pub fn try_in_cells(
                policy: &Policy,
                tick: TickLength,
                cell: impl FnMut() -> C,
                count: impl FnMut() -> B,
            ) -> Result<Self, PolicyError> {
                Ok(Self { scope: Scope::try_in_cells(policy.$caps, policy, tick, cell, count)? })
            }

        }

        impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> $name<T, N, C, B> {
            /// The window of the rate.
            #[must_use]
            pub const fn rate(&self) -> &RollingWindow<T, N, C> {
                &self.scope.rate
            }

            /// The places, behind their waiting period.
            #[must_use]
            pub const fn places(&self) -> &Penalty<ConcurrencyLimit<B>, T, C> {
                &self.scope.places
            }

            /// Requests in progress.
            #[must_use]
            pub fn in_progress(&self) -> u32 {
                self.scope.places.limit().in_flight()
            }
        }

        impl<T: HasShared, const N: usize, C: StateCell<T>, B: StateCell<u32>> Reusable<T> for $name<T, N, C, B> {
            fn is_fresh(&self, now: T) -> bool {
                self.scope.is_fresh(now)
            }

            fn reset(&self) {
                self.scope.reset();
            }

            fn refresh(&self, now: T) {
                self.scope.refresh(now);
            }
        }
    };
    ($name:ident, $caps:ident, const $word:ident) => {
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
                Self { scope: Scope::<$word, N, C, B>::new(policy.$caps, policy, tick) }
            }
        }
    };
}

/// The limits of one app, which its tokens share. `N` is the largest rate.
#[derive(Debug)]
pub struct App<T: HasShared, const N: usize = 50, C = Shared<T>, B = Shared<u32>> {
    scope: Scope<T, N, C, B>,
}

/// The limits of one token. `N` is the largest rate.
#[derive(Debug)]
pub struct Token<T: HasShared, const N: usize = 16, C = Shared<T>, B = Shared<u32>> {
    scope: Scope<T, N, C, B>,
}

scope!(App, app);
scope!(Token, token);
