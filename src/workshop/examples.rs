//! Examples run as if they were files of a customer.

use super::condition;
use super::flaw::{Sheet, Step, text_of};
use crate::record::{Chunk, Reading};
use crate::scan::{LineCache, Scanner};
use crate::signature::{Example, Signature, SignatureSet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// What an example is meant to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// At least one of its records must match.
    Match,
    /// None of its records may match.
    NoMatch,
}

/// What one example did.
#[derive(Clone, Debug)]
pub struct ExampleRun {
    /// The signature.
    pub id: Arc<str>,
    /// Its file.
    pub file: PathBuf,
    /// Where the example begins, from 1; 0 if unknown.
    pub line: usize,
    /// Where the example begins, from 1; 0 if unknown.
    pub column: usize,
    /// What it is meant to do.
    pub expectation: Expectation,
    /// Its place in its list, from 1.
    pub number: usize,
    /// Why it did not behave; `None` if it did.
    pub failure: Option<String>,
}

/// Runs all examples of the set: of signatures in id order, then of facts.
pub fn run_examples(set: &SignatureSet) -> Vec<ExampleRun> {
    let scanner = Scanner::new(set);
    let mut runs = Vec::new();
    for (index, signature) in set.signatures().iter().enumerate() {
        let text = text_of(signature);
        let sheet = Sheet::new(signature, &text);
        let path = sample_path(set, signature);
        let lists = [
            (Expectation::Match, "match", &signature.examples.matching),
            (Expectation::NoMatch, "no_match", &signature.examples.not_matching),
        ];
        for (expectation, list, examples) in lists {
            for (item, example) in examples.iter().enumerate() {
                let place = sheet.place(&[Step::Field("examples"), Step::Field(list), Step::Item(item)]);
                let matches = claimed_by(&scanner, &path, example).contains_key(&index);
                let failure = match (expectation, matches) {
                    (Expectation::Match, true) | (Expectation::NoMatch, false) => None,
                    (Expectation::Match, false) => Some(condition::why_not(signature, &path, example)),
                    (Expectation::NoMatch, true) => Some(condition::why(signature, example)),
                };
                runs.push(ExampleRun {
                    id: Arc::clone(&signature.id),
                    file: signature.source.clone(),
                    line: place.line,
                    column: place.column,
                    expectation,
                    number: item + 1,
                    failure,
                });
            }
        }
    }
    runs.extend(super::facts::run_examples(set));
    runs
}

/// Returns the indexes of the signatures that hold for at least one record of `example`, with the captures that have a
/// value in it.
pub(super) fn claimed_by(scanner: &Scanner, path: &str, example: &Example) -> BTreeMap<usize, BTreeSet<String>> {
    let mut claimed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (own_path, text) in &example.files {
        let path = if own_path.is_empty() { path } else { own_path };
        let text = text.as_bytes();
        let head = text.get(..Reading::HEAD).unwrap_or(text);
        let Some(reading) = Reading::guess(head, None) else { continue };
        let chunk = Chunk::of(text, 0..text.len());
        scanner.scan(&chunk, &reading.format, &scanner.in_file(path), &mut LineCache::default(), &mut |hit| {
            for found in hit.matches {
                let captures = found.captures().into_iter().map(|(name, _)| name.to_owned());
                claimed.entry(found.signature).or_default().extend(captures);
            }
        });
    }
    claimed
}

/// Returns the path of a file that the signature applies to: made of its first scope, or of its product's.
pub(super) fn sample_path(set: &SignatureSet, signature: &Signature) -> String {
    let folder = signature.id.rsplit_once('/').map_or("", |(folder, _)| folder);
    let product = set.products().iter().find(|product| *product.folder == *folder);
    let globs = signature.scope.files.iter().chain(product.into_iter().flat_map(|product| &product.files));
    globs.map(|glob| path_for(glob)).next().unwrap_or_else(|| "example.log".to_owned())
}

/// Returns a path that fits the glob.
pub(super) fn path_for(glob: &str) -> String {
    let mut path = String::new();
    let mut rest = glob.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' => {
                let folders = rest.next_if_eq(&'*').is_some();
                // `**/` fits no folder at all; a `**` at the end needs a name.
                if !(folders && rest.next_if_eq(&'/').is_some()) {
                    path.push('x');
                }
            }
            '?' => path.push('x'),
            '\\' => path.extend(rest.next()),
            '[' => {
                // The first character that the class names; a class of what is not wanted gets a digit or a letter.
                let negated = rest.next_if(|c| matches!(c, '!' | '^')).is_some();
                let class: String = rest.by_ref().take_while(|c| *c != ']').collect();
                let other = ['x', '0', 'q'].into_iter().find(|c| !class.contains(*c));
                path.extend(if negated { other } else { class.chars().next() });
            }
            '{' => {
                let alternatives: String = rest.by_ref().take_while(|c| *c != '}').collect();
                path.push_str(&path_for(alternatives.split(',').next().unwrap_or_default()));
            }
            c => path.push(c),
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::load_str;
    use std::path::Path;

    #[track_caller]
    fn check_path(glob: &str, expected: &str) {
        assert_eq!(path_for(glob), expected);
        let glob = globset::GlobBuilder::new(glob).literal_separator(true).build().unwrap();
        assert!(glob.compile_matcher().is_match(expected), "{expected} does not fit");
    }

    #[test]
    fn a_path_that_fits_is_made_of_a_glob() {
        check_path("**/Job.*.log", "Job.x.log");
        check_path("**/Veeam/Backup/**", "Veeam/Backup/x");
        check_path("var/log/{syslog,messages}*", "var/log/syslogx");
        check_path("**/[Ss]vc.?.log", "Svc.x.log");
        check_path("a/**/[!x]*.log", "a/0x.log");
    }

    /// A set of one signature that matches `condition`.
    fn set(condition: &str, examples: &str) -> SignatureSet {
        let yaml = format!(
            "title: t\nlevel: L1\nside: server\nseverity: low\ncause: c\nscope: {{files: ['**/a.log']}}\n\
             match: {condition}\nexamples: {examples}\n"
        );
        SignatureSet::new(vec![load_str("a/b/c", Path::new("c.yaml"), &yaml).unwrap()])
    }

    #[track_caller]
    fn check(condition: &str, examples: &str, expected: &[Option<&str>]) {
        let runs = run_examples(&set(condition, examples));
        let failures: Vec<_> = runs.iter().map(|run| run.failure.as_deref()).collect();
        assert_eq!(failures, expected);
    }

    const LINE: &str = "2026-01-02 10:00:00 ERROR disk is full";
    const OTHER: &str = "2026-01-02 10:00:01 ERROR net is down";

    #[test]
    fn examples_that_behave_have_no_failure() {
        check("{text: disk is full}", &format!("{{match: ['{LINE}'], no_match: ['{OTHER}']}}"), &[None, None]);
    }

    #[test]
    fn an_example_that_does_not_match_is_told_why() {
        check(
            "{text: disk was full}",
            &format!("{{match: ['{LINE}']}}"),
            &[Some("`text: disk was full` stands in no record")],
        );
        check(
            "{any: [{text: disk was full}, {regex: 'tape .* full'}]}",
            &format!("{{match: ['{LINE}']}}"),
            &[Some("`text: disk was full` stands in no record; `regex: tape .* full` stands in no record")],
        );
        check(
            "{all: [{text: disk is full}, {none: [{text: ERROR}]}]}",
            &format!("{{match: ['{LINE}']}}"),
            &[Some("`none` forbids `text: ERROR`, which stands in the record of line 1")],
        );
    }

    #[test]
    fn parts_of_all_in_different_records_are_told() {
        check(
            "{all: [{text: disk is full}, {text: net is down}]}",
            &format!("{{match: [\"{LINE}\\n{OTHER}\\n\"]}}"),
            &[Some(
                "the parts of `all` stand in different records: `text: disk is full` in line 1, `text: net is down` in line 2",
            )],
        );
    }

    #[test]
    fn an_example_that_matches_by_mistake_is_told_why() {
        check(
            "{text: ERROR}",
            &format!("{{no_match: ['{OTHER}']}}"),
            &[Some("`text: ERROR` stands in the record of line 1")],
        );
    }
}
