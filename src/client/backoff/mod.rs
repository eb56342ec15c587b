mod error;
mod random;
mod settings;

pub use error::{BackoffError, GaveUp};
pub use random::Seeded;
pub use settings::{BackoffSettings, Jitter};

use super::Poll;
use crate::time::{Countdown, Ticks};

/// What the server said about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServerWait<T> {
    /// Nothing, and nothing was due: a timeout, or an API that never says.
    Unsaid,
    /// It owed a wait, and the header was missing or could not be read.
    Unreadable,
    /// Come back after so many ticks, counted from the reading that is given with it.
    After(T),
}

/// How long to wait after a failure, and when to give up.
///
/// # Guarantees
///
/// * **The later deadline wins**: a wait is the longest of the own one (base, factor, cap, [`Jitter`]), the
///   [pause](BackoffSettings::pause) and the server's, which wins also above the cap. A failure reported while a wait
///   runs never shortens it.
/// * **No wait after the last attempt**: the failure that uses up the attempts is answered with
///   [`Refused`](Poll::Refused), and so is one whose wait [exceeds what is accepted](BackoffSettings::longest_server_wait).
/// * **The server's deadline outlives the request**: also after giving up, or after a success of a request sent earlier, what the
///   server asked for (and the pause) is waited for before the next request.
/// * Waits count the [clock's forward progress](super#clocks). Numbers saturate; after any number of failures the own wait
///   is in its jitter's range.
///
/// It belongs to one request after the other, or to an endpoint: [`on_success`](Self::on_success) and
/// [`next_request`](Self::next_request) begin anew.
///
/// ```
/// use tollgate::client::{Backoff, BackoffSettings, GaveUp, Jitter, Poll, Seeded, ServerWait};
///
/// const SECOND: u32 = 1_000;
/// const SETTINGS: BackoffSettings<u32> =
///     BackoffSettings::exponential(SECOND, 2, 60 * SECOND).jitter(Jitter::Equal).attempts(3);
///
/// let mut backoff = Backoff::<u32>::new(SETTINGS);
/// let mut random = Seeded::new(42); // the device's serial number, say
/// assert_eq!(backoff.poll(0), Poll::Ready);
///
/// let wait = backoff.on_failure(0, ServerWait::Unsaid, || random.draw()).wait().unwrap();
/// assert!((500..=1_000).contains(&wait));
/// assert_eq!(backoff.poll(wait), Poll::Ready);
///
/// let told = backoff.on_failure(5_000, ServerWait::After(21 * SECOND), || random.draw());
/// assert_eq!(told, Poll::Wait(21_000)); // the server's, as it is later
/// assert_eq!(backoff.poll(25_999), Poll::Wait(1));
///
/// let last = backoff.on_failure(26_000, ServerWait::Unsaid, || random.draw());
/// assert_eq!(last, Poll::Refused(GaveUp::AttemptsExhausted { attempts: 3 }));
/// ```
///
/// ```compile_fail
/// # use tollgate::client::{Backoff, BackoffSettings};
/// // error: cap = 10 ticks is shorter than the base: give a cap of at least 1000 ticks
/// static BACKOFF: Backoff<u32> = Backoff::<u32>::new(BackoffSettings::exponential(1_000, 2, 10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Backoff<T> {
    settings: BackoffSettings<T>,
    failures: u32,
    /// What the next wait is drawn from: grown, or the wait before if that is [decorrelated](Jitter::Decorrelated).
    scale: T,
    wait: Countdown<T>,
    gave_up: Option<GaveUp<T>>,
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl Backoff<$word> {
            /// A backoff of constant settings that has not failed yet.
            ///
            /// # Panics
            ///
            /// If the settings cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(settings: BackoffSettings<$word>) -> Self {
                let BackoffSettings { base, factor, cap, attempts, .. } = settings;
                match BackoffSettings::<$word>::check(base as u64, factor as u64, cap as u64, attempts) {
                    Ok(()) => Self::of(settings),
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> Backoff<T> {
    /// A backoff of settings known at run time.
    ///
    /// # Errors
    ///
    /// If base, factor or attempts are 0, or the cap is below the base.
    pub fn try_new(settings: BackoffSettings<T>) -> Result<Self, BackoffError> {
        let BackoffSettings { base, factor, cap, attempts, .. } = settings;
        BackoffSettings::<T>::check(base.into(), factor.into(), cap.into(), attempts)?;
        Ok(Self::of(settings))
    }

    const fn of(settings: BackoffSettings<T>) -> Self {
        let wait = Countdown::new(T::ZERO, T::ZERO);
        Self { settings, failures: 0, scale: settings.base, wait, gave_up: None }
    }

    /// Whether the next attempt may go.
    pub fn poll(&mut self, now: T) -> Poll<T, GaveUp<T>> {
        let left = self.wait.read(now);
        match self.gave_up {
            Some(why) => Poll::Refused(why),
            None => Poll::after(left),
        }
    }

    /// Notes that an attempt failed at `now`, and answers as [`poll`](Self::poll) does.
    ///
    /// `random` gives 64 random bits with every call; it is called once for a wait, and very rarely again.
    pub fn on_failure(&mut self, now: T, server: ServerWait<T>, mut random: impl FnMut() -> u64) -> Poll<T, GaveUp<T>> {
        let BackoffSettings { attempts, pause, unreadable, longest_server_wait: most, .. } = self.settings;
        self.failures = self.failures.saturating_add(1);
        let asked = match server {
            ServerWait::Unsaid => T::ZERO,
            ServerWait::Unreadable => unreadable,
            ServerWait::After(ticks) => ticks,
        };
        let mut wait = asked.max(pause);
        if self.failures >= attempts {
            self.gave_up = self.gave_up.or(Some(GaveUp::AttemptsExhausted { attempts }));
        } else if matches!(server, ServerWait::After(_)) && asked > most {
            self.gave_up = self.gave_up.or(Some(GaveUp::ServerWaitTooLong { asked, most }));
        } else {
            wait = wait.max(self.draw(&mut random));
        }
        self.wait = Countdown::new(now, wait.max(self.wait.read(now)));
        self.poll(now)
    }

    /// Notes that an attempt succeeded: failures are forgotten. A wait still runs to its end, as it was asked for later than this
    /// attempt.
    pub fn on_success(&mut self) {
        self.next_request();
    }

    /// Begins with another request after giving up on one: as [`on_success`](Self::on_success).
    pub fn next_request(&mut self) {
        self.failures = 0;
        self.scale = self.settings.base;
        self.gave_up = None;
    }

    /// Failures in a row.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// The settings it was made of.
    #[must_use]
    pub const fn settings(&self) -> BackoffSettings<T> {
        self.settings
    }

    /// The own wait, and moves on to the next.
    fn draw(&mut self, random: &mut impl FnMut() -> u64) -> T {
        let BackoffSettings { base, factor, cap, jitter, .. } = self.settings;
        let grown = self.scale;
        let next = grown.saturating_mul(factor).min(cap);
        let mut up_to = |most: T| T::truncate(random::up_to(most.into(), random));
        let (wait, scale) = match jitter {
            Jitter::None => (grown, next),
            Jitter::Full => (up_to(grown), next),
            Jitter::Equal => {
                let half = grown.wrapping_shr(1);
                (grown.wrapping_sub(half).wrapping_add(up_to(half)), next)
            }
            Jitter::Decorrelated => {
                let most = grown.saturating_mul(factor);
                let wait = base.wrapping_add(up_to(most.wrapping_sub(base))).min(cap);
                (wait, wait)
            }
            Jitter::Additive => {
                let more = up_to(base.wrapping_sub(T::ONE));
                (grown.wrapping_add(more.min(T::MAX.wrapping_sub(grown))), next)
            }
        };
        self.scale = scale;
        wait
    }
}
