//! The draft of a ticket about an unexplained error: plain text to be copied.

use crate::bundle::ProblemKind;
use crate::diagnosis::{Diagnosis, Unresolved};
use crate::report::environment::environment;
use crate::report::excerpt::{ERROR_MARKS, excerpt};
use crate::report::neutral::one_line;
use crate::report::wording::{article_ids, headline, occurrence, plural};

/// Lines of the record that are quoted.
const LINES: usize = 40;
/// Known problems of the same bundle that are named.
const KNOWN: usize = 10;

/// Returns what a vendor asks for first, as far as the logs tell it: product and version, the message verbatim, when, how
/// often, where, and what else was found.
pub(super) fn draft(diagnosis: &Diagnosis, unresolved: &Unresolved) -> String {
    let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
    let mut lines = vec![format!("Subject: {}", headline(finding)), String::new()];
    let environment = environment(diagnosis);
    if environment.is_empty() {
        lines.push("Product and version: (the logs do not state them)".into());
    } else {
        lines.push("Environment".into());
        lines.extend(environment.iter().map(|(label, text)| one_line(&format!("  {label}: {text}"))));
    }
    lines.extend([String::new(), "Error message, verbatim".into()]);
    let text = group.evidence.first().map_or(finding.template.as_str(), |it| it.text.as_str());
    lines.extend(excerpt(text, ERROR_MARKS, LINES).iter().map(|line| format!("  {line}").trim_end().to_owned()));
    lines.push(String::new());
    lines.push(format!("Seen: {}", occurrence(group)));
    let file = group.evidence.first().map(|it| format!("File: {}, line {}", it.file, it.line));
    lines.extend(file.map(|it| one_line(&it)));
    if !finding.codes.is_empty() {
        lines.push(one_line(&format!("Codes: {}", finding.codes.join(", "))));
    }
    if !diagnosis.known.is_empty() {
        lines.extend([String::new(), "Known problems in the same logs".into()]);
    }
    for known in diagnosis.known.iter().take(KNOWN) {
        let ids = article_ids(&known.signature);
        let ids = if ids.is_empty() { ids } else { format!(" ({ids})") };
        lines.push(one_line(&format!("  - {}{ids}", known.signature.title)));
    }
    let more = diagnosis.known.len().saturating_sub(KNOWN) as u64;
    if more > 0 {
        lines.push(format!("  - and {} more", plural(more, "known problem")));
    }
    let open = diagnosis.problems.iter().filter(|it| !matches!(it.kind, ProblemKind::Skipped | ProblemKind::Signature));
    let open = open.count() as u64;
    if open > 0 {
        lines.extend([String::new(), format!("Of the logs, {} could not be examined.", plural(open, "part"))]);
    }
    lines.extend([String::new(), "Steps taken so far:".into(), "  -".into()]);
    lines.join("\n")
}
