//! The same source on 8-bit words: every period that stands, every reading and every refusal, against what it should come to.

use std::vec::Vec;

use super::{PenaltyRule, WaitingPeriod};
use crate::time::Ticks;

const FRESH: u8 = <u8 as Ticks>::FRESH;

/// Steps of 1, 2, 3 and 4 bits, up to the longest cap.
fn rules() -> Vec<PenaltyRule<u8>> {
    let periods =
        [(1, 1, 1), (32, 1, 32), (5, 1, 9), (3, 2, 5), (1, 255, 16), (1, 2, 8), (2, 3, 7), (1, 2, 4), (3, 2, 4)];
    periods
        .map(|(first, factor, cap)| PenaltyRule::try_new(WaitingPeriod::of(first).times(factor, cap)).unwrap())
        .into()
}

/// The wait after so many early questions.
fn length(rule: &PenaltyRule<u8>, questions: u32) -> u32 {
    let WaitingPeriod { first, factor, cap } = rule.period;
    (u32::from(first) * u32::from(factor).saturating_pow(questions)).min(cap.into())
}

/// All periods: ticks left, and the early questions.
fn periods(rule: &PenaltyRule<u8>) -> impl Iterator<Item = (u8, u32)> {
    (1..=rule.period.cap).flat_map(|left| (0..=rule.steps).map(move |questions| (left, questions)))
}

#[test]
fn every_question_does_to_every_period_what_it_should() {
    for rule in rules() {
        let WaitingPeriod { first, cap, .. } = rule.period;
        for now in 0..=u8::MAX {
            for refused in (0..=cap.saturating_add(2)).map(Some) {
                let opened = rule.ask(FRESH, now, refused);
                let wait = refused.unwrap().clamp(first, cap);
                assert_eq!((opened.state, opened.answer), (Some(rule.word(now.wrapping_add(wait), 0)), Some(wait)));
            }
            for (left, questions) in periods(&rule) {
                let word = rule.word(now.wrapping_add(left), questions);
                assert_ne!(word, FRESH);
                let longer = u8::try_from(length(&rule, questions + 1)).unwrap().max(left);
                let next = rule.word(now.wrapping_add(longer), (questions + 1).min(rule.steps));
                for refused in [None, Some(0), Some(cap), Some(u8::MAX)] {
                    let early = rule.ask(word, now, refused);
                    assert_eq!(early.answer, Some(longer));
                    assert_eq!(early.state, (next != word).then_some(next));
                }
            }
        }
    }
}

#[test]
fn every_period_ends_on_its_tick_and_stays_over_for_a_horizon() {
    for rule in rules() {
        let horizon = rule.horizon();
        assert!(horizon >= 2 * rule.period.cap);
        for now in 0..=u8::MAX {
            for (left, questions) in periods(&rule) {
                let word = rule.word(now.wrapping_add(left), questions);
                for passed in 0..=left.saturating_add(horizon).min(254) {
                    let later = now.wrapping_add(passed);
                    let expected = left.checked_sub(passed).filter(|&left| left > 0);
                    assert_eq!(rule.left(word, later), expected);
                    if expected.is_none() {
                        assert_eq!(rule.ask(word, later, None).state, Some(FRESH));
                        assert_eq!(rule.refresh(word, later).state, Some(FRESH));
                        assert_eq!(rule.ask(word, later, Some(0)), rule.ask(FRESH, later, Some(0)));
                    } else {
                        assert_eq!(rule.refresh(word, later).state, None);
                    }
                }
                for back in 0..horizon - left {
                    let earlier = now.wrapping_sub(back);
                    let stands = left.saturating_add(back).min(rule.period.cap);
                    assert_eq!(rule.left(word, earlier), Some(stands));
                }
            }
        }
    }
}

/// Also words that no history leads to.
#[test]
fn no_word_locks_out_for_longer_than_a_cap() {
    for rule in rules() {
        let cap = rule.period.cap;
        for (word, now) in (0..=u8::MAX).flat_map(|word| (0..=u8::MAX).map(move |now| (word, now))) {
            assert!(rule.left(word, now).is_none_or(|left| (1..=cap).contains(&left)));
            let step = rule.ask(word, now, None);
            assert!(step.answer.is_none_or(|wait| (1..=cap).contains(&wait)));
            let next = step.state.unwrap_or(word);
            assert_eq!(rule.left(next, now), step.answer);
            let refreshed = rule.refresh(word, now).state.unwrap_or(word);
            assert_eq!(rule.left(refreshed, now.wrapping_add(cap)), None);
            assert_eq!(rule.refresh(refreshed, now).state, None);
        }
    }
}

#[test]
fn a_fresh_word_is_no_period_at_any_reading() {
    for rule in rules() {
        for now in 0..=u8::MAX {
            assert_eq!(rule.left(FRESH, now), None);
            assert_eq!((rule.ask(FRESH, now, None).state, rule.refresh(FRESH, now).state), (None, None));
        }
    }
}
