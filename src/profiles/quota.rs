use core::time::Duration;

use crate::quota::Quota;
use crate::time::{TickLength, Ticks};

/// So many in a period, on a clock of such ticks. Cut to what the word counts, a longer period would be another rate: instead it
/// becomes a quota that no limit takes.
pub(super) fn per<T: Ticks>(limit: u32, period: Duration, tick: TickLength) -> Quota<T> {
    let ticks = tick.count(period);
    if ticks >= T::MAX.into() {
        return Quota::per(T::ONE, T::MAX);
    }
    Quota::per(T::truncate(limit.into()), T::truncate(ticks))
}

macro_rules! const_per {
    ($($per:ident $word:ident;)*) => {$(
        /// The same, for constants.
        #[cfg(not(loom))]
        #[allow(clippy::cast_lossless, clippy::cast_possible_truncation)] // what is cut has been compared
        pub(super) const fn $per(limit: u32, period: Duration, tick: TickLength) -> Quota<$word> {
            let ticks = tick.count(period);
            if ticks >= $word::MAX as u64 {
                return Quota::per(1, $word::MAX);
            }
            Quota::per(limit as $word, ticks as $word)
        }
    )*};
}

const_per! {
    per_u32 u32;
    per_u64 u64;
}
