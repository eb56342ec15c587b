//! Waiting that grows when one does not wait.
//!
//! A [`Penalty`] stands around any limit. A denial of the limit opens a waiting period, asking before it ends extends it,
//! and asking after it ends, ends it. So clients that hammer wait long, and clients that keep to what they are told never notice.
//!
//! An API that serves five requests of a token at once and names a `retry-after` that grows for who does not heed it:
//!
//! ```
//! use tollgate::penalty::WaitingPeriod;
//! use tollgate::{ConcurrencyLimit, Penalty};
//!
//! const SECOND: u32 = 1_000; // this clock ticks in milliseconds
//! static TOKEN: Penalty<ConcurrencyLimit, u32> =
//!     Penalty::<_, u32>::new(ConcurrencyLimit::new(5), WaitingPeriod::of(SECOND).times(2, 60 * SECOND));
//!
//! let now = 5_000;
//! let five: Vec<_> = (0..5).map(|_| TOKEN.try_acquire(now, 1).unwrap()).collect();
//! let retry_after = |now| TOKEN.try_acquire(now, 1).unwrap_err().retry_after();
//! assert_eq!(retry_after(now), Some(SECOND)); // a concurrency limit alone knows no wait
//!
//! drop(five); // room again, but the wait stands
//! assert_eq!(retry_after(now + 400), Some(2 * SECOND)); // 600 early
//! assert_eq!(retry_after(now + 500), Some(4 * SECOND));
//! assert_eq!(TOKEN.waiting(now + 500), Some(4 * SECOND)); // only looks
//!
//! assert!(TOKEN.try_acquire(now + 500 + 4 * SECOND, 1).is_ok());
//! assert_eq!(TOKEN.waiting(now + 500 + 4 * SECOND), None);
//! ```
//!
//! # In layers
//!
//! A penalty is a [`Level`], so it can guard one level of several, or all of them at once:
//!
//! ```
//! use tollgate::penalty::WaitingPeriod;
//! use tollgate::{ConcurrencyLimit, Layered, Penalty, Quota, TokenBucket};
//!
//! let rate = TokenBucket::<u64>::new(Quota::per(16, 1_000));
//! let busy = Penalty::<_, u64>::new(ConcurrencyLimit::new(1), WaitingPeriod::of(500));
//! let gate = Layered::new((&rate, &busy));
//!
//! let work = gate.try_acquire(0, 1).unwrap();
//! assert_eq!(gate.try_acquire(0, 1).unwrap_err().retry_after(), Some(500));
//! assert!(gate.peek(100, 1).is_err()); // does not count as asking
//! drop(work);
//! assert!(gate.try_acquire(500, 1).is_ok());
//!
//! let strict = Penalty::<_, u64>::new(Layered::new((&rate, &busy)), WaitingPeriod::of(500));
//! # assert!(strict.try_acquire(1_000, 1).is_ok());
//! ```
//!
//! # Guarantees
//!
//! With a first wait `f`, a factor `g` and a cap `c`:
//!
//! * **A denial opens** a period as long as the limit's own wait, but not shorter than `f` and not longer than `c`. One of `f`
//!   if the limit knows no wait ([`Busy`](crate::Denied::Busy)), none if it is for good ([`Never`](crate::Denied::Never)).
//! * **The k-th early question** makes the period end min(`f` × `g^k`, `c`) ticks after it, and never earlier than it would have.
//! * **The wait told** is exact: the longer of what is left of the period and of the limit's own wait. Asking then passes if
//!   nobody else took the room or asked, a tick earlier fails.
//! * **Asking when it has ended** asks the limit as if nothing had been; if that denies, a new period opens.
//! * Under races every question counts exactly once, as if they had come one by one: period and number are one word.
//!
//! The cap holds for the limit's own wait too: a daily quota would else turn into a period that nothing tells from a
//! clock that has stepped back. Nothing is lost by it, as the limit refuses on its own account after `c`, and the wait told is its.
//!
//! What counts as a question: one call of [`try_acquire`](Penalty::try_acquire), or of a gate's around it, at a cost above
//! 0; whatever other levels say. [`peek`](Penalty::peek) and [`waiting`](Penalty::waiting) do not count, nor does a
//! cost of 0 (which passes as the limit has it), nor one that can never fit. A request that finds room and loses it
//! to others, who then give it back while it is being refused, is denied as by the limit and opens no period.
//!
//! # By key
//!
//! In a table of keys, the words of the waiting periods are a table of their own, in which a key takes a slot only while
//! it has to wait:
//!
//! ```
//! use tollgate::keyed::SipHash;
//! use tollgate::penalty::{PenaltyRule, WaitingPeriod};
//! use tollgate::{Keyed, Penalty, Quota, algorithm::TokenBucket};
//!
//! const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
//! const PERIOD: PenaltyRule<u32> = PenaltyRule::<u32>::new(WaitingPeriod::of(1_000).times(2, 60_000));
//! static TOKENS: Keyed<TokenBucket<u32>, 256> = Keyed::new([TokenBucket::<u32>::new(Quota::per(16, 1_000))], SECRET);
//! static WAITING: Keyed<PenaltyRule<u32>, 64> = Keyed::new([PERIOD], SECRET);
//!
//! let wait = |token: &str, now, calls| {
//!     let guard = Penalty::from_parts(TOKENS.key(token), PERIOD, WAITING.key(token).cell(now));
//!     guard.try_acquire(now, calls).err().and_then(|refused| refused.retry_after())
//! };
//! assert_eq!((wait("one", 0, 16), wait("two", 0, 16)), (None, None));
//! assert_eq!((wait("one", 0, 1), wait("one", 500, 1)), (Some(1_000), Some(2_000)));
//! assert_eq!(wait("two", 500, 1), None);
//! ```
//!
//! # Clock faults
//!
//! * **Wrap** changes no decision; a **stall** makes the period longer.
//! * **Step back**: what is left counts as `c` at most, so nobody is locked out for longer than `c` from the first question (or until
//!   a [`refresh`](Penalty::refresh)). It ends no period, as long as it is shorter than a
//!   [`horizon`](PenaltyRule::horizon) less `c`. A thread that passes a reading older than others' counts as such: a period of `c` then
//!   ends earlier by as much.
//! * **Idling** longer than a horizon may bring a period back that was over, for `c` at most; `refresh`, called once in
//!   a horizon (from a slow timer, say), removes even that.

mod as_limit;
mod error;
mod rule;

pub use error::PenaltyError;
pub use rule::{PenaltyRule, WaitingPeriod};

#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, Shared, StateCell};
use crate::decision::{Denied, NotYet};
use crate::layered::{Admission, Admitted, Level, Refused, Request, Tightest, admission};
use crate::time::Ticks;

/// A limit around which asking too early makes the wait longer: see the [module](self).
///
/// One word beside the limit's own.
#[derive(Clone, Debug)]
pub struct Penalty<L, T: HasShared, C = Shared<T>> {
    limit: L,
    rule: PenaltyRule<T>,
    charges_denied: bool,
    cell: C,
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        impl<L> Penalty<L, $word> {
            /// A penalty of a constant waiting period around a limit, or around a reference to one.
            ///
            /// ```compile_fail
            /// # use tollgate::{ConcurrencyLimit, Penalty, penalty::WaitingPeriod};
            /// // error: cap = 500 ticks is shorter than the first wait: give a cap of at least 1000 ticks
            /// static TOKEN: Penalty<ConcurrencyLimit, u32> =
            ///     Penalty::<_, u32>::new(ConcurrencyLimit::new(5), WaitingPeriod::of(1_000).times(2, 500));
            /// ```
            ///
            /// # Panics
            ///
            /// If the period cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(limit: L, period: WaitingPeriod<$word>) -> Self {
                let rule = PenaltyRule::<$word>::new(period);
                Self::from_parts(limit, rule, <Shared<$word> as Init<$word>>::FRESH)
            }
        }
    )*};
}

const_new!(u32 u64);

#[cfg(not(loom))]
impl<L, T: HasShared> Penalty<L, T> {
    /// A penalty of a waiting period known at run time.
    ///
    /// # Errors
    ///
    /// As [`PenaltyRule::try_new`].
    pub fn try_new(limit: L, period: WaitingPeriod<T>) -> Result<Self, PenaltyError> {
        Ok(Self::from_parts(limit, PenaltyRule::try_new(period)?, <Shared<T> as Init<T>>::FRESH))
    }
}

impl<L, T: HasShared, C> Penalty<L, T, C> {
    /// Puts a limit, a rule and a fresh cell together, or references to a limit and a cell.
    #[must_use]
    pub const fn from_parts(limit: L, rule: PenaltyRule<T>, cell: C) -> Self {
        Self { limit, rule, charges_denied: false, cell }
    }

    /// Charges denied attempts to the limit too: what it has left goes, up to the cost, and a debt where its quota has one.
    ///
    /// The waits told are those after the charge. (An attempt that can never fit, and limits of what is in progress, are charged
    /// nothing.)
    #[must_use]
    pub const fn charging_denied(mut self) -> Self {
        self.charges_denied = true;
        self
    }

    /// The limit inside.
    #[must_use]
    pub const fn limit(&self) -> &L {
        &self.limit
    }

    /// The rule of the waiting period.
    #[must_use]
    pub const fn rule(&self) -> &PenaltyRule<T> {
        &self.rule
    }
}

impl<L, T: HasShared, C: StateCell<T>> Penalty<L, T, C> {
    /// Takes `cost` units of the limit at `now`, unless a waiting period stands.
    ///
    /// # Errors
    ///
    /// [`Refused`], with a wait unless it is for good (or lost a race for a place whose room was given back meanwhile); it names the level that refuses where the limit is made of several,
    /// and the first one where all would admit, were it not too early.
    #[inline]
    pub fn try_acquire(&self, now: T, cost: T) -> Result<Admission<T, &Self>, Refused<T>>
    where
        L: Level<T>,
    {
        admission::acquire(self, Request::new(now, cost))
    }

    /// Whether [`try_acquire`](Self::try_acquire) would pass, without counting as asking: nothing is opened or extended.
    ///
    /// # Errors
    ///
    /// The longer of what is left of the waiting period and of the limit's own wait, which may be unknown if no period stands.
    #[inline]
    pub fn peek(&self, now: T, cost: T) -> Result<(), Refused<T>>
    where
        L: Level<T>,
    {
        Level::peek(self, &Request::new(now, cost))
    }

    /// Ticks until the waiting period ends, if there is one. The limit is not asked.
    #[must_use]
    #[inline]
    pub fn waiting(&self, now: T) -> Option<T> {
        self.rule.left(self.cell.load(), now)
    }

    /// Keeps a long silence from being mistaken for a waiting period: see [clock faults](self#clock-faults).
    #[inline]
    pub fn refresh(&self, now: T) {
        self.cell.update(|word| {
            let step = self.rule.refresh(word, now);
            (step.state, step.answer)
        });
    }

    /// Ends the waiting period, if there is one. The limit stays as it is.
    #[inline]
    pub fn reset(&self) {
        self.cell.update(|_| (Some(T::FRESH), ()));
    }

    /// Asks, and returns the ticks to wait.
    #[inline]
    fn ask(&self, now: T, refused: Option<T>) -> Option<T> {
        self.cell.update(|word| {
            let step = self.rule.ask(word, now, refused);
            (step.state, step.answer)
        })
    }
}

impl<L: Level<T>, T: HasShared, C: StateCell<T>> Penalty<L, T, C> {
    /// What the limit says once a denied attempt has been charged.
    fn charge(&self, request: &Request<T>, said: Result<(), Refused<T>>) -> Result<(), Refused<T>> {
        self.limit.penalize(request);
        match (said, self.limit.peek(request)) {
            (Err(said), Err(now)) => Err(said.waiting_for(now)),
            (said, now) => now.and(said),
        }
    }
}

/// Of a penalty and the limit in it.
impl<L: Level<T>, T: HasShared, C: StateCell<T>> Level<T> for Penalty<L, T, C> {
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
        match self.waiting(now) {
            Some(_) => Tightest { level: 0, remaining: T::ZERO },
            None => self.limit.tightest(now),
        }
    }

    /// Asks the limit first, so that the word is looked at and written in one act.
    fn probe(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        let (now, mut said) = (request.now(), self.limit.probe(request));
        if is_exempt(request, said) {
            return said;
        }
        let refuses = said.is_err();
        if self.charges_denied && refuses {
            said = self.charge(request, said); // before the period is opened, which covers it
        }
        let Some(wait) = self.ask(now, said.err().map(|refused| refused.retry_after().unwrap_or(T::ZERO))) else {
            return Ok(());
        };
        if self.charges_denied && !refuses {
            said = self.charge(request, said); // there was room, but too early
        }
        Err(too_early(wait, said))
    }

    #[inline]
    fn peek(&self, request: &Request<T>) -> Result<(), Refused<T>> {
        let said = self.limit.peek(request);
        match self.waiting(request.now()) {
            Some(left) if !is_exempt(request, said) => Err(too_early(left, said)),
            _ => said,
        }
    }

    #[inline]
    fn admit(&self, request: &Request<T>) -> Result<Admitted<T, L::Receipt>, Refused<T>> {
        match self.waiting(request.now()) {
            // Opened since the probe. It is the next probe that counts.
            Some(left) if request.cost() != T::ZERO => Err(too_early(left, Ok(()))),
            _ => self.limit.admit(request),
        }
    }

    #[inline]
    fn withdraw(&self, now: T, request: &Request<T>, receipt: L::Receipt) {
        self.limit.withdraw(now, request, receipt);
    }

    #[inline]
    fn release(&self, cost: T, receipt: L::Receipt) {
        self.limit.release(cost, receipt);
    }

    #[inline]
    fn penalize(&self, request: &Request<T>) {
        self.limit.penalize(request);
    }
}

/// What no waiting period has to do with: a cost of 0, and one that can never fit.
fn is_exempt<T: Ticks>(request: &Request<T>, said: Result<(), Refused<T>>) -> bool {
    request.cost() == T::ZERO || said.is_err_and(|refused| refused.is_never())
}

/// The longer of two waits, as said by the level that refuses, or by the first.
fn too_early<T: Ticks>(wait: T, said: Result<(), Refused<T>>) -> Refused<T> {
    let (level, own) = said.err().map_or((0, None), |refused| (refused.level(), refused.retry_after()));
    let missing = wait.max(own.unwrap_or(T::ZERO));
    Refused::from(Denied::NotYet(NotYet { missing, per_tick: T::ONE })).behind(level)
}
