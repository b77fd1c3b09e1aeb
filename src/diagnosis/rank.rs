use super::causes::{Presences, behind_causes};
use super::chronology::file_times;
use super::clocks::clock_offsets;
use super::confidence::confidence;
use super::correlate::{Moments, correlate};
use super::facts::found_facts;
use super::score::unresolved;
use super::shared::suppress_shared;
use super::suppress::suppress;
use super::{Chronology, Diagnosis, Known, State};
use crate::bundle::{Input, Problem, ProblemKind, Visited};
use crate::finding::{Claim, Source, Stream, Tally, Zone, in_order};
use crate::signature::{SignatureError, SignatureSet, Where};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Turns what was counted into what people read.
///
/// Known problems are ordered by severity, confidence, count, first time, id and variant, effects behind their causes;
/// unresolved ones as `score.rs` says;
/// problems by file. A signature that was left out because it is broken becomes a problem too.
///
/// `zone` is that of times which state none, as the user says.
pub fn diagnose(
    set: &SignatureSet,
    inputs: &[Input],
    visited: Visited,
    tally: Tally,
    zone: Option<&Zone>,
) -> Diagnosis {
    let (sources, others) = tally.sources.finish();
    let events = tally.events.finish();
    let moments = moments(set, &events, &sources, zone);
    let correlated = correlate(set, &events, &moments);
    let mut presences = Presences::new();
    let of_records = in_order(tally.known).map(|(claim, group)| {
        let presence = tally.presences.get(claim).cloned();
        (claim, State::Match, None, group, presence)
    });
    let of_several = correlated.found.into_iter();
    let of_several = of_several.map(|it| (Claim::of(it.signature), it.state, it.reason, it.group, Some(it.presence)));
    let found = of_records.chain(of_several).filter_map(|(claim, state, reason, group, presence)| {
        let family = set.signatures().get(claim.signature)?;
        let row = claim.row.and_then(|row| family.row(row));
        let signature = Arc::new(row.map_or_else(|| family.clone(), |row| family.with_row(row)));
        let variant: Option<Arc<str>> = row.map(|row| Arc::from(row.key.as_str()));
        presences.extend(presence.map(|presence| ((Arc::clone(&signature.id), variant.clone()), presence)));
        let confidence = confidence(&signature, &group, state, reason.is_some());
        Some(Known { confidence, state, reason, signature, variant, group, suppressed: Vec::new(), caused_by: None })
    });
    let mut known: Vec<Known> = found.collect();
    if !set.hides_nothing() {
        known = suppress_shared(suppress(known), &tally.claims, set);
    }
    known.sort_by(|a, b| {
        let key = |it: &Known| (Reverse(it.signature.severity), Reverse((it.confidence * 100.0).round() as u32));
        let tie = |it: &Known| (Reverse(it.group.count), it.group.first_time.is_none(), it.group.first_time);
        key(a)
            .cmp(&key(b))
            .then_with(|| tie(a).cmp(&tie(b)))
            .then_with(|| (&a.signature.id, &a.variant).cmp(&(&b.signature.id, &b.variant)))
    });
    let mut known = behind_causes(known, &presences, &moments);
    let mut problems = visited.problems;
    problems.extend(set.errors().iter().map(broken));
    problems.sort();
    problems.dedup();
    // What consists of records of known problems only is not unknown.
    let explained = |hash: &u64| correlated.explained.get(hash).copied().unwrap_or(0);
    let unknown = in_order(tally.unknown).filter(|(hash, unknown)| explained(hash) < unknown.group.count);
    let unresolved = unresolved(unknown.map(|(_, unknown)| unknown).collect(), &known);
    known.iter_mut().for_each(Known::explain);
    let groups = known.iter().map(|it| &it.group).chain(unresolved.iter().map(|it| &it.finding.group));
    let chronology = Chronology::of(&sources, &others, zone, groups.flat_map(|group| &group.evidence));
    Diagnosis {
        inputs: inputs.to_vec(),
        catalogues: set.catalogues().to_vec(),
        signatures: set.signatures().len(),
        seen: (visited.files, visited.bytes),
        coverage: tally.coverage,
        period: None,
        chronology,
        facts: found_facts(set, tally.facts),
        unresolved,
        known,
        unresolved_overflow: tally.unknown_overflow,
        unresolved_omitted: false,
        problems,
    }
}

/// When records of all files were written, as far as that matters: for what is about several records, or about causes. Clocks
/// of hosts are compared only if a correlation reaches over hosts.
fn moments(set: &SignatureSet, events: &BTreeMap<usize, Stream>, sources: &[Source], zone: Option<&Zone>) -> Moments {
    if events.is_empty() && set.signatures().iter().all(|it| it.caused_by.is_empty()) {
        return Moments::default();
    }
    let files = file_times(sources, zone);
    let reaches_over_hosts = set.wanted().any(|it| it.correlation.place == Where::Bundle);
    let evidence = events.values().flat_map(|stream| &stream.events).map(|event| &event.evidence);
    let offsets = if reaches_over_hosts { clock_offsets(&files, evidence) } else { Vec::new() };
    Moments::new(&files, &offsets)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{at, diagnosis, evidence, group, signature};
    use crate::finding::Group;
    use crate::signature::{Severity, Signature};

    #[track_caller]
    fn check(known: Vec<(Signature, Group)>, expected: &[&str]) {
        let reversed: Vec<_> = known.iter().rev().cloned().collect();
        for known in [known, reversed] {
            let diagnosis = diagnosis(known, Vec::new());
            assert_eq!(diagnosis.known.iter().map(|it| &*it.signature.id).collect::<Vec<_>>(), expected);
        }
    }

    fn seen(count: u64) -> Group {
        group(count, vec![evidence("a.log", 1, "went wrong on srv01")])
    }

    #[test]
    fn the_worst_comes_first_then_the_surest_then_the_most_frequent() {
        let mut sure = signature("a/b/sure", Severity::High);
        sure.scope.files.push("*.log".into());
        check(
            vec![
                (signature("a/b/low", Severity::Low), seen(100)),
                (signature("a/b/often", Severity::High), seen(9)),
                (signature("a/b/seldom", Severity::High), seen(2)),
                (sure, seen(2)),
                (signature("a/b/worst", Severity::Critical), seen(1)),
            ],
            &["a/b/worst", "a/b/sure", "a/b/often", "a/b/seldom", "a/b/low"],
        );
    }

    #[test]
    fn among_equals_the_earliest_comes_first_and_those_without_time_last() {
        let time = |time| Group { first_time: time, ..seen(1) };
        check(
            vec![
                (signature("a/b/a-without", Severity::High), time(None)),
                (signature("a/b/b-later", Severity::High), time(Some(at(5)))),
                (signature("a/b/c-earlier", Severity::High), time(Some(at(1)))),
                (signature("a/b/d-earlier", Severity::High), time(Some(at(1)))),
            ],
            &["a/b/c-earlier", "a/b/d-earlier", "a/b/b-later", "a/b/a-without"],
        );
    }

    #[test]
    fn a_broken_signature_is_told_with_its_place_and_the_way_out() {
        let error = SignatureError {
            file: "cat/a/b/c.yaml".into(),
            line: 3,
            column: 7,
            message: "unknown field `levl`".into(),
            hint: Some("did you mean `level`?".into()),
        };
        let problem = broken(&error);
        assert_eq!(problem.kind, ProblemKind::Signature);
        assert_eq!(&*problem.file, "cat/a/b/c.yaml");
        assert_eq!(problem.message, "line 3, column 7: unknown field `levl` (did you mean `level`?)");
    }
}
