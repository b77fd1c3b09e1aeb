//! Where what is collected comes from: files, what programs show, exported event logs; and the names that all of it shows.

use super::PlannedFile;
use super::collection::Wanted;
use super::command::{self, Ran};
use super::exports;
use super::place::why;
use super::plan::{PlannedCommand, Refused};
use crate::bundle::{Content, Entry};
use crate::redact::Names;
use crate::redaction::pieces;
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

/// Where what is collected comes from.
pub(super) struct Sources<'w> {
    pub(super) files: Vec<PlannedFile>,
    pub(super) commands: Vec<(&'w PlannedCommand, Ran)>,
    /// Where the exported event logs had names; it goes behind the files.
    _exports: Option<tempfile::TempDir>,
}

/// Runs the commands and exports the event logs.
pub(super) fn sources<'w>(wanted: &Wanted<'w>, refused: &mut Vec<Refused>) -> io::Result<Sources<'w>> {
    let mut commands = Vec::new();
    for planned in &wanted.plan.commands {
        let arguments = planned.run.get(1..).unwrap_or_default();
        match command::run(&planned.program, arguments, planned.time, planned.bytes) {
            Ok(ran) => commands.push((planned, ran)),
            Err(error) => refused.push(Refused::missed(planned.run.join(" "), None, why(&error))),
        }
    }
    let mut files = wanted.plan.files.clone();
    let exports = exports::export(wanted, &mut files, refused)?;
    files.sort_by(|a, b| a.origin.cmp(&b.origin));
    Ok(Sources { files, commands, _exports: exports })
}

/// Learns the names that all texts and their paths show.
pub(super) fn learn(wanted: &Wanted<'_>, sources: &mut Sources<'_>) -> Names {
    let names = Mutex::new(wanted.redaction.names.clone());
    let learn = |entry: Entry<'_>| {
        let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
        names.learn_path(&entry.path);
        // Why it is no text is told when it is to be written.
        let _ = pieces(entry, &mut |text| names.learn(text));
    };
    for file in &sources.files {
        if let Ok(bundle) = file.open(wanted.host) {
            bundle.visit(&learn);
        }
        wanted.read.fetch_add(file.bytes, Ordering::Relaxed);
    }
    for (command, ran) in &mut sources.commands {
        learn(output(command, ran));
        ran.output.rewind();
    }
    names.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// What a command has shown, as a file.
pub(super) fn output<'r>(command: &PlannedCommand, ran: &'r mut Ran) -> Entry<'r> {
    let path = format!("commands/{}/{}.txt", command.profile, command.name).into();
    Entry { path, modified: None, is_unpacked: false, content: Content::Stream(&mut ran.output) }
}
