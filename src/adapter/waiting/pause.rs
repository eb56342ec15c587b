use crate::time::{Countdown, TickLength, Ticks, at_once};

const NANOS_PER_MICRO: u64 = 1_000;
const NANOS_PER_MILLI: u64 = 1_000_000;

/// A pause as delays take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::adapter) enum Pause {
    Nanos(u32),
    Micros(u32),
    Millis(u32),
}

impl Pause {
    /// How long to pause before the next reading of the clock; `None` if the wait is over.
    pub(in crate::adapter) fn before_next<T: Ticks>(wait: &mut Countdown<T>, now: T, tick: TickLength) -> Option<Self> {
        let left = wait.read(now);
        (left > T::ZERO).then(|| Self::of(at_once(left), tick))
    }

    /// A pause of so many ticks, rounded up, or the longest one there is. (What is too long for the word is cut, and waited
    /// for when the clock has been read again.)
    fn of<T: Ticks>(ticks: T, tick: TickLength) -> Self {
        let nanos = u64::try_from(tick.duration(ticks).as_nanos()).unwrap_or(u64::MAX);
        let micros = nanos.div_ceil(NANOS_PER_MICRO);
        match (u32::try_from(nanos), u32::try_from(micros)) {
            (Ok(nanos), _) => Self::Nanos(nanos),
            (_, Ok(micros)) => Self::Micros(micros),
            _ => Self::Millis(u32::try_from(nanos.div_ceil(NANOS_PER_MILLI)).unwrap_or(u32::MAX)),
        }
    }
}
