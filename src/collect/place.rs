//! From the pattern of a path to the files that it fits: on this machine, or below a folder that holds the disk of another one.
//!
//! No link is followed on the way, and no file is opened.

use super::Host;
use super::disk::Folder;
use crate::bundle::is_hidden;
use crate::signature::Os;
use globset::{GlobBuilder, GlobMatcher};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that fits a pattern.
#[derive(Debug)]
pub(super) struct Found {
    /// The folder below which no link is followed.
    pub(super) disk: Arc<Path>,
    /// Where it lies below that.
    pub(super) path: PathBuf,
    /// Its path on the machine that it is of, with `/`: `var/log/messages`, `C/ProgramData/Veeam/a.log`.
    pub(super) origin: String,
    /// What it is; not of what a link leads to.
    pub(super) facts: Metadata,
}

/// What a pattern fits, and what could not be looked at.
#[derive(Debug, Default)]
pub(super) struct Search {
    pub(super) found: Vec<Found>,
    /// Origins and reasons.
    pub(super) refused: Vec<(String, String)>,
}

/// Deeper folders are not looked into.
const DEEPEST: usize = 48;
/// More files than that are not looked for in one pattern.
const MOST: usize = 500_000;

impl Host {
    /// Finds what fits a pattern, sorted by origin.
    pub(super) fn search(&self, pattern: &str, os: Os) -> Search {
        let mut search = Search::default();
        let Some(start) = self.start(pattern, os) else { return search };
        let disk = match Folder::open(&start.disk) {
            Ok(disk) => disk,
            Err(error) if is_absent(&error) => return search,
            Err(error) => {
                search.refused.push((start.origin, why(&error)));
                return search;
            }
        };
        let mut seen = BTreeSet::new();
        let ignore_case = os == Os::Windows;
        // Not recursive: folders can be nested deeper than a stack. Not open: there can be more than may be open.
        let mut open = vec![(PathBuf::new(), start.origin, 0, 0)];
        while let Some((path, origin, at, depth)) = open.pop() {
            let Some(part) = start.parts.get(at) else { continue };
            let is_last = at + 1 == start.parts.len();
            let mut take = |path: PathBuf, origin: String, facts: Metadata, search: &mut Search| {
                if seen.insert(path.clone()) {
                    search.found.push(Found { disk: Arc::clone(&start.disk), path, origin, facts });
                }
            };
            if search.found.len() >= MOST {
                search.refused.push((origin, format!("more than {MOST} files fit `{pattern}`")));
                break;
            }
            if depth > DEEPEST {
                search.refused.push((origin, format!("folders nested deeper than {DEEPEST}")));
                continue;
            }
            // It was a folder when it was looked at; by now it may be something else.
            let folder = match disk.below(&path) {
                Ok(folder) => folder,
                Err(error) => {
                    search.refused.push((origin, why(&error)));
                    continue;
                }
            };
            // A name needs no list of the folder, which may be forbidden where the file is not.
            if let Part::Name(name) = part
                && (!ignore_case || cfg!(windows))
            {
                match folder.facts(OsStr::new(name)) {
                    Ok(facts) if facts.is_symlink() && !is_last => {
                        search.refused.push((below(&origin, name), LINK.to_owned()));
                    }
                    Ok(facts) if facts.is_dir() && !is_last => {
                        open.push((path.join(name), below(&origin, name), at + 1, depth + 1));
                    }
                    Ok(facts) if is_last => take(path.join(name), below(&origin, name), facts, &mut search),
                    Ok(_) => {}
                    Err(error) if is_absent(&error) => {}
                    Err(error) => search.refused.push((below(&origin, name), why(&error))),
                }
                continue;
            }
            let mut names = match folder.list() {
                Ok(names) => names,
                Err(error) => {
                    search.refused.push((origin, why(&error)));
                    continue;
                }
            };
            names.sort_by(|a, b| b.cmp(a));
            if matches!(part, Part::Folders) && !is_last {
                // No folder at all between.
                open.push((path.clone(), origin.clone(), at + 1, depth));
            }
            for name in names {
                let shown = name.to_string_lossy();
                if !part.fits(&shown, ignore_case) {
                    continue;
                }
                let (path, origin) = (path.join(&name), below(&origin, &shown));
                let facts = match folder.facts(&name) {
                    Ok(facts) => facts,
                    Err(error) if is_absent(&error) => continue,
                    Err(error) => {
                        search.refused.push((origin, why(&error)));
                        continue;
                    }
                };
                match part {
                    Part::Folders if facts.is_dir() => open.push((path, origin, at, depth + 1)),
                    Part::Folders if is_last => take(path, origin, facts, &mut search),
                    Part::Folders => {}
                    _ if is_last => take(path, origin, facts, &mut search),
                    _ if facts.is_dir() => open.push((path, origin, at + 1, depth + 1)),
                    _ if facts.is_symlink() => search.refused.push((origin, LINK.to_owned())),
                    _ => {}
                }
            }
        }
        search.found.sort_by(|a, b| a.origin.cmp(&b.origin));
        search.refused.sort();
        search.refused.dedup();
        search
    }

    /// Where the search for a pattern begins; `None` if it names an unknown place.
    fn start(&self, pattern: &str, os: Os) -> Option<Start> {
        if os != Os::Windows {
            let disk = self.root.as_deref().unwrap_or(Path::new("/")).into();
            return Some(Start { disk, origin: String::new(), parts: parts(pattern, '/', false) });
        }
        let (first, rest) = pattern.split_once('\\')?;
        let first = match first.strip_prefix('%').and_then(|it| it.strip_suffix('%')) {
            Some(name) => self.variable(name)?,
            None => first,
        };
        let (drive, folders) = first.split_once(':')?;
        let whole = format!("{}\\{rest}", folders.trim_matches('\\'));
        let disk = match &self.root {
            Some(root) => root.as_path().into(),
            None => PathBuf::from(format!("{drive}:\\")).into(),
        };
        Some(Start { disk, origin: drive.to_ascii_uppercase(), parts: parts(&whole, '\\', true) })
    }
}

struct Start {
    disk: Arc<Path>,
    origin: String,
    parts: Vec<Part>,
}

/// One name of a pattern.
enum Part {
    Name(String),
    Glob(GlobMatcher),
    /// `**`: folders of any depth, or none; at the end all files in them.
    Folders,
}

impl Part {
    fn fits(&self, name: &str, ignore_case: bool) -> bool {
        match self {
            Part::Name(own) if ignore_case => own.eq_ignore_ascii_case(name),
            Part::Name(own) => own == name,
            Part::Glob(glob) => glob.is_match(name),
            Part::Folders => true,
        }
    }
}

fn parts(pattern: &str, separator: char, ignore_case: bool) -> Vec<Part> {
    let part = |part: &str| {
        if part == "**" {
            return Part::Folders;
        }
        let is_glob = part.contains(['*', '?', '[', '{']);
        let glob = GlobBuilder::new(part).case_insensitive(ignore_case).backslash_escape(false).build();
        match glob.ok().filter(|_| is_glob) {
            Some(glob) => Part::Glob(glob.compile_matcher()),
            None => Part::Name(part.to_owned()),
        }
    };
    pattern.split(separator).filter(|it| !it.is_empty()).map(part).collect()
}

/// Why a link is not taken.
pub(super) const LINK: &str = "a link, which is not followed";

/// Paths of others, as people and archives may read them.
pub(super) fn below(origin: &str, name: &str) -> String {
    let name: String = name.chars().map(|it| if is_hidden(it) || it == '/' { '_' } else { it }).collect();
    if origin.is_empty() { name } else { format!("{origin}/{name}") }
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// Says why something could not be looked at, in words that no log uses.
pub(super) fn why(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "not readable by this user".to_owned(),
        std::io::ErrorKind::NotFound => "not there any more".to_owned(),
        // ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION.
        _ if cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33)) => "locked by another program".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Limits;
    use std::fs;

    fn host(root: &Path) -> Host {
        Host {
            root: Some(root.to_path_buf()),
            os: Os::Linux,
            variables: Vec::new(),
            helper: None,
            budget: Limits::default(),
        }
    }

    #[track_caller]
    fn check(files: &[&str], pattern: &str, os: Os, expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x\n").unwrap();
        }
        let found = host(folder.path()).search(pattern, os).found;
        let origins: Vec<&str> = found.iter().filter(|it| it.facts.is_file()).map(|it| &*it.origin).collect();
        assert_eq!(origins, expected, "{pattern}");
    }

    #[test]
    fn patterns_fit_whole_paths() {
        let files = ["var/log/a.log", "var/log/x/b.log", "var/log/x/y/c.log.1", "var/log2/d.log"];
        check(&files, "/var/log/**", Os::Linux, &["var/log/a.log", "var/log/x/b.log", "var/log/x/y/c.log.1"]);
        check(&files, "/var/log/**/*.log", Os::Linux, &["var/log/a.log", "var/log/x/b.log"]);
        check(&files, "/var/log/*.log", Os::Linux, &["var/log/a.log"]);
        check(&files, "/var/log/*/b.log", Os::Linux, &["var/log/x/b.log"]);
        check(&files, "/VAR/log/a.log", Os::Linux, &[]);
        check(&files, "/var/log/a.log/**", Os::Linux, &[]);
    }

    #[test]
    fn windows_places_are_found_in_any_case() {
        let files = ["ProgramData/Veeam/Backup/Job One/Job.A.LOG", "programdata/veeam/Endpoint/b.log"];
        check(
            &files[..1],
            r"%ProgramData%\veeam\backup\**\*.log",
            Os::Windows,
            &["C/ProgramData/Veeam/Backup/Job One/Job.A.LOG"],
        );
        check(&files[1..], r"C:\ProgramData\Veeam\Endpoint\*", Os::Windows, &["C/programdata/veeam/Endpoint/b.log"]);
        check(&files, r"%Nowhere%\*", Os::Windows, &[]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_told() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.log"), "x").unwrap();
        fs::create_dir_all(folder.path().join("var/log")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("var/log/link")).unwrap();
        let host = host(folder.path());
        for pattern in ["/var/log/link/*", "/var/log/*/secret.log"] {
            let search = host.search(pattern, Os::Linux);
            assert!(search.found.is_empty(), "{pattern}: {search:?}");
            assert_eq!(search.refused, [("var/log/link".to_owned(), LINK.to_owned())], "{pattern}");
        }
        // At the end of a pattern it is found as what it is.
        let search = host.search("/var/log/**", Os::Linux);
        assert!(search.found.iter().all(|it| it.facts.is_symlink()), "{search:?}");
    }
}
