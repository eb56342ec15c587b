//! Limits of any size by key: windows and permits, which need more than one word.
//!
//! A [`LimitTable`] is the sister of [`Table`](super::Table): each of its slots holds a whole limit, such as a
//! [`RollingWindow`](crate::RollingWindow) or a [`ConcurrencyLimit`](crate::ConcurrencyLimit), and a tag word that says
//! whose it is. The table finds the limit of a key and lends it; what is asked of it is up to the caller.
//!
//! ```
//! use tollgate::keyed::{KeyedLimits, LimitSlot, SipHash, TableFull};
//! use tollgate::{ConcurrencyLimit, Permit};
//!
//! const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
//! static UPLOADS: KeyedLimits<u32, ConcurrencyLimit, 64> =
//!     KeyedLimits::over([const { LimitSlot::new(ConcurrencyLimit::new(2)) }; 64], SECRET); // two at once for each client
//!
//! let now = 12_345;
//! let upload = |client: &str| UPLOADS.with(client, now, |limit| limit.try_acquire(1));
//! let first: Permit<'static> = upload("ann")?.unwrap();
//! let second = upload("ann")?.unwrap();
//! assert!(upload("ann")?.is_err());
//! assert!(upload("bob")?.is_ok());
//! drop(first);
//! assert!(upload("ann")?.is_ok());
//! # Ok::<(), TableFull>(())
//! ```
//!
//! # Guarantees
//!
//! * **Reuse loses nothing.** A slot goes to another key only if nobody is using its limit, and that is
//!   [as good as new](Reusable::is_fresh). A permit keeps its slot as long as it lives.
//! * **One limit for a key, under all races**: a key never has two slots, and a limit is used for one key at a time.
//!   Whatever the limit guarantees, it guarantees for each key.
//! * **A full table answers explicitly**: [`TableFull`]. It never takes a slot from a key that is in use.
//! * **Nobody waits for another context.** A key takes up to as many contexts at once as the word can count: 255 on
//!   `u32`, 65535 on `u64`. More find the table full.
//! * **No step depends on how many keys there are**: only [`occupancy`](LimitTable::occupancy) and
//!   [`refresh`](LimitTable::refresh) walk the table.
//!
//! # A full table
//!
//! What happens to a key without a slot is said where the table is asked: refuse it, admit it uncounted, or ask a limit
//! that all such keys share.
//!
//! ```
//! use std::hash::RandomState;
//! use tollgate::keyed::{LimitSlot, LimitTable};
//! use tollgate::{Quota, RollingWindow};
//!
//! let window = || RollingWindow::<u64, 3>::new(Quota::per(3, 1_000));
//! let slots: Vec<_> = (0..100).map(|_| LimitSlot::new(window())).collect(); // sized at start
//! let (clients, others) = (LimitTable::over(slots, RandomState::new()), window());
//!
//! let decision = clients.with("192.0.2.7", 5_000, |window| window.try_acquire(5_000, 1));
//! let decision = decision.unwrap_or_else(|_full| others.try_acquire(5_000, 1));
//! assert_eq!(decision.unwrap().remaining(), 2);
//! ```
//!
//! # Memory and sizing
//!
//! A slot is the limit and one word more: on `u32`, 16 bytes for a [`ConcurrencyLimit`](crate::ConcurrencyLimit), and
//! `4 × N + 24` for a [`RollingWindow`](crate::RollingWindow) of `N`. (Each slot holds its own copy of the quota.)
//!
//! Eight slots are a set (the last set takes what remains), and a key may be in any slot of one set. Keys fall into sets
//! by chance: a new key finds its set full in one of 18 cases when half of the slots are in use, in one of 900 at a
//! quarter. A table of up to 15 slots is one set, and is filled to the last one. A key that is new reads the whole limit of
//! up to eight others, to see whether it is as good as new; one that has its slot reads tags alone.
//!
//! A tag holds a fingerprint of the key, 22 bits on `u32` and 46 on `u64`: two keys with the same one in the same set share
//! a limit, which admits less, never more. Keys from outside want a [secret hash](super::SipHash).
//!
//! # Stopped contexts
//!
//! A context that is stopped for good while it uses a limit (a killed thread; a panic is no harm) keeps the slot from
//! going to another key. The key itself goes on. Where it was just taking the slot, that is lost.
//!
//! A slot that is being looked at for another key may look full for that moment, and so may one that is being taken
//! twice for the same key.
//!
//! # Clock
//!
//! All callers read one clock. Faults of it act on each key as on the limit alone, and one more: a slot is found free by
//! the reading of whoever looks for one, so a reading that is ahead of the others is for its neighbours as if the
//! clock had gone there and come back. What lies ahead of such a reading by more than a period, or two leases, is held
//! for one from then on: so no fault keeps the slot of a key that has vanished for longer than two periods and two
//! sub-windows, or two leases, once somebody looks for a slot there. [`refresh`](LimitTable::refresh) does for all keys what it does for one limit.

mod reusable;
mod search;
mod slot;
mod table;
mod tag;

pub use reusable::Reusable;
pub use slot::LimitSlot;
pub use table::{LimitTable, TableFull};

use super::SipHash;
use crate::cell::Shared;

/// A [limit of any size](self) for each key, in `N` slots of its own.
pub type KeyedLimits<T, L, const N: usize, H = SipHash, C = Shared<T>> =
    LimitTable<T, L, [LimitSlot<T, L, C>; N], H, C>;
