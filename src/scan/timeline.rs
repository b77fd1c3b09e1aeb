//! What the times of a piece of a file show, in the order of its records.
//!
//! A [`Timeline`] is made by the pass over a chunk; timelines of neighbouring pieces are joined by [`Timeline::append`] to
//! that of the file. It is bounded and says the same wherever the file was cut.

use super::counts::Counting;
use super::histogram::Histogram;
use crate::record::{Level, Time};
use std::collections::BTreeMap;

const SECOND: i64 = 1_000_000_000;

/// The times of a piece of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Records whose time has a zone, by UTC.
    pub stated: Histogram,
    /// Records whose time has none, by the clock that the log shows.
    pub shown: Histogram,
    /// How many records state which offset from UTC, in seconds; at most [`Timeline::OFFSETS`] of them, the lowest.
    pub offsets: BTreeMap<i32, u64>,
    /// The times of the first and the last record that have one, in file order.
    pub ends: Option<(Time, Time)>,
    /// The longest steps forward from one record to the next, at most [`Timeline::STEPS`], the longest first. None if the
    /// records are not in the order of time.
    pub silences: Vec<Step>,
    /// The longest steps back of more than [`Timeline::BACK`] seconds, at most [`Timeline::STEPS`], the longest first. None
    /// if the records are not in the order of time.
    pub setbacks: Vec<Step>,
    /// How many such steps back there are. With [`Timeline::DISORDER`] of them or more, the records are not in the order
    /// of time, and no more are counted.
    pub n_setbacks: u64,
}

/// Two records, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The time of the first.
    pub from: Time,
    /// The time of the second.
    pub to: Time,
}

impl Step {
    /// Returns the seconds from one to the other.
    pub fn seconds(&self) -> i64 {
        self.nanos() / SECOND
    }

    fn nanos(&self) -> i64 {
        self.to.instant().saturating_sub(self.from.instant())
    }
}

impl Timeline {
    /// Offsets that are kept.
    pub const OFFSETS: usize = 8;
    /// Steps of each kind that are kept.
    pub const STEPS: usize = 8;
    /// Shorter silences are not kept, in seconds.
    pub const SILENCE: i64 = 10;
    /// Records are often written a little out of order: up to so many seconds are no step back.
    pub const BACK: i64 = 5;
    /// From so many steps back on, the records are not in the order of time.
    pub const DISORDER: u64 = 32;

    /// The timeline of records of which level and time are known, in file order.
    pub fn of(records: impl IntoIterator<Item = (Option<Level>, Option<Time>)>) -> Timeline {
        let mut counting = Counting::of_times(None);
        for (level, time) in records {
            counting.add(level, time);
        }
        counting.finish(0).timeline
    }

    /// Adds the timeline of the piece that follows in the file.
    pub fn append(&mut self, next: Timeline) {
        if let (Some((_, from)), Some((to, _))) = (self.ends, next.ends) {
            self.step(from, to);
        }
        self.ends = match (self.ends, next.ends) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (ends, None) | (None, ends) => ends,
        };
        self.stated.merge(next.stated);
        self.shown.merge(next.shown);
        next.offsets.into_iter().for_each(|(offset, count)| self.add_offset(offset, count));
        next.silences.into_iter().for_each(|step| keep(&mut self.silences, step));
        next.setbacks.into_iter().for_each(|step| keep(&mut self.setbacks, step));
        self.set_back(next.n_setbacks);
    }

    /// How many records have a time.
    pub fn dated(&self) -> u64 {
        [&self.stated, &self.shown].iter().flat_map(|it| it.total()).fold(0, u64::saturating_add)
    }

    /// Looks at the step from one record to the next.
    pub(super) fn step(&mut self, from: Time, to: Time) {
        let step = Step { from, to };
        // Times with and without zone say nothing about each other, and a year that is assumed may change on the way.
        if from.offset().is_some() != to.offset().is_some() || from.assumed() != to.assumed() {
            return;
        }
        if step.nanos() >= Timeline::SILENCE * SECOND {
            keep(&mut self.silences, step);
        } else if step.nanos() < -Timeline::BACK * SECOND {
            keep(&mut self.setbacks, step);
            self.set_back(1);
        }
        self.set_back(0);
    }

    /// Counts steps back; with too many of them no step says anything.
    fn set_back(&mut self, more: u64) {
        self.n_setbacks = self.n_setbacks.saturating_add(more).min(Timeline::DISORDER);
        if self.n_setbacks == Timeline::DISORDER {
            (self.silences, self.setbacks) = (Vec::new(), Vec::new());
        }
    }

    /// A step from one record to the next is nothing to keep if its nanoseconds and [`Timeline::BACK`] are less than this
    /// together.
    pub(super) fn usual(&self) -> u64 {
        if self.n_setbacks >= Timeline::DISORDER {
            return u64::MAX;
        }
        let longest_usual = match self.silences.get(Timeline::STEPS - 1) {
            Some(shortest) => shortest.nanos(),
            None => Timeline::SILENCE * SECOND - 1,
        };
        longest_usual.saturating_add(1 + Timeline::BACK * SECOND) as u64
    }

    pub(super) fn add_offset(&mut self, offset: i32, count: u64) {
        if count > 0 {
            *self.offsets.entry(offset).or_default() += count;
            if self.offsets.len() > Timeline::OFFSETS {
                self.offsets.pop_last();
            }
        }
    }
}

/// Puts a step among the longest, behind those that are as long: they come before it in the file.
fn keep(steps: &mut Vec<Step>, step: Step) {
    let length = |step: &Step| step.nanos().unsigned_abs();
    let place = steps.partition_point(|kept| length(kept) >= length(&step));
    if place < Timeline::STEPS {
        steps.truncate(Timeline::STEPS - 1);
        steps.insert(place, step);
    }
}

/// The timelines of the pieces of one file, which come in any order.
///
/// Neighbours are joined at once, so that there are hardly more than there are threads at work on the file.
#[derive(Debug, Default)]
pub struct Pieces {
    /// By the number of the first chunk: the number behind the last one, and the timeline of all from one to the other.
    pieces: BTreeMap<u64, (u64, Timeline)>,
}

impl Pieces {
    /// Adds the timeline of a chunk, which are numbered from 0.
    pub fn add(&mut self, number: u64, mut timeline: Timeline) {
        let (mut first, mut end) = (number, number + 1);
        if let Some((&start, (before, _))) = self.pieces.range(..number).next_back()
            && *before == number
            && let Some((_, mut left)) = self.pieces.remove(&start)
        {
            left.append(timeline);
            (timeline, first) = (left, start);
        }
        if let Some((behind, right)) = self.pieces.remove(&end) {
            timeline.append(right);
            end = behind;
        }
        self.pieces.insert(first, (end, timeline));
    }

    /// Returns the timeline of the file.
    pub fn finish(self) -> Timeline {
        let mut whole = Timeline::default();
        self.pieces.into_values().for_each(|(_, timeline)| whole.append(timeline));
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::super::histogram::Levels;
    use super::*;
    use proptest::prelude::*;

    type Record = (Option<Time>, Option<Level>);

    fn record() -> impl Strategy<Value = Record> {
        let offset =
            prop_oneof![3 => Just(None), 2 => Just(Some(0)), 1 => (-48..=56_i32).prop_map(|it| Some(it * 900))];
        let second = prop_oneof![
            3 => 0..60_i64,
            2 => 1_767_323_000..1_767_330_000_i64,
            1 => 0..7_000_000_000_i64,
        ];
        let nanos = prop_oneof![Just(0), Just(500_000_000)];
        let time =
            (second, nanos, offset, any::<bool>(), 0..10_u8).prop_map(|(second, nanos, offset, assumed, digits)| {
                let time = Time::new(second * SECOND + nanos, offset).with_digits(digits);
                if assumed { time.assume() } else { time }
            });
        let level = prop_oneof![Just(None), Just(Some(Level::Info)), Just(Some(Level::Error))];
        (proptest::option::weighted(0.9, time), level)
    }

    /// Records that follow each other as in a log, and such that do not.
    fn records() -> impl Strategy<Value = Vec<Record>> {
        let log = (proptest::collection::vec((-8..40_i64, any::<bool>()), 0..200)).prop_map(|steps| {
            let mut second = 1_767_323_000;
            let record = |(step, error): (i64, bool)| {
                second += if step > 35 { step * 100 } else { step / 3 };
                (Some(Time::new(second * SECOND, None)), Some(if error { Level::Error } else { Level::Info }))
            };
            steps.into_iter().map(record).collect()
        });
        prop_oneof![log, proptest::collection::vec(record(), 0..100)]
    }

    fn of(records: &[Record]) -> (super::super::Counts, Timeline) {
        let mut counting = Counting::of_times(None);
        for &(time, level) in records {
            assert!(counting.add(level, time));
        }
        let passed = counting.finish(0);
        (passed.counts, passed.timeline)
    }

    /// The straightforward computation.
    fn naive(records: &[Record]) -> Timeline {
        let mut timeline = Timeline::default();
        let times: Vec<Time> = records.iter().filter_map(|record| record.0).collect();
        for &(time, level) in records {
            let mut levels = Levels::default();
            levels[super::super::histogram::place(level)] = 1;
            if let Some(time) = time {
                let second = time.instant().div_euclid(SECOND);
                match time.offset() {
                    None => timeline.shown.add(second, &levels),
                    Some(offset) => {
                        timeline.stated.add(second, &levels);
                        timeline.add_offset(offset, 1);
                    }
                }
            }
        }
        timeline.ends = times.first().copied().zip(times.last().copied());
        times.windows(2).for_each(|pair| timeline.step(pair[0], pair[1]));
        timeline
    }

    proptest! {
        #[test]
        fn the_pass_keeps_what_all_records_at_once_show(records in records()) {
            prop_assert_eq!(of(&records).1, naive(&records));
            let times = || records.iter().filter_map(|record| record.0);
            let counts = of(&records).0;
            prop_assert_eq!(counts.first_time, times().min_by_key(|time| (time.assumed(), *time)));
            prop_assert_eq!(counts.last_time, times().max_by_key(|time| (!time.assumed(), *time)));
            prop_assert_eq!(counts.assumed_times, times().filter(|time| time.assumed()).count() as u64);
            let count = |level| records.iter().filter(|record| record.1 == Some(level)).count() as u64;
            prop_assert_eq!(counts.levels[Level::Error as usize], count(Level::Error));
            prop_assert_eq!(counts.levels[Level::Info as usize], count(Level::Info));
            prop_assert_eq!(counts.records, records.len() as u64);
        }

        #[test]
        fn pieces_in_any_order_are_the_whole(records in records(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6), seed in any::<u64>()) {
            let mut borders: Vec<usize> = cuts.iter().map(|cut| cut.index(records.len() + 1)).collect();
            borders.extend([0, records.len()]);
            borders.sort_unstable();
            let mut numbered: Vec<_> = (0..).zip(borders.windows(2)).collect();
            numbered.sort_by_key(|(number, _)| (number ^ seed).wrapping_mul(seed | 1));
            let mut pieces = Pieces::default();
            numbered.into_iter().for_each(|(number, pair)| pieces.add(number, of(&records[pair[0]..pair[1]]).1));
            prop_assert_eq!(pieces.finish(), naive(&records));
        }
    }

    #[test]
    fn a_step_over_the_border_of_two_pieces_counts() {
        let at = |second: i64| (Some(Time::new(second * SECOND, None)), None);
        let mut timeline = of(&[at(0), at(1)]).1;
        timeline.append(of(&[at(101), at(90)]).1);
        let seconds = |steps: &[Step]| steps.iter().map(Step::seconds).collect::<Vec<_>>();
        assert_eq!((seconds(&timeline.silences), seconds(&timeline.setbacks)), (vec![100], vec![-11]));
    }
}
