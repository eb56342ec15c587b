#[cfg(test)]
#[path = "exhaustive.rs"]
mod exhaustive; // within, as it looks into the words

use super::PenaltyError;
use crate::algorithm::Step;
use crate::time::Ticks;

/// How long a denial makes wait, and how that grows: plain numbers in ticks, not yet checked.
///
/// `WaitingPeriod::of(SECOND).times(2, MINUTE)` is a second, doubled by each early question, up to a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitingPeriod<T> {
    first: T,
    factor: T,
    cap: T,
}

impl<T: Ticks> WaitingPeriod<T> {
    /// A wait of `first` ticks, which asking early begins anew.
    #[must_use]
    pub const fn of(first: T) -> Self {
        Self { first, factor: T::ONE, cap: first }
    }

    /// The wait grows by `factor`, 1 or more, with every early question, up to `cap` ticks.
    #[must_use]
    pub const fn times(self, factor: T, cap: T) -> Self {
        Self { factor, cap, ..self }
    }

    /// Ticks of the wait that a denial opens, if the limit itself asks for no more.
    #[must_use]
    pub const fn first(&self) -> T {
        self.first
    }

    /// By how much every early question multiplies it.
    #[must_use]
    pub const fn factor(&self) -> T {
        self.factor
    }

    /// Ticks of the longest wait.
    #[must_use]
    pub const fn cap(&self) -> T {
        self.cap
    }
}

/// The state machine of a [`Penalty`](super::Penalty): pure, on one word, shared by as many words as there are to punish.
///
/// A word holds the instant at which the waiting period ends and, in its lowest bits, how often the period was extended. The
/// bits are as many as it takes to count to the cap, and one more value, so that no period is mistaken for
/// [`FRESH`](Ticks::FRESH): 3 bits for a second that doubles up to a minute. The instant is kept modulo what is left of
/// the word.
///
/// ```
/// use tollgate::penalty::{PenaltyRule, WaitingPeriod};
/// use tollgate::time::Ticks;
///
/// const RULE: PenaltyRule<u32> = PenaltyRule::<u32>::new(WaitingPeriod::of(1_000).times(2, 60_000));
///
/// let denied = RULE.ask(u32::FRESH, 5_000, Some(0)); // the limit refuses and knows no wait
/// assert_eq!(denied.answer, Some(1_000));
/// let early = RULE.ask(denied.state.unwrap(), 5_400, None);
/// assert_eq!(early.answer, Some(2_000)); // until 7 400
/// let on_time = RULE.ask(early.state.unwrap(), 7_400, None);
/// assert_eq!(on_time.answer, None);
/// assert_eq!(on_time.state, Some(u32::FRESH));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PenaltyRule<T> {
    period: WaitingPeriod<T>,
    /// Early questions after which the wait is the cap.
    steps: u32,
    /// Low bits of the word that count them.
    step_bits: u32,
}

/// Early questions until the cap, and the bits that hold their number beside one that is never used.
const fn check(first: u64, factor: u64, cap: u64, half: u64) -> Result<(u32, u32), PenaltyError> {
    if first == 0 {
        return Err(PenaltyError::ZeroFirst);
    }
    if factor == 0 {
        return Err(PenaltyError::ZeroFactor);
    }
    if cap < first {
        return Err(PenaltyError::CapBelowFirst { first, cap });
    }
    let (mut wait, mut steps) = (first, 0_u32);
    while factor > 1 && wait < cap {
        wait = wait.saturating_mul(factor);
        steps += 1;
    }
    let step_bits = u32::BITS - (steps + 1).leading_zeros();
    let most = (half / 2) >> step_bits;
    if cap > most {
        return Err(PenaltyError::CapTooLong { cap, most });
    }
    Ok((steps, step_bits))
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[allow(clippy::cast_lossless)] // `From` is not const
        impl PenaltyRule<$word> {
            /// The rule of a constant waiting period.
            ///
            /// # Panics
            ///
            /// If the period cannot be kept; in a `const` or `static` that is a compile error which names the value.
            #[must_use]
            pub const fn new(period: WaitingPeriod<$word>) -> Self {
                let WaitingPeriod { first, factor, cap } = period;
                match check(first as u64, factor as u64, cap as u64, $word::HALF as u64) {
                    Ok((steps, step_bits)) => Self { period, steps, step_bits },
                    Err(error) => panic!("{}", error.message().as_str()),
                }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: Ticks> PenaltyRule<T> {
    /// The rule of a waiting period known at run time.
    ///
    /// # Errors
    ///
    /// If the first wait or the factor is 0, the cap is below the first wait, or it exceeds half a
    /// [horizon](Self::horizon): in `u32` milliseconds that is 6 days for a wait that does not grow, and 37 hours for one
    /// that doubles 6 times.
    pub fn try_new(period: WaitingPeriod<T>) -> Result<Self, PenaltyError> {
        let WaitingPeriod { first, factor, cap } = period;
        let (steps, step_bits) = check(first.into(), factor.into(), cap.into(), T::HALF.into())?;
        Ok(Self { period, steps, step_bits })
    }

    /// The waiting period it was made of.
    #[must_use]
    pub const fn period(&self) -> WaitingPeriod<T> {
        self.period
    }

    /// Ticks for which a period that is over is known to be, at least 2 caps: half of what the word keeps apart.
    #[must_use]
    pub fn horizon(&self) -> T {
        T::HALF.wrapping_shr(self.step_bits)
    }

    /// Ticks until the period ends, or `None` if there is none.
    ///
    /// Where it is further ahead than the cap, the clock has stepped back, and it counts as the cap.
    #[must_use]
    #[inline]
    pub fn left(&self, word: T, now: T) -> Option<T> {
        let ahead = self.ahead(word, now);
        (ahead != T::ZERO).then(|| ahead.min(self.period.cap))
    }

    /// Asks at `now`, where the limit admits (`refused` is `None`) or refuses for so many ticks (0 if it does not know).
    ///
    /// The answer is `None` to pass, or the ticks to wait.
    #[inline]
    pub fn ask(&self, word: T, now: T, refused: Option<T>) -> Step<T, Option<T>> {
        let (step, wait) = match (self.left(word, now), refused) {
            (Some(left), _) => {
                let step = self.step(word).wrapping_add(1).min(self.steps);
                (step, self.length(step).max(left))
            }
            (None, Some(wait)) => (0, wait.max(self.period.first).min(self.period.cap)),
            (None, None) => return self.refresh(word, now).map(|()| None),
        };
        let next = self.word(now.wrapping_add(wait), step);
        Step { state: (next != word).then_some(next), answer: Some(wait) }
    }

    /// Forgets a period that is over, and cuts one that a step back of the clock has left further ahead than the cap.
    #[inline]
    pub fn refresh(&self, word: T, now: T) -> Step<T, ()> {
        match self.ahead(word, now) {
            ahead if ahead == T::ZERO && word != T::FRESH => Step::write(T::FRESH, ()),
            ahead if ahead > self.period.cap => {
                Step::write(self.word(now.wrapping_add(self.period.cap), self.step(word)), ())
            }
            _ => Step::keep(()),
        }
    }

    /// Ticks by which the end of the period is ahead of the clock, 0 if it is behind or there is none.
    #[inline]
    fn ahead(&self, word: T, now: T) -> T {
        let ends = unshifted(word).wrapping_shr(self.step_bits).wrapping_sub(now).wrapping_shl(self.step_bits);
        if word == T::FRESH || ends >= T::HALF { T::ZERO } else { ends.wrapping_shr(self.step_bits) }
    }

    /// How often a period was extended.
    #[inline]
    fn step(&self, word: T) -> u32 {
        let step: u64 = (unshifted(word) & T::ONE.wrapping_shl(self.step_bits).wrapping_sub(T::ONE)).into();
        u32::try_from(step).unwrap_or(u32::MAX).min(self.steps)
    }

    /// Ticks of a wait after so many early questions.
    #[inline]
    fn length(&self, step: u32) -> T {
        let grown = (0..step).fold(self.period.first, |wait, _| wait.saturating_mul(self.period.factor));
        grown.min(self.period.cap)
    }

    /// By how much the words of two instants differ that are a tick apart.
    #[inline]
    pub(super) fn a_tick(&self) -> T {
        T::ONE.wrapping_shl(self.step_bits)
    }

    #[inline]
    fn word(&self, until: T, step: u32) -> T {
        shifted(until.wrapping_shl(self.step_bits) | T::truncate(step.into()))
    }
}

/// The word of an instant and a step, shifted so that the step that is never used meets [`FRESH`](Ticks::FRESH).
#[inline]
fn shifted<T: Ticks>(plain: T) -> T {
    plain.wrapping_add(T::FRESH).wrapping_add(T::ONE)
}

#[inline]
fn unshifted<T: Ticks>(word: T) -> T {
    word.wrapping_sub(T::FRESH).wrapping_sub(T::ONE)
}
