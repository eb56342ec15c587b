use core::fmt;

use super::in_order::InOrder;
use super::waits::Guarded;
use super::{App, Level, Limited, Token};
use crate::cell::{HasShared, StateCell};
use crate::concurrency::ReleaseError;
use crate::layered::{self, Layered, Refused};
use crate::profiles::{Answer, Headers};
use crate::rolling_window::RollingWindow;
use crate::time::TickLength;

type Rates<'a, T, const N: usize, const M: usize, C> = (&'a RollingWindow<T, N, C>, &'a RollingWindow<T, M, C>);
type Places<'a, T, C, B> = [Guarded<'a, T, C, B>; 2];
type Levels<'a, T, const N: usize, const M: usize, C, B> = InOrder<Rates<'a, T, N, M, C>, Places<'a, T, C, B>>;

/// A request in progress: it has a place of its app and one of its token, which it gives back when dropped.
///
/// The rates keep their charges, unless it is [withdrawn](Self::withdraw).
#[must_use = "dropped at once, it gives its places back"]
pub struct Admission<'a, T, const N: usize, const M: usize, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    held: layered::Admission<T, Levels<'a, T, N, M, C, B>>,
}

impl<T, const N: usize, const M: usize, C, B> Admission<'_, T, N, M, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    /// Keeps the places, to be [released](App::release) by hand: where the end of the work is heard of elsewhere.
    pub fn forget(self) {
        let _ = self.held.forget();
    }

    /// Gives everything back at `now`, also of the rates, as if nothing had been asked: for work that was never begun.
    pub fn withdraw(self, now: T) {
        self.held.withdraw(now);
    }
}

impl<T, const N: usize, C, B> App<T, N, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    /// Asks for a request of a token of this app.
    ///
    /// # Errors
    ///
    /// If one of the four levels refuses. Nothing is charged; a [waiting period](super#waiting) may have begun, or grown.
    pub fn try_acquire<'a, const M: usize>(
        &'a self,
        token: &'a Token<T, M, C, B>,
        now: T,
    ) -> Result<Admission<'a, T, N, M, C, B>, Limited<T>> {
        match Layered::new(self.levels(token)).into_admission(now, T::ONE) {
            Ok(held) => Ok(Admission { held }),
            Err(refused) => Err(self.limited(token, &refused)),
        }
    }

    /// What [`try_acquire`](Self::try_acquire) would answer, without counting as asking.
    ///
    /// # Errors
    ///
    /// As that.
    pub fn peek<const M: usize>(&self, token: &Token<T, M, C, B>, now: T) -> Result<(), Limited<T>> {
        Layered::new(self.levels(token)).peek(now, T::ONE).map_err(|refused| self.limited(token, &refused))
    }

    /// Gives back the places of a request of a token of this app whose admission was [forgotten](Admission::forget).
    ///
    /// # Errors
    ///
    /// If the token holds none; nothing is changed.
    pub fn release<const M: usize>(&self, token: &Token<T, M, C, B>) -> Result<(), ReleaseError> {
        token.places().release(1)?; // what a token holds, its app holds too
        self.places().release(1)
    }

    fn levels<'a, const M: usize>(&'a self, token: &'a Token<T, M, C, B>) -> Levels<'a, T, N, M, C, B> {
        InOrder((self.rate(), token.rate()), token.waits().guard(self.places(), token.places()))
    }

    fn limited<const M: usize>(&self, token: &Token<T, M, C, B>, refused: &Refused<T>) -> Limited<T> {
        let rate = |limit: T| u32::try_from(limit.into()).unwrap_or(u32::MAX); // it was made of a u32
        let (level, limit) = match refused.level() {
            0 => (Level::App, rate(self.rate().window().limit())),
            1 => (Level::Token, rate(token.rate().window().limit())),
            2 => (Level::AppConcurrent, self.places().limit()),
            _ => (Level::TokenConcurrent, token.places().limit()),
        };
        // Unknown only where a place was lost to others who have given it back meanwhile: then no period was opened.
        let wait = refused.retry_after().unwrap_or(token.waits().rule().period().first());
        Limited { level, limit, wait }
    }
}

/// The documents promise no header of a request that goes on.
impl<T, const N: usize, const M: usize, C, B> Answer<T> for Admission<'_, T, N, M, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    fn status(&self) -> u16 {
        200
    }

    fn headers(&self, _tick: TickLength) -> Headers {
        Headers::new(Headers::NONE)
    }
}

impl<T, const N: usize, const M: usize, C, B> fmt::Debug for Admission<'_, T, N, M, C, B>
where
    T: HasShared,
    C: StateCell<T>,
    B: StateCell<u32>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("held", &self.held).finish()
    }
}
