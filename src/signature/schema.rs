//! The fields of a signature file, one function for each mapping of the format.
//!
//! In goes the tree of a file, out comes a [`Signature`] or all mistakes that could be found in it.

use super::fields::{Fields, Reader};
use super::pattern;
use super::variants::{no_such_capture, variants};
use super::yaml::{self, Mistake, Node, Value};
use super::{
    Audience, Condition, Escalate, Examples, FieldTest, FieldValue, Fix, Reference, Scope, Severity, Side, Signature,
    Status, SupportLevel,
};
use std::path::Path;
use std::sync::Arc;

const STATUSES: &[(&str, Status)] =
    &[("draft", Status::Draft), ("stable", Status::Stable), ("deprecated", Status::Deprecated)];
pub(super) const LEVELS: &[(&str, SupportLevel)] = &[("L1", SupportLevel::L1), ("L2", SupportLevel::L2), ("L3", SupportLevel::L3)];
pub(super) const SIDES: &[(&str, Side)] = &[
    ("client", Side::Client),
    ("network", Side::Network),
    ("server", Side::Server),
    ("storage", Side::Storage),
    ("config", Side::Config),
];
pub(super) const SEVERITIES: &[(&str, Severity)] = &[
    ("critical", Severity::Critical),
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
    ("info", Severity::Info),
];
const AUDIENCES: &[(&str, Audience)] =
    &[("customer", Audience::Customer), ("partner", Audience::Partner), ("vendor", Audience::Vendor)];

const REFERENCE_KINDS: &[(&str, &str)] = &[
    ("kb", "kb"),
    ("docs", "docs"),
    ("issue", "issue"),
    ("forum", "forum"),
    ("standard", "standard"),
    ("blog", "blog"),
    ("source", "source"),
    ("rfc", "rfc"),
];

/// Reads a signature. Vendor and product are the folder names of `id` until a `_product.yaml` says better.
pub(super) fn signature(id: &str, file: &Path, yaml: &str) -> Result<Signature, Vec<Mistake>> {
    if let Some(part) = id.split('/').find(|part| !is_kebab_case(part)) {
        return Err(vec![
            Mistake::new(yaml::Place::default(), format!("`{part}` is not a name that an id can have"))
                .hint("rename it: lower-case letters, digits and single hyphens, e.g. `vss-writer-timeout`"),
        ]);
    }
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    signature_of(id, file, &root, Some(yaml))
}

/// `vss-writer-timeout` is, `VSS_writer`, `a--b` and the empty name are not.
fn is_kebab_case(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.split('-').all(is_word)
}

/// Reads a signature from the tree of its file. Patterns are checked if there is `yaml`, the file's text; without it they
/// must have been checked before.
pub(super) fn signature_of(
    id: &str,
    file: &Path,
    root: &Node<'_>,
    yaml: Option<&str>,
) -> Result<Signature, Vec<Mistake>> {
    let mut reader = Reader::default();
    let fields = reader.fields(
        root,
        "a signature",
        &[
            "title",
            "status",
            "level",
            "side",
            "severity",
            "component",
            "scope",
            "match",
            "cause",
            "impact",
            "fixes",
            "references",
            "suppresses",
            "formerly",
            "escalate",
            "variants",
            "examples",
        ],
    );
    let status = fields.get("status").and_then(|node| reader.one_of(node, "status", STATUSES));
    let mut folders = id.split('/');
    let mut signature = Signature {
        id: Arc::from(id),
        title: reader.required(&fields, "title"),
        status: status.unwrap_or(Status::Stable),
        level: required_word(&mut reader, &fields, "level", LEVELS).unwrap_or(SupportLevel::L1),
        side: required_word(&mut reader, &fields, "side", SIDES).unwrap_or(Side::Server),
        severity: required_word(&mut reader, &fields, "severity", SEVERITIES).unwrap_or(Severity::Medium),
        vendor: folders.next().unwrap_or_default().to_owned(),
        product: folders.next().unwrap_or_default().to_owned(),
        component: reader.optional(&fields, "component"),
        scope: fields.get("scope").map(|node| scope(&mut reader, node)).unwrap_or_default(),
        condition: Condition::Any(Vec::new()),
        cause: reader.required(&fields, "cause"),
        impact: reader.optional(&fields, "impact"),
        fixes: each(&mut reader, &fields, "fixes", fix),
        references: each(&mut reader, &fields, "references", reference),
        suppresses: ids(&mut reader, &fields, "suppresses"),
        formerly: ids(&mut reader, &fields, "formerly"),
        escalate: fields.get("escalate").map(|node| escalate(&mut reader, node)),
        variants: fields.get("variants").map(|node| variants(&mut reader, node)),
        examples: fields.get("examples").map(|node| examples(&mut reader, node)).unwrap_or_default(),
        source: file.to_path_buf(),
    };
    match fields.get("match") {
        Some(node) => {
            if let Some(found) = condition(&mut reader, yaml, node, false) {
                signature.condition = found;
            }
        }
        None => reader.missing(&fields, "match"),
    }
    if let (Some(_), Some(variants), true) = (yaml, &signature.variants, reader.mistakes.is_empty()) {
        let captures = signature.condition.captures();
        if !captures.contains(&variants.key) {
            let place = fields.get("variants").and_then(|node| node.get("key")).map_or(root.place, |node| node.place);
            reader.mistake(no_such_capture(place, &variants.key, &captures));
        }
    }
    if reader.mistakes.is_empty() { Ok(signature) } else { Err(reader.mistakes) }
}

fn required_word<T: Copy>(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str, words: &[(&str, T)]) -> Option<T> {
    let Some(node) = fields.get(name) else {
        reader.missing(fields, name);
        return None;
    };
    reader.one_of(node, name, words)
}

pub(super) fn each<T>(
    reader: &mut Reader,
    fields: &Fields<'_, '_>,
    name: &str,
    read: fn(&mut Reader, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    reader.list(node, name).iter().filter_map(|item| read(reader, item)).collect()
}

fn ids(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str) -> Vec<Arc<str>> {
    reader.texts(fields, name).into_iter().map(Arc::from).collect()
}

fn scope(reader: &mut Reader, node: &Node<'_>) -> Scope {
    let fields = reader.fields(node, "a scope", &["files", "not_files"]);
    Scope { files: globs(reader, &fields, "files"), not_files: globs(reader, &fields, "not_files") }
}

/// Takes file globs, which must be well-formed.
pub(super) fn globs(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str) -> Vec<String> {
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

/// Reads a condition. `in_all` says whether it stands directly in a list of `all`, where alone `none` has a meaning.
fn condition(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>, in_all: bool) -> Option<Condition> {
    let fields = reader.fields(node, "a condition", &["any", "all", "none", "text", "regex", "nocase", "field"]);
    let kinds: Vec<_> = fields.entries().iter().filter(|(key, _)| CONDITIONS.contains(&&*key.name)).collect();
    let [(key, value)] = kinds.as_slice() else {
        if let [_, (second, _), ..] = kinds.as_slice() {
            let message = format!("a second condition, `{}`, in the same mapping", second.name);
            let hint = "make each an item of a list (`- `) below `all:` or `any:`";
            reader.mistake(Mistake::new(second.place, message).hint(hint));
        } else if matches!(node.value, Value::Map(_)) && reader.mistakes.is_empty() {
            let hint = "write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`";
            reader.mistake(Mistake::new(node.place, "a condition is missing here").hint(hint));
        }
        return None;
    };
    let nocase = fields.get("nocase");
    if let (Some(node), true) = (nocase, key.name != "text") {
        let hint = if key.name == "regex" { "begin the pattern with `(?i)`" } else { "put it beside each `text:`" };
        reader.mistake(Mistake::new(node.place, "`nocase` belongs to `text` only").hint(hint));
    }
    match &*key.name {
        "text" => {
            let nocase = nocase.is_some_and(|node| reader.flag(node, "nocase"));
            let text = reader.verbatim(value, "text")?;
            if text.contains(['\n', '\r']) {
                let hint =
                    "use `|-` or quotes so that no line end is added; for several lines use `regex` with `\\r?\\n`";
                reader.mistake(Mistake::new(value.place, "`text` contains a line end").hint(hint));
                return None;
            }
            Some(Condition::Text { text, nocase })
        }
        "regex" => {
            let regex = reader.verbatim(value, "regex")?;
            if regex.ends_with('\n') {
                let hint = "use `|-` in place of `|`, or single quotes";
                reader.mistake(Mistake::new(value.place, "`regex` ends with a line end").hint(hint));
                return None;
            }
            match yaml.map_or(Ok(()), |yaml| pattern::check(yaml, value, &regex)) {
                Ok(()) => Some(Condition::Regex(regex)),
                Err(mistake) => {
                    reader.mistake(mistake);
                    None
                }
            }
        }
        "field" => field_tests(reader, yaml, value),
        name => {
            let all = name == "all";
            if name == "none" && !in_all {
                let hint = "write `all:` with what must be there and, as its last item, `- none: [...]`";
                reader.mistake(Mistake::new(key.place, "`none` stands outside `all`").hint(hint));
            }
            let items = reader.list(value, name);
            let parts: Vec<_> = items.iter().filter_map(|item| condition(reader, yaml, item, all)).collect();
            if items.is_empty() && matches!(value.value, Value::List(_)) {
                reader.mistake(Mistake::new(value.place, format!("`{name}` has no conditions")));
            }
            if all && !parts.is_empty() && parts.iter().all(|part| matches!(part, Condition::None(_))) {
                let hint = "add what the record must contain";
                reader.mistake(Mistake::new(key.place, "`all` says only what must not be there").hint(hint));
            }
            Some(match name {
                "any" => Condition::Any(parts),
                "all" => Condition::All(parts),
                _ => Condition::None(parts),
            })
        }
    }
}

const CONDITIONS: &[&str] = &["any", "all", "none", "text", "regex", "field"];

/// Reads the names and values of `field`.
fn field_tests(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>) -> Option<Condition> {
    const EXAMPLE: &str = "write names and values, e.g. `field: { event_id: 7000, provider: Service Control Manager }`";
    let Value::Map(entries) = &node.value else {
        let message = format!("`field` must be a mapping, not {}", node.kind());
        reader.mistake(Mistake::new(node.place, message).hint(EXAMPLE));
        return None;
    };
    if entries.is_empty() {
        reader.mistake(Mistake::new(node.place, "`field` names no field").hint(EXAMPLE));
        return None;
    }
    let mut tests = Vec::new();
    for (key, value) in entries {
        let name = &*key.name;
        let is_path = !name.is_empty() && name.len() <= 128 && name.split('.').all(|part| !part.is_empty());
        if !is_path || name.trim() != name {
            let hint = "write it as `tierline records --fields` shows it; parts of a path are joined by one dot";
            reader.mistake(Mistake::new(key.place, format!("`{name}` is not the name of a field")).hint(hint));
            continue;
        }
        let items = match &value.value {
            Value::List(items) => items.as_slice(),
            Value::Scalar { .. } | Value::Map(_) => std::slice::from_ref(value),
        };
        if items.is_empty() {
            let mistake = Mistake::new(value.place, format!("the field `{name}` has no values"));
            reader.mistake(mistake.hint("write one, or several of which any fits"));
        }
        let values = items.iter().filter_map(|item| field_value(reader, yaml, name, item)).collect();
        tests.push(FieldTest { name: name.to_owned(), values });
    }
    Some(Condition::Fields(tests))
}

/// Reads one value of a field: a text that it is, or what it contains or matches.
fn field_value(reader: &mut Reader, yaml: Option<&str>, name: &str, node: &Node<'_>) -> Option<FieldValue> {
    match &node.value {
        Value::Scalar { .. } if node.text().is_none() => {
            let hint = "write its value; that a field is missing is said with `none:` and `{ regex: '.' }`";
            reader.mistake(Mistake::new(node.place, format!("the field `{name}` has no value")).hint(hint));
            None
        }
        Value::Scalar { .. } => {
            let text = reader.verbatim(node, name)?;
            if text.ends_with('\n') {
                let hint = "use `|-` in place of `|`, or quotes";
                reader.mistake(
                    Mistake::new(node.place, format!("the value of `{name}` ends with a line end")).hint(hint),
                );
                return None;
            }
            Some(FieldValue::Is(text))
        }
        Value::List(_) => {
            let mistake = Mistake::new(node.place, format!("a list in the list of values of `{name}`"));
            reader.mistake(mistake.hint("write one list; any of its values may fit"));
            None
        }
        Value::Map(entries) => {
            let other = entries.iter().find(|(key, _)| !matches!(&*key.name, "text" | "regex" | "nocase"));
            if let Some((key, _)) = other {
                let message = format!("unknown field `{}` of the value of `{name}`", key.name);
                let hint = format!(
                    "a value is text, `{{ regex: '...' }}` or `{{ text: '...', nocase: true }}`; \
                     a field in a field is `{name}.{}: ...`",
                    key.name
                );
                reader.mistake(Mistake::new(key.place, message).hint(hint));
                return None;
            }
            if entries.is_empty() {
                let mistake = Mistake::new(node.place, format!("the field `{name}` has no value"));
                reader.mistake(mistake.hint("write text, `{ regex: '...' }` or `{ text: '...', nocase: true }`"));
                return None;
            }
            condition(reader, yaml, node, false).map(FieldValue::Like)
        }
    }
}

pub(super) fn fix(reader: &mut Reader, node: &Node<'_>) -> Option<Fix> {
    let fields = reader.fields(node, "a fix", &["level", "audience", "steps", "risk", "verify"]);
    let level = required_word(reader, &fields, "level", LEVELS);
    let audience = match fields.get("audience") {
        Some(node) => reader.one_of(node, "audience", AUDIENCES),
        None => Some(Audience::Partner),
    };
    let steps = reader.texts(&fields, "steps");
    match fields.get("steps") {
        None => reader.missing(&fields, "steps"),
        Some(node) if node.items().is_empty() && matches!(node.value, Value::List(_)) => {
            reader.mistake(Mistake::new(node.place, "`steps` has no steps"));
        }
        Some(_) => {}
    }
    let risk = reader.optional(&fields, "risk");
    let verify = reader.optional(&fields, "verify");
    Some(Fix { level: level?, audience: audience?, steps, risk, verify })
}

pub(super) fn reference(reader: &mut Reader, node: &Node<'_>) -> Option<Reference> {
    let fields = reader.fields(node, "a reference", &["kind", "id", "url"]);
    let kind = required_word(reader, &fields, "kind", REFERENCE_KINDS);
    let id = reader.optional(&fields, "id");
    let url = reader.required(&fields, "url");
    if let Some(node) = fields.get("url")
        && !url.is_empty()
        && !is_web_address(&url)
    {
        let hint = "write the whole address, `https://host/path`; blanks in it are `%20`";
        reader.mistake(Mistake::new(node.place, format!("`{url}` is not a web address")).hint(hint));
    }
    Some(Reference { kind: kind?.to_owned(), id, url })
}

/// Nothing but such an address ever gets into a report, so that no report can hold an active link of another kind.
fn is_web_address(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else { return false };
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    host.bytes().all(is_host)
        && host.split('.').count() > 1
        && host.split('.').all(|label| !label.is_empty())
        && url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'`' | b'\\'))
}

fn escalate(reader: &mut Reader, node: &Node<'_>) -> Escalate {
    let fields = reader.fields(node, "escalate", &["when", "needs_files", "needs_facts"]);
    Escalate {
        when: reader.optional(&fields, "when"),
        needs_files: globs(reader, &fields, "needs_files"),
        needs_facts: reader.texts(&fields, "needs_facts"),
    }
}

pub(super) fn examples(reader: &mut Reader, node: &Node<'_>) -> Examples {
    let fields = reader.fields(node, "the examples", &["match", "no_match"]);
    let mut take = |name: &str| -> Vec<String> {
        let Some(node) = fields.get(name) else { return Vec::new() };
        reader.list(node, name).iter().filter_map(|item| reader.verbatim(item, name)).collect()
    };
    Examples { matching: take("match"), not_matching: take("no_match") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What every signature needs, with a place for more.
    fn complete(more: &str) -> String {
        format!("title: The disk is full\nlevel: L1\nside: storage\nseverity: high\ncause: No space is left.\n{more}")
    }

    /// Loads `yaml` and compares its mistakes, written `line:column message (hint)`.
    #[track_caller]
    fn check(yaml: &str, expected: &[&str]) {
        let mistakes = match signature("a/b/c", Path::new("c.yaml"), yaml) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes,
        };
        let shown: Vec<String> = mistakes
            .iter()
            .map(|it| {
                let hint = it.hint.as_deref().map(|hint| format!(" ({hint})")).unwrap_or_default();
                format!("{}:{} {}{hint}", it.place.line, it.place.column, it.message)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[track_caller]
    fn check_match(condition: &str, expected: &[&str]) {
        check(&complete(&format!("match:\n{condition}\n")), expected);
    }

    #[test]
    fn all_fields_arrive() {
        let yaml = r#"
title: Agent cannot reach the administrative share of the guest
status: draft
level: L2
side: network
severity: critical
component: Guest processing
scope:
  files: ["**/Job.*.log"]
  not_files: ["**/*.bak.log"]
match:
  all:
    - text: "Cannot connect to the host's administrative share"
      nocase: true
    - any:
        - regex: 'Win32 error:(?P<win32>Access is denied)'
        - text: 0x80070005
    - none:
        - text: "retry succeeded"
cause: >
  The share is closed
  by a firewall.
impact: No backup.
fixes:
  - level: L1
    audience: customer
    steps: ["Open port 445.", "Try again."]
    risk: none
    verify: The job ends with success.
references: [{ kind: kb, id: KB1230, url: "https://www.veeam.com/kb1230" }]
suppresses: [a/b/generic]
formerly: [a/b/old]
escalate:
  when: not fixed by L1
  needs_files: ["**/Svc.VeeamBackup*.log"]
  needs_facts: [veeam.vbr.version]
examples:
  match:
    - |
      Error    Cannot connect to the host's administrative share. Win32 error:Access is denied.
  no_match: ["Info    Connected."]
"#;
        let it = signature("veeam/backup-replication/admin-share", Path::new("x.yaml"), yaml).unwrap();
        assert_eq!(
            (&*it.id, it.vendor.as_str(), it.product.as_str()),
            ("veeam/backup-replication/admin-share", "veeam", "backup-replication")
        );
        assert_eq!(
            (it.status, it.level, it.side, it.severity),
            (Status::Draft, SupportLevel::L2, Side::Network, Severity::Critical)
        );
        assert_eq!(it.component.as_deref(), Some("Guest processing"));
        assert_eq!((it.scope.files.len(), it.scope.not_files.len()), (1, 1));
        let shown = format!("{:?}", it.condition);
        assert_eq!(
            shown,
            "All([Text { text: \"Cannot connect to the host's administrative share\", nocase: true }, \
             Any([Regex(\"Win32 error:(?P<win32>Access is denied)\"), Text { text: \"0x80070005\", nocase: false }]), \
             None([Text { text: \"retry succeeded\", nocase: false }])])"
        );
        assert_eq!(it.cause, "The share is closed by a firewall.");
        assert_eq!(it.impact.as_deref(), Some("No backup."));
        let [fix] = it.fixes.as_slice() else { panic!("one fix") };
        assert_eq!((fix.level, fix.audience, fix.steps.len()), (SupportLevel::L1, Audience::Customer, 2));
        assert_eq!((fix.risk.as_deref(), fix.verify.as_deref()), (Some("none"), Some("The job ends with success.")));
        let [reference] = it.references.as_slice() else { panic!("one reference") };
        assert_eq!((reference.kind.as_str(), reference.id.as_deref()), ("kb", Some("KB1230")));
        assert_eq!((&*it.suppresses[0], &*it.formerly[0]), ("a/b/generic", "a/b/old"));
        let escalate = it.escalate.unwrap();
        assert_eq!((escalate.needs_files.len(), escalate.needs_facts.len()), (1, 1));
        assert_eq!((it.examples.matching.len(), it.examples.not_matching.len()), (1, 1));
        assert!(it.examples.matching[0].ends_with("Access is denied.\n"));
    }

    #[test]
    fn codes_in_a_text_stay_as_the_author_wrote_them() {
        for code in ["0x80070005", "1e3", "yes", "007", "12:30:00", "2026-01-01", ".5", "+1"] {
            let it =
                signature("a/b/c", Path::new("c.yaml"), &complete(&format!("match: {{ text: {code} }}\n"))).unwrap();
            assert!(matches!(it.condition, Condition::Text { ref text, .. } if text == code), "{code}");
        }
    }

    #[test]
    fn a_misspelt_field_gets_the_right_name() {
        check_match("  regexp: abc", &["7:3 unknown field `regexp` of a condition (did you mean `regex`?)"]);
        check(
            &complete("match: {text: abc}\nfixs: []\n"),
            &["7:1 unknown field `fixs` of a signature (did you mean `fixes`?)"],
        );
    }

    #[test]
    fn fields_of_later_steps_are_refused_as_such() {
        check_match(
            "  sequence: [{text: abc}]",
            &["7:3 the field `sequence` is not supported by this version \
               (it belongs to a later version of the signature format: remove it or use a newer tierline)"],
        );
    }

    #[test]
    fn all_mistakes_of_a_file_are_told_at_once() {
        check(
            "title: \nlevel: L4\nside: srever\nseverity: high\nmatch: {text: abc}\n",
            &[
                "1:6 `title` must be text, not nothing (write its text or remove the field)",
                "2:8 `L4` is not a known level (did you mean `L1`?)",
                "3:7 `srever` is not a known side (did you mean `server`?)",
                "1:1 the field `cause` of a signature is missing (add `cause:`)",
            ],
        );
    }

    #[test]
    fn a_wrong_regex_is_told_at_the_place_inside_it() {
        // 0-based offset 4 of the pattern, behind `  regex: '`.
        check_match(
            "  regex: 'abc (def'",
            &["7:15 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: 'it''s (def'",
            &["7:17 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: \"a\\\\d\\x41 (def\"",
            &["7:20 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: |-\n    abc\n    d (def",
            &["9:7 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  regex: abc (?=def)",
            &[
                "7:14 wrong regular expression: look-around, including look-ahead and look-behind, is not supported (patterns run in linear time, without look-around: say what must not stand there with `none:`)",
            ],
        );
    }

    #[test]
    fn a_regex_that_would_need_much_memory_is_refused() {
        check_match(
            "  regex: '(\\w{500}){500}'",
            &["7:10 the regular expression needs more than 1048576 bytes (use smaller repetitions)"],
        );
    }

    #[test]
    fn a_text_must_fit_on_one_line() {
        check_match(
            "  text: |\n    abc",
            &["8:5 `text` contains a line end (use `|-` or quotes so that no line end is added; \
               for several lines use `regex` with `\\r?\\n`)"],
        );
        check_match("  text: |-\n    abc", &[]);
    }

    #[test]
    fn conditions_are_one_at_a_time() {
        check_match(
            "  text: abc\n  regex: def",
            &[
                "8:3 a second condition, `regex`, in the same mapping (make each an item of a list (`- `) below `all:` or `any:`)",
            ],
        );
        check_match(
            "  nocase: true",
            &["7:3 a condition is missing here (write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`)"],
        );
        check_match("  any: []", &["7:8 `any` has no conditions"]);
        check_match(
            "  any: [{none: [{text: abc}]}]",
            &[
                "7:10 `none` stands outside `all` (write `all:` with what must be there and, as its last item, `- none: [...]`)",
            ],
        );
        check_match(
            "  all: [{none: [{text: abc}]}]",
            &["7:3 `all` says only what must not be there (add what the record must contain)"],
        );
        check_match(
            "  regex: abc\n  nocase: true",
            &["8:11 `nocase` belongs to `text` only (begin the pattern with `(?i)`)"],
        );
    }

    #[test]
    fn fields_have_values_that_are_texts_patterns_or_lists() {
        let yaml = complete(
            "match:\n  field:\n    event_id: [7000, 0x1b58, '007']\n    provider: Service Control Manager\n    \
             data.param1: { regex: '(?<service>Shop.*)' }\n    message: [{ text: ab c, nocase: true }, yes]\n",
        );
        let it = signature("a/b/c", Path::new("c.yaml"), &yaml).unwrap();
        let shown = format!("{:?}", it.condition);
        assert_eq!(
            shown,
            "Fields([FieldTest { name: \"event_id\", values: [Is(\"7000\"), Is(\"0x1b58\"), Is(\"007\")] }, \
             FieldTest { name: \"provider\", values: [Is(\"Service Control Manager\")] }, \
             FieldTest { name: \"data.param1\", values: [Like(Regex(\"(?<service>Shop.*)\"))] }, \
             FieldTest { name: \"message\", values: [Like(Text { text: \"ab c\", nocase: true }), Is(\"yes\")] }])"
        );
        assert_eq!(it.condition.captures().into_iter().collect::<Vec<_>>(), ["service"]);
    }

    #[test]
    fn mistakes_in_fields_have_place_and_hint() {
        const EXAMPLE: &str =
            "(write names and values, e.g. `field: { event_id: 7000, provider: Service Control Manager }`)";
        const NAME: &str = "(write it as `tierline records --fields` shows it; parts of a path are joined by one dot)";
        check_match("  field: event_id", &[&format!("7:10 `field` must be a mapping, not text {EXAMPLE}")]);
        check_match("  field: {}", &[&format!("7:10 `field` names no field {EXAMPLE}")]);
        check_match("  field: { a..b: c }", &[&format!("7:12 `a..b` is not the name of a field {NAME}")]);
        check_match("  field: { ' a': c }", &[&format!("7:12 ` a` is not the name of a field {NAME}")]);
        check_match(
            "  field: { a: }",
            &["7:13 the field `a` has no value \
               (write its value; that a field is missing is said with `none:` and `{ regex: '.' }`)"],
        );
        check_match("  field: { a: '' }", &["7:15 `a` is empty (write the text as it stands in the log)"]);
        check_match(
            "  field: { a: [] }",
            &["7:15 the field `a` has no values (write one, or several of which any fits)"],
        );
        check_match(
            "  field: { a: [b, [c]] }",
            &["7:19 a list in the list of values of `a` (write one list; any of its values may fit)"],
        );
        check_match(
            "  field:\n    data: { param1: x }",
            &["8:13 unknown field `param1` of the value of `data` (a value is text, `{ regex: '...' }` or \
               `{ text: '...', nocase: true }`; a field in a field is `data.param1: ...`)"],
        );
        check_match(
            "  field:\n    a: { regex: 'abc (def' }",
            &["8:22 wrong regular expression: unclosed group (write `\\(`, `\\)` or `\\[` for the character itself)"],
        );
        check_match(
            "  field:\n    a: |\n      abc",
            &["9:7 the value of `a` ends with a line end (use `|-` in place of `|`, or quotes)"],
        );
        check_match(
            "  field: { a: { nocase: true } }",
            &["7:15 a condition is missing here (write `text:`, `regex:`, `field:`, `any:`, `all:` or `none:`)"],
        );
    }

    #[test]
    fn references_have_a_known_kind_and_a_web_address() {
        let reference = |kind: &str, url: &str| {
            complete(&format!("match: {{text: abc}}\nreferences:\n  - kind: {kind}\n    url: '{url}'\n"))
        };
        check(&reference("rfc", "https://www.rfc-editor.org/rfc/rfc5424#section-6"), &[]);
        check(&reference("kb", "http://kb.example.com:8080/a?b=c%20d"), &[]);
        check(&reference("kbs", "https://a.b/"), &["8:11 `kbs` is not a known kind (did you mean `kb`?)"]);
        for url in [
            "javascript:alert(1)",
            "https://",
            "https://a b.com",
            "www.veeam.com/kb1",
            "https://a..b/",
            "https://localhost",
        ] {
            let message = format!(
                "9:10 `{url}` is not a web address (write the whole address, `https://host/path`; blanks in it are `%20`)"
            );
            check(&reference("kb", url), &[&message]);
        }
    }

    #[test]
    fn yaml_mistakes_have_place_and_hint() {
        check(
            "title: a\ntitle: b\n",
            &["2:1 the field `title` stands here a second time (the first one is in line 1: keep one of them)"],
        );
        check("", &["1:1 the file is empty (begin with `title:`; `signatures/README.md` has an example)"]);
        check(
            "title: *x\n",
            &[
                "1:8 not valid YAML: while parsing node, found unknown anchor (text that begins with `[`, `{`, `&` or `*` needs single quotes)",
            ],
        );
    }

    #[test]
    fn bombs_are_refused() {
        let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
        check(
            bomb,
            &[
                "2:8 a YAML alias (`*...`) is not supported (repeat the text; if it begins with `*`, put it in single quotes)",
            ],
        );
        let deep = format!("title: {}\n", "[".repeat(100_000));
        assert!(signature("a/b/c", Path::new("c.yaml"), &deep).is_err());
        let huge = complete(&format!("impact: {}\n", "x".repeat(yaml::MAX_BYTES)));
        assert!(signature("a/b/c", Path::new("c.yaml"), &huge).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_loader_panic(yaml in ".{0,200}", condition in "[-a-z:|'\"\\[\\]{}(?)\\\\ \n]{0,80}") {
            let _ = signature("a/b/c", Path::new("c.yaml"), &yaml);
            let _ = signature("a/b/c", Path::new("c.yaml"), &complete(&format!("match:\n  regex: {condition}\n")));
        }
    }
}
