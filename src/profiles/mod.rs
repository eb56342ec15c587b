//! The limits of three point-of-sale APIs as ready-made policies, for servers that enforce them and clients that obey them.
//!
//! | | [`clover`] | [`conecto`] | [`haravan`] |
//! |---|---|---|---|
//! | counts | requests of an app and of each of its tokens | requests of a client, by method and resource | requests of a shop |
//! | by | a rolling second, and places at once | a rolling hour | a leaky bucket |
//! | numbers | 50 and 16 a second, 10 and 5 at once | 500 or 100 an hour | 80, leaking 4 a second |
//! | refuses with | the header of the level, `retry-after` | what is left, `Retry-After`, a JSON body | used/size, `Retry-After` |
//! | the limits of one key | [`App`](clover::App), [`Token`](clover::Token) | [`Budget`](conecto::Budget) | [`Shop`](haravan::Shop) |
//! | all keys | [`Apps`](clover::Apps) | [`Clients`](conecto::Clients) | [`Shops`](haravan::Shops) |
//!
//! Each policy is a constant whose numbers can be changed. The limits of one key live anywhere; those of all keys in a fixed
//! number of slots, where a key that finds none is told so. Whatever is decided is an [`Answer`]: a status, headers in the order
//! of the API's documents, a wait in ticks.
//!
//! For the client's side there are a [`BackoffPolicy`] and the quota for a [`Pacer`](crate::client::Pacer) of each.
//!
//! ```
//! use tollgate::keyed::SipHash;
//! use tollgate::profiles::{Answer, haravan};
//! use tollgate::time::TickLength;
//!
//! const TICK: TickLength = TickLength::MILLISECOND;
//! const SECRET: SipHash = SipHash::new([0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344]);
//! static SHOPS: haravan::InlineShops<u32, 256> = haravan::InlineShops::<u32, 256>::new(haravan::Policy::DOCUMENTED, TICK, SECRET);
//!
//! let answer = SHOPS.try_acquire("a shop", 12_345);
//! assert_eq!(answer.status(), 200);
//! let head: Vec<_> = answer.headers(TICK).map(|header| header.to_string()).collect();
//! assert_eq!(head, ["X-Haravan-Api-Call-Limit: 1/80"]);
//! ```

mod answer;
mod backoff_policy;
pub mod clover;
pub mod conecto;
pub mod haravan;
mod quota;

pub use answer::{Answer, Full, Headers, Refusal};
pub use backoff_policy::BackoffPolicy;
