//! Structured fields of HTTP, RFC 9651: as much as it takes to find the members of a list or a dictionary, to read what is known and to
//! pass over what is not.
//!
//! A value is checked as a whole before anything of it is believed, as the RFC asks. What is read more generously than there: numbers may
//! have more than 15 digits (they saturate), the padding of bytes is not counted, and the letters behind a `%` of a display string are not
//! checked to be UTF-8.
//! Parameters are looked for by name; the last of a name counts.

mod bare;
mod bytes;
mod list;
mod parameters;
mod text;

pub use bare::Bare;
pub use bytes::Bytes;
pub use list::{Dictionary, List, Member};
pub use parameters::Parameters;
pub use text::{Text, TextError};
