use core::fmt;
use core::hash::{BuildHasher, Hash};

use super::{Admission, App, Limited, Token};
use crate::cell::{HasShared, Shared, StateCell};
use crate::keyed::{LimitSlot, LimitTable, SipHash};
use crate::profiles::{Full, Refusal};

/// The limits of all apps and their tokens, in a fixed number of [slots](LimitSlot) for each: see
/// [`keyed::limits`](crate::keyed::limits).
///
/// `P` and `Q` lend the slots of apps and tokens: an array, a slice, a `Vec`. A token is known by its app and its own name, so the
/// same name under two apps is two tokens. An app and a token keep their slots as long as one of their requests counts or is in
/// progress, or as they have to wait.
///
/// ```
/// use tollgate::keyed::{LimitSlot, SipHash};
/// use tollgate::profiles::{Answer, clover::{App, InlineApps, Policy, Token}};
/// use tollgate::time::TickLength;
///
/// const TICK: TickLength = TickLength::MILLISECOND;
/// static APPS: InlineApps<u32, 4, 32> = InlineApps::over(
///     [const { LimitSlot::new(App::<u32>::new(&Policy::DOCUMENTED, TICK)) }; 4],
///     [const { LimitSlot::new(Token::<u32>::new(&Policy::DOCUMENTED, TICK)) }; 32],
///     SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]),
/// );
///
/// let now = 4_294_967_290;
/// let places: Vec<_> = (0..5).map(|_| APPS.try_acquire("till", "front", now).unwrap()).collect();
/// assert_eq!(APPS.try_acquire("till", "front", now).level(), Some("tokenConcurrentLimit"));
/// assert_eq!(APPS.try_acquire("till", "back", now).status(), 200);
/// drop(places);
///
/// APPS.try_acquire("kiosk", "one", now).unwrap().forget(); // kept until that is said:
/// assert_eq!(APPS.release("kiosk", "one"), Ok(()));
/// ```
pub struct Apps<T, P, Q, H, const N: usize = 50, const M: usize = 16, C = Shared<T>, B = Shared<u32>>
where
    T: HasShared,
{
    app_slots: LimitTable<T, App<T, N, C, B>, P, (), C>,
    token_slots: LimitTable<T, Token<T, M, C, B>, Q, (), C>,
    hasher: H,
}

/// [`Apps`] with so many slots of their own for apps and for tokens.
pub type InlineApps<T, const APPS: usize, const TOKENS: usize, H = SipHash> =
    Apps<T, [LimitSlot<T, App<T>>; APPS], [LimitSlot<T, Token<T>>; TOKENS], H>;

impl<T, P, Q, H, const N: usize, const M: usize, C, B> Apps<T, P, Q, H, N, M, C, B>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, App<T, N, C, B>, C>]>,
    Q: AsRef<[LimitSlot<T, Token<T, M, C, B>, C>]>,
{
    /// Over slots never used.
    #[must_use]
    pub const fn over(apps: P, tokens: Q, hasher: H) -> Self {
        Self { app_slots: LimitTable::over(apps, ()), token_slots: LimitTable::over(tokens, ()), hasher }
    }

    /// How many apps and tokens fit.
    #[must_use]
    pub fn capacity(&self) -> (usize, usize) {
        (self.app_slots.capacity(), self.token_slots.capacity())
    }
}

impl<T, P, Q, H, const N: usize, const M: usize, C, B> Apps<T, P, Q, H, N, M, C, B>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, App<T, N, C, B>, C>]>,
    Q: AsRef<[LimitSlot<T, Token<T, M, C, B>, C>]>,
    H: BuildHasher,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    /// Asks for a request of a token of an app. The places of the admission keep both slots.
    ///
    /// # Errors
    ///
    /// As [`App::try_acquire`]; or if there is no slot for the app or the token.
    pub fn try_acquire<A, K>(
        &self,
        app: &A,
        token: &K,
        now: T,
    ) -> Result<Admission<'_, T, N, M, C, B>, Refusal<Limited<T>>>
    where
        A: Hash + ?Sized,
        K: Hash + ?Sized,
    {
        let (app, token) = self.hashes(app, token);
        let of_app = |app| self.token_slots.with_hashed(token, now, |token| App::try_acquire(app, token, now));
        match self.app_slots.with_hashed(app, now, of_app) {
            Ok(Ok(answer)) => answer.map_err(Refusal::Limited),
            Ok(Err(_)) => Err(Refusal::Full(Full::of("tokens"))),
            Err(_) => Err(Refusal::Full(Full::of("apps"))),
        }
    }

    /// Gives back the places of a request whose admission was [forgotten](Admission::forget).
    ///
    /// # Errors
    ///
    /// If the token holds none, or in a crowd; nothing is changed.
    pub fn release<A, K>(&self, app: &A, token: &K) -> Result<(), NotReleased>
    where
        A: Hash + ?Sized,
        K: Hash + ?Sized,
    {
        let (app, token) = self.hashes(app, token);
        let of_app = |app: &App<T, N, C, B>| self.token_slots.get_hashed(token, |token| app.release(token));
        match self.app_slots.get_hashed(app, of_app) {
            Ok(Some(Ok(Some(Ok(()))))) => Ok(()),
            Ok(None | Some(Ok(None | Some(Err(_))))) => Err(NotReleased::NotHeld),
            Err(_) | Ok(Some(Err(_))) => Err(NotReleased::Crowded),
        }
    }

    /// How many apps and tokens are in use at `now`: those whose limits are not as good as new. Reads every slot.
    pub fn occupancy(&self, now: T) -> (usize, usize) {
        (self.app_slots.occupancy(now), self.token_slots.occupancy(now))
    }

    /// Keeps a long silence from being mistaken for a recent past: see [`LimitTable::refresh`].
    pub fn refresh(&self, now: T) {
        self.app_slots.refresh(now);
        self.token_slots.refresh(now);
    }

    /// A token is hashed with its app.
    fn hashes<A: Hash + ?Sized, K: Hash + ?Sized>(&self, app: &A, token: &K) -> (u64, u64) {
        (self.hasher.hash_one(app), self.hasher.hash_one((app, token)))
    }
}

impl<T, P, Q, H, const N: usize, const M: usize, C, B> fmt::Debug for Apps<T, P, Q, H, N, M, C, B>
where
    T: HasShared,
    P: AsRef<[LimitSlot<T, App<T, N, C, B>, C>]>,
    Q: AsRef<[LimitSlot<T, Token<T, M, C, B>, C>]>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apps").field("apps", &self.app_slots).field("tokens", &self.token_slots).finish_non_exhaustive()
    }
}

/// No place was given back. Nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NotReleased {
    /// The token holds no place.
    NotHeld,
    /// More contexts use the app or the token at this moment than can be counted: try again.
    Crowded,
}

impl fmt::Display for NotReleased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotHeld => "no place is held by this token: release once what was admitted once",
            Self::Crowded => "too many contexts use this app or token at this moment: try again",
        })
    }
}

impl core::error::Error for NotReleased {}
