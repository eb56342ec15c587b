//! Headers about limits: what is read is what was written, and what nobody could have meant is ignored with a reason.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, missing_docs)]

mod budgets;
mod dates;
mod fuzzed;
mod levels;
mod numbers;
mod oracle;
mod policies;
mod report;
mod report_round_trips;
mod retry_after;
mod round_trips;
mod structured;
mod writers;
