//! A folder as a ticket system: one folder per ticket, on a share or for another program to pick up.
//!
//! ```text
//! KEY/key                 the key
//! KEY/ticket.md           the text
//! KEY/attachments/NAME    the files
//! KEY/comments/MARK.md    what was added
//! KEY/status              anything but `open`, written by whoever works on it
//! ```
//!
//! A ticket is made beside its place and moved there: it is there as a whole or not at all.

use super::package::{Outgoing, hash_of};
use super::tracker::{Draft, Failure, Habits, Holds, Probe, Tracker};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder in which tickets are folders.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    request_bytes: u64,
}

impl Folder {
    pub(super) fn new(root: PathBuf, request_bytes: u64) -> Folder {
        Folder { root, request_bytes }
    }
}

impl Tracker for Folder {
    fn target(&self) -> String {
        self.root.display().to_string()
    }

    fn probe(&self) -> Result<Probe, Failure> {
        let probe = || tempfile::Builder::new().prefix(".probe-").tempfile_in(&self.root).map(drop);
        probe().map_err(|error| failure("make a file in", &self.root, &error))?;
        Ok(Probe { seen: vec![format!("`{}` is there and can be written", self.root.display())] })
    }

    fn find(&self, key: &str) -> Result<Vec<String>, Failure> {
        let path = self.root.join(key).join("key");
        match fs::read_to_string(&path) {
            Ok(found) if found.trim_end() == key => Ok(vec![key.to_owned()]),
            Ok(_) => Ok(Vec::new()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(failure("read", &path, &error)),
        }
    }

    fn create(&self, draft: &Draft) -> Result<String, Failure> {
        let place = self.root.join(&draft.key);
        let make = || -> io::Result<()> {
            let folder = tempfile::Builder::new().prefix(".new-").tempdir_in(&self.root)?;
            write(&folder.path().join("key"), format!("{}\n", draft.key).as_bytes())?;
            write(&folder.path().join("ticket.md"), draft.body.as_bytes())?;
            fs::create_dir(folder.path().join("comments"))?;
            fs::create_dir(folder.path().join("attachments"))?;
            for file in &draft.files {
                copy(file, &folder.path().join("attachments"))?;
            }
            // Others shall read it; the program that made it was the only one that might.
            readable(folder.path())?;
            fs::rename(folder.path(), &place)?;
            // It is not temporary any more.
            let _ = folder.keep();
            sync(&self.root)
        };
        match make() {
            Ok(()) => Ok(draft.key.clone()),
            Err(_) if place.exists() => {
                Err(Failure::Ambiguous { why: format!("`{}` is there already", place.display()) })
            }
            Err(error) => Err(failure("make", &place, &error)),
        }
    }

    fn comment(&self, ticket: &str, draft: &Draft) -> Result<(), Failure> {
        let path = self.root.join(ticket).join("comments").join(format!("{}.md", draft.mark.replace(' ', "-")));
        replace(&path, draft.body.as_bytes()).map_err(|error| failure("write", &path, &error))
    }

    fn attach(&self, ticket: &str, files: &[Outgoing]) -> Result<(), Failure> {
        let folder = self.root.join(ticket).join("attachments");
        files.iter().try_for_each(|file| copy(file, &folder)).map_err(|error| failure("write to", &folder, &error))
    }

    fn read(&self, ticket: &str, _: &[Outgoing]) -> Result<Holds, Failure> {
        let folder = self.root.join(ticket);
        let read = || -> io::Result<Holds> {
            let mut holds = Holds { status: "open".into(), ..Holds::default() };
            holds.key = Some(fs::read_to_string(folder.join("key"))?.trim_end().to_owned());
            if let Ok(status) = fs::read_to_string(folder.join("status")) {
                holds.status = status.trim().to_owned();
            }
            for entry in fs::read_dir(folder.join("attachments"))? {
                holds.files.push(hash_of(&entry?.path())?);
            }
            for entry in fs::read_dir(folder.join("comments"))? {
                holds.comments.push(fs::read_to_string(entry?.path())?);
            }
            Ok(holds)
        };
        match read() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Failure::Refused { why: format!("the ticket `{}` was taken away", folder.display()) })
            }
            read => read.map_err(|error| failure("read", &folder, &error)),
        }
    }

    fn dry_run(&self, draft: &Draft, rest: &[Vec<Outgoing>]) -> String {
        let place = self.root.join(&draft.key);
        let mut text = format!("make {}\n", place.display());
        for file in draft.files.iter().chain(rest.iter().flatten()) {
            let (path, bytes, sha256) = (&file.path, file.bytes, &file.sha256);
            text.push_str(&format!("  attachments/{}: {path}, {bytes} bytes, SHA-256 {sha256}\n", file.name));
        }
        text.push_str(&format!("  ticket.md:\n\n{}", draft.body));
        text
    }

    fn habits(&self) -> Habits {
        // The system does a rename at once or never.
        Habits { takes_markdown: true, ..Habits::new(self.request_bytes, Duration::ZERO) }
    }
}

/// Nothing that fails here leaves half a ticket, so all of it may be tried again.
fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::NotFound => format!("failed to {what} `{}`: it is not there; make or mount it", path.display()),
        _ => format!("failed to {what} `{}`: {error}", path.display()),
    };
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Failure::Stopped { why },
        _ => Failure::Busy { why, after: None },
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Writes a file that is there as a whole or not at all.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Beside the folder, for whoever lists that must see whole files only.
    let beside = folder.parent().unwrap_or(folder);
    let mut file = tempfile::Builder::new().prefix(".part-").tempfile_in(beside)?;
    file.write_all(bytes)?;
    finish(file, path)
}

fn copy(file: &Outgoing, folder: &Path) -> io::Result<()> {
    let beside = folder.parent().unwrap_or(folder);
    let mut part = tempfile::Builder::new().prefix(".part-").tempfile_in(beside)?;
    io::copy(&mut File::open(&file.place)?, &mut part)?;
    // Two packages of one problem may have files of one name: both are kept.
    let plain = folder.join(&file.name);
    let path = if plain.exists() { folder.join(format!("{}-{}", &file.sha256[..8], file.name)) } else { plain };
    finish(part, &path)
}

fn finish(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(unix)]
fn readable(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes a rename durable.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
