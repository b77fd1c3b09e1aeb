//! Where the files of a package are: in a folder, or in the zip of one.

use super::VerifyError;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The files of a package, by the names that its manifest has for them.
pub(super) enum Files {
    Folder(PathBuf),
    #[cfg(feature = "server")]
    Zip(zipped::Zipped),
}

impl Files {
    pub(super) fn open(package: &Path) -> Result<Files, VerifyError> {
        let failed = |source| VerifyError::Read { path: package.to_path_buf(), source };
        if !fs::metadata(package).map_err(failed)?.is_file() {
            return Ok(Files::Folder(package.to_path_buf()));
        }
        Files::zip(package).map_err(failed)
    }

    #[cfg(feature = "server")]
    fn zip(package: &Path) -> io::Result<Files> {
        zipped::Zipped::open(package).map(Files::Zip)
    }

    #[cfg(not(feature = "server"))]
    fn zip(_: &Path) -> io::Result<Files> {
        Err(io::Error::other("this build reads packages in folders only; unpack it"))
    }

    /// Where a file can be read; a zip gives it out first.
    pub(super) fn path(&self, name: &str) -> Result<PathBuf, VerifyError> {
        match self {
            Files::Folder(folder) => Ok(folder.join(name)),
            #[cfg(feature = "server")]
            Files::Zip(zip) => {
                zip.path(name).map_err(|source| VerifyError::Read { path: zip.place.join(name), source })
            }
        }
    }

    /// The names of all files that are there.
    pub(super) fn present(&self) -> Result<Vec<String>, VerifyError> {
        let mut files = Vec::new();
        let (place, read) = match self {
            Files::Folder(folder) => (folder, list(folder, "", 0, &mut files)),
            #[cfg(feature = "server")]
            Files::Zip(zip) => (&zip.place, zip.names().map(|names| files = names)),
        };
        read.map_err(|source| VerifyError::Read { path: place.clone(), source })?;
        files.sort();
        Ok(files)
    }
}

/// Folders deeper than this are no package.
const DEEPEST: usize = 64;

fn list(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() && depth < DEEPEST {
            list(&entry.path(), &format!("{name}/"), depth + 1, files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

#[cfg(feature = "server")]
mod zipped {
    use crate::bundle::Limits;
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;
    use std::fs::File;
    use std::io::{self, ErrorKind, Read};
    use std::path::{Path, PathBuf};
    use zip::ZipArchive;

    /// A zip, and what was taken out of it so far. Names in a zip may be anybody's: what is written has a number for a name.
    pub(in super::super) struct Zipped {
        pub(super) place: PathBuf,
        archive: RefCell<ZipArchive<File>>,
        folder: tempfile::TempDir,
        taken: RefCell<BTreeMap<String, PathBuf>>,
        /// So many bytes may still come out.
        left: Cell<u64>,
    }

    impl Zipped {
        pub(super) fn open(place: &Path) -> io::Result<Zipped> {
            let file = File::open(place)?;
            let limits = Limits::default();
            let left = limits.unpacked_bytes.saturating_add(file.metadata()?.len().saturating_mul(limits.ratio));
            let archive = ZipArchive::new(file)
                .map_err(|error| io::Error::other(format!("it is neither a folder nor a zip: {error}")))?;
            if archive.has_duplicate_names() {
                return Err(io::Error::other("a name stands in the zip twice"));
            }
            Ok(Zipped {
                place: place.to_path_buf(),
                archive: RefCell::new(archive),
                folder: tempfile::tempdir()?,
                taken: RefCell::default(),
                left: Cell::new(left),
            })
        }

        pub(super) fn path(&self, name: &str) -> io::Result<PathBuf> {
            let mut taken = self.taken.borrow_mut();
            if let Some(path) = taken.get(name) {
                return Ok(path.clone());
            }
            let mut archive = self.archive.borrow_mut();
            let index = archive.index_for_name(name);
            let mut file = archive.by_index(index.ok_or(ErrorKind::NotFound)?).map_err(io::Error::other)?;
            let path = self.folder.path().join(taken.len().to_string());
            let most = self.left.get();
            let bytes = io::copy(&mut file.by_ref().take(most.saturating_add(1)), &mut File::create_new(&path)?)?;
            if bytes > most {
                return Err(io::Error::other("it unpacks to far more than a package does"));
            }
            self.left.set(most - bytes);
            taken.insert(name.to_owned(), path.clone());
            Ok(path)
        }

        /// All names but those of folders.
        pub(super) fn names(&self) -> io::Result<Vec<String>> {
            let archive = self.archive.borrow();
            let names = archive.file_names().map(|it| it.map(|it| it.into_owned()).map_err(io::Error::other));
            let names = names.collect::<io::Result<Vec<String>>>()?;
            Ok(names.into_iter().filter(|it| !it.ends_with('/')).collect())
        }
    }
}
