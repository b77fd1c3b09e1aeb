//! Which files a signature or a fact applies to, and which versions and systems.

use super::super::fields::{Fields, Reader};
use super::super::yaml::{Mistake, Node, Value};
use super::super::{FixedIn, Os, Scope, Version, Versions, VersionsError};
use std::sync::Arc;

pub(super) fn scope(reader: &mut Reader, node: &Node<'_>) -> Scope {
    let fields = reader.fields(node, "a scope", &["files", "not_files", "versions", "fixed_in", "version_fact", "os"]);
    let scope = Scope {
        files: globs(reader, &fields, "files"),
        not_files: globs(reader, &fields, "not_files"),
        versions: fields.get("versions").and_then(|node| versions(reader, node)),
        fixed_in: fields.get("fixed_in").map(|node| fixed_in(reader, node)).unwrap_or_default(),
        version_fact: reader.optional(&fields, "version_fact").map(Arc::from),
        os: fields.get("os").map(|node| systems(reader, node)).unwrap_or_default(),
    };
    if let (Some(node), None, None) = (fields.get("version_fact"), fields.get("versions"), fields.get("fixed_in")) {
        let hint = "add `versions:` or `fixed_in:`, or remove it";
        reader.mistake(Mistake::new(node.place, "`version_fact` names a version that nothing asks for").hint(hint));
    }
    if let (Some(node), Some(versions)) = (fields.get("versions"), &scope.versions)
        && let Some(fix) = scope.fixed_in.versions().iter().find(|fix| versions.reach_beyond(fix))
    {
        let message = format!("{fix} is in the range of `versions` and has the fix of `fixed_in`");
        let hint = "let the range end before the version of `fixed_in`, e.g. with `<`";
        reader.mistake(Mistake::new(node.place, message).hint(hint));
    }
    scope
}

fn versions(reader: &mut Reader, node: &Node<'_>) -> Option<Versions> {
    let text = reader.text(node, "versions")?;
    match Versions::parse(&text) {
        Ok(versions) => Some(versions),
        Err(error) => {
            let hint = match &error {
                VersionsError::NoBound(word) if word.starts_with(|c: char| c.is_ascii_digit()) => {
                    format!("write what it is a limit of, without a blank: `>={word}`, `<{word}` or `={word}`")
                }
                VersionsError::Nothing(_) => "put `||` between ranges of which either may hold".to_owned(),
                _ => "write bounds such as `>=12.0 <12.3.1`, without a blank behind the sign".to_owned(),
            };
            reader.mistake(Mistake::new(node.place, error.to_string()).hint(hint));
            None
        }
    }
}

/// One version, or a list with one for each line of releases.
fn fixed_in(reader: &mut Reader, node: &Node<'_>) -> FixedIn {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(node),
    };
    if items.is_empty() {
        let hint = "write the version that has the fix, or remove the field";
        reader.mistake(Mistake::new(node.place, "`fixed_in` has no version").hint(hint));
    }
    let mut fixes = Vec::new();
    for item in items {
        let Some(text) = reader.text(item, "fixed_in") else { continue };
        match Version::parse(&text).filter(|_| text.starts_with(|c: char| c.is_ascii_alphanumeric())) {
            Some(version) if fixes.contains(&version) => {
                let message = format!("`{text}` stands here a second time");
                reader.mistake(Mistake::new(item.place, message).hint("keep one of them"));
            }
            Some(version) => fixes.push(version),
            None => {
                let message = format!("`{text}` is not a version");
                let hint = "write the first version that has the fix as the product writes it, such as `12.3.1.1139`";
                reader.mistake(Mistake::new(item.place, message).hint(hint));
            }
        }
    }
    FixedIn::new(fixes)
}

fn systems(reader: &mut Reader, node: &Node<'_>) -> Vec<Os> {
    let items = reader.list(node, "os");
    if items.is_empty() && matches!(node.value, Value::List(_)) {
        let hint = "name a system, or remove the field";
        reader.mistake(Mistake::new(node.place, "`os` has no system").hint(hint));
    }
    items.iter().filter_map(|item| reader.one_of(item, "os", Os::NAMES)).collect()
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

#[cfg(test)]
mod tests {
    use super::super::tests::{check, complete};

    #[track_caller]
    fn check_scope(scope: &str, expected: &[&str]) {
        check(&complete(&format!("match: {{text: abc}}\nscope:\n{scope}")), expected);
    }

    #[test]
    fn versions_and_systems_are_read() {
        check_scope("  versions: '>=12.0 <12.3'\n  fixed_in: 12.3.1.1139\n  os: [windows, linux]\n", &[]);
        check_scope("  fixed_in: ['13.11', '14.8', 15.3]\n  version_fact: a.b.version\n", &[]);
    }

    #[test]
    fn mistakes_have_a_place_and_a_way_out() {
        check_scope(
            "  versions: '12.1'\n",
            &["8:13 `12.1` is not a bound of versions (write what it is a limit of, without a blank: `>=12.1`, \
               `<12.1` or `=12.1`)"],
        );
        check_scope(
            "  versions: '>=12 <11'\n",
            &["8:13 no version is in `>=12 <11` (put `||` between ranges of which either may hold)"],
        );
        check_scope(
            "  fixed_in: [next, 1.2, '1.2.0']\n  os: [windos]\n",
            &[
                "8:14 `next` is not a version (write the first version that has the fix as the product writes it, such as \
                 `12.3.1.1139`)",
                "8:25 `1.2.0` stands here a second time (keep one of them)",
                "9:8 `windos` is not a value of `os` (did you mean `windows`?)",
            ],
        );
        check_scope(
            "  version_fact: a.b.version\n  os: []\n",
            &[
                "9:7 `os` has no system (name a system, or remove the field)",
                "8:17 `version_fact` names a version that nothing asks for (add `versions:` or `fixed_in:`, or remove it)",
            ],
        );
        check_scope(
            "  versions: '<=12.3'\n  fixed_in: '12.3'\n",
            &["8:13 12.3 is in the range of `versions` and has the fix of `fixed_in` (let the range end before \
               the version of `fixed_in`, e.g. with `<`)"],
        );
    }
}
