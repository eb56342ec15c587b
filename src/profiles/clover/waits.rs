//! How long a token was told to wait for a place: one period for those of its app, one for its own.

use super::{Policy, PolicyError};
#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{HasShared, StateCell};
use crate::concurrency::ConcurrencyLimit;
use crate::penalty::{Penalty, PenaltyRule};
use crate::time::TickLength;

/// Places behind the period of who asks for them.
pub(super) type Guarded<'a, T, C, B> = Penalty<&'a ConcurrencyLimit<B>, T, &'a C>;

/// They are the token's own, also that for the places of its app: who keeps to what it was told is never kept waiting by others
/// who do not, or who were told something else.
#[derive(Debug)]
pub(super) struct Waits<T, C> {
    rule: PenaltyRule<T>,
    for_app: C,
    for_token: C,
}

macro_rules! const_new {
    ($($word:ident)*) => {$(
        #[cfg(not(loom))]
        impl<C: Init<$word>> Waits<$word, C> {
            #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // what is cut has been compared
            pub(super) const fn new(policy: &Policy, tick: TickLength) -> Self {
                const fn word(ticks: u64) -> $word {
                    if ticks > $word::MAX as u64 { $word::MAX } else { ticks as $word }
                }
                use crate::penalty::WaitingPeriod;
                let period = WaitingPeriod::of(word(tick.count(policy.first_wait)))
                    .times(policy.growth as $word, word(tick.count(policy.longest_wait)));
                Self { rule: PenaltyRule::<$word>::new(period), for_app: C::FRESH, for_token: C::FRESH }
            }
        }
    )*};
}

const_new!(u32 u64);

impl<T: HasShared, C: StateCell<T>> Waits<T, C> {
    pub(super) fn try_in_cells(
        policy: &Policy,
        tick: TickLength,
        cell: &mut impl FnMut() -> C,
    ) -> Result<Self, PolicyError> {
        let rule = PenaltyRule::try_new(policy.wait(tick)).map_err(PolicyError::Wait)?;
        Ok(Self { rule, for_app: cell(), for_token: cell() })
    }

    /// The places of the app and those of the token, as this token may have them.
    pub(super) fn guard<'a, B>(
        &'a self,
        of_app: &'a ConcurrencyLimit<B>,
        of_token: &'a ConcurrencyLimit<B>,
    ) -> [Guarded<'a, T, C, B>; 2] {
        let guarded = |limit, cell| Penalty::from_parts(limit, self.rule, cell);
        [guarded(of_app, &self.for_app), guarded(of_token, &self.for_token)]
    }

    pub(super) const fn rule(&self) -> &PenaltyRule<T> {
        &self.rule
    }

    /// The longer of what is left of both.
    pub(super) fn left(&self, now: T) -> Option<T> {
        let [for_app, for_token] = self.periods().map(|period| period.waiting(now));
        for_app.max(for_token)
    }

    pub(super) fn are_over(&self, now: T) -> bool {
        // Further ahead than two of the longest: the clock has stepped back, as no reading is so late.
        let longest = self.rule.period().cap();
        let ahead = now.wrapping_add(longest).wrapping_add(longest);
        for period in self.periods().iter().filter(|period| period.waiting(ahead).is_some()) {
            period.refresh(now);
        }
        self.left(now).is_none()
    }

    pub(super) fn reset(&self) {
        self.periods().iter().for_each(Penalty::reset);
    }

    pub(super) fn refresh(&self, now: T) {
        self.periods().iter().for_each(|period| period.refresh(now));
    }

    fn periods(&self) -> [Penalty<(), T, &C>; 2] {
        [&self.for_app, &self.for_token].map(|cell| Penalty::from_parts((), self.rule, cell))
    }
}
