//! Examples run as if they were files of a customer.

use super::flaw::{Sheet, Step, text_of};
use super::{condition, scope, several, variants};
use crate::diagnosis::State;
use crate::record::{Chunk, Reading};
use crate::scan::{LineCache, Scanner};
use crate::signature::{Example, Examples, Signature, SignatureSet};
use crate::triage::triage_texts;
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
    /// It may not decide whether there is a match.
    Inconclusive,
    /// It must match on a version that does not have the problem any more.
    Old,
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
    /// The row of the signature's variants that it is about, by its key.
    pub row: Option<String>,
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
        for Trial { expectation, row, at, number, example } in examples_of(signature) {
            let place = sheet.place(&at);
            let claim = claimed_by(&scanner, set, &path, example).remove(&index);
            // For a row only what belongs to it counts.
            let own = claim.as_ref().filter(|claim| row.is_none() || claim.rows.contains(&row));
            let failure = match (&claim, own) {
                (Some(claim), None) if expectation == Expectation::Match => Some(of_another_row(signature, claim)),
                _ => failure(signature, expectation, own, &path, example),
            };
            runs.push(ExampleRun {
                id: Arc::clone(&signature.id),
                file: signature.source.clone(),
                line: place.line,
                column: place.column,
                expectation,
                row: row.and_then(|row| signature.row(row)).map(|row| row.key.clone()),
                number,
                failure,
            });
        }
    }
    runs.extend(super::facts::run_examples(set));
    runs
}

/// One example and what it is about.
pub(super) struct Trial<'s> {
    pub(super) expectation: Expectation,
    /// The row of variants to which it must, or must not, belong.
    pub(super) row: Option<u32>,
    pub(super) at: Vec<Step>,
    /// From 1, in its list.
    pub(super) number: usize,
    pub(super) example: &'s Example,
}

/// All examples of a signature: its own, then those of its rows.
pub(super) fn examples_of<'s>(signature: &'s Signature) -> Vec<Trial<'s>> {
    let mut found = Vec::new();
    let mut take = |row, at: &[Step], examples: &'s Examples| {
        let lists = [
            (Expectation::Match, "match", &examples.matching),
            (Expectation::NoMatch, "no_match", &examples.not_matching),
            (Expectation::Inconclusive, "inconclusive", &examples.inconclusive),
            (Expectation::Old, "old", &examples.old),
        ];
        for (expectation, list, examples) in lists {
            for (item, example) in examples.iter().enumerate() {
                let at = [at, &[Step::Field("examples"), Step::Field(list), Step::Item(item)]].concat();
                found.push(Trial { expectation, row, at, number: item + 1, example });
            }
        }
    };
    take(None, &[], &signature.examples);
    for (number, row) in (0..).zip(signature.variants.iter().flat_map(|variants| &variants.rows)) {
        take(Some(number), &variants::path_of(number), &row.examples);
    }
    found
}

/// Says to which row an example belongs that is meant for another one.
fn of_another_row(signature: &Signature, claim: &Claim) -> String {
    let key = signature.variants.as_ref().map_or("", |variants| &variants.key);
    let Some(value) = claim.captures.get(key) else { return format!("`{key}` has no value in it") };
    match claim.rows.iter().flatten().next().and_then(|row| signature.row(*row)) {
        Some(row) => format!("`{key}` is `{value}` in it, for which there is the row `{}`", row.key),
        None => format!("`{key}` is `{value}` in it, for which there is no row"),
    }
}

/// Why an example did not behave; `None` if it did.
fn failure(
    signature: &Signature,
    expectation: Expectation,
    claim: Option<&Claim>,
    path: &str,
    example: &Example,
) -> Option<String> {
    let state = claim.map(|claim| claim.state);
    match (expectation, state) {
        (Expectation::Match, Some(State::Match)) | (Expectation::NoMatch, None) => return None,
        (Expectation::Inconclusive, Some(State::Inconclusive)) | (Expectation::Old, Some(State::Old)) => return None,
        _ => {}
    }
    if let Some(by_facts) = scope::why(signature, expectation, claim, path, example) {
        return Some(by_facts);
    }
    Some(match (&signature.correlation, claim) {
        (Some(correlation), None) => several::why_not(signature, correlation, path, example),
        (Some(correlation), Some(_)) if matches!(expectation, Expectation::Match | Expectation::Old) => {
            several::why_not(signature, correlation, path, example)
        }
        (Some(_), Some(claim)) => several::why(claim),
        (None, None) => condition::why_not(signature, path, example),
        (None, Some(_)) => condition::why(signature, example),
    })
}

/// What a signature makes of an example.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) state: State,
    /// Why it is no plain match.
    pub(super) reason: Option<String>,
    /// A value of each capture that has one.
    pub(super) captures: BTreeMap<String, String>,
    /// The rows of its variants, and `None` if a record belongs to none.
    pub(super) rows: BTreeSet<Option<u32>>,
    /// Records, or matches of several.
    pub(super) count: u64,
    /// Lines of the first ones.
    pub(super) lines: Vec<u64>,
}

/// Returns what the signatures make of an example, by index. `path` is that of a text without one.
pub(super) fn claimed_by(
    scanner: &Scanner,
    set: &SignatureSet,
    path: &str,
    example: &Example,
) -> BTreeMap<usize, Claim> {
    let mut claimed: BTreeMap<usize, Claim> = BTreeMap::new();
    let mut has_parts = false;
    for (own_path, text) in &example.files {
        let path = if own_path.is_empty() { path } else { own_path };
        let text = text.as_bytes();
        let head = text.get(..Reading::HEAD).unwrap_or(text);
        let Some(reading) = Reading::guess(head, None) else { continue };
        let chunk = Chunk::of(text, 0..text.len());
        scanner.scan(&chunk, &reading.format, &scanner.in_file(path), &mut LineCache::default(), &mut |hit| {
            has_parts |= !hit.parts.is_empty();
            for found in hit.matches {
                let claim = claimed.entry(found.signature).or_insert_with(|| Claim {
                    state: State::Match,
                    reason: None,
                    captures: BTreeMap::new(),
                    rows: BTreeSet::new(),
                    count: 0,
                    lines: Vec::new(),
                });
                let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                claim
                    .captures
                    .extend(found.captures().into_iter().map(|(name, value)| (name.to_owned(), text(&value))));
                claim.rows.insert(found.row());
                claim.count += 1;
                claim.lines.push(hit.record.line + 1);
            }
        });
    }
    // What is about several records, or about what is installed, is decided as in a triage, which takes longer.
    let asks_facts = |index: &usize| set.signatures().get(*index).is_some_and(|it| it.scope.asks_facts());
    let by_facts: BTreeSet<usize> = claimed.keys().copied().filter(asks_facts).collect();
    if has_parts || !by_facts.is_empty() {
        let mut stands = BTreeSet::new();
        let files = example.files.iter().map(|(own_path, text)| {
            let path = if own_path.is_empty() { path } else { own_path };
            (path, text.as_str())
        });
        for known in triage_texts(scanner, set, files).known {
            let index = |id: &str| set.signatures().iter().position(|it| *it.id == *id);
            stands.extend(known.suppressed.iter().filter_map(|it| index(&it.signature)));
            let index = index(&known.signature.id);
            stands.extend(index);
            if let Some(claim) = index.filter(|it| by_facts.contains(it)).and_then(|it| claimed.get_mut(&it)) {
                (claim.state, claim.reason) = (known.state, known.reason.clone());
            }
            if let (Some(index), true) = (index, known.signature.correlation.is_some()) {
                let captures = known.group.captures;
                let lines = known.group.evidence.iter().map(|it| it.line).collect();
                let claim = Claim {
                    state: known.state,
                    reason: known.reason,
                    captures,
                    rows: [None].into(),
                    count: known.group.count,
                    lines,
                };
                claimed.insert(index, claim);
            }
        }
        claimed.retain(|index, _| !by_facts.contains(index) || stands.contains(index));
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
