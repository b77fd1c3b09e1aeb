//! When the records of each file were written.

use super::Time;
use super::origin::Origin;
use crate::scan::{Histogram, Timeline};
use std::cmp::Reverse;
use std::sync::Arc;

/// When the records of one file were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path as people read it.
    pub file: Arc<str>,
    /// Its last change, in seconds since 1970 UTC.
    pub modified: Option<i64>,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// What its first lines tell.
    pub origin: Origin,
    /// Its times in file order.
    pub timeline: Timeline,
}

/// Files that have records with times.
///
/// The [`Sources::MOST`] with the most such records are kept; of the others what is needed for the timeline of all. Which
/// ones are kept does not depend on the order in which files come.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    kept: Vec<Source>,
    others: Others,
}

/// What is known of the files that are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// How many they are.
    pub files: u64,
    /// Their records whose time has a zone, by UTC.
    pub stated: Histogram,
    /// Their records whose time has none, by the clocks that the logs show.
    pub shown: Histogram,
}

impl Sources {
    /// Files that are kept.
    pub const MOST: usize = 1000;
    /// So many more may gather until the least are dropped together.
    const SLACK: usize = Sources::MOST / 4;

    /// Adds a file, if it has a record with a time.
    pub fn add(&mut self, source: Source) {
        if source.timeline.ends.is_some() {
            self.kept.push(source);
            self.drop_least(Sources::MOST + Sources::SLACK);
        }
    }

    /// Adds what others are.
    pub fn merge(&mut self, other: Sources) {
        self.kept.extend(other.kept);
        self.others.add(other.others);
        self.drop_least(Sources::MOST + Sources::SLACK);
    }

    /// Returns the files that are kept, by path, and what is known of the others.
    pub fn finish(mut self) -> (Vec<Source>, Others) {
        self.drop_least(Sources::MOST);
        self.kept.sort_by(|a, b| a.file.cmp(&b.file).then_with(|| rank(a).cmp(&rank(b))));
        (self.kept, self.others)
    }

    fn drop_least(&mut self, most: usize) {
        if self.kept.len() <= most {
            return;
        }
        self.kept.sort_by(|a, b| rank(a).cmp(&rank(b)));
        for Source { timeline, .. } in self.kept.drain(Sources::MOST..) {
            self.others.add(Others { files: 1, stated: timeline.stated, shown: timeline.shown });
        }
    }
}

impl Others {
    fn add(&mut self, other: Others) {
        self.files += other.files;
        self.stated.merge(other.stated);
        self.shown.merge(other.shown);
    }
}

/// Orders files from the first to be kept. Files of one archive may have the same name.
fn rank(source: &Source) -> (Reverse<u64>, &str, Option<Time>, Option<Time>, Option<i64>) {
    (Reverse(source.timeline.dated()), &source.file, source.first_time, source.last_time, source.modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(number: usize) -> Source {
        let time = Time::new(1_767_323_045_000_000_000 + number as i64 * 1_000_000_000, None);
        let mut timeline = Timeline { ends: Some((time, time)), ..Timeline::default() };
        let mut levels = [0; 7];
        levels[2] = (number % 7 + 1) as u64;
        timeline.shown.add(time.instant() / 1_000_000_000, &levels);
        let file = format!("{number:05}.log").into();
        Source {
            file,
            modified: None,
            first_time: Some(time),
            last_time: Some(time),
            origin: Origin::default(),
            timeline,
        }
    }

    #[test]
    fn which_files_are_kept_does_not_depend_on_their_order() {
        let count = Sources::MOST * 3;
        let add = |numbers: &mut dyn Iterator<Item = usize>| {
            let mut sources = Sources::default();
            numbers.for_each(|number| sources.add(source(number)));
            sources
        };
        let expected = add(&mut (0..count)).finish();
        assert_eq!(expected.0.len(), Sources::MOST);
        assert_eq!(expected.1.files, (count - Sources::MOST) as u64);
        assert!(add(&mut (0..count).rev()).finish() == expected);
        let mut merged = add(&mut (0..count).filter(|it| it % 3 == 0));
        merged.merge(add(&mut (0..count).filter(|it| it % 3 != 0)));
        assert!(merged.finish() == expected);
    }

    #[test]
    fn a_file_without_times_is_no_source() {
        let mut sources = Sources::default();
        sources.add(Source { timeline: Timeline::default(), ..source(1) });
        assert!(sources.finish().0.is_empty());
    }
}
