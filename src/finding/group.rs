//! What is kept of all records of one signature or template.

use super::evidence::{Evidence, Kept, Place};
use super::{Level, Time};
use crate::bundle::FilePath;
use crate::record::{Chunk, Record};
use crate::signature::Demand;
use std::collections::BTreeMap;

/// What was counted for one signature or template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Records.
    pub count: u64,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// Captures of the first evidence.
    pub captures: BTreeMap<String, String>,
    /// What the signature asks for and stands in the first evidence.
    pub demand: Demand,
    /// The first few in time (then path, then line) order, at most [`Group::EVIDENCE`].
    pub evidence: Vec<Evidence>,
    /// Files it was seen in, in the order of their paths; the first [`Group::FILES`] of them.
    pub files: Vec<FilePath>,
}

/// An error that no signature claims but general ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownGroup {
    /// The message with its varying parts replaced.
    pub template: String,
    /// The worst suspicion seen.
    pub level: Level,
    /// Whether a record of it states its level, as those of services do; the output of commands has none.
    pub leveled: bool,
    /// Error codes found in the first evidence.
    pub codes: Vec<String>,
    /// The general signature that claims the first evidence, by index.
    pub general: Option<usize>,
    /// Counts and evidence.
    pub group: Group,
}

impl Group {
    /// How many pieces of evidence are kept.
    pub const EVIDENCE: usize = 5;
    /// How many files are kept.
    pub const FILES: usize = 20;

    /// Counts a record. Returns whether it became the first evidence, so that what is said of the first must be renewed.
    /// `line` is that of [`Evidence::line`].
    pub(super) fn add(&mut self, file: &FilePath, chunk: &Chunk<'_>, record: &Record<'_>, line: u64) -> bool {
        self.count += 1;
        self.add_time(record.header.time);
        self.add_file(file);
        // In a long log nearly every record ends here: it is later than all evidence, and nothing is copied.
        if self.evidence.get(Group::EVIDENCE - 1).is_some_and(|last| last.is_before(record.header.time, file, line)) {
            return false;
        }
        self.add_early(file, chunk, record, line)
    }

    /// From when on records further on in a file need only be counted: the instant, and whether those without a time are.
    pub(super) fn enough(&self, file: &FilePath) -> Option<(i64, bool)> {
        let last = self.evidence.get(Group::EVIDENCE - 1)?;
        Some(match last.time {
            Some(time) => (time.instant(), true),
            // All with a time come before it.
            None => (i64::MAX, last.file.is_same(file) || last.file < *file),
        })
    }

    /// Counts records of which [`Group::enough`] says that this is enough.
    pub(super) fn count_more(&mut self, count: u64, last_time: Option<Time>) {
        self.count += count;
        // Nothing to do but if the group was dropped and begun again.
        self.first_time = self.first_time.or(last_time);
        if last_time > self.last_time {
            self.last_time = last_time;
        }
    }

    /// Keeps a record that is among the first.
    #[cold]
    fn add_early(&mut self, file: &FilePath, chunk: &Chunk<'_>, record: &Record<'_>, line: u64) -> bool {
        let place = Place::new(file, line, record.header.time);
        let first = self.evidence.first().is_none_or(|first| place <= first.place());
        let kept = if first { Kept::FIRST } else { Kept::FURTHER };
        self.add_evidence(Evidence::of(file, chunk, record, line, kept)) == 0
    }

    /// Adds what another tally has of the same signature or template. Returns whether the first evidence is the other's.
    pub(crate) fn merge(&mut self, other: Group) -> bool {
        let others_first = match (self.evidence.first(), other.evidence.first()) {
            (Some(own), Some(first)) => (first, &other.captures, other.demand) < (own, &self.captures, self.demand),
            (own, _) => own.is_none(),
        };
        if others_first {
            (self.captures, self.demand) = (other.captures, other.demand);
        }
        self.count += other.count;
        self.add_times(other.first_time, other.last_time);
        other.files.iter().for_each(|file| self.add_file(file));
        for evidence in other.evidence {
            self.add_evidence(evidence);
        }
        others_first
    }

    /// See [`Tally::settle_lines`](super::Tally::settle_lines).
    pub(super) fn settle_lines(&mut self, settled: &impl Fn(u64) -> u64) {
        self.evidence.iter_mut().for_each(|evidence| evidence.line = settled(evidence.line));
    }

    fn add_time(&mut self, time: Option<Time>) {
        // Records come in the order of their times, nearly always, so that one comparison does it.
        if time > self.last_time {
            self.last_time = time;
            self.first_time = self.first_time.or(time);
        } else if time.is_some() && time < self.first_time {
            self.first_time = time;
        }
    }

    fn add_times(&mut self, first: Option<Time>, last: Option<Time>) {
        if first.is_some() && (self.first_time.is_none() || first < self.first_time) {
            self.first_time = first;
        }
        if last > self.last_time {
            self.last_time = last;
        }
    }

    fn add_file(&mut self, file: &FilePath) {
        // Nearly always the file of the record before.
        if self.files.last().is_some_and(|own| own.is_same(file)) {
            return;
        }
        if let Err(at) = self.files.binary_search_by(|own| own.cmp(file))
            && at < Group::FILES
        {
            self.files.insert(at, file.clone());
            self.files.truncate(Group::FILES);
        }
    }

    /// Puts it in its place and returns that, which may be behind the last one kept.
    fn add_evidence(&mut self, evidence: Evidence) -> usize {
        let at = self.evidence.partition_point(|own| *own <= evidence);
        if at < Group::EVIDENCE {
            self.evidence.insert(at, evidence);
            self.evidence.truncate(Group::EVIDENCE);
            // The one that was the first here, or this one, which may have been the first elsewhere.
            if let Some(further) = self.evidence.get_mut(at.max(1)) {
                further.shorten();
            }
        }
        at
    }
}

impl UnknownGroup {
    /// Adds what another tally has of the same template.
    pub(super) fn merge(&mut self, other: UnknownGroup) {
        self.level = self.level.max(other.level);
        self.leveled |= other.leveled;
        if self.group.merge(other.group) {
            (self.codes, self.general) = (other.codes, other.general);
            self.template = other.template;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_evidence_keeps_a_long_text_wherever_it_came_from() {
        let evidence = |line| Evidence {
            file: "a.log".into(),
            line,
            offset: line,
            time: None,
            text: "x".repeat(Evidence::TEXT),
            before: Vec::new(),
            after: Vec::new(),
        };
        let one = |line| Group { count: 1, evidence: vec![evidence(line)], ..Group::default() };
        let mut group = Group::default();
        [3, 1, 5, 2, 4, 6].into_iter().for_each(|line| _ = group.merge(one(line)));
        let lengths: Vec<_> = group.evidence.iter().map(|it| (it.line, it.text.len())).collect();
        let short = Evidence::FURTHER_TEXT;
        assert_eq!(lengths, [(1, Evidence::TEXT), (2, short), (3, short), (4, short), (5, short)]);
    }
}
