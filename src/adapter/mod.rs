//! Adapters to other crates' types, each behind the feature of its name.
//!
//! Nothing else in this crate knows of them, so an update of one of those crates changes nothing but its adapter.
//!
//! | feature | what it adds |
//! |---|---|
//! | `fugit` | `fugit::Timed`: quotas, limiters and answers in `fugit`'s rates, durations and instants |
//! | `embedded-hal` | `embedded_hal::Waiter`: blocks until a limit admits, by a `DelayNs` |
//! | `embedded-hal-async` | `embedded_hal_async::Waiter`: the same for tasks |
//! | `defmt` | `defmt::Format` for every public type of this crate |

#[cfg(feature = "defmt")]
mod defmt;
#[cfg(feature = "embedded-hal")]
pub mod embedded_hal;
#[cfg(feature = "embedded-hal-async")]
pub mod embedded_hal_async;
#[cfg(feature = "fugit")]
pub mod fugit;
#[cfg(any(feature = "embedded-hal", feature = "embedded-hal-async"))]
pub mod waiting;
