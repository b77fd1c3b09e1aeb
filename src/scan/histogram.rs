//! How many records there are at which time, by level.
//!
//! Only intervals that have records are kept. Their width is a power of two of a second and their borders are multiples of
//! it; it doubles when there are more than [`Histogram::MOST`] of them. So the width depends on nothing but the records,
//! and histograms merge in any order to the same.

use crate::record::Level;

/// Records by level, indexed by `Level as usize`; behind them those without level.
pub type Levels = [u64; 7];

/// Returns the place of a level in [`Levels`].
#[inline]
pub(super) fn place(level: Option<Level>) -> usize {
    level.map_or(6, |level| level as usize)
}

/// Counts of records by time and level, bounded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// The width is 2 to the power of this, in seconds.
    doublings: u32,
    /// In the order of time, none empty.
    buckets: Vec<Bucket>,
}

/// An interval of time.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bucket {
    /// It begins so many widths after 1970.
    number: i64,
    levels: Levels,
}

impl Histogram {
    /// Intervals that are kept.
    pub const MOST: usize = 64;

    /// A histogram with the width of another one, for records that will be merged with that.
    pub(super) fn as_wide_as(other: &Histogram) -> Histogram {
        Histogram { doublings: other.doublings, buckets: Vec::new() }
    }

    /// An empty histogram whose intervals are so many seconds wide, to which records are added that were counted so.
    pub fn with_width(seconds: i64) -> Histogram {
        Histogram { doublings: seconds.max(1).ilog2(), buckets: Vec::new() }
    }

    /// Returns the width of the intervals in seconds.
    pub fn width(&self) -> i64 {
        1 << self.doublings
    }

    /// Returns where the interval of a second begins, and its width.
    pub(super) fn interval(&self, second: i64) -> (i64, i64) {
        (second >> self.doublings << self.doublings, self.width())
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Returns where intervals begin (in seconds since 1970) that have records, and what they have, in the order of time.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = (i64, &Levels)> {
        self.buckets.iter().map(|bucket| (bucket.number << self.doublings, &bucket.levels))
    }

    /// Returns what was counted in total.
    pub fn total(&self) -> Levels {
        let mut total = Levels::default();
        self.buckets.iter().for_each(|bucket| add(&mut total, &bucket.levels));
        total
    }

    /// Adds records of one second.
    pub fn add(&mut self, second: i64, levels: &Levels) {
        if levels.iter().all(|&count| count == 0) {
            return;
        }
        let number = second >> self.doublings;
        // Nearly every record of a log is in its last interval or behind it.
        let at = match self.buckets.last() {
            Some(last) if last.number == number => Ok(self.buckets.len() - 1),
            Some(last) if last.number > number => self.buckets.binary_search_by_key(&number, |it| it.number),
            _ => Err(self.buckets.len()),
        };
        match at {
            Ok(at) => {
                if let Some(bucket) = self.buckets.get_mut(at) {
                    add(&mut bucket.levels, levels);
                }
            }
            Err(at) => self.buckets.insert(at, Bucket { number, levels: *levels }),
        }
        self.widen();
    }

    /// Adds what another one has counted.
    pub fn merge(&mut self, mut other: Histogram) {
        let doublings = self.doublings.max(other.doublings);
        self.widen_to(doublings);
        other.widen_to(doublings);
        if self.buckets.last().map(|it| it.number) >= other.buckets.first().map(|it| it.number) {
            self.buckets.append(&mut other.buckets);
            self.buckets.sort_by_key(|it| it.number);
        } else {
            self.buckets.append(&mut other.buckets);
        }
        self.join();
        self.widen();
    }

    /// Returns a histogram of which all times are so many seconds later. An interval that would not begin at a border is
    /// moved to the one in which its middle lies.
    pub fn shifted(&self, seconds: i64) -> Histogram {
        let mut shifted = Histogram { doublings: self.doublings, buckets: Vec::new() };
        for (start, levels) in self.buckets() {
            shifted.add(start.saturating_add(seconds).saturating_add(self.width() / 2), levels);
        }
        shifted
    }

    /// Whether no records lie in an interval that is wholly between two moments, in seconds since 1970.
    pub fn is_silent_between(&self, from: i64, to: i64) -> bool {
        self.buckets().all(|(start, _)| start <= from || start.saturating_add(self.width()) > to)
    }

    /// Doubles the width until there are not too many intervals.
    fn widen(&mut self) {
        while self.buckets.len() > Histogram::MOST {
            self.widen_to(self.doublings + 1);
        }
    }

    fn widen_to(&mut self, doublings: u32) {
        let more = doublings.saturating_sub(self.doublings);
        if more == 0 {
            return;
        }
        self.doublings = doublings;
        self.buckets.iter_mut().for_each(|bucket| bucket.number >>= more.min(63));
        self.join();
    }

    /// Joins neighbours that are one interval.
    fn join(&mut self) {
        self.buckets.dedup_by(|next, bucket| {
            let same = next.number == bucket.number;
            if same {
                add(&mut bucket.levels, &next.levels);
            }
            same
        });
    }
}

fn add(levels: &mut Levels, more: &Levels) {
    levels.iter_mut().zip(more).for_each(|(count, more)| *count = count.saturating_add(*more));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn of(records: &[(i64, usize)]) -> Histogram {
        let mut histogram = Histogram::default();
        for &(second, level) in records {
            let mut levels = Levels::default();
            levels[level] = 1;
            histogram.add(second, &levels);
        }
        histogram
    }

    /// The straightforward computation: all records at once.
    fn naive(records: &[(i64, usize)]) -> (i64, Vec<(i64, Levels)>) {
        for doublings in 0.. {
            let mut buckets = BTreeMap::<i64, Levels>::new();
            for &(second, level) in records {
                buckets.entry(second.div_euclid(1 << doublings)).or_default()[level] += 1;
            }
            if buckets.len() <= Histogram::MOST {
                let width = 1 << doublings;
                return (width, buckets.into_iter().map(|(number, levels)| (number * width, levels)).collect());
            }
        }
        unreachable!("there is a width for everything")
    }

    fn records() -> impl Strategy<Value = Vec<(i64, usize)>> {
        let second = prop_oneof![
            4 => 0..100_i64,
            4 => 1_767_323_000..1_767_330_000_i64,
            1 => -10_000_000_000..10_000_000_000_i64
        ];
        proptest::collection::vec((second, 0..7_usize), 0..300)
    }

    proptest! {
        #[test]
        fn order_and_grouping_do_not_matter(records in records(), split in any::<prop::sample::Index>(), shuffled in any::<u64>()) {
            let expected = naive(&records);
            let told = |histogram: &Histogram| {
                (histogram.width(), histogram.buckets().map(|(start, levels)| (start, *levels)).collect::<Vec<_>>())
            };
            prop_assert_eq!(told(&of(&records)), expected.clone());
            let mut other = records.clone();
            other.sort_by_key(|&(second, level)| (second as u64 ^ level as u64).wrapping_mul(shuffled | 1));
            prop_assert_eq!(told(&of(&other)), expected.clone());
            let (left, right) = other.split_at(split.index(other.len() + 1));
            for (left, right) in [(left, right), (right, left)] {
                let mut merged = of(left);
                merged.merge(of(right));
                prop_assert_eq!(told(&merged), expected.clone());
            }
        }

        #[test]
        fn shifting_loses_no_record(records in records(), quarters in -56..=56_i64) {
            let histogram = of(&records);
            let shifted = histogram.shifted(quarters * 900);
            prop_assert_eq!(shifted.total(), histogram.total());
            if histogram.width() <= 4 {
                let moved: Vec<_> = records.iter().map(|&(second, level)| (second + quarters * 900, level)).collect();
                let moved = of(&moved);
                prop_assert_eq!(shifted.buckets().collect::<Vec<_>>(), moved.buckets().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn silence_is_where_no_interval_has_a_record() {
        let histogram = of(&[(100, 0), (101, 0), (200, 0)]);
        assert!(histogram.is_silent_between(101, 200));
        assert!(!histogram.is_silent_between(100, 200));
    }
}
