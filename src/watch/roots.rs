//! The folders that are watched, as the watch begins with them.

use super::settings::{Settings, WatchError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The time at rest where nobody has said one.
const SETTLE: Duration = Duration::from_secs(5);
const SETTLE_ON_NETWORK: Duration = Duration::from_secs(60);

/// A folder that is watched.
pub(super) struct Root {
    pub(super) path: PathBuf,
    pub(super) is_remote: bool,
    pub(super) settle: Duration,
    /// The system tells of its changes.
    pub(super) is_heard: bool,
    /// Why it cannot be looked into.
    pub(super) error: Option<String>,
}

impl Root {
    /// The folders that somebody wants to have watched.
    pub(super) fn all(settings: &Settings) -> Result<Vec<Root>, WatchError> {
        let mut roots = Vec::new();
        for folder in &settings.folders {
            let failed = |source| WatchError::Folder { path: folder.clone(), source };
            let path = std::path::absolute(folder).map_err(failed)?;
            let facts = std::fs::metadata(&path).map_err(failed)?;
            if !facts.is_dir() {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            let is_remote = is_remote(&path);
            let usual = if is_remote { SETTLE_ON_NETWORK } else { SETTLE };
            let settle = settings.settle.unwrap_or(usual);
            roots.push(Root { path, is_remote, settle, is_heard: false, error: None });
        }
        Ok(roots)
    }
}

/// Whether a folder lies on a disk of another machine, as far as the system says.
fn is_remote(folder: &Path) -> bool {
    #[cfg(unix)]
    return std::fs::File::open(folder).is_ok_and(|folder| !crate::bundle::is_local(&folder));
    // `\\server\share`; that a letter stands for one is not known.
    #[cfg(not(unix))]
    folder.to_string_lossy().starts_with("\\\\")
}

/// Files that the program writes itself, should they lie in a watched folder.
pub(super) struct Ours {
    folder: PathBuf,
    names: [std::ffi::OsString; 2],
}

impl Ours {
    pub(super) fn new(settings: &Settings) -> Ours {
        let store = std::path::absolute(&settings.store).unwrap_or_else(|_| settings.store.clone());
        let metrics = std::path::absolute(&settings.metrics).unwrap_or_else(|_| settings.metrics.clone());
        let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
        let folder = store.parent().unwrap_or(Path::new("/")).to_path_buf();
        Ours { folder, names: [name(&store), name(&metrics)] }
    }

    /// The store, what SQLite keeps beside it, and the heartbeat.
    pub(super) fn is(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let [store, metrics] = &self.names;
        (path.starts_with(&self.folder) && name.starts_with(store.as_encoded_bytes()))
            || name == metrics.as_encoded_bytes()
    }
}
