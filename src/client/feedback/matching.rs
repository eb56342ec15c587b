//! Which level a reading is about.

use super::mirror::Mirror;
use super::response::Reading;
use crate::cell::HasShared;

/// The level of that name; else the only one of that limit; else the only one of that period; else the only level there is, if the
/// reading `is_alone` too, and does not name it as the level that refused.
///
/// A period that is told has to be the level's, unless the name is.
pub(super) fn find<T: HasShared>(levels: &[Mirror<T>], reading: &Reading<'_, T>, is_alone: bool) -> Option<usize> {
    let is_named =
        |level: &Mirror<T>| reading.name.is_some_and(|name| name.eq_ignore_ascii_case(level.name().as_bytes()));
    if let Some(number) = levels.iter().position(is_named) {
        return Some(number);
    }
    if !reading.counts_requests {
        return None;
    }
    let same_limit = |level: &Mirror<T>| reading.limit.is_some() && reading.limit == level.own_limit();
    let same_period = |level: &Mirror<T>| reading.period.is_some() && reading.period == level.period();
    let other_period = |level: &Mirror<T>| reading.period.is_some() && level.period().is_some() && !same_period(level);
    let of_that_limit = only(levels, |level| same_limit(level) && !other_period(level));
    let is_alone = is_alone && levels.len() == 1 && !reading.is_refusing;
    of_that_limit
        .or_else(|| only(levels, same_period))
        .or_else(|| only(levels, |level| is_alone && !other_period(level)))
}

/// The number of the only level that is so.
fn only<T: HasShared>(levels: &[Mirror<T>], is_so: impl Fn(&Mirror<T>) -> bool) -> Option<usize> {
    let mut numbers = levels.iter().enumerate().filter(|(_, level)| is_so(level)).map(|(number, _)| number);
    let number = numbers.next()?;
    numbers.next().is_none().then_some(number)
}
