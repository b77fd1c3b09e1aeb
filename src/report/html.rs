//! The report as one HTML file: for the mail to the customer, the attachment of a case, a print.
//!
//! The page needs nothing but itself: no script, no font, no picture from elsewhere, and it forbids the browser to ask for
//! any. All texts are neutral and escaped by the templates in `html/`; the shape of the page is there, the words are here.

mod chart;
mod draft;

use super::environment::environment;
use super::excerpt::{ERROR_MARKS, excerpt, lines_around};
use super::neutral::one_line;
use super::wording::{
    NotExamined, article_ids, cause, escalation, evidence_of, found, headline, identity, label, not_examined, notes,
    number, occurrence, place, plural, product, risk, same_fix_before, scope, size, skipped, standing,
};
use crate::diagnosis::{Diagnosis, Known, Unresolved};
use crate::finding::Evidence;
use crate::signature::{Fix, Reference};
use askama::Template;
use chart::Chart;

/// Renders one self-contained HTML file. The `top` first of the unresolved errors are cards with the draft of a ticket, the
/// others rows of a table.
pub fn html(diagnosis: &Diagnosis, top: usize) -> String {
    Page::of(diagnosis, top).render().expect("templates print strings and numbers into a string, which cannot fail")
}

/// Lines of a record that are shown.
const LINES_SHOWN: usize = 20;
/// Files that are named for one reason why they were not examined.
const FILES_SHOWN: usize = 10;
/// Errors behind the cards that are listed: a page of megabytes helps nobody.
const ROWS: usize = 500;

/// All that the page shows, as neutral text.
#[derive(Template)]
#[template(path = "html/page.html")]
struct Page {
    version: &'static str,
    title: String,
    verdict: String,
    scope: String,
    problems: Vec<Problem>,
    errors: Vec<ErrorCard>,
    further: Vec<Row>,
    further_title: String,
    further_left_out: usize,
    chart: Option<Chart>,
    environment: Vec<(String, String)>,
    coverage: Vec<(&'static str, String)>,
    not_examined: Vec<NotExaminedRow>,
    skipped: String,
    notes: Vec<String>,
    signatures: String,
    catalogues: Vec<Catalogue>,
}

/// The card of a known problem.
struct Problem {
    mark: String,
    anchor: String,
    /// Whether it stands below what brought it about.
    is_effect: bool,
    severity: &'static str,
    level: &'static str,
    side: &'static str,
    confidence: String,
    title: String,
    articles: String,
    standing: Option<String>,
    fields: Vec<(&'static str, String)>,
    records: Vec<String>,
    explanation: Vec<(&'static str, String)>,
    fixes: Vec<FixSteps>,
    links: Vec<Link>,
    further: Vec<Around>,
    further_title: String,
    identity: String,
}

struct FixSteps {
    head: String,
    /// The number of an earlier problem with the same steps.
    same_as: Option<String>,
    risk: Option<String>,
    steps: Vec<String>,
    verify: Option<String>,
}

struct Link {
    name: String,
    url: String,
    /// Whether it may be a link: the catalogue may be anybody's.
    is_web: bool,
}

/// A record with the lines around it.
struct Around {
    place: String,
    text: String,
}

/// The card of an error that nobody knows.
struct ErrorCard {
    mark: String,
    anchor: String,
    level: &'static str,
    headline: String,
    record: String,
    /// The record with the lines around it, if any belong to it.
    around: Option<String>,
    fields: Vec<(&'static str, String)>,
    draft: String,
    id: String,
}

struct Row {
    level: &'static str,
    count: String,
    headline: String,
    place: String,
}

struct NotExaminedRow {
    kind: &'static str,
    parts: String,
    reason: String,
    files: String,
}

struct Catalogue {
    name: String,
    sha256: String,
}

impl Page {
    fn of(diagnosis: &Diagnosis, top: usize) -> Page {
        let NotExamined { open, skipped: on_purpose } = not_examined(&diagnosis.problems);
        let not_examined = open.iter().flat_map(|(kind, reasons)| reasons.iter().map(move |it| (kind, it)));
        let unresolved = &diagnosis.unresolved;
        let (cards, rows) = unresolved.split_at(top.min(unresolved.len()));
        let neutral = |(label, text): (String, String)| (one_line(&label), one_line(&text));
        let found = one_line(&found(diagnosis));
        Page {
            version: env!("CARGO_PKG_VERSION"),
            title: format!("Triage: {found}"),
            verdict: found,
            scope: one_line(&scope(diagnosis)),
            problems: (0..diagnosis.known.len()).filter_map(|index| problem(&diagnosis.known, index)).collect(),
            errors: cards.iter().enumerate().map(|(index, it)| error(diagnosis, index, it)).collect(),
            further: rows.iter().take(ROWS).map(row).collect(),
            further_title: format!("{}, less likely", plural(rows.len() as u64, "more kind")),
            further_left_out: rows.len().saturating_sub(ROWS),
            chart: chart::chart(diagnosis, top),
            environment: environment(diagnosis).into_iter().map(neutral).collect(),
            coverage: coverage(diagnosis),
            not_examined: not_examined.map(|(kind, reason)| not_examined_row(kind.name(), reason)).collect(),
            skipped: one_line(&skipped(&on_purpose)),
            notes: notes(diagnosis).iter().map(|it| one_line(it)).collect(),
            signatures: plural(diagnosis.signatures as u64, "signature"),
            catalogues: diagnosis
                .catalogues
                .iter()
                .map(|it| Catalogue { name: one_line(&it.name), sha256: one_line(&it.sha256) })
                .collect(),
        }
    }
}

fn problem(all: &[Known], index: usize) -> Option<Problem> {
    let known = all.get(index)?;
    let (signature, group) = (&*known.signature, &known.group);
    let (mark, cause) = (label(all, index), cause(all, index));
    let mut fields = vec![("Product", product(signature))];
    fields.extend(standing(known).map(|it| ("State", it)));
    fields.extend(cause.iter().map(|it| ("Caused by", it.clone())));
    fields.push(("Seen", occurrence(group)));
    fields.extend(place(group).map(|it| ("Where", it)));
    fields.extend(known.notes.iter().map(|it| ("Note", it.clone())));
    fields.extend(group.captures.iter().map(|(name, value)| ("Value", format!("{name} = {value}"))));
    let mut explanation = vec![("Cause", signature.advice.cause.clone())];
    explanation.extend(signature.advice.impact.iter().map(|it| ("Impact", it.clone())));
    explanation.extend(signature.advice.escalate.iter().map(|it| ("Escalate", escalation(it))));
    let covers = |count: u64, id: &str| format!("{id} ({})", plural(count, "record"));
    explanation.extend(known.suppressed.iter().map(|it| ("Covers", covers(it.count, &it.signature))));
    let mut fixes: Vec<&Fix> = signature.advice.fixes.iter().collect();
    fixes.sort_by_key(|fix| fix.level);
    let marks = known.marks();
    Some(Problem {
        anchor: anchor(&mark),
        mark,
        is_effect: cause.is_some(),
        severity: signature.severity.name(),
        level: signature.level.name(),
        side: signature.side.name(),
        confidence: format!("{:.2}", known.confidence),
        title: one_line(&signature.title),
        articles: one_line(&article_ids(signature)),
        standing: standing(known).map(|it| one_line(&it)),
        fields: neutral(fields),
        records: evidence_of(known).iter().map(|it| excerpt(&it.text, &marks, LINES_SHOWN).join("\n")).collect(),
        explanation: neutral(explanation),
        fixes: fixes.into_iter().map(|fix| steps(fix, same_fix_before(all, index, fix))).collect(),
        links: signature.advice.references.iter().map(link).collect(),
        further: group.evidence.iter().map(|it| around(it, &marks)).collect(),
        further_title: match group.evidence.len() as u64 {
            1 if group.count == 1 => "The record with the lines around it".into(),
            1 => "The first record with the lines around it".into(),
            shown if shown < group.count => {
                format!("The first {} with the lines around them", plural(shown, "record"))
            }
            shown => format!("{} with the lines around them", plural(shown, "record")),
        },
        identity: one_line(&identity(known)),
    })
}

/// The anchor of a known problem that is called so: `p2-1` of `2.1`.
fn anchor(label: &str) -> String {
    format!("p{}", label.replace('.', "-"))
}

fn steps(fix: &Fix, same: Option<String>) -> FixSteps {
    let head = format!("{} steps ({})", fix.level.name(), fix.audience.name());
    FixSteps {
        head: one_line(&head),
        same_as: same,
        risk: risk(fix).map(one_line),
        steps: fix.steps.iter().map(|it| one_line(it)).collect(),
        verify: fix.verify.as_deref().map(one_line),
    }
}

fn link(reference: &Reference) -> Link {
    let url = &reference.url;
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    Link {
        name: one_line(reference.id.as_deref().unwrap_or(url)),
        url: one_line(url),
        is_web: is_web && url.chars().all(|c| c.is_ascii_graphic()),
    }
}

fn around(evidence: &Evidence, marks: &[&str]) -> Around {
    let before = evidence.before.iter().map(|it| one_line(it));
    let after = evidence.after.iter().map(|it| one_line(it));
    let lines: Vec<String> = before.chain(excerpt(&evidence.text, marks, LINES_SHOWN)).chain(after).collect();
    Around { place: one_line(&format!("{}:{}", evidence.file, evidence.line)), text: lines.join("\n") }
}

fn error(diagnosis: &Diagnosis, index: usize, unresolved: &Unresolved) -> ErrorCard {
    let (finding, group) = (&unresolved.finding, &unresolved.finding.group);
    let text = group.evidence.first().map_or(finding.template.as_str(), |it| it.text.as_str());
    let mut fields = vec![("Seen", occurrence(group))];
    fields.extend(place(group).map(|it| ("Where", it)));
    if !finding.codes.is_empty() {
        fields.push(("Codes", finding.codes.join(", ")));
    }
    fields.extend(unresolved.root.iter().map(|it| ("Root", it.clone())));
    fields.push(("Why", format!("{} (score {:.2})", unresolved.reasons.join(", "), unresolved.score)));
    let related = unresolved.related.iter();
    fields.extend(related.map(|it| ("Related", format!("possibly {} ({})", it.title, it.signature))));
    let record = excerpt(text, ERROR_MARKS, LINES_SHOWN);
    let (before, after) = lines_around(finding);
    let has_around = !before.is_empty() || !after.is_empty();
    let around = has_around.then(|| [before, record.clone(), after].concat().join("\n"));
    ErrorCard {
        mark: format!("U{}", index + 1),
        anchor: format!("u{}", index + 1),
        level: finding.level.name(),
        headline: headline(finding),
        record: record.join("\n"),
        around,
        fields: neutral(fields),
        draft: draft::draft(diagnosis, unresolved),
        id: one_line(&unresolved.id),
    }
}

fn row(unresolved: &Unresolved) -> Row {
    let finding = &unresolved.finding;
    Row {
        level: finding.level.name(),
        count: number(finding.group.count),
        headline: headline(finding),
        place: one_line(&place(&finding.group).unwrap_or_default()),
    }
}

fn coverage(diagnosis: &Diagnosis) -> Vec<(&'static str, String)> {
    let (coverage, (files, bytes)) = (&diagnosis.coverage, diagnosis.seen);
    let of = |examined: String, seen: String| if examined == seen { seen } else { format!("{examined} of {seen}") };
    vec![
        ("Files", of(number(coverage.files), number(files))),
        ("Bytes", of(size(coverage.bytes), size(bytes))),
        ("Records", number(coverage.counts.records)),
        ("Lines", number(coverage.counts.lines)),
    ]
}

fn not_examined_row(kind: &'static str, reason: &super::wording::Reason<'_>) -> NotExaminedRow {
    let mut files = reason.files.iter().take(FILES_SHOWN).map(|it| one_line(it)).collect::<Vec<_>>().join(", ");
    let more = reason.files.len().saturating_sub(FILES_SHOWN) as u64;
    if more > 0 {
        files.push_str(&format!(" and {} more", number(more)));
    }
    NotExaminedRow { kind, parts: number(reason.files.len() as u64), reason: one_line(reason.message), files }
}

fn neutral(fields: Vec<(&'static str, String)>) -> Vec<(&'static str, String)> {
    fields.into_iter().map(|(label, text)| (label, one_line(&text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::finding::Level;
    use crate::report::hostile;
    use crate::report::neutral::is_hidden;
    use crate::signature::Severity;
    use proptest::prelude::*;

    /// The page without its style sheet, which no log can change.
    fn body(page: &str) -> &str {
        page.split_once("</style>").map_or(page, |it| it.1)
    }

    #[test]
    fn a_whole_page() {
        let seen = || group(14, vec![evidence("case.zip!/a.log", 12, "12:00 ERROR went wrong on <srv01>")]);
        let odd = |text: &str| unknown(Level::Error, text, group(1, vec![evidence("case.zip!/a.log", 40, text)]));
        let mut crash = signature("acme/rocket/crash", Severity::High);
        crash.component = Some("Engine".into());
        let known = vec![(crash, seen()), (signature("acme/rocket/smoke", Severity::Low), seen())];
        let diagnosis = diagnosis(known, vec![odd("shard was lost"), odd("shard was not found again")]);
        insta::assert_snapshot!(body(&html(&diagnosis, 1)));
    }

    #[test]
    fn an_empty_report_says_that_nothing_was_examined() {
        let page = html(&Diagnosis::default(), 10);
        assert!(page.contains("<h1>Nothing was examined</h1>"), "{}", body(&page));
    }

    #[test]
    fn a_link_that_is_no_web_address_is_shown_and_cannot_be_followed() {
        let mut bad = signature("acme/rocket/crash", Severity::High);
        bad.advice.references[0].url = "javascript:alert(1)".into();
        let seen = group(1, vec![evidence("a.log", 12, "went wrong on srv01")]);
        let page = html(&diagnosis(vec![(bad, seen)], Vec::new()), 10);
        assert!(page.contains("<code>javascript:alert(1)</code>") && !page.contains("href=\"javascript"));
    }

    proptest! {
        #[test]
        fn text_from_outside_is_only_text(log in any::<String>(), path in any::<String>()) {
            let harmless = html(&hostile("x", "y"), 10);
            let page = html(&hostile(&format!("<b onclick=\"x\">'{log}"), &format!("</p><script>{path}")), 10);
            prop_assert!(!page.chars().any(|c| c != '\n' && is_hidden(c)));
            // Whatever the text, the tags are those of the page.
            prop_assert!(!page.contains("<script") && !page.contains("<b "), "{}", body(&page));
            prop_assert_eq!(harmless.matches("<article").count(), page.matches("<article").count());
            prop_assert_eq!(page.matches("<pre").count(), page.matches("</pre").count());
        }
    }
}
