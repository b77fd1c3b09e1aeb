use super::Unresolved;
use super::context::lines_shown;
use crate::finding::Level;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Puts the findings in the order of their scores, so that the first ones are not all of one kind or one file.
///
/// A reader looks at the first few. A file with fifty kinds of fatal messages would fill them, and what another file says
/// only once would not be seen; so would one message in fifty wordings. Therefore each finding loses
///
/// | for each finding before it                                   | loses | at most |
/// |--------------------------------------------------------------|-------|---------|
/// | of the same file (that of its first evidence)                |  0.03 |    0.40 |
/// | of the same level with the same first three words            |  0.20 |    0.40 |
/// | with which a line of it is shown                             |  0.20 |    0.20 |
///
/// Equal scores are ordered by level, count and template.
pub(super) fn fair_order(mut findings: Vec<Unresolved>) -> Vec<Unresolved> {
    findings.sort_by(|a, b| {
        let tie = |it: &Unresolved| (Reverse(it.finding.level), Reverse(it.finding.group.count));
        let by_score = b.score.total_cmp(&a.score);
        by_score.then_with(|| tie(a).cmp(&tie(b))).then_with(|| a.finding.template.cmp(&b.finding.template))
    });
    let mut before = Before::default();
    // Largest first: score, then the place so far.
    let mut waiting: BinaryHeap<(i64, Reverse<usize>)> =
        findings.iter().enumerate().map(|(index, it)| (thousandths(it.score), Reverse(index))).collect();
    let mut order = Vec::with_capacity(findings.len());
    while let Some((score, Reverse(index))) = waiting.pop() {
        let Some(finding) = findings.get(index) else { continue };
        // What it loses only grows, so one whose score still holds is before all others.
        let now = (thousandths(finding.score) - before.loss(finding)).max(0);
        if now < score {
            waiting.push((now, Reverse(index)));
        } else {
            before.add(finding);
            order.push((index, now));
        }
    }
    let mut findings: Vec<Option<Unresolved>> = findings.into_iter().map(Some).collect();
    let ordered = order.into_iter().filter_map(|(index, now)| {
        let mut finding = findings.get_mut(index)?.take()?;
        finding.score = now as f64 / 1000.0;
        Some(finding)
    });
    ordered.collect()
}

/// Thousandths are exact, so that sums are the same on every machine.
fn thousandths(score: f64) -> i64 {
    (score * 1000.0).round() as i64
}

/// How many came already.
#[derive(Default)]
struct Before {
    of_file: HashMap<String, i64>,
    of_kind: HashMap<(Level, String), i64>,
    /// By file, stretches of lines that are shown, which do not touch each other: the first line and the last.
    shown: HashMap<String, BTreeMap<u64, u64>>,
}

impl Before {
    /// In thousandths.
    fn loss(&self, finding: &Unresolved) -> i64 {
        let of_file = self.of_file.get(file(finding)).copied().unwrap_or(0);
        let of_kind = self.of_kind.get(&kind(finding)).copied().unwrap_or(0);
        let of_place = if self.is_shown(finding) { 200 } else { 0 };
        (30 * of_file).min(400) + (200 * of_kind).min(400) + of_place
    }

    /// Whether a line of its first evidence is shown with another finding.
    fn is_shown(&self, finding: &Unresolved) -> bool {
        let Some((evidence, shown)) = finding.finding.group.evidence.first().zip(self.shown.get(file(finding))) else {
            return false;
        };
        let last = evidence.line.saturating_add(evidence.text.trim_end().split('\n').count() as u64 - 1);
        shown.range(..=last).next_back().is_some_and(|(_, &end)| end >= evidence.line)
    }

    fn show(&mut self, finding: &Unresolved) {
        let Some(evidence) = finding.finding.group.evidence.first() else { return };
        let (mut first, mut last) = lines_shown(evidence);
        let shown = self.shown.entry(file(finding).to_string()).or_default();
        while let Some((&start, &end)) = shown.range(..=last).next_back()
            && end >= first
        {
            (first, last) = (first.min(start), last.max(end));
            shown.remove(&start);
        }
        shown.insert(first, last);
    }

    fn add(&mut self, finding: &Unresolved) {
        *self.of_file.entry(file(finding).to_string()).or_default() += 1;
        *self.of_kind.entry(kind(finding)).or_default() += 1;
        self.show(finding);
    }
}

fn file(finding: &Unresolved) -> &str {
    finding.finding.group.evidence.first().map_or("", |it| &*it.file)
}

/// Level and first words; marks are none. Two words before a mark are enough: `Error loading <path>`.
fn kind(finding: &Unresolved) -> (Level, String) {
    let mut words = Vec::with_capacity(WORDS);
    let mut rest = finding.finding.template.as_str();
    while let Some(start) = rest.find(|c: char| c.is_alphabetic())
        && words.len() < WORDS
        && !(words.len() + 1 == WORDS && rest[..start].contains('<'))
    {
        let of_mark = rest[..start].ends_with('<');
        let word = &rest[start..];
        let length = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
        if !(of_mark && word[length..].starts_with('>')) {
            words.push(&word[..length]);
        }
        rest = &word[length..];
    }
    (finding.finding.level, words.join(" "))
}

/// Messages that begin with so many words in common are of one kind.
const WORDS: usize = 3;

#[cfg(test)]
mod tests {
    use crate::diagnosis::sample::{diagnosis, evidence, group, unknown};
    use crate::finding::Level;

    /// Findings as (file, template); expected is the order of the templates.
    #[track_caller]
    fn check(findings: Vec<(&str, Level, String)>, first: usize, expected: &[&str]) {
        let unknown = findings
            .iter()
            .map(|(file, level, template)| unknown(*level, template, group(1, vec![evidence(file, 1, template)])));
        let diagnosis = diagnosis(Vec::new(), unknown.collect());
        assert_eq!(diagnosis.unresolved.len(), findings.len(), "none is lost");
        let scores: Vec<f64> = diagnosis.unresolved.iter().map(|it| it.score).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        let shown: Vec<&str> = diagnosis.unresolved.iter().take(first).map(|it| &*it.finding.template).collect();
        for expected in expected {
            assert!(shown.contains(expected), "{expected} is not in {shown:?}");
        }
    }

    #[test]
    fn a_loud_file_does_not_hide_the_only_error_of_another() {
        let names = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"];
        let loud = names.iter().flat_map(|a| names.iter().map(move |b| format!("{a} {b} is gone")));
        let mut findings: Vec<_> = loud.map(|it| ("loud.log", Level::Fatal, it)).collect();
        findings.push(("quiet.log", Level::Warn, "the root of it all".into()));
        check(findings, 20, &["the root of it all"]);
    }

    #[test]
    fn a_kind_is_the_first_words_that_are_none_of_the_marks() {
        let kind = |template: &str| {
            let finding = unknown(Level::Error, template, group(1, Vec::new()));
            super::kind(&diagnosis(Vec::new(), vec![finding]).unresolved[0]).1
        };
        assert_eq!(kind("ciod: LOGIN chdir(<path>) failed"), "ciod LOGIN chdir");
        assert_eq!(kind("Error loading <path>: too big"), "Error loading");
        assert_eq!(kind("<n> of <path>: it is gone"), "of it is");
        assert_eq!(kind("<n>"), "");
    }

    #[test]
    fn what_is_shown_with_another_makes_room() {
        let beside = (0..5).map(|line| {
            let template = format!("{} part of it broke", ["first", "second", "third", "fourth", "fifth"][line]);
            unknown(Level::Error, &template, group(1, vec![evidence("a.log", 100 + line as u64, &template)]))
        });
        let mut findings: Vec<_> = beside.collect();
        findings.push(unknown(Level::Error, "far away", group(9, vec![evidence("a.log", 900, "far away")])));
        for finding in &mut findings {
            finding.leveled = false;
        }
        let templates: Vec<_> =
            diagnosis(Vec::new(), findings).unresolved.into_iter().map(|it| it.finding.template).collect();
        // Two of them are shown with others.
        assert_eq!(templates[3], "far away", "{templates:?}");
    }

    #[test]
    fn one_message_in_many_wordings_does_not_hide_another_of_its_file() {
        let wordings = (b'a'..b'k').map(|end| format!("cannot open file {}", end as char));
        let mut findings: Vec<_> = wordings.map(|it| ("a.log", Level::Fatal, it)).collect();
        findings.push(("a.log", Level::Error, "the root of it all".into()));
        check(findings, 5, &["the root of it all"]);
    }
}
