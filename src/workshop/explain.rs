//! How far a condition gets in an example: which part of it stands in which line, and where the first thing is missing.
//!
//! `condition.rs` says in one sentence why an example does not match; this says it part by part, for the author who
//! looks for the difference of one character.

use super::condition::shown;
use super::examples::sample_path;
use super::why::why_example;
use crate::record::{Chunk, Reading};
use crate::scan::required_literals;
use crate::signature::{Condition, Example, Signature, SignatureSet};
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::{Ast, parse::Parser};

/// What one part of a condition did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRun {
    /// How deep the part is nested, from 0.
    pub depth: usize,
    /// The part as its author wrote it, or `any`, `all`, `none`.
    pub part: String,
    /// Whether it did what the condition needs; `none` holds if nothing of it stands there.
    pub holds: bool,
    /// Where it stands, or what is missing.
    pub said: String,
}

/// Characters of a log or pattern that are shown around a place.
const SHOWN: usize = 60;

/// Runs each part of a condition on the example alone; of a match of several records says also which rule is against it.
pub fn explain(set: &SignatureSet, signature: &Signature, example: &Example) -> Vec<PartRun> {
    if let Some(correlation) = &signature.correlation {
        return why_example(signature, correlation, &sample_path(set, signature), example);
    }
    let mut records = Vec::new();
    for text in example.texts() {
        records.extend(records_of(text));
    }
    let mut parts = Vec::new();
    explain_part(&signature.condition, &records, 0, &mut parts);
    parts
}

/// Lines from 1 and texts of the records of a log.
fn records_of(text: &str) -> Vec<(u64, &[u8])> {
    let bytes = text.as_bytes();
    let Some(reading) = Reading::guess(bytes.get(..Reading::HEAD).unwrap_or(bytes), None) else { return Vec::new() };
    let chunk = Chunk::of(bytes, 0..bytes.len());
    let records = reading.format.records(&chunk);
    records.filter_map(|it| Some((it.line + 1, bytes.get(it.start..it.start + it.text.len())?))).collect()
}

fn explain_part(condition: &Condition, records: &[(u64, &[u8])], depth: usize, runs: &mut Vec<PartRun>) -> bool {
    let at = runs.len();
    let (name, parts) = match condition {
        Condition::Text { text, nocase } => {
            let (holds, said) = text_run(text, *nocase, records);
            runs.push(PartRun { depth, part: shown(condition), holds, said });
            return holds;
        }
        Condition::Regex(pattern) => {
            let (holds, said) = regex_run(pattern, records);
            runs.push(PartRun { depth, part: shown(condition), holds, said });
            return holds;
        }
        // `condition.rs` tells fields and their values in its sentence.
        Condition::Fields(_) => {
            runs.push(PartRun { depth, part: shown(condition), holds: false, said: "see above".to_owned() });
            return false;
        }
        Condition::Any(parts) => ("any", parts),
        Condition::All(parts) => ("all", parts),
        Condition::None(parts) => ("none", parts),
    };
    runs.push(PartRun { depth, part: format!("`{name}`"), holds: false, said: String::new() });
    let mut held = 0;
    for part in parts {
        held += usize::from(explain_part(part, records, depth + 1, runs));
    }
    let holds = match name {
        "any" => held > 0,
        "all" => held == parts.len(),
        _ => held == 0,
    };
    if let Some(run) = runs.get_mut(at) {
        run.holds = holds;
        run.said = match name {
            "none" => format!("{held} of {} stand there, none may", parts.len()),
            _ => format!("{held} of {} hold, each looked at alone", parts.len()),
        };
    }
    holds
}

/// Returns what a condition begins with, at most so many beginnings, the longest first, each of which can be searched for.
pub(super) fn beginnings(condition: &Condition, most: usize) -> Vec<Condition> {
    let all: Vec<Condition> = match condition {
        Condition::Text { text, nocase } => {
            let whole = Condition::Text { text: text.clone(), nocase: true };
            let is_end = |(at, c): (usize, char)| (c.is_whitespace() || c.is_ascii_punctuation()).then_some(at);
            let part = |at: &usize| Some(Condition::Text { text: text.get(..*at)?.to_owned(), nocase: *nocase });
            let ends: Vec<usize> = text.char_indices().filter_map(is_end).filter(|at| *at >= 3).collect();
            let parts: Vec<Condition> = ends.iter().filter_map(part).collect();
            if *nocase { parts } else { [parts, vec![whole]].concat() }
        }
        Condition::Regex(pattern) => {
            let part = |at: &usize| Some(Condition::Regex(pattern.get(..*at)?.to_owned()));
            let is_sought = |it: &Condition| {
                let literals = required_literals(it).unwrap_or_default();
                !literals.is_empty() && literals.iter().all(|literal| literal.len() >= 3)
            };
            let ends: Vec<usize> = ends_of_parts(pattern).into_iter().filter(|at| *at < pattern.len()).collect();
            ends.iter().filter_map(part).filter(is_sought).collect()
        }
        Condition::Any(_) | Condition::All(_) | Condition::None(_) | Condition::Fields(_) => return Vec::new(),
    };
    let step = all.len().div_ceil(most.max(1)).max(1);
    all.into_iter().rev().step_by(step).collect()
}

/// Says where a text or a pattern stops in these records, with the number of the first line of each; `None` if it does not
/// even begin there.
pub(super) fn how_far(condition: &Condition, records: &[(u64, &[u8])]) -> Option<String> {
    let said = match condition {
        Condition::Text { text, nocase } => text_run(text, *nocase, records).1,
        Condition::Regex(pattern) => regex_run(pattern, records).1,
        Condition::Any(_) | Condition::All(_) | Condition::None(_) | Condition::Fields(_) => return None,
    };
    (said.starts_with("stops") || said.starts_with("stands")).then_some(said)
}

fn text_run(text: &str, nocase: bool, records: &[(u64, &[u8])]) -> (bool, String) {
    let find = |part: &str, nocase: bool| {
        let pattern = RegexBuilder::new(&regex::escape(part)).case_insensitive(nocase).build().ok()?;
        first_match(&pattern, records)
    };
    if let Some((line, _)) = find(text, nocase) {
        return (true, format!("stands in line {line}"));
    }
    if !nocase && let Some((line, _)) = find(text, true) {
        return (false, format!("stands in line {line} in another case; `nocase: true` beside it allows that"));
    }
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
    // What stands there gets shorter from the end, so the first that is found is the longest.
    let longest = ends.iter().rev().find_map(|end| Some((text.get(..*end)?, find(text.get(..*end)?, nocase)?)));
    match longest.filter(|(part, _)| part.trim().len() >= 3) {
        Some((part, (line, after))) => (false, stops(part, line, text.get(part.len()..).unwrap_or_default(), &after)),
        None => (false, "nothing of it stands in a record".to_owned()),
    }
}

fn regex_run(pattern: &str, records: &[(u64, &[u8])]) -> (bool, String) {
    if let Some((line, _)) = compile(pattern).and_then(|it| first_match(&it, records)) {
        return (true, format!("matches in line {line}"));
    }
    let mut ends = ends_of_parts(pattern);
    ends.sort_unstable();
    ends.dedup();
    let longest = ends.iter().rev().find_map(|end| {
        let part = pattern.get(..*end)?;
        let found = first_match(&compile(part)?, records)?;
        Some((part, found))
    });
    match longest {
        Some((part, (line, after))) => {
            (false, stops(part, line, pattern.get(part.len()..).unwrap_or_default(), &after))
        }
        None => (false, "not even its beginning stands in a record".to_owned()),
    }
}

/// `stops in line 2 after "cannot write to ": then "E:" is wanted and "D: disk" stands there`
fn stops(part: &str, line: u64, wanted: &str, after: &str) -> String {
    let tail: String = part.chars().skip(part.chars().count().saturating_sub(SHOWN)).collect();
    let wanted: String = wanted.chars().take(SHOWN).collect();
    let stands = if after.is_empty() { "the record ends".to_owned() } else { format!("`{after}` stands there") };
    format!("stops in line {line} after `{tail}`: `{wanted}` is wanted and {stands}")
}

/// As `scan` compiles patterns.
fn compile(pattern: &str) -> Option<Regex> {
    let build = |unicode| RegexBuilder::new(pattern).multi_line(true).crlf(true).unicode(unicode).build();
    build(false).or_else(|_| build(true)).ok()
}

/// The line in which the pattern matches first, and what stands behind the match.
fn first_match(pattern: &Regex, records: &[(u64, &[u8])]) -> Option<(u64, String)> {
    records.iter().find_map(|(line, text)| {
        let found = pattern.find(text)?;
        let before = text.get(..found.start())?.iter().filter(|byte| **byte == b'\n').count() as u64;
        let rest = String::from_utf8_lossy(text.get(found.end()..)?).into_owned();
        let after: String = rest.lines().next().unwrap_or_default().chars().take(SHOWN).collect();
        Some((line + before, after))
    })
}

/// Where the pattern may be cut so that what stands before is a pattern.
fn ends_of_parts(pattern: &str) -> Vec<usize> {
    let Ok(ast) = Parser::new().parse(pattern) else { return Vec::new() };
    match &ast {
        Ast::Concat(concat) => concat.asts.iter().map(|part| part.span().end.offset).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "2026-01-02 10:00:00 ERROR start\n2026-01-02 10:00:01 ERROR cannot write to D: disk full\n";

    #[track_caller]
    fn check(condition: Condition, expected: &[(bool, &str)]) {
        let mut runs = Vec::new();
        explain_part(&condition, &records_of(LOG), 0, &mut runs);
        let shown: Vec<(bool, &str)> = runs.iter().map(|run| (run.holds, run.said.as_str())).collect();
        assert_eq!(shown, expected);
    }

    fn text(text: &str) -> Condition {
        Condition::Text { text: text.to_owned(), nocase: false }
    }

    #[test]
    fn a_text_is_followed_to_where_it_stops() {
        check(text("disk full"), &[(true, "stands in line 2")]);
        check(
            text("cannot write to E: disk"),
            &[(false, "stops in line 2 after `cannot write to `: `E: disk` is wanted and `D: disk full` stands there")],
        );
        check(text("Disk Full"), &[(false, "stands in line 2 in another case; `nocase: true` beside it allows that")]);
        check(text("qzoff"), &[(false, "nothing of it stands in a record")]);
    }

    #[test]
    fn a_pattern_is_followed_to_where_it_stops() {
        check(
            Condition::Regex(r"write to (?<disk>\S+) full".into()),
            &[(
                false,
                "stops in line 2 after `write to (?<disk>\\S+) `: `full` is wanted and `disk full` stands there",
            )],
        );
        check(Condition::Regex(r"disk full\z".into()), &[(true, "matches in line 2")]);
        check(
            Condition::Regex(r"disk full now".into()),
            &[(false, "stops in line 2 after `disk full`: ` now` is wanted and the record ends")],
        );
        check(Condition::Regex(r"q\d+".into()), &[(false, "not even its beginning stands in a record")]);
    }

    #[test]
    fn lists_say_how_many_of_their_parts_hold() {
        let condition = Condition::All(vec![text("disk full"), Condition::None(vec![text("start")])]);
        check(
            condition,
            &[
                (false, "1 of 2 hold, each looked at alone"),
                (true, "stands in line 2"),
                (false, "1 of 1 stand there, none may"),
                (true, "stands in line 1"),
            ],
        );
    }
}
