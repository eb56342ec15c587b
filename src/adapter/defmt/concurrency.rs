use ::defmt::{Format, Formatter, write};

use crate::cell::{HasShared, StateCell};
use crate::concurrency::{
    ConcurrencyError, ConcurrencyLimit, Lease, LeaseLost, LeasedConcurrency, LeasedPermit, Permit, ReleaseError,
};
use crate::time::Ticks;

impl<C: StateCell<u32>> Format for ConcurrencyLimit<C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "{=u32} in flight of {=u32}", self.in_flight(), self.limit());
    }
}

impl<C: StateCell<u32>> Format for Permit<'_, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "permit for {=u32}", self.weight());
    }
}

impl<T: HasShared, const N: usize, C> Format for LeasedConcurrency<T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "at most {=u64} in flight, leased for {=u64} ticks", self.limit().into(), self.lease().into());
    }
}

impl<T: HasShared, const N: usize, C: StateCell<T>> Format for LeasedPermit<'_, T, N, C> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "leased permit for {=u64}", self.weight().into());
    }
}

impl<T: Ticks> Format for Lease<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "lease of {=u64}", self.weight().into());
    }
}

impl<T: Ticks> Format for LeaseLost<T> {
    fn format(&self, f: Formatter<'_>) {
        write!(
            f,
            "the lease has run out: {=u64} of its {=u64} units were gone",
            self.lost().into(),
            self.weight().into()
        );
    }
}

impl Format for ReleaseError {
    fn format(&self, f: Formatter<'_>) {
        write!(f, "cannot release {=u32} units: only {=u32} are held", self.weight(), self.in_flight());
    }
}

impl Format for ConcurrencyError {
    #[allow(clippy::match_same_arms)] // a lint that does not look into the format strings
    fn format(&self, f: Formatter<'_>) {
        match *self {
            Self::ZeroLimit { most } => write!(f, "limit = 0 is not from 1 to {=u64}", most),
            Self::LimitTooLarge { limit, most } => write!(f, "limit = {=u64} is not from 1 to {=u64}", limit, most),
            Self::ZeroLease => write!(f, "lease = 0 ticks has run out at once"),
            Self::LeaseTooLong { lease, most } => write!(f, "lease = {=u64} ticks exceeds {=u64}", lease, most),
        }
    }
}
