//! What a name in a watched folder stands for.

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

/// Whether a folder is looked into: reports and hidden folders are not.
pub(super) fn is_looked_into(name: &OsStr) -> bool {
    let is_report = Path::new(name).extension().is_some_and(|it| it == REPORT_FOLDER);
    !is_report && !name.as_encoded_bytes().starts_with(b".")
}

/// The folder of a bundle's report: `case.zip.tierline` for `case.zip`.
pub fn report_folder(bundle: &Path) -> PathBuf {
    beside(bundle, REPORT_FOLDER)
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
}
