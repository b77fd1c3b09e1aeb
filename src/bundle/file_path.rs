use super::family::{self, Turn};
use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The path of an entry as people read it, which also knows the log that the file is a part of.
///
/// It is used like a string. Paths are ordered by log, and the parts of a rotated log from the oldest to the newest:
/// `x.log.10.gz`, `x.log.2.gz`, `x.log.1`, `x.log`. Two are equal if their strings are. Cloning is cheap.
#[derive(Clone)]
pub struct FilePath(Arc<Named>);

struct Named {
    path: Arc<str>,
    log: Box<str>,
    turn: Turn,
    copy: bool,
    packed: bool,
}

impl FilePath {
    /// The log that the file is a part of, with its folder: the same for all files of a rotated family, and for no other.
    /// It need not be the path of a file.
    pub fn log(&self) -> &str {
        &self.0.log
    }

    /// Which part of its log it is.
    pub fn turn(&self) -> Turn {
        self.0.turn
    }

    /// Whether it is named as a copy of another file.
    pub(super) fn is_copy(&self) -> bool {
        self.0.copy
    }

    /// Whether its name says that it is packed.
    pub(super) fn is_packed(&self) -> bool {
        self.0.packed
    }

    /// Whether this is a clone of the other one: quicker than to compare, and false for others that are equal.
    pub fn is_same(&self, other: &FilePath) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The path without what is known of it.
    pub fn as_arc(&self) -> &Arc<str> {
        &self.0.path
    }
}

impl From<Arc<str>> for FilePath {
    fn from(path: Arc<str>) -> FilePath {
        let family::Part { log, turn, copy, packed } = family::part_of_path(&path);
        FilePath(Arc::new(Named { path, log: log.into(), turn, copy, packed }))
    }
}

impl From<&str> for FilePath {
    fn from(path: &str) -> FilePath {
        FilePath::from(Arc::<str>::from(path))
    }
}

impl From<String> for FilePath {
    fn from(path: String) -> FilePath {
        FilePath::from(Arc::<str>::from(path))
    }
}

impl Deref for FilePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0.path
    }
}

impl AsRef<str> for FilePath {
    fn as_ref(&self) -> &str {
        self
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for FilePath {
    fn eq(&self, other: &FilePath) -> bool {
        **self == **other
    }
}

impl Eq for FilePath {}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &FilePath) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FilePath {
    fn cmp(&self, other: &FilePath) -> Ordering {
        if self.is_same(other) {
            return Ordering::Equal;
        }
        // The path decides last, and it decides all of the others, so that equal means equal.
        let key = |it: &FilePath| (it.0.turn, it.0.copy);
        self.log().cmp(other.log()).then_with(|| key(self).cmp(&key(other))).then_with(|| (**self).cmp(&**other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_log_come_oldest_first_and_others_by_name() {
        let sorted = [
            "a.zip!/logs/x.log.10.gz!/x.log.10",
            "a.zip!/logs/x.log.2.gz",
            "a.zip!/logs/x.log.1",
            "a.zip!/logs/x.log",
            "a.zip!/logs/x - Copy.log",
            "a.zip!/logs/y.log.1",
            "b/x.log.1",
            "b/x.log",
        ];
        let mut paths: Vec<FilePath> = sorted.iter().rev().map(|path| FilePath::from(*path)).collect();
        paths.sort();
        assert_eq!(paths.iter().map(|path| &**path).collect::<Vec<_>>(), sorted);
    }

    #[test]
    fn paths_are_equal_if_their_strings_are() {
        let (a, b) = (FilePath::from("x.log"), FilePath::from("x.log"));
        assert!(a == b && a.cmp(&b) == Ordering::Equal && !a.is_same(&b) && a.is_same(&a.clone()));
        assert_ne!(a, FilePath::from("x - Copy.log"));
        assert_eq!((a.log(), a.turn(), a.len()), ("x", Turn::Current, 5));
    }
}
