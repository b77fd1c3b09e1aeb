//! Rules of Sigma whose sources are logs that this program reads: text, JSON and events of Windows.
//!
//! A file has one rule or several, parted by `---`. What has no equal in a signature, and would make it claim more than the
//! rule does, keeps the rule from being imported; what only adds to it (false positives, attack techniques) becomes a
//! comment. `condition.rs` and `selection.rs` read the detection, `correlation.rs` the rules about several events.

mod condition;
mod correlation;
mod logsource;
mod selection;

use super::conditions::all;
use super::draft::{Draft, Matching};
use super::texts::{reference, slug, without_placeholders};
use super::{Found, Gathered, Note, Product, SourceFile, broken, note};
use crate::signature::yaml::{self, Mistake, Node, Place, Value};
use crate::signature::{Condition, Severity, Side};
use logsource::Source;
use std::collections::BTreeMap;

/// A rule about one event, as correlations refer to it.
struct Event {
    /// Its id and its `name`.
    names: Vec<String>,
    condition: Condition,
    source: Source,
    /// Its place among the found.
    index: usize,
}

/// Reads all rules of the files.
pub(super) fn gather(files: &[SourceFile]) -> Gathered {
    let mut gathered = Gathered::default();
    let mut events = Vec::new();
    let is_rule_file = |file: &&SourceFile| file.path.ends_with(".yaml") || file.path.ends_with(".yml");
    let documents: Vec<(&SourceFile, Vec<(usize, &str)>)> = files
        .iter()
        .filter(is_rule_file)
        .filter_map(|file| match std::str::from_utf8(&file.bytes) {
            Ok(text) => Some((file, documents(text.strip_prefix('\u{feff}').unwrap_or(text)))),
            Err(_) => {
                let hint = "save the file as UTF-8";
                gathered.broken.push(broken(&file.shown, Place::default(), "not UTF-8 text", hint));
                None
            }
        })
        .collect();
    // Correlations may stand before the rules that they are about.
    for is_correlation in [false, true] {
        for (file, documents) in &documents {
            for &(line, text) in documents {
                let root = match yaml::parse(text) {
                    Ok(root) => root,
                    Err(mistake) if !is_correlation => {
                        tell(file, line, mistake, &mut gathered);
                        continue;
                    }
                    Err(_) => continue,
                };
                if root.get("correlation").is_some() != is_correlation {
                    continue;
                }
                if !is_correlation && root.get("detection").is_none() {
                    gathered.without_rules.push(file.path.clone());
                    continue;
                }
                let read = if is_correlation { correlation::rule(&root, &events) } else { rule(&root, &mut events) };
                match read {
                    Ok(mut it) => {
                        it.file = file.shown.clone();
                        it.place = Place { line: it.place.line + line, ..it.place };
                        if let Some(event) = events.last_mut().filter(|_| !is_correlation) {
                            event.index = gathered.found.len();
                        }
                        let folder = it.draft.id.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                        let product = folder.rsplit('/').next().unwrap_or_default().to_owned();
                        let product = Product { vendor: "Sigma".into(), product, aliases: Vec::new() };
                        gathered.products.insert(folder, product);
                        gathered.found.push(it);
                    }
                    Err(mistake) => tell(file, line, mistake, &mut gathered),
                }
            }
        }
    }
    drop_parts(&mut gathered, &events, &documents);
    gathered.without_rules.dedup();
    gathered
}

fn tell(file: &SourceFile, line: usize, mistake: Mistake, gathered: &mut Gathered) {
    let Mistake { place, message, hint } = mistake;
    let hint = hint.unwrap_or_else(|| "change the rule, or write the signature by hand".into());
    gathered.broken.push(broken(&file.shown, Place { line: place.line + line, ..place }, message, &hint));
}

/// Rules that are parts of a correlation are no problems by themselves, unless it says `generate: true`.
fn drop_parts(gathered: &mut Gathered, events: &[Event], documents: &[(&SourceFile, Vec<(usize, &str)>)]) {
    let mut dropped: Vec<usize> = Vec::new();
    for (_, text) in documents.iter().flat_map(|(_, documents)| documents) {
        let Ok(root) = yaml::parse(text) else { continue };
        let Some(correlation) = root.get("correlation") else { continue };
        if correlation.get("generate").and_then(Node::text) == Some("true") {
            continue;
        }
        for name in correlation::names_of_rules(correlation) {
            dropped.extend(events.iter().filter(|it| it.names.contains(&name)).map(|it| it.index));
        }
    }
    let mut index = 0;
    gathered.found.retain(|_| {
        index += 1;
        !dropped.contains(&(index - 1))
    });
}

/// The documents of a file with the number of lines before each.
fn documents(text: &str) -> Vec<(usize, &str)> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == "---" {
            documents.push((first_line, &text[start..at]));
            (start, first_line) = (at + line.len(), number + 1);
        }
        at += line.len();
    }
    documents.push((first_line, &text[start..]));
    let is_empty = |text: &str| text.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#'));
    documents.retain(|(_, text)| !is_empty(text));
    documents
}

/// Reads a rule about one event.
fn rule(root: &Node<'_>, events: &mut Vec<Event>) -> Result<Found, Mistake> {
    let source = Source::of(root.get("logsource"));
    let detection = root.get("detection").ok_or_else(|| Mistake::new(root.place, "the rule has no `detection`"))?;
    let Value::Map(fields) = &detection.value else {
        return Err(Mistake::new(detection.place, "`detection` is no mapping"));
    };
    let mut selections = Vec::new();
    for (key, node) in fields.iter().filter(|(key, _)| !matches!(&*key.name, "condition" | "timeframe")) {
        selections.push((key.name.to_string(), selection::selection(node, &source)?));
    }
    let text = detection.get("condition").ok_or_else(|| Mistake::new(detection.place, "`condition` is missing"))?;
    let place = text.place;
    let texts: Vec<&str> = match text.text() {
        Some(text) => vec![text],
        None => text.items().iter().filter_map(Node::text).collect(),
    };
    let wrong = |message: String| Mistake::new(place, message);
    let conditions = texts.into_iter().map(|text| condition::condition(text, &selections).map_err(wrong));
    let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
    if conditions.is_empty() {
        return Err(Mistake::new(place, "`condition` is empty"));
    }
    let mut notes = Vec::new();
    let mut whole = condition::any(conditions).map_err(wrong)?;
    let (of_source, detail) = source.condition();
    notes.extend(detail.map(|detail| note("sources", detail)));
    if let Some(of_source) = of_source {
        whole = all(vec![of_source, whole]);
    }
    if detection.get("timeframe").is_some() {
        notes.push(note("time frames", "a `timeframe` without an aggregation has no meaning and is left out"));
    }
    let names = ["id", "name", "title"].into_iter().filter_map(|name| root.get(name).and_then(Node::text));
    let names = names.map(str::to_owned).collect();
    events.push(Event { names, condition: whole.clone(), source: source.clone(), index: usize::MAX });
    found(root, &source, Matching::One(whole), notes)
}

/// The texts of a rule around what it matches.
fn found(root: &Node<'_>, source: &Source, matching: Matching, mut notes: Vec<Note>) -> Result<Found, Mistake> {
    let text = |name: &str| root.get(name).and_then(Node::text).map(str::trim).filter(|text| !text.is_empty());
    let title = text("title").ok_or_else(|| Mistake::new(root.place, "the rule has no `title`"))?;
    let product = match slug(source.product.as_deref().unwrap_or(&source.name())).as_str() {
        "" => "any".to_owned(),
        product => product.to_owned(),
    };
    let short: String = slug(title).chars().take(48).collect();
    let name = match text("id") {
        Some(id) => format!("{}-{}", short.trim_end_matches('-'), slug(id)),
        None => short,
    };
    let severity = match text("level") {
        Some("critical") => Severity::Critical,
        Some("high") => Severity::High,
        Some("low") => Severity::Low,
        Some("informational") => Severity::Info,
        _ => Severity::Medium,
    };
    let list = |name: &str| match root.get(name) {
        Some(node) => node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).collect(),
        None => Vec::new(),
    };
    let links: Vec<&str> = list("references");
    let references = links.into_iter().filter_map(|link| reference(link, &mut notes)).collect();
    let mut comments = vec![format!("Imported from the Sigma rule `{title}`. Not reviewed.")];
    for name in ["id", "name", "status", "author", "license", "date", "modified"] {
        comments.extend(text(name).map(|it| format!("{name}: {it}")));
    }
    comments.push(format!("source: {}", source.name()));
    for name in ["tags", "falsepositives", "fields", "related", "scope"] {
        let items: Vec<&str> = list(name);
        if !items.is_empty() {
            comments.push(format!("{name}: {}", items.join(", ")));
        }
    }
    strays(root, &mut notes);
    let cause = without_placeholders(text("description").unwrap_or(title), &mut notes);
    let draft = Draft {
        id: format!("sigma/{product}/{name}"),
        comments,
        title: without_placeholders(title, &mut notes).split_whitespace().collect::<Vec<_>>().join(" "),
        side: Side::Server,
        severity,
        component: None,
        matching,
        cause,
        impact: None,
        steps: Vec::new(),
        references,
        fires: Vec::new(),
        silent: Vec::new(),
    };
    let original = text("id").unwrap_or(title).to_owned();
    Ok(Found { draft, original, file: std::path::PathBuf::new(), place: root.place, notes })
}

/// Names the fields that no version of the format that we know has.
fn strays(root: &Node<'_>, notes: &mut Vec<Note>) {
    const KNOWN: &[&str] = &[
        "author",
        "correlation",
        "custom",
        "date",
        "description",
        "detection",
        "falsepositives",
        "fields",
        "id",
        "level",
        "license",
        "logsource",
        "modified",
        "name",
        "references",
        "related",
        "scope",
        "status",
        "tags",
        "taxonomy",
        "title",
    ];
    let Value::Map(fields) = &root.value else { return };
    for (key, _) in fields.iter().filter(|(key, _)| !KNOWN.contains(&&*key.name)) {
        notes.push(note("unknown fields", format!("`{}` is not a field of the format", key.name)));
    }
}

/// Rules by each of their names.
type ByName<'e> = BTreeMap<&'e str, &'e Event>;

fn by_name(events: &[Event]) -> ByName<'_> {
    events.iter().flat_map(|event| event.names.iter().map(move |name| (name.as_str(), event))).collect()
}
