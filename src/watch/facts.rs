//! By what a file is known to be the same as before, without reading it.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Size and times of a file. Whoever writes to it changes them; two that are equal are taken for the same content.
///
/// Numbers of files and disks are left out: network file systems give others after they were mounted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    pub(super) bytes: u64,
    /// Of the last change of the content, in nanoseconds since 1970. Programs may set it.
    pub(super) modified: i64,
    /// Of the last change of anything; only the system sets it. Where there is none, that of its creation.
    pub(super) changed: i64,
}

impl Facts {
    /// Looks at a file; `None` if there is none or what is there is no file. Links are not followed.
    pub(super) fn of(path: &Path) -> io::Result<Option<Facts>> {
        use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound};
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Facts::new(&metadata)),
            // A marker of a long name could not even be there.
            Err(error) if matches!(error.kind(), NotFound | NotADirectory | InvalidFilename) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The facts of a file; `None` for anything else.
    pub(super) fn new(metadata: &Metadata) -> Option<Facts> {
        let modified = nanoseconds(metadata.modified().ok());
        #[cfg(unix)]
        let changed = {
            use std::os::unix::fs::MetadataExt;
            metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec())
        };
        #[cfg(not(unix))]
        let changed = nanoseconds(metadata.created().ok());
        metadata.is_file().then_some(Facts { bytes: metadata.len(), modified, changed })
    }

    /// As the store keeps them.
    pub(super) fn text(&self) -> String {
        format!("{}:{}:{}", self.bytes, self.modified, self.changed)
    }

    /// How long ago the system has changed the file, by its own clock; nothing if that is in the future or not known.
    pub(super) fn age(&self, now: SystemTime) -> Duration {
        if cfg!(not(unix)) {
            return Duration::ZERO;
        }
        let age = nanoseconds(Some(now)).saturating_sub(self.changed.max(self.modified));
        Duration::from_nanos(u64::try_from(age).unwrap_or(0))
    }
}

fn nanoseconds(time: Option<SystemTime>) -> i64 {
    let since = time.and_then(|it| it.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |it| i64::try_from(it.as_nanos()).unwrap_or(i64::MAX))
}

/// A path as bytes; `None` where the system has names that are no text and no bytes (Windows).
pub(super) fn bytes_of(path: &Path) -> Option<&[u8]> {
    #[cfg(unix)]
    return Some(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()));
    #[cfg(not(unix))]
    path.to_str().map(str::as_bytes)
}

/// The path of these bytes.
pub(super) fn path_of(bytes: Vec<u8>) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsString as std::os::unix::ffi::OsStringExt>::from_vec(bytes));
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}
