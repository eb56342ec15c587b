//! What a server says goes into limits of our own.

mod hold;
mod local;
mod matching;
mod mirror;
mod observe;
mod report;
mod response;
mod server_time;

pub use hold::{Holds, HoldsError};
pub use mirror::Mirror;
pub use response::{By, Learned, Reading, Response, Sent};
pub use server_time::{NoWait, ServerTime};

use hold::Hold;

use crate::cell::HasShared;
use crate::client::Poll;
use crate::decision::Never;
use crate::time::Ticks;

/// Whether a server may make us less strict than we are of our own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trust {
    /// What it says only ever makes stricter.
    #[default]
    Stricter,
    /// Its numbers replace ours, down and up, as long as they come from its newest response. Its limit is still never taken for
    /// larger than ours.
    Server,
}

/// The limits of a server as a client knows them, kept up with what its responses say, so that this side holds back before the
/// server must.
///
/// A level is a count of our own and a hold: see [`Mirror`]. Every request counts at every level. (An API that counts each endpoint
/// by itself takes one of these an endpoint.) A level takes 232 bytes on `u32` ticks, most of them for its window.
///
/// ```
/// use tollgate::Quota;
/// use tollgate::client::{By, Feedback, Holds, Mirror, Poll, Reading, Response};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
/// let levels = [Mirror::<u32>::bucket("calls", Quota::per(4, SECOND).burst(80))];
/// let mut shop = Feedback::new(levels, Holds::<u32>::new(SECOND, 600 * SECOND));
///
/// let now = 4_294_967_295; // any reading will do
/// let sent = shop.send(now, 1).unwrap();
///
/// // "79/80": others use the shop's bucket too. One more fits, and then we hold back before the server must.
/// let reading = Reading { used: Some(79), limit: Some(80), ..Reading::NOTHING };
/// let _ = shop.observe(now, &Response::to(sent), [reading]);
/// assert_eq!(shop.levels()[0].remaining(now), Some(1));
/// let sent = shop.send(now, 1).unwrap();
/// assert_eq!(shop.poll(now, 1), Poll::Wait(250));
///
/// // A 429 all the same, with a wait: nothing is sent before it ends.
/// let reading = Reading { used: Some(80), limit: Some(80), ..Reading::NOTHING };
/// let learned = shop.observe(now, &Response::refusing(sent).waiting(2_000), [reading]);
/// assert_eq!(learned.held, Some((By::Hold(0), 2_000)));
/// assert_eq!(shop.poll(now.wrapping_add(1_999), 1), Poll::Wait(1));
/// assert!(shop.poll(now.wrapping_add(2_000), 1).is_ready());
/// ```
///
/// # Guarantees
///
/// * **Never looser than our own quotas**, whatever is said: at most the limit in any span of a window's period, at most the burst and the
///   rate of a bucket. [Told to trust](Self::trusting), at most as much at once: a server that says it counts less, or anew, is believed.
/// * **Only ever stricter**: a response never makes ready what was not, in whichever order responses come. Told to trust, those to the
///   newest request may; an older one still may not.
/// * **Nothing is sent during a hold**, and nothing ends a hold early, but a shorter one from a server that is trusted. No hold is longer
///   than [`Holds::longest`], so that after the last response everything is ready again within that and the time it takes our own counts to
///   be forgotten.
/// * **Nothing is lost silently**: what could not be used is in [`Learned`].
///
/// # What becomes of what a response says
///
/// * **Level**: units the server counts beyond ours are charged here as if sent now: to a bucket they drain, in a window they count for a
///   period. The server has not counted what was sent after the request it answers; that counts on top, as far as it still
///   counts here. (What was sent before it and arrived after it, is in neither; its own response tells.)
/// * **Limit**: a smaller one than ours holds from now on, until it was not told for as long as it takes a level to be forgotten. A larger
///   one, and one of 0, is only [shown](Mirror::told_limit).
/// * **Wait**: a hold, whatever the status. So is the reset of a level of which nothing remains. The later of two ends wins.
/// * **Refusal**: a hold of the level that the response names; else of those of which it says that nothing remains; else of
///   one that is full by our count, if the response says nothing about it. With none of them, or if what it names or of which nothing
///   remains is no level of ours, it must be *another limit*, one that we do not know: it fills none of ours and holds everything.
///   Without a wait the hold is [`Holds::unless_told`].
///
/// A reading is about the level of its name; without that, about the only level of its limit, or of its period, or there is (but then it
/// must be the only one, or as good as, and not name another as the one that refused). A period that is told has to be the level's.
///
/// # Requests that are refused, or lost
///
/// count here like those that are served, as some servers count them too, and as nobody knows whether one that went unanswered arrived.
///
/// # Clock faults
///
/// * Holds, and how long a lower limit is believed, count the clock's forward progress: a step back lengthens them by nothing but
///   itself, a clock that stands still is waited for, a wrap changes nothing. They have to be asked about at least once in half a turn of the
///   clock: what passes unseen beyond that counts as a step back.
/// * The counts are a [`LeakyBucket`](crate::algorithm::tat#clock-faults) and a
///   [`BucketedWindow`](crate::BucketedWindow#clock-faults), and do as these.
#[derive(Debug)]
pub struct Feedback<T: HasShared, const N: usize> {
    levels: [Mirror<T>; N],
    holds: Holds<T>,
    trust: Trust,
    /// On everything.
    hold: Hold<T>,
    /// Units sent so far, modulo the word.
    sent: T,
    /// Of the newest response, by its request.
    newest: Option<Sent<T>>,
}

/// Not to be sent now: by whom, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it says how long to wait"]
pub struct Blocked<T> {
    by: By,
    poll: Poll<T, Never<T>>,
}

impl<T: Ticks> Blocked<T> {
    /// Who holds it back; of several, the one for longest.
    #[must_use]
    pub const fn by(&self) -> By {
        self.by
    }

    /// How long to wait, or that it is in vain: never [`Poll::Ready`].
    pub const fn poll(&self) -> Poll<T, Never<T>> {
        self.poll
    }
}

impl<T: HasShared, const N: usize> Feedback<T, N> {
    /// Levels of which nothing has been sent.
    #[must_use]
    pub const fn new(levels: [Mirror<T>; N], holds: Holds<T>) -> Self {
        Self { levels, holds, trust: Trust::Stricter, hold: Hold::NONE, sent: T::ZERO, newest: None }
    }

    /// The same with another trust in the server.
    #[must_use]
    pub fn trusting(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// The levels.
    #[must_use]
    pub const fn levels(&self) -> &[Mirror<T>; N] {
        &self.levels
    }

    /// Ticks of the hold on everything that were left when it was last asked, 0 if there is none.
    #[must_use]
    pub fn held_for(&self) -> T {
        self.hold.left()
    }

    /// Whether a request of `cost` units may be sent at `now`. Nothing is charged.
    ///
    /// Asking again after a wait finds it ready, unless more was said meanwhile, or a lower limit has just been forgotten, or a
    /// window of a server that is trusted has just ended.
    ///
    /// It is refused if `cost` exceeds the limit of a level.
    pub fn poll(&mut self, now: T, cost: T) -> Poll<T, Never<T>> {
        self.blocked(now, cost).map_or(Poll::Ready, |blocked| blocked.poll)
    }

    /// Charges a request of `cost` units, which is to be sent now.
    ///
    /// # Errors
    ///
    /// [`Blocked`], with the wait. Nothing is charged.
    pub fn send(&mut self, now: T, cost: T) -> Result<Sent<T>, Blocked<T>> {
        if let Some(blocked) = self.blocked(now, cost) {
            return Err(blocked);
        }
        for level in &mut self.levels {
            level.charge(now, cost);
        }
        self.sent = self.sent.wrapping_add(cost);
        Ok(Sent { mark: self.sent })
    }

    /// Holds everything back for `ticks`, at most [`Holds::longest`], for a reason of the caller's: such as another limit that the
    /// [`Feedback`] of another endpoint met.
    pub fn hold(&mut self, now: T, ticks: T) {
        self.hold.set(now, ticks.min(self.holds.longest()), false);
    }

    /// Who holds a request of `cost` units back at `now`, if somebody does: a refusal for good before a wait, and of several waits
    /// the longest.
    pub fn blocked(&mut self, now: T, cost: T) -> Option<Blocked<T>> {
        self.pass(now);
        let everything = Blocked { by: By::Everything, poll: Poll::after(self.hold.read(now)) };
        let levels = self.levels.iter_mut().enumerate().flat_map(|(number, level)| {
            let hold = Blocked { by: By::Hold(number), poll: Poll::after(level.hold_mut().read(now)) };
            [hold, Blocked { by: By::Count(number), poll: level.ask(now, cost) }]
        });
        let longest = levels.fold(everything, |worst, one| {
            let is_worse = match (worst.poll.wait(), one.poll.wait()) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(worst), Some(one)) => one > worst,
            };
            if is_worse { one } else { worst }
        });
        (!longest.poll.is_ready()).then_some(longest)
    }

    fn pass(&mut self, now: T) {
        let unseen = self.newest.map_or(self.sent, |newest| self.sent.wrapping_sub(newest.mark));
        for level in &mut self.levels {
            level.pass(now, unseen);
        }
    }
}
