//! What a pass counts of every record, worth keeping or not.

use crate::record::{Chunk, Level, Record, Time};

/// What a pass over one chunk counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines.
    pub lines: u64,
    /// Records.
    pub records: u64,
    /// Records whose year or date had to be assumed.
    pub assumed_times: u64,
    /// Earliest time. A time whose year or date was assumed counts only if no record states a whole one.
    pub first_time: Option<Time>,
    /// Latest time, with the same rule.
    pub last_time: Option<Time>,
    /// Records by level, indexed by `Level as usize`; those without level are not in it.
    pub levels: [u64; 6],
}

impl Counts {
    /// Counts the lines of a chunk. A last one without line end counts if the file ends there; in the middle of a very
    /// long line it is the next chunk's.
    pub(super) fn of_lines(chunk: &Chunk<'_>) -> Counts {
        let ends = memchr::memchr_iter(b'\n', chunk.text()).count();
        Counts { lines: ends as u64 + Counts::unfinished_line(chunk), ..Counts::default() }
    }

    /// 1 if the file ends in the chunk without a line end, else 0.
    pub(super) fn unfinished_line(chunk: &Chunk<'_>) -> u64 {
        let last_of_file = chunk.end >= chunk.buffer.len();
        u64::from(last_of_file && chunk.text().last().is_some_and(|&byte| byte != b'\n'))
    }

    pub(super) fn add_record(&mut self, record: &Record<'_>) {
        self.records += 1;
        if let Some(level) = record.header.level
            && let Some(count) = self.levels.get_mut(level_index(level))
        {
            *count += 1;
        }
        if let Some(time) = record.header.time {
            self.assumed_times += u64::from(time.assumed());
            // Nearly every time lies between the first and the last.
            let earlier = self
                .first_time
                .is_none_or(|first| (time.assumed(), time.instant()) <= (first.assumed(), first.instant()));
            let later = self
                .last_time
                .is_none_or(|last| (!time.assumed(), time.instant()) >= (!last.assumed(), last.instant()));
            if earlier || later {
                self.add_times(Some(time), Some(time));
            }
        }
    }

    /// Adds what another chunk or file counted.
    pub fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.records += other.records;
        self.assumed_times += other.assumed_times;
        self.add_times(other.first_time, other.last_time);
        self.levels.iter_mut().zip(other.levels).for_each(|(count, more)| *count += more);
    }

    /// Stated times come before assumed ones, whose year or date may be wrong.
    fn add_times(&mut self, first: Option<Time>, last: Option<Time>) {
        self.first_time = match (self.first_time, first) {
            (Some(known), Some(time)) if (time.assumed(), time) >= (known.assumed(), known) => Some(known),
            (known, time) => time.or(known),
        };
        self.last_time = match (self.last_time, last) {
            (Some(known), Some(time)) if (!time.assumed(), time) <= (!known.assumed(), known) => Some(known),
            (known, time) => time.or(known),
        };
    }
}

fn level_index(level: Level) -> usize {
    level as usize
}
