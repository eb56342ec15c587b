//! Work in progress: how much may run at once, whatever the time it takes.
//!
//! | | [`ConcurrencyLimit`] | [`LeasedConcurrency`] |
//! |---|---|---|
//! | a permit comes back | when it is dropped | when it is dropped, or after its lease |
//! | for work that | always ends in this program | may vanish: a task killed, a response lost |
//! | needs a clock | no | yes, to acquire; not to give back |
//! | state | two words of 4 bytes | a word for each unit, and one |
//! | a denial knows the wait | no: [`Denied::Busy`](crate::Denied::Busy) | yes: the leases that run out first |
//!
//! An API that serves ten requests of an application at once, whoever sends them:
//!
//! ```
//! use tollgate::ConcurrencyLimit;
//!
//! static PER_APP: ConcurrencyLimit = ConcurrencyLimit::new(10);
//!
//! fn handle(request: &str) -> (u16, String) {
//!     match PER_APP.try_acquire(1) {
//!         Ok(_permit) => (200, request.to_uppercase()), // the permit comes back as it goes out of scope
//!         Err(busy) => (429, busy.to_string()),
//!     }
//! }
//!
//! assert_eq!(handle("order"), (200, "ORDER".into()));
//! assert_eq!(PER_APP.in_flight(), 0);
//!
//! let permits = [(); 10].map(|()| PER_APP.try_acquire(1).unwrap());
//! assert_eq!(handle("order").0, 429);
//! drop(permits);
//! assert_eq!(PER_APP.high_water(), 10);
//! ```
//!
//! # A limit, not a lock
//!
//! A permit counts; it guards no data and orders no memory. Two holders one after the other need their own
//! synchronisation (a mutex, an acquire and a release) to see each other's writes, also under a limit of 1.

mod error;
mod leased;
mod leased_permit;
mod limit;
mod permit;
mod term;

pub use error::{ConcurrencyError, LeaseLost, ReleaseError};
pub use leased::LeasedConcurrency;
pub use leased_permit::{Lease, LeasedPermit};
pub use limit::ConcurrencyLimit;
pub use permit::Permit;
