//! A key of a table as a [`Level`]: its own limit, beside those of other keys and other tables.

use super::limits::penalized;
use super::{Admitted, Level, Refused, Request, Tightest};
use crate::algorithm::{Algorithm, Charge};
use crate::keyed::{self, Key, Slots};
use crate::time::Ticks;

/// Where the table is full, a level is what was chosen for that: refused until a slot comes free, admitted and charged
/// to nobody, or the limit that such keys share, of which nothing is withdrawn.
impl<A, S, H, const CLASSES: usize> Level<A::Ticks> for Key<'_, A, S, H, CLASSES>
where
    A: Algorithm,
    S: Slots<Word = A::Ticks>,
{
    /// Whether it was the key's own limit that was charged.
    type Receipt = bool;

    #[inline]
    fn capacity(&self) -> A::Ticks {
        self.rule().capacity()
    }

    #[inline]
    fn tightest(&self, now: A::Ticks) -> Tightest<A::Ticks> {
        Tightest { level: 0, remaining: self.remaining(now) }
    }

    fn probe(&self, request: &Request<A::Ticks>) -> Result<(), Refused<A::Ticks>> {
        let leave = request.leave(self.rule().capacity());
        self.probe(request.now(), request.cost(), leave).map(|_| ()).map_err(refused)
    }

    fn peek(&self, request: &Request<A::Ticks>) -> Result<(), Refused<A::Ticks>> {
        let leave = request.leave(self.rule().capacity());
        self.peek_leaving(request.now(), request.cost(), leave).map(|_| ()).map_err(refused)
    }

    #[inline]
    fn admit(&self, request: &Request<A::Ticks>) -> Result<Admitted<A::Ticks, bool>, Refused<A::Ticks>> {
        let leave = request.leave(self.rule().capacity());
        let admitted = self.try_acquire_leaving(request.now(), request.cost(), leave).map_err(refused)?;
        let delay = admitted.grant().map_or(A::Ticks::ZERO, |grant| grant.delay());
        Ok(Admitted { delay, receipt: !admitted.is_full() })
    }

    fn withdraw(&self, now: A::Ticks, request: &Request<A::Ticks>, is_own: bool) {
        let charge = Charge { units: request.cost(), at: request.now(), left: None };
        if is_own {
            self.revise(|state| self.rule().undo(state, now, request.cost(), &charge));
        }
    }

    #[inline]
    fn release(&self, _cost: A::Ticks, _is_own: bool) {}

    fn penalize(&self, request: &Request<A::Ticks>) {
        let leave = request.leave(self.rule().capacity());
        self.revise(|state| penalized(self.rule(), state, request, leave));
    }
}

fn refused<T: Ticks>(refused: keyed::Refused<T>) -> Refused<T> {
    refused.into_denied().into()
}
