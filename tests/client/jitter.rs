//! The distribution of every jitter: its ends, its mean, and that every part of its range is as likely as the others. The seeds
//! are fixed, so that a test which passes always does.

use tollgate::client::{Backoff, BackoffSettings, Jitter, Seeded, ServerWait};
use tollgate::time::Ticks;

const SAMPLES: u64 = 64_000;
const BUCKETS: usize = 16;
/// Chi-square of 15 degrees of freedom exceeds this once in a thousand.
const TOO_UNEVEN: u64 = 38;

const SETTINGS: BackoffSettings<u32> = BackoffSettings::exponential(1_600, 3, 100_000);

/// Many draws of the wait that follows `failures` failures, of which each waited for the longest time it could.
fn samples<T: Ticks>(settings: BackoffSettings<T>, failures: u32) -> Vec<u64> {
    let mut before = Backoff::try_new(settings).unwrap();
    for _ in 0..failures {
        let wait = before.on_failure(T::ZERO, ServerWait::Unsaid, || u64::MAX).wait().unwrap();
        assert_eq!(before.poll(wait).wait(), Some(T::ZERO));
    }
    let mut random = Seeded::new(2_015);
    let mut draw = || {
        let mut backoff = before.clone();
        let mut told = backoff.on_failure(T::ZERO, ServerWait::Unsaid, || random.draw()).wait().unwrap();
        let (mut now, mut all) = (T::ZERO, 0);
        while told > T::ZERO {
            all += told.into();
            now = now.wrapping_add(told);
            told = backoff.poll(now).wait().unwrap();
        }
        all
    };
    (0..SAMPLES).map(|_| draw()).collect()
}

fn is_even(samples: &[u64], least: u64, most: u64) {
    let (count, width) = (u128::from(SAMPLES), u128::from(most - least) + 1);
    assert!(samples.iter().all(|sample| (least..=most).contains(sample)));
    // The mean is the middle, within five standard errors: 64 000 samples have one of a 876th of the width.
    let sum: u128 = samples.iter().map(|&sample| u128::from(sample - least)).sum();
    let off = (2 * sum).abs_diff(count * (width - 1));
    assert!(off <= 731 * width, "mean {} of {least}..={most}", sum / count);
    let mut buckets = [0_u64; BUCKETS];
    for sample in samples {
        let at = u128::from(sample - least) * BUCKETS as u128 / width;
        buckets[usize::try_from(at).unwrap()] += 1;
    }
    let expected = SAMPLES / BUCKETS as u64;
    let squares: u64 = buckets.iter().map(|&bucket| bucket.abs_diff(expected).pow(2)).sum();
    assert!(squares <= TOO_UNEVEN * expected, "{buckets:?}");
}

#[test]
fn no_jitter_is_no_chance() {
    for (failures, wait) in [(0, 1_600), (1, 4_800), (2, 14_400), (3, 43_200), (4, 100_000), (5, 100_000)] {
        assert!(samples(SETTINGS.jitter(Jitter::None), failures).iter().all(|&sample| sample == wait));
    }
}

#[test]
fn full_jitter_is_even_from_0_to_grown() {
    for (failures, grown) in [(0, 1_600), (1, 4_800), (3, 43_200), (4, 100_000), (7, 100_000)] {
        is_even(&samples(SETTINGS.jitter(Jitter::Full), failures), 0, grown);
    }
}

#[test]
fn equal_jitter_is_half_of_grown_and_even_over_the_other_half() {
    for (failures, grown) in [(0, 1_600), (1, 4_800), (3, 43_200), (4, 100_000), (7, 100_000)] {
        is_even(&samples(SETTINGS.jitter(Jitter::Equal), failures), grown / 2, grown);
    }
    let odd = BackoffSettings::exponential(3_201_u32, 2, 3_201).jitter(Jitter::Equal);
    is_even(&samples(odd, 0), 1_601, 3_201);
}

#[test]
fn additive_jitter_is_grown_and_even_over_a_base_more_also_at_the_cap() {
    for (failures, grown) in [(0, 1_600), (1, 4_800), (3, 43_200), (4, 100_000), (7, 100_000)] {
        is_even(&samples(SETTINGS.jitter(Jitter::Additive), failures), grown, grown + 1_599);
    }
}

#[test]
fn decorrelated_jitter_is_even_from_the_base_to_three_times_the_wait_before() {
    for (failures, most) in [(0, 4_800), (1, 14_400), (2, 43_200)] {
        is_even(&samples(SETTINGS.jitter(Jitter::Decorrelated), failures), 1_600, most);
    }
    // From 1 600 to 129 600, of which what exceeds the cap is the cap: 296 of 1 280.
    let (capped, below): (Vec<_>, Vec<_>) =
        samples(SETTINGS.jitter(Jitter::Decorrelated), 3).into_iter().partition(|&sample| sample == 100_000);
    assert!(below.iter().all(|&sample| (1_600..100_000).contains(&sample)));
    let expected = SAMPLES * 29_601 / 128_001;
    assert!((capped.len() as u64).abs_diff(expected) < 600, "{} capped, not {expected}", capped.len());
}

/// One in 2^32 or in 2^63 of each would show in the ends: the whole range is drawn from, whatever its width.
#[test]
fn the_widest_ranges_are_as_even() {
    let widest = BackoffSettings::exponential(u32::MAX, 1, u32::MAX).jitter(Jitter::Full);
    is_even(&samples(widest, 0), 0, u32::MAX.into());
    for most in [3 << 62, (1 << 63) + 1, u64::MAX - 1, u64::MAX] {
        let widest = BackoffSettings::exponential(most, 1, most).jitter(Jitter::Full);
        is_even(&samples(widest, 0), 0, most);
    }
}

#[test]
fn the_smallest_ranges_have_every_tick_and_no_other() {
    let smallest = BackoffSettings::exponential(1_u32, 1, 1);
    let ends = |jitter| {
        let samples = samples(smallest.jitter(jitter), 0);
        (*samples.iter().min().unwrap(), *samples.iter().max().unwrap())
    };
    assert_eq!(ends(Jitter::None), (1, 1));
    assert_eq!(ends(Jitter::Full), (0, 1));
    assert_eq!(ends(Jitter::Equal), (1, 1));
    assert_eq!(ends(Jitter::Decorrelated), (1, 1));
    assert_eq!(ends(Jitter::Additive), (1, 1));
}
