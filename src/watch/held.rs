//! A bundle on its way out: it gets a name that nobody uploads under, is looked at once more, and goes, or gets its name back. What has
//! come under the same name since is not touched.

use super::facts::Facts;
use super::inside::Inside;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// How the folders begin in which bundles lie for that moment.
const FOLDER: &str = ".tierline-held-";

/// A file that was taken from its place.
pub(super) struct Held<'a> {
    place: &'a Inside,
    name: &'a OsStr,
    folder: PathBuf,
    /// The same, and it stays the one that was made: whoever uploads may put a link in its place.
    inside: Inside,
}

/// By what a file is known to be the same when only its name has changed, which changes the time of its last change.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Same {
    bytes: u64,
    modified: i64,
    #[cfg(unix)]
    number: (u64, u64),
}

impl Same {
    /// That of a file with its facts; `None` if there is none.
    pub(super) fn of(path: &Path) -> io::Result<Option<(Facts, Same)>> {
        let metadata = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            metadata => metadata?,
        };
        let Some(facts) = Facts::new(&metadata) else { return Ok(None) };
        let Facts { bytes, modified, .. } = facts;
        #[cfg(unix)]
        let number = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        let same = Same {
            bytes,
            modified,
            #[cfg(unix)]
            number,
        };
        Ok(Some((facts, same)))
    }
}

impl<'a> Held<'a> {
    /// Takes a file from its place.
    pub(super) fn new(place: &'a Inside, name: &'a OsStr) -> io::Result<Held<'a>> {
        let mut number = 0;
        let own = loop {
            let own = OsString::from(format!("{FOLDER}{}-{number}", std::process::id()));
            match fs::create_dir(place.at(&own)) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
                made => break made.map(|()| own)?,
            }
        };
        let held = Held { place, name, folder: place.at(&own), inside: place.inner(&own)? };
        fs::rename(place.at(name), held.path())?;
        Ok(held)
    }

    /// Where it lies now.
    pub(super) fn path(&self) -> PathBuf {
        self.inside.at(self.name)
    }

    /// Removes it.
    pub(super) fn remove(self) -> io::Result<()> {
        fs::remove_file(self.path())
    }

    /// Gives it its name back, or another one if that is taken.
    pub(super) fn put_back(self) -> io::Result<()> {
        put_back(self.place, &self.path(), self.name)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // If something is in it still, it is put back later.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// Puts back what a run that was killed has held in a folder, or what the system would not let go of.
pub(super) fn put_all_back(place: &Inside) {
    let Ok(entries) = fs::read_dir(place.path()) else { return };
    let names = entries.flatten().map(|it| it.file_name());
    for folder in names.filter(|it| it.as_encoded_bytes().starts_with(FOLDER.as_bytes())) {
        // What is in the folder behind a link was not held here: it is another customer's.
        let Ok(held) = place.inner(&folder) else { continue };
        // What cannot be put back now is at the next time.
        for file in fs::read_dir(held.path()).into_iter().flatten().flatten() {
            let name = file.file_name();
            let _ = put_back(place, &held.at(&name), &name);
        }
        let _ = fs::remove_dir(place.at(&folder));
    }
}

fn put_back(place: &Inside, held: &Path, name: &OsStr) -> io::Result<()> {
    for number in 0..1000 {
        let target = place.at(numbered(name, number));
        // A link does not replace, and nobody takes it for an upload that was renamed because it is complete.
        match fs::hard_link(held, &target) {
            Ok(()) => return fs::remove_file(held),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            // A file system without links.
            Err(_) if fs::symlink_metadata(&target).is_err_and(|it| it.kind() == ErrorKind::NotFound) => {
                return fs::rename(held, &target);
            }
            Err(error) if fs::symlink_metadata(&target).is_err() => return Err(error),
            Err(_) => {}
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// `case.zip`, `case~1.zip`, ...
fn numbered(name: &OsStr, number: u32) -> OsString {
    let path = Path::new(name);
    let (Some(stem), 1..) = (path.file_stem(), number) else { return name.to_owned() };
    let mut other = stem.to_owned();
    other.push(format!("~{number}"));
    if let Some(ending) = path.extension() {
        other.push(".");
        other.push(ending);
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(folder: &Path) -> Vec<(String, String)> {
        let entries = folder.read_dir().unwrap().map(|it| it.unwrap());
        let mut all: Vec<_> =
            entries.map(|it| (it.file_name().into_string().unwrap(), fs::read_to_string(it.path()).unwrap())).collect();
        all.sort();
        all
    }

    fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect()
    }

    #[test]
    fn what_is_held_is_known_again_and_gets_its_name_back() {
        let folder = tempfile::tempdir().unwrap();
        let (place, path) = (Inside::open(folder.path(), folder.path()).unwrap(), folder.path().join("a.zip"));
        fs::write(&path, "old").unwrap();
        let before = Same::of(&path).unwrap().unwrap().1;
        let held = Held::new(&place, OsStr::new("a.zip")).unwrap();
        assert_eq!(Same::of(&held.path()).unwrap().unwrap().1, before);
        assert!(!path.exists());
        held.put_back().unwrap();
        assert_eq!(texts(folder.path()), pairs(&[("a.zip", "old")]));
        // Another one has come under its name.
        let held = Held::new(&place, OsStr::new("a.zip")).unwrap();
        fs::write(&path, "new").unwrap();
        assert_ne!(Same::of(&path).unwrap().unwrap().1, before);
        held.put_back().unwrap();
        assert_eq!(texts(folder.path()), pairs(&[("a.zip", "new"), ("a~1.zip", "old")]));
        Held::new(&place, OsStr::new("a~1.zip")).unwrap().remove().unwrap();
        assert_eq!(texts(folder.path()), pairs(&[("a.zip", "new")]));
    }

    #[cfg(unix)]
    #[test]
    fn nothing_of_another_customer_is_taken_by_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (acme, bolt) = (folder.path().join("acme"), folder.path().join("bolt"));
        fs::create_dir(&acme).unwrap();
        fs::create_dir(&bolt).unwrap();
        fs::write(bolt.join("a.zip"), "of bolt").unwrap();
        let place = Inside::open(folder.path(), &acme).unwrap();
        // Left where it looks like what a killed run has held.
        std::os::unix::fs::symlink(&bolt, acme.join(format!("{FOLDER}1-0"))).unwrap();
        put_all_back(&place);
        assert_eq!(texts(&bolt), pairs(&[("a.zip", "of bolt")]));
        assert!(!acme.join("a.zip").exists());
        // Put in the place of the folder while it holds something.
        fs::write(acme.join("a.zip"), "of acme").unwrap();
        let held = Held::new(&place, OsStr::new("a.zip")).unwrap();
        fs::rename(&held.folder, acme.join("moved")).unwrap();
        std::os::unix::fs::symlink(&bolt, &held.folder).unwrap();
        held.remove().unwrap();
        assert_eq!(texts(&bolt), pairs(&[("a.zip", "of bolt")]));
        assert_eq!(acme.join("moved").read_dir().unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_run_has_held_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let place = Inside::open(folder.path(), folder.path()).unwrap();
        fs::write(folder.path().join("messages"), "old").unwrap();
        std::mem::forget(Held::new(&place, OsStr::new("messages")).unwrap());
        fs::write(folder.path().join("messages"), "new").unwrap();
        put_all_back(&place);
        assert_eq!(texts(folder.path()), pairs(&[("messages", "new"), ("messages~1", "old")]));
    }
}
