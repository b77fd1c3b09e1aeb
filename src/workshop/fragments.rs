//! Fragments that no signature of their product uses.

use super::Flaw;
use super::flaw::text_of;
use crate::signature::yaml::{self, Node, Value};
use crate::signature::{Product, SignatureSet, source_text};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Tells them. Of a product with broken signatures nothing is told: those may use them.
pub(super) fn unused(set: &SignatureSet, broken: &[Arc<str>]) -> Vec<Flaw> {
    let has_fragments = |product: &&Product| !product.fragments.is_empty();
    let is_whole = |product: &&Product| !broken.iter().any(|id| folder(id) == &*product.folder);
    set.products().iter().filter(has_fragments).filter(is_whole).flat_map(|product| of_product(set, product)).collect()
}

fn of_product(set: &SignatureSet, product: &Product) -> Vec<Flaw> {
    let mut used = BTreeSet::new();
    for signature in set.signatures().iter().filter(|it| folder(&it.id) == &*product.folder) {
        let text = text_of(signature);
        if let Ok(root) = yaml::parse(&text) {
            root.get("match").into_iter().for_each(|node| uses(node, &mut used));
        }
    }
    let text = source_text(&product.source).unwrap_or_default();
    let Ok(root) = yaml::parse(&text) else { return Vec::new() };
    let Some(fragments) = root.get("fragments") else { return Vec::new() };
    // What is used by a fragment is used if that is; a fragment uses only those above it.
    for fragment in product.fragments.iter().rev() {
        if let (true, Some(node)) = (used.contains(&fragment.name), fragments.get(&fragment.name)) {
            uses(node, &mut used);
        }
    }
    let unused = product.fragments.iter().filter(|it| !used.contains(&it.name));
    let flaw = |name: &str| {
        let place = fragments.key(name)?.place;
        Some(Flaw {
            file: product.source.clone(),
            line: place.line,
            column: place.column,
            is_error: false,
            message: format!("no signature of the product uses the fragment `{name}`"),
            hint: Some(format!("write `use: {name}` where it is meant, or remove it")),
        })
    };
    unused.filter_map(|it| flaw(&it.name)).collect()
}

/// The names behind every `use:` in a part of a file.
fn uses(node: &Node<'_>, names: &mut BTreeSet<String>) {
    match &node.value {
        Value::Map(fields) => {
            for (key, value) in fields {
                match value.text() {
                    Some(name) if key.name == "use" => _ = names.insert(name.trim().to_owned()),
                    _ => uses(value, names),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|item| uses(item, names)),
        Value::Scalar { .. } => {}
    }
}

fn folder(id: &str) -> &str {
    id.rsplit_once('/').map_or("", |(folder, _)| folder)
}
