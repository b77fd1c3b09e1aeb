//! On the customer's server: the logs that matter, redacted, as one archive for the partner.
//!
//! Profiles of the catalogue ([`Profile`](crate::signature::Profile)) say what there is to take. [`plan()`] finds it on a [`Host`] and
//! decides by the [`Limits`] what is taken and what is refused, which is all of a dry run. [`collect`] reads it twice, once to
//! learn names and once to redact, packs it into a spool, lets the leak scan look at what was packed, and writes the
//! archive with its [`Manifest`]. What cannot be redacted as text is refused; nothing unredacted is ever packed.
//!
//! `machine.rs` is the machine, `place.rs` finds the files of a pattern, `disk.rs` opens them without following a link, `files.rs`
//! decides which are taken. `collection.rs` is the whole way, from `sources.rs` (with `command.rs`, which runs a program within limits,
//! `exports.rs` and `tail.rs`) over `gather.rs` to `release.rs`, which lets out what may leave; `spool.rs` and `archive.rs` pack.

mod archive;
mod collection;
mod command;
mod disk;
mod exports;
mod files;
mod gather;
mod machine;
mod manifest;
mod place;
mod plan;
mod release;
mod sources;
mod spool;
mod tail;
#[cfg(test)]
mod tests;

pub use archive::Format;
pub use collection::{CollectError, Collected, Keep, Redaction, Wanted, collect};
pub use files::PlannedFile;
pub use machine::Host;
pub use manifest::{CommandEntry, FileEntry, Manifest, RefusedEntry};
pub use plan::{Limits, Plan, PlannedCommand, PlannedEvents, Refused, detect, plan};
