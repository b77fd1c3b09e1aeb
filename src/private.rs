//! Files and folders that only this user may enter and read, and files that get their name when they are whole.
//!
//! On Windows the folder's own rules decide who may read.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};

/// Makes a folder and those above it; new ones are this user's only.
pub fn folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Opens a file to write in it, or to lock it, and makes it if it is not there; a new one is this user's only.
pub fn file(path: &Path) -> io::Result<File> {
    options().create(true).truncate(false).open(path)
}

/// Makes an empty file that is this user's only, if there is none.
pub fn new_file(path: &Path) -> io::Result<()> {
    match options().create_new(true).open(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// To write; a new file is this user's only.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// How the names of files begin that are not whole yet.
const UNFINISHED: &str = ".tierline-unfinished-";
/// Beside each stands one of this ending, which is locked as long as somebody writes: a lock on the file itself would keep SQLite
/// from writing there on Windows and on network shares.
const HELD: &str = ".held";

/// A private file beside the one that it becomes when it is whole. It vanishes if that is not reached; what a killed process has
/// left in the folder is removed by the next one.
#[derive(Debug)]
pub struct Unfinished {
    file: File,
    path: TempPath,
    target: PathBuf,
    // Goes last: without it nobody would know of the file.
    _held: NamedTempFile,
}

impl Unfinished {
    /// Makes an empty one for a target.
    pub fn of(target: &Path) -> io::Result<Unfinished> {
        let target = std::path::absolute(target)?;
        let folder = target.parent().unwrap_or(Path::new("/"));
        sweep(folder);
        loop {
            let held = tempfile::Builder::new().prefix(UNFINISHED).suffix(HELD).tempfile_in(folder)?;
            // Another process may sweep it away before it is locked.
            if !lock(held.as_file())? || !held.path().exists() {
                continue;
            }
            let Some(path) = beside(held.path()) else { continue };
            let file = options().create_new(true).read(true).open(&path)?;
            return Ok(Unfinished { file, path: TempPath::try_from_path(path)?, target, _held: held });
        }
    }

    /// Where it is meanwhile.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name, when all of it is on the disk. What was there is replaced only if that is wanted. Returns its size.
    pub fn finish(self, replace: bool) -> io::Result<u64> {
        self.file.sync_all()?;
        let bytes = self.file.metadata()?.len();
        drop(self.file);
        let put = if replace { self.path.persist(&self.target) } else { self.path.persist_noclobber(&self.target) };
        put.map_err(|error| error.error)?;
        // The name is on the disk too, where folders can be opened.
        if let Ok(folder) = File::open(self.target.parent().unwrap_or(Path::new("/"))) {
            let _ = folder.sync_all();
        }
        Ok(bytes)
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Whether it could be locked. A share that knows no locks is never swept.
fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The file that one of the ending `HELD` stands beside.
fn beside(held: &Path) -> Option<PathBuf> {
    let name = held.file_name()?.to_str()?.strip_suffix(HELD)?;
    name.starts_with(UNFINISHED).then(|| held.with_file_name(name))
}

/// Removes what killed processes have left. That it cannot is no reason not to go on.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let held = entry.path();
        let Some(left) = beside(&held).filter(|_| entry.file_type().is_ok_and(|it| it.is_file())) else { continue };
        // To write, as network shares want it of who locks.
        let Ok(file) = OpenOptions::new().write(true).open(&held) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        let mut journal = left.clone().into_os_string();
        journal.push("-journal");
        let _ = fs::remove_file(left);
        let _ = fs::remove_file(journal);
        let _ = fs::remove_file(held);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What is in a folder.
    pub(crate) fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            folder.read_dir().unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        let mut first = Unfinished::of(&target).unwrap();
        first.write_all(b"one").unwrap();
        assert!(!target.exists());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(first.path().metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(first.finish(false).unwrap(), 3);
        assert_eq!(fs::read(&target).unwrap(), b"one");
        assert!(Unfinished::of(&target).unwrap().finish(false).is_err());
        drop(Unfinished::of(&target).unwrap());
        assert_eq!(Unfinished::of(&target).unwrap().finish(true).unwrap(), 0);
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn what_a_killed_process_has_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a");
        for name in ["x", "x-journal", "x.held", "y.held"] {
            fs::write(folder.path().join(format!("{UNFINISHED}{name}")), "left").unwrap();
        }
        fs::write(folder.path().join("b.held"), "of somebody").unwrap();
        let other = Unfinished::of(&target).unwrap();
        assert_eq!(names(folder.path()).len(), 3);
        let own = Unfinished::of(&target).unwrap();
        assert!(other.path().exists() && own.path().exists(), "somebody works on it");
        drop((own, other));
        assert_eq!(names(folder.path()), ["b.held"]);
    }
}
