//! Which lines around an error are shown with it.
//!
//! In the log of a service a record says what it has to say, and its neighbours are often of somebody else. In the output of
//! a command a failure is several lines: a headline, what was expected, the source line with a caret. They stand together
//! until a blank line.

use super::nature::{Nature, is_of_passed_test};
use crate::finding::{Evidence, UnknownGroup, visible};

/// Lines on each side of a record that states its time and level.
const OF_SERVICE: usize = 1;

/// Lines before a status that nothing else explains: the last thing that the command said.
const BEFORE_STATUS: usize = 10;

/// Leaves the lines of context of the first evidence that belong to it; of the others the nearest three stay.
pub(super) fn trim_context(finding: &mut UnknownGroup, nature: &Nature) {
    let of_service = finding.leveled && finding.group.first_time.is_some();
    let Some(evidence) = finding.group.evidence.first_mut() else { return };
    let (before, after) = match () {
        () if of_service => (OF_SERVICE, OF_SERVICE),
        () if nature.ending => (BEFORE_STATUS, 0),
        () => (Evidence::CONTEXT, run_length(&evidence.after).max(Evidence::CONTEXT)),
    };
    evidence.before.drain(..evidence.before.len().saturating_sub(before));
    evidence.after.truncate(after);
}

/// How many of the lines stand together with what is before them.
fn run_length(lines: &[String]) -> usize {
    let belongs = |line: &&String| {
        let line = visible(line);
        !line.trim().is_empty() && !is_of_passed_test(&line)
    };
    lines.iter().take_while(belongs).count()
}

/// Leaves the nearest lines of context, as of a problem whose signature says what matters.
pub(in crate::diagnosis) fn trim_to_nearest(evidence: &mut Evidence) {
    evidence.before.drain(..evidence.before.len().saturating_sub(Evidence::CONTEXT));
    evidence.after.truncate(Evidence::CONTEXT);
}

/// The first and the last line that are shown with an evidence.
pub(super) fn lines_shown(evidence: &Evidence) -> (u64, u64) {
    let first = evidence.line.saturating_sub(evidence.before.len() as u64).max(1);
    let lines = evidence.text.trim_end().split('\n').count() + evidence.after.len();
    (first, evidence.line.saturating_add(lines as u64).saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{evidence, group, unknown};
    use crate::finding::Level;

    fn lines(text: &str) -> Vec<String> {
        text.split_terminator('\n').map(str::to_string).collect()
    }

    #[track_caller]
    fn check(leveled: bool, ending: bool, after: &str, expected: (u64, u64)) {
        let mut finding = unknown(Level::Error, "x", group(1, vec![evidence("a.log", 100, "x")]));
        finding.leveled = leveled;
        finding.group.evidence[0].before = lines(&"line\n".repeat(12));
        finding.group.evidence[0].after = lines(after);
        trim_context(&mut finding, &Nature { ending, ..Nature::default() });
        assert_eq!(lines_shown(&finding.group.evidence[0]), expected, "{after:?}");
    }

    #[test]
    fn a_failure_goes_on_until_a_blank_line() {
        check(false, false, "1\n2\n3\n4\n5\n\n7\n", (97, 105));
        check(false, false, "1\n\n3\n4\n5\n", (97, 103));
        check(false, false, "1\n2\n3\n4\nok 5 is fine\n6\n", (97, 104));
        check(false, false, "", (97, 100));
    }

    #[test]
    fn a_status_shows_what_was_said_before_and_a_record_of_a_service_stands_for_itself() {
        check(false, true, "1\n2\n3\n4\n", (90, 100));
        check(true, false, "1\n2\n3\n4\n", (99, 101));
    }
}
