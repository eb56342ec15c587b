//! Limits that change while they are in use, as a [`Level`].

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::adjustable::Adjustable;
use crate::algorithm::{Bucket, Charge, Step, tat};
use crate::capped::{Capped, Windowed};
use crate::cell::{HasShared, StateCell};

/// What is withdrawn across a change of the quota is reckoned by the new one.
impl<B: Bucket<Ticks: HasShared>, C: StateCell<B::Ticks>> Level<B::Ticks> for Adjustable<B, C> {
    type Receipt = ();

    fn capacity(&self) -> B::Ticks {
        self.quota().capacity()
    }

    fn tightest(&self, now: B::Ticks) -> Tightest<B::Ticks> {
        Tightest { level: 0, remaining: self.remaining(now) }
    }

    fn probe(&self, request: &Request<B::Ticks>) -> Result<(), Refused<B::Ticks>> {
        self.step(request.now(), |rate, state| {
            let step = tat::acquire(rate, state, request.now(), request.cost(), request.leave(rate.burst()));
            match step.answer {
                Ok(_) => Step::keep(Ok(())), // the charge is left to `admit`
                Err(denied) => Step { state: step.state, answer: Err(denied.into()) },
            }
        })
    }

    fn admit(&self, request: &Request<B::Ticks>) -> Result<Admitted<B::Ticks, ()>, Refused<B::Ticks>> {
        let decision = self.decide(request.now(), |rate, state| {
            tat::acquire(rate, state, request.now(), request.cost(), request.leave(rate.burst()))
        });
        Ok(Admitted { delay: decision?.delay(), receipt: () })
    }

    fn withdraw(&self, now: B::Ticks, request: &Request<B::Ticks>, (): ()) {
        let charge = Charge { units: request.cost(), at: request.now(), left: None };
        self.step(now, |rate, state| tat::undo(rate, state, now, request.cost(), &charge));
    }

    fn release(&self, _cost: B::Ticks, (): ()) {}

    fn penalize(&self, now: B::Ticks, cost: B::Ticks) {
        let _ = self.force(now, cost); // what cannot be owed is not
    }
}

impl<L, C> Level<L::Ticks> for Capped<L, C>
where
    L: Windowed<Ticks: HasShared> + Level<<L as Windowed>::Ticks>,
    C: StateCell<L::Ticks>,
{
    type Receipt = L::Receipt;

    #[inline]
    fn capacity(&self) -> L::Ticks {
        self.limit()
    }

    #[inline]
    fn tightest(&self, now: L::Ticks) -> Tightest<L::Ticks> {
        Tightest { level: 0, remaining: self.remaining(now) }
    }

    #[inline]
    fn probe(&self, request: &Request<L::Ticks>) -> Result<(), Refused<L::Ticks>> {
        self.window().probe(&request.reserving(self.reserve()))
    }

    #[inline]
    fn admit(&self, request: &Request<L::Ticks>) -> Result<Admitted<L::Ticks, L::Receipt>, Refused<L::Ticks>> {
        self.window().admit(&request.reserving(self.reserve()))
    }

    #[inline]
    fn withdraw(&self, now: L::Ticks, request: &Request<L::Ticks>, receipt: L::Receipt) {
        self.window().withdraw(now, request, receipt);
    }

    #[inline]
    fn release(&self, cost: L::Ticks, receipt: L::Receipt) {
        self.window().release(cost, receipt);
    }

    fn penalize(&self, now: L::Ticks, cost: L::Ticks) {
        let _ = self.try_acquire_up_to(now, cost); // denied if nothing is left
    }
}
