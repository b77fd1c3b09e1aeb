//! Reports on their way to their place beside the bundle: they are there as a whole or not at all.

use super::facts::bytes_of;
use super::filed::{MOST, content_of};
use super::inside::{Inside, is_gone, open_file};
use super::names::{REPORT_FOLDER, WORK_FOLDER, report_folders};
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes folders in which reports are made, beside their bundles, so that they only have to be renamed.
#[derive(Debug)]
pub(super) struct Workplace {
    /// How their names begin. Another store makes other ones.
    prefix: String,
    count: AtomicU64,
}

/// A folder in which reports are made. It goes with the value unless it is [`publish`](Draft::publish)ed.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    place: &'a Inside,
    folder: PathBuf,
    /// The same, and it stays the one that was made.
    inside: Inside,
}

impl Workplace {
    /// The work places of a store.
    pub(super) fn new(store: &Path) -> Workplace {
        Workplace { prefix: format!("{WORK_FOLDER}{}-", mark(store)), count: AtomicU64::new(0) }
    }

    /// Makes a folder in one of bundles.
    pub(super) fn draft<'a>(&self, place: &'a Inside) -> io::Result<Draft<'a>> {
        loop {
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            let name = OsString::from(format!("{}{number}", self.prefix));
            let folder = place.at(&name);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Draft { place, folder, inside: place.inner(&name)? }),
                // Of an earlier run; the next clean-up takes it away.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Removes what a run that was killed has left in a folder. No other run uses this store.
    pub(super) fn clean_up(&self, folder: &Inside) {
        let Ok(entries) = fs::read_dir(folder.path()) else { return };
        let left = entries.flatten().filter(|it| it.file_name().to_string_lossy().starts_with(&self.prefix));
        // What cannot be removed harms nobody.
        left.for_each(|it| drop(fs::remove_dir_all(it.path())));
    }
}

impl Draft<'_> {
    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file with a few words.
    pub(super) fn note(&self, name: &str, text: &str) -> io::Result<()> {
        note(self.inside.path(), name, text)
    }

    /// Takes the reports that were made of the same content; false if they are not there, or are larger than ours. They are shared:
    /// whoever replaces a report makes a new file.
    pub(super) fn take_reports(&self, from: &Inside, content: &str) -> io::Result<bool> {
        for name in REPORTS {
            let (old, new) = (from.at(name), self.inside.at(name));
            match fs::symlink_metadata(&old) {
                Ok(metadata) if metadata.is_file() && metadata.len() <= MOST => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                // A link could lead anywhere.
                _ => return Ok(false),
            }
            // Some file systems know no such thing.
            if fs::hard_link(&old, &new).is_err() {
                let mut copy = File::create_new(&new)?;
                // It may grow for as long as it is read.
                if io::copy(&mut open_file(&old)?.take(MOST + 1), &mut copy)? > MOST {
                    return Ok(false);
                }
                copy.sync_all()?;
            }
        }
        let report = open_file(&self.inside.at(JSON)).ok();
        Ok(report.and_then(|it| content_of(io::BufReader::new(it))).is_some_and(|it| it == content))
    }

    /// Puts the files into the folder of a bundle's report, each as a whole, and waits until they are on the disk. Returns
    /// that folder.
    pub(super) fn publish(self, bundle: &OsStr) -> io::Result<PathBuf> {
        sync(self.inside.path())?;
        let folders = report_folders(bundle);
        for (at, name) in folders.iter().enumerate() {
            // Usually all at once. A report that is there already is replaced file by file.
            if let Err(error) = fs::rename(&self.folder, self.place.at(name)) {
                match self.place.inner(name) {
                    Ok(target) => self.replace(&target)?,
                    Err(other) if other.kind() == io::ErrorKind::NotFound || !is_gone(&other) => return Err(error),
                    // A file of this name was uploaded. By a link reports could be written elsewhere.
                    Err(_) => continue,
                }
            }
            // Where it was as long as the name was not free.
            for old in folders.iter().skip(at + 1) {
                remove_reports(self.place, old)?;
            }
            sync(self.place.path())?;
            return Ok(self.place.shown(name));
        }
        let name = bundle.to_string_lossy();
        let why = format!("`{name}.{REPORT_FOLDER}` and others are in the way of the report: no folders");
        Err(io::Error::other(why))
    }

    /// Whoever uploads may put a link in the place of the folder meanwhile: it stays the one that was opened.
    fn replace(&self, target: &Inside) -> io::Result<()> {
        let mut names = fs::read_dir(self.inside.path())?.map(|it| it.map(|it| it.file_name()));
        let mut names = names.by_ref().collect::<io::Result<Vec<_>>>()?;
        // The JSON report comes last: who finds a new one finds new others.
        names.sort_by_key(|name| (name == JSON, name.clone()));
        for name in &names {
            fs::rename(self.inside.at(name), target.at(name))?;
        }
        // What the new one does not have is of the old one.
        for name in ours().filter(|name| !names.iter().any(|it| it == name)) {
            gone(fs::remove_file(target.at(name)))?;
        }
        sync(target.path())
    }
}

/// Tells stores apart.
pub(super) fn mark(store: &Path) -> String {
    let store = std::path::absolute(store).unwrap_or_else(|_| store.to_path_buf());
    let hash = Sha256::digest(bytes_of(&store).unwrap_or_default());
    hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// Removes reports from their folder, and the folder if a person has put nothing beside them. What is no folder is left alone.
pub(super) fn remove_reports(place: &Inside, folder: &OsStr) -> io::Result<()> {
    match place.inner(folder) {
        Ok(reports) => remove_ours(&reports)?,
        // The system may know no names that are so long.
        Err(error) if is_gone(&error) || error.kind() == io::ErrorKind::InvalidFilename => return Ok(()),
        Err(error) => return Err(error),
    }
    let _ = fs::remove_dir(place.at(folder));
    Ok(())
}

fn remove_ours(reports: &Inside) -> io::Result<()> {
    ours().try_for_each(|name| gone(fs::remove_file(reports.at(name))))
}

/// The report that programs read.
pub(super) const JSON: &str = "report.json";
const REPORTS: [&str; 3] = ["report.html", "report.txt", JSON];
/// Why a bundle was given up.
pub(super) const QUARANTINED: &str = "quarantined.txt";
/// Whose report it is, if it was not read for this bundle.
pub(super) const SAME: &str = "same.txt";

/// The files that we write into the folder of a report.
pub(super) fn ours() -> impl Iterator<Item = &'static str> {
    REPORTS.into_iter().chain([QUARANTINED, SAME])
}

/// Something that is to go and is not there is gone.
pub(super) fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        // It has another name if it was published.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Writes a file with a few words into a folder that is ours. One that is there already is not: through a link it could be any file.
fn note(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let mut file = File::create_new(folder.join(name))?;
    io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()
}

/// Waits until the names in a folder are on the disk.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network file systems know no such thing.
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOTSUP | libc::EBADF)) => Ok(()),
        done => done,
    }
}

/// Folders cannot be opened here; renames are on the disk soon enough.
#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private::tests::names;

    fn publish(folder: &Path, files: &[&str], text: &str) -> io::Result<PathBuf> {
        let place = Inside::open(folder, folder).unwrap();
        let draft = Workplace::new(Path::new("store.db")).draft(&place).unwrap();
        files.iter().for_each(|name| note(draft.folder(), name, text).unwrap());
        draft.publish(OsStr::new("a.zip"))
    }

    #[test]
    fn a_report_is_there_as_a_whole_and_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().unwrap();
        let target = publish(folder.path(), &["report.json", QUARANTINED], "old").unwrap();
        assert_eq!(target, folder.path().join("a.zip.tierline"));
        fs::write(target.join("mine.txt"), "of a person").unwrap();
        publish(folder.path(), &["report.json", "report.txt"], "new").unwrap();
        assert_eq!(names(&target), ["mine.txt", "report.json", "report.txt"]);
        assert_eq!(fs::read_to_string(target.join("report.json")).unwrap(), "new");
        assert_eq!(names(folder.path()), ["a.zip.tierline"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_file_in_the_place_of_a_report_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("in");
        let other = folder.path().join("other");
        fs::create_dir(&root).unwrap();
        fs::create_dir(&other).unwrap();
        let places: Vec<_> = report_folders(OsStr::new("a.zip")).iter().map(|it| root.join(it)).collect();
        std::os::unix::fs::symlink(&other, &places[0]).unwrap();
        fs::write(&places[1], "uploaded").unwrap();
        let publish = || publish(&root, &["report.json"], "secret");
        assert_eq!(publish().unwrap(), places[2]);
        assert_eq!((names(&places[2]), names(&other)), (vec!["report.json".to_owned()], Vec::new()));
        // It goes to its usual place when that is free, and is in one place only.
        fs::remove_file(&places[0]).unwrap();
        assert_eq!(publish().unwrap(), places[0]);
        assert!(!places[2].exists());
        fs::remove_dir_all(&places[0]).unwrap();
        places.iter().for_each(|it| fs::write(it, "uploaded").unwrap());
        assert!(publish().unwrap_err().to_string().contains("in the way"));
        assert_eq!(names(&root).len(), places.len());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_link_that_comes_in_the_place_of_a_report_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("in"), folder.path().join("other"));
        fs::create_dir(&root).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(other.join("report.json"), "of another").unwrap();
        let target = publish(&root, &["report.json"], "old").unwrap();
        let place = Inside::open(&root, &root).unwrap();
        let reports = place.inner(OsStr::new("a.zip.tierline")).unwrap();
        // Since it was looked at.
        fs::rename(&target, root.join("moved")).unwrap();
        std::os::unix::fs::symlink(&other, &target).unwrap();
        let text = |folder: &Path| fs::read_to_string(folder.join("report.json")).unwrap();
        let workplace = Workplace::new(Path::new("store.db"));
        let draft = workplace.draft(&place).unwrap();
        note(draft.folder(), "report.json", "new").unwrap();
        draft.replace(&reports).unwrap();
        assert_eq!((text(&root.join("moved")), text(&other)), ("new".to_owned(), "of another".to_owned()));
        remove_ours(&reports).unwrap();
        remove_reports(&place, OsStr::new("a.zip.tierline")).unwrap();
        assert_eq!((names(&root.join("moved")).len(), text(&other)), (0, "of another".to_owned()));
        assert!(fs::symlink_metadata(&target).is_ok());
    }

    #[test]
    fn reports_that_are_larger_than_ours_are_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let place = Inside::open(folder.path(), folder.path()).unwrap();
        let target = publish(folder.path(), &["report.html"], "x").unwrap();
        fs::write(target.join(JSON), "{\"inputs\": [{\"sha256\": \"a1\"}]}").unwrap();
        let reports = place.inner(OsStr::new("a.zip.tierline")).unwrap();
        let workplace = Workplace::new(Path::new("store.db"));
        let take = || workplace.draft(&place).unwrap().take_reports(&reports, "a1").unwrap();
        let resize = |bytes| {
            File::options().write(true).open(target.join("report.html")).unwrap().set_len(bytes).unwrap();
        };
        resize(MOST);
        assert!(take());
        resize(MOST + 1);
        assert!(!take());
    }

    #[test]
    fn what_is_not_published_goes() {
        let folder = tempfile::tempdir().unwrap();
        let place = Inside::open(folder.path(), folder.path()).unwrap();
        let workplace = Workplace::new(Path::new("store.db"));
        drop(workplace.draft(&place).unwrap());
        assert_eq!(names(folder.path()), Vec::<String>::new());
        // As if the program had been killed.
        let left = workplace.draft(&place).unwrap();
        fs::write(left.folder().join("report.json"), "half").unwrap();
        std::mem::forget(left);
        Workplace::new(Path::new("other.db")).clean_up(&place);
        assert_eq!(names(folder.path()).len(), 1);
        Workplace::new(Path::new("store.db")).clean_up(&place);
        assert_eq!(names(folder.path()).len(), 0);
    }
}
