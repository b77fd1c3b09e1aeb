//! Matches grouped into facts.
//!
//! A [`Tally`] counts what a scan found, by signature and, for errors that no signature claims, by message template.
//! Tallies are bounded and merge in any order, so that files and threads can work on their own.

mod tally;

pub use crate::record::{Level, Time};
pub use tally::{Coverage, Evidence, Group, Tally, UnknownGroup};
