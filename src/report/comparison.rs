//! What differs between two diagnoses, for a terminal or a ticket, and for programs.

use super::json::escape_hidden;
use super::neutral::one_line;
use super::wording::{article_ids, headline, hidden_identity, number, plural, scope};
use super::wrap::wrapped;
use crate::diagnosis::{Change, Comparison, Course, Diagnosis, FactChange, Hidden, Known, Unresolved};
use crate::finding::Group;
use serde::Serialize;

/// Courses in the order of what a reader wants to know.
const COURSES: [Course; 5] = [Course::New, Course::More, Course::Less, Course::Gone, Course::Same];

/// Renders a comparison as text, wrapped to the width. What is as before is listed too, last.
pub fn comparison_text(before: &Diagnosis, after: &Diagnosis, comparison: &Comparison<'_>, width: usize) -> String {
    let mut out = wrapped("", "", &one_line(&summary(comparison)), width);
    out.push_str(&wrapped("  before: ", "    ", &one_line(&scope(before)), width));
    out.push_str(&wrapped("  after:  ", "    ", &one_line(&scope(after)), width));
    for course in COURSES {
        let known = comparison.known.iter().filter(|it| it.course == course).filter_map(known_line);
        let unresolved = comparison.unresolved.iter().filter(|it| it.course == course).filter_map(unresolved_line);
        let lines: Vec<(String, String)> = known.chain(unresolved).collect();
        if lines.is_empty() {
            continue;
        }
        out.push_str(&format!("\n{}\n", title(course)));
        for (mark, words) in lines {
            out.push_str(&wrapped(&format!("  {mark}"), &" ".repeat(16), &words, width));
        }
    }
    if !comparison.facts.is_empty() {
        out.push_str("\nEnvironment\n");
        for fact in &comparison.facts {
            out.push_str(&wrapped("  ", "    ", &fact_line(fact), width));
        }
    }
    let notes = notes(before, after);
    if !notes.is_empty() {
        out.push_str("\nNotes\n");
        notes.iter().for_each(|note| out.push_str(&wrapped("  - ", "    ", note, width)));
    }
    out
}

/// "1 new, 2 more frequent, 3 as before".
fn summary(comparison: &Comparison<'_>) -> String {
    let all = || comparison.known.iter().map(|it| it.course).chain(comparison.unresolved.iter().map(|it| it.course));
    let count = |course: Course| all().filter(|it| *it == course).count() as u64;
    let told = COURSES.into_iter().filter(|&course| count(course) > 0);
    let mut parts: Vec<String> =
        told.map(|course| format!("{} {}", number(count(course)), title(course).to_lowercase())).collect();
    if parts.is_empty() {
        parts.push("No finding in either".into());
    }
    if !comparison.facts.is_empty() {
        parts.push(format!("{} of the environment", plural(comparison.facts.len() as u64, "change")));
    }
    parts.join(", ")
}

fn title(course: Course) -> &'static str {
    match course {
        Course::New => "New",
        Course::More => "More frequent",
        Course::Less => "Less frequent",
        Course::Gone => "Gone",
        Course::Same => "As before",
    }
}

fn known_line(change: &Change<&Known>) -> Option<(String, String)> {
    let known = change.latest()?;
    let signature = &known.signature;
    let ids = article_ids(signature);
    let ids = if ids.is_empty() { ids } else { format!(" ({ids})") };
    let counts = counts(change.before.map(|it| &it.group), change.after.map(|it| &it.group));
    let mark = format!("{:<8}  {:<2}  ", signature.severity.name().to_uppercase(), signature.level.name());
    Some((mark, one_line(&format!("{}{ids}: {counts}", signature.title))))
}

fn unresolved_line(change: &Change<&Unresolved>) -> Option<(String, String)> {
    let finding = &change.latest()?.finding;
    let groups = (change.before.map(|it| &it.finding.group), change.after.map(|it| &it.finding.group));
    let mark = format!("{:<8}  --  ", finding.level.name().to_uppercase());
    Some((mark, format!("{}: {}", headline(finding).trim_end_matches('.'), counts(groups.0, groups.1))))
}

fn counts(before: Option<&Group>, after: Option<&Group>) -> String {
    let times = |group: &Group| if group.count == 1 { "once".into() } else { format!("{} times", number(group.count)) };
    match (before, after) {
        (Some(before), Some(after)) => format!("{} -> {}", number(before.count), plural(after.count, "time")),
        (Some(group), None) | (None, Some(group)) => times(group),
        (None, None) => String::new(),
    }
}

fn fact_line(fact: &FactChange<'_>) -> String {
    let values = |values: &[&str]| if values.is_empty() { "not stated".into() } else { values.join(", ") };
    let place = fact.host.map(|host| format!(" on {host}")).unwrap_or_default();
    let product = fact.product.map(|it| format!("{it}: ")).unwrap_or_default();
    let last = fact.name.rsplit('.').next().unwrap_or(fact.name);
    one_line(&format!("{product}{last}{place}: {} -> {}", values(&fact.before), values(&fact.after)))
}

/// What makes the comparison less than it seems.
fn notes(before: &Diagnosis, after: &Diagnosis) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, diagnosis, effect) in
        [("before", before, "new may have been there already"), ("after", after, "gone may be there still")]
    {
        let open = diagnosis.problems.iter().filter(|it| it.kind != crate::bundle::ProblemKind::Skipped).count() as u64;
        if open > 0 {
            let were = if open == 1 { "was" } else { "were" };
            let open = plural(open, "part");
            notes.push(format!("{open} of what there was {name} {were} not examined: what is {effect}."));
        }
        let other = if std::ptr::eq(diagnosis, before) { after } else { before };
        let is_same = |a: &Hidden, b: &Hidden| (&a.signature, &a.variant) == (&b.signature, &b.variant);
        for it in &diagnosis.hidden {
            if !other.hidden.iter().any(|same| is_same(it, same)) {
                notes.push(one_line(&format!(
                    "{} hides {} of what there was {name}: what is {effect}.",
                    it.overlay,
                    hidden_identity(it)
                )));
            }
        }
    }
    let hashes = |diagnosis: &Diagnosis| diagnosis.catalogues.iter().map(|it| it.sha256.clone()).collect::<Vec<_>>();
    if hashes(before) != hashes(after) {
        notes
            .push("The two were made with different signatures: a problem can be new because its signature is.".into());
    }
    if before.unresolved_omitted != after.unresolved_omitted {
        notes.push("One of the two leaves unexplained errors out.".into());
    }
    notes
}

/// Renders a comparison as JSON of schema `tierline.comparison/1`.
pub fn comparison_json(before: &Diagnosis, after: &Diagnosis, comparison: &Comparison<'_>) -> String {
    let known = comparison.known.iter().filter_map(|it| {
        let known = it.latest()?;
        Some(JsonKnown {
            course: it.course.name(),
            signature: &known.signature.id,
            variant: known.variant.as_deref(),
            title: &known.signature.title,
            severity: known.signature.severity.name(),
            level: known.signature.level.name(),
            before: it.before.map_or(0, |it| it.group.count),
            after: it.after.map_or(0, |it| it.group.count),
        })
    });
    let unresolved = comparison.unresolved.iter().filter_map(|it| {
        let finding = &it.latest()?.finding;
        Some(JsonUnresolved {
            course: it.course.name(),
            id: &it.latest()?.id,
            template: &finding.template,
            level: finding.level.name(),
            before: it.before.map_or(0, |it| it.finding.group.count),
            after: it.after.map_or(0, |it| it.finding.group.count),
        })
    });
    let facts = comparison.facts.iter().map(|it| JsonFact {
        name: it.name,
        product: it.product,
        host: it.host,
        before: &it.before,
        after: &it.after,
    });
    let report = JsonComparison {
        schema: "tierline.comparison/1",
        known: known.collect(),
        unresolved: unresolved.collect(),
        facts: facts.collect(),
        notes: notes(before, after),
    };
    let pretty = serde_json::to_string_pretty(&report).expect("no map, no failing Serialize");
    escape_hidden(&pretty) + "\n"
}

#[derive(Serialize)]
struct JsonComparison<'a> {
    schema: &'static str,
    known: Vec<JsonKnown<'a>>,
    unresolved: Vec<JsonUnresolved<'a>>,
    facts: Vec<JsonFact<'a>>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct JsonKnown<'a> {
    /// `new`, `more`, `same`, `less`, `gone`.
    course: &'static str,
    signature: &'a str,
    variant: Option<&'a str>,
    title: &'a str,
    severity: &'static str,
    level: &'static str,
    /// Records before and after.
    before: u64,
    after: u64,
}

#[derive(Serialize)]
struct JsonUnresolved<'a> {
    course: &'static str,
    id: &'a str,
    template: &'a str,
    level: &'static str,
    before: u64,
    after: u64,
}

#[derive(Serialize)]
struct JsonFact<'a> {
    name: &'a str,
    product: Option<&'a str>,
    host: Option<&'a str>,
    before: &'a [&'a str],
    after: &'a [&'a str],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::compare;
    use crate::report::hostile;
    use crate::report::neutral::is_hidden;
    use proptest::prelude::*;

    #[test]
    fn a_whole_comparison() {
        let mut before = hostile("x", "acme/rocket/crash");
        before.unresolved.clear();
        before.facts[0].value = "1.0".into();
        let mut after = hostile("x", "acme/rocket/crash");
        after.known[0].group.count = 4_000;
        after.problems.clear();
        let comparison = compare(&before, &after);
        insta::assert_snapshot!(comparison_text(&before, &after, &comparison, 80));
        insta::assert_snapshot!(comparison_json(&before, &after, &comparison));
    }

    proptest! {
        #[test]
        fn log_text_is_harmless(log in any::<String>(), path in any::<String>()) {
            let (before, after) = (hostile(&log, &path), hostile(&path, &log));
            let comparison = compare(&before, &after);
            for text in [comparison_text(&before, &after, &comparison, 80), comparison_json(&before, &after, &comparison)] {
                prop_assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)));
            }
        }
    }
}
