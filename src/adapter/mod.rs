//! Adapters to other crates' types, each behind the feature of its name.
//!
//! Nothing else in this crate knows of them, so an update of one of those crates changes nothing but its adapter.
//!
//! | feature | what it adds |
//! |---|---|
//! | `fugit` | `fugit::Timed`: quotas, limiters and answers in `fugit`'s rates, durations and instants |
//! | `defmt` | `defmt::Format` for every public type of this crate |

#[cfg(feature = "defmt")]
mod defmt;
#[cfg(feature = "fugit")]
pub mod fugit;
