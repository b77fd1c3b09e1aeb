//! Facts that logs state about the system they come from: product, version, host, role, operating system.
//!
//! They are written in `_product.yaml`. Like a signature's condition, a fact's patterns look at one record.

use super::fields::{Fields, Reader};
use super::pattern;
use super::schema::globs;
use super::yaml::{Mistake, Node};
use super::{Condition, Scope};
use std::sync::Arc;

/// A fact that logs of a product can state.
#[derive(Clone, Debug)]
pub struct Fact {
    /// `<vendor>.<product>.<fact>`, or `host.name`, `os.name` and the like: facts of the same name are one.
    pub name: Arc<str>,
    /// What it is about.
    pub kind: FactKind,
    /// Which of several values counts.
    pub keep: Keep,
    /// Files in which it is looked for.
    pub scope: Scope,
    /// What a record must contain: any of the patterns. The group `value` of the first that holds is the value.
    pub patterns: Condition,
    /// Patterns of paths that state the value by their group `value`.
    pub paths: Vec<String>,
    /// The value, if it does not stand in the text.
    pub value: Option<String>,
    /// Log excerpts that prove it.
    pub examples: FactExamples,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// Which product it is, where one log is written by several.
    Product,
    /// Version of a product.
    Version,
    /// Build, patch level.
    Build,
    /// Edition.
    Edition,
    /// Licence.
    Licence,
    /// Serial number, hardware or support id.
    Serial,
    /// Name of a computer.
    Host,
    /// What a computer does: domain controller, proxy.
    Role,
    /// Name of a node in a cluster.
    Node,
    /// Operating system, its version and kernel.
    Os,
    /// The database below a product.
    Database,
    /// That a computer or a service, which is the value, has started.
    Start,
    /// Anything else that a ticket must state.
    Other,
}

/// Which of several values counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The latest.
    Last,
    /// The earliest.
    First,
    /// All of them.
    All,
}

/// Log excerpts that prove a fact.
#[derive(Clone, Debug, Default)]
pub struct FactExamples {
    /// The value, and a log or a path that states it.
    pub matching: Vec<(String, String)>,
    /// Logs that state nothing.
    pub not_matching: Vec<String>,
}

impl FactKind {
    const NAMES: &[(&str, FactKind)] = &[
        ("product", FactKind::Product),
        ("version", FactKind::Version),
        ("build", FactKind::Build),
        ("edition", FactKind::Edition),
        ("licence", FactKind::Licence),
        ("serial", FactKind::Serial),
        ("host", FactKind::Host),
        ("role", FactKind::Role),
        ("node", FactKind::Node),
        ("os", FactKind::Os),
        ("database", FactKind::Database),
        ("start", FactKind::Start),
        ("other", FactKind::Other),
    ];

    /// Returns the name used in files and reports.
    pub fn name(self) -> &'static str {
        FactKind::NAMES.iter().find(|(_, kind)| *kind == self).map_or("other", |(name, _)| name)
    }

    /// Returns the kind of a name used in files and reports.
    pub fn named(name: &str) -> Option<FactKind> {
        FactKind::NAMES.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind)
    }

    /// Which value counts if the file does not say: there is one version at a time, but many hosts.
    fn keep(self) -> Keep {
        match self {
            FactKind::Version | FactKind::Build | FactKind::Edition | FactKind::Licence | FactKind::Os => Keep::Last,
            FactKind::Product
            | FactKind::Serial
            | FactKind::Host
            | FactKind::Role
            | FactKind::Node
            | FactKind::Database
            | FactKind::Start
            | FactKind::Other => Keep::All,
        }
    }
}

impl Fact {
    /// The group that a pattern must have.
    pub const GROUP: &'static str = "value";

    /// A fact of a kind and a pattern, as the tests of other layers need it.
    #[cfg(test)]
    pub(crate) fn of_pattern(name: &str, kind: FactKind, pattern: &str) -> Fact {
        Fact { kind, keep: kind.keep(), ..Fact::of_version(name, &[], vec![pattern.to_owned()]) }
    }

    /// A version as older catalogues write it: patterns with a group `version`, without examples.
    pub(super) fn of_version(name: &str, files: &[String], patterns: Vec<String>) -> Fact {
        Fact {
            name: Arc::from(name),
            kind: FactKind::Version,
            keep: Keep::Last,
            scope: Scope { files: files.to_vec(), ..Scope::default() },
            patterns: Condition::Any(patterns.into_iter().map(Condition::Regex).collect()),
            paths: Vec::new(),
            value: None,
            examples: FactExamples::default(),
        }
    }
}

/// Reads one fact. `files` are those of the product, for a fact that names none.
pub(super) fn fact(reader: &mut Reader, yaml: Option<&str>, node: &Node<'_>, files: &[String]) -> Option<Fact> {
    let fields = reader.fields(
        node,
        "a fact",
        &["name", "kind", "keep", "files", "not_files", "patterns", "paths", "value", "examples"],
    );
    let before = reader.mistakes.len();
    let name = reader.required(&fields, "name");
    if let Some(node) = fields.get("name")
        && !is_name(&name)
    {
        let hint = "write lower-case words with dots between them, such as `veeam.vbr.version` or `host.name`";
        reader.mistake(Mistake::new(node.place, format!("`{name}` is not a name that a fact can have")).hint(hint));
    }
    let kind = match fields.get("kind") {
        Some(node) => reader.one_of(node, "kind", FactKind::NAMES),
        None => {
            reader.missing(&fields, "kind");
            None
        }
    };
    const KEEP: &[(&str, Keep)] = &[("last", Keep::Last), ("first", Keep::First), ("all", Keep::All)];
    let keep = fields.get("keep").and_then(|node| reader.one_of(node, "keep", KEEP));
    let value = reader.optional(&fields, "value");
    let patterns = patterns(reader, yaml, &fields, "patterns", value.is_some());
    let paths = patterns_of_paths(reader, yaml, &fields);
    if patterns.is_empty() && paths.is_empty() && fields.get("patterns").or(fields.get("paths")).is_none() {
        reader.missing(&fields, "patterns");
    }
    let scope = Scope {
        files: match fields.get("files") {
            Some(_) => globs(reader, &fields, "files"),
            None => files.to_vec(),
        },
        not_files: globs(reader, &fields, "not_files"),
        ..Scope::default()
    };
    let examples = match fields.get("examples") {
        Some(node) => examples(reader, node),
        None => {
            reader.missing(&fields, "examples");
            FactExamples::default()
        }
    };
    if let (Some(FactKind::Start), Some(node)) = (kind, fields.get("paths")) {
        let hint = "a path says nothing about when; write `patterns`";
        reader.mistake(Mistake::new(node.place, "a start has no paths").hint(hint));
    }
    let kind = kind.filter(|_| reader.mistakes.len() == before)?;
    Some(Fact {
        name: Arc::from(name),
        kind,
        keep: keep.unwrap_or_else(|| kind.keep()),
        scope,
        patterns: Condition::Any(patterns.into_iter().map(Condition::Regex).collect()),
        paths,
        value,
        examples,
    })
}

/// Takes regexes that have the group `value`, unless the value is stated beside them.
fn patterns(
    reader: &mut Reader,
    yaml: Option<&str>,
    fields: &Fields<'_, '_>,
    name: &str,
    has_value: bool,
) -> Vec<String> {
    let Some(node) = fields.get(name) else { return Vec::new() };
    let mut patterns = Vec::new();
    for item in reader.list(node, name) {
        let Some(regex) = reader.verbatim(item, name) else { continue };
        match yaml.map_or(Ok(()), |yaml| pattern::check(yaml, item, &regex)) {
            Err(mistake) => reader.mistake(mistake),
            Ok(()) if !has_value && !regex.contains("<value>") => reader.mistake(
                Mistake::new(item.place, "the pattern has no group named `value`")
                    .hint("put what is the value into `(?<value>...)`, or write it as `value:`"),
            ),
            Ok(()) => patterns.push(regex),
        }
    }
    patterns
}

fn patterns_of_paths(reader: &mut Reader, yaml: Option<&str>, fields: &Fields<'_, '_>) -> Vec<String> {
    let has_value = fields.get("value").is_some();
    patterns(reader, yaml, fields, "paths", has_value)
}

fn examples(reader: &mut Reader, node: &Node<'_>) -> FactExamples {
    let fields = reader.fields(node, "the examples", &["match", "no_match"]);
    let mut matching = Vec::new();
    for item in fields.get("match").map(|node| reader.list(node, "match")).unwrap_or_default() {
        let example = reader.fields(item, "an example of a fact", &["value", "log", "path"]);
        let text = match (example.get("log"), example.get("path")) {
            (Some(log), None) => reader.verbatim(log, "log"),
            (None, Some(path)) => reader.verbatim(path, "path"),
            _ => {
                let hint = "write the lines that state the value as `log:`, or the path that does as `path:`";
                reader.mistake(Mistake::new(item.place, "an example has either `log` or `path`").hint(hint));
                None
            }
        };
        let value = reader.required(&example, "value");
        matching.extend(text.map(|text| (value, text)));
    }
    let mut not_matching = Vec::new();
    for item in fields.get("no_match").map(|node| reader.list(node, "no_match")).unwrap_or_default() {
        not_matching.extend(reader.verbatim(item, "no_match"));
    }
    for (name, list_is_empty) in [("match", matching.is_empty()), ("no_match", not_matching.is_empty())] {
        if list_is_empty && fields.get(name).is_none_or(|node| node.items().is_empty()) {
            reader.missing(&fields, name);
        }
    }
    FactExamples { matching, not_matching }
}

fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.contains('.') && name.split('.').all(is_word)
}
