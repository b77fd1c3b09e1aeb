//! When computers and services started, bounded.

use super::Time;
use super::facts::Facts;
use crate::bundle::FilePath;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A record that says that something has started.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    /// When.
    pub time: Time,
    /// Path as people read it.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u64,
    /// What has started, at most [`Facts::LONGEST`] bytes.
    pub what: String,
}

/// The latest starts. Which ones are kept does not depend on the order in which they come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    kept: BTreeSet<Start>,
    /// Starts that found no room.
    pub overflow: u64,
}

impl Starts {
    /// Starts that are kept: those nearest to the end of the logs, where the trouble is.
    pub const MOST: usize = 256;

    /// Returns those that are kept, by time.
    pub fn all(&self) -> impl Iterator<Item = &Start> {
        self.kept.iter()
    }

    /// Adds a start. One without a time has no place among the others.
    pub(crate) fn add(&mut self, time: Option<Time>, file: &FilePath, line: u64, what: &[u8]) {
        let Some(time) = time else { return };
        let what = String::from_utf8_lossy(what.get(..Facts::LONGEST).unwrap_or(what));
        let what = what.trim().trim_end_matches(char::REPLACEMENT_CHARACTER);
        if !what.is_empty() {
            self.put(Start { time, file: Arc::clone(file.as_arc()), line, what: what.to_owned() });
        }
    }

    /// Adds what another piece or file has.
    pub(super) fn merge(&mut self, other: Starts) {
        self.overflow += other.overflow;
        other.kept.into_iter().for_each(|start| self.put(start));
    }

    /// See [`Tally::settle_lines`](super::Tally::settle_lines).
    pub(super) fn settle_lines(&mut self, settled: &impl Fn(u64) -> u64) {
        let kept = std::mem::take(&mut self.kept).into_iter();
        self.kept = kept.map(|start| Start { line: settled(start.line), ..start }).collect();
    }

    fn put(&mut self, start: Start) {
        // The same line is never taken twice, but files of one name in an archive may be equal.
        if !self.kept.insert(start) {
            self.overflow += 1;
        }
        if self.kept.len() > Starts::MOST {
            self.kept.pop_first();
            self.overflow += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn starts(seconds: &[i64]) -> Starts {
        let mut starts = Starts::default();
        for (line, second) in (1..).zip(seconds) {
            starts.add(Some(Time::new(second * 1_000_000_000, None)), &"a.log".into(), line, b" sshd\xff");
        }
        starts
    }

    proptest! {
        #[test]
        fn the_latest_are_kept_in_any_order(seconds in proptest::collection::vec(0..9_000_i64, 0..600), cut in 0..600_usize) {
            let whole = starts(&seconds);
            let lines: Vec<Start> = (1..).zip(&seconds).map(|(line, second)| Start {
                time: Time::new(second * 1_000_000_000, None), file: "a.log".into(), line, what: "sshd".into(),
            }).collect();
            let (front, back) = lines.split_at(cut.min(lines.len()));
            let mut merged = Starts::default();
            for part in [back, front] {
                let mut starts = Starts::default();
                part.iter().for_each(|start| starts.put(start.clone()));
                merged.merge(starts);
            }
            prop_assert_eq!(&merged, &whole);
            let mut sorted = lines.clone();
            sorted.sort();
            let latest = &sorted[sorted.len().saturating_sub(Starts::MOST)..];
            prop_assert!(whole.all().eq(latest));
            prop_assert_eq!(whole.overflow as usize + latest.len(), lines.len());
        }
    }

    #[test]
    fn what_has_no_time_or_no_name_is_none() {
        let mut starts = Starts::default();
        starts.add(None, &"a.log".into(), 1, b"sshd");
        starts.add(Some(Time::new(0, None)), &"a.log".into(), 1, b" ");
        assert_eq!(starts, Starts::default());
    }
}
