//! Snapshots: what has been spent, in a few bytes that outlive a reset.
//!
//! Every rate limit has `snapshot(now, &mut buffer)`, `restore(now, bytes, elapsed)` and the constant `SNAPSHOT_LEN`. What
//! is written is relative to `now` (what is still held, and for how long), so that it can be restored on another reading
//! of the clock, after a reset or on another machine.
//!
//! # PIN attempts that survive a power cut
//!
//! Three tries an hour. The attempt is on record before the PIN is looked at, so that pulling the plug wins nothing.
//!
//! ```
//! use tollgate::{Quota, RollingWindow, SnapshotError};
//!
//! const HOUR: u32 = 3_600_000; // milliseconds since boot
//! type Tries = RollingWindow<u32, 3>;
//! # struct Flash([u8; Tries::SNAPSHOT_LEN]);
//! # impl Flash {
//! #     fn write(&mut self, bytes: &[u8]) { self.0[..bytes.len()].copy_from_slice(bytes); }
//! #     fn read(&self) -> &[u8] { &self.0 }
//! # }
//!
//! fn boot(tries: &Tries, now: u32, flash: &Flash) {
//!     match tries.restore(now, flash.read(), None) { // for how long there was no power, nobody knows
//!         Ok(()) | Err(SnapshotError::Empty) => {} // as it was, or the first boot
//!         Err(_) => drop(tries.try_acquire_up_to(now, 3)), // torn or tampered with: all tries are spent
//!     }
//! }
//!
//! fn unlock(tries: &Tries, now: u32, flash: &mut Flash, is_right: impl Fn() -> bool) -> Result<bool, u32> {
//!     tries.try_acquire(now, 1).map_err(|denied| denied.retry_after().unwrap_or(HOUR))?;
//!     let mut buffer = [0; Tries::SNAPSHOT_LEN];
//!     flash.write(tries.snapshot(now, &mut buffer).expect("the buffer has the length"));
//!     Ok(is_right())
//! }
//!
//! let mut flash = Flash([0xFF; Tries::SNAPSHOT_LEN]); // erased
//! let tries = Tries::new(Quota::per(3, HOUR));
//! boot(&tries, 0, &flash);
//! assert_eq!(unlock(&tries, 1_000, &mut flash, || false), Ok(false));
//! assert_eq!(unlock(&tries, 2_000, &mut flash, || false), Ok(false));
//!
//! let tries = Tries::new(Quota::per(3, HOUR)); // the power was cut; the clock starts anew
//! boot(&tries, 0, &flash);
//! assert_eq!(unlock(&tries, 500, &mut flash, || false), Ok(false));
//! // The older tries count from the last snapshot before the cut, a second after the first of them.
//! assert_eq!(unlock(&tries, 600, &mut flash, || true), Err(HOUR - 1_000 - 600));
//! ```
//!
//! # Time that has passed
//!
//! `elapsed` is the time in ticks *from the snapshot to the call of `restore`*, as a clock that runs without power tells
//! it; give [`MAX`](crate::time::Ticks::MAX) for anything longer than a word. It may be less than the truth, never
//! more. `None` is for not known, and means that none has passed: nothing comes back that would not have.
//!
//! | | restored with `elapsed` known | what is held, if the clock reads another time than before |
//! |---|---|---|
//! | Buckets | decides as if never off, debts included | the same: the place on the clock does not matter |
//! | [`RollingWindow`](crate::RollingWindow) | the same | the same |
//! | [`BucketedWindow`](crate::BucketedWindow) | the same | the same |
//! | [`FirstRequestWindow`](crate::FirstRequestWindow) | the same | the same |
//! | [`FixedWindow`](crate::FixedWindow) | the same, if windows begin at the same instants | until the end of the window in which it was to end |
//! | [`SlidingWindow`](crate::SlidingWindow) | the same, if windows begin at the same instants | in full until the end of that window, and then fading |
//!
//! So where the windows of the new clock begin at other instants, a count is never less and an end never earlier than it
//! was, by less than a period (a wrap of the clock cuts windows short as always). If the clock had stepped back when the
//! snapshot was taken, what lay ahead is held as if it had been admitted just then, as a
//! denial would have it.
//!
//! What is decided after a snapshot is not in it: take one after every admission that must not be forgotten, or every
//! so often and bear that the units of the time between may be admitted again.
//!
//! `restore` replaces whatever the limiter held.
//!
//! # Work in progress
//!
//! [`ConcurrencyLimit`](crate::ConcurrencyLimit) and [`LeasedConcurrency`](crate::LeasedConcurrency) have no snapshot. What
//! they count are holders, and a reset ends those: a permit restored would have nobody to give it back.
//!
//! # Format
//!
//! Numbers are little endian; a *word* has the width of the ticks.
//!
//! | bytes | |
//! |---|---|
//! | 1 | version: 1. (0 and 255 will never be one: a snapshot is not taken for erased memory.) |
//! | 1 | `0x40` on `u32`, `0x80` on `u64`, plus: 1 token bucket, 2 leaky bucket, 3 leaky queue, 4 fixed window, 5 first-request window, 6 sliding window, 7 rolling window, 8 bucketed window |
//! | 2 | fingerprint of the quota: its CRC-16 |
//! | 1 to 3 words | the buckets: the backlog in sub-ticks. Fixed and first-request window: count, ticks until it ends. Sliding window: last count, current count, ticks until the current window ends |
//! | 4 and words | rolling and bucketed window: the number of words in three bytes and one that checks them. Rolling: ticks for which each admission still counts, the oldest first, 0 for one given back. Bucketed: ticks from one sub-window before the newest one until now, and the units of each, the newest first |
//! | 2 | CRC-16/IBM-3740 of all of the above |
//!
//! A bucket on `u32` ticks takes 10 bytes, on `u64` ticks 14; windows of one word 14 to 30; the others at most 10 and a word
//! for each of their slots (one more for the bucketed window). Bytes after a snapshot are ignored, so that a whole page of flash may be handed over.
//!
//! A change of one bit, and cutting any bytes off, is always an error. So is another quota, unless its fingerprint is the
//! same (one in 65 536); then, too, no more is held than the new quota can hold. The unit of the ticks is not part of the quota. A checksum is no signature: who can write the
//! memory can make up a snapshot.

mod crc;
mod error;
mod frame;

pub use error::SnapshotError;
pub(crate) use frame::{Label, Length, Writer, fixed_len, list_len};
