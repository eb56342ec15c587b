//! Bytes read as a program with a reset in the middle, for the fuzzer and for the test that replays what it has kept.

use arbitrary::{Arbitrary, Result, Unstructured};
use tollgate::time::Ticks;

use crate::bytes::{is_well_formed, seal};
use crate::subject::{Case, Family, MOST, Subject};

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Op {
    Acquire,
    UpTo,
    Refund,
    Refresh,
    /// Buckets only.
    Owe,
}

/// Ticks are in 32nds of a period and single ones, at most two periods.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Step {
    parts: u8,
    ticks: u8,
    op: Op,
    units: u8,
}

#[derive(Clone, Debug)]
pub struct Course {
    numbers: [u64; 4],
    /// Ticks from the start of a turn of the clock, or from its end.
    start: u16,
    from_end: bool,
    /// What the clock reads after the reset.
    other: u64,
    before: Vec<Step>,
    off: (u8, u8),
    after: Vec<Step>,
    /// What happens to the bytes: places, and the bits that change there. Then they get a right checksum, or not.
    damage: Vec<(u8, u8)>,
    sealed: bool,
}

impl Course {
    pub fn read(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let limit = bytes.int_in_range(1..=MOST as u64)?;
        let period = match bytes.int_in_range(0..=3_u8)? {
            0 => 1 << bytes.int_in_range(0..=19_u8)?,
            1 => bytes.int_in_range(1..=1 << 19)?,
            _ => 1 + u64::from(u8::arbitrary(bytes)?),
        };
        let numbers = [limit, period, bytes.int_in_range(1..=MOST as u64)?, bytes.int_in_range(0..=3)?];
        let (start, from_end, other, off) = bytes.arbitrary()?;
        let other = far_from_fresh(other);
        let (sealed, cut) = bytes.arbitrary::<(bool, u8)>()?;
        let damage = (0..cut % 8).map(|_| bytes.arbitrary()).collect::<Result<_>>()?;
        let mut before: Vec<Step> = Vec::new();
        while !bytes.is_empty() && before.len() < 60 {
            before.push(bytes.arbitrary()?);
        }
        let after = before.split_off(before.len() / 2);
        Ok(Self { numbers, start, from_end, other, before, off, after, damage, sealed })
    }

    fn ticks(&self, parts: u8, ticks: u8) -> u64 {
        self.numbers[1] * u64::from(parts % 64) / 32 + u64::from(ticks % 4)
    }

    fn start(&self, family: Family) -> u64 {
        let start = u64::from(self.start);
        // Where a wrap cuts windows short, none is met.
        let wraps = family != Family::Aligned || self.numbers[1].is_power_of_two();
        if self.from_end && wraps { start.wrapping_neg() } else { start }
    }

    /// A limit after the first half of the program, and the reading it ends at.
    fn before<T: Ticks, L: Subject<T>>(&self, case: &Case<T, L>) -> (L, u64) {
        let limit = (case.make)(case.quota(self.numbers));
        let mut at = self.start(case.family);
        for step in &self.before {
            at = at.wrapping_add(self.ticks(step.parts, step.ticks));
            let _ = step.run(case, &limit, at);
        }
        (limit, at)
    }

    /// Units that may be held, and ticks after which none is.
    fn bounds(&self, family: Family) -> (u64, u64) {
        let [limit, period, burst, debt] = self.numbers;
        match family {
            Family::Bucket => (burst, (burst + debt) * period / limit + 1),
            _ => (limit, 3 * period),
        }
    }
}

/// A reading from which no program comes to the one whose word means "never used": a bucketed window that begins there begins a
/// tick late, and the one beside it, on another clock, does not.
fn far_from_fresh(reading: u64) -> u64 {
    const REACH: u64 = 1 << 27; // 60 steps of two periods
    let ahead = [u64::FRESH.wrapping_sub(reading), u64::from(u32::FRESH.wrapping_sub(u32::truncate(reading)))];
    if ahead.iter().any(|&ahead| ahead < REACH) { reading.wrapping_add(2 * REACH) } else { reading }
}

impl Step {
    fn run<T: Ticks, L: Subject<T>>(self, case: &Case<T, L>, limit: &L, at: u64) -> tollgate::Decision<T> {
        let (now, units) = (T::truncate(at), T::truncate(u64::from(self.units) % (MOST as u64 + 3)));
        match self.op {
            Op::Acquire => return limit.acquire(now, units),
            Op::UpTo => return limit.acquire_up_to(now, units),
            Op::Refund => limit.refund(now, units),
            Op::Refresh => limit.refresh(now),
            Op::Owe => (case.owe)(limit, now, units),
        }
        limit.peek(now, units)
    }
}

/// Takes a snapshot in the middle and goes on with what is restored of it beside the limit that was never off.
pub fn survives_a_reset<T: Ticks, L: Subject<T>>(case: &Case<T, L>, course: &Course) {
    let ((live, taken_at), elapsed) = (course.before(case), course.ticks(course.off.0, course.off.1));
    let bytes = live.bytes(T::truncate(taken_at));
    assert!(bytes.len() <= L::LEN && is_well_formed(&bytes), "{}: {bytes:02x?}", case.name);

    let mut at = taken_at.wrapping_add(elapsed);
    let mut other = if case.family == Family::Aligned { at } else { course.other };
    let restored = (case.make)(case.quota(course.numbers));
    let _ = restored.acquire_up_to(T::truncate(other), T::MAX); // is replaced
    let page = [&bytes[..], &[0xFF; 5]].concat(); // what follows is not looked at
    restored.restore(T::truncate(other), &page, Some(T::truncate(elapsed))).unwrap();
    for step in &course.after {
        assert_eq!(
            live.remaining(T::truncate(at)),
            restored.remaining(T::truncate(other)),
            "{} before {step:?} at {at}, {other} restored",
            case.name
        );
        let told = [(&live, at), (&restored, other)].map(|(limit, at)| step.run(case, limit, at));
        assert_eq!(told[0], told[1], "{} on {step:?} at {at}, {other} restored", case.name);
        let by = course.ticks(step.parts, step.ticks);
        (at, other) = (at.wrapping_add(by), other.wrapping_add(by));
    }
}

/// Takes a snapshot in the middle and restores it without a word of how long that is ago.
pub fn nothing_comes_back_for_an_unknown_time<T: Ticks, L: Subject<T>>(case: &Case<T, L>, course: &Course) {
    let ((live, taken_at), elapsed) = (course.before(case), course.ticks(course.off.0, course.off.1));
    let bytes = live.bytes(T::truncate(taken_at));
    let at = taken_at.wrapping_add(elapsed);
    let other = if case.family == Family::Aligned { at } else { course.other };
    let restored = (case.make)(case.quota(course.numbers));
    restored.restore(T::truncate(other), &bytes, None).unwrap();

    let (_, drained) = course.bounds(case.family);
    for later in (0..=32).map(|part| drained * part / 32) {
        let [left, restored] =
            [(&live, at), (&restored, other)].map(|(limit, at)| limit.remaining(T::truncate(at.wrapping_add(later))));
        assert!(restored <= left, "{}: {restored} of {left} left {later} after {at}", case.name);
    }
    // Where a window opens by a request, or one that is forgotten late is asked, a later start can happen to suit what is asked.
    if case.family == Family::Bucket || ["RollingWindow", "FixedWindow"].contains(&case.name) {
        let (mut later, mut admitted) = (0, [0; 2]);
        for step in &course.after {
            for (total, (limit, at)) in admitted.iter_mut().zip([(&live, at), (&restored, other)]) {
                for _ in 0..step.units % 4 {
                    *total += u32::from(limit.acquire(T::truncate(at.wrapping_add(later)), T::ONE).is_ok());
                }
            }
            assert!(admitted[1] <= admitted[0], "{}: {admitted:?} {later} after {at}", case.name);
            later += course.ticks(step.parts, step.ticks);
        }
    }
}

/// Changes a snapshot and restores it.
pub fn bears_damage<T: Ticks, L: Subject<T>>(case: &Case<T, L>, course: &Course) {
    let (live, at) = course.before(case);
    let mut bytes = live.bytes(T::truncate(at));
    for &(place, bits) in &course.damage {
        let place = usize::from(place) % bytes.len();
        bytes[place] ^= bits;
    }
    if course.sealed {
        seal(&mut bytes);
    }
    bears(case, course, &bytes);
}

/// Restores any bytes: either nothing changes, or what comes back is within the quota.
fn bears<T: Ticks, L: Subject<T>>(case: &Case<T, L>, course: &Course, bytes: &[u8]) {
    let (limit, _) = course.before(case);
    let now = T::truncate(course.other);
    let before = limit.bytes(now);
    let elapsed = course.sealed.then_some(T::truncate(course.start.into()));
    if limit.restore(now, bytes, elapsed).is_err() {
        assert_eq!(limit.bytes(now), before, "{}: an error changed something", case.name);
        return;
    }
    assert!(is_well_formed(bytes), "{}: {bytes:02x?} was restored", case.name);
    let (capacity, drained) = course.bounds(case.family);
    assert!(limit.remaining(now) <= T::truncate(capacity));
    let later = now.wrapping_add(T::truncate(drained));
    // An aligned window of a large limit may take the wrap of the clock for a step back: see its docs.
    if case.family != Family::Aligned || now < later {
        assert_eq!(limit.remaining(later), T::truncate(capacity), "{}: {bytes:02x?} is held for too long", case.name);
    }
}

/// Runs the program that some bytes spell on every limit of both widths, or restores the bytes themselves.
pub fn run(bytes: &[u8]) {
    let course = Course::read(&mut Unstructured::new(bytes)).expect("missing bytes are read as zeros");
    match bytes.first().map(|byte| byte % 4) {
        Some(0) => every_unsync_limit!(survives_a_reset(&course)),
        Some(2) => every_unsync_limit!(nothing_comes_back_for_an_unknown_time(&course)),
        Some(3) => every_unsync_limit!(bears_damage(&course)),
        _ => every_unsync_limit!(bears(&course, bytes)), // a snapshot begins with 1
    }
}

#[test]
fn fuzz_inputs_replay() {
    inputs::replay("snapshot", run);
}

#[cfg(test)]
#[path = "../fuzz_inputs/mod.rs"]
mod inputs;
