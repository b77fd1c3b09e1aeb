//! What was written is read back, and its examples are run: an import that our own program refuses, or a test log that the
//! signature does not find, is told at once and not by the first user.

use super::draft::Draft;
use super::{Found, Gathered, Imported, ImportedRule, broken, note, write};
use crate::signature::{Signature, SignatureSet, load_str};
use crate::workshop::{Expectation, run_examples};
use std::collections::BTreeMap;
use std::path::Path;

/// Writes all drafts that the loader accepts, without the examples that do not behave.
pub(super) fn proven(gathered: Gathered) -> Imported {
    let Gathered { broken: flaws, without_rules, beside, .. } = gathered;
    let mut imported = Imported { broken: flaws, without_rules, files: beside, ..Imported::default() };
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    // Two products may have a rule of one name, and two names may make one id.
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for it in gathered.found {
        let name = it.original.to_lowercase();
        let first = known.get(&name).and_then(|id| found.get(id)).or_else(|| found.get(&it.draft.id));
        if let Some(first) = first {
            let message = format!("a second rule is called `{}`", it.original);
            let hint = format!("the first one is in {}, line {}", first.file.display(), first.place.line);
            imported.broken.push(broken(&it.file, it.place, message, &hint));
        } else {
            known.insert(name, it.draft.id.clone());
            found.insert(it.draft.id.clone(), it);
        }
    }
    let mut signatures = Vec::new();
    found.retain(|_, it| match read_back(&it.draft) {
        Ok(signature) => {
            signatures.push(signature);
            true
        }
        Err(message) => {
            let hint = "correct the rule, or write the signature by hand";
            imported.broken.push(broken(&it.file, it.place, format!("`{}`: {message}", it.original), hint));
            false
        }
    });
    drop_examples(&mut found, signatures);
    for (id, it) in found {
        imported.files.insert(format!("{id}.yaml"), write::yaml(&it.draft));
        let mut notes = it.notes;
        notes.sort();
        notes.dedup();
        let Found { original, file, place, .. } = it;
        imported.rules.push(ImportedRule { original, id, file, line: place.line, notes });
    }
    for (folder, product) in gathered.products {
        let is_used = imported.rules.iter().any(|rule| rule.id.rsplit_once('/').is_some_and(|(of, _)| of == folder));
        if is_used {
            let text = write::product(&product.vendor, &product.product, &product.aliases);
            imported.files.insert(format!("{folder}/_product.yaml"), text);
        }
    }
    imported.broken.sort();
    imported
}

fn read_back(draft: &Draft) -> Result<Signature, String> {
    load_str(&draft.id, Path::new("imported.yaml"), &write::yaml(draft)).map_err(|errors| {
        let errors = errors.into_iter().map(|it| it.message);
        errors.collect::<Vec<_>>().join("; ")
    })
}

/// Leaves out the examples that do not do what their rule says.
fn drop_examples(found: &mut BTreeMap<String, Found>, signatures: Vec<Signature>) {
    let set = SignatureSet::new(signatures);
    // The last first, so that the places of the others hold.
    for run in run_examples(&set).into_iter().rev() {
        let (Some(failure), Some(it)) = (run.failure, found.get_mut(&*run.id)) else { continue };
        let (list, what) = match run.expectation {
            Expectation::Match => (&mut it.draft.fires, "a test log does not match"),
            Expectation::NoMatch => (&mut it.draft.silent, "a test log that should not match does"),
            // A draft has no list of them.
            Expectation::Inconclusive | Expectation::Old => continue,
        };
        if (1..=list.len()).contains(&run.number) {
            list.remove(run.number - 1);
            it.notes.push(note(what, format!("left out of the examples: {failure}")));
        }
    }
}
