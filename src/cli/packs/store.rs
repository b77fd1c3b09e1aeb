//! The folder of installed packs, which is never seen half changed.
//!
//! A pack is `<name>/<version>.tierpack` with its signature beside it; of several versions the highest one counts. A new
//! one is there with one rename, after its signature and before the old one goes, so that whoever looks in between, or
//! after a crash, finds the old one or the new one. What a crash leaves behind, the next change removes.

use crate::cli::output::temporary_beside;
use std::cmp::Ordering;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tierline::signature::{Opened, PACK_ENDING, Pack, PackError, PackVersion, Pin, signature_of};

/// The folder of all packs.
pub(in crate::cli) struct Store {
    folder: PathBuf,
}

/// A file in the place of an installed pack.
pub(in crate::cli) struct Installed {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) name: String,
    pub(in crate::cli) version: PackVersion,
}

/// What an installation has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Change {
    New,
    /// The same pack was there already.
    Same,
    /// The pack that was there could not be used any more.
    Repaired,
    Upgraded(PackVersion),
    Downgraded(PackVersion),
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum StoreError {
    #[error("failed to change the installed packs: {0}")]
    Io(#[from] io::Error),
    #[error("version {installed} of `{name}` is installed, which is newer than {version}; --downgrade replaces it")]
    Older { name: String, version: PackVersion, installed: PackVersion },
    #[error(
        "version {version} of `{name}` is installed with other content; ask its maker for a pack with a new version, \
         or remove the installed one first with `tierline signatures remove {name}`"
    )]
    SameVersion { name: String, version: PackVersion },
}

/// Called between any two changes of the disk. A test lets it fail, as a crash would.
type Checkpoint<'c> = &'c mut dyn FnMut() -> io::Result<()>;

impl Store {
    pub(super) fn new(folder: PathBuf) -> Store {
        Store { folder }
    }

    pub(in crate::cli) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns what counts as installed, in the order of the names. Nothing is read yet.
    pub(in crate::cli) fn packs(&self) -> io::Result<Vec<Installed>> {
        let mut packs = Vec::new();
        for folder in children(&self.folder)?.into_iter().filter(|it| it.is_dir()) {
            packs.extend(self.versions(name_of(&folder))?.pop());
        }
        Ok(packs)
    }

    /// Opens an installed pack, which must be what its place says.
    pub(in crate::cli) fn open(&self, file: &Installed, pins: &[Pin]) -> Result<Opened, PackError> {
        let opened = Pack::open(&file.path, pins)?;
        let (name, version) = (opened.pack.name(), opened.pack.version());
        if name != file.name || version != &file.version {
            return Err(PackError::Unfit(format!("it is {name} {version}, and stands in the place of another")));
        }
        Ok(opened)
    }

    /// Installs a pack that was verified. `before_commit` is run when nothing can be refused any more.
    pub(in crate::cli) fn install(
        &self,
        new: &Opened,
        pins: &[Pin],
        may_downgrade: bool,
        before_commit: impl FnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<Change> {
        let _lock = self.lock()?;
        let change = self.change(new, pins, may_downgrade)?;
        before_commit()?;
        if change != Change::Same {
            self.put(new, &mut || Ok(())).map_err(StoreError::Io)?;
        }
        Ok(change)
    }

    /// Removes all versions of a pack. Returns whether there was one.
    pub(in crate::cli) fn remove(&self, name: &str) -> io::Result<bool> {
        // Nothing is made where nothing can be removed.
        if !self.folder.is_dir() {
            return Ok(false);
        }
        let _lock = self.lock()?;
        let was_there = !self.versions(name)?.is_empty();
        let folder = self.folder.join(name);
        if was_there {
            self.tidy(&folder, None, &mut || Ok(()))?;
            // Something else in it is not ours to remove.
            let _ = fs::remove_dir(&folder);
        }
        Ok(was_there)
    }

    /// All versions of a pack, the one that counts last.
    fn versions(&self, name: &str) -> io::Result<Vec<Installed>> {
        let mut versions = Vec::new();
        for path in children(&self.folder.join(name))? {
            let stem = path.file_stem().and_then(|it| it.to_str()).and_then(PackVersion::parse);
            if let (Some(version), true) = (stem, path.extension().is_some_and(|it| it == PACK_ENDING)) {
                versions.push(Installed { path, name: name.to_owned(), version });
            }
        }
        versions.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.path.cmp(&b.path)));
        Ok(versions)
    }

    /// Says what installing a pack would change.
    fn change(&self, new: &Opened, pins: &[Pin], may_downgrade: bool) -> Result<Change, StoreError> {
        let (name, version) = (new.pack.name().to_owned(), new.pack.version().clone());
        let Some(old) = self.versions(&name)?.pop() else { return Ok(Change::New) };
        let installed = old.version.clone();
        match version.cmp(&installed) {
            Ordering::Greater => Ok(Change::Upgraded(installed)),
            Ordering::Less if may_downgrade => Ok(Change::Downgraded(installed)),
            Ordering::Less => Err(StoreError::Older { name, version, installed }),
            Ordering::Equal => match self.open(&old, pins) {
                Err(_) => Ok(Change::Repaired),
                Ok(opened) if opened.bytes == new.bytes => Ok(Change::Same),
                Ok(_) => Err(StoreError::SameVersion { name, version }),
            },
        }
    }

    /// Puts a pack into its place and removes all other versions of it.
    pub(super) fn put(&self, new: &Opened, checkpoint: Checkpoint<'_>) -> io::Result<()> {
        let folder = self.folder.join(new.pack.name());
        fs::create_dir_all(&folder)?;
        let place = folder.join(format!("{}.{PACK_ENDING}", new.pack.version()));
        checkpoint()?;
        // A signature alone is nothing to anybody.
        write(&signature_of(&place), new.signature.as_bytes(), checkpoint)?;
        write(&place, &new.bytes, checkpoint)?;
        self.tidy(&folder, Some(&place), checkpoint)
    }

    /// Removes all files of a pack's folder but those of one version. Packs go before their signatures: what is left of
    /// one must not look like a pack.
    fn tidy(&self, folder: &Path, keep: Option<&Path>, checkpoint: Checkpoint<'_>) -> io::Result<()> {
        let signature = keep.map(signature_of);
        let mut others = children(folder)?;
        others.retain(|path| Some(path.as_path()) != keep && Some(path) != signature.as_ref());
        others.sort_by_key(|path| path.extension().is_none_or(|it| it != PACK_ENDING));
        for path in others.iter().filter(|it| it.is_file() && is_ours(it)) {
            checkpoint()?;
            fs::remove_file(path)?;
        }
        sync(folder)
    }

    /// One change at a time. The lock is released when its file is closed, also by a crash.
    fn lock(&self) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let file = File::options().create(true).truncate(false).write(true).open(self.folder.join(".lock"))?;
        file.lock()?;
        Ok(file)
    }
}

/// Writes a file that is there as a whole, or not.
fn write(path: &Path, bytes: &[u8], checkpoint: Checkpoint<'_>) -> io::Result<()> {
    let mut file = temporary_beside(path)?;
    checkpoint()?;
    file.write_all(bytes)?;
    // A rename may reach the disk before the content does.
    file.as_file().sync_all()?;
    checkpoint()?;
    file.persist(path).map_err(|error| error.error)?;
    checkpoint()?;
    path.parent().map_or(Ok(()), sync)
}

/// Makes the names in a folder last, where the system can.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The names in a folder, in order; none if it is not there.
pub(super) fn children(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut children = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|it| it.map(|it| it.path())).collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    children.sort();
    Ok(children)
}

/// What this program has made: packs, signatures, and what a crash has left of them.
fn is_ours(path: &Path) -> bool {
    let name = name_of(path);
    name.ends_with(&format!(".{PACK_ENDING}"))
        || name.ends_with(&format!(".{PACK_ENDING}.minisig"))
        || name.starts_with(".tierline-")
}

pub(super) fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|it| it.to_str()).unwrap_or_default()
}
