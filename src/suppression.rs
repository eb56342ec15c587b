#[cfg(not(loom))]
use crate::cell::Init;
use crate::cell::{Shared, StateCell};
use crate::layered::{Admission, Level, Refused, Request, admission};
use crate::time::Ticks;

/// A limit that counts what it refuses, and tells with the next admission: "17 more were suppressed".
///
/// ```
/// use tollgate::{Quota, SuppressionCount, TokenBucket};
///
/// const SECOND: u32 = 1_000; // this clock ticks in milliseconds
/// static BUS_ERRORS: SuppressionCount<TokenBucket<u32>> =
///     SuppressionCount::new(TokenBucket::<u32>::new(Quota::per(1, 10 * SECOND)));
///
/// fn on_bus_error(now: u32) -> Option<String> {
///     let (_, suppressed) = BUS_ERRORS.try_acquire(now, 1).ok()?;
///     Some(format!("bus error ({suppressed} more suppressed)"))
/// }
///
/// assert_eq!(on_bus_error(0).unwrap(), "bus error (0 more suppressed)");
/// assert!((1..=17).all(|now| on_bus_error(now).is_none()));
/// assert_eq!(on_bus_error(10 * SECOND).unwrap(), "bus error (17 more suppressed)");
/// ```
///
/// For log lines there is [`throttled!`](crate::throttled), which needs no `static` by hand. Any [`Level`] can be inside.
///
/// # Guarantees
///
/// * Every refused call is told of exactly once, under any race: an admission swaps the count for 0 in one indivisible act.
///   What is refused by then and not yet counted is told by the next.
/// * Calls are counted, whatever they cost, and those that can never fit too. A call of cost 0 that is admitted tells of them
///   as any other.
/// * The count stays at [`u32::MAX`] once it is there, which then means "or more". This is the one way to lose any.
///
/// One word of 32 bits beside the limit's own, whatever its ticks.
#[derive(Clone, Debug)]
pub struct SuppressionCount<L, C = Shared<u32>> {
    limit: L,
    /// The count, such that [`FRESH`](Ticks::FRESH) is 0.
    cell: C,
}

#[cfg(not(loom))]
impl<L> SuppressionCount<L> {
    /// Counts what this limit, or one it refers to, refuses from now on.
    #[must_use]
    pub const fn new(limit: L) -> Self {
        Self::from_parts(limit, <Shared<u32> as Init<u32>>::FRESH)
    }
}

impl<L, C> SuppressionCount<L, C> {
    /// Puts a limit and a fresh cell together, or references to them.
    #[must_use]
    pub const fn from_parts(limit: L, cell: C) -> Self {
        Self { limit, cell }
    }

    /// The limit inside. What is asked there is not counted.
    #[must_use]
    pub const fn limit(&self) -> &L {
        &self.limit
    }
}

impl<L, C: StateCell<u32>> SuppressionCount<L, C> {
    /// Takes `cost` units of the limit at `now`, and how many calls were refused since the last admission.
    ///
    /// # Errors
    ///
    /// [`Refused`], and one more is counted.
    #[inline]
    pub fn try_acquire<T: Ticks>(&self, now: T, cost: T) -> Result<(Admission<T, &L>, u32), Refused<T>>
    where
        L: Level<T>,
    {
        match admission::acquire(&self.limit, Request::new(now, cost)) {
            Ok(admission) => Ok((admission, self.take_suppressed())),
            Err(refused) => {
                self.count();
                Err(refused)
            }
        }
    }

    /// Calls refused since the last admission. They stay to be told.
    #[must_use]
    pub fn suppressed(&self) -> u32 {
        self.cell.load() ^ u32::FRESH
    }

    /// Takes the count without an admission, as for a last line before the end.
    #[must_use = "it will not be told again"]
    #[inline]
    pub fn take_suppressed(&self) -> u32 {
        self.cell.update(|word| ((word != u32::FRESH).then_some(u32::FRESH), word ^ u32::FRESH))
    }

    #[inline]
    fn count(&self) {
        self.cell.update(|word| ((word ^ u32::FRESH).checked_add(1).map(|count| count ^ u32::FRESH), ()));
    }
}
