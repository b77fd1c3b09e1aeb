use super::Known;
use super::endings::{Closeness, Endings};
use super::nature::Nature;
use super::novelty::Novelty;
use crate::finding::{Evidence, Group, Level, UnknownGroup};
use crate::signature::Severity;
use std::collections::{BTreeMap, BTreeSet};

/// Returns how likely each error is the one to look at, between 0 and 1, and why, in words.
///
/// The score is a sum:
///
/// | what holds                                                                     |                    adds |
/// |--------------------------------------------------------------------------------|-------------------------|
/// | level fatal / error / warn / other                                             | 0.45 / 0.35 / 0.15 / 0  |
/// | rarity: an error seen once says more than one in every second                  | 0.20 / (1 + ln count)   |
/// | it has an error code (of a warning, it is often just the number of a message)  | 0.15 (0.05)             |
/// | it names an exception or has a stack trace                                     |                    0.10 |
/// | it says at which line of which file                                            |                    0.08 |
/// | it says why in the words of the operating system                               |                    0.05 |
/// | it begins by saying that it is an error                                        |                    0.05 |
/// | it is the first error in the last 200 lines before a fatal one                 |                    0.10 |
/// | it is the first rare error in the 12 hours before a message begins to repeat   |                    0.10 |
/// | it stands 12 / 40 / 120 lines before a command ends in failure                 |    0.25 / 0.20 / 0.12   |
/// | the same if it is not the first command of the file that does                  |  0.175 / 0.14 / 0.084   |
/// | no command fails in the 400 lines behind it, though one does in its file       |                  - 0.10 |
/// | the baseline does not have it                                                  |                    0.20 |
/// | older parts of its log do not have it                                          |                    0.05 |
/// | it is the status of a command, and nothing above it looks like the cause       |                    0.40 |
/// | the same if it is not the first of the file                                    |                    0.15 |
/// | it is another status shortly after one                                         |                  - 0.15 |
/// | its record has no time: state of something, rather than an event               |                  - 0.05 |
/// | its message has neither a letter nor a digit: a line of stars                  |                  - 0.30 |
/// | it only reports that something else failed ("exited with", "see above")        |                  - 0.35 |
/// | it counts failures and names none                                              |                  - 0.20 |
/// | it tells how to find out more; it is a command, a value of a dump, a heading   |                  - 0.25 |
/// | it is at most a warning and says that something works                          |                  - 0.30 |
/// | it is about a test that passed or was left out; a piece of a stack trace       |                  - 0.35 |
///
/// `fair.rs` then sees to it that the first ones are not all of one kind, one file or one place.
pub(super) fn scores(
    unknown: &[UnknownGroup],
    natures: &[Nature],
    novelties: &[Novelty],
    known: &[Known],
) -> Vec<(f64, Vec<String>)> {
    let fatal = fatal_lines(unknown, known);
    let before_fatal = first_before_fatal(unknown, &fatal);
    let before_burst = first_before_burst(unknown, natures);
    let endings = Endings::of(unknown, natures);
    let mut sums: Vec<Sum> = unknown.iter().zip(natures).map(|(finding, nature)| of_itself(finding, nature)).collect();
    for (sum, novelty) in sums.iter_mut().zip(novelties) {
        sum.add_if(novelty.not_in_baseline, 200, "not in the baseline");
        let parts = novelty.older_parts;
        let which = if parts == 1 { "the older part".to_string() } else { format!("{parts} older parts") };
        sum.add_if(parts > 0, 50, &format!("not in {which} of its log"));
    }
    for (index, sum) in sums.iter_mut().enumerate() {
        sum.add_if(before_fatal.contains(&index), 100, "first error before a fatal one");
        sum.add_if(before_burst.contains(&index), 100, "first rare error before another begins to repeat");
    }
    for ((sum, finding), nature) in sums.iter_mut().zip(unknown).zip(natures) {
        if !nature.is_said_of_another() {
            add_closeness(sum, finding, &endings);
        }
    }
    let causes = causes(unknown, natures, &sums);
    for ((sum, finding), nature) in sums.iter_mut().zip(unknown).zip(natures) {
        if nature.ending {
            add_ending(sum, finding, &endings, &causes);
        }
    }
    sums.into_iter().map(|sum| (sum.thousandths.clamp(0, 1000) as f64 / 1000.0, sum.reasons)).collect()
}

/// A score in the making.
#[derive(Default)]
struct Sum {
    /// Exact, so that sums are the same on every machine.
    thousandths: i64,
    reasons: Vec<String>,
}

impl Sum {
    fn add_if(&mut self, holds: bool, thousandths: i64, reason: &str) {
        if holds {
            self.thousandths += thousandths;
            self.reasons.push(reason.into());
        }
    }
}

/// What an error's message, level and count say.
fn of_itself(finding: &UnknownGroup, nature: &Nature) -> Sum {
    let count = finding.group.count.max(1);
    let of_level = match finding.level {
        Level::Fatal => 450,
        Level::Error => 350,
        Level::Warn => 150,
        Level::Info | Level::Debug | Level::Trace => 0,
    };
    // Three digits: the logarithm's last bits may differ between platforms, and nobody reads more.
    let of_rarity = (200.0 / (1.0 + (count as f64).ln())).round() as i64;
    let mut sum = Sum { thousandths: of_level + of_rarity, reasons: vec![format!("level {}", finding.level.name())] };
    match count {
        1 => sum.reasons.push("seen once".into()),
        2..=5 => sum.reasons.push(format!("rare: {count} times")),
        _ => {}
    }
    let of_code = if finding.level >= Level::Error { 150 } else { 50 };
    sum.add_if(has_code(finding, nature), of_code, "has an error code");
    sum.add_if(nature.exception, 100, "names an exception or has a stack trace");
    sum.add_if(nature.place, 80, "names a line of a file");
    sum.add_if(nature.system_error, 50, "says why in the words of the system");
    sum.add_if(nature.announced, 50, "begins as an error");
    if finding.group.first_time.is_none() {
        sum.thousandths -= 50;
    }
    sum.add_if(nature.wordless, -300, "has no words");
    sum.add_if(nature.consequence, -350, "only reports that something else failed");
    sum.add_if(nature.count, -200, "counts failures and names none");
    sum.add_if(nature.hint, -250, "tells how to find out more");
    sum.add_if(nature.command, -250, "is a command and not what it said");
    sum.add_if(nature.value, -250, "is a value of a dump");
    sum.add_if(nature.heading, -250, "only announces what follows");
    sum.add_if(nature.frame, -350, "is a piece of a stack trace");
    sum.add_if(nature.passed, -350, "is about a test that passed or was left out");
    sum.add_if(nature.well && finding.level <= Level::Warn, -300, "says that something works");
    let files = finding.group.files.len();
    if files > 1 {
        sum.reasons.push(format!("in {files} files"));
    }
    sum
}

/// Whether it has a code that says what went wrong: the status of a command is as good as none.
fn has_code(finding: &UnknownGroup, nature: &Nature) -> bool {
    let is_status = |code: &&String| code.starts_with("exit code") || (nature.ending && code.starts_with("error "));
    !finding.codes.iter().all(|code| is_status(&code))
}

/// What the place before a failing command says.
fn add_closeness(sum: &mut Sum, finding: &UnknownGroup, endings: &Endings<'_>) {
    let Some(evidence) = finding.group.evidence.first() else { return };
    match endings.closeness(&evidence.file, last_line(evidence)) {
        Closeness::None => {}
        // Times tell more of a service's log than places, and services end commands all the time.
        Closeness::Far if evidence.time.is_some() => {}
        Closeness::Far => sum.add_if(true, -100, "no command fails shortly behind it"),
        Closeness::Before(lines, is_first) => {
            let close = match lines {
                ..=12 => 250,
                13..=40 => 200,
                41..=120 => 120,
                _ => return,
            };
            let close = if is_first { close } else { close * 7 / 10 };
            let plural = if lines == 1 { "line" } else { "lines" };
            sum.add_if(true, close, &format!("{lines} {plural} before a command ends in failure"));
        }
    }
}

/// A status is the thing to look at if nothing above it is: what was said last is shown with it.
fn add_ending(sum: &mut Sum, finding: &UnknownGroup, endings: &Endings<'_>, causes: &Causes<'_>) {
    const NEAR: u64 = 15;
    const SAME_COMMAND: u64 = 30;
    let Some(evidence) = finding.group.evidence.first() else { return };
    if endings.follows_another(&evidence.file, evidence.line, SAME_COMMAND) {
        sum.add_if(true, -150, "follows another status");
    } else if evidence.time.is_none() && !causes.is_between(&evidence.file, evidence.line, NEAR) {
        let first = endings.is_first(&evidence.file, evidence.line);
        let lift = if first { 400 } else { 150 };
        sum.add_if(true, lift, "nothing above it looks like the cause, so see the lines before it");
    }
}

/// Last lines of what may be the cause of something, by file.
struct Causes<'f>(BTreeMap<&'f str, BTreeSet<u64>>);

fn causes<'f>(unknown: &'f [UnknownGroup], natures: &[Nature], sums: &[Sum]) -> Causes<'f> {
    const LIKELY: i64 = 300;
    let mut causes: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    for ((finding, nature), sum) in unknown.iter().zip(natures).zip(sums) {
        if nature.is_said_of_another() || sum.thousandths <= LIKELY {
            continue;
        }
        if let Some(evidence) = finding.group.evidence.first() {
            causes.entry(&evidence.file).or_default().insert(last_line(evidence));
        }
    }
    Causes(causes)
}

impl Causes<'_> {
    /// Whether one stands within so many lines before a line.
    fn is_between(&self, file: &str, line: u64, within: u64) -> bool {
        let lines = self.0.get(file);
        lines.is_some_and(|lines| lines.range(line.saturating_sub(within)..=line).next().is_some())
    }
}

fn last_line(evidence: &Evidence) -> u64 {
    let lines = evidence.text.trim_end().split('\n').count() as u64;
    evidence.line.saturating_add(lines).saturating_sub(1)
}

/// For each message that repeats the first rare error in the hours before it began.
///
/// Times are compared across files, since the loud part of a failure is often in another program's log; a time whose
/// date was assumed is compared only with its like.
fn first_before_burst(unknown: &[UnknownGroup], natures: &[Nature]) -> BTreeSet<usize> {
    const NEAR: i64 = 12 * 3600 * 1_000_000_000;
    const RARE: u64 = 3;
    const REPEATS: u64 = 10;
    let began = |finding: &UnknownGroup| finding.group.first_time.map(|time| (time.assumed(), time.instant()));
    let is_rare_error = |it: &UnknownGroup, nature: &Nature| {
        it.level >= Level::Error && it.group.count <= RARE && !nature.is_said_of_another()
    };
    let rare = unknown.iter().zip(natures).enumerate().filter(|(_, (it, nature))| is_rare_error(it, nature));
    let rare: BTreeSet<(bool, i64, &str, usize)> = rare
        .filter_map(|(index, (it, _))| began(it).map(|(assumed, time)| (assumed, time, it.template.as_str(), index)))
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

    /// Findings of the output of commands: line, count, text.
    fn said(line: u64, text: &str) -> UnknownGroup {
        let mut finding = unknown(Level::Error, text, group(1, vec![evidence("build.log", line, text)]));
        finding.leveled = false;
        finding.group.first_time = None;
        finding.group.evidence[0].time = None;
        finding.group.evidence[0].before.clear();
        finding.group.evidence[0].after.clear();
        finding
    }

    #[test]
    fn what_stands_shortly_before_a_failing_command_comes_first() {
        check(vec![
            said(980, "the parser rejected the sheet"),
            said(700, "a mirror was unreachable"),
            said(100, "a cache was unreachable"),
            said(990, "The command \"make\" exited with 2."),
        ]);
    }

    #[test]
    fn a_status_that_nothing_explains_comes_first_with_what_was_said_before() {
        check(vec![said(990, "The command \"lint\" exited with 1."), said(100, "a cache was unreachable")]);
        let finding = said(990, "The command \"lint\" exited with 1.");
        let diagnosis = diagnosis(Vec::new(), vec![finding]);
        let last = diagnosis.unresolved[0].reasons.last().unwrap();
        assert_eq!(last, "nothing above it looks like the cause, so see the lines before it");
    }

    #[test]
    fn counts_hints_commands_and_passed_tests_come_after_failures() {
        check(vec![
            said(70, "the ledger could not be opened"),
            said(60, "There were <n> failures:"),
            said(40, "$ export ON_ERROR=stop"),
            said(50, "For more information about the errors"),
            said(30, "ok <n> - fails if it must"),
        ]);
    }

    #[test]
    fn a_warning_that_something_works_comes_last() {
        let warned = |count, text: &str| finding(Level::Warn, count, text);
        let diagnosis = diagnosis(
            Vec::new(),
            vec![warned(2, "NET24465: external NIC up."), warned(40, "the cache is almost full")],
        );
        let last = diagnosis.unresolved.last().unwrap();
        assert!(last.finding.template.contains("NIC up"), "{:?}", last.finding.template);
        assert!(last.reasons.iter().any(|it| it == "says that something works"), "{:?}", last.reasons);
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
