//! What is wrong with overlays, and with ids that are no longer used.

use super::Flaw;
use super::flaw::{Sheet, Step, text_of};
use crate::signature::{Catalogue, Day, Override, Signature, SignatureSet, Status};
use std::collections::BTreeMap;
use std::path::Path;

/// Overrides that are over, that change nothing, or that name an id which a signature had once. What they name is
/// looked for in the built-in catalogue too.
pub(super) fn lint(catalogue: &Catalogue, today: Day) -> Vec<Flaw> {
    let Some(overlay) = &catalogue.overlay else { return Vec::new() };
    let set = SignatureSet::merge(vec![(Catalogue::builtin(), false), (catalogue.clone(), true)]);
    let mut flaws = Vec::new();
    for it in &overlay.overrides {
        if let (Some(until), false) = (it.until, it.holds_on(today)) {
            let hint = "remove it, or write a later day if it should still hold";
            flaws.push(warning(&overlay.source, it, format!("this override ended on {until}"), hint));
            continue;
        }
        let about: Vec<&Signature> = set.signatures().iter().filter(|own| it.is_about(&own.id)).collect();
        if about.is_empty()
            && let Some(own) = set.get(&it.id)
        {
            let hint = format!("write `{}`", own.id);
            flaws.push(warning(&overlay.source, it, format!("`{}` is the former id of a signature", it.id), &hint));
        }
        let is_idle = |own: &&Signature| it.apply(&mut Signature::clone(own)).is_empty();
        if !it.disables && it.note.is_none() && !about.is_empty() && about.iter().all(is_idle) {
            let hint = "remove it: the signature says so itself";
            flaws.push(warning(&overlay.source, it, "this override makes no difference".to_owned(), hint));
        }
    }
    flaws
}

fn warning(file: &Path, it: &Override, message: String, hint: &str) -> Flaw {
    let (line, column) = (it.place.line, it.place.column);
    Flaw { file: file.to_path_buf(), line, column, is_error: false, message, hint: Some(hint.to_owned()) }
}

/// Deprecated signatures whose successor is deprecated itself. That a successor does not exist is told by the set.
pub(super) fn retired(catalogue: &Catalogue) -> Vec<Flaw> {
    let by_id: BTreeMap<&str, &Signature> = catalogue.signatures.iter().map(|it| (&*it.id, it)).collect();
    let next = |id: &str| by_id.get(id).filter(|it| it.status == Status::Deprecated)?.replaced_by.as_deref();
    let mut flaws = Vec::new();
    for signature in catalogue.signatures.iter().filter(|it| it.status == Status::Deprecated) {
        let Some(first) = signature.replaced_by.as_deref() else { continue };
        if by_id.get(first).is_none_or(|it| it.status != Status::Deprecated) {
            continue;
        }
        let mut last = first;
        // A ring has at most as many steps as there are signatures.
        let mut steps = 0;
        while let (Some(further), true) = (next(last), steps <= by_id.len()) {
            (last, steps) = (further, steps + 1);
        }
        let is_ring = steps > by_id.len();
        let is_used = by_id.get(last).is_none_or(|it| it.status != Status::Deprecated);
        let hint = match (is_ring, is_used) {
            (true, _) => "name a signature that is used; these replace each other".to_owned(),
            (false, true) => format!("name `{last}`, which is used in the end"),
            (false, false) => format!("`{last}` is deprecated too and nothing replaces it: name one that is used"),
        };
        let text = text_of(signature);
        let mut sheet = Sheet::new(signature, &text);
        sheet.warning(&[Step::Field("replaced_by")], format!("`{first}` is deprecated itself"), hint);
        flaws.extend(sheet.flaws);
    }
    flaws
}
