//! On the customer's server: the logs that matter, redacted, as one archive for the partner.
//!
//! Profiles of the catalogue ([`Profile`](crate::signature::Profile)) say what there is to take. [`plan()`] finds it on a [`Host`] and
//! decides by the [`Limits`] what is taken and what is refused, which is all of a dry run. [`collect`] reads it twice, once to
//! learn names and once to redact, packs it into a spool, lets the leak scan look at what was packed, and writes the
//! archive with its [`Manifest`]. What cannot be redacted as text is refused; nothing unredacted is ever packed.
//!
//! `place.rs` finds the files of a pattern, `command.rs` runs a program within limits, `spool.rs` and `archive.rs` pack.

mod archive;
mod command;
mod gather;
mod manifest;
mod place;
mod plan;
mod spool;
#[cfg(test)]
mod tests;

pub use archive::Format;
pub use gather::{CollectError, Collected, Redaction, Wanted, collect};
pub use manifest::{CommandEntry, FileEntry, Manifest, RefusedEntry};
pub use place::Host;
pub use plan::{Limits, Plan, PlannedCommand, PlannedEvents, PlannedFile, Refused, detect, plan};
