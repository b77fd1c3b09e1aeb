//! The report for a terminal: what a tired engineer reads first.
//!
//! The order is the order of need: verdict, known problems with their steps, what nobody can explain, what was not
//! examined, notes. Explanations are wrapped to the width; log lines are not, so that they can be copied and searched
//! for. Colours only repeat what the words say.

mod list;

use super::environment::environment;
use super::excerpt::{ERROR_MARKS, cut, excerpt, lines_around};
use super::neutral::one_line;
use super::timeline;
use super::wording::{
    NotExamined, cause, escalation, evidence_of, identity, label, not_examined, notes, number, occurrence, place,
    plural, product, risk, same_fix_before, skipped, standing, verdict,
};
use super::wrap::wrapped;
use crate::bundle::{Problem, ProblemKind};
use crate::diagnosis::{Chronology, Diagnosis, Known, Unresolved};
use crate::finding::{Evidence, Level};
use crate::signature::{Fix, Reference, Severity};
use anstyle::{AnsiColor, Style};

pub use list::summary;

/// How the terminal looks.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// Columns to wrap to.
    pub width: usize,
    /// ANSI colours.
    pub color: bool,
    /// How many unresolved errors are shown; the others are counted.
    pub top: usize,
    /// Links that a terminal opens (OSC 8).
    pub links: bool,
}

impl TextStyle {
    /// Text for a pipe or a file, wrapped to so many columns.
    pub fn plain(width: usize, top: usize) -> TextStyle {
        TextStyle { width, color: false, top, links: false }
    }
}

/// Renders the report for a terminal.
///
/// Apart from the line ends and, if asked for, our own colours and links, the text has no control characters, whatever the log
/// contains.
pub fn text(diagnosis: &Diagnosis, style: TextStyle) -> String {
    let mut page = Page { out: String::new(), style };
    page.prose("", "", &verdict(diagnosis), BOLD);
    page.list(diagnosis);
    let environment = environment(diagnosis);
    if !environment.is_empty() {
        page.heading("Environment");
        for (label, text) in &environment {
            page.prose("  ", "    ", &format!("{label}: {text}"), PLAIN);
        }
    }
    if !diagnosis.known.is_empty() {
        page.heading("Known problems");
        for index in 0..diagnosis.known.len() {
            page.known(index, &diagnosis.known);
        }
    }
    if !diagnosis.unresolved.is_empty() {
        page.heading("Unexplained");
        for (index, unresolved) in diagnosis.unresolved.iter().take(style.top).enumerate() {
            page.unresolved(index + 1, unresolved);
        }
        let more = diagnosis.unresolved.len().saturating_sub(style.top) as u64;
        if more > 0 {
            page.blank();
            let message =
                format!("{} more, less likely; --top {} shows all.", number(more), diagnosis.unresolved.len());
            page.prose("  ", "  ", &message, PLAIN);
        }
    }
    page.timeline(&diagnosis.chronology);
    if !diagnosis.problems.is_empty() {
        page.heading("Not examined");
        page.problems(&diagnosis.problems);
    }
    let notes = notes(diagnosis);
    if !notes.is_empty() {
        page.heading("Notes");
        for note in &notes {
            page.prose("  - ", "    ", note, PLAIN);
        }
    }
    page.out
}

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();

/// Lines of one record that are shown.
const LINES_SHOWN: usize = 4;
/// Columns of the row of errors.
const COLUMNS: usize = 72;
/// Reasons of one kind of problem that are told, and files of one reason.
const REASONS_SHOWN: usize = 10;
const FILES_SHOWN: usize = 4;

struct Page {
    out: String,
    style: TextStyle,
}

impl Page {
    fn known(&mut self, index: usize, all: &[Known]) {
        let Some(known) = all.get(index) else { return };
        let signature = &*known.signature;
        let badge = format!("{}. [{}] ", label(all, index), signature.severity.name().to_uppercase());
        self.blank();
        self.prose(&badge, "   ", &signature.title, severity_style(signature.severity));
        self.field("Product", &product(signature));
        let side = format!("side: {}, confidence {:.2}", signature.side.name(), known.confidence);
        self.field("Level", &format!("{}, {side}", signature.level.name()));
        if let Some(standing) = standing(known) {
            self.field("State", &standing);
        }
        known.notes.iter().for_each(|note| self.field("Note", note));
        if let Some(cause) = cause(all, index) {
            self.field("Caused by", &cause);
        }
        self.field("Seen", &occurrence(&known.group));
        if let Some(place) = place(&known.group) {
            self.field("Where", &place);
        }
        for evidence in evidence_of(known) {
            self.log(evidence, &known.marks());
        }
        for (name, value) in &known.group.captures {
            self.field("Value", &format!("{name} = {value}"));
        }
        self.field("Cause", &signature.advice.cause);
        if let Some(impact) = &signature.advice.impact {
            self.field("Impact", impact);
        }
        let mut fixes: Vec<&Fix> = signature.advice.fixes.iter().collect();
        fixes.sort_by_key(|fix| fix.level);
        for fix in fixes {
            self.fix(fix, same_fix_before(all, index, fix));
        }
        if let Some(escalate) = &signature.advice.escalate {
            self.field("Escalate", &escalation(escalate));
        }
        for reference in &signature.advice.references {
            self.link(reference);
        }
        for hidden in &known.suppressed {
            self.field("Covers", &format!("{} ({})", hidden.signature, plural(hidden.count, "record")));
        }
        self.field("Signature", &identity(known));
    }

    /// The steps; where an earlier problem has the same, only its number.
    fn fix(&mut self, fix: &Fix, same: Option<String>) {
        if let Some(earlier) = same {
            let (level, audience) = (fix.level.name(), fix.audience.name());
            let head = format!("{level} steps ({audience}): the same as for problem {earlier}");
            self.prose("   ", "   ", &head, BOLD);
            return;
        }
        self.prose("   ", "   ", &format!("{} steps ({})", fix.level.name(), fix.audience.name()), BOLD);
        if let Some(risk) = risk(fix) {
            self.prose("     Risk: ", "           ", risk, PLAIN);
        }
        for (index, step) in fix.steps.iter().enumerate() {
            let mark = format!("     {}. ", index + 1);
            self.prose(&mark, &" ".repeat(mark.len()), step, PLAIN);
        }
        if let Some(verify) = &fix.verify {
            self.prose("     Check: ", "            ", verify, PLAIN);
        }
    }

    fn unresolved(&mut self, position: usize, unresolved: &Unresolved) {
        let finding = &unresolved.finding;
        let badge = format!("U{position}. [{}] ", finding.level.name().to_uppercase());
        self.blank();
        self.prose(&badge, "   ", &occurrence(&finding.group), level_style(finding.level));
        match finding.group.evidence.first() {
            Some(evidence) => {
                let (before, after) = lines_around(finding);
                self.lines("Before", &before);
                self.log(evidence, ERROR_MARKS);
                self.lines("After", &after);
            }
            None => self.field("Log", &finding.template),
        }
        if let Some(place) = place(&finding.group) {
            self.field("Where", &place);
        }
        if !finding.codes.is_empty() {
            self.field("Codes", &finding.codes.join(", "));
        }
        if let Some(root) = &unresolved.root {
            self.field("Root", root);
        }
        self.field("Why", &format!("{} (score {:.2})", unresolved.reasons.join(", "), unresolved.score));
        for related in &unresolved.related {
            self.field("Related", &format!("possibly {} ({})", related.title, related.signature));
        }
    }

    /// Lines of a log that stand around a record.
    fn lines(&mut self, name: &str, lines: &[String]) {
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { name } else { "" };
            self.out.push_str(format!("   {name:<10} {}", cut(line, ERROR_MARKS)).trim_end());
            self.out.push('\n');
        }
    }

    /// Errors over time as a row of characters, and what is odd about the times. Blocks go with colours: a terminal that
    /// has one has the other.
    fn timeline(&mut self, chronology: &Chronology) {
        const INDENT: usize = 14;
        let columns = self.style.width.saturating_sub(INDENT).clamp(1, COLUMNS);
        let (row, remarks) = (timeline::row(chronology, columns, self.style.color), timeline::remarks(chronology));
        if row.is_none() && remarks.is_empty() {
            return;
        }
        self.heading("Timeline");
        if let Some(row) = row {
            let blank = " ".repeat(INDENT);
            self.line(&format!("{:<INDENT$}{}", "   Errors", row.marks), PLAIN);
            let between = row.marks.chars().count().saturating_sub(row.first.len() + row.last.len());
            let between = if between > 1 { " ".repeat(between) } else { " to ".into() };
            self.line(&format!("{blank}{}{between}{}", row.first, row.last), PLAIN);
            self.prose(&blank, &blank, &row.scale, PLAIN);
        }
        for remark in &remarks {
            self.prose("  - ", "    ", remark, PLAIN);
        }
    }

    fn problems(&mut self, problems: &[Problem]) {
        let NotExamined { open, skipped: on_purpose } = not_examined(problems);
        for (kind, reasons) in open {
            let noun = if kind == ProblemKind::Signature { "broken file" } else { "part" };
            let count: usize = reasons.iter().map(|it| it.files.len()).sum();
            self.blank();
            self.prose("  ", "  ", &format!("{}: {}", kind.name(), plural(count as u64, noun)), BOLD);
            for it in reasons.iter().take(REASONS_SHOWN) {
                match it.files.as_slice() {
                    [file] => self.prose("    - ", "      ", &format!("{file}: {}", it.message), PLAIN),
                    files => self.reason(it.message, files),
                }
            }
            let rest: usize = reasons.iter().skip(REASONS_SHOWN).map(|it| it.files.len()).sum();
            if rest > 0 {
                let more = format!("{} more for other reasons; the JSON report names all", number(rest as u64));
                self.prose("    - ", "      ", &more, PLAIN);
            }
        }
        if !on_purpose.is_empty() {
            self.blank();
            self.prose("  ", "  ", &format!("skipped on purpose: {}", skipped(&on_purpose)), PLAIN);
        }
    }

    /// One reason, and the first files it holds for, a line each.
    fn reason(&mut self, message: &str, files: &[&str]) {
        self.prose("    - ", "      ", &format!("{message}: {}", plural(files.len() as u64, "part")), PLAIN);
        // A list that names all but one could as well name it.
        let shown = if files.len() > FILES_SHOWN + 1 { FILES_SHOWN } else { files.len() };
        for file in files.iter().take(shown) {
            self.prose("        ", "        ", file, PLAIN);
        }
        if shown < files.len() {
            let more = format!("and {} more; the JSON report names all", number((files.len() - shown) as u64));
            self.prose("        ", "        ", &more, PLAIN);
        }
    }

    /// A line "   Name       value", wrapped under the value.
    fn field(&mut self, name: &str, value: &str) {
        self.prose(&format!("   {name:<10} "), "              ", value, PLAIN);
    }

    /// The number of an article and its address, which a terminal may open.
    fn link(&mut self, reference: &Reference) {
        let start = self.out.len();
        self.field("Link", &link(reference));
        let url = one_line(&reference.url);
        let is_plain = url.starts_with("http") && url.bytes().all(|byte| byte.is_ascii_graphic());
        // An address is one word, which is never broken.
        if self.style.links
            && is_plain
            && let Some(at) = self.out[start..].rfind(&*url).map(|at| start + at)
        {
            self.out.replace_range(at..at + url.len(), &format!("\x1b]8;;{url}\x1b\\{url}\x1b]8;;\x1b\\"));
        }
    }

    /// The record as it stands in the log, not wrapped.
    fn log(&mut self, evidence: &Evidence, marks: &[&str]) {
        for (index, line) in excerpt(&evidence.text, marks, LINES_SHOWN).iter().enumerate() {
            let name = if index == 0 { "Log" } else { "" };
            let line = format!("   {name:<10} {}", cut(line, marks));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    fn heading(&mut self, title: &str) {
        self.blank();
        self.prose("", "", title, BOLD);
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    /// Words wrapped to the width; `first` and `rest` are what stands before the first and the other lines.
    fn prose(&mut self, first: &str, rest: &str, words: &str, style: Style) {
        let lines = wrapped(first, rest, words, self.style.width);
        lines.lines().for_each(|line| self.line(line, style));
    }

    fn line(&mut self, line: &str, style: Style) {
        let line = line.trim_end();
        if self.style.color && style != PLAIN {
            self.out.push_str(&format!("{style}{line}{style:#}\n"));
        } else {
            self.out.push_str(line);
            self.out.push('\n');
        }
    }
}

fn link(reference: &Reference) -> String {
    match &reference.id {
        Some(id) => format!("{id} {}", reference.url),
        None => reference.url.clone(),
    }
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BOLD.fg_color(Some(AnsiColor::Red.into())),
        Severity::Medium => BOLD.fg_color(Some(AnsiColor::Yellow.into())),
        Severity::Low | Severity::Info => BOLD.fg_color(Some(AnsiColor::Cyan.into())),
    }
}

fn level_style(level: Level) -> Style {
    match level {
        Level::Fatal | Level::Error => BOLD.fg_color(Some(AnsiColor::Red.into())),
        Level::Warn => BOLD.fg_color(Some(AnsiColor::Yellow.into())),
        Level::Info | Level::Debug | Level::Trace => BOLD,
    }
}

#[cfg(test)]
mod tests;
