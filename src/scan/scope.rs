//! Which signatures apply to which file.
//!
//! The globs of all signatures are compiled into one set; a path goes in, one bit per signature comes out. A path is
//! matched with `!/` taken as `/`, without regard to case, and `*` does not cross a `/`. `**/x` also matches at the top;
//! a glob without `/` is matched against the file's name. A compressed file is matched with and without the suffix that
//! names the compression.

use crate::signature::Scope;
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::HashMap;

/// The file scopes of all signatures.
pub(super) struct Scopes {
    /// Each glob once: the signatures of a product mostly have the same ones.
    globs: GlobSet,
    /// For each glob of the set: its signatures, and whether it lets a file in (`files`) or keeps it out (`not_files`).
    uses: Vec<Vec<(usize, bool)>>,
    /// Signatures without `files`, which apply everywhere.
    everywhere: FileScope,
}

/// Which signatures apply to one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileScope {
    words: Vec<u64>,
}

impl FileScope {
    fn none(signatures: usize) -> FileScope {
        FileScope { words: vec![0; signatures.div_ceil(64)] }
    }

    /// Whether the signature with this index applies.
    pub fn contains(&self, signature: usize) -> bool {
        self.words.get(signature / 64).is_some_and(|word| word >> (signature % 64) & 1 == 1)
    }

    fn set(&mut self, signature: usize, applies: bool) {
        if let Some(word) = self.words.get_mut(signature / 64) {
            let bit = 1 << (signature % 64);
            if applies { *word |= bit } else { *word &= !bit }
        }
    }
}

impl Scopes {
    /// Compiles the scopes in the order of the signatures. A broken glob matches nothing.
    pub(super) fn new<'s>(scopes: impl ExactSizeIterator<Item = &'s Scope>) -> Scopes {
        let mut everywhere = FileScope::none(scopes.len());
        let mut globs = GlobSetBuilder::new();
        let mut uses: Vec<Vec<(usize, bool)>> = Vec::new();
        // Where a glob stands in the set; nowhere if it is broken.
        let mut places: HashMap<&str, Option<usize>> = HashMap::new();
        for (signature, scope) in scopes.enumerate() {
            everywhere.set(signature, scope.files.is_empty());
            let patterns = scope.files.iter().map(|glob| (glob, true));
            for (pattern, lets_in) in patterns.chain(scope.not_files.iter().map(|glob| (glob, false))) {
                let place = *places.entry(pattern).or_insert_with(|| {
                    globs.add(compile(pattern)?);
                    uses.push(Vec::new());
                    Some(uses.len() - 1)
                });
                if let Some(uses) = place.and_then(|place| uses.get_mut(place)) {
                    uses.push((signature, lets_in));
                }
            }
        }
        // The set as a whole can only fail for its size; then scoped signatures are off and unscoped ones still work.
        match globs.build() {
            Ok(globs) => Scopes { globs, uses, everywhere },
            Err(_) => Scopes { globs: GlobSet::empty(), uses: Vec::new(), everywhere },
        }
    }

    /// Returns which signatures apply to the file with this path.
    pub(super) fn of(&self, path: &str) -> FileScope {
        let mut scope = self.everywhere.clone();
        let mut kept_out = Vec::new();
        let path = path.replace("!/", "/");
        let mut matching = self.globs.matches(&path);
        if let Some(unpacked) = without_compression(&path) {
            matching.extend(self.globs.matches(unpacked));
        }
        for &(signature, lets_in) in matching.into_iter().filter_map(|glob| self.uses.get(glob)).flatten() {
            if lets_in {
                scope.set(signature, true);
            } else {
                kept_out.push(signature);
            }
        }
        kept_out.into_iter().for_each(|signature| scope.set(signature, false));
        scope
    }
}

/// Globs of files that are matched as those of signatures are.
pub struct Globs {
    /// `None` if there are no globs: then there are no such files.
    scopes: Option<Scopes>,
}

impl Globs {
    /// Compiles globs. A broken one matches nothing.
    pub fn new(files: &[String]) -> Globs {
        let scope = Scope { files: files.to_vec(), ..Scope::default() };
        Globs { scopes: (!files.is_empty()).then(|| Scopes::new([scope].iter())) }
    }

    /// Whether a path fits one of them.
    pub fn fit(&self, path: &str) -> bool {
        self.scopes.as_ref().is_some_and(|scopes| scopes.of(path).contains(0))
    }
}

fn compile(pattern: &str) -> Option<Glob> {
    let anywhere = if pattern.contains('/') { pattern.to_owned() } else { format!("**/{pattern}") };
    GlobBuilder::new(&anywhere).case_insensitive(true).literal_separator(true).build().ok()
}

/// Returns the path without a suffix that names a compression; none if it has none.
pub fn without_compression(path: &str) -> Option<&str> {
    let (stem, suffix) = path.rsplit_once('.')?;
    let compressed = COMPRESSIONS.iter().any(|known| suffix.eq_ignore_ascii_case(known));
    Some(stem).filter(|stem| compressed && !stem.is_empty() && !stem.ends_with('/'))
}

const COMPRESSIONS: &[&str] = &["gz", "gzip", "bz2", "xz", "zst", "zstd", "lz4", "Z", "lzma"];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], not_files: &[&str], path: &str, expected: bool) {
        let strings = |globs: &[&str]| globs.iter().map(|glob| glob.to_string()).collect();
        let scope = Scope { files: strings(files), not_files: strings(not_files), ..Scope::default() };
        let scopes = Scopes::new([Scope::default(), scope].iter());
        assert!(scopes.of(path).contains(0));
        assert_eq!(scopes.of(path).contains(1), expected, "{path}");
    }

    #[test]
    fn a_file_is_found_in_folders_and_containers_in_any_case() {
        let globs = &["**/Job.*.log"];
        check(globs, &[], "Job.Daily.log", true);
        check(globs, &[], "case.zip!/Logs/job.daily.LOG", true);
        check(globs, &[], "case.tar.gz!/logs/Job.Daily.log", true);
        check(globs, &[], "logs/Svc.log", false);
    }

    #[test]
    fn no_globs_fit_nothing() {
        assert!(Globs::new(&["**/*.log".to_owned()]).fit("case.zip!/a/b.LOG.gz"));
        assert!(!Globs::new(&[]).fit("a.log"));
    }

    #[test]
    fn the_suffix_of_a_compression_does_not_count() {
        for suffix in ["", ".gz", ".xz", ".zst", ".bz2", ".lz4", ".GZ"] {
            check(&["**/Svc.*.log"], &[], &format!("case.zip!/Svc.x.log{suffix}"), true);
            check(&["messages"], &[], &format!("log/messages{suffix}"), true);
            check(&["*.log"], &["**/Svc.*.log"], &format!("Svc.x.log{suffix}"), false);
        }
        check(&["*.log.gz"], &[], "Svc.x.log.gz", true);
        check(&["*.log"], &[], "a.log.old", false);
        check(&["logs/"], &[], "logs/.gz", false);
    }

    #[test]
    fn a_star_stays_in_its_folder_and_a_bare_glob_is_a_name() {
        check(&["logs/*.log"], &[], "logs/a.log", true);
        check(&["logs/*.log"], &[], "logs/b/a.log", false);
        check(&["*.log"], &[], "x.zip!/logs/b/a.log", true);
    }

    #[test]
    fn not_files_wins() {
        check(&["**/*.log"], &["**/*.bak.log"], "a.bak.log", false);
        check(&["**/*.log"], &["**/*.bak.log"], "a.log", true);
        check(&[], &["**/*.bak.log"], "a.bak.log", false);
        check(&[], &["**/*.bak.log"], "a.txt", true);
    }

    #[test]
    fn a_broken_glob_matches_nothing() {
        check(&["["], &[], "[", false);
        check(&["[", "**/*.log"], &[], "a.log", true);
    }
}
