//! A limit for each key, in fixed memory: clients of a server, peers of a device. This is about limits of one word; for
//! windows and permits by key see [`limits`].
//!
//! A [table](Table) has a fixed number of slots of two words: the tag of a key, and its state. So a key takes 8 bytes on
//! `u32` and 16 on `u64`, whatever the key is. Four slots are a set, on one cache line; a key may be in either of two sets,
//! of which one is mostly all that is touched. Any context may ask at any time by `&self`; nobody waits for another one.
//!
//! ```
//! use tollgate::keyed::SipHash;
//! use tollgate::{Keyed, Quota, algorithm::TokenBucket};
//!
//! const PER_PEER: TokenBucket<u32> = TokenBucket::<u32>::new(Quota::per(16, 1_000)); // milliseconds
//! const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
//! static PEERS: Keyed<TokenBucket<u32>, 256> = Keyed::new([PER_PEER], SECRET); // 2 KB, no heap
//!
//! let (now, peer) = (12_345, [0x02, 0x42, 0xac, 0x11, 0x00, 0x07]);
//! assert!(PEERS.try_acquire(&peer, now, 16).is_ok());
//! assert_eq!(PEERS.try_acquire(&peer, now, 1).unwrap_err().retry_after(), Some(63));
//! assert!(PEERS.try_acquire(&[0; 6], now, 1).is_ok()); // another peer
//! assert_eq!(PEERS.occupancy(now), 2);
//! ```
//!
//! # Guarantees
//!
//! * **Reuse loses nothing.** A slot goes to another key only if its state is as good as a fresh one under the rule of its
//!   own class: then its key, should it come back, starts as it would have gone on. A key that is in use is never evicted.
//! * **A full table answers explicitly.** Where all of a key's eight slots are in use by others, [`Full`] says what
//!   happens, and the answer says that it did. A flood of invented keys takes free slots, and no others: it never resets,
//!   evicts or delays a key that is in use. It can keep *new* keys out for as long as it pays for the slots.
//! * **One budget for a key, under all races**: a key never has two slots, and what is charged is never lost. Where a
//!   charge meets a slot that changes hands, the new owner may look fuller for a moment, never emptier. A key whose last free
//!   slot is just being taken for it by another context may find the table full in that moment.
//! * **A denial writes nothing**, as with a single limiter. (A key that finds no slot is counted.)
//! * **No step depends on how many keys there are**: at most eight slots are looked at. Only
//!   [`occupancy`](Table::occupancy), [`in_use`](Table::in_use), [`refresh`](Table::refresh) and
//!   [`capacity`](Table::capacity) walk the table.
//!
//! # Sizing
//!
//! A slot is in use from a key's first charge until that has drained. Of as many keys in use *at once* as a table has slots,
//! one in eleven finds its eight slots in use by others; at three quarters of that one in 75, at half one in 2 500. (A table
//! of up to eight slots is filled to the last one.)
//!
//! # What a tag cannot tell
//!
//! A tag holds a fingerprint of the key: 28 bits on `u32` and 56 on `u64`, less a bit for each doubling of classes. Two
//! keys with the same fingerprint and a slot in common are one key to the table and share a limit, which admits less, never
//! more. For a new key the chance of that is at most 8 in `2^28` on `u32`, one in 33 million, however many keys there are. On
//! `u64`, where the fingerprint says which set it is, it is the number of keys in use in `2^56`: one in 70 thousand million
//! beside a million keys. Under a [secret hash](SipHash) nobody can aim for it.
//!
//! The other bits tell the lives of a slot apart. A context that is stopped *between two instructions* of a charge while
//! its slot is reused exactly 8 times (`u64`: 128 times) or a multiple of that, the last time by its own key again, may
//! find that charge lost, once. And a [refund](Key::refund), a [reset](Key::reset) or a [removal](Key::remove) can meet the very same state
//! word in the hands of another key, if the slot was emptied by another refund or removal at just that moment: a bucket's at the same
//! reading, a window's in the same window. So give back once what was taken once.
//!
//! # Stopped contexts
//!
//! A context that is stopped for good in the middle of taking a slot (a killed thread; not a cancelled future, as there
//! is nothing to await) leaves that slot unusable, or charged for nobody until that has drained. Nothing else is lost,
//! and nobody waits for it.
//!
//! # Clock
//!
//! All callers of a table read one clock. Faults of it act on each key as on a single limiter, see [the algorithms](crate::algorithm::tat#clock-faults),
//! and one more: a slot is found free, or too far ahead to be right, by the readings of whoever looks for one. So a
//! reading that is ahead of the others is for its neighbours as if the clock had gone there and come back. One that is late by
//! up to a drain changes nothing for them; by more than that, it is a clock that stepped back. After long
//! silences [`refresh`](Table::refresh) does for the whole table what it does for one limiter; without it, slots whose
//! keys have vanished may look in use until somebody looks for a slot there, and for up to two drains longer.

mod answer;
mod cell;
mod hash;
mod key;
pub mod limits;
mod search;
mod slots;
mod table;
mod tag;

pub use answer::{Admitted, Answer, ClassError, Full, Refused};
pub use cell::KeyCell;
pub use hash::{SipHash, SipHasher};
pub use key::Key;
pub use limits::{KeyedLimits, LimitSlot, LimitTable, Reusable, TableFull};
#[doc(hidden)]
pub use slots::{HalfLine, WholeLine};
pub use slots::{Inline, Line, Set, Slot, Slots};
pub use table::{Table, Usage};

use crate::algorithm::Algorithm;
use crate::cell::Shared;

/// A limit for each key, in `N` slots of its own: see [`keyed`](self).
///
/// `N` is a multiple of 4. The memory is `8 × N` bytes on `u32` and `16 × N` on `u64`, and the rules.
pub type Keyed<A, const N: usize, const CLASSES: usize = 1, H = SipHash, C = Shared<<A as Algorithm>::Ticks>> =
    Table<A, Inline<<A as Algorithm>::Ticks, N, C>, H, CLASSES>;
