//! Where commands ended in failure, and what stands before.
//!
//! The output of commands has neither levels nor times that would tell the cause from the rest. But a command that fails
//! says why and ends, so the cause stands shortly before the line that reports its status.

use super::nature::Nature;
use crate::finding::UnknownGroup;
use std::collections::{BTreeMap, BTreeSet};

/// The lines at which commands ended in failure, by file.
#[derive(Debug, Default)]
pub(super) struct Endings<'f> {
    files: BTreeMap<&'f str, BTreeSet<u64>>,
}

/// How a line stands to the endings of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closeness {
    /// So many lines before the next ending; whether that is the first one of the file.
    Before(u64, bool),
    /// The file has endings, but none behind the line, or none for a long time.
    Far,
    /// The file has none.
    None,
}

impl<'f> Endings<'f> {
    /// An error that work went on after for more lines has not ended it.
    pub(super) const FAR: u64 = 400;

    pub(super) fn of(findings: &'f [UnknownGroup], natures: &[Nature]) -> Endings<'f> {
        let mut endings = Endings::default();
        for (finding, _) in findings.iter().zip(natures).filter(|(_, nature)| nature.ending) {
            for evidence in &finding.group.evidence {
                endings.files.entry(&evidence.file).or_default().insert(evidence.line);
            }
        }
        endings
    }

    /// How a record stands to the endings that ends with this line.
    pub(super) fn closeness(&self, file: &str, line: u64) -> Closeness {
        let Some(lines) = self.files.get(file) else { return Closeness::None };
        match lines.range(line.saturating_add(1)..=line.saturating_add(Endings::FAR)).next() {
            Some(&next) => Closeness::Before(next - line, lines.first() == Some(&next)),
            None => Closeness::Far,
        }
    }

    /// Whether another ending stands within so many lines before this line.
    pub(super) fn follows_another(&self, file: &str, line: u64, within: u64) -> bool {
        let lines = self.files.get(file);
        lines.is_some_and(|lines| lines.range(line.saturating_sub(within)..line).next().is_some())
    }

    /// Whether it is the first of its file.
    pub(super) fn is_first(&self, file: &str, line: u64) -> bool {
        self.files.get(file).and_then(BTreeSet::first) == Some(&line)
    }
}
