//! Why a condition holds for an example, or why it does not, in words.

use super::flaw::Step;
use crate::record::{Chunk, Reading, fields};
use crate::scan::{LineCache, Scanner};
use crate::signature::{Condition, Example, FieldTest, FieldValue, Scope, Signature, SignatureSet};
use std::collections::BTreeSet;

/// Records by the number of their first line, from 1.
type Lines = BTreeSet<u64>;

/// Says why no record of an example matches.
pub(super) fn why_not(signature: &Signature, path: &str, example: &Example) -> String {
    let texts: Vec<String> = example.texts().map(|text| why_not_in(signature, path, text)).collect();
    texts.join("; ")
}

fn why_not_in(signature: &Signature, path: &str, example: &str) -> String {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    if !records_where(&anywhere, &signature.condition, example).is_empty() {
        return format!("the scope keeps the example out: it stands in `{path}`, a name made of the globs");
    }
    missing(&anywhere, &signature.condition, example).join("; ")
}

/// Says why a record of an example matches.
pub(super) fn why(signature: &Signature, example: &Example) -> String {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    let holds = |text: &&str| !records_where(&anywhere, &signature.condition, text).is_empty();
    let example = example.texts().find(holds).unwrap_or_default();
    let lines = records_where(&anywhere, &signature.condition, example);
    let mut parts = Vec::new();
    leaves(&signature.condition, &mut parts);
    let parts = parts.iter().filter(|part| !records_where(&anywhere, part, example).is_disjoint(&lines));
    let parts: Vec<String> = parts.map(|part| shown(part)).collect();
    format!("{} {} in the record of line {}", parts.join(" and "), stands(parts.len()), first(&lines))
}

/// Returns the branches of `any` that hold for no positive example, with the steps that lead to them: nobody has seen
/// them hold, and if one of them is misspelt nobody ever will.
pub(super) fn untried_branches(signature: &Signature) -> Vec<(Vec<Step>, String)> {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    let mut found = Vec::new();
    // A correlation's first part stands for it here; its parts are not branches.
    if signature.correlation.is_none() {
        untried_in(&anywhere, &signature.condition, &mut vec![Step::Field("match")], &mut found);
    }
    found
}

fn untried_in(
    signature: &Signature,
    condition: &Condition,
    path: &mut Vec<Step>,
    found: &mut Vec<(Vec<Step>, String)>,
) {
    let (name, parts) = match condition {
        Condition::Any(parts) => ("any", parts),
        Condition::All(parts) => ("all", parts),
        // Fields are told by `untried_fields`.
        Condition::None(_) | Condition::Text { .. } | Condition::Regex(_) | Condition::Fields(_) => return,
    };
    for (index, part) in parts.iter().enumerate() {
        path.extend([Step::Field(name), Step::Item(index)]);
        let is_seen = || {
            let mut texts = signature.examples.matching.iter().flat_map(Example::texts);
            texts.any(|text| !records_where(signature, part, text).is_empty())
        };
        if name == "any" && !matches!(part, Condition::Fields(_)) && !is_seen() {
            found.push((path.clone(), shown(part)));
        } else {
            untried_in(signature, part, path, found);
        }
        path.truncate(path.len() - 2);
    }
}

/// Returns the `field` conditions that hold for no positive example: nobody has seen them hold at all.
pub(super) fn untried_fields(signature: &Signature) -> Vec<String> {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    let mut parts = Vec::new();
    leaves(&signature.condition, &mut parts);
    parts.retain(|part| matches!(part, Condition::Fields(_)));
    let holds = |part: &Condition| {
        signature
            .positive_examples()
            .flat_map(Example::texts)
            .any(|example| !records_where(&anywhere, part, example).is_empty())
    };
    parts.into_iter().filter(|part| !holds(part)).map(shown).collect()
}

fn missing(signature: &Signature, condition: &Condition, example: &str) -> Vec<String> {
    match condition {
        Condition::Text { .. } | Condition::Regex(_) => vec![format!("{} stands in no record", shown(condition))],
        Condition::Fields(tests) => missing_of_fields(signature, tests, example),
        Condition::Any(branches) => branches.iter().flat_map(|branch| missing(signature, branch, example)).collect(),
        Condition::All(parts) => missing_of_all(signature, parts, example),
        Condition::None(_) => Vec::new(),
    }
}

/// Says which fields of a condition no record has, or what they are there.
fn missing_of_fields(signature: &Signature, tests: &[FieldTest], example: &str) -> Vec<String> {
    let alone = |test: &FieldTest| Condition::Fields(vec![test.clone()]);
    let absent: Vec<&FieldTest> =
        tests.iter().filter(|test| records_where(signature, &alone(test), example).is_empty()).collect();
    if absent.is_empty() {
        let tests: Vec<String> = tests.iter().map(|test| format!("`{}`", shown_field(test))).collect();
        return vec![format!("the fields {} stand in different records", tests.join(", "))];
    }
    let records = texts_of(example);
    let told = absent.iter().map(|test| {
        let values = records.iter().filter_map(|text| fields::find(text, &test.name)).map(|value| {
            let value: String = String::from_utf8_lossy(&value).chars().take(LONGEST).collect();
            format!("`{value}`")
        });
        let values: BTreeSet<String> = values.collect();
        if values.is_empty() {
            return format!("no record has the field `{}`{}", test.name, has_instead(&records));
        }
        let values: Vec<String> = values.into_iter().take(MOST).collect();
        format!("`field: {{ {} }}` holds for no record: it is {}", shown_field(test), values.join(", "))
    });
    told.collect()
}

/// Names of the fields that the first record with fields has.
fn has_instead(records: &[&[u8]]) -> String {
    let names = records.iter().map(|text| fields::all(text)).find(|fields| !fields.is_empty()).unwrap_or_default();
    let names: Vec<String> = names.into_iter().take(MOST).map(|(name, _)| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(" (there are {})", names.join(", ")) }
}

/// Fields and values that are told, and characters of a value.
const MOST: usize = 12;
const LONGEST: usize = 60;

/// The texts of the records of an example.
fn texts_of(example: &str) -> Vec<&[u8]> {
    let text = example.as_bytes();
    let Some(reading) = Reading::guess(text.get(..Reading::HEAD).unwrap_or(text), None) else { return Vec::new() };
    let chunk = Chunk::of(text, 0..text.len());
    let ranges = reading.format.records(&chunk).map(|record| record.start..record.start + record.text.len());
    ranges.filter_map(|range| text.get(range)).collect()
}

fn missing_of_all(signature: &Signature, parts: &[Condition], example: &str) -> Vec<String> {
    let (forbidden, wanted): (Vec<_>, Vec<_>) = parts.iter().partition(|part| matches!(part, Condition::None(_)));
    let lines: Vec<Lines> = wanted.iter().map(|part| records_where(signature, part, example)).collect();
    let absent: Vec<String> = wanted
        .iter()
        .zip(&lines)
        .filter(|(_, lines)| lines.is_empty())
        .flat_map(|(part, _)| missing(signature, part, example))
        .collect();
    if !absent.is_empty() {
        return absent;
    }
    let common = lines.iter().cloned().reduce(|a, b| a.intersection(&b).copied().collect()).unwrap_or_default();
    if common.is_empty() {
        let places = wanted.iter().zip(&lines).map(|(part, lines)| format!("{} in line {}", shown(part), first(lines)));
        let places: Vec<String> = places.collect();
        return vec![format!("the parts of `all` stand in different records: {}", places.join(", "))];
    }
    let mut found = Vec::new();
    for part in forbidden {
        let mut parts = Vec::new();
        if let Condition::None(inner) = part {
            inner.iter().for_each(|part| leaves(part, &mut parts));
        }
        for part in parts {
            let lines: Lines = records_where(signature, part, example).intersection(&common).copied().collect();
            if !lines.is_empty() {
                found.push(format!(
                    "`none` forbids {}, which stands in the record of line {}",
                    shown(part),
                    first(&lines)
                ));
            }
        }
    }
    found
}

/// Returns the records of the example for which `condition` holds.
fn records_where(signature: &Signature, condition: &Condition, example: &str) -> Lines {
    let probe = Signature { condition: condition.clone(), correlation: None, ..signature.clone() };
    let scanner = Scanner::new(&SignatureSet::new(vec![probe]));
    let text = example.as_bytes();
    let mut lines = Lines::new();
    let Some(reading) = Reading::guess(text.get(..Reading::HEAD).unwrap_or(text), None) else { return lines };
    let chunk = Chunk::of(text, 0..text.len());
    scanner.scan(&chunk, &reading.format, &scanner.in_file("example.log"), &mut LineCache::default(), &mut |hit| {
        if !hit.matches.is_empty() {
            lines.insert(hit.record.line.saturating_add(1));
        }
    });
    lines
}

/// Collects the texts and patterns, except below `none`.
fn leaves<'c>(condition: &'c Condition, found: &mut Vec<&'c Condition>) {
    match condition {
        Condition::Any(parts) | Condition::All(parts) => parts.iter().for_each(|part| leaves(part, found)),
        Condition::Text { .. } | Condition::Regex(_) | Condition::Fields(_) => found.push(condition),
        Condition::None(_) => {}
    }
}

/// Shows a condition as its author wrote it, shortened.
pub(super) fn shown(condition: &Condition) -> String {
    match condition {
        Condition::Text { text, nocase: false } => format!("`text: {text}`"),
        Condition::Text { text, nocase: true } => format!("`text: {text}` (nocase)"),
        Condition::Regex(pattern) => format!("`regex: {pattern}`"),
        Condition::Fields(tests) => {
            let tests: Vec<String> = tests.iter().map(shown_field).collect();
            format!("`field: {{ {} }}`", tests.join(", "))
        }
        Condition::Any(parts) => format!("`any` of {}", parts.len()),
        Condition::All(parts) => format!("`all` of {}", parts.len()),
        Condition::None(parts) => format!("`none` of {}", parts.len()),
    }
}

/// `event_id: 7000`, `provider: [a, b]`, `message: { regex: '...' }`
fn shown_field(test: &FieldTest) -> String {
    let value = |value: &FieldValue| match value {
        FieldValue::Is(text) => text.clone(),
        FieldValue::Like(Condition::Text { text, nocase: true }) => format!("{{ text: '{text}', nocase: true }}"),
        FieldValue::Like(Condition::Text { text, .. }) => format!("{{ text: '{text}' }}"),
        FieldValue::Like(Condition::Regex(pattern)) => format!("{{ regex: '{pattern}' }}"),
        FieldValue::Like(other) => shown(other),
    };
    match test.values.as_slice() {
        [one] => format!("{}: {}", test.name, value(one)),
        several => format!("{}: [{}]", test.name, several.iter().map(value).collect::<Vec<_>>().join(", ")),
    }
}

fn stands(parts: usize) -> &'static str {
    if parts == 1 { "stands" } else { "stand" }
}

fn first(lines: &Lines) -> u64 {
    lines.first().copied().unwrap_or(1)
}
