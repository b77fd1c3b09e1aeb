//! Rules of the Common Reliability Enumerations, as preq runs them.
//!
//! A file has `rules:`, each with a card (`cre`), data about the rule (`metadata`) and its condition (`rule`, see
//! `terms.rs`). `test.log` beside it must match, `test-fp.log` must not.

use super::draft::Draft;
use super::examples::example;
use super::terms::Terms;
use super::texts::{reference, severity_of, side_of, slug, steps, without_placeholders};
use super::{Found, Gathered, Note, Product, SourceFile, broken, note};
use crate::signature::yaml::{self, Mistake, Node, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Fields of the card that have a place in a signature, or are kept as comments.
const CARD: &[&str] = &[
    "id",
    "severity",
    "title",
    "category",
    "tags",
    "author",
    "description",
    "impact",
    "impactScore",
    "cause",
    "mitigation",
    "mitigationScore",
    "references",
    "reports",
    "version",
    "applications",
];

/// Reads all rules of the files.
pub(super) fn gather(files: &[SourceFile]) -> Gathered {
    let mut gathered = Gathered::default();
    let by_path: BTreeMap<&str, &SourceFile> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    let licence = files.iter().find(|file| is_licence(&file.path));
    let mut is_rule_set = false;
    for file in files.iter().filter(|file| has_ending(&file.path)) {
        let before = gathered.found.len() + gathered.broken.len();
        rules_of(file, &by_path, licence, &mut gathered);
        is_rule_set |= gathered.found.len() + gathered.broken.len() > before;
    }
    if let (Some(licence), true) = (licence, is_rule_set) {
        let text = String::from_utf8_lossy(&licence.bytes).into_owned();
        gathered.beside.insert("LICENSE".into(), text);
    }
    gathered
}

fn has_ending(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// `LICENSE`, `LICENCE.md`, `COPYING` at any depth.
fn is_licence(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default().to_lowercase();
    matches!(name.split('.').next(), Some("license" | "licence" | "copying"))
}

fn rules_of(
    file: &SourceFile,
    by_path: &BTreeMap<&str, &SourceFile>,
    licence: Option<&SourceFile>,
    gathered: &mut Gathered,
) {
    let text = match std::str::from_utf8(&file.bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(_) => {
            gathered.broken.push(broken(
                &file.shown,
                yaml::Place::default(),
                "not UTF-8 text",
                "save the file as UTF-8",
            ));
            return;
        }
    };
    let root = match yaml::parse(text) {
        Ok(root) => root,
        Err(Mistake { place, message, hint }) => {
            let hint = hint.unwrap_or_else(|| "correct the file".into());
            gathered.broken.push(broken(&file.shown, place, message, &hint));
            return;
        }
    };
    let Some(rules) = root.get("rules") else {
        gathered.without_rules.push(file.path.clone());
        return;
    };
    let rules = rules.items();
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let beside = |name: &str| {
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        by_path.get(path.as_str()).map(|file| file.bytes.as_slice())
    };
    let others =
        by_path.keys().filter(|path| has_ending(path) && path.rsplit_once('/').map_or("", |it| it.0) == folder);
    // A test log is that of the one rule beside it.
    let is_only = rules.len() == 1 && others.count() == 1;
    let logs = [beside("test.log"), beside("test-fp.log")];
    for rule in rules {
        match Card::read(rule, root.get("terms"), licence) {
            Ok(mut card) => {
                card.logs(logs, is_only);
                let product = gathered.products.entry(card.folder.clone()).or_insert_with(|| Product {
                    vendor: "CRE".into(),
                    product: card.product.clone(),
                    aliases: Vec::new(),
                });
                let new = card.aliases.into_iter().filter(|alias| *alias != product.product);
                let new: Vec<_> = new.filter(|alias| !product.aliases.contains(alias)).collect();
                product.aliases.extend(new);
                let found = Found {
                    draft: card.draft,
                    original: card.original,
                    file: file.shown.clone(),
                    place: rule.place,
                    notes: card.notes,
                };
                gathered.found.push(found);
            }
            Err(Mistake { place, message, hint }) => {
                let hint = hint.unwrap_or_else(|| "the format is described in the schema of the rule set".into());
                let id = rule.get("cre").and_then(|cre| cre.get("id")).and_then(Node::text);
                let message = id.map_or(message.clone(), |id| format!("`{id}`: {message}"));
                gathered.broken.push(broken(&file.shown, place, message, &hint));
            }
        }
    }
}

/// A rule on its way to a draft.
struct Card {
    draft: Draft,
    original: String,
    folder: String,
    product: String,
    aliases: Vec<String>,
    notes: Vec<Note>,
}

impl Card {
    fn read(rule: &Node<'_>, terms: Option<&Node<'_>>, licence: Option<&SourceFile>) -> Result<Card, Mistake> {
        let missing = |name: &str| Mistake::new(rule.place, format!("the field `{name}` of the rule is missing"));
        let cre = rule.get("cre").ok_or_else(|| missing("cre"))?;
        let text = |name: &str| cre.get(name).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
        let original = text("id").ok_or_else(|| missing("cre.id"))?;
        let name = slug(original);
        if name.is_empty() {
            return Err(Mistake::new(cre.place, format!("`{original}` is no id")).hint("write it as `CRE-2024-0001`"));
        }
        let mut notes = Vec::new();
        let mut sources = BTreeSet::new();
        let condition = rule.get("rule").ok_or_else(|| missing("rule"))?;
        let matching = Terms { terms, notes: &mut notes, sources: &mut sources }.rule(condition)?;
        let (product, aliases, applications) = applications(cre);
        let product = product.or_else(|| sources.iter().next().map(|source| of_source(source).to_owned()));
        let product = product.unwrap_or_else(|| "unknown".into());
        let folder = match slug(&product).as_str() {
            "" => "cre/unknown".to_owned(),
            product => format!("cre/{product}"),
        };
        let mut shown = |name: &str| text(name).map(|text| without_placeholders(text, &mut notes));
        let title = shown("title").unwrap_or_else(|| original.to_owned());
        let (cause, impact, mitigation) =
            (shown("cause").or_else(|| shown("description")), shown("impact"), shown("mitigation"));
        let severity = text("severity").and_then(severity_of);
        if severity.is_none() {
            notes.push(note("unknown severities", "the rule has no severity from 0 to 4; written as medium"));
        }
        if cause.is_none() {
            notes.push(note("missing causes", "the rule names no cause; its title stands there"));
        }
        let links = cre.get("references").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
        let references = links.filter_map(|link| reference(link, &mut notes)).collect();
        let tags: Vec<&str> =
            cre.get("tags").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        let category = text("category").unwrap_or_default();
        let mut steps = mitigation.as_deref().map(steps).unwrap_or_default();
        let mut comments = comments(original, rule, cre, licence);
        comments.extend(applications);
        comments.extend(sources.iter().map(|source| format!("source: {source}")));
        strays(cre, &mut comments, &mut steps, &mut notes);
        let draft = Draft {
            id: format!("{folder}/{name}"),
            comments,
            cause: cause.unwrap_or_else(|| title.clone()),
            title: one_line(&title),
            side: side_of(&format!("{category} {}", tags.join(" "))),
            severity: severity.unwrap_or(crate::signature::Severity::Medium),
            component: None,
            matching,
            impact,
            steps,
            references,
            fires: Vec::new(),
            silent: Vec::new(),
        };
        Ok(Card { draft, original: original.to_owned(), folder, product, aliases, notes })
    }

    /// Takes the test logs beside the rule's file, which are those that must match and must not.
    fn logs(&mut self, [fires, silent]: [Option<&[u8]>; 2], is_only: bool) {
        if !is_only && (fires.is_some() || silent.is_some()) {
            let detail = "there are several rules beside the test log: whose it is is not known";
            self.notes.push(note("a test log is not taken", detail));
            return;
        }
        if let Some(log) = fires {
            match example(log, &self.draft.matching) {
                Some((text, cut)) => {
                    if cut {
                        let detail = format!("of {} bytes only the records that the rule is about", log.len());
                        self.notes.push(note("a test log is cut", detail));
                    }
                    self.draft.fires.push(text);
                }
                None => {
                    let detail = format!("it has {} bytes and no short part that matches", log.len());
                    self.notes.push(note("a test log is not taken", detail));
                }
            }
        }
        if let Some(log) = silent {
            // Nothing of it matches, so there is no part to cut it to.
            match example(log, &self.draft.matching) {
                Some((text, false)) => self.draft.silent.push(text),
                _ => {
                    let detail = format!("test-fp.log has {} bytes", log.len());
                    self.notes.push(note("a test log is not taken", detail));
                }
            }
        }
    }
}

/// Name of the product, its other names, and comments.
fn applications(cre: &Node<'_>) -> (Option<String>, Vec<String>, Vec<String>) {
    let (mut product, mut aliases, mut comments) = (None, Vec::new(), Vec::new());
    for application in cre.get("applications").map(Node::items).unwrap_or_default() {
        let Value::Map(fields) = &application.value else { continue };
        let text = |name: &str| application.get(name).and_then(Node::text).map(str::trim).filter(|it| !it.is_empty());
        if let Some(name) = text("name") {
            if product.is_none() {
                product = Some(one_line(name));
            }
            aliases.push(one_line(name));
        }
        aliases.extend(["processName", "containerName"].into_iter().filter_map(text).map(one_line));
        let shown = fields.iter().filter_map(|(key, node)| Some(format!("{}: {}", key.name, one_line(node.text()?))));
        comments.push(format!("application: {}", shown.collect::<Vec<_>>().join(", ")));
    }
    aliases.sort();
    aliases.dedup();
    (product, aliases, comments)
}

/// `cre.log.rabbitmq` is about `rabbitmq`.
fn of_source(source: &str) -> &str {
    source.rsplit('.').next().unwrap_or(source)
}

/// Where the rule comes from, and what has no field in a signature.
fn comments(original: &str, rule: &Node<'_>, cre: &Node<'_>, licence: Option<&SourceFile>) -> Vec<String> {
    let mut comments =
        vec![format!("Imported from {original} of the Common Reliability Enumerations (CRE). Not reviewed.")];
    let text = |name: &str| cre.get(name).and_then(Node::text).map(one_line).filter(|text| !text.is_empty());
    comments.extend(text("author").map(|author| format!("author: {author}")));
    if let Some(licence) = licence {
        let text = String::from_utf8_lossy(&licence.bytes);
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(2).collect();
        comments.push(format!("licence: {} (LICENSE at the top of this catalogue)", lines.join(", ")));
    }
    if let Some(Value::Map(fields)) = rule.get("metadata").map(|node| &node.value) {
        let shown = fields.iter().filter_map(|(key, node)| Some(format!("{}: {}", key.name, one_line(node.text()?))));
        comments.push(format!("metadata: {}", shown.collect::<Vec<_>>().join(", ")));
    }
    comments.extend(text("category").map(|it| format!("category: {it}")));
    let tags = cre.get("tags").map(Node::items).unwrap_or_default().iter().filter_map(Node::text);
    let tags: Vec<&str> = tags.collect();
    if !tags.is_empty() {
        comments.push(format!("tags: {}", one_line(&tags.join(", "))));
    }
    for name in ["impactScore", "mitigationScore", "reports", "version"] {
        comments.extend(text(name).map(|it| format!("{name}: {it}")));
    }
    if let Some(description) = cre.get("description").and_then(Node::text) {
        comments.push(format!("description: {}", description.trim()));
    }
    comments
}

/// Fields that the format does not have: lists of steps by their name, all others as comments.
fn strays(cre: &Node<'_>, comments: &mut Vec<String>, steps: &mut Vec<String>, notes: &mut Vec<Note>) {
    let Value::Map(fields) = &cre.value else { return };
    for (key, node) in fields.iter().filter(|(key, _)| !CARD.contains(&&*key.name)) {
        let items: Vec<&str> = match node.text() {
            Some(text) => vec![text],
            None => node.items().iter().filter_map(Node::text).collect(),
        };
        let is_step = matches!(
            key.name.to_lowercase().as_str(),
            "recovery" | "remediation" | "fix" | "resolution" | "prevention"
        );
        if is_step {
            steps.extend(items.iter().map(|it| without_placeholders(it.trim(), notes)).filter(|it| !it.is_empty()));
        } else {
            comments.extend(items.iter().map(|it| format!("{}: {}", key.name, it.trim())));
        }
        let kept = match (items.is_empty(), is_step) {
            (true, _) => "left out",
            (false, true) => "its items are steps",
            (false, false) => "kept as a comment",
        };
        let detail =
            format!("line {}: the field `{}` of the card is not one of the format: {kept}", key.place.line, key.name);
        notes.push(note("unknown fields", detail));
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
