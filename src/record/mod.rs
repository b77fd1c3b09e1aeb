//! Bytes cut into records.
//!
//! A record is one message of a program: its first line with a header (time, level, component) and the lines that
//! belong to it (a stack trace, `--tr:` frames, DETAIL lines). [`Reading::guess`] looks at the head of a file once;
//! [`chunks`] and [`ChunkReader`] cut the file into pieces that can be worked on in parallel; [`Format::records`] walks
//! a piece. Whether a line begins a record depends on that line, the file's [`Format`] and a bounded number of lines
//! before it, so the same records come out wherever a piece begins.
//!
//! Most lines of a log differ from an earlier one only in the values of their digits. [`Format::learn`] gives a
//! [`Layout`] with which [`Format::recall`] reads the header of such a line again at a small part of the cost.

mod boot;
mod calendar;
mod chunk;
mod civil;
mod clock;
mod container;
mod database;
mod date_order;
mod encoding;
mod events;
mod facility;
mod field;
pub mod fields;
mod fold;
mod follow;
mod format;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guess;
mod header;
mod json;
mod kernel;
mod keyvalue;
mod layout;
#[cfg(test)]
mod layout_tests;
mod legacy;
mod level;
mod lines;
mod marks;
mod name_date;
mod network;
mod oem;
#[cfg(test)]
mod opener_tests;
mod openers;
mod packed;
mod plan;
mod possible;
#[cfg(test)]
mod program_tests;
mod programs;
mod reports;
mod rest;
mod severity;
mod sixteen;
mod source_marks;
mod special;
mod stamp;
mod start;
mod syslog;
#[cfg(test)]
mod tests;
mod time;
mod time_memo;
mod token;
mod usual;
mod vc0;
mod veeam;
#[cfg(test)]
mod vendor_tests;
mod w3c;
mod watch;
mod web;
mod windows;
mod zone;

pub use chunk::{Chunk, ChunkReader, OwnedChunk, chunks};
pub use container::Container;
pub use date_order::{DateOrder, Dates};
pub use encoding::{Encoding, not_text};
pub use fold::{Beginning, Line, LineReader, Record, Records, is_blank};
pub use format::{Format, Header};
pub use guess::Reading;
pub use layout::Layout;
pub use level::Level;
pub use oem::Oem;
pub use time::Time;
pub use time_memo::{TimeKey, TimeMemo};
pub use usual::{InTurn, Usual};
pub use zone::{Zone, shown_offset};
