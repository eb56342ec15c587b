//! The same formats read the obvious way: with strings, wide integers and a calendar of others. Shares no code with the crate.

pub mod dates;
pub mod grammar;
pub mod numbers;
