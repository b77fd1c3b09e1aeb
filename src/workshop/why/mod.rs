//! Why a signature fires on a bundle, or why it does not: for an author, and for an engineer who expected another result.
//!
//! The bundle is asked, in one more pass, for each part of the condition alone and for what the signature would be without
//! one of its rules (`probes.rs`). `condition.rs` says how far one record gets, `correlation.rs` what several lack.

mod condition;
mod correlation;
mod probes;

use super::explain::PartRun;
use crate::diagnosis::{Diagnosis, Known, State};
use crate::finding::Time;
use crate::scan::Scanner;
use crate::signature::{Correlation, Example, Scope, Signature, SignatureSet, Status};
use crate::triage::triage_texts;
use condition::Part;
use correlation::Several;
use probes::{Answers, Probes, files_only};

/// Why a signature fires or does not.
#[derive(Clone, Debug, Default)]
pub struct Why {
    /// What the report says of it, a sentence each.
    pub verdict: Vec<String>,
    /// What was found of each part of its condition.
    pub parts: Vec<PartRun>,
}

/// Explains a signature. `diagnosis` is what a triage with the whole catalogue gives, `files` are the paths of what it looked
/// at, and `run` is the same triage with another set, in which nothing is hidden.
pub fn why(
    signature: &Signature,
    diagnosis: &Diagnosis,
    files: &[String],
    run: &dyn Fn(&SignatureSet) -> Vec<Known>,
) -> Why {
    let mut parts = vec![scope(signature, files)];
    let mut probes = Probes::new(signature);
    let whole = probes.ask(|_| {});
    let in_files = probes.ask(|probe| probe.scope = files_only(&signature.scope));
    let mut outside = |answers: &Answers| {
        if let (None, Some(known)) = (answers.get(whole), answers.get(in_files)) {
            let what = if signature.correlation.is_some() { "match" } else { "record" };
            let said = format!("{} of it, but not on the version or system found", counted_as(known.group.count, what));
            parts.push(PartRun { depth: 0, part: "versions and systems".to_owned(), holds: false, said });
        }
    };
    match &signature.correlation {
        None => {
            let part = Part::ask(&mut probes, &signature.condition, &signature.scope);
            let answers = probes.answers(run);
            outside(&answers);
            part.tell(&answers, 0, &mut parts);
        }
        Some(correlation) => {
            let several = Several::ask(&mut probes, signature, correlation);
            let answers = probes.answers(run);
            outside(&answers);
            let found = answers.get(whole);
            let said = match found {
                Some(known) => format!("{}{}", counted_as(known.group.count, "match"), state(known)),
                None => "they are no match together".to_owned(),
            };
            parts.push(PartRun { depth: 0, part: "records".to_owned(), holds: found.is_some(), said });
            several.tell(&answers, found.is_some(), &mut parts);
        }
    }
    Why { verdict: verdict(signature, diagnosis), parts }
}

/// Says part by part what of a match of several records is in an example. `path` is that of a text without one.
pub(super) fn why_example(
    signature: &Signature,
    correlation: &Correlation,
    path: &str,
    example: &Example,
) -> Vec<PartRun> {
    let run = |set: &SignatureSet| {
        let files = example.files.iter().map(|(own, text)| (if own.is_empty() { path } else { own }, text.as_str()));
        triage_texts(&Scanner::new(set), set, files).known
    };
    let mut probes = Probes::new(signature);
    let whole = probes.ask(|_| {});
    let several = Several::ask(&mut probes, signature, correlation);
    let answers = probes.answers(&run);
    let mut parts = Vec::new();
    several.tell(&answers, answers.get(whole).is_some_and(|it| it.state == State::Match), &mut parts);
    parts
}

/// Which files the scope lets in.
fn scope(signature: &Signature, files: &[String]) -> PartRun {
    let Scope { files: wanted, not_files, .. } = &signature.scope;
    let set = SignatureSet::new(vec![Signature { status: Status::Stable, ..signature.clone() }]);
    let scanner = Scanner::new(&set);
    let inside: Vec<&String> = files.iter().filter(|path| scanner.in_file(path).contains(0)).collect();
    let part = match (wanted.as_slice(), not_files.as_slice()) {
        ([], []) => "scope: all files".to_owned(),
        (wanted, []) => format!("scope: {}", wanted.join(", ")),
        ([], not) => format!("scope: not {}", not.join(", ")),
        (wanted, not) => format!("scope: {}, not {}", wanted.join(", "), not.join(", ")),
    };
    let first = inside.first().map(|path| format!(", first {path}")).unwrap_or_default();
    let said = format!("lets in {} of {} files{first}", inside.len(), files.len());
    PartRun { depth: 0, part, holds: !inside.is_empty(), said }
}

/// What the report says of a signature.
fn verdict(signature: &Signature, diagnosis: &Diagnosis) -> Vec<String> {
    let own: Vec<&Known> = diagnosis.known.iter().filter(|it| it.signature.id == signature.id).collect();
    let mut told: Vec<String> = own.iter().map(|known| in_report(known)).collect();
    for other in &diagnosis.known {
        let hidden = other.suppressed.iter().filter(|it| it.signature == signature.id);
        told.extend(hidden.map(|it| {
            let count = counted_as(it.count, "record");
            format!("found ({count}), and listed under `{}`, which is more specific", other.signature.id)
        }));
    }
    let overlaid = diagnosis.hidden.iter().filter(|it| it.signature == signature.id);
    told.extend(overlaid.map(|it| {
        let variant = it.variant.as_ref().map(|variant| format!(", variant `{variant}`")).unwrap_or_default();
        let until = it.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        let what = if signature.correlation.is_some() { "match" } else { "record" };
        format!(
            "found{variant}: {}, and hidden by {}{until}: {}",
            counted_as(it.count, what),
            it.overlay,
            it.reason.trim_end_matches('.')
        )
    }));
    if told.is_empty() {
        let unless = if signature.general { " in a record that no other signature claims" } else { "" };
        told.push(format!("not found{unless}"));
    }
    told
}

fn in_report(known: &Known) -> String {
    let variant = known.variant.as_ref().map(|variant| format!(", variant `{variant}`")).unwrap_or_default();
    let what = if known.signature.correlation.is_some() { "match" } else { "record" };
    let count = counted_as(known.group.count, what);
    let cause = known.caused_by.as_ref().map(|cause| format!("; its cause is `{cause}`")).unwrap_or_default();
    let place = first_place(Some(known));
    format!("found{variant}: {count}, first in {place}{}{cause}", state(known))
}

/// ": inconclusive, since the records have no times"; nothing for a plain match.
fn state(known: &Known) -> String {
    match (known.state, &known.reason) {
        (State::Match, None) => String::new(),
        (State::Match, Some(reason)) => format!("; less sure, since {reason}"),
        (state, None) => format!("; {}", state.name()),
        (state, Some(reason)) => format!("; {}, since {reason}", state.name()),
    }
}

/// `app.log:17`.
fn first_place(known: Option<&Known>) -> String {
    let first = known.and_then(|known| known.group.evidence.first());
    first.map(|it| format!("{}:{}", it.file, it.line)).unwrap_or_default()
}

fn moment(time: Time) -> String {
    time.to_string().replacen('T', " ", 1)
}

/// "1 record", "2 records".
fn counted(count: u64) -> String {
    counted_as(count, "record")
}

fn counted_as(count: u64, what: &str) -> String {
    match (count, what) {
        (1, what) => format!("1 {what}"),
        (count, "match") => format!("{count} matches"),
        (count, what) => format!("{count} {what}s"),
    }
}
