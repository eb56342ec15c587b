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
//! clock is the past (all drained); everything else lies ahead. The horizon is a quarter of the word's range or more, divided
//! by `q`:
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
//! * **Step back**: mints nothing, as long as the clock stands less than a horizon behind where it stood when the state was
//!   last written; a longer one looks like idling and may admit one burst, as a word cannot tell the two apart.
//!   Over any readings within that, what is admitted is at most the burst and the rate times the clock's forward
//!   progress.
//! * **Lockout** after a step back: at most a full drain (of burst and debt, or one tick if that is longer) from the first
//!   denial. If the wait would exceed that, the TAT cannot be right: the denied [`acquire`] or [`reserve`] brings it down
//!   to a spent bucket. This is the one denial that writes. (A caller that never asks, but only looks, is helped by [`refresh`].)
//! * **Idling** for longer than the horizon: the bucket may look spent, which costs at most one full drain; it
//!   never over-admits. [`refresh`], called at least once per horizon (from a slow timer, say), removes even that.
//! * **First use**: a new limiter is full, whatever the clock reads.
//!
//! Several threads that pass readings of one clock slightly out of order are a clock that steps back a little: a late
//! reading is answered as of its own time. Only one whose wait would exceed a full drain counts as a step back: as much
//! then comes back early as it was late. Give such a bucket a burst that takes longer to drain than threads are apart.
//!
//! # The word that is taken
//!
//! `2^w` arrival times and "never used" do not fit into `2^w` words. A TAT that meets
//! [`FRESH`](Ticks::FRESH) is stored one sub-tick later: once in `2^w` admissions a fraction `1/p` of a unit
//! comes back one sub-tick late. It is never early.

use super::{Charge, Step};
use crate::decision::{Decision, Denied, Forced, Grant, LevelError, Never, NotYet, Reservation};
use crate::quota::Rate;
use crate::time::Ticks;

/// A state word seen at an instant.
struct Seen<T> {
    /// The clock in sub-ticks, modulo the word.
    clock: T,
    /// The TAT, or the clock if that is past it.
    tat: T,
    is_ahead: bool,
}

impl<T: Ticks> Seen<T> {
    #[inline(always)]
    fn new(rate: &Rate<T>, state: T, now: T) -> Self {
        let clock = now.wrapping_mul(rate.per_tick());
        if state == T::FRESH || clock.wrapping_sub(state) <= rate.horizon() {
            return Self { clock, tat: clock, is_ahead: false };
        }
        Self { clock, tat: state, is_ahead: true }
    }

    /// Sub-ticks the TAT is ahead of the clock; more than the ceiling only if the clock was faulty.
    #[inline(always)]
    fn backlog(&self) -> T {
        self.tat.wrapping_sub(self.clock)
    }

    /// The same instant with `charge` more sub-ticks of backlog.
    #[inline(always)]
    fn charged(&self, charge: T) -> Self {
        Self { tat: self.tat.wrapping_add(charge), ..*self }
    }

    /// The same instant with that backlog.
    #[inline(always)]
    fn with_backlog(&self, backlog: T) -> Self {
        Self { tat: self.clock.wrapping_add(backlog), ..*self }
    }

    /// The state word.
    #[inline(always)]
    fn state(&self) -> T {
        if self.tat == T::FRESH { self.tat.wrapping_add(T::ONE) } else { self.tat }
    }

    #[inline(always)]
    fn grant(&self, rate: &Rate<T>, granted: T, delay: T) -> Grant<T> {
        let room = rate.capacity().saturating_sub(self.backlog());
        let (per_unit, per_tick) = (rate.per_unit(), rate.per_tick());
        Grant { granted, delay, backlog: self.backlog(), room, per_unit, per_tick }
    }

    /// Denies for `missing` sub-ticks and returns how many it tells. A wait that no history can lead to shows a clock that
    /// stepped back: then the TAT is brought down to the ceiling, and the wait with it.
    #[inline(always)]
    fn deny(&self, rate: &Rate<T>, missing: T) -> Step<T, T> {
        if missing <= rate.longest_wait() {
            return Step::keep(missing);
        }
        let excess = self.backlog().wrapping_sub(rate.ceiling());
        Step::write(anchored(self.clock, rate.ceiling()), missing.wrapping_sub(excess))
    }
}

/// The state word of a TAT that is set, not charged. Out of line, so that no admission works it out beforehand.
#[cold]
#[inline(never)]
fn anchored<T: Ticks>(clock: T, backlog: T) -> T {
    Seen { clock, tat: clock.wrapping_add(backlog), is_ahead: true }.state()
}

/// What a decision comes down to: which of the three, and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict<T> {
    /// Charged; these sub-ticks are now ahead of the clock.
    Admitted(T),
    /// These sub-ticks are missing, at least 1.
    NotYet(T),
    /// The cost exceeds this many units.
    Never(T),
}

/// Takes `cost` units if that leaves at least `leave`. A `cost` of 0 is always admitted and changes nothing.
#[inline]
pub fn acquire<T: Ticks>(rate: &Rate<T>, state: T, now: T, cost: T, leave: T) -> Step<T, Decision<T>> {
    weigh(rate, state, now, cost, leave).map(|verdict| tell(rate, verdict, cost))
}

/// As [`acquire`], with an answer that [`tell`] turns into a decision.
///
/// Inlined without asking, as is all it is called through: a constant rate then folds into the instructions, and
/// the verdict stays in registers.
#[inline(always)]
pub fn weigh<T: Ticks>(rate: &Rate<T>, state: T, now: T, cost: T, leave: T) -> Step<T, Verdict<T>> {
    let seen = Seen::new(rate, state, now);
    if cost == T::ZERO {
        return Step::keep(Verdict::Admitted(seen.backlog()));
    }
    let capacity = rate.burst().saturating_sub(leave);
    if cost > capacity {
        return Step::keep(Verdict::Never(capacity));
    }
    let charge = cost.wrapping_mul(rate.per_unit());
    let most = rate.capacity().wrapping_sub(leave.wrapping_mul(rate.per_unit())).wrapping_sub(charge);
    // Each case has an exit of its own: what the compare-exchange waits for is then one addition to the state, or to
    // the clock.
    if !seen.is_ahead {
        let seen = seen.charged(charge);
        return Step::write(seen.state(), Verdict::Admitted(seen.backlog()));
    }
    if seen.backlog() > most {
        return seen.deny(rate, seen.backlog().wrapping_sub(most)).map(Verdict::NotYet);
    }
    let seen = seen.charged(charge);
    Step::write(seen.state(), Verdict::Admitted(seen.backlog()))
}

/// The decision on `cost` units that a verdict stands for.
///
/// # Errors
///
/// What the verdict says: [`Denied::NotYet`] or [`Denied::Never`].
#[inline(always)]
pub fn tell<T: Ticks>(rate: &Rate<T>, verdict: Verdict<T>, cost: T) -> Decision<T> {
    match verdict {
        Verdict::Admitted(backlog) => {
            Ok(Seen { clock: T::ZERO, tat: backlog, is_ahead: true }.grant(rate, cost, T::ZERO))
        }
        Verdict::NotYet(missing) => Err(not_yet(rate, missing)),
        Verdict::Never(capacity) => Err(Denied::Never(Never { cost, capacity })),
    }
}

#[inline(always)]
fn not_yet<T: Ticks>(rate: &Rate<T>, missing: T) -> Denied<T> {
    Denied::NotYet(NotYet { missing, per_tick: rate.per_tick() })
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
    let delay = seen.backlog().saturating_sub(ready_at);
    let impatient = delay.saturating_sub(max_wait.saturating_mul(rate.per_tick()));
    let indebted = seen.backlog().saturating_sub(rate.ceiling().wrapping_sub(charge));
    let missing = impatient.max(indebted);
    if missing > T::ZERO {
        return seen.deny(rate, missing).map(|missing| Err(not_yet(rate, missing)));
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
    let back = units.saturating_mul(rate.per_unit()).min(seen.backlog());
    if back == T::ZERO {
        return Step::keep(());
    }
    Step::write(seen.charged(T::ZERO.wrapping_sub(back)).state(), ())
}

/// Gives back `units` of a charge, as far as they have not drained since.
///
/// What was charged keeps the TAT ahead of the clock for as long as it drains, and no longer: a charge that left the
/// TAT at `t` can be told from one never made by `t - now` at most. (Without the word it left, `t` was no earlier than the
/// charge's own reading and cost.) To give back more would give again what others have had. However long ago the charge was,
/// up to half a turn of the clock: a word beyond the horizon would look ahead again.
#[inline]
pub fn undo<T: Ticks>(rate: &Rate<T>, state: T, now: T, units: T, charge: &Charge<T>) -> Step<T, ()> {
    let least = charge.at.wrapping_mul(rate.per_tick()).wrapping_add(charge.units.wrapping_mul(rate.per_unit()));
    let elapsed = now.wrapping_sub(charge.at);
    let drained = if elapsed > T::HALF { T::ZERO } else { elapsed.saturating_mul(rate.per_tick()) };
    let undrained = Seen::new(rate, charge.left.unwrap_or(least), now).backlog();
    let undrained = undrained.min(rate.ceiling().saturating_sub(drained));
    let seen = Seen::new(rate, state, now);
    let back = units.min(charge.units).saturating_mul(rate.per_unit()).min(undrained).min(seen.backlog());
    if back == T::ZERO {
        return Step::keep(());
    }
    Step::write(seen.charged(T::ZERO.wrapping_sub(back)).state(), ())
}

/// Charges `cost` units for work that has already happened: beyond the capacity as a debt, up to the quota's.
#[inline]
pub fn force<T: Ticks>(rate: &Rate<T>, state: T, now: T, cost: T) -> Step<T, Forced<T>> {
    let seen = Seen::new(rate, state, now);
    let fitting = rate.ceiling().saturating_sub(seen.backlog()).div_floor(rate.per_unit());
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
    rate.capacity().saturating_sub(Seen::new(rate, state, now).backlog()).div_floor(rate.per_unit())
}

/// Units charged and not yet drained, rounded up; more than the burst means a debt.
#[inline]
pub fn level<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> T {
    backlog(rate, state, now).div_ceil(rate.per_unit())
}

/// Sub-ticks charged and not yet drained.
#[inline]
pub(super) fn backlog<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> T {
    Seen::new(rate, state, now).backlog().min(rate.ceiling())
}

/// The state at `now` of a bucket whose [`backlog`] this was `elapsed` ticks ago; `None` if it is more than there can be.
#[inline]
pub(super) fn at_backlog<T: Ticks>(rate: &Rate<T>, now: T, backlog: T, elapsed: T) -> Option<T> {
    if backlog > rate.ceiling() {
        return None;
    }
    let left = backlog.saturating_sub(elapsed.saturating_mul(rate.per_tick()));
    if left == T::ZERO {
        return Some(T::FRESH);
    }
    Some(anchored(now.wrapping_mul(rate.per_tick()), left))
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
    Ok(anchored(now.wrapping_mul(rate.per_tick()), backlog))
}

/// Makes a full bucket fresh, whose age no longer matters, and re-anchors one that a step back has left too far ahead.
///
/// To be called at least once per [`horizon_ticks`](Rate::horizon_ticks) where idling must not cost a drain.
#[inline]
pub fn refresh<T: Ticks>(rate: &Rate<T>, state: T, now: T) -> Step<T, ()> {
    let seen = Seen::new(rate, state, now);
    if seen.backlog() == T::ZERO {
        return if state == T::FRESH { Step::keep(()) } else { Step::write(T::FRESH, ()) };
    }
    if seen.backlog() > rate.longest_wait() {
        return Step::write(seen.with_backlog(rate.ceiling()).state(), ());
    }
    Step::keep(())
}

/// The state under another rate with as many units charged as before, rounded up, and at most what the new one can hold.
#[inline]
pub fn rescale<T: Ticks>(from: &Rate<T>, to: &Rate<T>, state: T, now: T) -> T {
    let backlog = Seen::new(from, state, now).backlog().min(from.ceiling());
    if backlog == T::ZERO {
        return T::FRESH;
    }
    let backlog = backlog.scale_ceil(to.per_unit(), from.per_unit()).min(to.ceiling());
    anchored(now.wrapping_mul(to.per_tick()), backlog)
}
