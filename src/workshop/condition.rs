//! Why a condition holds for an example, or why it does not, in words.

use crate::record::{Chunk, Reading};
use crate::scan::{LineCache, Scanner};
use crate::signature::{Condition, Scope, Signature, SignatureSet};
use std::collections::BTreeSet;

/// Records by the number of their first line, from 1.
type Lines = BTreeSet<u64>;

/// Says why no record of an example matches.
pub(super) fn why_not(signature: &Signature, path: &str, example: &str) -> String {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    if !records_where(&anywhere, &signature.condition, example).is_empty() {
        return format!("the scope lets in no file: `{path}`, made of its globs, is not in it");
    }
    missing(&anywhere, &signature.condition, example).join("; ")
}

/// Says why a record of an example matches.
pub(super) fn why(signature: &Signature, example: &str) -> String {
    let anywhere = Signature { scope: Scope::default(), ..signature.clone() };
    let lines = records_where(&anywhere, &signature.condition, example);
    let mut parts = Vec::new();
    leaves(&signature.condition, &mut parts);
    let parts = parts.iter().filter(|part| !records_where(&anywhere, part, example).is_disjoint(&lines));
    let parts: Vec<String> = parts.map(|part| shown(part)).collect();
    format!("{} {} in the record of line {}", parts.join(" and "), stands(parts.len()), first(&lines))
}

fn missing(signature: &Signature, condition: &Condition, example: &str) -> Vec<String> {
    match condition {
        Condition::Text { .. } | Condition::Regex(_) => vec![format!("{} stands in no record", shown(condition))],
        Condition::Any(branches) => branches.iter().flat_map(|branch| missing(signature, branch, example)).collect(),
        Condition::All(parts) => missing_of_all(signature, parts, example),
        Condition::None(_) => Vec::new(),
    }
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
    let probe = Signature { condition: condition.clone(), ..signature.clone() };
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
        Condition::Text { .. } | Condition::Regex(_) => found.push(condition),
        Condition::None(_) => {}
    }
}

/// Shows a condition as its author wrote it, shortened.
pub(super) fn shown(condition: &Condition) -> String {
    match condition {
        Condition::Text { text, nocase: false } => format!("`text: {text}`"),
        Condition::Text { text, nocase: true } => format!("`text: {text}` (nocase)"),
        Condition::Regex(pattern) => format!("`regex: {pattern}`"),
        Condition::Any(parts) => format!("`any` of {}", parts.len()),
        Condition::All(parts) => format!("`all` of {}", parts.len()),
        Condition::None(parts) => format!("`none` of {}", parts.len()),
    }
}

fn stands(parts: usize) -> &'static str {
    if parts == 1 { "stands" } else { "stand" }
}

fn first(lines: &Lines) -> u64 {
    lines.first().copied().unwrap_or(1)
}
