//! Log excerpts that prove a signature.

use super::super::fields::Reader;
use super::super::yaml::{Mistake, Node, Value};
use super::super::{Example, Examples};

pub(in super::super) fn examples(reader: &mut Reader, node: &Node<'_>) -> Examples {
    let fields = reader.fields(node, "the examples", &["match", "no_match", "inconclusive", "old"]);
    let mut take = |name: &str| -> Vec<Example> {
        let Some(node) = fields.get(name) else { return Vec::new() };
        reader.list(node, name).iter().filter_map(|item| example(reader, item, name)).collect()
    };
    Examples {
        matching: take("match"),
        not_matching: take("no_match"),
        inconclusive: take("inconclusive"),
        old: take("old"),
    }
}

/// Reads one text, or several in a mapping of paths.
fn example(reader: &mut Reader, node: &Node<'_>, name: &str) -> Option<Example> {
    if !matches!(node.value, Value::Map(_)) {
        return reader.verbatim(node, name).map(|text| Example::from(text.as_str()));
    }
    let fields = reader.fields(node, "an example", &["files"]);
    let Some(files) = fields.get("files") else {
        reader.missing(&fields, "files");
        return None;
    };
    let Value::Map(entries) = &files.value else {
        let message = format!("`files` must be a mapping of paths, not {}", files.kind());
        let hint = "write `files: { \"a.log\": \"...\", \"b.log\": \"...\" }`";
        reader.mistake(Mistake::new(files.place, message).hint(hint));
        return None;
    };
    let mut texts = Vec::new();
    for (key, node) in entries {
        if key.name.trim().is_empty() {
            let hint = "write a path as it stands in a bundle, e.g. `logs/app.log`";
            reader.mistake(Mistake::new(key.place, "a path is empty").hint(hint));
        } else if let Some(text) = reader.verbatim(node, &key.name) {
            texts.push((key.name.to_string(), text));
        }
    }
    if entries.is_empty() {
        reader.mistake(
            Mistake::new(files.place, "an example without files").hint("write at least one path and its text"),
        );
    }
    (!texts.is_empty()).then_some(Example { files: texts })
}
