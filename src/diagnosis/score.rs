use super::fair::fair_order;
use super::{Known, Unresolved};
use crate::finding::{Group, Level, UnknownGroup};
use crate::signature::Severity;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Ranks the errors that no signature claims: the likeliest root first.
///
/// The score is a sum between 0 and 1:
///
/// | what holds                                                                     |                    adds |
/// |--------------------------------------------------------------------------------|-------------------------|
/// | level fatal / error / warn / other                                             | 0.45 / 0.35 / 0.15 / 0  |
/// | rarity: an error seen once says more than one in every second                  | 0.20 / (1 + ln count)   |
/// | it has an error code (of a warning, it is often just the number of a message)  | 0.15 (0.05)             |
/// | it names an exception or has a stack trace                                     |                    0.10 |
/// | it is the first error in the last 200 lines before a fatal one                 |                    0.10 |
/// | it is the first rare error in the 12 hours before a message begins to repeat   |                    0.10 |
/// | its record has no time: state of something, rather than an event               |                  - 0.05 |
/// | its message has neither a letter nor a digit: a line of stars                  |                  - 0.30 |
/// | it only reports that something else failed ("exited with", "see above")        |                  - 0.25 |
///
/// `fair.rs` then sees to it that the first ones are not all of one kind or one file.
pub(super) fn unresolved(unknown: Vec<UnknownGroup>, known: &[Known]) -> Vec<Unresolved> {
    let fatal = fatal_lines(&unknown, known);
    let before_fatal = first_before_fatal(&unknown, &fatal);
    let before_burst = first_before_burst(&unknown);
    let scored = unknown.into_iter().enumerate().map(|(index, finding)| {
        let (score, reasons) = score(&finding, before_fatal.contains(&index), before_burst.contains(&index));
        Unresolved { id: id(&finding.template), score, reasons, finding }
    });
    fair_order(scored.collect())
}

/// First 64 bits of the template's SHA-256: independent of the counting, so the same on every machine.
fn id(template: &str) -> String {
    Sha256::digest(template.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn score(finding: &UnknownGroup, first_before_fatal: bool, first_before_burst: bool) -> (f64, Vec<String>) {
    let count = finding.group.count.max(1);
    let mut score: f64 = match finding.level {
        Level::Fatal => 0.45,
        Level::Error => 0.35,
        Level::Warn => 0.15,
        Level::Info | Level::Debug | Level::Trace => 0.0,
    };
    let mut reasons = vec![format!("level {}", finding.level.name())];
    score += 0.20 / (1.0 + (count as f64).ln());
    match count {
        1 => reasons.push("seen once".into()),
        2..=5 => reasons.push(format!("rare: {count} times")),
        _ => {}
    }
    if !finding.codes.is_empty() {
        score += if finding.level >= Level::Error { 0.15 } else { 0.05 };
        reasons.push("has an error code".into());
    }
    if has_exception(finding) {
        score += 0.10;
        reasons.push("names an exception or has a stack trace".into());
    }
    if first_before_fatal {
        score += 0.10;
        reasons.push("first error before a fatal one".into());
    }
    if first_before_burst {
        score += 0.10;
        reasons.push("first rare error before another begins to repeat".into());
    }
    if finding.group.first_time.is_none() {
        score -= 0.05;
    }
    if !finding.template.contains(char::is_alphanumeric) {
        score -= 0.30;
        reasons.push("has no words".into());
    }
    if is_consequence(&finding.template) {
        score -= 0.25;
        reasons.push("only reports that something else failed".into());
    }
    let files = finding.group.files.len();
    if files > 1 {
        reasons.push(format!("in {files} files"));
    }
    // Three digits: the logarithm's last bits may differ between platforms, and nobody reads more.
    ((score.clamp(0.0, 1.0) * 1000.0).round() / 1000.0, reasons)
}

fn has_exception(finding: &UnknownGroup) -> bool {
    const MARKS: [&str; 6] = ["Exception", "Traceback (most recent", "\n  at ", "\n\tat ", "\n   at ", "panicked at"];
    let text = finding.group.evidence.first().map_or(finding.template.as_str(), |it| it.text.as_str());
    MARKS.iter().any(|mark| text.contains(mark))
}

/// Whether the message says that something failed and leaves the reason to another message.
fn is_consequence(template: &str) -> bool {
    const PHRASES: [&str; 24] = [
        "command failed",
        "exited with",
        "exit code",
        "exit status",
        "main process exited",
        "failed with result",
        "see above",
        "see the log",
        "see log",
        "see details",
        "previous error",
        "error(s) occurred",
        "giving up",
        "job failed",
        "task failed",
        "job has failed",
        "completed with error",
        "finished with",
        "with state [failed",
        "with status [failed",
        "result: [failed",
        "cannot start because",
        "skipped because",
        "failed tasks:",
    ];
    let template = template.to_ascii_lowercase();
    PHRASES.iter().any(|phrase| template.contains(phrase))
}

/// For each message that repeats the first rare error in the hours before it began.
///
/// Times are compared across files, since the loud part of a failure is often in another program's log; a time whose
/// date was assumed is compared only with its like.
fn first_before_burst(unknown: &[UnknownGroup]) -> BTreeSet<usize> {
    const NEAR: i64 = 12 * 3600 * 1_000_000_000;
    const RARE: u64 = 3;
    const REPEATS: u64 = 10;
    let began = |finding: &UnknownGroup| finding.group.first_time.map(|time| (time.assumed(), time.instant()));
    let is_rare_error =
        |it: &UnknownGroup| it.level >= Level::Error && it.group.count <= RARE && !is_consequence(&it.template);
    let rare = unknown.iter().enumerate().filter(|(_, it)| is_rare_error(it));
    let rare: BTreeSet<(bool, i64, &str, usize)> = rare
        .filter_map(|(index, it)| began(it).map(|(assumed, time)| (assumed, time, it.template.as_str(), index)))
        .collect();
    let bursts = unknown.iter().filter(|it| it.group.count >= REPEATS).filter_map(began);
    let first = bursts.filter_map(|(assumed, time)| {
        let near = (assumed, time.saturating_sub(NEAR), "", 0)..(assumed, time, "", 0);
        rare.range(near).next().map(|&(.., index)| index)
    });
    first.collect()
}

/// Lines at which something broke for good, by file.
fn fatal_lines(unknown: &[UnknownGroup], known: &[Known]) -> BTreeMap<String, BTreeSet<u64>> {
    let unknown = unknown.iter().filter(|it| it.level == Level::Fatal).map(|it| &it.group);
    let known = known.iter().filter(|it| it.signature.severity == Severity::Critical).map(|it| &it.group);
    let mut lines: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for evidence in unknown.chain(known).flat_map(|group: &Group| &group.evidence) {
        lines.entry(evidence.file.to_string()).or_default().insert(evidence.line);
    }
    lines
}

/// For each fatal line the first group that has an error within the 200 lines before it.
fn first_before_fatal(unknown: &[UnknownGroup], fatal: &BTreeMap<String, BTreeSet<u64>>) -> BTreeSet<usize> {
    const NEAR: u64 = 200;
    let mut first: BTreeMap<(&str, u64), (u64, usize)> = BTreeMap::new();
    for (index, finding) in unknown.iter().enumerate().filter(|(_, it)| it.level == Level::Error) {
        for evidence in &finding.group.evidence {
            let Some(lines) = fatal.get(&*evidence.file) else { continue };
            let after = evidence.line.saturating_add(1)..=evidence.line.saturating_add(NEAR);
            for &line in lines.range(after) {
                let best = first.entry((&evidence.file, line)).or_insert((evidence.line, index));
                *best = (*best).min((evidence.line, index));
            }
        }
    }
    first.into_values().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use crate::diagnosis::sample::{at, diagnosis, evidence, group, signature, unknown};
    use crate::finding::{Level, UnknownGroup};
    use crate::signature::Severity;
    use proptest::prelude::*;

    fn finding(level: Level, count: u64, text: &str) -> UnknownGroup {
        unknown(level, text, group(count, vec![evidence("a.log", 100, text)]))
    }

    /// The findings must come out in the order given here, whatever the order they came in.
    #[track_caller]
    fn check(findings: Vec<UnknownGroup>) {
        let expected: Vec<String> = findings.iter().map(|it| it.template.clone()).collect();
        let reversed: Vec<_> = findings.iter().rev().cloned().collect();
        for findings in [findings, reversed] {
            let diagnosis = diagnosis(Vec::new(), findings);
            assert_eq!(
                diagnosis.unresolved.iter().map(|it| &it.finding.template).collect::<Vec<_>>(),
                expected.iter().collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_worse_level_and_a_rarer_message_come_first() {
        check(vec![
            finding(Level::Fatal, 1, "the end"),
            finding(Level::Error, 1, "once"),
            finding(Level::Error, 40, "often"),
            finding(Level::Warn, 1, "hm"),
        ]);
    }

    #[test]
    fn equal_scores_are_ordered_by_template() {
        check(vec![finding(Level::Error, 1, "a"), finding(Level::Error, 1, "b")]);
    }

    #[test]
    fn what_only_reports_a_failure_comes_after_what_failed() {
        check(vec![finding(Level::Error, 9, "disk is full"), finding(Level::Error, 1, "backup exited with code 1")]);
    }

    #[test]
    fn a_code_or_an_exception_says_more_than_a_bare_message() {
        let with_code = UnknownGroup { codes: vec!["0x80070005".into()], ..finding(Level::Error, 1, "b broke down") };
        let with_trace = finding(Level::Error, 1, "c broke down\n\tat d.E.f(E.java:1)");
        check(vec![with_code, with_trace, finding(Level::Error, 1, "a broke down")]);
    }

    #[test]
    fn the_first_error_before_a_fatal_one_is_lifted() {
        let early = unknown(Level::Error, "z came first", group(1, vec![evidence("a.log", 50, "z came first")]));
        let late = unknown(Level::Error, "a came second", group(1, vec![evidence("a.log", 60, "a came second")]));
        let elsewhere = unknown(Level::Error, "b other file", group(1, vec![evidence("b.log", 50, "b other file")]));
        check(vec![finding(Level::Fatal, 1, "the end"), early, elsewhere, late]);
    }

    #[test]
    fn the_first_rare_error_before_a_flood_is_lifted() {
        let seen = |template: &str, count, second: i64| {
            let group = group(count, vec![evidence("a.log", 5, template)]);
            unknown(Level::Error, template, crate::finding::Group { first_time: Some(at(second)), ..group })
        };
        check(vec![
            seen("the ledger is sealed", 1, 100),
            seen("a later accident happened", 1, 200),
            seen("the flood has begun", 500, 150),
        ]);
        // A day later is no consequence.
        check(vec![
            seen("a later accident happened", 1, 200),
            seen("the ledger is sealed", 1, 100),
            seen("the flood has begun", 500, 90_000),
        ]);
    }

    #[test]
    fn a_line_of_stars_says_nothing() {
        check(vec![finding(Level::Warn, 9, "a disk alarm is set"), finding(Level::Warn, 1, "****")]);
    }

    #[test]
    fn a_critical_known_problem_counts_as_fatal() {
        let known = (signature("a/b/c", Severity::Critical), group(1, vec![evidence("a.log", 120, "x")]));
        let diagnosis = diagnosis(vec![known], vec![finding(Level::Error, 1, "before")]);
        assert!(diagnosis.unresolved[0].reasons.contains(&"first error before a fatal one".to_string()));
    }

    #[test]
    fn the_id_depends_on_the_template_only() {
        let one = diagnosis(Vec::new(), vec![finding(Level::Error, 1, "a <n>")]);
        let other = diagnosis(Vec::new(), vec![finding(Level::Warn, 7, "b"), finding(Level::Fatal, 3, "a <n>")]);
        assert_eq!(one.unresolved[0].id, other.unresolved[0].id);
        // Tickets refer to it, so it must not change between versions either.
        assert_eq!(one.unresolved[0].id, "519854d7a2917bc7");
    }

    proptest! {
        #[test]
        fn a_score_is_between_0_and_1(template in ".*", count in any::<u64>(), level in 0..6usize) {
            let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
            let diagnosis = diagnosis(Vec::new(), vec![finding(levels[level], count, &template)]);
            prop_assert!((0.0..=1.0).contains(&diagnosis.unresolved[0].score));
        }
    }
}
