//! What lies in a watched folder: the look that finds everything, whatever events were lost.

use super::facts::Facts;
use super::inside::{Inside, is_gone};
use super::names::{self, Name};
use super::publish::ours;
pub use crate::store::UNASSIGNED;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Folders below that of a customer which are looked into.
const DEPTH: usize = 8;

/// Why the folder of a customer is not looked into.
const NAMELESS: &str = "its name is no UTF-8, so that it names no customer; rename it, nothing in it is read before";

/// A file that may be a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) customer: String,
    pub(super) facts: Facts,
    /// A file beside it says that it is complete.
    pub(super) is_marked: bool,
}

/// What a look has found.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// Folders that were looked into, the given one too.
    pub(super) folders: Vec<PathBuf>,
    /// Files that are still being uploaded, by size and time of the content: one that has another name later was renamed.
    pub(super) unfinished: Vec<(u64, i64)>,
    /// Folders that could not be looked into.
    pub(super) failed: Vec<(PathBuf, io::Error)>,
}

/// Looks at all files below a folder, sorted by name, those of a folder before those of its folders.
pub(super) fn scan(root: &Path, found: &mut dyn FnMut(Found)) -> Scanned {
    let mut scanned = Scanned::default();
    let mut folders = vec![(root.to_path_buf(), None::<String>, 0)];
    while let Some((folder, customer, depth)) = folders.pop() {
        let listed = list(root, &folder, customer.as_deref(), found, &mut scanned);
        match listed {
            Ok(mut inner) => {
                // The first is taken from the end.
                inner.sort_by(|a, b| b.cmp(a));
                if depth == DEPTH && !inner.is_empty() {
                    let why = format!("folders in it are not looked into: more than {DEPTH} in each other");
                    scanned.failed.push((folder.clone(), io::Error::other(why)));
                    inner.clear();
                }
                for name in inner {
                    let path = folder.join(&name);
                    match customer.clone().map_or_else(|| name.into_string(), Ok) {
                        Ok(customer) => folders.push((path, Some(customer), depth + 1)),
                        // With signs that stand for any other, two customers could become one.
                        Err(_) => scanned.failed.push((path, io::Error::other(NAMELESS))),
                    }
                }
                scanned.folders.push(folder);
            }
            // It may have been removed meanwhile.
            Err(error) if is_gone(&error) && depth > 0 => {}
            Err(error) => scanned.failed.push((folder, error)),
        }
    }
    scanned
}

/// Looks at the files of one folder; returns the names of its folders.
fn list(
    root: &Path,
    folder: &Path,
    customer: Option<&str>,
    found: &mut dyn FnMut(Found),
    scanned: &mut Scanned,
) -> io::Result<Vec<OsString>> {
    let (mut inner, mut bundles, mut markers) = (Vec::new(), Vec::new(), HashMap::new());
    let place = Inside::open(root, folder)?;
    for entry in fs::read_dir(place.path())? {
        let entry = match entry {
            Ok(entry) => entry,
            // What was listed so far is there all the same.
            Err(error) => {
                scanned.failed.push((folder.to_path_buf(), error));
                break;
            }
        };
        let name = entry.file_name();
        let path = folder.join(&name);
        // Links are not followed: they could lead to another customer's files.
        let metadata = match entry.metadata() {
            Ok(metadata) => metadata,
            // Gone since it was listed.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                scanned.failed.push((path, error));
                continue;
            }
        };
        if metadata.is_dir() {
            if names::is_looked_into(&name) || names::is_report(&name) {
                inner.push(name);
            }
            continue;
        }
        let Some(facts) = Facts::new(&metadata) else { continue };
        match names::judge(&name) {
            Name::Bundle => bundles.push((name, path, facts)),
            Name::Marker(of) => drop(markers.insert(of, facts)),
            Name::Unfinished => scanned.unfinished.push((facts.bytes, facts.modified)),
        }
    }
    bundles.sort_by(|a, b| a.0.cmp(&b.0));
    // Somebody may upload a folder of such a name.
    inner.retain(|name| !names::is_report(name) || !is_report_of(&place, name, &bundles));
    for (name, path, facts) in bundles {
        let is_marked = markers.get(&name).is_some_and(|marker| is_marked_by(&facts, marker));
        let customer = customer.unwrap_or(UNASSIGNED).to_owned();
        found(Found { path, customer, facts, is_marked });
    }
    Ok(inner)
}

/// Whether a folder that has the name of one with a report is one: its bundle is beside it, or a report is in it.
fn is_report_of(folder: &Inside, name: &OsStr, bundles: &[(OsString, PathBuf, Facts)]) -> bool {
    let bundle = Path::new(name).file_stem().unwrap_or_default();
    bundles.binary_search_by(|it| it.0.as_os_str().cmp(bundle)).is_ok()
        || ours().any(|it| fs::symlink_metadata(folder.at(name).join(it)).is_ok())
}

/// Looks at one file.
pub(super) fn look(root: &Path, path: &Path) -> io::Result<Option<Found>> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(None) };
    let place = match Inside::open(root, folder) {
        Err(error) if is_gone(&error) => return Ok(None),
        place => place?,
    };
    let Some(facts) = Facts::of(&place.at(name))? else { return Ok(None) };
    let marker = Facts::of(&names::marker_of(&place.at(name)))?;
    let is_marked = marker.is_some_and(|marker| is_marked_by(&facts, &marker));
    let Some(customer) = customer_of(root, path) else { return Ok(None) };
    Ok(Some(Found { path: path.to_path_buf(), customer, facts, is_marked }))
}

/// Whether a marker speaks of this file: one that is older than the last change was left by an earlier upload.
fn is_marked_by(facts: &Facts, marker: &Facts) -> bool {
    marker.modified >= facts.modified && marker.changed >= facts.changed
}

/// Whose a file is: the first folder below the watched one says so. Nobody's, if its name is no text.
fn customer_of(root: &Path, path: &Path) -> Option<String> {
    let mut parts = path.strip_prefix(root).ok()?.components();
    match (parts.next()?, parts.next()) {
        (_, None) => Some(UNASSIGNED.to_owned()),
        (first, Some(_)) => first.as_os_str().to_str().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(root: &Path) -> Vec<(String, String, bool)> {
        let mut files = Vec::new();
        let scanned = scan(root, &mut |found| {
            assert_eq!(look(root, &found.path).unwrap().unwrap(), found);
            let path = found.path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.push((path, found.customer, found.is_marked));
        });
        assert!(scanned.failed.is_empty());
        files.sort();
        files
    }

    #[test]
    fn the_first_folder_says_whose_a_file_is() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in [
            "a.zip",
            "acme/b.zip",
            "acme/deep/c.log",
            "bolt/d.zip.part",
            "x.tierline/report.json",
            ".git/e",
            "own.tierline/f.log",
        ] {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), path).unwrap();
        }
        fs::write(root.join("acme/b.zip.done"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("a.zip"), root.join("link.zip")).unwrap();
        let own = |path: &str, customer: &str, is_marked| (path.to_owned(), customer.to_owned(), is_marked);
        let expected = [
            own("a.zip", "unassigned", false),
            own("acme/b.zip", "acme", true),
            own("acme/deep/c.log", "acme", false),
            own("own.tierline/f.log", "own.tierline", false),
        ];
        assert_eq!(files(root), expected);
        // A marker that was there before the file does not speak of it.
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
        fs::File::options().write(true).open(root.join("acme/b.zip")).unwrap().set_modified(later).unwrap();
        assert_eq!(files(root)[1], own("acme/b.zip", "acme", false));
        assert_eq!(scan(root, &mut |_| {}).unfinished.len(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn two_folders_whose_names_are_no_text_are_not_one_customer() {
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        for name in [b"M\xfcller".as_slice(), b"M\xf6ller", "Müller".as_bytes()] {
            let path = folder.path().join(OsStr::from_bytes(name));
            fs::create_dir(&path).unwrap();
            fs::write(path.join("a.log"), name).unwrap();
        }
        let mut customers = Vec::new();
        let scanned = scan(folder.path(), &mut |it| customers.push(it.customer));
        assert_eq!(customers, ["Müller"]);
        let failed: Vec<_> = scanned.failed.iter().map(|it| (it.0.file_name().unwrap().as_bytes(), &it.1)).collect();
        assert_eq!(failed.iter().map(|it| it.0).collect::<Vec<_>>(), [b"M\xfcller".as_slice(), b"M\xf6ller"]);
        assert!(failed.iter().all(|it| it.1.to_string().contains("rename it")), "{failed:?}");
        assert!(look(folder.path(), &scanned.failed[0].0.join("a.log")).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_folder_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("in"), folder.path().join("other"));
        fs::create_dir_all(root.join("acme")).unwrap();
        fs::create_dir(&other).unwrap();
        fs::write(other.join("a.log"), "of another customer").unwrap();
        fs::write(root.join("acme/a.log"), "own").unwrap();
        let path = root.join("acme/a.log");
        assert!(look(&root, &path).unwrap().is_some());
        // As if that had happened since the file was found.
        fs::rename(root.join("acme"), root.join("moved")).unwrap();
        std::os::unix::fs::symlink(&other, root.join("acme")).unwrap();
        assert_eq!(look(&root, &path).unwrap(), None);
        assert!(list(&root, &root.join("acme"), None, &mut |_| panic!(), &mut Scanned::default()).is_err());
    }

    #[test]
    fn what_is_too_deep_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("1/2/3/4/5/6/7/8");
        fs::create_dir_all(&deep).unwrap();
        fs::write(deep.join("a.log"), "").unwrap();
        let mut found = Vec::new();
        assert!(scan(folder.path(), &mut |it| found.push(it.path)).failed.is_empty());
        assert_eq!(found, [deep.join("a.log")]);
        fs::create_dir(deep.join("9")).unwrap();
        let scanned = scan(folder.path(), &mut |_| {});
        assert_eq!(scanned.failed.iter().map(|it| it.0.clone()).collect::<Vec<_>>(), [deep]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let scanned = scan(Path::new("/nonexistent/tierline"), &mut |_| {});
        assert_eq!((scanned.failed.len(), scanned.folders.len()), (1, 0));
    }
}
