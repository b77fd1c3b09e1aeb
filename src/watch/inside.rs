//! Places in a watched folder, reached without following a link. Whoever uploads may put a link in the place of a folder at any time,
//! to have another customer's files read or reports written elsewhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A folder in a watched one. On Linux it stays the one that was opened, whatever its path leads to later.
#[derive(Debug)]
pub(super) struct Inside {
    /// As people know it.
    shown: PathBuf,
    /// As the system is told of it.
    path: PathBuf,
    #[cfg(target_os = "linux")]
    _folder: std::os::fd::OwnedFd,
}

impl Inside {
    /// Opens a folder that lies in a watched one, or is it.
    ///
    /// # Errors
    ///
    /// If there is none: a link to one is none.
    #[cfg(target_os = "linux")]
    pub(super) fn open(root: &Path, folder: &Path) -> io::Result<Inside> {
        use rustix::fs::{Mode, OFlags, open, openat};
        use std::os::fd::AsRawFd;
        // It need not be readable.
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut at = open(root, flags, Mode::empty())?;
        for name in names_below(root, folder)? {
            at = openat(&at, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
        }
        let path = PathBuf::from(format!("/proc/self/fd/{}", at.as_raw_fd()));
        Ok(Inside { shown: folder.to_path_buf(), path, _folder: at })
    }

    /// Here it may become another one behind our back, but is none when we begin.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn open(root: &Path, folder: &Path) -> io::Result<Inside> {
        let mut path = root.to_path_buf();
        for name in names_below(root, folder)? {
            path.push(name);
            if !std::fs::symlink_metadata(&path)?.is_dir() {
                return Err(io::ErrorKind::NotADirectory.into());
            }
        }
        Ok(Inside { shown: folder.to_path_buf(), path })
    }

    /// Opens a folder that lies in one of the watched ones.
    ///
    /// # Errors
    ///
    /// The same, and if it lies in none.
    pub(super) fn of(roots: &[PathBuf], folder: &Path) -> io::Result<Inside> {
        let root = roots.iter().find(|root| folder.starts_with(root));
        Inside::open(root.ok_or_else(|| io::Error::other("it is in no watched folder"))?, folder)
    }

    /// A folder in it, reached in the same way.
    ///
    /// # Errors
    ///
    /// If there is none of this name: a link to one is none.
    pub(super) fn inner(&self, name: &OsStr) -> io::Result<Inside> {
        let inner = Inside::open(&self.path, &self.path.join(name))?;
        Ok(Inside { shown: self.shown.join(name), ..inner })
    }

    /// What has this name in it.
    pub(super) fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// The same as people know it.
    pub(super) fn shown(&self, name: &OsStr) -> PathBuf {
        self.shown.join(name)
    }

    /// The folder, as the system is told of it.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn names_below<'a>(root: &Path, folder: &'a Path) -> io::Result<Vec<&'a OsStr>> {
    let strange = || io::Error::other("it is in no watched folder");
    let below = folder.strip_prefix(root).map_err(|_| strange())?;
    let name = |part| match part {
        std::path::Component::Normal(name) => Ok(name),
        _ => Err(strange()),
    };
    below.components().map(name).collect()
}

/// Opens a file for reading: no link, and nothing that reading could wait for.
pub(super) fn open_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::new(io::ErrorKind::NotFound, "it is no file any more")),
    }
}

/// Whether something is not there, as far as we go for it: a link in its place is not followed.
pub(super) fn is_gone(error: &io::Error) -> bool {
    #[cfg(unix)]
    let is_link = error.raw_os_error() == Some(libc::ELOOP);
    #[cfg(not(unix))]
    let is_link = false;
    is_link || matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("in"), folder.path().join("other"));
        fs::create_dir_all(root.join("acme/deep")).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(other.join("secret"), "of another").unwrap();
        symlink(&other, root.join("acme/link")).unwrap();
        symlink(other.join("secret"), root.join("acme/file")).unwrap();
        for path in ["", "acme", "acme/deep"] {
            assert!(Inside::open(&root, &root.join(path)).is_ok(), "{path}");
        }
        for path in ["acme/link", "acme/file", "acme/none", "none/deep"] {
            assert!(is_gone(&Inside::open(&root, &root.join(path)).unwrap_err()), "{path}");
        }
        for path in [root.join("../other"), other.clone()] {
            assert!(Inside::open(&root, &path).is_err(), "{}", path.display());
        }
        assert!(is_gone(&open_file(&root.join("acme/file")).unwrap_err()));
        assert!(is_gone(&open_file(&root.join("acme")).unwrap_err()));
        let acme = Inside::open(&root, &root.join("acme")).unwrap();
        assert_eq!(acme.inner(OsStr::new("deep")).unwrap().shown(OsStr::new("a")), root.join("acme/deep/a"));
        for name in ["link", "file", "none", ".."] {
            assert!(acme.inner(OsStr::new(name)).is_err(), "{name}");
        }
        // The watched folder itself may be a link: that was said by who watches.
        symlink(&root, folder.path().join("to")).unwrap();
        assert!(Inside::open(&folder.path().join("to"), &folder.path().join("to/acme")).is_ok());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_stays_the_one_that_was_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("in"), folder.path().join("other"));
        fs::create_dir_all(root.join("acme")).unwrap();
        fs::create_dir(&other).unwrap();
        let acme = Inside::open(&root, &root.join("acme")).unwrap();
        fs::rename(root.join("acme"), root.join("moved")).unwrap();
        symlink(&other, root.join("acme")).unwrap();
        fs::write(acme.at("report"), "of acme").unwrap();
        assert!(root.join("moved/report").exists() && !other.join("report").exists());
        assert_eq!(acme.shown(OsStr::new("report")), root.join("acme/report"));
    }
}
