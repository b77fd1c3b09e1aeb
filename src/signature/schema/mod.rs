//! The fields of a signature file, one function for each mapping of the format.
//!
//! In goes the tree of a file, out comes a [`Signature`] or all mistakes that could be found in it. `scope.rs` is the
//! smallest example of how a mapping is read.

mod condition;
mod correlation;
mod examples;
pub(super) mod remedy;
mod scope;
mod variants;

use super::apart::{self, ADVICE, EXAMPLES, Shelves};
use super::fields::{Fields, Reader};
use super::fragments::Fragments;
use super::later::Later;
use super::yaml::{self, Mistake, Node};
use super::{Condition, Examples, Severity, Side, Signature, Span, Status, SupportLevel};
use std::path::Path;
use std::sync::Arc;

pub(super) use examples::examples;
pub(super) use remedy::is_web_address;
pub(super) use scope::globs;

const STATUSES: &[(&str, Status)] =
    &[("draft", Status::Draft), ("stable", Status::Stable), ("deprecated", Status::Deprecated)];
pub(super) const LEVELS: &[(&str, SupportLevel)] =
    &[("L1", SupportLevel::L1), ("L2", SupportLevel::L2), ("L3", SupportLevel::L3)];
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

/// Reads a signature. Vendor and product are the folder names of `id` until a `_product.yaml` says better.
pub(super) fn signature(id: &str, file: &Path, yaml: &str, fragments: &Fragments) -> Result<Signature, Vec<Mistake>> {
    if let Some(part) = id.split('/').find(|part| !is_kebab_case(part)) {
        return Err(vec![
            Mistake::new(yaml::Place::default(), format!("`{part}` is not a name that an id can have"))
                .hint("rename it: lower-case letters, digits and single hyphens, e.g. `vss-writer-timeout`"),
        ]);
    }
    let root = yaml::parse(yaml).map_err(|mistake| vec![mistake])?;
    signature_of(id, file, &root, Some(yaml), Reader { fragments: fragments.clone(), ..Reader::default() })
}

/// Reads a signature of the built-in catalogue from its tree. `build.rs` has checked it and stored apart what `shelves` have.
pub(super) fn stored_signature(
    id: &str,
    file: &Path,
    root: &Node<'_>,
    fragments: &Fragments,
    shelves: Shelves,
) -> Option<Signature> {
    let reader = Reader { fragments: fragments.clone(), shelves: Some(shelves), ..Reader::default() };
    signature_of(id, file, root, None, reader).ok()
}

/// Reads the condition of a fragment: of one record.
pub(super) fn fragment(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>) -> Option<Condition> {
    condition::condition(reader, yaml, node, false)
}

/// `vss-writer-timeout` is, `VSS_writer`, `a--b` and the empty name are not.
fn is_kebab_case(name: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    name.split('-').all(is_word)
}

/// Reads a signature from the tree of its file. Patterns are checked if there is `yaml`, the file's text; without it they
/// must have been checked before.
fn signature_of(
    id: &str,
    file: &Path,
    root: &Node<'_>,
    yaml: Option<&str>,
    mut reader: Reader,
) -> Result<Signature, Vec<Mistake>> {
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
            "general",
            "suppresses",
            "caused_by",
            "caused_within",
            "formerly",
            "replaced_by",
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
        scope: fields.get("scope").map(|node| scope::scope(&mut reader, node)).unwrap_or_default(),
        condition: Condition::Any(Vec::new()),
        correlation: None,
        advice: match reader.shelves {
            Some(shelves) => apart::stored(shelves.advice, &fields, ADVICE),
            None => remedy::advice(&mut reader, &fields).into(),
        },
        general: fields.get("general").is_some_and(|node| reader.flag(node, "general")),
        suppresses: ids(&mut reader, &fields, "suppresses"),
        caused_by: ids(&mut reader, &fields, "caused_by"),
        caused_within: caused_within(&mut reader, &fields),
        formerly: ids(&mut reader, &fields, "formerly"),
        replaced_by: reader.optional(&fields, "replaced_by").map(Arc::from),
        variants: fields.get("variants").map(|node| variants::variants(&mut reader, node)),
        examples: examples_in(&mut reader, &fields),
        source: file.to_path_buf(),
    };
    match fields.get("match") {
        Some(node) => {
            if let Some((condition, correlation)) = correlation::matching(&mut reader, yaml, node) {
                signature.condition = condition;
                signature.correlation = correlation;
            }
        }
        None => reader.missing(&fields, "match"),
    }
    if let (Some(node), true, Some(_)) = (fields.get("general"), signature.general, &signature.correlation) {
        let hint = "remove it: what several records show together is never general";
        reader.mistake(Mistake::new(node.place, "`general` beside a `match` of several records").hint(hint));
    }
    if let (Some(node), Some(new)) = (fields.get("replaced_by"), &signature.replaced_by) {
        if signature.status != Status::Deprecated {
            let hint = "write `status: deprecated`, or remove it";
            let message = "`replaced_by` beside a status that is not `deprecated`";
            reader.mistake(Mistake::new(node.place, message).hint(hint));
        } else if *new == signature.id {
            let hint = "write the id of the signature that is used now";
            reader.mistake(Mistake::new(node.place, "`replaced_by` names the signature itself").hint(hint));
        }
    }
    if !signature.scope.asks_version() && yaml.is_some() && !signature.examples.old.is_empty() {
        let place = fields.get("examples").and_then(|node| node.get("old")).map_or(root.place, |node| node.place);
        let hint = "add `fixed_in:` or `versions:` to `scope:`";
        reader.mistake(Mistake::new(place, "an example of `old` without a version that decides").hint(hint));
    }
    if let (Some(_), Some(variants), true) = (yaml, &signature.variants, reader.mistakes.is_empty()) {
        let captures = signature.condition.captures();
        if signature.correlation.is_some() {
            let place = fields.get("variants").map_or(root.place, |node| node.place);
            let hint = "write a signature for each code, or let `match` speak of one record";
            reader.mistake(Mistake::new(place, "`variants` beside a `match` of several records").hint(hint));
        } else if !captures.contains(&variants.key) {
            let place = fields.get("variants").and_then(|node| node.get("key")).map_or(root.place, |node| node.place);
            reader.mistake(variants::no_such_capture(place, &variants.key, &captures));
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

fn examples_in(reader: &mut Reader, fields: &Fields<'_, '_>) -> Later<Examples> {
    match reader.shelves {
        Some(shelves) => apart::stored(shelves.examples, fields, EXAMPLES),
        None => fields.get(EXAMPLES).map(|node| examples(reader, node)).unwrap_or_default().into(),
    }
}

fn each<T>(
    reader: &mut Reader,
    fields: &Fields<'_, '_>,
    name: &str,
    read: fn(&mut Reader, &Node<'_>) -> Option<T>,
) -> Vec<T> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    reader.list(node, name).iter().filter_map(|item| read(reader, item)).collect()
}

/// How long a cause counts; it says nothing without one.
fn caused_within(reader: &mut Reader, fields: &Fields<'_, '_>) -> Span {
    let Some(node) = fields.get("caused_within") else { return Signature::CAUSED_WITHIN };
    if fields.get("caused_by").is_none() {
        let hint = "name the causes in `caused_by:`, or remove it";
        reader.mistake(Mistake::new(node.place, "`caused_within` without `caused_by`").hint(hint));
    }
    correlation::length(reader, node, "caused_within").unwrap_or(Signature::CAUSED_WITHIN)
}

fn ids(reader: &mut Reader, fields: &Fields<'_, '_>, name: &str) -> Vec<Arc<str>> {
    reader.texts(fields, name).into_iter().map(Arc::from).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Audience;
    use super::*;

    pub(super) fn read(id: &str, yaml: &str) -> Result<Signature, Vec<Mistake>> {
        signature(id, Path::new("c.yaml"), yaml, &Fragments::default())
    }

    /// What every signature needs, with a place for more.
    pub(super) fn complete(more: &str) -> String {
        format!("title: The disk is full\nlevel: L1\nside: storage\nseverity: high\ncause: No space is left.\n{more}")
    }

    /// Loads `yaml` and compares its mistakes, written `line:column message (hint)`.
    #[track_caller]
    pub(super) fn check(yaml: &str, expected: &[&str]) {
        let mistakes = match read("a/b/c", yaml) {
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
    pub(super) fn check_match(condition: &str, expected: &[&str]) {
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
general: true
suppresses: [a/b/generic]
caused_by: [a/b/cause]
caused_within: 90m
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
        let it = read("veeam/backup-replication/admin-share", yaml).unwrap();
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
        assert_eq!(it.advice.cause, "The share is closed by a firewall.");
        assert_eq!(it.advice.impact.as_deref(), Some("No backup."));
        let [fix] = it.advice.fixes.as_slice() else { panic!("one fix") };
        assert_eq!((fix.level, fix.audience, fix.steps.len()), (SupportLevel::L1, Audience::Customer, 2));
        assert_eq!((fix.risk.as_deref(), fix.verify.as_deref()), (Some("none"), Some("The job ends with success.")));
        let [reference] = it.advice.references.as_slice() else { panic!("one reference") };
        assert_eq!((reference.kind.as_str(), reference.id.as_deref()), ("kb", Some("KB1230")));
        assert!(it.general);
        assert_eq!((&*it.suppresses[0], &*it.formerly[0]), ("a/b/generic", "a/b/old"));
        assert_eq!((&*it.caused_by[0], it.caused_within.to_string().as_str()), ("a/b/cause", "90m"));
        let escalate = it.advice.escalate.as_ref().unwrap();
        assert_eq!((escalate.needs_files.len(), escalate.needs_facts.len()), (1, 1));
        assert_eq!((it.examples.matching.len(), it.examples.not_matching.len()), (1, 1));
        assert!(it.examples.matching[0].files[0].1.ends_with("Access is denied.\n"));
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
    fn only_what_is_deprecated_is_replaced() {
        let text = |more| complete(&format!("match: {{text: abc}}\n{more}"));
        check(&text("status: deprecated\nreplaced_by: a/b/d\n"), &[]);
        check(
            &text("replaced_by: a/b/d\n"),
            &["7:14 `replaced_by` beside a status that is not `deprecated` (write `status: deprecated`, or remove it)"],
        );
        check(
            &text("status: deprecated\nreplaced_by: a/b/c\n"),
            &["8:14 `replaced_by` names the signature itself (write the id of the signature that is used now)"],
        );
        check(
            &text("examples: { old: [abc] }\n"),
            &["7:18 an example of `old` without a version that decides (add `fixed_in:` or `versions:` to `scope:`)"],
        );
    }

    #[test]
    fn all_mistakes_of_a_file_are_told_at_once() {
        check(
            "title: \nlevel: L4\nside: srever\nseverity: high\nmatch: {text: abc}\n",
            &[
                "1:6 `title` must be text, not nothing (write its text or remove the field)",
                "2:8 `L4` is not a value of `level` (did you mean `L1`?)",
                "3:7 `srever` is not a value of `side` (did you mean `server`?)",
                "1:1 the field `cause` of a signature is missing (add `cause:`)",
            ],
        );
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
        assert!(read("a/b/c", &deep).is_err());
        let huge = complete(&format!("impact: {}\n", "x".repeat(yaml::MAX_BYTES)));
        assert!(read("a/b/c", &huge).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_loader_panic(yaml in ".{0,200}", condition in "[-a-z:|'\"\\[\\]{}(?)\\\\ \n]{0,80}") {
            let _ = read("a/b/c", &yaml);
            let _ = read("a/b/c", &complete(&format!("match:\n  regex: {condition}\n")));
        }
    }
}
