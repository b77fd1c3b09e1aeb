use super::Unresolved;
use crate::finding::Level;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// Puts the findings in the order of their scores, so that the first ones are not all of one kind or one file.
///
/// A reader looks at the first few. A file with fifty kinds of fatal messages would fill them, and what another file says
/// only once would not be seen; so would one message in fifty wordings. Therefore each finding loses
///
/// | for each finding before it                                   | loses | at most |
/// |--------------------------------------------------------------|-------|---------|
/// | of the same file (that of its first evidence)                |  0.03 |    0.40 |
/// | of the same level with the same first three words            |  0.10 |    0.30 |
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
}

impl Before {
    /// In thousandths.
    fn loss(&self, finding: &Unresolved) -> i64 {
        let of_file = self.of_file.get(file(finding)).copied().unwrap_or(0);
        let of_kind = self.of_kind.get(&kind(finding)).copied().unwrap_or(0);
        (30 * of_file).min(400) + (100 * of_kind).min(300)
    }

    fn add(&mut self, finding: &Unresolved) {
        *self.of_file.entry(file(finding).to_string()).or_default() += 1;
        *self.of_kind.entry(kind(finding)).or_default() += 1;
    }
}

fn file(finding: &Unresolved) -> &str {
    finding.finding.group.evidence.first().map_or("", |it| &*it.file)
}

fn kind(finding: &Unresolved) -> (Level, String) {
    let words = finding.finding.template.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    (finding.finding.level, words)
}

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
    fn one_message_in_many_wordings_does_not_hide_another_of_its_file() {
        let wordings = (b'a'..b'k').map(|end| format!("cannot open file {}", end as char));
        let mut findings: Vec<_> = wordings.map(|it| ("a.log", Level::Fatal, it)).collect();
        findings.push(("a.log", Level::Error, "the root of it all".into()));
        check(findings, 5, &["the root of it all"]);
    }
}
