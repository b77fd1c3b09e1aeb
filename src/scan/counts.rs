//! What a pass counts of every record, worth keeping or not.

use crate::record::{Chunk, Level, Time};

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
    pub(super) fn lines_of(chunk: &Chunk<'_>) -> u64 {
        memchr::memchr_iter(b'\n', chunk.text()).count() as u64 + Counts::unfinished_line(chunk)
    }

    /// 1 if the file ends in the chunk without a line end, else 0.
    pub(super) fn unfinished_line(chunk: &Chunk<'_>) -> u64 {
        let last_of_file = chunk.end >= chunk.buffer.len();
        u64::from(last_of_file && chunk.text().last().is_some_and(|&byte| byte != b'\n'))
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

/// Counts the records of a chunk.
pub(super) struct Counting {
    counts: Counts,
    /// Whether the first time was assumed, and its instant; later ones are told apart by this alone.
    first: (bool, i64),
    /// Whether the last time was stated, and its instant.
    last: (bool, i64),
}

impl Counting {
    pub(super) fn new() -> Counting {
        Counting { counts: Counts::default(), first: (true, i64::MAX), last: (false, i64::MIN) }
    }

    #[inline]
    pub(super) fn add(&mut self, level: Option<Level>, time: Option<Time>) {
        self.counts.records += 1;
        if let Some(level) = level
            && let Some(count) = self.counts.levels.get_mut(level_index(level))
        {
            *count += 1;
        }
        let Some(time) = time else { return };
        let (assumed, instant) = (time.assumed(), time.instant());
        self.counts.assumed_times += u64::from(assumed);
        // Nearly every time lies between the first and the last.
        if (assumed, instant) <= self.first || (!assumed, instant) >= self.last {
            self.first = self.first.min((assumed, instant));
            self.last = self.last.max((!assumed, instant));
            self.counts.add_times(Some(time), Some(time));
        }
    }

    /// Returns the counts; the chunk has so many lines.
    pub(super) fn finish(self, lines: u64) -> Counts {
        Counts { lines, ..self.counts }
    }
}

fn level_index(level: Level) -> usize {
    level as usize
}
