//! The four limits that a slot can hold, in one form for tests that run over all of them.

use tollgate::cell::{HasShared, Init, StateCell};
use tollgate::keyed::{LimitSlot, LimitTable, Reusable, SipHash};
use tollgate::{
    BucketedWindow, ConcurrencyLimit, LeasedConcurrency, LeasedPermit, Permit, Quota, RollingWindow, algorithm,
};

/// Units a key may have.
pub const LIMIT: u64 = 3;
/// The period of a window and the lease of a permit.
pub const PERIOD: u64 = 100;
/// Ticks of a sub-window, of which there are two: so much longer may a bucketed window count.
pub const LATE: u64 = PERIOD / 2;

/// How long what was taken counts.
pub struct Counts {
    /// Ticks for which it does.
    pub surely: Option<u64>,
    /// Ticks for which it may.
    pub perhaps: Option<u64>,
    /// Whether it counts only as long as it is held.
    pub while_held: bool,
}

pub trait Kind<T: HasShared> {
    type Limit: Reusable<T> + 'static;
    /// What is held until it is given back.
    type Held<'t>;
    const COUNTS: Counts;

    fn limit() -> Self::Limit;
    fn take(limit: &Self::Limit, now: T, cost: u64) -> Option<Self::Held<'_>>;
}

/// In cells `C`.
pub struct Rolling<C>(C);
pub struct Bucketed<C>(C);
pub struct Concurrent<C>(C);
pub struct Leased<C>(C);

fn quota<T: HasShared>() -> Quota<T> {
    Quota::per(T::truncate(LIMIT), T::truncate(PERIOD))
}

impl<T: HasShared, C: StateCell<T> + Init<T> + 'static> Kind<T> for Rolling<C> {
    type Limit = RollingWindow<T, 4, C>;
    type Held<'t> = ();
    const COUNTS: Counts = Counts { surely: Some(PERIOD), perhaps: Some(PERIOD), while_held: false };

    fn limit() -> Self::Limit {
        RollingWindow::try_in_cells(quota(), || C::FRESH).unwrap()
    }

    fn take(limit: &Self::Limit, now: T, cost: u64) -> Option<()> {
        limit.try_acquire(now, T::truncate(cost)).ok().map(|_| ())
    }
}

impl<T: HasShared, C: StateCell<T> + Init<T> + 'static> Kind<T> for Bucketed<C> {
    type Limit = BucketedWindow<T, 4, C>;
    type Held<'t> = ();
    const COUNTS: Counts = Counts { surely: Some(PERIOD), perhaps: Some(PERIOD + LATE), while_held: false };

    fn limit() -> Self::Limit {
        BucketedWindow::in_cells(algorithm::BucketedWindow::try_new(quota()).unwrap())
    }

    fn take(limit: &Self::Limit, now: T, cost: u64) -> Option<()> {
        limit.try_acquire(now, T::truncate(cost)).ok().map(|_| ())
    }
}

impl<T: HasShared, C: StateCell<u32> + Init<u32> + 'static> Kind<T> for Concurrent<C> {
    type Limit = ConcurrencyLimit<C>;
    type Held<'t> = Permit<'t, C>;
    const COUNTS: Counts = Counts { surely: None, perhaps: None, while_held: true };

    fn limit() -> Self::Limit {
        ConcurrencyLimit::from_parts(LIMIT as u32, C::FRESH, C::FRESH).unwrap()
    }

    fn take(limit: &Self::Limit, _now: T, cost: u64) -> Option<Permit<'_, C>> {
        limit.try_acquire(cost as u32).ok()
    }
}

impl<T: HasShared, C: StateCell<T> + Init<T> + 'static> Kind<T> for Leased<C> {
    type Limit = LeasedConcurrency<T, 4, C>;
    type Held<'t> = LeasedPermit<'t, T, 4, C>;
    const COUNTS: Counts = Counts { surely: Some(PERIOD), perhaps: Some(PERIOD), while_held: true };

    fn limit() -> Self::Limit {
        let (limit, lease) = (T::truncate(LIMIT), T::truncate(PERIOD));
        LeasedConcurrency::from_parts(limit, lease, [const { C::FRESH }; 4], C::FRESH).unwrap()
    }

    fn take(limit: &Self::Limit, now: T, cost: u64) -> Option<LeasedPermit<'_, T, 4, C>> {
        limit.try_acquire(now, T::truncate(cost)).ok()
    }
}

pub type Limits<T, K, C> =
    LimitTable<T, <K as Kind<T>>::Limit, Vec<LimitSlot<T, <K as Kind<T>>::Limit, C>>, SipHash, C>;

/// A table of so many slots; up to 15 are one set, so that every key may be in any of them.
pub fn table<T: HasShared, K: Kind<T>, C: StateCell<T> + Init<T>>(slots: usize) -> Limits<T, K, C> {
    LimitTable::over((0..slots).map(|_| LimitSlot::in_cells(K::limit())).collect(), SipHash::new([1, 2]))
}
