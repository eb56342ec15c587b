//! Several limits taken together, all or nothing.
//!
//! A request often has to pass several limits at once: so many a second for the application, so many for the token, so
//! many in progress for each. [`Layered`] asks them all, takes of all or of none, and says which one refused.
//!
//! ```
//! use tollgate::{ConcurrencyLimit, Layered, Quota, TokenBucket};
//!
//! const SECOND: u32 = 1_000; // this clock ticks in milliseconds
//! static APP_RATE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(50, SECOND));
//! static TOKEN_RATE: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, SECOND));
//! static APP_BUSY: ConcurrencyLimit = ConcurrencyLimit::new(10);
//! static TOKEN_BUSY: ConcurrencyLimit = ConcurrencyLimit::new(5);
//!
//! let gate = Layered::new((&APP_RATE, &TOKEN_RATE, &APP_BUSY, &TOKEN_BUSY));
//! let now = 12_345;
//! let admitted: Vec<_> = (0..5).map(|_| gate.try_acquire(now, 1).unwrap()).collect();
//! assert_eq!((admitted[0].tightest().level, admitted[0].remaining()), (3, 0));
//!
//! let refused = gate.try_acquire(now, 1).unwrap_err();
//! assert_eq!((refused.level(), refused.retry_after()), (3, None)); // no clock knows when work ends
//! assert_eq!(APP_RATE.remaining(now), 45); // the five, not the sixth
//!
//! drop(admitted); // the work is done: places are free again, the rates keep their charges
//! assert_eq!((TOKEN_BUSY.in_flight(), TOKEN_RATE.remaining(now)), (0, 11));
//! ```
//!
//! # Guarantees
//!
//! * **All or nothing**: a request that any level refuses leaves every level bit for bit as it was (but for what a denial
//!   writes after a clock fault, or a penalty).
//! * **Never above any level's limit**, under any race of requests at one reading. First all levels are asked, then each is
//!   taken of by its own indivisible act; if somebody else took the last unit of one in between, what was taken of those before
//!   it is given back. So a level may look more used for a moment, never less. (What later readings add: see below.)
//! * **The answer** names the level that refuses, the first that can never fit the cost or else the first that refuses, and
//!   the longest wait of all that refuse.
//! * Nobody waits, and nothing is kept but a number or two on the stack.
//!
//! Giving back takes the clock as the request read it. If others pass later readings to the same bucket while one request
//! is being decided, and it drained between those readings, as much as that may be admitted anew, at most the cost. (A
//! unit of a window or a permit is given back exactly, or if it cannot be told apart, not. But a fixed window that gets its
//! only units back forgets that it has begun: a reading that is late by a window may fill the one before again.)
//!
//! Where one limit appears twice in a gate it is charged twice; with room for one only, the request is refused, with the wait for
//! one. A penalty that appears twice counts each question twice.
//!
//! # What can be a level
//!
//! Every limit of the crate, a reference to one, a tuple of 2 to 8, a slice or array of any number (of limits of one
//! type, or of `&dyn Level`; not of tuples, leased permits and keys, which have something to remember), and another `Layered`:
//! see [`Level`]. A level that costs something else than the others
//! is wrapped in [`Costing`]; requests that must leave a share to more important ones have a [`Class`].
//!
//! ```
//! use tollgate::layered::Level;
//! use tollgate::{ConcurrencyLimit, FixedWindow, Layered, Quota, TokenBucket};
//!
//! let (second, day) = (TokenBucket::<u64>::new(Quota::per(10, 1_000)), FixedWindow::<u64>::new(Quota::per(500, 86_400_000)));
//! let busy = ConcurrencyLimit::new(3);
//! let levels: [&dyn Level<u64, Receipt = ()>; 3] = [&second, &day, &busy];
//! assert!(Layered::new(&levels[..2]).try_acquire(0, 10).is_ok());
//! assert_eq!(Layered::new(&levels[..]).try_acquire(0, 1).unwrap_err().level(), 0);
//! ```
//!
//! # By key
//!
//! A [key of a table](crate::keyed::Key) is a level too: one for the client and one for the endpoint, or for the token and its
//! app.
//!
//! ```
//! use tollgate::keyed::SipHash;
//! use tollgate::{Keyed, Layered, Quota, algorithm::TokenBucket};
//!
//! const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
//! static APPS: Keyed<TokenBucket<u32>, 16> = Keyed::new([TokenBucket::<u32>::new(Quota::per(50, 1_000))], SECRET);
//! static TOKENS: Keyed<TokenBucket<u32>, 256> = Keyed::new([TokenBucket::<u32>::new(Quota::per(16, 1_000))], SECRET);
//!
//! let admitted = |app: &str, token: &str| Layered::new((APPS.key(app), TOKENS.key(token))).try_acquire(0, 1).is_ok();
//! assert_eq!((0..20).filter(|_| admitted("till", "one")).count(), 16);
//! assert_eq!((0..20).filter(|_| admitted("till", "two")).count(), 16);
//! assert_eq!((0..20).filter(|_| admitted("till", "three")).count(), 16);
//! assert_eq!((0..20).filter(|_| admitted("till", "four")).count(), 2); // 50 in all for the app
//! ```

pub(crate) mod admission;
mod changing;
mod class;
mod costing;
#[macro_use]
mod level;
mod limits;
mod of_key;
mod pair;
mod refused;
mod slice;
mod tuple;

pub use admission::Admission;
pub use class::{Class, ShareError};
pub use costing::Costing;
pub use level::{Admitted, Level, Request, Tightest};
pub use refused::Refused;

use crate::time::Ticks;

/// Several limits taken together, all or nothing: see the [module](self).
#[derive(Clone, Copy, Debug)]
pub struct Layered<L> {
    levels: L,
}

impl<L> Layered<L> {
    /// A gate of these levels, in the order in which they are asked and named.
    #[must_use]
    pub const fn new(levels: L) -> Self {
        Self { levels }
    }

    /// The levels.
    #[must_use]
    pub const fn levels(&self) -> &L {
        &self.levels
    }

    /// Takes `cost` units of every level at `now`, or of none.
    ///
    /// # Errors
    ///
    /// [`Refused`], which names the level and the wait. Nothing is charged.
    #[inline]
    pub fn try_acquire<T: Ticks>(&self, now: T, cost: T) -> Result<Admission<T, &L>, Refused<T>>
    where
        L: Level<T>,
    {
        admission::acquire(&self.levels, Request::new(now, cost))
    }

    /// The same, and the admission keeps the levels: for a gate of references that is put together for one request.
    ///
    /// ```
    /// # use tollgate::{ConcurrencyLimit, Layered, Quota, TokenBucket, layered::{Admission, Refused}};
    /// type Place<'a> = Admission<u64, (&'a TokenBucket<u64>, &'a ConcurrencyLimit)>;
    ///
    /// struct Token { rate: TokenBucket<u64>, busy: ConcurrencyLimit }
    ///
    /// fn enter(token: &Token, now: u64) -> Result<Place<'_>, Refused<u64>> {
    ///     Layered::new((&token.rate, &token.busy)).into_admission(now, 1)
    /// }
    /// # let token = Token { rate: TokenBucket::<u64>::new(Quota::per(16, 1_000)), busy: ConcurrencyLimit::new(5) };
    /// # assert!(enter(&token, 0).is_ok());
    /// ```
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn into_admission<T: Ticks>(self, now: T, cost: T) -> Result<Admission<T, L>, Refused<T>>
    where
        L: Level<T>,
    {
        admission::acquire(self.levels, Request::new(now, cost))
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without charging or counting as asking.
    ///
    /// # Errors
    ///
    /// As [`try_acquire`](Self::try_acquire).
    #[inline]
    pub fn peek<T: Ticks>(&self, now: T, cost: T) -> Result<(), Refused<T>>
    where
        L: Level<T>,
    {
        self.levels.peek(&Request::new(now, cost))
    }

    /// The level with the least left, the first of several, and how much that is.
    #[inline]
    pub fn tightest<T: Ticks>(&self, now: T) -> Tightest<T>
    where
        L: Level<T>,
    {
        self.levels.tightest(now)
    }
}

impl<T: Ticks, L: Level<T>> Level<T> for Layered<L> {
    type Receipt = L::Receipt;

    as_level!(this => &this.levels);
}
