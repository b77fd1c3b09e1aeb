//! The folders that are watched: what they may be, that no other watch has them, and whether they are still the same.

use super::owner::{self, Owned, Owner};
use super::publish::mark;
use super::settings::{Settings, WatchError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The time at rest where nobody has said one.
const SETTLE: Duration = Duration::from_secs(5);
const SETTLE_ON_NETWORK: Duration = Duration::from_secs(60);

/// A folder that is watched.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) path: PathBuf,
    pub(super) is_remote: bool,
    pub(super) settle: Duration,
    /// The system tells of its changes.
    pub(super) is_heard: bool,
    /// Why it cannot be looked into.
    pub(super) error: Option<String>,
    /// Which folder it is, and the lock on it.
    claim: Option<(Identity, Option<Lock>, Owner)>,
    /// What is said of us to others.
    own: String,
}

impl Root {
    /// The folders that somebody wants to have watched.
    pub(super) fn all(settings: &Settings) -> Result<Vec<Root>, WatchError> {
        let own = format!("tierline on {} ({})", settings.machine, mark(&settings.store));
        let mut roots: Vec<(Root, PathBuf)> = Vec::new();
        for folder in &settings.folders {
            let failed = |source| WatchError::Folder { path: folder.clone(), source };
            let path = std::path::absolute(folder).map_err(failed)?;
            let real = std::fs::canonicalize(&path).map_err(failed)?;
            if !real.is_dir() {
                return Err(failed(io::ErrorKind::NotADirectory.into()));
            }
            // A file would belong to two customers.
            if let Some((other, _)) = roots.iter().find(|it| it.1.starts_with(&real) || real.starts_with(&it.1)) {
                return Err(WatchError::Nested { one: other.path.clone(), other: path });
            }
            let is_remote = is_remote(&path);
            let usual = if is_remote { SETTLE_ON_NETWORK } else { SETTLE };
            let settle = settings.settle.unwrap_or(usual);
            roots.push((
                Root { path, is_remote, settle, is_heard: false, error: None, claim: None, own: own.clone() },
                real,
            ));
        }
        for file in [&settings.store, &settings.metrics] {
            let folder = std::path::absolute(file).ok().and_then(|it| real_folder(&it));
            if let Some((root, _)) =
                roots.iter().find(|it| folder.as_ref().is_some_and(|folder| folder.starts_with(&it.1)))
            {
                return Err(WatchError::Inside { file: file.clone(), folder: root.path.clone() });
            }
        }
        let mut roots: Vec<_> = roots.into_iter().map(|it| it.0).collect();
        for root in &mut roots {
            root.claim().map_err(|error| match error.get_ref().and_then(|it| it.downcast_ref::<Owned>()) {
                Some(owned) => WatchError::FolderOwned(owned.to_string()),
                None => WatchError::FolderTaken(root.path.clone()),
            })?;
        }
        Ok(roots)
    }

    /// Keeps other watches from the folder. Returns whether it is another one than before: it may have been removed
    /// and made again, or its disk may have come or gone.
    pub(super) fn claim(&mut self) -> io::Result<bool> {
        let identity = identity(&self.path)?;
        if let Some((known, _, owner)) = &mut self.claim
            && *known == identity
        {
            return owner.keep().map(|()| false).map_err(io::Error::other);
        }
        let is_other = self.claim.take().is_some();
        let lock = lock(identity)?;
        let here = lock.as_ref().and_then(|_| owner::place());
        let owner = Owner::new(&self.path, &self.own, here).map_err(io::Error::other)?;
        self.claim = Some((identity, lock, owner));
        Ok(is_other)
    }

    /// Whether it is ours, as far as the last look knows: what lies in it is nobody else's to put back.
    pub(super) fn is_ours(&self) -> bool {
        self.claim.is_some()
    }

    /// It is not there: it may be another one when it is.
    pub(super) fn lose(&mut self) {
        self.claim = None;
        self.is_heard = false;
    }
}

/// Whether a folder could not be claimed because another watch has it: what we know of its files is that one's business.
pub(super) fn is_others(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse || error.get_ref().is_some_and(|it| it.is::<Owned>())
}

/// The folder in which a file is or will be, without links.
fn real_folder(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find_map(|it| std::fs::canonicalize(it).ok())
}

/// Disk and number of a folder.
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(folder: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(folder)?;
    Ok((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(folder: &Path) -> io::Result<Identity> {
    std::fs::metadata(folder).map(|_| (0, 0))
}

/// What only one process has of a folder, and the system takes back from one that was killed.
///
/// It is the name of a socket, and no lock in the folder: whoever uploads could remove that, and a disk on which we have a file open
/// could not be unmounted.
#[cfg(target_os = "linux")]
type Lock = std::os::unix::net::UnixListener;
#[cfg(not(target_os = "linux"))]
type Lock = ();

#[cfg(target_os = "linux")]
fn lock((disk, number): Identity) -> io::Result<Option<Lock>> {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixListener};
    let name = SocketAddr::from_abstract_name(format!("tierline-watch:{disk}:{number}"))?;
    match UnixListener::bind_addr(&name) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
        // A system that does not let us have one: the lock of the store remains.
        done => Ok(done.ok()),
    }
}

/// Only the store is locked here.
#[cfg(not(target_os = "linux"))]
fn lock(_: Identity) -> io::Result<Option<Lock>> {
    Ok(None)
}

/// Whether a folder lies on a disk of another machine, as far as the system says.
fn is_remote(folder: &Path) -> bool {
    #[cfg(unix)]
    return std::fs::File::open(folder).is_ok_and(|folder| !crate::bundle::is_local(&folder));
    // `\\server\share`; that a letter stands for one is not known.
    #[cfg(not(unix))]
    folder.to_string_lossy().starts_with("\\\\")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Program;
    use std::fs;

    fn settings(folders: &[&Path], store: &Path) -> Settings {
        Settings {
            folders: folders.iter().map(|it| it.to_path_buf()).collect(),
            store: store.to_path_buf(),
            machine: "here".to_owned(),
            settle: None,
            give_up: Duration::ZERO,
            tries: 1,
            poll: false,
            once: true,
            jobs: 1,
            least_free: None,
            keep_days: None,
            metrics: store.with_extension("json"),
            program: Program { path: "/bin/false".into(), arguments: Vec::new(), time_limit: None },
            catalogue: String::new(),
        }
    }

    #[test]
    fn folders_in_folders_and_stores_in_folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (a, inner, b) = (folder.path().join("a"), folder.path().join("a/inner"), folder.path().join("b"));
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(&b).unwrap();
        let store = folder.path().join("store.db");
        let all = |folders: &[&Path], store: &Path| Root::all(&settings(folders, store));
        assert_eq!(all(&[&a, &b], &store).unwrap().len(), 2);
        for folders in [[&a, &inner], [&inner, &a], [&a, &a]] {
            let nested = all(&folders.map(PathBuf::as_path), &store);
            assert!(matches!(nested, Err(WatchError::Nested { .. })), "{folders:?}");
        }
        for store in [a.join("store.db"), inner.join("store.db"), a.join("new/store.db")] {
            assert!(matches!(all(&[&a], &store), Err(WatchError::Inside { .. })), "{}", store.display());
        }
        // A name that only begins alike.
        assert!(all(&[&a], &folder.path().join("ab/store.db")).is_ok());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&a, folder.path().join("link")).unwrap();
            let link = folder.path().join("link");
            assert!(matches!(all(&[&link, &a], &store), Err(WatchError::Nested { .. })));
            assert!(matches!(all(&[&a], &link.join("store.db")), Err(WatchError::Inside { .. })));
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_has_one_watch_and_is_known_again() {
        let folder = tempfile::tempdir().unwrap();
        let (a, store) = (folder.path().join("a"), folder.path().join("store.db"));
        fs::create_dir(&a).unwrap();
        let all = || Root::all(&settings(&[&a], &store));
        let mut first = all().unwrap();
        assert!(matches!(all(), Err(WatchError::FolderTaken(_))));
        assert!(!first[0].claim().unwrap());
        // It vanishes and comes back.
        fs::rename(&a, folder.path().join("old")).unwrap();
        assert!(first[0].claim().is_err());
        fs::create_dir(&a).unwrap();
        assert!(first[0].claim().unwrap());
        assert!(matches!(all(), Err(WatchError::FolderTaken(_))));
        // It vanishes, and another watch has the one that comes.
        fs::rename(&a, folder.path().join("older")).unwrap();
        assert!(!is_others(&first[0].claim().unwrap_err()));
        first[0].lose();
        fs::create_dir(&a).unwrap();
        let second = all().unwrap();
        assert!(is_others(&first[0].claim().unwrap_err()));
        drop(second);
        let other = Owner::new(&a, "another machine", None).unwrap();
        assert!(is_others(&first[0].claim().unwrap_err()));
        drop(other);
        assert!(!first[0].claim().unwrap());
        drop(first);
        assert!(all().is_ok());
    }
}
