//! Every limit of the crate as a [`Level`].

use super::{Admitted, Level, Refused, Request, Tightest};
use crate::algorithm::{Algorithm, Charge, Step};
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, StateCell};
use crate::concurrency::{ConcurrencyLimit, Lease, LeasedConcurrency};
use crate::decision::{Denied, Grant, Never};
use crate::limiter::Limiter;
use crate::rolling_window::RollingWindow;
use crate::time::Ticks;

#[inline]
fn over_time<T: Ticks>(grant: Grant<T>) -> Admitted<T, ()> {
    Admitted { delay: grant.delay(), receipt: () }
}

#[inline]
fn only<T: Ticks>(remaining: T) -> Tightest<T> {
    Tightest { level: 0, remaining }
}

/// Charges a denied request, less what it has to leave: if that is something, no debt is made either.
#[inline]
pub(super) fn penalized<A: Algorithm>(
    rule: &A,
    state: A::Ticks,
    request: &Request<A::Ticks>,
    leave: A::Ticks,
) -> Step<A::Ticks, ()> {
    let (now, cost) = (request.now(), request.cost());
    if leave == A::Ticks::ZERO {
        return rule.penalize(state, now, cost);
    }
    let spare = rule.remaining(state, now).saturating_sub(leave);
    rule.acquire(state, now, cost.min(spare), A::Ticks::ZERO).map(|_| ())
}

impl<A: Algorithm, C: StateCell<A::Ticks>> Level<A::Ticks> for Limiter<A, C> {
    type Receipt = ();

    #[inline]
    fn capacity(&self) -> A::Ticks {
        self.rule().capacity()
    }

    #[inline]
    fn tightest(&self, now: A::Ticks) -> Tightest<A::Ticks> {
        only(self.remaining(now))
    }

    #[inline]
    fn probe(&self, request: &Request<A::Ticks>) -> Result<(), Refused<A::Ticks>> {
        let (cost, leave) = (request.cost(), request.leave(self.rule().capacity()));
        self.step(|state| {
            let step = self.rule().weigh(state, request.now(), cost, leave);
            match self.rule().tell(step.answer, cost) {
                Ok(_) => Step::keep(Ok(())), // the charge is left to `admit`
                Err(denied) => Step { state: step.state, answer: Err(denied.into()) },
            }
        })
    }

    #[inline]
    fn peek(&self, request: &Request<A::Ticks>) -> Result<(), Refused<A::Ticks>> {
        let leave = request.leave(self.rule().capacity());
        let step = self.rule().acquire(self.cell().load(), request.now(), request.cost(), leave);
        step.answer.map(|_| ()).map_err(Refused::from)
    }

    #[inline]
    fn admit(&self, request: &Request<A::Ticks>) -> Result<Admitted<A::Ticks, ()>, Refused<A::Ticks>> {
        let leave = request.leave(self.rule().capacity());
        Ok(over_time(self.try_acquire_leaving(request.now(), request.cost(), leave)?))
    }

    #[inline]
    fn withdraw(&self, now: A::Ticks, request: &Request<A::Ticks>, (): ()) {
        let charge = Charge { units: request.cost(), at: request.now(), left: None };
        self.step(|state| self.rule().undo(state, now, request.cost(), &charge));
    }

    #[inline]
    fn release(&self, _cost: A::Ticks, (): ()) {}

    #[inline]
    fn penalize(&self, request: &Request<A::Ticks>) {
        let leave = request.leave(self.rule().capacity());
        self.step(|state| penalized(self.rule(), state, request, leave));
    }
}

/// A window of many words as a level: its limit, its period, what admits and what gives back.
macro_rules! window {
    ($n:ident, $window:ty, $this:ident: limit $limit:expr, period $period:expr, $admit:ident, $give_back:ident) => {
        impl<T: HasShared, const $n: usize, C: StateCell<T>> Level<T> for $window {
            type Receipt = ();

            #[inline]
            fn capacity(&self) -> T {
                let $this = self;
                $limit
            }

            #[inline]
            fn tightest(&self, now: T) -> Tightest<T> {
                only(self.remaining(now))
            }

            #[inline]
            fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
                Ok(self.probe(request.now(), request.cost(), request.leave(self.capacity()))?)
            }

            #[inline]
            fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
                Ok(self.peek_leaving(request.now(), request.cost(), request.leave(self.capacity()))?)
            }

            #[inline]
            fn admit(&self, request: &Request<T>) -> Result<Admitted<T, ()>, Refused<T>> {
                let _ = self.$admit(request.now(), request.cost(), request.leave(self.capacity()))?;
                Ok(Admitted { delay: T::ZERO, receipt: () })
            }

            #[inline]
            fn withdraw(&self, now: T, request: &Request<T>, (): ()) {
                let $this = self;
                if now.wrapping_sub(request.now()) < $period {
                    self.$give_back(request.now(), request.cost());
                }
            }

            #[inline]
            fn release(&self, _cost: T, (): ()) {}

            #[inline]
            fn penalize(&self, request: &Request<T>) {
                let spare = self.remaining(request.now()).saturating_sub(request.leave(self.capacity()));
                if spare > T::ZERO {
                    let _ = self.try_acquire_up_to(request.now(), request.cost().min(spare)); // denied if others were faster
                }
            }
        }
    };
}

window!(N, RollingWindow<T, N, C>, window: limit window.window().limit(), period window.window().period(), admit, refund);
window!(SLOTS, BucketedWindow<T, SLOTS, C>, window: limit window.rule().limit(), period window.rule().quota().period(),
    try_acquire_leaving, give_back);

/// Counts in 32 bits, whatever the ticks of the other levels.
impl<T: Ticks, C: StateCell<u32>> Level<T> for ConcurrencyLimit<C> {
    type Receipt = ();

    #[inline]
    fn capacity(&self) -> T {
        T::truncate(self.limit().into())
    }

    #[inline]
    fn tightest(&self, _now: T) -> Tightest<T> {
        only(T::truncate(self.available().into()))
    }

    #[inline]
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        let leave = counted(request.leave(self.capacity()));
        self.probe(counted(request.cost()), leave).map_err(|denied| widened(denied, request.cost()))
    }

    #[inline]
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, ()>, Refused<T>> {
        let (weight, leave) = (counted(request.cost()), counted(request.leave(self.capacity())));
        match self.take(weight, weight, leave) {
            Ok(_) => Ok(Admitted { delay: T::ZERO, receipt: () }),
            Err(denied) => Err(widened(denied, request.cost())),
        }
    }

    #[inline]
    fn withdraw(&self, _now: T, request: &Request<T>, (): ()) {
        self.give_back(counted(request.cost()));
    }

    #[inline]
    fn release(&self, cost: T, (): ()) {
        self.give_back(counted(cost));
    }

    #[inline]
    fn penalize(&self, _request: &Request<T>) {} // nothing is in progress
}

/// What does not fit 32 bits is more than any limit, and so is the largest number that does.
#[inline]
fn counted<T: Ticks>(weight: T) -> u32 {
    u32::try_from(weight.into()).unwrap_or(u32::MAX)
}

#[inline]
fn widened<T: Ticks>(denied: Denied<u32>, cost: T) -> Refused<T> {
    Refused::from(match denied {
        Denied::Never(never) => Denied::Never(Never { cost, capacity: T::truncate(never.capacity.into()) }),
        Denied::Busy(busy) => Denied::Busy(busy),
        Denied::NotYet(wait) => Denied::NotYet(crate::decision::NotYet {
            missing: T::truncate(wait.missing.into()),
            per_tick: T::truncate(wait.per_tick.into()),
        }),
    })
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Level<T> for LeasedConcurrency<T, N, C> {
    type Receipt = Lease<T>;

    #[inline]
    fn capacity(&self) -> T {
        self.limit()
    }

    #[inline]
    fn tightest(&self, now: T) -> Tightest<T> {
        only(self.available(now))
    }

    #[inline]
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        Ok(self.probe(request.now(), request.cost(), request.leave(self.limit()))?)
    }

    #[inline]
    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        Ok(self.weigh(request.now(), request.cost(), request.leave(self.limit()))?)
    }

    #[inline]
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, Lease<T>>, Refused<T>> {
        let (cost, leave) = (request.cost(), request.leave(self.limit()));
        Ok(Admitted { delay: T::ZERO, receipt: self.take(request.now(), cost, cost, leave)? })
    }

    #[inline]
    fn withdraw(&self, _now: T, request: &Request<T>, lease: Lease<T>) {
        Level::release(self, request.cost(), lease);
    }

    #[inline]
    fn release(&self, _cost: T, lease: Lease<T>) {
        let _ = self.give_back(&lease); // what has run out has been given back
    }

    #[inline]
    fn penalize(&self, _request: &Request<T>) {} // nothing is in progress
}
