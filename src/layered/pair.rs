//! All or nothing, of two. Every tuple is a chain of pairs, so this is the one place that has to get it right.

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::time::Ticks;

impl<T: Ticks, A: Level<T>, B: Level<T>> Level<T> for (A, B) {
    type Receipt = (A::Receipt, B::Receipt);

    #[inline]
    fn count(&self) -> usize {
        self.0.count().saturating_add(self.1.count())
    }

    #[inline]
    fn capacity(&self) -> T {
        self.0.capacity().min(self.1.capacity())
    }

    #[inline]
    fn tightest(&self, now: T) -> Tightest<T> {
        self.0.tightest(now).or(self.1.tightest(now), self.0.count())
    }

    /// Asks both, whatever the first says: the wait is the longest of all that refuse.
    #[inline]
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        both(self.0.probe(request), self.1.probe(request), self.0.count())
    }

    #[inline]
    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        both(self.0.peek(request), self.1.peek(request), self.0.count())
    }

    #[inline]
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, Self::Receipt>, Refused<T>> {
        let first = self.0.admit(request)?;
        match self.1.admit(request) {
            Ok(second) => {
                Ok(Admitted { delay: first.delay.max(second.delay), receipt: (first.receipt, second.receipt) })
            }
            Err(refused) => {
                self.0.withdraw(request.now(), request, first.receipt);
                Err(refused.behind(self.0.count()))
            }
        }
    }

    #[inline]
    fn withdraw(&self, now: T, request: &Request<T>, receipt: Self::Receipt) {
        self.0.withdraw(now, request, receipt.0);
        self.1.withdraw(now, request, receipt.1);
    }

    #[inline]
    fn release(&self, cost: T, receipt: Self::Receipt) {
        self.0.release(cost, receipt.0);
        self.1.release(cost, receipt.1);
    }

    #[inline]
    fn penalize(&self, request: &Request<T>) {
        self.0.penalize(request);
        self.1.penalize(request);
    }
}

/// Both answers in one; the second is of levels after `levels` others.
#[inline]
fn both<T: Ticks>(
    first: Result<(), Refused<T>>,
    second: Result<(), Refused<T>>,
    levels: usize,
) -> Result<(), Refused<T>> {
    match (first, second) {
        (first, Ok(())) => first,
        (Ok(()), Err(second)) => Err(second.behind(levels)),
        (Err(first), Err(second)) => Err(first.and(second, levels)),
    }
}
