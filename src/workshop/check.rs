//! Everything that is wrong with a catalogue.

use super::condition::{untried_branches, untried_fields};
use super::cost::{costs, costs_of_patterns};
use super::examples::{Claim, Trial, claimed_by, examples_of, path_for, run_examples, sample_path};
use super::flaw::{Sheet, Step, text_of};
use super::lint::{lint, placeholders_of};
use super::ordinary::Ordinary;
use super::variants::untried_rows;
use super::{Expectation, Flaw};
use crate::bundle::{Bundle, BundleError, Limits};
use crate::scan::Scanner;
use crate::signature::{Catalogue, Condition, Correlation, Day, Signature, SignatureSet, Status};
use crate::triage::{Options, triage};
use regex_syntax::hir::HirKind;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// What [`check`] found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// In the order of files and lines.
    pub flaws: Vec<Flaw>,
    /// Signatures that were checked, broken and deprecated ones not counted.
    pub signatures: usize,
    /// Files that could not be read as a signature or product.
    pub broken: usize,
    /// Examples that were run.
    pub examples: usize,
}

impl Checked {
    /// Returns how many flaws are errors.
    pub fn errors(&self) -> usize {
        self.flaws.iter().filter(|flaw| flaw.is_error).count()
    }
}

/// What a catalogue is checked against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// A folder or file of healthy logs in which nothing may fire.
    pub quiet: Option<&'a Path>,
    /// Logs in which texts of signatures should be rare; without them the program's own sample.
    pub sample: Option<&'a Path>,
    /// A clock, to find slow patterns.
    pub now: fn() -> Instant,
    /// The day, to find overrides that are over.
    pub today: Day,
}

/// Checks a catalogue. The only error is that logs cannot be opened.
pub fn check(catalogue: Catalogue, against: Against<'_>) -> Result<Checked, BundleError> {
    let ordinary = Ordinary::of_logs(against.sample)?;
    let broken = catalogue.broken.clone();
    let of_overlay = super::overlay::lint(&catalogue, against.today);
    let of_retired = super::overlay::retired(&catalogue);
    let of_vendors = super::vendor::lint(&catalogue);
    let set = SignatureSet::merge(vec![(catalogue, true)]);
    let mut flaws: Vec<Flaw> = set.errors().iter().cloned().map(Flaw::from).collect();
    for signature in set.signatures() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        lint(&mut sheet);
        has_product(&set, &broken, &mut sheet);
        super::scope::lint(&set, &mut sheet);
        for field in untried_fields(signature) {
            let hint =
                "add a line that shows it, as `tierline records --fields` reads it, below `match:` of `examples:`";
            sheet.warning(&[Step::Field("match")], format!("no positive example has {field}"), hint);
        }
        for (path, branch) in untried_branches(signature) {
            let hint = "add a line that shows it below `match:` of `examples:`, or remove the branch";
            sheet.warning(&path, format!("no positive example reaches {branch}"), hint);
        }
        flaws.extend(sheet.flaws);
    }
    flaws.extend(of_overlay);
    flaws.extend(of_vendors);
    flaws.extend(of_retired);
    flaws.extend(super::facts::lint(&set));
    flaws.extend(super::fragments::unused(&set, &broken));
    flaws.extend(same_titles(&set));
    flaws.extend(same_conditions(&set));
    flaws.extend(claims(&set));
    flaws.extend(costs(&set, &ordinary, against.now));
    let runs = run_examples(&set);
    let examples = runs.len();
    for run in runs {
        let Some(failure) = run.failure else { continue };
        let message = match run.expectation {
            Expectation::Match => format!("this example does not match: {failure}"),
            Expectation::NoMatch => format!("this example matches: {failure}"),
            Expectation::Inconclusive => format!("this example is not inconclusive: {failure}"),
            Expectation::Old => format!("this example is not old: {failure}"),
        };
        let hint = match run.expectation {
            Expectation::Match if failure.starts_with("the scope ") => "correct `files` and `not_files` of `scope:`",
            Expectation::Match if failure.starts_with("it is old") => {
                "let it state an older version, or move it to `old:`"
            }
            Expectation::Match => {
                "a condition looks at one record: correct it or the example; `tierline signatures test` shows how far it gets"
            }
            Expectation::NoMatch if failure.starts_with("it is old") => "move it to `old:`",
            Expectation::NoMatch => "make the condition more specific, e.g. with `all:` and `none:`",
            Expectation::Inconclusive => "the log must end, begin or lack times so that it does not decide",
            Expectation::Old => "the log must state a version that has the fix, as `_product.yaml` reads it",
        };
        flaws.push(Flaw {
            file: run.file,
            line: run.line,
            column: run.column,
            is_error: true,
            message,
            hint: Some(hint.to_owned()),
        });
    }
    if let Some(quiet) = against.quiet {
        flaws.extend(fires_on(&set, quiet)?);
    }
    flaws.sort();
    flaws.dedup();
    Ok(Checked { flaws, signatures: set.signatures().len(), broken: broken.len(), examples })
}

/// Checks a list of patterns (see [`SignatureSet::of_patterns`]): which of them make a scan slow. The only error is that
/// logs cannot be opened.
pub fn check_patterns(set: &SignatureSet, sample: Option<&Path>, now: fn() -> Instant) -> Result<Checked, BundleError> {
    let ordinary = Ordinary::of_logs(sample)?;
    let mut flaws: Vec<Flaw> = set.errors().iter().cloned().map(Flaw::from).collect();
    flaws.extend(costs_of_patterns(set, &ordinary, now));
    flaws.sort();
    Ok(Checked { flaws, signatures: set.signatures().len(), broken: set.errors().len(), examples: 0 })
}

fn has_product(set: &SignatureSet, broken: &[Arc<str>], sheet: &mut Sheet<'_, '_>) {
    let folder = sheet.signature.id.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_broken = broken.iter().any(|path| path.strip_suffix("/_product") == Some(folder));
    if !is_broken && set.products().iter().all(|product| *product.folder != *folder) {
        let hint = "put one beside it with `vendor:` and `product:`, as people write them";
        sheet.error_unless_draft(&[], "there is no `_product.yaml` for this signature", hint);
    }
}

fn same_titles(set: &SignatureSet) -> Vec<Flaw> {
    let mut by_title: BTreeMap<String, &Signature> = BTreeMap::new();
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let Some(first) = by_title.insert(signature.title.to_lowercase(), signature) else { continue };
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        let hint = "say in the title what is different, or merge the two";
        sheet.warning(&[Step::Field("title")], format!("`{}` has the same title", first.id), hint);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// Two signatures for the same records: both are shown for each of them.
fn same_conditions(set: &SignatureSet) -> Vec<Flaw> {
    let mut by_condition: BTreeMap<String, &Signature> = BTreeMap::new();
    let mut flaws = Vec::new();
    for signature in set.signatures() {
        let correlation = signature.correlation.clone().map(canonical_parts);
        let what = format!("{:?} {correlation:?} {:?}", canonical(&signature.condition), signature.scope);
        let Some(first) = by_condition.insert(what, signature) else { continue };
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        let hint = "merge the two, or say in `match` or `scope` what is different";
        sheet.warning(&[Step::Field("match")], format!("`{}` has the same condition", first.id), hint);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// The same for conditions that say the same: a pattern without any special character is a text, a list of one is its item, and
/// neither order nor repetition in `any`, `all` and `none` matters.
fn canonical(condition: &Condition) -> Condition {
    let parts = |parts: &[Condition]| {
        let mut parts: Vec<Condition> = parts.iter().map(canonical).collect();
        parts.sort_by_cached_key(|part| format!("{part:?}"));
        parts.dedup_by_key(|part| format!("{part:?}"));
        parts
    };
    match condition {
        Condition::Regex(pattern) => match regex_syntax::parse(pattern).map(|hir| hir.into_kind()) {
            Ok(HirKind::Literal(literal)) => match std::str::from_utf8(&literal.0) {
                Ok(text) if !text.contains(['\n', '\r']) => Condition::Text { text: text.to_owned(), nocase: false },
                _ => condition.clone(),
            },
            _ => condition.clone(),
        },
        Condition::Any(list) | Condition::All(list) => match parts(list).as_slice() {
            [one] if !matches!(one, Condition::None(_)) => one.clone(),
            _ if matches!(condition, Condition::Any(_)) => Condition::Any(parts(list)),
            _ => Condition::All(parts(list)),
        },
        Condition::None(list) => Condition::None(parts(list)),
        Condition::Text { .. } | Condition::Fields(_) => condition.clone(),
    }
}

fn canonical_parts(mut correlation: Correlation) -> Correlation {
    let of_parts = correlation.parts.iter_mut().map(|it| &mut it.wanted);
    let of_unless = correlation.unless.iter_mut().map(|it| &mut it.wanted);
    let of_absent = correlation.absent.iter_mut().map(|it| &mut it.wanted);
    for wanted in of_parts.chain(of_unless).chain(of_absent) {
        wanted.condition = canonical(&wanted.condition);
    }
    correlation
}

/// What positive examples do with the whole catalogue, and scopes with the files they are meant for.
fn claims(set: &SignatureSet) -> Vec<Flaw> {
    let scanner = Scanner::new(set);
    let mut flaws = Vec::new();
    for (index, signature) in set.signatures().iter().enumerate() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        dead_scopes(&scanner, index, &mut sheet);
        let path = sample_path(set, signature);
        let possible = signature.condition.captures();
        let mut shown = BTreeSet::new();
        for Trial { at, example, .. } in
            examples_of(signature).into_iter().filter(|it| it.expectation == Expectation::Match)
        {
            let claimed = claimed_by(&scanner, set, &path, example);
            for other in claimed.keys().filter(|other| **other != index) {
                if let Some(other) = set.signatures().get(*other) {
                    cross_fire(other, &at, &mut sheet);
                }
            }
            let Some(Claim { captures, rows, .. }) = claimed.get(&index) else { continue };
            shown.extend(rows);
            let variants: Vec<Signature> = rows.iter().map(|row| as_shown(signature, *row)).collect();
            let names: BTreeSet<&str> = variants.iter().flat_map(placeholders_of).collect();
            for name in names.into_iter().filter(|name| possible.contains(*name) && !captures.contains_key(*name)) {
                let message = format!("in this example `{{{name}}}` has no value; the reader would see `<{name}>`");
                let hint = "capture it in every branch that can match, or reword the text";
                sheet.warning(&at, message, hint);
            }
        }
        untried_rows(&mut sheet, &shown);
        flaws.extend(sheet.flaws);
    }
    flaws
}

/// The signature as a report shows it for a row of its variants, or for none.
fn as_shown(signature: &Signature, row: Option<u32>) -> Signature {
    match row.and_then(|row| signature.row(row)) {
        Some(row) => signature.with_row(row),
        None => Signature { variants: None, ..signature.clone() },
    }
}

/// An example may be claimed by its own signature only, unless one of the two suppresses the other.
fn cross_fire(other: &Signature, at: &[Step], sheet: &mut Sheet<'_, '_>) {
    let signature = sheet.signature;
    if signature.suppresses.contains(&other.id) || other.suppresses.contains(&signature.id) {
        return;
    }
    let message = format!("this example is also claimed by `{}`", other.id);
    let hint = "make one of them more specific, or name the less specific one in `suppresses:` of the other";
    if other.status == Status::Draft {
        sheet.warning(at, message, hint);
    } else {
        sheet.error_unless_draft(at, message, hint);
    }
}

fn dead_scopes(scanner: &Scanner, index: usize, sheet: &mut Sheet<'_, '_>) {
    for (item, glob) in sheet.signature.scope.files.iter().enumerate() {
        let path = path_for(glob);
        if !scanner.in_file(&path).contains(index) {
            let message = format!("this scope lets no file in: not even `{path}`, a name made of this glob");
            let hint = "correct it, or the `not_files` that takes out the same files";
            sheet.warning(&[Step::Field("scope"), Step::Field("files"), Step::Item(item)], message, hint);
        }
    }
}

/// Runs a triage over healthy logs; a known problem in them is an error of its signature.
fn fires_on(set: &SignatureSet, quiet: &Path) -> Result<Vec<Flaw>, BundleError> {
    let bundle = Bundle::open(&[quiet.to_path_buf()], Limits::default())?;
    let diagnosis = triage(&bundle, set, Options::default());
    let mut flaws = Vec::new();
    for known in &diagnosis.known {
        let text = text_of(&known.signature);
        let mut sheet = Sheet::new(&known.signature, &text);
        let place = known.group.evidence.first().map(|it| format!(" at {}:{}", it.file, it.line)).unwrap_or_default();
        let times = if known.group.count == 1 { "time" } else { "times" };
        let message = format!("it fires on the quiet logs ({} {times}), first{place}", known.group.count);
        sheet.error(
            &[Step::Field("match")],
            message,
            "healthy systems write this too: make the condition more specific",
        );
        flaws.extend(sheet.flaws);
    }
    Ok(flaws)
}

#[cfg(test)]
mod tests;
