//! Under which names redacted texts are written: paths out of a bundle, made harmless on every system.

use crate::bundle::is_hidden;
use std::collections::HashSet;

/// Names of systems' devices, which no file may have on Windows.
const DEVICES: &[&str] = &[
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
    "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Ends of names of compressed files, whose texts are not compressed any more.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".zst", ".lz4", ".lzma", ".Z"];

/// Letters of a part of a path that are kept.
const LONGEST: usize = 120;

/// Makes a relative path with `/` of which every part is a plain name on every system. It stays below the folder to which it
/// is joined.
pub fn harmless(path: &str) -> String {
    let path = PACKED.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let mut parts: Vec<String> = Vec::new();
    for part in path.replace("!/", "/").split('/').filter(|part| !part.is_empty() && *part != ".") {
        let replaced = |c: char| if is_hidden(c) || "<>:\"|?*\\".contains(c) { '_' } else { c };
        let mut part: String = part.chars().take(LONGEST).map(replaced).collect();
        while part.ends_with(['.', ' ']) {
            part.pop();
            part.push('_');
        }
        let stem = part.split('.').next().unwrap_or_default().to_ascii_lowercase();
        parts.push(if DEVICES.contains(&&*stem) { format!("_{part}") } else { part });
    }
    if parts.is_empty() { "_".to_owned() } else { parts.join("/") }
}

/// Gives every file a name of its own, on systems too that do not tell `A` from `a`.
#[derive(Debug, Default)]
pub struct FreeNames {
    taken: HashSet<String>,
}

impl FreeNames {
    /// Returns the name, with a number behind it if another file has it. In the same order all get the same names.
    pub fn take(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(free.to_lowercase()) {
            free = format!("{name}~{number}");
            number += 1;
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Component, Path};

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
            let is_plain = |it: Component<'_>| matches!(it, Component::Normal(_));
            assert!(Path::new(&name).components().all(is_plain), "{path} -> {name}");
        }
        assert_eq!(harmless("../nul.txt"), "._/_nul.txt");
        assert_eq!(harmless("case.zip!/logs/a.log.gz"), "case.zip/logs/a.log");
    }

    #[test]
    fn equal_names_get_numbers() {
        let mut free = FreeNames::default();
        let names = ["x/A.log", "x/a.log", "x/A.log", "b"].map(|it| free.take(it));
        assert_eq!(names, ["x/A.log", "x/a.log~2", "x/A.log~3", "b"]);
    }
}
