//! Which files a signature or a fact applies to.

use super::super::Scope;
use super::super::fields::{Fields, Reader};
use super::super::yaml::{Mistake, Node};

pub(super) fn scope(reader: &mut Reader, node: &Node<'_>) -> Scope {
    let fields = reader.fields(node, "a scope", &["files", "not_files"]);
    Scope { files: globs(reader, &fields, "files"), not_files: globs(reader, &fields, "not_files") }
}

/// Takes file globs, which must be well-formed.
pub(in super::super) fn globs(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str) -> Vec<String> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    let mut globs = Vec::new();
    for item in reader.list(node, name) {
        let Some(glob) = reader.text(item, name) else { continue };
        match globset::Glob::new(&glob) {
            Ok(_) => globs.push(glob),
            Err(err) => reader.mistake(
                Mistake::new(item.place, format!("wrong file pattern: {}", err.kind()))
                    .hint("write a glob such as `**/Job.*.log`"),
            ),
        }
    }
    globs
}
