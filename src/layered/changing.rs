//! Limits that change while they are in use, as a [`Level`].

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::adjustable::Adjustable;
use crate::algorithm::{Bucket, Charge, Step, tat};
use crate::capped::{Capped, Windowed};
use crate::cell::{HasShared, StateCell};
use crate::time::Ticks;

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

    fn peek(&self, request: &Request<B::Ticks>) -> Result<(), Refused<B::Ticks>> {
        let (now, cost) = (request.now(), request.cost());
        let decision =
            self.look(|rate, state| tat::acquire(rate, state, now, cost, request.leave(rate.burst())).answer);
        decision.map(|_| ()).map_err(Refused::from)
    }

    fn penalize(&self, request: &Request<B::Ticks>) {
        let (now, cost) = (request.now(), request.cost());
        self.step(now, |rate, state| {
            let leave = request.leave(rate.burst());
            if leave == B::Ticks::ZERO {
                return tat::force(rate, state, now, cost).map(|_| ());
            }
            let spare = tat::available(rate, state, now).saturating_sub(leave);
            tat::acquire(rate, state, now, cost.min(spare), B::Ticks::ZERO).map(|_| ())
        });
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

    #[inline]
    fn peek(&self, request: &Request<L::Ticks>) -> Result<(), Refused<L::Ticks>> {
        Level::peek(self.window(), &request.reserving(self.reserve()))
    }

    fn penalize(&self, request: &Request<L::Ticks>) {
        self.window().penalize(&request.reserving(self.reserve()));
    }
}
