//! Formats that are no stream of text and no archive that we walk ourselves: event logs, journals, archives of other makers.
//!
//! A file goes in; its members come out as entries of the visit, archives among them opened again. Each format has one
//! file with `pub(super) fn read(source: &mut (impl Read + Seek), out: &mut dyn Members) -> io::Result<()>`, which knows
//! nothing of bundles; [`Format`] lists them. They are large parsers of binary data from strangers, some of them other
//! people's, so they run in a process of their own ([`child`]): whatever happens there costs that file only. What they
//! give travels through a pipe as [`frame`]s, from a thread as well where there is no helper program.

mod cabinet;
mod child;
mod deliver;
mod evtx;
mod fault;
mod frame;
mod journal;
#[cfg(unix)]
mod limits;
mod serve;
mod sevenzip;
#[cfg(test)]
mod tests;

pub(super) use journal::{is_export, is_pretty};

use super::ProblemKind;
use super::visit::{Facts, Place, Visit};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};

pub use child::Helper;
pub use serve::{Refused, decode_member};

/// What a parser of a foreign format gives, in order.
pub(in crate::bundle) trait Members {
    /// A member begins. `name` as stored (bytes may be anything); `None`: the content of the container itself (EVTX,
    /// journal), which keeps its path and is not looked into again.
    fn begin(&mut self, name: Option<&[u8]>, modified: Option<i64>) -> io::Result<()>;
    /// Bytes of the open member; pieces of any size.
    fn data(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// The open member has ended.
    fn end(&mut self) -> io::Result<()>;
    /// Trouble with the open member, or with the container if none is open.
    fn problem(&mut self, kind: ProblemKind, message: &str) -> io::Result<()>;
}

/// A format that is read by a parser behind [`Members`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bundle) enum Format {
    /// Windows event log.
    Evtx,
    /// Binary journal of systemd.
    Journal,
    /// The export format of journals.
    JournalExport,
    /// Journal entries as indented JSON.
    JournalPretty,
    /// 7-Zip archive.
    SevenZip,
    /// Windows cabinet.
    Cabinet,
}

impl Format {
    const ALL: &[Format] = &[
        Format::Evtx,
        Format::Journal,
        Format::JournalExport,
        Format::JournalPretty,
        Format::SevenZip,
        Format::Cabinet,
    ];

    /// The name of an input of this format, and the one by which the helper program knows it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Format::Evtx => "evtx",
            Format::Journal => "journal",
            Format::JournalExport => "journal-export",
            Format::JournalPretty => "journal-json",
            Format::SevenZip => "7z",
            Format::Cabinet => "cab",
        }
    }

    /// What people call a file of this format.
    fn title(self) -> &'static str {
        match self {
            Format::Evtx => "Windows event log",
            Format::Journal => "systemd journal",
            Format::JournalExport => "systemd journal in export format",
            Format::JournalPretty => "systemd journal as JSON",
            Format::SevenZip => "7-Zip archive",
            Format::Cabinet => "Windows cabinet",
        }
    }

    /// Whether members lie inside it, as in an archive; otherwise it is one text in another form.
    fn is_container(self) -> bool {
        match self {
            Format::Evtx | Format::Journal | Format::JournalExport | Format::JournalPretty => false,
            Format::SevenZip | Format::Cabinet => true,
        }
    }

    pub(in crate::bundle) fn of_name(name: &str) -> Option<Format> {
        Format::ALL.iter().copied().find(|format| format.name() == name)
    }

    pub(in crate::bundle) fn read(
        self,
        source: &mut BufReader<impl Read + Seek>,
        out: &mut dyn Members,
    ) -> io::Result<()> {
        match self {
            Format::Evtx => evtx::read(source, out),
            Format::Journal => journal::read(source, out),
            Format::JournalExport => journal::read_export(source, out),
            Format::JournalPretty => journal::read_pretty(source, out),
            Format::SevenZip => sevenzip::read(source, out),
            Format::Cabinet => cabinet::read(source, out),
        }
    }
}

/// Visits what is in a file of a foreign format.
pub(super) fn members(visit: &Visit<'_>, place: &Place<'_>, facts: Facts, format: Format, file: File) {
    if format.is_container() && visit.too_deep(place) {
        return visit.saw(facts.size.unwrap_or(0));
    }
    if visit.is_over(place) || !visit.may_be_helped(place) {
        return visit.saw(facts.size.unwrap_or(0));
    }
    let delivered = match visit.helper {
        Some(helper) => child::Process::start(helper, format, file, visit.until())
            .map(|process| deliver::members(visit, place, facts, format, process)),
        None => serve::Thread::start(format, file).map(|thread| deliver::members(visit, place, facts, format, thread)),
    };
    if let Err(error) = delivered {
        let message = format!("failed to start the reader of a {}: {error}", format.title());
        visit.fail(place, ProblemKind::Unreadable, message);
        visit.saw(facts.size.unwrap_or(0));
    }
}
