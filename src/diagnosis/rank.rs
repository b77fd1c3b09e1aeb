use super::applies::{Trace, standing};
use super::causes::{Presences, behind_causes};
use super::chronology::file_times;
use super::clocks::clock_offsets;
use super::confidence::confidence;
use super::correlate::{Found, Moments, correlate};
use super::facts::found_facts;
use super::installed::Installed;
use super::shared::suppress_shared;
use super::suppress::suppress;
use super::unresolved::{relate, trim_to_nearest, unresolved};
use super::{Chronology, Diagnosis, Hidden, Known, State};
use crate::bundle::{Input, Problem, ProblemKind, Visited};
use crate::finding::{Claim, Group, Source, Stream, Tally, TemplateSet, Zone, in_order};
use crate::signature::{Applied, SignatureError, SignatureSet, Where};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Turns what was counted into what people read.
///
/// Known problems are ordered by severity, confidence, count, first time, id and variant, those that are old behind all
/// others, effects behind their causes; unresolved ones as `unresolved/score.rs` says;
/// problems by file. A signature that was left out because it is broken becomes a problem too.
///
/// `zone` is that of times which state none, as the user says; `baseline` are the templates of a bundle to compare with.
pub fn diagnose(
    set: &SignatureSet,
    inputs: &[Input],
    visited: Visited,
    mut tally: Tally,
    zone: Option<&Zone>,
    baseline: Option<&TemplateSet>,
) -> Diagnosis {
    let (sources, others) = std::mem::take(&mut tally.sources).finish();
    let events = std::mem::take(&mut tally.events).finish();
    let starts = std::mem::take(&mut tally.facts.starts);
    let facts = found_facts(set, std::mem::take(&mut tally.facts));
    let claimed = std::mem::take(&mut tally.claimed_by_file);
    let is_asked = !tally.known_by_file.is_empty() || !claimed.is_empty();
    let moments = moments(set, &events, is_asked, &sources, zone);
    let installed = Installed::new(&facts, &moments);
    let standing = |signature: usize, found: Trace, groups: Vec<Group>| {
        let family = set.signatures().get(signature)?;
        standing(&family.scope, set.version_fact(family), found, groups, &installed)
    };
    // What all its signatures are taken back from is an error that nobody explains.
    for ((hash, signatures), groups) in claimed.finish() {
        for unknown in groups {
            let holds =
                |&signature: &usize| standing(signature, Trace::default(), vec![unknown.group.clone()]).is_some();
            if !signatures.iter().any(holds) {
                tally.give_back(hash, unknown);
            }
        }
    }
    let mut presences = Presences::new();
    let of_records = in_order(tally.known).map(|(claim, group)| (claim, vec![group]));
    let of_records = of_records.chain(tally.known_by_file.finish());
    let of_records = of_records.filter_map(|(claim, groups)| {
        let trace = standing(claim.signature, Trace::default(), groups)?;
        Some((claim, trace, tally.presences.get(claim).cloned()))
    });
    let mut traces: Vec<_> = of_records.collect();
    let explained = correlate(set, &events, &moments, &mut |found| {
        let Found { signature, state, reason, group, presence } = found;
        let trace = standing(signature, Trace { state, reason, ..Trace::default() }, vec![group])?;
        traces.push((Claim::of(signature), trace, Some(presence)));
        Some(())
    });
    let found = traces.into_iter().filter_map(|(claim, trace, presence)| {
        let Trace { state, reason, mut notes, group } = trace;
        notes.extend(set.applied(claim.signature).iter().flat_map(notes_of));
        let family = set.signatures().get(claim.signature)?;
        let row = claim.row.and_then(|row| family.row(row));
        let signature = Arc::new(row.map_or_else(|| family.clone(), |row| family.with_row(row)));
        let variant: Option<Arc<str>> = row.map(|row| Arc::from(row.key.as_str()));
        presences.extend(presence.map(|presence| ((Arc::clone(&signature.id), variant.clone()), presence)));
        let confidence = confidence(&signature, &group, state, reason.is_some());
        let known = Known {
            confidence,
            state,
            reason,
            notes,
            signature,
            variant,
            group,
            suppressed: Vec::new(),
            caused_by: None,
        };
        Some((claim.signature, known))
    });
    // What is hidden hides nothing: it is as if there were no such signature.
    let (hidden, shown): (Vec<_>, Vec<_>) = found.partition(|(signature, _)| set.disabled(*signature).is_some());
    let hidden = hidden.into_iter().filter_map(|(signature, known)| Some(hidden_by(set.disabled(signature)?, known)));
    let mut hidden: Vec<Hidden> = hidden.collect();
    hidden.sort_by(|a, b| (&a.signature, &a.variant).cmp(&(&b.signature, &b.variant)));
    let mut known: Vec<Known> = shown.into_iter().map(|(_, known)| known).collect();
    if !set.hides_nothing() {
        known = suppress_shared(suppress(known, &tally.claims, set), &tally.claims, set);
    }
    known.iter_mut().filter_map(|it| it.group.evidence.first_mut()).for_each(trim_to_nearest);
    known.sort_by(|a, b| {
        let key = |it: &Known| {
            let confidence = Reverse((it.confidence * 100.0).round() as u32);
            (it.state == State::Old, Reverse(it.signature.severity), confidence)
        };
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
    let explained = |hash: &u64| explained.get(hash).copied().unwrap_or(0);
    let unknown = in_order(tally.unknown).filter(|(hash, unknown)| explained(hash) < unknown.group.count);
    let is_noise = |id: &u64| baseline.is_some_and(|it| it.contains(*id));
    let (noise, unknown): (Vec<_>, Vec<_>) = unknown.partition(|(id, _)| is_noise(id));
    let unknown = unknown.into_iter().map(|(_, finding)| finding).collect();
    let mut unresolved = unresolved(unknown, &known, &sources, baseline.is_some());
    relate(&mut unresolved, set);
    for it in &mut unresolved {
        let general = it.finding.general.and_then(|general| set.signatures().get(general));
        it.reasons.extend(general.map(|general| format!("a part of it is `{}`", general.id)));
    }
    known.iter_mut().for_each(Known::explain);
    let groups = known.iter().map(|it| &it.group).chain(unresolved.iter().map(|it| &it.finding.group));
    let chronology = Chronology::of(&sources, &others, zone, groups.flat_map(|group| &group.evidence), &starts);
    Diagnosis {
        inputs: inputs.to_vec(),
        catalogues: set.catalogues().to_vec(),
        signatures: set.signatures().len(),
        seen: (visited.files, visited.bytes),
        coverage: tally.coverage,
        period: None,
        chronology,
        facts,
        unresolved,
        known,
        known_noise: baseline.map(|_| noise.len() as u64),
        hidden,
        unresolved_overflow: tally.unknown_overflow,
        unresolved_omitted: false,
        problems,
    }
}

/// When records of all files were written, as far as that matters: for what is about several records, about causes, or about
/// what was installed (`is_asked`). Clocks of hosts are compared only if a correlation reaches over hosts.
fn moments(
    set: &SignatureSet,
    events: &BTreeMap<usize, Stream>,
    is_asked: bool,
    sources: &[Source],
    zone: Option<&Zone>,
) -> Moments {
    if events.is_empty() && !is_asked && set.signatures().iter().all(|it| it.caused_by.is_empty()) {
        return Moments::default();
    }
    let files = file_times(sources, zone);
    let reaches_over_hosts = !events.is_empty() && set.wanted().any(|it| it.correlation.place == Where::Bundle);
    let evidence = events.values().flat_map(|stream| &stream.events).map(|event| &event.evidence);
    let offsets = if reaches_over_hosts { clock_offsets(&files, evidence) } else { Vec::new() };
    Moments::new(&files, &offsets)
}

/// What is left of a problem that an overlay hides.
fn hidden_by(by: &Applied, mut known: Known) -> Hidden {
    known.explain();
    Hidden {
        signature: Arc::clone(&known.signature.id),
        variant: known.variant,
        state: known.state,
        title: known.signature.title.clone(),
        count: known.group.count,
        first_time: known.group.first_time,
        last_time: known.group.last_time,
        overlay: by.file.display().to_string(),
        reason: by.reason.clone(),
        until: by.until.map(|until| until.to_string()),
    }
}

/// What a reader must know of an override of a signature that is shown.
fn notes_of(applied: &Applied) -> Vec<String> {
    let file = applied.file.display();
    if let (true, Some(until)) = (applied.is_over, applied.until) {
        let what = if applied.disables { "hides" } else { "changes" };
        return vec![format!("{file} no longer {what} it: that ended on {until}")];
    }
    let mut notes = Vec::new();
    if !applied.changes.is_empty() {
        notes.push(format!("changed by {file}: {}; {}", applied.changes.join(", "), applied.reason));
    }
    notes.extend(applied.note.as_ref().map(|note| format!("{note} ({file}: {})", applied.reason)));
    notes
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
