//! The files of the given paths: folders in, a list of files with the names that people see out.

use super::{FilePath, Problem, ProblemKind, name};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file on disk.
pub(super) struct Listed {
    pub(super) path: PathBuf,
    /// As people read it.
    pub(super) shown: FilePath,
    /// Bytes when it was listed.
    pub(super) bytes: u64,
    /// The number of the given path it belongs to.
    pub(super) input: usize,
}

/// Adds the files of a folder to `files`, sorted by their paths, those of a folder before those of its folders; what is no file or cannot be listed goes to `problems`.
pub(super) fn list_folder(
    input: usize,
    folder: &Path,
    shown: &str,
    files: &mut Vec<Listed>,
    problems: &mut Vec<Problem>,
) {
    // Not recursive: folders can be nested deeper than a stack.
    let mut folders = vec![(folder.to_owned(), shown.to_owned())];
    while let Some((folder, shown)) = folders.pop() {
        let problem = |shown: &str, kind, message: String| Problem { file: shown.into(), kind, message };
        let mut names = match names(&folder) {
            Ok(names) => names,
            Err(error) => {
                problems.push(problem(&shown, ProblemKind::Unreadable, error.to_string()));
                continue;
            }
        };
        names.sort();
        let (mut inner, first) = (Vec::new(), files.len());
        for name in names {
            let path = folder.join(&name);
            let shown = match shown.as_str() {
                "" => name::shown(name.as_encoded_bytes()),
                shown => format!("{shown}/{}", name::shown(name.as_encoded_bytes())),
            };
            match fs::symlink_metadata(&path) {
                Ok(facts) if facts.is_dir() => inner.push((path, shown)),
                Ok(facts) if facts.is_file() => {
                    files.push(Listed { path, shown: shown.into(), bytes: facts.len(), input });
                }
                Ok(facts) => problems.push(problem(&shown, ProblemKind::Skipped, not_file(&facts).to_owned())),
                Err(error) => problems.push(problem(&shown, ProblemKind::Unreadable, error.to_string())),
            }
        }
        if let Some(own) = files.get_mut(first..) {
            own.sort_by(|a, b| a.shown.cmp(&b.shown));
        }
        folders.extend(inner.into_iter().rev());
    }
}

fn names(folder: &Path) -> io::Result<Vec<std::ffi::OsString>> {
    fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

/// Returns what something is that is neither file nor folder.
pub(super) fn not_file(facts: &fs::Metadata) -> &'static str {
    match facts.is_symlink() {
        true => "symbolic link",
        false => "device, pipe or socket",
    }
}

/// Returns how each given path is shown: by its last component, or as it was given if another one has the same. A path
/// that was given twice gets a number.
pub(super) fn shown_inputs(paths: &[PathBuf]) -> Vec<String> {
    let short: Vec<String> = paths.iter().map(|path| last_component(path)).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for name in &short {
        *uses.entry(name).or_default() += 1;
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let unique = |(path, name): (&PathBuf, &String)| {
        let shown = match uses.get(name.as_str()) {
            Some(2..) => name::shown(path.as_os_str().as_encoded_bytes()),
            _ => name.clone(),
        };
        let count = seen.entry(shown.clone()).or_default();
        *count += 1;
        match count {
            1 => shown,
            count => format!("{shown} ({count})"),
        }
    };
    paths.iter().zip(&short).map(unique).collect()
}

/// `.` and `..` have no name of their own: the folder behind them has. The root has none.
fn last_component(path: &Path) -> String {
    let real;
    let name = match path.file_name() {
        Some(name) => name,
        None => {
            real = fs::canonicalize(path).unwrap_or_default();
            real.file_name().unwrap_or_default()
        }
    };
    match name.is_empty() {
        true => String::new(),
        false => name::shown(name.as_encoded_bytes()),
    }
}
