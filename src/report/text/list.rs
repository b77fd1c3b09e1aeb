//! The findings as a list, a line each: at the head of the report, and all that is told where a screen has to do.

use super::{BOLD, PLAIN, Page, TextStyle, level_style, severity_style};
use crate::diagnosis::{Diagnosis, State};
use crate::report::wording::{article_ids, headline, label, not_examined, number, verdict};
use crate::report::wrap::wrapped;
use anstyle::Style;

/// From so many findings on they are listed first, a line each: the details fill more than a screen.
const LIST_FROM: usize = 2;
/// Unexplained errors in that list, and entries that it may have by more of them.
const LIST_UNEXPLAINED: usize = 3;
const LIST_SHORT: usize = 10;

/// Renders what fits on a screen of so many rows: the verdict, and a line for each finding and for what was not examined.
///
/// Very small screens get more lines than they have.
pub fn summary(diagnosis: &Diagnosis, style: TextStyle, rows: usize) -> String {
    let mut page = Page { out: String::new(), style };
    page.prose("", "", &verdict(diagnosis), BOLD);
    let lines = |page: &Page| page.out.lines().count();
    // Behind the list: what was not examined, and where more is told.
    let open = not_examined(&diagnosis.problems).open;
    let mut parts: Vec<String> = Vec::new();
    for (kind, reasons) in &open {
        let count: usize = reasons.iter().map(|it| it.files.len()).sum();
        parts.push(format!("{} {}", number(count as u64), kind.name()));
    }
    let (known, unexplained): (Vec<Entry>, Vec<Entry>) =
        Entry::all(diagnosis, usize::MAX).into_iter().partition(|it| it.known);
    let all = known.len() + unexplained.len();
    let room = rows.saturating_sub(lines(&page) + 3 + usize::from(!parts.is_empty())).max(LIST_UNEXPLAINED + 2);
    let most = if all > room { room - 1 } else { all };
    // What is known has the room that the first unexplained errors leave.
    let most_known = most - unexplained.len().min(LIST_UNEXPLAINED).min(most);
    let n_known = known.len().min(most_known);
    let shown: Vec<&Entry> = known.iter().take(n_known).chain(unexplained.iter().take(most - n_known)).collect();
    if !shown.is_empty() {
        page.blank();
        page.entries(&shown, true);
    }
    if all > most {
        page.prose("      ", "      ", &format!("and {} more", number((all - most) as u64)), PLAIN);
    }
    if !parts.is_empty() {
        page.blank();
        page.prose("Not examined: ", "  ", &parts.join(", "), BOLD);
    }
    page.out
}

/// A finding in the list at the head.
struct Entry {
    known: bool,
    mark: String,
    severity: String,
    level: &'static str,
    count: u64,
    title: String,
    style: Style,
}

impl Entry {
    /// All known problems, and so many of the unexplained errors.
    fn all(diagnosis: &Diagnosis, unexplained: usize) -> Vec<Entry> {
        let known = diagnosis.known.iter().enumerate().map(|(index, known)| {
            let signature = &known.signature;
            let ids = article_ids(signature);
            let ids = if ids.is_empty() { ids } else { format!(" ({ids})") };
            let state = match known.state {
                State::Match => "",
                State::Old => ", old",
                State::Inconclusive => ", undecided",
            };
            Entry {
                known: true,
                mark: label(&diagnosis.known, index),
                severity: signature.severity.name().to_uppercase(),
                level: signature.level.name(),
                count: known.group.count,
                title: format!("{}{ids}{state}", signature.title),
                style: severity_style(signature.severity),
            }
        });
        let unexplained = diagnosis.unresolved.iter().take(unexplained).enumerate().map(|(index, it)| Entry {
            known: false,
            mark: format!("U{}", index + 1),
            severity: it.finding.level.name().to_uppercase(),
            level: "--",
            count: it.finding.group.count,
            title: headline(&it.finding),
            style: level_style(it.finding.level),
        });
        known.chain(unexplained).collect()
    }
}

impl Page {
    /// One line for each known problem, then the first unexplained errors; more of these if there is little else.
    pub(super) fn list(&mut self, diagnosis: &Diagnosis) {
        let unexplained = LIST_UNEXPLAINED.max(LIST_SHORT.saturating_sub(diagnosis.known.len())).min(self.style.top);
        let entries = Entry::all(diagnosis, unexplained);
        if entries.len() < LIST_FROM {
            return;
        }
        self.blank();
        self.entries(&entries.iter().collect::<Vec<_>>(), false);
    }

    /// Number, severity, level, how often it was seen, title and the ids of articles. Of unexplained errors only the beginning
    /// is told; `shorten` does so with all.
    fn entries(&mut self, entries: &[&Entry], shorten: bool) {
        let counts: Vec<String> = entries.iter().map(|it| format!("{}x", number(it.count))).collect();
        let width = counts.iter().map(String::len).max().unwrap_or_default();
        for (entry, count) in entries.iter().zip(counts) {
            let Entry { mark, severity, level, title, .. } = entry;
            let first = format!("{:>5} {severity:<8}  {level:<2}  {count:>width$}  ", format!("{mark}."));
            let indent = first.chars().count();
            let room = self.style.width.saturating_sub(indent).max(20);
            let title = if entry.known && !shorten { title.clone() } else { shortened(title, room) };
            let lines = wrapped(&first, &" ".repeat(indent), &title, self.style.width);
            for (index, line) in lines.lines().enumerate() {
                // The severity stands behind the number and a blank.
                let severity_at = mark.chars().count().max(4) + 2;
                match line.split_at_checked(severity_at).filter(|_| index == 0 && self.style.color) {
                    Some((before, rest)) => {
                        let (word, rest) = rest.split_at_checked(severity.len()).unwrap_or((rest, ""));
                        let style = entry.style;
                        self.out.push_str(&format!("{before}{style}{word}{style:#}{}\n", rest.trim_end()));
                    }
                    None => self.line(line, PLAIN),
                }
            }
        }
    }
}

/// The beginning of some words, if there is no room for all.
fn shortened(words: &str, room: usize) -> String {
    match words.char_indices().nth(room) {
        Some(_) => words.chars().take(room.saturating_sub(3)).chain("...".chars()).collect(),
        None => words.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Problem, ProblemKind};
    use crate::diagnosis::sample::{diagnosis, evidence, group, signature, unknown};
    use crate::finding::Level;
    use crate::report::text::text;
    use crate::signature::Severity;

    const STYLE: TextStyle = TextStyle { width: 80, color: false, top: 10, links: false };

    #[test]
    fn many_known_problems_are_listed_before_their_details() {
        let seen = || group(1, vec![evidence("a.log", 1, "x")]);
        let known = |number: usize| (signature(&format!("p{number}"), Severity::Low), seen());
        let list = |count: usize| text(&diagnosis((1..=count).map(known).collect(), Vec::new()), STYLE);
        assert!(list(2).contains("\n   1. LOW       L1  1x  p1 happened on srv01 (KB1)\n   2. LOW       L1  1x  p2"));
        assert!(!list(1).contains("   1. LOW"));
    }

    #[test]
    fn an_error_seen_a_million_times_and_a_rare_one_are_on_the_first_screen() {
        let evidence = |text: &str| vec![evidence("a.log", 7, text)];
        let often = unknown(
            Level::Error,
            "the backup job <n> was refused",
            group(1_000_000, evidence("12:00 ERROR the backup job 7 was refused")),
        );
        let once =
            unknown(Level::Error, "the ledger <n> is torn", group(1, evidence("12:00 ERROR the ledger 9 is torn")));
        let diagnosis = diagnosis(Vec::new(), vec![once, often]);
        let text = text(&diagnosis, STYLE);
        let screen: Vec<&str> = text.lines().take(24).collect();
        assert!(screen.contains(&"  U1. ERROR     --          1x  the ledger 9 is torn"), "{text}");
        assert!(screen.contains(&"  U2. ERROR     --  1,000,000x  the backup job 7 was refused"), "{text}");
    }

    #[test]
    fn a_summary_fits_the_screen() {
        let seen = || group(3, vec![evidence("a.log", 1, "x")]);
        let long = "a problem whose title is longer than any line of a screen, so that it has to be cut ".repeat(2);
        let known = |number: usize| (signature(&format!("{long} {number}"), Severity::Low), seen());
        let odd = |number: usize| unknown(Level::Error, &format!("odd {number}"), group(1, Vec::new()));
        for (n_known, n_odd) in [(0, 0), (1, 0), (0, 40), (40, 0), (40, 40), (17, 3), (18, 3), (5, 12)] {
            let mut diagnosis = diagnosis((0..n_known).map(known).collect(), (0..n_odd).map(odd).collect());
            diagnosis.problems = vec![Problem {
                file: "c.log".into(),
                kind: ProblemKind::Encrypted,
                message: "needs a password".into(),
            }];
            for rows in [24, 50] {
                let text = summary(&diagnosis, STYLE, rows);
                assert!(text.lines().count() < rows, "{rows} rows, {n_known} and {n_odd}:\n{text}");
                assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
                assert!(text.contains("Not examined: 1 encrypted"));
                assert_eq!(text.contains("U1."), n_odd > 0, "{text}");
                assert_eq!(text.contains(" 1. LOW"), n_known > 0, "{text}");
                assert_eq!(text.contains(" more\n"), n_known + n_odd > text.matches("x  ").count(), "{text}");
            }
        }
    }
}
