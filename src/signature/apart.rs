//! Examples of the built-in catalogue, which are stored apart from the rest of their signatures.
//!
//! They are a quarter of the catalogue, and only who writes or checks signatures looks at them: a triage shall not wait for them.
//! `build.rs` takes them out of the trees (`encode.rs`), `Catalogue::builtin_with_examples` puts them back.

use super::yaml::{Key, Node, Place, Value};
use std::borrow::Cow;

/// The field that has them, of a signature and of a row of its variants.
pub(super) const NAME: &str = "examples";

/// The fields of a mapping.
type Fields<'a> = Vec<(Key<'a>, Node<'a>)>;

/// Puts back, behind the other fields, what `take_examples` has taken out of the same tree.
pub fn put_examples<'a>(root: &mut Node<'a>, taken: Node<'a>) {
    let Value::List(taken) = taken.value else { return };
    let mut taken = taken.into_iter();
    each_mapping(root, &mut |fields| {
        if let Some(examples) = taken.next().filter(|it| matches!(it.value, Value::Map(_))) {
            fields.push((Key { place: Place::default(), name: Cow::Borrowed(NAME) }, examples));
        }
    });
}

/// Calls for the fields of the signature, then of its rows.
pub(super) fn each_mapping<'a>(root: &mut Node<'a>, see: &mut dyn FnMut(&mut Fields<'a>)) {
    let Value::Map(fields) = &mut root.value else { return };
    see(fields);
    let Some((_, variants)) = fields.iter_mut().find(|(key, _)| key.name == "variants") else { return };
    let Value::Map(parts) = &mut variants.value else { return };
    let Some((_, rows)) = parts.iter_mut().find(|(key, _)| key.name == "rows") else { return };
    let Value::Map(rows) = &mut rows.value else { return };
    for (_, row) in rows {
        if let Value::Map(fields) = &mut row.value {
            see(fields);
        }
    }
}
