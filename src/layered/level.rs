use super::{Class, Refused};
use crate::time::Ticks;

/// What is asked of every level: a cost at a reading, and what has to be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request<T> {
    now: T,
    cost: T,
    reserve: T,
    class: Class,
}

impl<T: Ticks> Request<T> {
    /// A request for `cost` units at `now` that may take all there is.
    #[inline]
    #[must_use]
    pub const fn new(now: T, cost: T) -> Self {
        Self { now, cost, reserve: T::ZERO, class: Class::UNRESERVED }
    }

    /// The same of a class that leaves its share.
    #[inline]
    #[must_use]
    pub const fn of_class(self, class: Class) -> Self {
        Self { class, ..self }
    }

    /// The same, leaving so many units more, whoever asks.
    #[inline]
    #[must_use]
    pub fn reserving(self, units: T) -> Self {
        let reserve = if units > T::MAX.wrapping_sub(self.reserve) { T::MAX } else { self.reserve.wrapping_add(units) };
        Self { reserve, ..self }
    }

    /// The same at another cost.
    #[inline]
    #[must_use]
    pub const fn costing(self, cost: T) -> Self {
        Self { cost, ..self }
    }

    /// The reading of the clock.
    #[inline]
    #[must_use]
    pub const fn now(&self) -> T {
        self.now
    }

    /// Units asked for.
    #[inline]
    #[must_use]
    pub const fn cost(&self) -> T {
        self.cost
    }

    /// Units that have to be left of a level with this capacity.
    #[inline]
    #[must_use]
    pub fn leave(&self, capacity: T) -> T {
        let share = self.class.leaves(capacity.saturating_sub(self.reserve));
        if share > T::MAX.wrapping_sub(self.reserve) { T::MAX } else { self.reserve.wrapping_add(share) }
    }
}

/// What a level has given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Admitted<T, R> {
    /// Ticks to wait before acting, 0 but for a queue.
    pub delay: T,
    /// What it takes to [withdraw](Level::withdraw) or to [release](Level::release).
    pub receipt: R,
}

/// The level with the least left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tightest<T> {
    /// Its number, from 0.
    pub level: usize,
    /// Whole units left of it.
    pub remaining: T,
}

impl<T: Ticks> Tightest<T> {
    /// The tighter of two; `later` is of levels after `levels` others.
    #[inline]
    pub(super) fn or(self, later: Self, levels: usize) -> Self {
        if later.remaining < self.remaining { Self { level: later.level.wrapping_add(levels), ..later } } else { self }
    }
}

/// A limit of any kind, as one of several that are taken together.
///
/// Every limit of this crate is one, and so is [`Layered`](super::Layered) itself, a tuple or a slice of levels and a
/// reference to one. To write another, keep these promises:
///
/// * [`probe`](Self::probe) charges nothing, and [`admit`](Self::admit) right after a probe that passed succeeds unless
///   somebody else took the room;
/// * [`admit`](Self::admit) charges all of the cost or nothing;
/// * [`withdraw`](Self::withdraw) leaves no more than if that cost had never been charged.
pub trait Level<T: Ticks> {
    /// What has to be known to give back what was taken: `()` for most.
    type Receipt;

    /// How many levels this is: 1 unless it is made of others.
    #[inline]
    fn count(&self) -> usize {
        1
    }

    /// The most units that can be had at once.
    fn capacity(&self) -> T;

    /// What is left, and of which level.
    fn tightest(&self, now: T) -> Tightest<T>;

    /// Whether the request would be admitted now.
    ///
    /// Writes nothing, but what a denial by [`admit`](Self::admit) would: what a clock fault left behind, or a penalty.
    ///
    /// # Errors
    ///
    /// The levels that refuse.
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>>;

    /// The same, but only looks: where asking has a price, as under a [`Penalty`](crate::Penalty), it does not count as asking.
    ///
    /// # Errors
    ///
    /// As [`probe`](Self::probe).
    #[inline]
    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        self.probe(request)
    }

    /// Takes what was asked, all or nothing.
    ///
    /// # Errors
    ///
    /// The level that refuses.
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, Self::Receipt>, Refused<T>>;

    /// Gives back at `now` all that was taken by a request, as if it had never been.
    fn withdraw(&self, now: T, request: &Request<T>, receipt: Self::Receipt);

    /// Work of this cost is done: gives back what is held only while it lasts. What limits over time keeps its charge.
    fn release(&self, cost: T, receipt: Self::Receipt);

    /// Charges a request that was denied, as far as there is something left for it to charge: what its class leaves to
    /// others stays.
    fn penalize(&self, request: &Request<T>);
}

/// The methods of a [`Level<T>`] that is another one in disguise.
macro_rules! as_level {
    ($this:ident => $level:expr) => {
        #[inline]
        fn count(&self) -> usize {
            let $this = self;
            $crate::layered::Level::<T>::count(&$level)
        }

        #[inline]
        fn capacity(&self) -> T {
            let $this = self;
            $crate::layered::Level::<T>::capacity(&$level)
        }

        #[inline]
        fn tightest(&self, now: T) -> $crate::layered::Tightest<T> {
            let $this = self;
            $crate::layered::Level::<T>::tightest(&$level, now)
        }

        #[inline]
        fn probe(&self, request: &$crate::layered::Request<T>) -> Result<(), $crate::layered::Refused<T>> {
            let $this = self;
            $crate::layered::Level::<T>::probe(&$level, request)
        }

        #[inline]
        fn peek(&self, request: &$crate::layered::Request<T>) -> Result<(), $crate::layered::Refused<T>> {
            let $this = self;
            $crate::layered::Level::<T>::peek(&$level, request)
        }

        #[inline]
        fn admit(
            &self,
            request: &$crate::layered::Request<T>,
        ) -> Result<$crate::layered::Admitted<T, Self::Receipt>, $crate::layered::Refused<T>> {
            let $this = self;
            $crate::layered::Level::<T>::admit(&$level, request)
        }

        #[inline]
        fn withdraw(&self, now: T, request: &$crate::layered::Request<T>, receipt: Self::Receipt) {
            let $this = self;
            $crate::layered::Level::<T>::withdraw(&$level, now, request, receipt);
        }

        #[inline]
        fn release(&self, cost: T, receipt: Self::Receipt) {
            let $this = self;
            $crate::layered::Level::<T>::release(&$level, cost, receipt);
        }

        #[inline]
        fn penalize(&self, request: &$crate::layered::Request<T>) {
            let $this = self;
            $crate::layered::Level::<T>::penalize(&$level, request);
        }
    };
}

impl<T: Ticks, L: Level<T> + ?Sized> Level<T> for &L {
    type Receipt = L::Receipt;

    as_level!(this => **this);
}
