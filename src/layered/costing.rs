use super::{Admitted, Level, Refused, Request, Tightest};
use crate::time::Ticks;

/// A level with a cost of its own, whatever the request costs the others: bytes beside calls.
///
/// ```
/// use tollgate::layered::Costing;
/// use tollgate::{Layered, Quota, TokenBucket};
///
/// static CALLS: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, 1_000));
/// static BYTES: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(1_200, 1_000));
///
/// let request = b"GET / HTTP/1.1\r\n\r\n";
/// let size = u32::try_from(request.len()).unwrap();
/// let gate = Layered::new((&CALLS, Costing::new(&BYTES, size)));
/// assert!(gate.try_acquire(0, 1).is_ok());
/// assert_eq!((CALLS.remaining(0), BYTES.remaining(0)), (15, 1_200 - size));
/// ```
///
/// Around a penalty it belongs outside, `Costing::new(Penalty::new(…), cost)`, as a penalty lets a request of cost 0 pass.
///
/// For a tuple there is [`try_acquire_each`](super::Layered::try_acquire_each) too.
#[derive(Clone, Copy, Debug)]
pub struct Costing<T, L> {
    pub(crate) limit: L,
    pub(crate) cost: T,
}

impl<T: Ticks, L: Level<T>> Costing<T, L> {
    /// This level at this cost, in its units.
    #[must_use]
    pub const fn new(limit: L, cost: T) -> Self {
        Self { limit, cost }
    }
}

impl<T: Ticks, L: Level<T>> Level<T> for Costing<T, L> {
    type Receipt = L::Receipt;

    #[inline]
    fn count(&self) -> usize {
        self.limit.count()
    }

    #[inline]
    fn capacity(&self) -> T {
        self.limit.capacity()
    }

    #[inline]
    fn tightest(&self, now: T) -> Tightest<T> {
        self.limit.tightest(now)
    }

    #[inline]
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        self.limit.probe(&request.costing(self.cost))
    }

    #[inline]
    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        self.limit.peek(&request.costing(self.cost))
    }

    #[inline]
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, L::Receipt>, Refused<T>> {
        self.limit.admit(&request.costing(self.cost))
    }

    #[inline]
    fn withdraw(&self, now: T, request: &Request<T>, receipt: L::Receipt) {
        self.limit.withdraw(now, &request.costing(self.cost), receipt);
    }

    #[inline]
    fn release(&self, _cost: T, receipt: L::Receipt) {
        self.limit.release(self.cost, receipt);
    }

    #[inline]
    fn penalize(&self, request: &Request<T>) {
        self.limit.penalize(&request.costing(self.cost));
    }
}
