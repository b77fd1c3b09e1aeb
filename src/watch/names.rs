//! What a name in a watched folder stands for.

use super::protocol::hex;
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What stands behind the name of a bundle in the name of the folder with its report.
pub const REPORT_FOLDER: &str = "tierline";
/// What stands behind the name of a bundle in that of the file which says that it is complete.
pub const MARKER: &str = "done";
/// How the folders begin in which reports are made.
pub(super) const WORK_FOLDER: &str = ".tierline-work-";

/// Endings of files that are still being uploaded: of browsers, WinSCP, FileZilla, rclone and others.
const UNFINISHED: &[&str] = &[
    "part",
    "partial",
    "tmp",
    "temp",
    "filepart",
    "crdownload",
    "download",
    "opdownload",
    "incomplete",
    "inprogress",
    "uploading",
];

/// What a file is by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A bundle, if it is complete.
    Bundle,
    /// An upload that will be renamed; hidden files too.
    Unfinished,
    /// Says that the file of this name is complete.
    Marker(OsString),
}

/// Judges a file by its name.
pub(super) fn judge(name: &OsStr) -> Name {
    let bytes = name.as_encoded_bytes();
    // `~$` is how office programs lock a document.
    if bytes.starts_with(b".") || bytes.starts_with(b"~$") || bytes.ends_with(b"~") {
        return Name::Unfinished;
    }
    let path = Path::new(name);
    match path.extension() {
        Some(ending) if ending.eq_ignore_ascii_case(MARKER) => {
            Name::Marker(path.file_stem().unwrap_or_default().to_owned())
        }
        Some(ending) if UNFINISHED.iter().any(|it| ending.eq_ignore_ascii_case(it)) => Name::Unfinished,
        _ => Name::Bundle,
    }
}

/// Whether a folder is looked into: hidden ones are not, and reports are not.
pub(super) fn is_looked_into(name: &OsStr) -> bool {
    !is_report(name) && !name.as_encoded_bytes().starts_with(b".")
}

/// Whether a folder is one with a report, by its name.
pub(super) fn is_report(name: &OsStr) -> bool {
    Path::new(name).extension().is_some_and(|it| it == REPORT_FOLDER)
}

/// The folder of a bundle's report: `case.zip.tierline` for `case.zip`.
pub fn report_folder(bundle: &Path) -> PathBuf {
    beside(bundle, REPORT_FOLDER)
}

/// The names that the folder of a bundle's report may have. The first is the usual one; another is taken where that is too long, or
/// belongs to a file that somebody has uploaded: `case.zip~0a1b2c3d.tierline`.
pub(super) fn report_folders(bundle: &OsStr) -> Vec<OsString> {
    /// Bytes that a name may have nearly everywhere.
    const MOST: usize = 255;
    const OTHERS: u8 = 3;
    let usual = report_folder(Path::new(bundle)).into_os_string();
    let other = |number: u8| {
        let mut hash = Sha256::new();
        hash.update([number]);
        hash.update(bundle.as_encoded_bytes());
        let ending = format!("~{}.{REPORT_FOLDER}", hex(hash.finalize().get(..4).unwrap_or_default()));
        let mut begin = bundle.to_string_lossy().into_owned();
        begin.truncate(begin.floor_char_boundary(MOST - ending.len()));
        OsString::from(begin + &ending)
    };
    Some(usual).filter(|it| it.len() <= MOST).into_iter().chain((0..OTHERS).map(other)).collect()
}

/// The file that says that a bundle is complete: `case.zip.done` for `case.zip`.
pub(super) fn marker_of(bundle: &Path) -> PathBuf {
    beside(bundle, MARKER)
}

fn beside(bundle: &Path, ending: &str) -> PathBuf {
    let mut name = bundle.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    bundle.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_still_uploaded() {
        let judge = |name: &str| judge(OsStr::new(name));
        for name in ["case.zip", "messages", "a.log.1", "part", "done", "tmp.zip", "x.tierline.zip"] {
            assert_eq!(judge(name), Name::Bundle, "{name}");
        }
        for name in
            [".case.zip.Xa12", "case.zip.part", "case.zip.PART", "a.tmp", "a.filepart", "a.crdownload", "~$a", "a~"]
        {
            assert_eq!(judge(name), Name::Unfinished, "{name}");
        }
        assert_eq!(judge("case.zip.done"), Name::Marker("case.zip".into()));
        // What is being uploaded is no marker.
        assert_eq!(judge(".done"), Name::Unfinished);
        assert!(is_looked_into(OsStr::new("acme")));
        for name in ["case.zip.tierline", ".git", ".tierline-work-1"] {
            assert!(!is_looked_into(OsStr::new(name)), "{name}");
        }
        assert_eq!(report_folder(Path::new("/in/a.zip")), Path::new("/in/a.zip.tierline"));
        assert_eq!(marker_of(Path::new("/in/a")), Path::new("/in/a.done"));
    }

    #[test]
    fn there_is_a_folder_for_the_report_of_each_name() {
        assert_eq!(report_folders(OsStr::new("a.zip")).first().map(|it| &**it), Some(OsStr::new("a.zip.tierline")));
        let mut all = std::collections::BTreeSet::new();
        for name in ["a".repeat(246), "a".repeat(247), "a".repeat(255), "a".repeat(254) + "b", "ä".repeat(127)] {
            for folder in report_folders(OsStr::new(&name)) {
                assert!(folder.len() <= 255 && is_report(&folder));
                assert!(all.insert(folder));
            }
        }
        assert_eq!(all.len(), 5 * 3 + 1);
    }
}
