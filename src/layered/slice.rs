//! Any number of levels of one type, which may be `&dyn Level`.
//!
//! There is no place to keep a receipt for each, so they are of limits that need none: all but leased permits and the keys of a table.

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::time::Ticks;

impl<T: Ticks, L: Level<T, Receipt = ()>> Level<T> for [L] {
    type Receipt = ();

    fn count(&self) -> usize {
        self.iter().fold(0, |count, level| count.saturating_add(level.count()))
    }

    fn capacity(&self) -> T {
        self.iter().fold(T::MAX, |capacity, level| capacity.min(level.capacity()))
    }

    fn tightest(&self, now: T) -> Tightest<T> {
        let none = Tightest { level: 0, remaining: T::MAX };
        let both = |(tightest, before): (Tightest<T>, usize), level: &L| {
            (tightest.or(level.tightest(now), before), before.saturating_add(level.count()))
        };
        self.iter().fold((none, 0), both).0
    }

    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        all(self, |level| level.probe(request))
    }

    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        all(self, |level| level.peek(request))
    }

    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, ()>, Refused<T>> {
        let (mut delay, mut before) = (T::ZERO, 0_usize);
        for (taken, level) in self.iter().enumerate() {
            match level.admit(request) {
                Ok(admitted) => delay = delay.max(admitted.delay),
                Err(refused) => {
                    for level in self.iter().take(taken) {
                        level.withdraw(request.now(), request, ());
                    }
                    return Err(refused.behind(before));
                }
            }
            before = before.saturating_add(level.count());
        }
        Ok(Admitted { delay, receipt: () })
    }

    fn withdraw(&self, now: T, request: &Request<T>, (): ()) {
        for level in self {
            level.withdraw(now, request, ());
        }
    }

    fn release(&self, cost: T, (): ()) {
        for level in self {
            level.release(cost, ());
        }
    }

    fn penalize(&self, request: &Request<T>) {
        for level in self {
            level.penalize(request);
        }
    }
}

impl<T: Ticks, L: Level<T, Receipt = ()>, const N: usize> Level<T> for [L; N] {
    type Receipt = ();

    as_level!(this => this.as_slice());
}

/// The answers of all levels in one.
fn all<T: Ticks, L: Level<T>>(levels: &[L], ask: impl Fn(&L) -> Result<(), Refused<T>>) -> Result<(), Refused<T>> {
    let both = |(refused, before): (Option<Refused<T>>, usize), level: &L| {
        let refused = match (refused, ask(level)) {
            (refused, Ok(())) => refused,
            (None, Err(first)) => Some(first.behind(before)),
            (Some(refused), Err(later)) => Some(refused.and(later, before)),
        };
        (refused, before.saturating_add(level.count()))
    };
    levels.iter().fold((None, 0), both).0.map_or(Ok(()), Err)
}
