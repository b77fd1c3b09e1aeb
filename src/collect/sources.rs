//! Where what is collected comes from: files, what programs show, exported event logs; and the names that all of it shows.

use super::PlannedFile;
use super::collection::Wanted;
use super::command::{self, Ran};
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
    /// Holds the exported event logs.
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
    let mut exports = None;
    let mut total: u64 = files.iter().map(|it| it.bytes).sum();
    for events in &wanted.plan.events {
        let folder = match &exports {
            Some(folder) => folder,
            // For this user alone.
            None => exports.insert(tempfile::Builder::new().prefix("tierline-").tempdir()?),
        };
        let name = format!("{}.evtx", files.len());
        let path = folder.path().join(&name);
        let mut arguments = events.arguments.clone();
        arguments.insert(2.min(arguments.len()), path.to_string_lossy().into_owned());
        let ran = command::run(&events.program, &arguments, EXPORT_TIME, 4 << 10);
        let bytes = path.metadata().map(|it| it.len());
        let (bytes, why) = match (&ran, bytes) {
            (Ok(Ran { status: Some(0), .. }), Ok(bytes))
                if bytes <= wanted.limits.file && total.saturating_add(bytes) <= wanted.limits.total =>
            {
                total += bytes;
                files.push(PlannedFile {
                    disk: folder.path().into(),
                    path: name.into(),
                    origin: events.origin.clone(),
                    bytes,
                    modified: Some(wanted.now),
                    made: None,
                    profile: events.profile.clone(),
                    what: "event log".to_owned(),
                    is_asked: false,
                });
                continue;
            }
            (Ok(Ran { status: Some(0), .. }), Ok(bytes)) if bytes <= wanted.limits.file => {
                let why =
                    format!("all files together would be larger than they may be ({} bytes)", wanted.limits.total);
                (Some(bytes), why)
            }
            (Ok(Ran { status: Some(0), .. }), Ok(bytes)) => {
                (Some(bytes), format!("larger than one file may be ({} bytes)", wanted.limits.file))
            }
            (Ok(Ran { is_late: true, .. }), _) => (None, "its export took too long".to_owned()),
            (Err(error), _) => (None, why(error)),
            _ => (None, "there is no such log, or this user may not read it".to_owned()),
        };
        refused.push(Refused::missed(format!("event log {}", events.channel), bytes, why));
        // Nothing of what is not taken stays, unredacted and as large as it may be.
        let _ = std::fs::remove_file(&path);
    }
    files.sort_by(|a, b| a.origin.cmp(&b.origin));
    Ok(Sources { files, commands, _exports: exports })
}

/// So long an export of events may take.
const EXPORT_TIME: crate::signature::Span = crate::signature::Span(300_000_000_000);

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
