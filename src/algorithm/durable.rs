use super::Algorithm;
use super::tat;
use super::{LeakyBucket, LeakyQueue, TokenBucket};
use crate::quota::{Rate, Window};
use crate::time::Ticks;

/// A rule whose state can be put into words that name no reading of the clock, only how far things are from now, and be
/// made of them again on another clock: what a [snapshot](crate::snapshot) holds.
///
/// All functions are pure.
pub trait Durable: Algorithm {
    /// One to three words.
    type Words: AsRef<[Self::Ticks]> + AsMut<[Self::Ticks]> + Default;

    /// Tells the words of one rule from those of another: 1 to 8 are [taken](crate::snapshot#format), of 15.
    const KIND: u8;

    /// The same for rules whose words mean the same.
    fn numbers(&self) -> [Self::Ticks; 4];

    /// The state as seen at `now`.
    fn to_words(&self, state: Self::Ticks, now: Self::Ticks) -> Self::Words;

    /// The state at `now` of what had these words `elapsed` ticks ago; `None` for words that no state has.
    fn revive(&self, words: Self::Words, now: Self::Ticks, elapsed: Self::Ticks) -> Option<Self::Ticks>;
}

macro_rules! durable_bucket {
    ($($name:ident = $kind:literal)*) => {$(
        /// The word is the backlog in sub-ticks. A debt is carried over, too.
        impl<T: Ticks> Durable for $name<T> {
            type Words = [T; 1];

            const KIND: u8 = $kind;

            fn numbers(&self) -> [T; 4] {
                of_rate(super::Bucket::rate(self))
            }

            fn to_words(&self, state: T, now: T) -> [T; 1] {
                [tat::backlog(super::Bucket::rate(self), state, now)]
            }

            fn revive(&self, [backlog]: [T; 1], now: T, elapsed: T) -> Option<T> {
                tat::at_backlog(super::Bucket::rate(self), now, backlog, elapsed)
            }
        }
    )*};
}

durable_bucket! { TokenBucket = 1 LeakyBucket = 2 LeakyQueue = 3 }

/// In lowest terms: 5 per 100 ticks is the same as 50 per 1000.
fn of_rate<T: Ticks>(rate: &Rate<T>) -> [T; 4] {
    [rate.per_tick(), rate.per_unit(), rate.burst(), rate.ceiling()]
}

pub(super) fn of_window<T: Ticks>(window: &Window<T>) -> [T; 4] {
    [window.limit(), window.period(), T::ZERO, T::ZERO]
}

/// Whether these are counts of a window and the ticks until it ends, if they are not all nothing.
pub(super) fn is_tally<T: Ticks>(window: &Window<T>, counts: &[T], ends_in: T, longest: T) -> bool {
    let nothing = counts.iter().all(|&count| count == T::ZERO);
    counts.iter().all(|&count| count <= window.limit()) && ends_in <= longest && nothing == (ends_in == T::ZERO)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::super::{FirstRequestWindow, FixedWindow, SlidingWindow};
    use super::*;
    use crate::quota::Quota;

    const PERIOD: u8 = 8;

    /// Readings in the middle of a turn of the clock, one for each place in a window.
    fn readings() -> impl Iterator<Item = u8> {
        128..128 + PERIOD
    }

    /// What can be taken, for two periods on.
    fn remaining<A: Algorithm<Ticks = u8>>(rule: &A, state: u8, now: u8) -> Vec<u8> {
        (0..2 * PERIOD).map(|later| rule.remaining(state, now.wrapping_add(later))).collect()
    }

    /// Every state that a clock without faults leads to, at every place in a window, for every time off, on every other clock.
    fn every_window<A: Durable<Ticks = u8>>(rule: &A, same: impl Fn(u8, u8) -> bool) {
        let (mut exact, mut elsewhere) = (0, 0);
        for (state, then) in (0..=u8::MAX).flat_map(|state| readings().map(move |then| (state, then))) {
            let ends_in = rule.to_words(state, then).as_ref().last().copied().unwrap_or(0);
            if ends_in > PERIOD || rule.refresh(state, then).state.is_some() {
                continue; // it lies ahead, or so far back that on this small word it soon seems to
            }
            for elapsed in 0..2 * PERIOD {
                let left = remaining(rule, state, then + elapsed);
                for now in readings() {
                    let restored = rule.revive(rule.to_words(state, then), now, elapsed).unwrap();
                    let restored = remaining(rule, restored, now);
                    if same(then + elapsed, now) {
                        assert_eq!(left, restored, "{state:#x} at {then}, {elapsed} later at {now}");
                        exact += 1;
                    } else {
                        let never_more = left.iter().zip(&restored).all(|(left, restored)| restored <= left);
                        assert!(never_more, "{state:#x} at {then}, {elapsed} later at {now}: {restored:?} of {left:?}");
                        elsewhere += 1;
                    }
                }
            }
        }
        assert!(exact > 800 && (elsewhere == exact * 7 || elsewhere == 0), "{exact} {elsewhere}");
    }

    #[test]
    fn every_aligned_window_is_the_same_on_the_same_clock_and_never_less_on_another() {
        let aligned = |then: u8, now: u8| then % PERIOD == now % PERIOD;
        every_window(&FixedWindow::try_new(Quota::per(3, PERIOD)).unwrap(), aligned);
        every_window(&SlidingWindow::try_new(Quota::per(3, PERIOD)).unwrap(), aligned);
    }

    #[test]
    fn every_first_request_window_is_the_same_on_any_clock() {
        every_window(&FirstRequestWindow::try_new(Quota::per(3, PERIOD)).unwrap(), |_, _| true);
    }

    #[test]
    fn every_backlog_drains_while_off_and_none_beyond_the_ceiling_is_taken() {
        for quota in [Quota::per(3, 2).burst(4).debt(3), Quota::per(64, 1).burst(1), Quota::per(1, 1).burst(100)] {
            let rate = Rate::<u8>::try_new(quota).unwrap();
            for (backlog, now) in (0..=u8::MAX).flat_map(|backlog| (0..=u8::MAX).map(move |now| (backlog, now))) {
                for elapsed in 0..=u8::MAX {
                    let state = tat::at_backlog(&rate, now, backlog, elapsed);
                    assert_eq!(state.is_some(), backlog <= rate.ceiling());
                    let Some(state) = state else { continue };
                    let left = backlog.saturating_sub(elapsed.saturating_mul(rate.per_tick()));
                    // The word that is taken is the next one.
                    let taken = now.wrapping_mul(rate.per_tick()).wrapping_add(left) == u8::FRESH && left > 0;
                    let left = (left + u8::from(taken)).min(rate.ceiling());
                    assert_eq!(tat::backlog(&rate, state, now), left, "{backlog} at {now} after {elapsed} of {rate:?}");
                }
            }
        }
    }

    #[test]
    fn words_that_no_state_has_are_refused() {
        let fixed = FixedWindow::<u8>::try_new(Quota::per(3, PERIOD)).unwrap();
        let first = FirstRequestWindow::<u8>::try_new(Quota::per(3, PERIOD)).unwrap();
        let sliding = SlidingWindow::<u8>::try_new(Quota::per(3, PERIOD)).unwrap();
        for (count, ends_in) in (0..=u8::MAX).flat_map(|count| (0..=u8::MAX).map(move |ends_in| (count, ends_in))) {
            let some = |longest: u8| {
                count == 0 && ends_in == 0 || (1..=3).contains(&count) && (1..=longest).contains(&ends_in)
            };
            assert_eq!(fixed.revive([count, ends_in], 0, 0).is_some(), some(2 * PERIOD));
            assert_eq!(first.revive([count, ends_in], 0, 0).is_some(), some(PERIOD));
            assert_eq!(sliding.revive([0, count, ends_in], 0, 0).is_some(), some(2 * PERIOD));
            assert_eq!(sliding.revive([count, 0, ends_in], 0, 0).is_some(), some(2 * PERIOD));
        }
    }
}
