use crate::layered::{Admitted, Level, Refused, Request, Tightest};
use crate::time::Ticks;

/// Two levels, of which the second is asked only if the first does not refuse. So a question costs something under a
/// [`Penalty`](crate::Penalty) only where that can be the one that refuses.
#[derive(Clone, Copy, Debug)]
pub(super) struct InOrder<A, B>(pub(super) A, pub(super) B);

impl<A, B> InOrder<A, B> {
    fn pair(&self) -> (&A, &B) {
        (&self.0, &self.1)
    }
}

impl<T: Ticks, A: Level<T>, B: Level<T>> Level<T> for InOrder<A, B> {
    type Receipt = (A::Receipt, B::Receipt);

    fn count(&self) -> usize {
        Level::<T>::count(&self.pair())
    }

    fn capacity(&self) -> T {
        self.pair().capacity()
    }

    fn tightest(&self, now: T) -> Tightest<T> {
        self.pair().tightest(now)
    }

    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        self.0.probe(request)?;
        self.1.probe(request).map_err(|refused| refused.behind(self.0.count()))
    }

    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        self.0.peek(request)?;
        self.1.peek(request).map_err(|refused| refused.behind(self.0.count()))
    }

    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, Self::Receipt>, Refused<T>> {
        self.pair().admit(request)
    }

    fn withdraw(&self, now: T, request: &Request<T>, receipt: Self::Receipt) {
        self.pair().withdraw(now, request, receipt);
    }

    fn release(&self, cost: T, receipt: Self::Receipt) {
        self.pair().release(cost, receipt);
    }

    fn penalize(&self, request: &Request<T>) {
        self.pair().penalize(request);
    }
}
