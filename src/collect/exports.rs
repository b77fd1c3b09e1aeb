//! Event logs of the running system, as files that have no name.
//!
//! The program that exports them writes to a name and nowhere else. It gets one in a folder for this user alone, and as soon as the log
//! is there it is opened and its name taken away: what is not redacted yet is gone when this program ends, however that happens. What an
//! export has left that was killed with us goes with the next run.

use super::PlannedFile;
use super::collection::Wanted;
use super::command::{self, Ran};
use super::place::why;
use super::plan::{PlannedEvents, Refused};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;
use tempfile::TempDir;

/// So long an export of events may take.
const TIME: crate::signature::Span = crate::signature::Span(300_000_000_000);
/// How the names of the folders begin.
const PREFIX: &str = "tierline-events-";
/// Every export touches its folder; one at rest for so many seconds has nobody any more.
const AT_REST: u64 = 3600;

/// Exports the planned event logs and adds them to the files. Returns the folder that they had names in, which shall outlive them: some
/// systems keep a name until the file is closed.
pub(super) fn export(
    wanted: &Wanted<'_>,
    files: &mut Vec<PlannedFile>,
    refused: &mut Vec<Refused>,
) -> io::Result<Option<TempDir>> {
    if wanted.plan.events.is_empty() {
        return Ok(None);
    }
    remove_left(&tempfile::env::temp_dir(), wanted.now);
    let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
    let limits = wanted.limits;
    let mut total: u64 = files.iter().map(|it| it.bytes).sum();
    for (number, events) in wanted.plan.events.iter().enumerate() {
        let name = format!("{number}.evtx");
        let mut refuse = |bytes, why| {
            refused.push(Refused::missed(format!("event log {}", events.channel), bytes, why));
        };
        match take(events, &folder.path().join(&name)) {
            Err(why) => refuse(None, why),
            Ok((_, bytes)) if bytes > limits.file => {
                refuse(Some(bytes), format!("larger than one file may be ({} bytes)", limits.file));
            }
            Ok((_, bytes)) if total.saturating_add(bytes) > limits.total => {
                let why = format!("all files together would be larger than they may be ({} bytes)", limits.total);
                refuse(Some(bytes), why);
            }
            Ok((file, bytes)) => {
                total += bytes;
                files.push(PlannedFile {
                    disk: folder.path().into(),
                    path: name.into(),
                    open: Some(Arc::new(file)),
                    origin: events.origin.clone(),
                    bytes,
                    modified: Some(wanted.now),
                    made: None,
                    profile: events.profile.clone(),
                    what: "event log".to_owned(),
                    is_asked: false,
                    is_of_any_age: false,
                });
            }
        }
    }
    Ok(Some(folder))
}

/// Exports a log by way of a name, which it has no more then. Returns it with its bytes, or says why there is none.
fn take(events: &PlannedEvents, path: &Path) -> Result<(File, u64), String> {
    let mut arguments = events.arguments.clone();
    arguments.insert(2.min(arguments.len()), path.to_string_lossy().into_owned());
    let ran = command::run(&events.program, &arguments, TIME, 4 << 10);
    let opened = File::open(path);
    // Also what was written before something went wrong.
    let removed = fs::remove_file(path);
    match (ran, opened) {
        (Ok(Ran { status: Some(0), .. }), Ok(file)) => {
            removed.map_err(|error| why(&error))?;
            let bytes = file.metadata().map_err(|error| why(&error))?.len();
            Ok((file, bytes))
        }
        (Ok(Ran { is_late: true, .. }), _) => Err("its export took too long".to_owned()),
        (Err(error), _) => Err(why(&error)),
        _ => Err("there is no such log, or this user may not read it".to_owned()),
    }
}

/// Removes what runs have left that were killed while they exported. What belongs to others stays, as they have the rights to it.
fn remove_left(folder: &Path, now: i64) {
    let Ok(entries) = folder.read_dir() else { return };
    for entry in entries.flatten().filter(|it| it.file_name().to_string_lossy().starts_with(PREFIX)) {
        let Ok(facts) = entry.path().symlink_metadata() else { continue };
        let changed = facts.modified().ok().and_then(|it| it.duration_since(UNIX_EPOCH).ok());
        let is_left = changed.is_some_and(|it| it.as_secs().saturating_add(AT_REST) < now.unsigned_abs());
        if facts.is_dir() && is_left {
            // One that cannot be removed is tried again by the next run.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn events(script: &str) -> PlannedEvents {
        PlannedEvents {
            profile: "acme".to_owned(),
            channel: "Acme".to_owned(),
            origin: "acme.evtx".to_owned(),
            program: "/bin/sh".into(),
            arguments: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    #[test]
    fn a_log_has_no_name_as_soon_as_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("0.evtx");
        let (mut file, bytes) = take(&events("echo events > \"$0\""), &path).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!((&*text, bytes), ("events\n", 7));
        // Nor has what an export leaves that fails.
        let why = take(&events("echo events > \"$0\"; exit 5"), &path).unwrap_err();
        assert_eq!(why, "there is no such log, or this user may not read it");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_run_has_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (left, other) = (folder.path().join("tierline-events-abc"), folder.path().join("other"));
        for it in [&left, &other] {
            fs::create_dir(it).unwrap();
            fs::write(it.join("0.evtx"), "events").unwrap();
        }
        let now = left.metadata().unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
        remove_left(folder.path(), now + 60);
        assert!(left.exists());
        remove_left(folder.path(), now + 7200);
        assert!(!left.exists() && other.exists());
    }
}
