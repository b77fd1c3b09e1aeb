//! Under which names redacted texts are written: names out of a bundle, redacted and made harmless.

use std::collections::BTreeMap;
use std::path::PathBuf;
use tierline::bundle::FilePath;
use tierline::redact::Redactor;
use tierline::redaction::{FreeNames, harmless};

/// Returns the name of each file below the folder of results. They are sorted, so equal names get the same numbers in every
/// run.
pub(super) fn names(paths: &[FilePath], inputs: &[PathBuf], redactor: &Redactor) -> BTreeMap<FilePath, PathBuf> {
    let plain = Plain::new(inputs);
    let mut free = FreeNames::default();
    let mut name = |path: &FilePath| free.take(&harmless(redactor.str(plain.relative(path)).as_str())).into();
    paths.iter().map(|path| (path.clone(), name(path))).collect()
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
        harmless(self.relative(path)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tierline::redact::{CustomerKey, Names, Options};

    fn names_of(paths: &[&str], inputs: &[&str]) -> Vec<String> {
        let redactor = Redactor::new(CustomerKey::new([1; 32]), &Options::default(), &Names::default());
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        let paths: Vec<FilePath> = paths.iter().map(|it| FilePath::from(*it)).collect();
        names(&paths, &inputs, &redactor).values().map(|it| it.to_string_lossy().replace('\\', "/")).collect()
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
