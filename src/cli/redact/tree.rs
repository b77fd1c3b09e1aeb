//! Under which names redacted texts are written: names out of a bundle, redacted and made harmless.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use tierline::bundle::{FilePath, is_hidden};
use tierline::redact::Redactor;

/// Names of systems' devices, which no file may have on Windows.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Ends of names of compressed files, whose texts are not compressed any more.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z"];

/// Returns the name of each file below the folder of results. They are sorted, so equal names get the same numbers in every
/// run.
pub(super) fn names(paths: &[FilePath], inputs: &[PathBuf], redactor: &Redactor) -> BTreeMap<FilePath, PathBuf> {
    let plain = Plain::new(inputs);
    let mut taken = HashSet::new();
    let mut names = BTreeMap::new();
    for path in paths {
        let name = harmless(redactor.str(plain.relative(path)).as_str());
        let mut unique = name.clone();
        let mut number = 2;
        // Also where case does not count, and where a file would have to be a folder.
        while !taken.insert(unique.to_string_lossy().to_lowercase()) {
            unique =
                name.with_file_name(format!("{}~{number}", name.file_name().unwrap_or_default().to_string_lossy()));
            number += 1;
        }
        names.insert(path.clone(), unique);
    }
    names
}

/// Names without what stands before the inputs.
pub(super) struct Plain {
    /// The folders of the inputs, the longest first.
    parents: Vec<String>,
}

impl Plain {
    pub(super) fn new(inputs: &[PathBuf]) -> Plain {
        let parents = inputs.iter().filter_map(|it| it.parent()).map(|it| it.to_string_lossy().replace('\\', "/"));
        let mut parents: Vec<String> = parents.filter(|it| !it.is_empty()).collect();
        parents.sort_by_key(|it| std::cmp::Reverse(it.len()));
        Plain { parents }
    }

    fn relative<'p>(&self, path: &'p str) -> &'p str {
        let inside = |parent: &String| path.strip_prefix(parent.as_str())?.strip_prefix('/');
        self.parents.iter().find_map(inside).unwrap_or(path)
    }

    /// Returns the name of a file below the folder of results.
    pub(super) fn name(&self, path: &str) -> PathBuf {
        harmless(self.relative(path))
    }
}

/// Makes a relative path of which every part is a plain name on every system.
fn harmless(path: &str) -> PathBuf {
    let path = PACKED.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let mut name = PathBuf::new();
    for part in path.replace("!/", "/").split('/').filter(|part| !part.is_empty() && *part != ".") {
        let replaced = |c: char| if is_hidden(c) || "<>:\"|?*\\".contains(c) { '_' } else { c };
        let mut part: String = part.chars().take(120).map(replaced).collect();
        while part.ends_with(['.', ' ']) {
            part.pop();
            part.push('_');
        }
        let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        name.push(if DEVICES.contains(&&*stem) { format!("_{part}") } else { part });
    }
    if name.as_os_str().is_empty() { Path::new("_").to_path_buf() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Component;
    use tierline::redact::{CustomerKey, Names, Options};

    fn names_of(paths: &[&str], inputs: &[&str]) -> Vec<String> {
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &Names::default());
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let paths: Vec<FilePath> = paths.iter().map(|it| FilePath::from(*it)).collect();
        names(&paths, &inputs, &redactor).values().map(|it| it.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn names_stay_below_the_folder() {
        for path in [
            "../../etc/passwd",
            "/etc/passwd",
            "a/../../b",
            "C:\\x",
            "nul",
            "com1.log",
            "a. ",
            "..",
            "x:y",
            "",
            "!/",
            "~",
        ] {
            let name = harmless(path);
            assert!(name.components().all(|it| matches!(it, Component::Normal(_))), "{path} -> {name:?}");
        }
        assert_eq!(harmless("../nul.txt"), Path::new("._").join("_nul.txt"));
    }

    #[test]
    fn archives_become_folders_and_inputs_lose_their_place() {
        assert_eq!(names_of(&["/tmp/in/case.zip!/logs/a.log.gz"], &["/tmp/in/case.zip"]), ["case.zip/logs/a.log"]);
        assert_eq!(names_of(&["case.zip!/a.log"], &["case.zip"]), ["case.zip/a.log"]);
    }

    #[test]
    fn equal_names_get_numbers_and_names_are_redacted() {
        assert_eq!(names_of(&["x/A.log", "x/a.log"], &["x"]), ["x/A.log", "x/a.log~2"]);
        let names = names_of(&["x/srv01.contoso.com.log", "x/home/jdoe/b.log"], &["x"]);
        assert!(names.iter().all(|it| !it.contains("jdoe")), "{names:?}");
    }
}
