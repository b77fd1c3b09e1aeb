//! References between signatures: former ids become present ones, and what leads nowhere is told with its place.

use super::SignatureSet;
use crate::signature::fields::similar;
use crate::signature::yaml::{self, Place};
use crate::signature::{Catalogue, Overlay, Override, Product, Signature, SignatureError, causes, source_text};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The ids that signatures have, also such as are not used or broken, and those of the built-in catalogue.
pub(super) struct Known(BTreeSet<Arc<str>>);

impl Known {
    /// `ids` are those of the catalogues that are used.
    pub(super) fn new(ids: Vec<Arc<str>>) -> Known {
        Known(ids.into_iter().collect())
    }

    fn contains(&self, id: &str) -> bool {
        self.0.contains(id) || Catalogue::has_builtin_id(id)
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let own = self.0.iter().map(|id| &**id);
        own.chain(Catalogue::builtin_ids().map(|id| -> &str { id }))
    }
}

impl SignatureSet {
    /// Turns former ids into present ones and tells references to ids that nobody has or had.
    pub(super) fn connect(&mut self, known: &Known) {
        let mut renamed: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
        for signature in &self.signatures {
            for old in &signature.formerly {
                if known.contains(old) {
                    let message = format!("`formerly` names `{old}`, which is the id of another signature");
                    self.errors.push(about(
                        signature,
                        "formerly",
                        old,
                        message,
                        "ids live for ever: remove it from `formerly`",
                    ));
                } else if let Some(other) = renamed.insert(Arc::clone(old), Arc::clone(&signature.id)) {
                    let message = format!("`formerly` names `{old}`, as `{other}` does");
                    self.errors.push(about(
                        signature,
                        "formerly",
                        old,
                        message,
                        "an id belongs to one signature: remove it from one",
                    ));
                }
            }
        }
        for signature in &mut self.signatures {
            let mut named = [std::mem::take(&mut signature.suppresses), std::mem::take(&mut signature.caused_by)];
            for (field, ids) in ["suppresses", "caused_by"].into_iter().zip(&mut named) {
                for id in ids {
                    if let Some(present) = renamed.get(id).or_else(|| self.retired.present(id)) {
                        *id = Arc::clone(present);
                    } else if !known.contains(id) {
                        let message = format!("`{field}` names `{id}`, which does not exist");
                        let hint = match alike(id, known) {
                            Some(other) => format!("did you mean `{other}`?"),
                            None => "write the id of a signature, or remove it".to_owned(),
                        };
                        self.errors.push(about(signature, field, id, message, &hint));
                    }
                }
            }
            [signature.suppresses, signature.caused_by] = named;
        }
        self.errors.extend(causes::break_rings(&mut self.signatures));
        let is_known = |it: &Override| {
            known.iter().chain(renamed.keys().map(|id| &**id)).any(|id| it.is_about(id))
                || Catalogue::had_builtin(&|id| it.is_about(id))
        };
        for overlay in &self.overlays {
            let unknown = overlay.overrides.iter().filter(|it| !is_known(it));
            self.errors.extend(unknown.map(|it| nobody_has(overlay, it, known)));
        }
    }
}

/// The id that was probably meant: with the same last part, or one that differs in a few letters from it.
fn alike<'k>(id: &str, known: &'k Known) -> Option<&'k str> {
    let (start, last) = id.rsplit_once('/').unwrap_or(("", id));
    let same = known.iter().find(|other| !last.is_empty() && other.rsplit('/').next() == Some(last));
    let beside = || {
        let in_product = |other: &&str| other.rsplit_once('/').is_some_and(|(of, _)| of == start);
        let ids: Vec<&str> = known.iter().filter(in_product).collect();
        similar(id, &ids)
    };
    same.or_else(beside)
}

/// An override of what does not exist.
fn nobody_has(overlay: &Overlay, it: &Override, known: &Known) -> SignatureError {
    let hint = match alike(&it.id, known) {
        Some(alike) => format!("did you mean `{alike}`?"),
        None => "write an id that `tierline signatures list` shows, or a glob of such ids".to_owned(),
    };
    let Place { line, column } = it.place;
    let message = format!("no signature has or had an id `{}`", it.id);
    SignatureError { file: overlay.source.clone(), line, column, message, hint: Some(hint) }
}

/// A deprecated signature whose successor does not exist.
pub(super) fn without_successor(signature: &Signature, known: &Known) -> Option<SignatureError> {
    let new = signature.replaced_by.as_ref().filter(|new| !known.contains(new))?;
    let file = signature.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let place = yaml::parse(&text).ok().and_then(|root| Some(root.get("replaced_by")?.place));
    let Place { line, column } = place.unwrap_or_default();
    let message = format!("`replaced_by` names `{new}`, which does not exist");
    let hint = Some("write the id of the signature that is used now, or remove it".to_owned());
    Some(SignatureError { file, line, column, message, hint })
}

/// A fact that means something else than another one of its name.
pub(super) fn other_meaning(product: &Product, item: usize, name: &str) -> SignatureError {
    let file = product.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let facts = yaml::parse(&text).ok();
    let is_it = |node: &&yaml::Node<'_>| node.get("name").and_then(yaml::Node::text) == Some(name);
    let place = facts.as_ref().and_then(|root| Some(root.get("facts")?.items().iter().rfind(is_it)?.place));
    let Place { line, column } = place.unwrap_or_default();
    let message = format!("fact {} is called `{name}`, as one that has another kind or keeps another value", item + 1);
    let hint = "a name has one meaning in all products: write the same `kind` and `keep`, or another name";
    SignatureError { file, line, column, message, hint: Some(hint.to_owned()) }
}

/// A mistake at the item `id` of the list `field`. The place is looked up only now, because it is hardly ever needed.
pub(in crate::signature) fn about(
    signature: &Signature,
    field: &str,
    id: &str,
    message: String,
    hint: &str,
) -> SignatureError {
    let file = signature.source.clone();
    let text = source_text(&file).unwrap_or_default();
    let place = yaml::parse(&text).ok().and_then(|root| {
        let items = root.get(field)?.items();
        items.iter().find(|item| item.text() == Some(id)).map(|item| item.place)
    });
    let Place { line, column } = place.unwrap_or_default();
    SignatureError { file, line, column, message, hint: Some(hint.to_owned()) }
}
