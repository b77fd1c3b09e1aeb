//! What a pass counts of every record, worth keeping or not.

use super::histogram::{Histogram, Levels, place};
use super::hit::Passed;
use super::timeline::Timeline;
use super::window::Gate;
use crate::record::{Chunk, Level, Time};

/// What a pass over one chunk counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines.
    pub lines: u64,
    /// Records.
    pub records: u64,
    /// Records that were outside of the window and not looked at; they are counted nowhere else.
    pub outside: u64,
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
        self.outside += other.outside;
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
    marks: Vec<(usize, u64)>,
    /// Where the next mark is due.
    next_mark: usize,
    /// How far it is from one to the next.
    to_next: usize,
    gate: Option<Gate>,
    timeline: Timeline,
    run: Run,
    /// Other runs: logs that were put together, and times with and without zone, take turns.
    parked: [Run; PARKED],
    /// Which of them makes room next.
    next_parked: usize,
    /// The last record with a time.
    previous: Moment,
    /// A step from one record to the next is nothing to keep if it is less than this when [`BACK`] is added.
    usual: u64,
    /// An offset that records state, and how many of them were not told to the timeline yet.
    offset: (i32, u64),
}

/// Records of one interval of the timeline whose times are of one kind. They are put to the others together.
#[derive(Clone, Copy)]
struct Run {
    /// Where the interval begins, and its length; 0 before the first record. In nanoseconds.
    start: i64,
    width: u64,
    /// See [`Time::manner`].
    manner: u64,
    levels: Levels,
    earliest: Moment,
    latest: Moment,
}

/// A time and its instant. It is made anew rather than handed on: copying it while it is being written is slow.
#[derive(Clone, Copy)]
struct Moment {
    instant: i64,
    time: Time,
}

impl Moment {
    #[inline(always)]
    fn of(time: Time) -> Moment {
        Moment { instant: time.instant(), time }
    }
}

/// Runs that are kept beside that of the last record.
const PARKED: usize = 3;

/// Nanoseconds that a record may be before the one in front of it.
const BACK: i64 = Timeline::BACK * SECOND;
const SECOND: i64 = 1_000_000_000;

impl Counting {
    /// Counts the records that the gate admits, or all.
    pub(super) fn new(chunk: &Chunk<'_>, gate: Option<Gate>) -> Counting {
        let to_next = (chunk.text().len() / 3).max(1);
        Counting { next_mark: chunk.start + to_next, to_next, ..Counting::of_times(gate) }
    }

    /// Counts into intervals as wide as those of what the chunk's timeline will be merged with: narrower ones would only be
    /// widened in the end.
    pub(super) fn with_widths_of(mut self, other: &Timeline) -> Counting {
        self.timeline.stated = Histogram::as_wide_as(&other.stated);
        self.timeline.shown = Histogram::as_wide_as(&other.shown);
        self
    }

    /// Does not ask where records stand.
    pub(super) fn of_times(gate: Option<Gate>) -> Counting {
        let nothing = Moment::of(Time::new(0, None));
        let run = Run {
            start: 0,
            width: 0,
            manner: nothing.time.manner(),
            levels: Levels::default(),
            earliest: nothing,
            latest: nothing,
        };
        let (parked, next_parked, previous, usual) = ([run; PARKED], 0, nothing, 0);
        let (marks, next_mark, to_next) = (Vec::new(), usize::MAX, 0);
        let (counts, timeline, offset) = (Counts::default(), Timeline::default(), (0, 0));
        Counting {
            counts,
            marks,
            next_mark,
            to_next,
            gate,
            timeline,
            run,
            parked,
            next_parked,
            previous,
            usual,
            offset,
        }
    }

    /// Takes note of where a record begins in the chunk's buffer and of its line.
    #[inline(always)]
    pub(super) fn passes(&mut self, start: usize, line: u64) {
        if start >= self.next_mark {
            self.mark(start, line);
        }
    }

    #[cold]
    fn mark(&mut self, start: usize, line: u64) {
        self.marks.push((start, line));
        self.next_mark = if self.marks.len() < 2 { self.next_mark.saturating_add(self.to_next) } else { usize::MAX };
    }

    /// Counts the next record; false if it is outside of what is wanted.
    #[inline(always)]
    pub(super) fn add(&mut self, level: Option<Level>, time: Option<Time>) -> bool {
        if self.gate.is_some() && !self.admits(time) {
            return false;
        }
        self.counts.records += 1;
        let Some(time) = time else {
            if let Some(count) = self.counts.levels.get_mut(place(level)) {
                *count += 1;
            }
            return true;
        };
        let moment = Moment::of(time);
        let instant = moment.instant;
        // Nearly every record is in the interval of the one before, and not much later.
        let ordinary = self.run.is_of(&moment)
            && (instant.wrapping_sub(self.previous.instant).wrapping_add(BACK) as u64) < self.usual;
        if ordinary {
            self.previous = moment;
        } else {
            self.next_run(time);
        }
        let run = &mut self.run;
        if instant > run.latest.instant {
            run.latest = moment;
        } else if (instant <= run.earliest.instant || instant == run.latest.instant) && time != run.latest.time {
            run.place(time);
        }
        run.levels[place(level)] += 1;
        true
    }

    /// Whether the last record, which was outside of what is wanted, may state facts all the same: a version stands at the
    /// head of a log and holds until another one is stated. What is behind the window holds for later.
    #[cold]
    pub(super) fn takes_facts(&self) -> bool {
        self.gate.as_ref().is_some_and(|gate| !gate.is_past())
    }

    #[cold]
    fn admits(&mut self, time: Option<Time>) -> bool {
        let admitted = self.gate.as_mut().is_none_or(|gate| gate.admits(time));
        self.counts.outside += u64::from(!admitted);
        admitted
    }

    /// Goes on with the run of a record that has this time.
    #[cold]
    fn next_run(&mut self, time: Time) {
        let moment = Moment::of(time);
        let instant = moment.instant;
        if self.timeline.ends.is_none() {
            self.timeline.ends = Some((time, time));
        } else if instant.wrapping_sub(self.previous.instant).wrapping_add(BACK) as u64 >= self.usual {
            self.timeline.step(self.previous.time, time);
        }
        self.usual = self.timeline.usual();
        self.previous = moment;
        if self.run.is_of(&moment) {
            return;
        }
        if let Some(parked) = self.parked.iter_mut().find(|run| run.is_of(&moment)) {
            std::mem::swap(&mut self.run, parked);
            return;
        }
        let histogram = if time.offset().is_some() { &self.timeline.stated } else { &self.timeline.shown };
        let (begin, width) = histogram.interval(instant.div_euclid(SECOND));
        let run = Run {
            // The last interval that can be expressed begins a little after it should.
            start: begin.saturating_mul(SECOND),
            width: width.saturating_mul(SECOND) as u64,
            manner: time.manner(),
            levels: Levels::default(),
            earliest: moment,
            latest: moment,
        };
        let before = std::mem::replace(&mut self.run, run);
        let ended = std::mem::replace(&mut self.parked[self.next_parked], before);
        self.next_parked = (self.next_parked + 1) % PARKED;
        self.finish_run(&ended);
    }

    fn finish_run(&mut self, run: &Run) {
        if run.width == 0 {
            return;
        }
        let records = run.levels.iter().sum::<u64>();
        self.counts.levels.iter_mut().zip(run.levels).for_each(|(count, more)| *count += more);
        self.counts.assumed_times += if run.latest.time.assumed() { records } else { 0 };
        self.counts.add_times(Some(run.earliest.time), Some(run.latest.time));
        let second = run.earliest.instant.div_euclid(SECOND);
        match run.latest.time.offset() {
            None => self.timeline.shown.add(second, &run.levels),
            Some(offset) => {
                self.timeline.stated.add(second, &run.levels);
                if self.offset.0 != offset {
                    self.timeline.add_offset(self.offset.0, self.offset.1);
                    self.offset = (offset, 0);
                }
                self.offset.1 += records;
            }
        }
    }

    /// Returns what was counted; the chunk has so many lines.
    pub(super) fn finish(mut self, lines: u64) -> Passed {
        let (run, parked) = (self.run, self.parked);
        parked.iter().chain([&run]).for_each(|run| self.finish_run(run));
        self.timeline.add_offset(self.offset.0, self.offset.1);
        if let Some((_, last)) = &mut self.timeline.ends {
            *last = self.previous.time;
        }
        Passed { counts: Counts { lines, ..self.counts }, timeline: self.timeline, marks: self.marks }
    }
}

impl Run {
    /// Whether a record belongs to it.
    #[inline(always)]
    fn is_of(&self, moment: &Moment) -> bool {
        (moment.instant.wrapping_sub(self.start) as u64) < self.width && moment.time.manner() == self.manner
    }

    /// Puts a record that is not the latest into its place. Of those at the same instant the digits decide.
    fn place(&mut self, time: Time) {
        if time > self.latest.time {
            self.latest = Moment::of(time);
        }
        if time < self.earliest.time {
            self.earliest = Moment::of(time);
        }
    }
}
