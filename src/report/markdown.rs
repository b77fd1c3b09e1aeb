//! The report for a ticket or a wiki page: the content of the text report as Markdown.
//!
//! Log text stands in fenced blocks and code spans whose fence is longer than any run of backticks in it; everything
//! else is escaped, so that neither HTML nor links nor images can come out of a log.

use super::environment::environment;
use super::excerpt::{ERROR_MARKS, excerpt, lines_around};
use super::neutral::{lines, one_line};
use super::timeline;
use super::wording::{
    NotExamined, article_ids, cause, escalation, evidence_of, identity, label, not_examined, notes, number, occurrence,
    place, plural, product, risk, same_fix_before, skipped, standing, verdict,
};
use crate::bundle::Problem;
use crate::diagnosis::{Chronology, Diagnosis, Known, Unresolved};
use crate::signature::{Fix, Reference};

/// Renders Markdown for a ticket or a wiki, with the `top` first of the unresolved errors; the others are counted.
pub fn markdown(diagnosis: &Diagnosis, top: usize) -> String {
    let mut page = Page { out: String::new() };
    page.paragraph("# ", "Triage report");
    page.paragraph("", &verdict(diagnosis));
    let environment = environment(diagnosis);
    if !environment.is_empty() {
        page.paragraph("## ", "Environment");
        for (label, text) in &environment {
            page.line("- ", &escape(&format!("{label}: {text}")));
        }
        page.out.push('\n');
    }
    if !diagnosis.known.is_empty() {
        page.paragraph("## ", "Known problems");
        page.summary(&diagnosis.known);
        for index in 0..diagnosis.known.len() {
            page.known(index, &diagnosis.known);
        }
    }
    if !diagnosis.unresolved.is_empty() {
        page.paragraph("## ", "Unexplained");
        for (index, unresolved) in diagnosis.unresolved.iter().take(top).enumerate() {
            page.unresolved(index + 1, unresolved);
        }
        let more = diagnosis.unresolved.len().saturating_sub(top) as u64;
        if more > 0 {
            page.paragraph("", &format!("{} more, less likely, are not listed here.", number(more)));
        }
    }
    page.timeline(&diagnosis.chronology);
    if !diagnosis.problems.is_empty() {
        page.paragraph("## ", "Not examined");
        page.problems(&diagnosis.problems);
    }
    let notes = notes(diagnosis);
    if !notes.is_empty() {
        page.paragraph("## ", "Notes");
        for note in &notes {
            page.line("- ", &escape(note));
        }
        page.out.push('\n');
    }
    let end = page.out.trim_end().len();
    page.out.truncate(end);
    page.out.push('\n');
    page.out
}

/// Columns of the row of errors.
const COLUMNS: usize = 72;
/// Lines of one record that are shown.
const LINES_SHOWN: usize = 20;
/// Files that are named for one reason why they were not examined.
const FILES_SHOWN: usize = 10;

struct Page {
    out: String,
}

impl Page {
    fn summary(&mut self, known: &[Known]) {
        self.line("", "| # | Severity | Level | Problem | Article | Product | Seen |");
        self.line("", "|---|---|---|---|---|---|---|");
        for (index, it) in known.iter().enumerate() {
            let signature = &it.signature;
            let cells = [
                label(known, index),
                signature.severity.name().to_string(),
                signature.level.name().to_string(),
                escape(&signature.title),
                escape(&article_ids(signature)),
                escape(&signature.product),
                escape(&occurrence(&it.group)),
            ];
            self.line("| ", &format!("{} |", cells.join(" | ")));
        }
        self.out.push('\n');
    }

    fn known(&mut self, index: usize, all: &[Known]) {
        let Some(known) = all.get(index) else { return };
        let signature = &*known.signature;
        let cause = cause(all, index);
        let depth = if cause.is_some() { "#### " } else { "### " };
        self.paragraph(depth, &format!("{}. [{}] {}", label(all, index), signature.severity.name(), signature.title));
        self.field("Product", &escape(&product(signature)));
        let level = format!("{}, side: {}", signature.level.name(), signature.side.name());
        self.field("Level", &format!("{level}, confidence {:.2}", known.confidence));
        if let Some(standing) = standing(known) {
            self.field("State", &escape(&standing));
        }
        known.notes.iter().for_each(|note| self.field("Note", &escape(note)));
        if let Some(cause) = cause {
            self.field("Caused by", &escape(&cause));
        }
        self.field("Seen", &escape(&occurrence(&known.group)));
        if let Some(place) = place(&known.group) {
            self.field("Where", &code(&place));
        }
        for (name, value) in &known.group.captures {
            self.field("Value", &code(&format!("{name} = {value}")));
        }
        self.field("Cause", &escape(&signature.advice.cause));
        if let Some(impact) = &signature.advice.impact {
            self.field("Impact", &escape(impact));
        }
        self.field("Signature", &code(&identity(known)));
        for hidden in &known.suppressed {
            self.field("Covers", &format!("{} ({})", code(&hidden.signature), plural(hidden.count, "record")));
        }
        self.out.push('\n');
        for evidence in evidence_of(known) {
            self.log(&evidence.text, &known.marks());
        }
        let mut fixes: Vec<&Fix> = signature.advice.fixes.iter().collect();
        fixes.sort_by_key(|fix| fix.level);
        for fix in fixes {
            self.fix(fix, same_fix_before(all, index, fix));
        }
        if let Some(escalate) = &signature.advice.escalate {
            self.paragraph("Escalate: ", &escalation(escalate));
        }
        if !signature.advice.references.is_empty() {
            let links: Vec<String> = signature.advice.references.iter().map(link).collect();
            self.line("Links: ", &links.join(", "));
            self.out.push('\n');
        }
    }

    fn fix(&mut self, fix: &Fix, same: Option<String>) {
        if let Some(earlier) = same {
            let head = format!("{} steps ({}):", fix.level.name(), fix.audience.name());
            self.line("", &format!("**{}** the same as for problem {earlier}.", escape(&head)));
            self.out.push('\n');
            return;
        }
        let head = format!("{} steps ({}):", fix.level.name(), fix.audience.name());
        self.line("", &format!("**{}**", escape(&head)));
        self.out.push('\n');
        if let Some(risk) = risk(fix) {
            self.paragraph("Risk: ", risk);
        }
        for (index, step) in fix.steps.iter().enumerate() {
            self.line(&format!("{}. ", index + 1), &escape(step));
        }
        self.out.push('\n');
        if let Some(verify) = &fix.verify {
            self.paragraph("Check: ", verify);
        }
    }

    fn unresolved(&mut self, position: usize, unresolved: &Unresolved) {
        let finding = &unresolved.finding;
        self.paragraph("### ", &format!("U{position}. [{}] {}", finding.level.name(), occurrence(&finding.group)));
        let text = finding.group.evidence.first().map_or(finding.template.as_str(), |it| it.text.as_str());
        let (before, after) = lines_around(finding);
        if !before.is_empty() {
            self.log(&before.join("\n"), ERROR_MARKS);
        }
        self.log(text, ERROR_MARKS);
        if !after.is_empty() {
            self.log(&after.join("\n"), ERROR_MARKS);
        }
        if let Some(place) = place(&finding.group) {
            self.field("Where", &code(&place));
        }
        if let Some(root) = &unresolved.root {
            self.field("Root", &code(root));
        }
        for related in &unresolved.related {
            self.field("Related", &escape(&format!("possibly {} ({})", related.title, related.signature)));
        }
        if !finding.codes.is_empty() {
            self.field("Codes", &finding.codes.iter().map(|it| code(it)).collect::<Vec<_>>().join(", "));
        }
        self.field("Why", &escape(&format!("{} (score {:.2})", unresolved.reasons.join(", "), unresolved.score)));
        self.field("Id", &code(&unresolved.id));
        self.out.push('\n');
    }

    fn timeline(&mut self, chronology: &Chronology) {
        let (row, remarks) = (timeline::row(chronology, COLUMNS, false), timeline::remarks(chronology));
        if row.is_none() && remarks.is_empty() {
            return;
        }
        self.paragraph("## ", "Timeline");
        if let Some(row) = row {
            self.out.push_str(&format!("```text\n{}\n```\n\n", row.marks));
            self.paragraph("", &format!("Errors from {} to {}: {}.", row.first, row.last, row.scale));
        }
        for remark in &remarks {
            self.line("- ", &escape(remark));
        }
        if !remarks.is_empty() {
            self.out.push('\n');
        }
    }

    fn problems(&mut self, problems: &[Problem]) {
        let NotExamined { open, skipped: on_purpose } = not_examined(problems);
        if !open.is_empty() {
            self.line("", "| Kind | Parts | Reason | Files |");
            self.line("", "|---|---|---|---|");
            for (kind, it) in open.iter().flat_map(|(kind, reasons)| reasons.iter().map(move |it| (kind, it))) {
                let mut files =
                    it.files.iter().take(FILES_SHOWN).map(|file| escape(file)).collect::<Vec<_>>().join(", ");
                let more = it.files.len().saturating_sub(FILES_SHOWN) as u64;
                if more > 0 {
                    files.push_str(&format!(" and {} more", number(more)));
                }
                let cells = [kind.name().to_string(), number(it.files.len() as u64), escape(it.message), files];
                self.line("| ", &format!("{} |", cells.join(" | ")));
            }
            self.out.push('\n');
        }
        if !on_purpose.is_empty() {
            self.paragraph("Skipped on purpose: ", &skipped(&on_purpose));
        }
    }

    /// A code block with a record, or the lines of it that matter.
    fn log(&mut self, text: &str, marks: &[&str]) {
        self.out.push_str(&fenced(&excerpt(text, marks, LINES_SHOWN).join("\n")));
        self.out.push('\n');
    }

    fn field(&mut self, name: &str, value: &str) {
        self.line(&format!("- {name}: "), value);
    }

    /// Escaped words with an empty line behind them.
    fn paragraph(&mut self, mark: &str, words: &str) {
        self.line(mark, &escape(words));
        self.out.push('\n');
    }

    fn line(&mut self, mark: &str, markdown: &str) {
        self.out.push_str(mark);
        self.out.push_str(markdown);
        self.out.push('\n');
    }
}

/// A code block that shows exactly these lines.
pub(crate) fn fenced(text: &str) -> String {
    let shown = lines(text).collect::<Vec<_>>().join("\n");
    let fence = "`".repeat(longest_run(&shown).saturating_add(1).max(3));
    format!("{fence}text\n{shown}\n{fence}\n")
}

/// Words as Markdown that shows exactly them, on one line.
pub(crate) fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let words = one_line(words);
    let mut rest = words.trim_start().chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Before a blank it begins no entity, and many trackers show the text as it is.
            '&' if rest.peek() != Some(&' ') => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            // Renderers turn bare addresses into links, and a log must not put links into a ticket.
            ':' if rest.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // Only at the beginning of a line do these make a list, a rule or a heading.
            '-' | '+' | '=' if out.is_empty() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

/// A code span.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    // The renderer takes one blank away on both sides; a backtick at the border needs it, and nothing cannot stand alone.
    let border = |c: Option<char>| c.is_none_or(|c| c == '`' || c == ' ');
    let blank = if border(text.chars().next()) || border(text.chars().last()) { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A link, where the address is one; the catalogue may be anybody's.
fn link(reference: &Reference) -> String {
    let name = reference.id.as_deref().unwrap_or(&reference.url);
    let url = &reference.url;
    match is_address(url) {
        true => format!("[{}](<{url}>)", escape(name)),
        false => format!("{} {}", escape(name), code(url)),
    }
}

/// An address as a link, if it is one.
pub(crate) fn address(url: &str) -> String {
    if is_address(url) { format!("<{url}>") } else { code(url) }
}

fn is_address(url: &str) -> bool {
    let web = url.starts_with("https://") || url.starts_with("http://");
    web && url.chars().all(|c| c.is_ascii_graphic() && !"<>()\\`\"".contains(c))
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

    #[test]
    fn a_whole_report() {
        let seen = || group(14, vec![evidence("case.zip!/a.log", 12, "12:00 ERROR went wrong on `srv01`")]);
        let odd =
            unknown(Level::Error, "odd <n>", group(1, vec![evidence("case.zip!/a.log", 40, "12:01 ERROR odd 7")]));
        let diagnosis = diagnosis(vec![(signature("acme/rocket/crash", Severity::High), seen())], vec![odd]);
        insta::assert_snapshot!(markdown(&diagnosis, 10));
    }

    #[track_caller]
    fn check_escaped(words: &str, expected: &str) {
        assert_eq!(escape(words), expected);
    }

    #[test]
    fn neither_html_nor_links_nor_images_come_out_of_a_log() {
        check_escaped("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;");
        check_escaped("![x](https://evil)", "\\!\\[x\\](https&#58;//evil)");
        check_escaped("@admin *a* _b_ `c`", "&#64;admin \\*a\\* \\_b\\_ \\`c\\`");
        check_escaped("see www.evil.example", "see www&#46;evil.example");
        check_escaped("- no list", "\\- no list");
        check_escaped("a | b\n# c", "a \\| b \\# c");
    }

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_in_the_log() {
        let text = "```\n# not a heading\n`````";
        let diagnosis = diagnosis(Vec::new(), vec![unknown(Level::Error, "x", group(1, vec![evidence("a", 1, text)]))]);
        assert!(markdown(&diagnosis, 10).contains(&format!("``````text\n{text}\n``````\n")));
    }

    #[test]
    fn only_an_address_becomes_a_link() {
        let shown = |url: &str| link(&Reference { kind: "kb".into(), id: Some("KB1".into()), url: url.into() });
        assert_eq!(shown("https://example.com/a?b=1#c"), "[KB1](<https://example.com/a?b=1#c>)");
        assert_eq!(shown("javascript:alert(1)"), "KB1 `javascript:alert(1)`");
        assert_eq!(shown("https://a> <b"), "KB1 `https://a> <b`");
    }

    proptest! {
        #[test]
        fn log_text_cannot_bring_control_characters_or_html(log in "[<>&`|a\\PC\n\u{1b}]*|.*", path in any::<String>()) {
            let markdown = markdown(&hostile(&log, &path), 10);
            prop_assert!(!markdown.chars().any(|c| c != '\n' && is_hidden(c)));
            // Outside of fences and code spans a `<` stands only where we write a link.
            let mut fence: Option<&str> = None;
            for line in markdown.lines() {
                match fence {
                    Some(open) => fence = Some(open).filter(|open| line != *open),
                    None if line.starts_with("```") => fence = line.strip_suffix("text"),
                    None => {
                        let prose = without_code(line).replace("](<https://", "");
                        prop_assert!(!prose.contains('<'), "{}", line);
                    }
                }
            }
            prop_assert_eq!(fence, None);
        }
    }

    /// The line without its code spans; an escaped backtick opens none.
    fn without_code(line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some(open) = rest.find('`') {
            out.push_str(&rest[..open]);
            if rest[..open].ends_with('\\') {
                rest = &rest[open + 1..];
                continue;
            }
            let after = rest[open..].trim_start_matches('`');
            let run = rest[open..].len() - after.len();
            // The span ends at the next run of the same length.
            let mut end = 0;
            while let Some(next) = after[end..].find('`') {
                let ticks = after[end + next..].len() - after[end + next..].trim_start_matches('`').len();
                end += next + ticks;
                if ticks == run {
                    break;
                }
            }
            assert_ne!(end, 0, "a code span without an end in {line:?}");
            rest = &after[end..];
        }
        out + rest
    }
}
