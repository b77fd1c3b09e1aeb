//! What all formats for people say in the same words: counts, sizes, times, the verdict, the notes.

mod figures;
#[cfg(test)]
mod tests;

pub(crate) use figures::seconds;
pub(super) use figures::{moment, number, plural, size};

use super::neutral::one_line;
use super::timeline::likely_zone;
use crate::bundle::{Problem, ProblemKind};
use crate::diagnosis::{Diagnosis, Hidden, Known, Period, State, cause_of};
use crate::finding::{Evidence, Group, Level, Time, UnknownGroup, visible};
use crate::signature::{Escalate, Fix, Severity, Signature};
use figures::range;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Returns the one sentence that says how bad it is.
///
/// "Nothing found" is only said when every part of the input was examined.
pub(super) fn verdict(diagnosis: &Diagnosis) -> String {
    format!("{}: {}", found(diagnosis), scope(diagnosis))
}

/// What the steps of a fix can break, if anything.
pub(super) fn risk(fix: &Fix) -> Option<&str> {
    fix.risk.as_deref().filter(|risk| *risk != "none")
}

/// What was found, without where.
pub(super) fn found(diagnosis: &Diagnosis) -> String {
    let mut parts = Vec::new();
    let in_state = |state| diagnosis.known.iter().filter(|it| it.state == state).count() as u64;
    if in_state(State::Match) > 0 {
        let effects =
            diagnosis.known.iter().filter(|it| it.state == State::Match && it.caused_by.is_some()).count() as u64;
        let problems = plural(in_state(State::Match) - effects, "known problem");
        let effects = if effects > 0 { format!(" with {}", plural(effects, "effect")) } else { String::new() };
        parts.push(format!("{problems} ({}){effects}", severities(diagnosis)));
    }
    if in_state(State::Old) > 0 {
        parts.push(plural(in_state(State::Old), "old trace"));
    }
    if in_state(State::Inconclusive) > 0 {
        parts.push(format!("{} that cannot be decided", in_state(State::Inconclusive)));
    }
    if !diagnosis.hidden.is_empty() {
        parts.push(format!("{} hidden by an overlay", plural(diagnosis.hidden.len() as u64, "known problem")));
    }
    let is_error = |level: Level| level >= Level::Error;
    let errors = diagnosis.unresolved.iter().filter(|it| is_error(it.finding.level)).count() as u64;
    let new = diagnosis.unresolved.iter().filter(|it| it.finding.level < Level::Warn).count() as u64;
    let warnings = diagnosis.unresolved.len() as u64 - errors - new;
    if errors > 0 {
        parts.push(plural(errors, "unexplained error"));
    }
    if warnings > 0 {
        parts.push(plural(warnings, "unexplained warning"));
    }
    if new > 0 {
        parts.push(plural(new, "message") + " that the baseline does not have");
    }
    let complete = diagnosis.problems.is_empty() && diagnosis.coverage.files > 0;
    if parts.is_empty() {
        let counts = &diagnosis.coverage.counts;
        parts.push(match (complete, diagnosis.unresolved_omitted, diagnosis.coverage.files) {
            (_, _, 0) => "Nothing was examined".into(),
            _ if diagnosis.period.is_some() && counts.records == 0 && counts.outside > 0 => {
                "No record in the time asked for".into()
            }
            (true, false, _) if diagnosis.known_noise.is_some_and(|it| it > 0) => {
                "Nothing that the baseline does not have".into()
            }
            (true, false, _) if diagnosis.period.is_some() => "Nothing found in the time asked for".into(),
            (_, true, _) => "No known problem in what was examined".into(),
            (true, false, _) => "Nothing found".into(),
            (false, false, _) => "No known problem and no error in what was examined".into(),
        });
    }
    let count =
        |kinds: &dyn Fn(ProblemKind) -> bool| diagnosis.problems.iter().filter(|it| kinds(it.kind)).count() as u64;
    let open = count(&|kind| !matches!(kind, ProblemKind::Skipped | ProblemKind::Signature));
    if open > 0 {
        parts.push(format!("{} not examined", plural(open, "part")));
    }
    let broken = count(&|kind| kind == ProblemKind::Signature);
    if broken > 0 {
        parts.push(format!("{} left out", plural(broken, "broken signature")));
    }
    parts.join(", ")
}

/// "1 critical, 2 high", the worst first. A problem counts as what the worst of its effects is.
fn severities(diagnosis: &Diagnosis) -> String {
    let all = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
    let mut problems: Vec<Severity> = Vec::new();
    for it in diagnosis.known.iter().filter(|it| it.state == State::Match) {
        match problems.last_mut() {
            Some(worst) if it.caused_by.is_some() => *worst = it.signature.severity.max(*worst),
            _ => problems.push(it.signature.severity),
        }
    }
    let count = |severity| problems.iter().filter(|it| **it == severity).count();
    let parts = all.into_iter().map(|it| (count(it), it)).filter(|(count, _)| *count > 0);
    parts.map(|(count, it)| format!("{count} {}", it.name())).collect::<Vec<_>>().join(", ")
}

/// "case.zip, 12 files, 4.2 MB, 2026-01-02 03:04 to 05:06".
pub(super) fn scope(diagnosis: &Diagnosis) -> String {
    let paths: Vec<String> = diagnosis.inputs.iter().map(|it| it.path.to_string_lossy().into_owned()).collect();
    let mut parts = match paths.as_slice() {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            vec![first.clone(), second.clone(), third.clone(), format!("{} more", rest.len())]
        }
        _ => paths,
    };
    parts.push(plural(diagnosis.coverage.files, "file"));
    parts.push(size(diagnosis.coverage.bytes));
    let counts = &diagnosis.coverage.counts;
    if let (Some(first), Some(last)) = (counts.first_time, counts.last_time) {
        let minutes = |time: Time| {
            let length = if time.assumed() { 17 } else { 16 };
            moment(time).get(..length).map_or_else(|| moment(time), str::to_string)
        };
        parts.push(range(&minutes(first), &minutes(last)));
    }
    if let Some(period) = diagnosis.period {
        parts.push(format!("looked at only {}", told(period)));
    }
    parts.join(", ")
}

/// "from 2026-01-02 03:00:00 to before 04:00:00".
fn told(period: Period) -> String {
    match (period.since.map(moment), period.until.map(moment)) {
        (Some(since), Some(until)) => {
            let until = match (since.split_once(' '), until.split_once(' ')) {
                (Some((date, _)), Some((same, time))) if date == same => time,
                _ => &until,
            };
            format!("from {since} to before {until}")
        }
        (Some(since), None) => format!("from {since} on"),
        (None, Some(until)) => format!("before {until}"),
        (None, None) => "all times".into(),
    }
}

/// What the reader must know to judge the times and the completeness of the report; each a sentence.
pub(super) fn notes(diagnosis: &Diagnosis) -> Vec<String> {
    let mut notes = Vec::new();
    let assumed = diagnosis.coverage.counts.assumed_times;
    if assumed > 0 {
        notes.push(format!(
            "The log leaves out the year or the date of {}; it was taken from the time of the file and is marked with ~.",
            plural(assumed, "record")
        ));
    }
    if shown_times(diagnosis).any(|time| time.offset().is_none()) {
        notes.push(match likely_zone(&diagnosis.chronology.files) {
            Some(zone) => {
                format!("Times without Z or an offset are in the log's own time zone, in all likelihood {zone}.")
            }
            None => "Times without Z or an offset are in the log's own unknown time zone.".into(),
        });
    }
    if let Some(period) = diagnosis.period {
        notes.push(format!(
            "Only what was logged {} was looked at; {} outside of it {} left out.",
            told(period),
            plural(diagnosis.coverage.counts.outside, "record"),
            if diagnosis.coverage.counts.outside == 1 { "was" } else { "were" },
        ));
        let untimed = diagnosis.coverage.untimed_files;
        if untimed > 0 {
            let verb = if untimed == 1 { "has no times and was" } else { "have no times and were" };
            notes.push(format!("{} {verb} looked at as a whole.", plural(untimed, "file")));
        }
    }
    if let Some(noise) = diagnosis.known_noise {
        let verb = if noise == 1 { "was" } else { "were" };
        notes.push(format!(
            "{} of unexplained errors that the baseline has too {verb} left out.",
            plural(noise, "kind")
        ));
    }
    notes.extend(diagnosis.hidden.iter().map(hiding));
    if diagnosis.unresolved_omitted {
        notes.push("Unexplained errors were left out as requested.".into());
    }
    if diagnosis.unresolved_overflow > 0 {
        notes.push(format!(
            "There were more kinds of unexplained errors than are kept; {} of the rest are not listed.",
            plural(diagnosis.unresolved_overflow, "record")
        ));
    }
    notes
}

/// Says what an overlay hides and why, as a sentence.
pub(super) fn hiding(it: &Hidden) -> String {
    let until = it.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
    let seen = Group { count: it.count, first_time: it.first_time, last_time: it.last_time, ..Group::default() };
    let (problem, seen, reason) = (hidden_identity(it), occurrence(&seen), it.reason.trim_end_matches('.'));
    one_line(&format!("{} hides {problem}{until}, which was seen {seen}: {reason}.", it.overlay))
}

/// As [`identity`], of what is hidden.
pub(super) fn hidden_identity(it: &Hidden) -> String {
    identity_of(&it.signature, it.variant.as_deref())
}

fn shown_times(diagnosis: &Diagnosis) -> impl Iterator<Item = Time> + '_ {
    let known = diagnosis.known.iter().map(|it| &it.group);
    let groups = known.chain(diagnosis.unresolved.iter().map(|it| &it.finding.group));
    let counts = &diagnosis.coverage.counts;
    let groups = groups.flat_map(|group: &Group| [group.first_time, group.last_time]);
    groups.chain([counts.first_time, counts.last_time]).flatten()
}

/// What was not examined, sorted for a reader.
#[derive(Debug, Default)]
pub(super) struct NotExamined<'a> {
    /// What should have been examined, by kind, and in a kind by reason.
    pub(super) open: BTreeMap<ProblemKind, Vec<Reason<'a>>>,
    /// What was skipped on purpose: how often each reason, the most frequent first.
    pub(super) skipped: Vec<(&'a str, u64)>,
}

/// Problems that differ in nothing but the file and numbers.
#[derive(Debug)]
pub(super) struct Reason<'a> {
    /// The message of the first, without the name of its kind.
    pub(super) message: &'a str,
    /// In the order of their files.
    pub(super) files: Vec<&'a str>,
}

/// Groups the problems: hundreds of files with one reason are one entry, the most frequent first.
pub(super) fn not_examined(problems: &[Problem]) -> NotExamined<'_> {
    let mut open: BTreeMap<ProblemKind, BTreeMap<String, Reason<'_>>> = BTreeMap::new();
    let mut skipped: BTreeMap<&str, u64> = BTreeMap::new();
    for problem in problems {
        match problem.kind {
            ProblemKind::Skipped => *skipped.entry(&problem.message).or_default() += 1,
            kind => {
                let message = without_kind(kind, &problem.message);
                let alike: String = message.chars().filter(|c| !c.is_ascii_digit()).collect();
                let reason =
                    open.entry(kind).or_default().entry(alike).or_insert(Reason { message, files: Vec::new() });
                reason.files.push(&problem.file);
            }
        }
    }
    let mut skipped: Vec<(&str, u64)> = skipped.into_iter().collect();
    skipped.sort_by_key(|&(message, count)| (Reverse(count), message));
    let open = open.into_iter().map(|(kind, reasons)| {
        let mut reasons: Vec<Reason<'_>> = reasons.into_values().collect();
        reasons.sort_by_key(|it| Reverse(it.files.len()));
        (kind, reasons)
    });
    NotExamined { open: open.collect(), skipped }
}

/// Returns the message of a problem without the name of its kind, which is told beside it: "needs a password" of "encrypted:
/// needs a password".
pub fn without_kind(kind: ProblemKind, message: &str) -> &str {
    let rest = message.strip_prefix(kind.name()).and_then(|rest| rest.strip_prefix(": "));
    rest.filter(|rest| !rest.trim().is_empty()).unwrap_or(message)
}

/// "19 x symbolic link, 5 x not text".
pub(super) fn skipped(reasons: &[(&str, u64)]) -> String {
    reasons.iter().map(|(why, count)| format!("{} x {why}", number(*count))).collect::<Vec<_>>().join(", ")
}

/// What an unknown error says, on one line and without the header of its record: the first evidence from the first words
/// on that do not vary.
pub(crate) fn headline(finding: &UnknownGroup) -> String {
    const SHORTEST: usize = 8;
    let literals = finding.template.split(['<', '>']).step_by(2);
    let literals = literals.map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()));
    // In a template there is one blank where there are several in the record.
    let mut after_blank = false;
    let shown = |text: &str| text.lines().map(visible).collect::<Vec<_>>().join("\n").replace('\t', " ");
    let mut evidence = finding.group.evidence.first().map_or(String::new(), |it| shown(&it.text));
    evidence.retain(|c| !(std::mem::replace(&mut after_blank, c == ' ') && c == ' '));
    let found = literals.filter(|part| part.len() >= SHORTEST).find_map(|part| evidence.find(part));
    let words = found.and_then(|at| evidence.get(at..)).unwrap_or(&finding.template);
    let line = words.lines().next().unwrap_or_default().trim_end();
    let line = if evidence.starts_with("{\"") { string_of(line) } else { line };
    // `msg="cannot open"`, which begins before the first words.
    let closing = line.strip_suffix('"').filter(|rest| rest.matches('"').count() % 2 == 0);
    one_line(closing.unwrap_or(line))
}

/// The rest of a string in JSON: what stands before the quote that ends it.
fn string_of(rest: &str) -> &str {
    let mut escaped = false;
    let end = rest.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    rest.get(..end.unwrap_or(rest.len())).filter(|text| !text.is_empty()).unwrap_or(rest)
}

/// What a known problem is called in its report: `2`, and `2.1` if it is the first effect of that.
pub(super) fn label(known: &[Known], position: usize) -> String {
    let before = known.get(..=position).unwrap_or_default();
    let root = before.iter().rposition(|it| it.caused_by.is_none()).unwrap_or(0);
    let number = before.iter().filter(|it| it.caused_by.is_none()).count();
    if root == position { number.to_string() } else { format!("{number}.{}", position - root) }
}

/// "problem 2.1", if that brought about the one at this position.
pub(super) fn cause(known: &[Known], position: usize) -> Option<String> {
    let cause = cause_of(known, position)?;
    Some(format!("problem {} ({})", label(known, cause), known.get(cause)?.signature.id))
}

/// What an earlier known problem with the same fix is called, if there is one: its steps need not be read twice.
pub(super) fn same_fix_before(known: &[Known], position: usize, fix: &Fix) -> Option<String> {
    let is_same = |known: &Known| known.signature.advice.fixes.contains(fix);
    known.iter().take(position).position(is_same).map(|earlier| label(known, earlier))
}

/// Returns "Veeam Backup & Replication, Guest processing"; the vendor only where the product does not begin with it.
pub fn product(signature: &Signature) -> String {
    let component = signature.component.as_deref().map(|it| format!(", {it}")).unwrap_or_default();
    match signature.product.starts_with(&signature.vendor) {
        true => format!("{}{component}", signature.product),
        false => format!("{} {}{component}", signature.vendor, signature.product),
    }
}

/// The numbers of articles and messages that a reader can search for: "KB1230, KB2825". Names of pages are left out.
pub(super) fn article_ids(signature: &Signature) -> String {
    let number =
        |id: &&str| id.starts_with(|it: char| it.is_ascii_uppercase()) && id.ends_with(|it: char| it.is_ascii_digit());
    let mut ids: Vec<&str> =
        signature.advice.references.iter().filter_map(|it| it.id.as_deref()).filter(number).collect();
    ids.dedup();
    ids.join(", ")
}

/// "veeam/backup-replication/share-access, variant Access is denied".
pub(super) fn identity(known: &Known) -> String {
    identity_of(&known.signature.id, known.variant.as_deref())
}

fn identity_of(id: &str, variant: Option<&str>) -> String {
    variant.map_or_else(|| id.to_owned(), |variant| format!("{id}, variant {variant}"))
}

/// What makes a known problem less than a plain match, if anything does: "inconclusive: the log ends 3 h before ...".
pub(super) fn standing(known: &Known) -> Option<String> {
    match (known.state, &known.reason) {
        (State::Match, None) => None,
        (State::Match, Some(reason)) => Some(format!("found, but {reason}")),
        (State::Old, None) => Some("old: it is fixed in what is installed now".into()),
        (State::Inconclusive, None) => Some("inconclusive".into()),
        (state, Some(reason)) => Some(format!("{}: {reason}", state.name())),
    }
}

/// "14 times, 2026-01-02 03:04:05 to 05:06:07".
pub(crate) fn occurrence(group: &Group) -> String {
    let count = if group.count == 1 { "once".to_string() } else { format!("{} times", number(group.count)) };
    match (group.first_time, group.last_time) {
        (Some(first), Some(last)) => format!("{count}, {}", range(&seconds(first), &seconds(last))),
        (Some(time), None) | (None, Some(time)) => format!("{count}, {}", seconds(time)),
        (None, None) => format!("{count}, no time in the log"),
    }
}

/// "case.zip!/a.log:123 and 2 more files".
pub(super) fn place(group: &Group) -> Option<String> {
    let first: &Evidence = group.evidence.first()?;
    let others = group.files.iter().filter(|file| **file != first.file).count() as u64;
    let place = format!("{}:{}", first.file, first.line);
    Some(if others > 0 { format!("{place} and {}", plural(others, "more file")) } else { place })
}

/// The records that show a known problem: the first one, or those that only together are the problem.
pub(super) fn evidence_of(known: &Known) -> &[Evidence] {
    const PARTS: usize = 6;
    let most = if known.signature.correlation.is_some() { PARTS } else { 1 };
    known.group.evidence.get(..most).unwrap_or(&known.group.evidence)
}

/// "not fixed by L1 (attach **/*.log; state version)".
pub(super) fn escalation(escalate: &Escalate) -> String {
    let mut needs = Vec::new();
    if !escalate.needs_files.is_empty() {
        needs.push(format!("attach {}", escalate.needs_files.join(", ")));
    }
    if !escalate.needs_facts.is_empty() {
        needs.push(format!("state {}", escalate.needs_facts.join(", ")));
    }
    match (escalate.when.as_deref(), needs.is_empty()) {
        (Some(when), true) => when.into(),
        (Some(when), false) => format!("{when} ({})", needs.join("; ")),
        (None, _) => needs.join("; "),
    }
}
