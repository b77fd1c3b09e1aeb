use super::confidence::confidence;
use super::score::unresolved;
use super::suppress::suppress;
use super::{Diagnosis, Known};
use crate::bundle::{Input, Problem, ProblemKind, Visited};
use crate::finding::Tally;
use crate::signature::{SignatureError, SignatureSet};
use std::cmp::Reverse;
use std::sync::Arc;

/// Turns what was counted into what people read.
///
/// Known problems are ordered by severity, confidence, count, first time and id; unresolved ones as `score.rs` says;
/// problems by file. A signature that was left out because it is broken becomes a problem too.
pub fn diagnose(set: &SignatureSet, inputs: &[Input], visited: Visited, tally: Tally) -> Diagnosis {
    let found = tally.known.into_iter().filter_map(|(index, group)| {
        let signature = Arc::new(set.signatures().get(index)?.clone());
        Some(Known { confidence: confidence(&signature, &group), signature, group, suppressed: Vec::new() })
    });
    let mut known = suppress(found.collect());
    known.sort_by(|a, b| {
        let key = |it: &Known| (Reverse(it.signature.severity), Reverse((it.confidence * 100.0).round() as u32));
        let tie = |it: &Known| (Reverse(it.group.count), it.group.first_time.is_none(), it.group.first_time);
        key(a).cmp(&key(b)).then_with(|| tie(a).cmp(&tie(b))).then_with(|| a.signature.id.cmp(&b.signature.id))
    });
    let mut problems = visited.problems;
    problems.extend(set.errors().iter().map(broken));
    problems.sort();
    problems.dedup();
    Diagnosis {
        inputs: inputs.to_vec(),
        catalogues: set.catalogues().to_vec(),
        signatures: set.signatures().len(),
        seen: (visited.files, visited.bytes),
        coverage: tally.coverage,
        unresolved: unresolved(tally.unknown.into_values().collect(), &known),
        known,
        unresolved_overflow: tally.unknown_overflow,
        unresolved_omitted: false,
        problems,
    }
}

/// A broken signature as a problem of its file, with the place in the message.
fn broken(error: &SignatureError) -> Problem {
    let mut message = match (error.line, error.column) {
        (0, _) => String::new(),
        (line, 0) => format!("line {line}: "),
        (line, column) => format!("line {line}, column {column}: "),
    };
    message.push_str(&error.message);
    if let Some(hint) = &error.hint {
        message.push_str(" (");
        message.push_str(hint);
        message.push(')');
    }
    Problem { file: error.file.to_string_lossy().into(), kind: ProblemKind::Signature, message }
}
