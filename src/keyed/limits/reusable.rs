//! What it takes for a limit to go from one key to another.

use crate::algorithm::Algorithm;
use crate::bucketed_window::BucketedWindow;
use crate::cell::{HasShared, StateCell};
use crate::concurrency::{ConcurrencyLimit, LeasedConcurrency};
use crate::layered::Layered;
use crate::limiter::Limiter;
use crate::rolling_window::RollingWindow;
use crate::time::Ticks;

/// A limit that one key after the other may have, in a [`LimitTable`](super::LimitTable) on ticks `T`.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
/// use tollgate::keyed::{KeyedLimits, LimitSlot, Reusable, SipHash};
/// use tollgate::{Quota, TokenBucket};
///
/// /// Strikes, and a bucket.
/// struct Peer(AtomicU32, TokenBucket<u32>);
///
/// impl Reusable<u32> for Peer {
///     fn is_fresh(&self, now: u32) -> bool {
///         self.0.load(Relaxed) == 0 && self.1.remaining(now) == 5
///     }
///     fn reset(&self) {
///         self.0.store(0, Relaxed);
///         self.1.reset();
///     }
/// }
///
/// let peer = || LimitSlot::new(Peer(AtomicU32::new(0), TokenBucket::<u32>::new(Quota::per(5, 1_000))));
/// let peers: KeyedLimits<u32, Peer, 2> = KeyedLimits::over([peer(), peer()], SipHash::new([1, 2]));
/// peers.with("ann", 0, |peer| peer.0.fetch_add(1, Relaxed)).unwrap();
/// assert_eq!(peers.get("ann", |peer| peer.0.load(Relaxed)), Ok(Some(1)));
/// ```
pub trait Reusable<T> {
    /// Whether nothing would be lost if the limit were new at `now`: nothing counts, nothing is held, nothing is set
    /// otherwise than it was made. Never true while it is in anybody's hands by other means than a reference, as in a permit.
    ///
    /// May mend what a clock fault has left behind; other contexts may use the limit at the same time.
    fn is_fresh(&self, now: T) -> bool;

    /// Makes the limit as new. Called only while no context uses it, and after it was found fresh.
    fn reset(&self);

    /// Keeps a long silence from being mistaken for a recent past, if there is anything to do for that.
    fn refresh(&self, now: T) {
        let _ = now;
    }
}

/// Fresh when it has drained. For a table of one-word limits alone there is [`Table`](crate::keyed::Table), which takes less
/// memory for each key.
impl<A: Algorithm, C: StateCell<A::Ticks>> Reusable<A::Ticks> for Limiter<A, C> {
    fn is_fresh(&self, now: A::Ticks) -> bool {
        self.refresh(now);
        self.is_as_new()
    }

    fn reset(&self) {
        self.reset();
    }

    fn refresh(&self, now: A::Ticks) {
        self.refresh(now);
    }
}

/// Fresh when no admission counts. Those that lie ahead by more than a period are [re-anchored](RollingWindow#clock-faults).
impl<T: HasShared, const N: usize, C: StateCell<T>> Reusable<T> for RollingWindow<T, N, C> {
    fn is_fresh(&self, now: T) -> bool {
        self.is_as_new(now)
    }

    fn reset(&self) {
        self.reset();
    }

    fn refresh(&self, now: T) {
        self.refresh(now);
    }
}

/// Fresh when nothing is held. What lies ahead by more than a period is held [from now on](BucketedWindow#clock-faults).
impl<T: HasShared, const SLOTS: usize, C: StateCell<T>> Reusable<T> for BucketedWindow<T, SLOTS, C> {
    fn is_fresh(&self, now: T) -> bool {
        self.is_as_new(now)
    }

    fn reset(&self) {
        self.reset();
    }

    fn refresh(&self, now: T) {
        self.refresh(now);
    }
}

/// Fresh when nothing is in flight, and the limit is the one it was made with: a key whose limit was [set
/// otherwise](ConcurrencyLimit::set_limit) keeps its slot until that is set back. The high-water mark starts anew.
impl<T: Ticks, C: StateCell<u32>> Reusable<T> for ConcurrencyLimit<C> {
    fn is_fresh(&self, _now: T) -> bool {
        self.is_as_new()
    }

    fn reset(&self) {
        self.reset_high_water();
    }
}

/// Fresh when all leases have been given back or have run out. Those that lie too far ahead are [brought
/// down](LeasedConcurrency#clock-faults). Serial numbers go on, so that a permit of the last key which comes back late
/// is told apart as ever. A permit may only be renewed by readings that are not late: where another context has already found its
/// lease run out, it may be lost with the slot.
impl<T: HasShared, const N: usize, C: StateCell<T>> Reusable<T> for LeasedConcurrency<T, N, C> {
    fn is_fresh(&self, now: T) -> bool {
        self.is_as_new(now)
    }

    fn reset(&self) {
        self.clear();
    }

    fn refresh(&self, now: T) {
        self.refresh(now);
    }
}

macro_rules! together {
    ($($limit:ident $at:tt),+) => {
        /// Fresh when all are.
        impl<T: Ticks, $($limit: Reusable<T>),+> Reusable<T> for ($($limit),+) {
            fn is_fresh(&self, now: T) -> bool {
                $(self.$at.is_fresh(now))&&+
            }

            fn reset(&self) {
                $(self.$at.reset();)+
            }

            fn refresh(&self, now: T) {
                $(self.$at.refresh(now);)+
            }
        }
    };
}

together!(A 0, B 1);
together!(A 0, B 1, C 2);
together!(A 0, B 1, C 2, D 3);

/// Fresh when all levels are: the limits that each key has together. An admission keeps the slot as long as it holds units of a concurrency limit.
///
/// ```
/// use tollgate::keyed::{KeyedLimits, LimitSlot, SipHash};
/// use tollgate::{ConcurrencyLimit, Layered, Quota, RollingWindow};
///
/// type Client = Layered<(RollingWindow<u32, 50>, ConcurrencyLimit)>;
/// const fn client() -> Client {
///     Layered::new((RollingWindow::<u32, 50>::new(Quota::per(50, 60_000)), ConcurrencyLimit::new(2)))
/// }
/// static CLIENTS: KeyedLimits<u32, Client, 16> =
///     KeyedLimits::over([const { LimitSlot::new(client()) }; 16], SipHash::new([5, 6]));
///
/// let enter = |name: &str| CLIENTS.with(name, 7_u32, |client| client.try_acquire(7_u32, 1));
/// let (first, second) = (enter("ann").unwrap().unwrap(), enter("ann").unwrap().unwrap());
/// assert_eq!(enter("ann").unwrap().unwrap_err().level(), 1); // two at once
/// drop(first);
/// assert!(enter("ann").unwrap().is_ok());
/// ```
impl<T: Ticks, L: Reusable<T>> Reusable<T> for Layered<L> {
    fn is_fresh(&self, now: T) -> bool {
        self.levels().is_fresh(now)
    }

    fn reset(&self) {
        self.levels().reset();
    }

    fn refresh(&self, now: T) {
        self.levels().refresh(now);
    }
}
