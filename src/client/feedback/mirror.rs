use super::hold::Hold;
use super::local::Local;
#[cfg(not(loom))]
use super::local::WindowRule;
use super::response::Reading;
#[cfg(not(loom))]
use crate::algorithm::LeakyBucket;
#[cfg(not(loom))]
use crate::bucketed_window::BucketedWindow;
use crate::cell::HasShared;
use crate::client::Poll;
use crate::decision::{Denied, Never};
use crate::quota::{Quota, QuotaError};
use crate::time::{Countdown, Ticks};

/// One of the server's limits as it is known here: its name, our own count of it, and a hold for when it refused.
///
/// ```
/// use tollgate::Quota;
/// use tollgate::client::Mirror;
///
/// const SECOND: u32 = 1_000;
/// const CALLS: Mirror<u32> = Mirror::<u32>::bucket("calls", Quota::per(4, SECOND).burst(80)); // a leaky bucket
/// const TOKEN: Mirror<u32> = Mirror::<u32>::window("tokenLimit", Quota::per(16, SECOND)); // so many in any second
/// const BUSY: Mirror<u32> = Mirror::unknown("tokenConcurrentLimit"); // only held when it refuses
///
/// assert_eq!((CALLS.limit(), TOKEN.limit(), BUSY.limit()), (Some(80), Some(16), None));
/// ```
#[derive(Debug)]
pub struct Mirror<T: HasShared> {
    name: &'static str,
    local: Local<T>,
    hold: Hold<T>,
    /// A limit the server told that is lower than ours, and for how long it is believed.
    lowered: Option<(T, Countdown<T>)>,
    told: Option<T>,
    /// When a server that is trusted begins to count anew.
    renewal: Option<Countdown<T>>,
}

/// What a response is to a level: when it came, and what it may do.
#[derive(Clone, Copy)]
pub(super) struct Arrival<T> {
    pub(super) now: T,
    /// Units sent since its request, which the server has not counted.
    pub(super) since: T,
    /// The server is trusted, and this is the newest of its responses.
    pub(super) is_trusted: bool,
}

impl<T: HasShared> Mirror<T> {
    /// A leaky bucket of a quota known at run time: the burst is its size.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept.
    pub fn try_bucket(name: &'static str, quota: Quota<T>) -> Result<Self, QuotaError> {
        Ok(Self::of(name, Local::try_bucket(quota)?))
    }

    /// So many in a period, of a quota known at run time.
    ///
    /// Counted here as a rolling window, which keeps within the limit of a server whose windows begin at any time; a unit is
    /// forgotten at most a thirtieth of a period late.
    ///
    /// # Errors
    ///
    /// If the quota cannot be kept.
    pub fn try_window(name: &'static str, quota: Quota<T>) -> Result<Self, QuotaError> {
        Ok(Self::of(name, Local::try_window(quota)?))
    }

    /// A level of which nothing is counted here, as it is not about time or not known: it only holds back when it refused.
    #[must_use]
    pub const fn unknown(name: &'static str) -> Self {
        Self::of(name, Local::None)
    }

    const fn of(name: &'static str, local: Local<T>) -> Self {
        Self { name, local, hold: Hold::NONE, lowered: None, told: None, renewal: None }
    }

    /// The server's name of it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Units that may count at once, as it stands: ours, or fewer if the server said so. `None` if nothing is counted.
    #[must_use]
    pub fn limit(&self) -> Option<T> {
        let ours = self.local.limit()?;
        Some(self.lowered.as_ref().map_or(ours, |(lowered, _)| ours.min(*lowered)))
    }

    /// Our own limit, whatever the server says.
    #[must_use]
    pub fn own_limit(&self) -> Option<T> {
        self.local.limit()
    }

    /// The limit that the server told last, believed or not.
    #[must_use]
    pub fn told_limit(&self) -> Option<T> {
        self.told
    }

    /// Units that count at `now`, ours and those the server told, rounded up.
    #[must_use]
    pub fn level(&self, now: T) -> T {
        self.local.level(now)
    }

    /// Units that may be sent at `now`, were there no hold. `None` if nothing is counted.
    #[must_use]
    pub fn remaining(&self, now: T) -> Option<T> {
        Some(self.limit()?.saturating_sub(self.local.level(now)))
    }

    /// Ticks of its hold that were left when it was last asked, 0 if there is none.
    #[must_use]
    pub fn held_for(&self) -> T {
        self.hold.left()
    }

    /// Ticks of a period, if something is counted.
    pub(super) fn period(&self) -> Option<T> {
        self.local.quota().map(|quota| quota.period())
    }

    /// Lets time pass; `unseen` units have been sent that a server that counts anew may have counted.
    pub(super) fn pass(&mut self, now: T, unseen: T) {
        let _ = self.hold.read(now);
        if self.lowered.as_mut().is_some_and(|(_, left)| left.read(now) == T::ZERO) {
            self.lowered = None;
        }
        if self.renewal.as_mut().is_some_and(|left| left.read(now) == T::ZERO) {
            self.renewal = None;
            self.local.lower(now, unseen);
        }
    }

    /// Whether `cost` units fit our count of it.
    pub(super) fn ask(&mut self, now: T, cost: T) -> Poll<T, Never<T>> {
        let Err(denied) = self.local.ask(now, cost, self.reserve()) else { return Poll::Ready };
        let fits_ours = self.local.limit().is_some_and(|ours| cost <= ours);
        let regrown = self.lowered.as_ref().filter(|_| fits_ours).map(|(_, left)| left.left());
        if let (Denied::Never(never), None) = (denied, regrown) {
            return Poll::Refused(never);
        }
        let renewed = self.renewal.as_ref().map(Countdown::left);
        let soonest = [denied.retry_after(), regrown, renewed].into_iter().flatten().min();
        Poll::after(soonest.unwrap_or(T::ONE))
    }

    /// Units that are not ours to use as the limit is lower than ours.
    fn reserve(&self) -> T {
        let ours = self.local.limit().unwrap_or(T::ZERO);
        ours.saturating_sub(self.limit().unwrap_or(T::ZERO))
    }

    pub(super) fn charge(&mut self, now: T, cost: T) {
        self.local.charge(now, cost);
    }

    pub(super) fn hold_mut(&mut self) -> &mut Hold<T> {
        &mut self.hold
    }

    /// Takes in the numbers of a reading, and says whether the limit told is another than ours.
    pub(super) fn learn(&mut self, arrival: Arrival<T>, reading: &Reading<'_, T>) -> bool {
        let Some(ours) = self.local.limit() else { return false };
        let is_other = self.learn_limit(arrival, reading.limit, ours);
        let used = match reading.remaining(ours) {
            // Of a limit larger than ours only as much is ours to use.
            Some(remaining) if arrival.is_trusted && reading.limit > Some(ours) => Some(ours.saturating_sub(remaining)),
            _ => reading.used(ours),
        };
        let Some(used) = used else { return is_other };
        // What counts no more here has been forgotten there too.
        let since = arrival.since.min(self.local.level(arrival.now));
        let used = add(used, since);
        self.local.raise(arrival.now, used);
        if arrival.is_trusted {
            self.local.lower(arrival.now, used);
            let is_window = matches!(self.local, Local::Window(_));
            self.renewal =
                reading.reset.filter(|left| is_window && *left > T::ZERO).map(|left| Countdown::new(arrival.now, left));
        }
        is_other
    }

    /// A lower limit is believed for as long as what counts now may count, and at once if the server is trusted.
    fn learn_limit(&mut self, arrival: Arrival<T>, told: Option<T>, ours: T) -> bool {
        let Some(told) = told else { return false };
        self.told = Some(told);
        let standing = self.limit().unwrap_or(ours);
        if told > T::ZERO && told < ours && (told <= standing || arrival.is_trusted) {
            self.lowered = Some((told, Countdown::new(arrival.now, self.local.memory())));
        } else if told >= ours && arrival.is_trusted {
            self.lowered = None;
        }
        told != ours
    }
}

/// `one + another`, or as many as the word counts.
pub(super) fn add<T: Ticks>(one: T, another: T) -> T {
    if another > T::MAX.wrapping_sub(one) { T::MAX } else { one.wrapping_add(another) }
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        impl Mirror<$word> {
            /// A leaky bucket of a constant quota: the burst is its size.
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` that is a compile error which names the value.
            #[must_use]
            pub const fn bucket(name: &'static str, quota: Quota<$word>) -> Self {
                Self::of(name, Local::Bucket { rule: LeakyBucket::<$word>::new(quota), state: $word::FRESH })
            }

            /// So many in a period, of a constant quota: see [`try_window`](Self::try_window).
            ///
            /// # Panics
            ///
            /// If the quota cannot be kept; in a `const` that is a compile error which names the value.
            #[must_use]
            pub const fn window(name: &'static str, quota: Quota<$word>) -> Self {
                Self::of(name, Local::Window(BucketedWindow::in_cells(WindowRule::<$word>::new(quota))))
            }
        }
    )*};
}

const_new!(u32 u64);
