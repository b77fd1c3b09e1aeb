//! Everything that is wrong with a catalogue.

use super::examples::{claimed_by, run_examples, sample_path};
use super::flaw::{Sheet, Step, text_of};
use super::lint::lint;
use super::{Expectation, Flaw};
use crate::bundle::{Bundle, BundleError, Limits};
use crate::scan::Scanner;
use crate::signature::{Catalogue, Signature, SignatureSet, Status};
use crate::triage::triage;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

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

/// Checks a catalogue. `quiet` is a folder or file of healthy logs in which nothing may fire; the only error is that it
/// cannot be opened.
pub fn check(catalogue: Catalogue, quiet: Option<&Path>) -> Result<Checked, BundleError> {
    let broken = catalogue.broken.clone();
    let set = SignatureSet::merge(vec![(catalogue, true)]);
    let mut flaws: Vec<Flaw> = set.errors().iter().cloned().map(Flaw::from).collect();
    for signature in set.signatures() {
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        lint(&mut sheet);
        has_product(&set, &broken, &mut sheet);
        flaws.extend(sheet.flaws);
    }
    flaws.extend(same_titles(&set));
    flaws.extend(cross_fire(&set));
    let runs = run_examples(&set);
    let examples = runs.len();
    for run in runs {
        let Some(failure) = run.failure else { continue };
        let message = match run.expectation {
            Expectation::Match => format!("this example does not match: {failure}"),
            Expectation::NoMatch => format!("this example matches: {failure}"),
        };
        let hint = match run.expectation {
            Expectation::Match => "a condition looks at one record; correct it or the example",
            Expectation::NoMatch => "make the condition more specific, e.g. with `all:` and `none:`",
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
    if let Some(quiet) = quiet {
        flaws.extend(fires_on(&set, quiet)?);
    }
    flaws.sort();
    flaws.dedup();
    Ok(Checked { flaws, signatures: set.signatures().len(), broken: broken.len(), examples })
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

/// Each positive example may be claimed by its own signature only, unless one of the two suppresses the other.
fn cross_fire(set: &SignatureSet) -> Vec<Flaw> {
    let scanner = Scanner::new(set);
    let mut flaws = Vec::new();
    for (index, signature) in set.signatures().iter().enumerate() {
        let path = sample_path(set, signature);
        for (item, example) in signature.examples.matching.iter().enumerate() {
            for other in claimed_by(&scanner, &path, example) {
                let Some(other) = set.signatures().get(other).filter(|_| other != index) else { continue };
                if signature.suppresses.contains(&other.id) || other.suppresses.contains(&signature.id) {
                    continue;
                }
                let text = text_of(signature);
                let mut sheet = Sheet::new(signature, &text);
                let at = [Step::Field("examples"), Step::Field("match"), Step::Item(item)];
                let message = format!("this example is also claimed by `{}`", other.id);
                let hint =
                    "make one of them more specific, or list the less specific one in `suppresses:` of the other";
                if other.status == Status::Draft {
                    sheet.warning(&at, message, hint);
                } else {
                    sheet.error_unless_draft(&at, message, hint);
                }
                flaws.extend(sheet.flaws);
            }
        }
    }
    flaws
}

/// Runs a triage over healthy logs; a known problem in them is an error of its signature.
fn fires_on(set: &SignatureSet, quiet: &Path) -> Result<Vec<Flaw>, BundleError> {
    let bundle = Bundle::open(&[quiet.to_path_buf()], Limits::default())?;
    let diagnosis = triage(&bundle, set);
    let mut flaws = Vec::new();
    for known in &diagnosis.known {
        let text = text_of(&known.signature);
        let mut sheet = Sheet::new(&known.signature, &text);
        let place = known.group.evidence.first().map(|it| format!(" at {}:{}", it.file, it.line)).unwrap_or_default();
        let message = format!("it fires on the quiet logs, {} times, first{place}", known.group.count);
        sheet.error(
            &[Step::Field("match")],
            message,
            "healthy systems write this too: make the condition more specific",
        );
        flaws.extend(sheet.flaws);
    }
    Ok(flaws)
}
