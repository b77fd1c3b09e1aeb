//! What is new: other bundles do not have it, or older parts of the same log do not.

use crate::bundle::FilePath;
use crate::finding::{Group, Source, UnknownGroup};
use std::collections::BTreeMap;

/// The parts of each log that were read, from the oldest to the newest.
#[derive(Debug, Default)]
pub(super) struct Logs {
    parts: BTreeMap<String, Vec<FilePath>>,
}

impl Logs {
    pub(super) fn of(sources: &[Source]) -> Logs {
        let mut logs = Logs::default();
        for source in sources {
            let path = FilePath::from(source.file.clone());
            logs.parts.entry(path.log().to_string()).or_default().push(path);
        }
        logs.parts.values_mut().for_each(|parts| parts.sort());
        logs
    }
}

/// What is known of an error in comparison with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Novelty {
    /// There is a baseline, which does not have it.
    pub(super) not_in_baseline: bool,
    /// Older parts of its log, none of which has it.
    pub(super) older_parts: usize,
}

impl Novelty {
    pub(super) fn of(finding: &UnknownGroup, logs: &Logs, not_in_baseline: bool) -> Novelty {
        Novelty { not_in_baseline, older_parts: older_parts(&finding.group, logs) }
    }
}

fn older_parts(group: &Group, logs: &Logs) -> usize {
    // The files are in the order of their logs, and the parts of a log from the oldest on.
    let Some(oldest) = group.files.first() else { return 0 };
    let of_one_log = group.files.len() < Group::FILES && group.files.iter().all(|file| file.log() == oldest.log());
    let parts = logs.parts.get(oldest.log()).filter(|_| of_one_log);
    parts.map_or(0, |parts| parts.iter().take_while(|part| *part < oldest).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::sample::{evidence, group, source, unknown};
    use crate::finding::Level;

    #[track_caller]
    fn check(files: &[&str], expected: usize) {
        let sources: Vec<_> =
            ["x.log.2.gz", "x.log.1", "x.log", "other.log"].iter().map(|file| source(file, None, &[0, 9])).collect();
        let evidence = files.iter().map(|file| evidence(file, 1, "it failed")).collect();
        let finding = unknown(Level::Error, "it failed", group(1, evidence));
        assert_eq!(Novelty::of(&finding, &Logs::of(&sources), false).older_parts, expected, "{files:?}");
    }

    #[test]
    fn what_older_parts_of_a_log_do_not_have_is_new() {
        check(&["x.log"], 2);
        check(&["x.log.1"], 1);
        check(&["x.log.1", "x.log"], 1);
        check(&["x.log.2.gz", "x.log"], 0);
        check(&["other.log"], 0);
        check(&["x.log", "other.log"], 0);
        check(&["unseen.log"], 0);
    }
}
