//! The state machine under all buckets: one word that holds a theoretical arrival time (TAT).
//!
//! This is the generic cell rate algorithm in its virtual scheduling form (ITU-T I.371, annex A), with the time
//! counted in the sub-ticks of a [`Rate`], of which a tick is worth `q` and a unit costs `p`. The TAT is the
//! instant at which everything charged so far will have drained. Its distance ahead of the clock is the
//! *backlog*: 0 for a full token bucket or an empty leaky one, `burst × p` for the opposite. A request fits if the
//! backlog and its own cost are at most that. An admission is one multiplication (two for a cost above 1), an
//! addition and two comparisons; nothing is rounded.
//!
//! # Clock faults
//!
//! The word holds the TAT modulo `2^w`. What lies up to [`horizon_ticks`](Rate::horizon_ticks) behind the
//! clock is the past (all drained); everything else lies ahead. The horizon is at least a quarter of the word's range divided by
//! `q`:
//!
//! | ticks | rate | q | horizon |
//! |---|---|---|---|
//! | `u32` milliseconds | 50 per second | 1 | 24 days |
//! | `u32` at 32768 Hz | 50 per second | 25 | 43 minutes |
//! | `u64` nanoseconds | 50 per second | 1 | 292 years |
//! | `u64` nanoseconds | 1 000 000 007 per second | 1 000 000 007 | 9 seconds |
//!
//! * **Wrap**: changes no decision, as the clock and the TAT wrap together.
//! * **Stall**: nothing drains; at one instant no more than the burst is admitted.
//! * **Step back**: mints nothing. If the wait it leads to would exceed a full drain (of burst and debt, or one
//!   tick if that is longer), the TAT cannot be right: the denied request re-anchors it, so that the bucket is
//!   spent but not locked. This is the one denial that writes. Between any readings, what is admitted is at most
//!   the burst and the rate times the clock's forward progress. A step back from one reading to the next by more than the horizon less a drain
//!   looks like idling instead, and may admit one burst: a word cannot tell the two apart.
//! * **Idling** for longer than the horizon: the bucket may look spent, which costs at most one full drain; it
//!   never over-admits. [`refresh`], called at least once per horizon (from a slow timer, say), removes even that.
//! * **First use**: a new limiter is full, whatever the clock reads.
//!
//! Several threads that pass readings of one clock slightly out of order are a clock that steps back a little: late
//! readings are answered as of their own time, and never mint.
//!
//! # The word that is taken
//!
//! `2^w` arrival times and "never used" do not fit into `2^w` words. A TAT that meets
//! [`FRESH`](Ticks::FRESH) is stored one sub-tick later: once in `2^w` admissions a fraction `1/p` of a unit
//! comes back one sub-tick late. It is never early.

use super::Step;
use crate::decision::{Decision, Denied, Forced, Grant, LevelError, Never, NotYet, Reservation};
use crate::quota::Rate;
use crate::time::Ticks;

/// A state word seen at an instant: how far the TAT is ahead.
struct Seen<T> {
    /// The clock in sub-ticks, modulo the word.
    clock: T,
    /// Sub-ticks the TAT is ahead of the clock; more than the ceiling only if the clock was faulty.
    backlog: T,
}

impl<T: Ticks> Seen<T> {
    #[inline]
    fn new(rate: &Rate<T>, state: T, now: T) -> Self {
        let clock = now.wrapping_mul(rate.per_tick());
        let ahead = state.wrapping_sub(clock).wrapping_add(rate.horizon());
        let past = state == T::FRESH || ahead <= rate.horizon();
        Self { clock, backlog: if past { T::ZERO } else { ahead.wrapping_sub(rate.horizon()) } }
    }

    /// The same instant with `charge` more sub-ticks of backlog.
    #[inline]
    fn charged(&self, charge: T) -> Self {
        Self { backlog: self.backlog.wrapping_add(charge), ..*self }
    }

    /// The state word for this backlog.
    #[inline]
    fn state(&self) -> T {
        let tat = self.clock.wrapping_add(self.backlog);
        if tat == T::FRESH { tat.wrapping_add(T::ONE) } else { tat }
    }

    #[inline]
    fn grant(&self, rate: &Rate<T>, granted: T, delay: T) -> Grant<T> {
        let room = rate.capacity().saturating_sub(self.backlog);
        let (per_unit, per_tick) = (rate.per_unit(), rate.per_tick());
        Grant { granted, delay, backlog: self.backlog, room, per_unit, per_tick }
    }

    /// Denies for `missing` sub-ticks. A wait that no history can lead to shows a clock that stepped back: then
    /// the TAT is brought down to the ceiling, and the wait with it.
    #[inline]
    fn deny(&self, rate: &Rate<T>, missing: T) -> Step<T, Denied<T>> {
        let per_tick = rate.per_tick();
        if missing <= rate.longest_wait() {
            return Step::keep(Denied::NotYet(NotYet { missing, per_tick }));
        }
        let excess = self.backlog.wrapping_sub(rate.ceiling());
        let missing = missing.wrapping_sub(excess);
        Step::write(Self { backlog: rate.ceiling(), ..*self }.state(), Denied::NotYet(NotYet { missing, per_tick }))
    }
}

/// Takes `cost` units if that leaves at least `leave`. A `cost` of 0 is always admitted and changes nothing.
#[inline]
pub fn acquire<T: Ticks>(rate: &Rate<T>, state: T, now: T, cost: T, leave: T) -> Step<T, Decision<T>> {
    let seen = Seen::new(rate, state, now);
    if cost == T::ZERO {
        return Step::keep(Ok(seen.grant(rate, cost, T::ZERO)));
    }
    let capacity = rate.burst().saturating_sub(leave);
    if cost > capacity {
        return Step::keep(Err(Denied::Never(Never { cost, capacity })));
    }
    let charge = cost.wrapping_mul(rate.per_unit());
    let most = rate.capacity().wrapping_sub(leave.wrapping_mul(rate.per_unit())).wrapping_sub(charge);
    if seen.backlog > most {
        return seen.deny(rate, seen.backlog.wrapping_sub(most)).map(Err);
    }
    let seen = seen.charged(charge);
    Step::write(seen.state(), Ok(seen.grant(rate, cost, T::ZERO)))
}

/// Takes as many of `most` units as there are; denied if there is not even one.
#[inline]
pub fn acquire_up_to<T: Ticks>(rate: &Rate<T>, state: T, now: T, most: T) -> Step<T, Decision<T>> {
    let whole = available(rate, state, now).max(T::ONE);
    acquire(rate, state, now, most.min(whole), T::ZERO)
}

/// Takes `cost` units now, for use once they have drained in, if that is within `max_wait` ticks.
///
/// What goes beyond the capacity is a debt, and bounded by the quota's. A bucket that is `paced` makes every charge
/// wait for the whole backlog before it.
#[inline]
pub fn reserve<T: Ticks>(
    rate: &Rate<T>,
    paced: bool,
    state: T,
    now: T,
    cost: T,
    max_wait: T,
) -> Step<T, Result<Reservation<T>, Denied<T>>> {
    let seen = Seen::new(rate, state, now);
    if cost == T::ZERO {
        let grant = seen.grant(rate, cost, T::ZERO);
        return Step::keep(Ok(Reservation { grant, before: state, after: state }));
    }
    if cost > rate.burst() {
        return Step::keep(Err(Denied::Never(Never { cost, capacity: rate.burst() })));
    }
    let charge = cost.wrapping_mul(rate.per_unit());
    let ready_at = if paced { T::ZERO } else { rate.capacity().wrapping_sub(charge) };
    let delay = seen.backlog.saturating_sub(ready_at);
    let impatient = delay.saturating_sub(max_wait.saturating_mul(rate.per_tick()));
    let indebted = seen.backlog.saturating_sub(rate.ceiling().wrapping_sub(charge));
    let missing = impatient.max(indebted);
    if missing > T::ZERO {
        return seen.deny(rate, missing).map(Err);
    }
    let seen = seen.charged(charge);
    let after = seen.state();
    Step::write(after, Ok(Reservation { grant: seen.grant(rate, cost, delay), before: state, after }))
}

/// Takes back a reservation: to the bit if nothing else happened since, by a [`refund`] otherwise.
#[inline]
pub fn cancel<T: Ticks>(rate: &Rate<T>, state: T, now: T, reservation: &Reservation<T>) -> Step<T, ()> {
    if state == reservation.after {
        return Step::write(reservation.before, ());
    }
    refund(rate, state, now, reservation.grant.granted)
}

/// Gives back `units`, never beyond full.
#[inline]
pub fn refund<T: Ticks>(rate: &Rate<T>, state: T, now: T, units: T) -> Step<T, ()> {
    let seen = Seen::new(rate, state, now);
    let back = units.saturating_mul(rate.per_unit()).min(seen.backlog);
    if back == T::ZERO {
        return Step::keep(());
    }
    Step::write(seen.charged(T::ZERO.wrapping_sub(back)).state(), ())
}

/// Charges `cost` units for work that has already happened: beyond the capacity as a debt, up to the quota's.
#[inline]
pub fn force<T: Ticks>(rate: &Rate<T>, state: T, now: T, cost: T) -> Step<T, Forced<T>> {
    let seen = Seen::new(rate, state, now);
    let fitting = rate.ceiling().saturating_sub(seen.backlog).div_floor(rate.per_unit());
    let charged = cost.min(fitting);
    let uncharged = cost.wrapping_sub(charged);
    if charged == T::ZERO {
        return Step::keep(Forced { uncharged, grant: seen.grant(rate, charged, T::ZERO) });
    }
    let seen = seen.charged(charged.wrapping_mul(rate.per_unit()));
    Step::write(seen.state(), Forced { uncharged, grant: seen.grant(rate, charged, T::ZERO) })
}

/// Whole units that can be taken, rounded down.
#[inline]
pub fn available<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> T {
    rate.capacity().saturating_sub(Seen::new(rate, state, now).backlog).div_floor(rate.per_unit())
}

/// Units charged and not yet drained, rounded up; more than the burst means a debt.
#[inline]
pub fn level<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> T {
    Seen::new(rate, state, now).backlog.min(rate.ceiling()).div_ceil(rate.per_unit())
}

/// The state at `now` with `level` units charged.
///
/// # Errors
///
/// If the quota's burst and debt together are less than `level`.
#[inline]
pub fn at_level<T: Ticks>(rate: &Rate<T>, now: T, level: T) -> Result<T, LevelError<T>> {
    let backlog = level.saturating_mul(rate.per_unit());
    if backlog > rate.ceiling() {
        return Err(LevelError { level, most: rate.ceiling().div_floor(rate.per_unit()) });
    }
    if level == T::ZERO {
        return Ok(T::FRESH);
    }
    Ok(Seen { clock: now.wrapping_mul(rate.per_tick()), backlog }.state())
}

/// Makes a full bucket fresh, whose age no longer matters, and re-anchors one that a step back has left too far ahead.
///
/// To be called at least once per [`horizon_ticks`](Rate::horizon_ticks) where idling must not cost a drain.
#[inline]
pub fn refresh<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> Step<T, ()> {
    let seen = Seen::new(rate, state, now);
    if seen.backlog == T::ZERO {
        return if state == T::FRESH { Step::keep(()) } else { Step::write(T::FRESH, ()) };
    }
    if seen.backlog > rate.longest_wait() {
        return Step::write(Seen { backlog: rate.ceiling(), ..seen }.state(), ());
    }
    Step::keep(())
}

/// The state under another rate with as many units charged as before, rounded up, and at most what the new one can hold.
#[inline]
pub fn rescale<T: Ticks>(from: &Rate<T>, to: &Rate<T>, state: T, now: T) -> T {
    let backlog = Seen::new(from, state, now).backlog.min(from.ceiling());
    if backlog == T::ZERO {
        return T::FRESH;
    }
    let backlog = backlog.scale_ceil(to.per_unit(), from.per_unit()).min(to.ceiling());
    Seen { clock: now.wrapping_mul(to.per_tick()), backlog }.state()
}
