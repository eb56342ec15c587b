//! Tuples of 3 to 8 levels, as chains of [pairs](super::pair), and a cost for each level of a tuple.

use super::{Admission, Admitted, Costing, Layered, Level, Refused, Request, Tightest, admission};
use crate::time::Ticks;

/// `(a, (b, (c, …)))` of types or of values.
macro_rules! chain {
    ($one:ty) => { $one };
    ($first:ty, $($rest:ty),+) => { ($first, chain!($($rest),+)) };
}

macro_rules! chained {
    ($one:expr) => { $one };
    ($first:expr, $($rest:expr),+) => { ($first, chained!($($rest),+)) };
}

macro_rules! tuple {
    ($($level:ident $at:tt),+) => {
        impl<T: Ticks, $($level: Level<T>),+> Level<T> for ($($level),+) {
            type Receipt = chain!($($level::Receipt),+);

            #[inline]
            fn count(&self) -> usize {
                chained!($(&self.$at),+).count()
            }

            #[inline]
            fn capacity(&self) -> T {
                chained!($(&self.$at),+).capacity()
            }

            #[inline]
            fn tightest(&self, now: T) -> Tightest<T> {
                chained!($(&self.$at),+).tightest(now)
            }

            #[inline]
            fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
                chained!($(&self.$at),+).probe(request)
            }

            #[inline]
            fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
                chained!($(&self.$at),+).peek(request)
            }

            #[inline]
            fn admit(&self, request: &Request<T>) -> Result<Admitted<T, Self::Receipt>, Refused<T>> {
                chained!($(&self.$at),+).admit(request)
            }

            #[inline]
            fn withdraw(&self, now: T, request: &Request<T>, receipt: Self::Receipt) {
                chained!($(&self.$at),+).withdraw(now, request, receipt);
            }

            #[inline]
            fn release(&self, cost: T, receipt: Self::Receipt) {
                chained!($(&self.$at),+).release(cost, receipt);
            }

            #[inline]
            fn penalize(&self, now: T, cost: T) {
                chained!($(&self.$at),+).penalize(now, cost);
            }
        }
    };
}

tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

macro_rules! costs {
    ($count:literal: $($level:ident $at:tt),+) => {
        impl<$($level),+> Layered<($($level),+)> {
            /// Takes a cost of its own of each level, all or nothing.
            ///
            /// # Errors
            ///
            /// As [`try_acquire`](Self::try_acquire).
            #[inline]
            #[allow(clippy::type_complexity)] // the levels, each with its cost
            pub fn try_acquire_each<T: Ticks>(
                &self,
                now: T,
                costs: [T; $count],
            ) -> Result<Admission<T, ($(Costing<T, &$level>),+)>, Refused<T>>
            where
                $($level: Level<T>),+
            {
                let levels = ($(Costing::new(&self.levels.$at, costs[$at])),+);
                admission::acquire(levels, Request::new(now, T::ONE))
            }
        }
    };
}

costs!(2: A 0, B 1);
costs!(3: A 0, B 1, C 2);
costs!(4: A 0, B 1, C 2, D 3);
costs!(5: A 0, B 1, C 2, D 3, E 4);
costs!(6: A 0, B 1, C 2, D 3, E 4, F 5);
costs!(7: A 0, B 1, C 2, D 3, E 4, F 5, G 6);
costs!(8: A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
