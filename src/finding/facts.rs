//! What logs state about the system they come from, bounded: which values, how often, where first and last.

use super::{Starts, Time};
use crate::bundle::FilePath;
use crate::record::{Chunk, Format};
use crate::scan::Hit;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// The values of all facts, by number of the fact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// By number of the fact in the set.
    pub values: BTreeMap<usize, BTreeMap<FactValue, Sightings>>,
    /// Sightings of values that found no room.
    pub overflow: u64,
    /// When computers and services started.
    pub starts: Starts,
}

/// A value of a fact, and the computer it is stated of.
///
/// The value decides the order, so that which values are kept depends on nothing else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FactValue {
    /// As it stands in the log, at most [`Facts::LONGEST`] bytes.
    pub value: String,
    /// The computer that the file comes from, if the file says so itself.
    pub host: Option<Arc<str>>,
}

/// Where a value was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sightings {
    /// Records.
    pub count: u64,
    /// The earliest.
    pub first: Sight,
    /// The latest.
    pub last: Sight,
}

/// A place in a log where a fact is stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sight {
    /// When, if the record or one right behind it says so.
    pub time: Option<Time>,
    /// Path as people read it.
    pub file: FilePath,
    /// The line of the value, from 1; 0 if the path itself states it.
    pub line: u64,
}

impl Facts {
    /// How many values of a fact are kept: the first in alphabetical order.
    pub const VALUES: usize = 64;
    /// Bytes of a value that are kept.
    pub const LONGEST: usize = 200;

    /// Adds what a record of a file states. The chunk has so many lines of the file in front of it.
    pub fn add(&mut self, file: &FilePath, format: &Format, lines_before: u64, chunk: &Chunk<'_>, hit: &Hit<'_, '_>) {
        if hit.facts.is_empty() {
            return;
        }
        let record = hit.record;
        let time = record.header.time.or_else(|| time_behind(format, chunk, record.start + record.text.len()));
        for stated in hit.facts {
            // The value is a part of the record, unless it is none of its text.
            let offset = (stated.value.as_ptr() as usize).checked_sub(record.text.as_ptr() as usize);
            let before = offset.and_then(|offset| record.text.get(..offset)).unwrap_or_default();
            let line = lines_before + record.line + 1 + memchr::memchr_iter(b'\n', before).count() as u64;
            match stated.is_start {
                true => self.starts.add(time, file, line, &stated.value),
                false => self.put(stated.fact, &stated.value, Sight { time, file: file.clone(), line }),
            }
        }
    }

    /// Adds what a path states.
    pub fn add_of_path(&mut self, fact: usize, value: &str, file: &FilePath) {
        self.put(fact, value.as_bytes(), Sight { time: None, file: file.clone(), line: 0 });
    }

    /// Adds a value that was seen at one place, which need not be that of a pattern.
    pub(super) fn put(&mut self, fact: usize, value: &[u8], sight: Sight) {
        let value = String::from_utf8_lossy(value.get(..Facts::LONGEST).unwrap_or(value));
        // What a log makes of a value that it does not know.
        let value = value.trim().trim_end_matches(char::REPLACEMENT_CHARACTER);
        if value.is_empty() {
            return;
        }
        let key = FactValue { value: value.to_owned(), host: None };
        let sightings = Sightings { count: 1, first: sight.clone(), last: sight };
        self.merge_value(fact, key, sightings);
    }

    /// Says which computer the file comes from: the only one that is named in it. `is_host` tells which facts name one.
    /// For the facts of one whole file.
    pub fn settle(&mut self, is_host: impl Fn(usize) -> bool) {
        let hosts = self.values.iter().filter(|(fact, _)| is_host(**fact)).flat_map(|(_, values)| values.keys());
        let mut own: Option<&str> = None;
        for host in hosts {
            match own {
                Some(own) if short(own).eq_ignore_ascii_case(short(&host.value)) => {}
                Some(_) => return,
                None => own = Some(&host.value),
            }
        }
        let Some(own) = own.map(Arc::<str>::from) else { return };
        for (_, values) in self.values.iter_mut().filter(|(fact, _)| !is_host(**fact)) {
            let named = std::mem::take(values).into_iter();
            *values = named.map(|(key, seen)| (FactValue { host: Some(Arc::clone(&own)), ..key }, seen)).collect();
        }
    }

    /// Adds what another piece or file states.
    pub(super) fn merge(&mut self, other: Facts) {
        self.overflow += other.overflow;
        self.starts.merge(other.starts);
        for (fact, values) in other.values {
            for (key, sightings) in values {
                self.merge_value(fact, key, sightings);
            }
        }
    }

    /// See [`Tally::settle_lines`](super::Tally::settle_lines).
    pub(super) fn settle_lines(&mut self, settled: &impl Fn(u64) -> u64) {
        for sightings in self.values.values_mut().flat_map(BTreeMap::values_mut) {
            [&mut sightings.first, &mut sightings.last].into_iter().for_each(|sight| sight.line = settled(sight.line));
        }
        self.starts.settle_lines(settled);
    }

    fn merge_value(&mut self, fact: usize, key: FactValue, sightings: Sightings) {
        let values = self.values.entry(fact).or_default();
        match values.entry(key) {
            Entry::Occupied(mut own) => own.get_mut().merge(sightings),
            Entry::Vacant(place) => _ = place.insert(sightings),
        }
        // A value that stays in the end was never dropped before, so that its counts are exact.
        if values.len() > Facts::VALUES
            && let Some((_, dropped)) = values.pop_last()
        {
            self.overflow += dropped.count;
        }
    }
}

impl Sightings {
    /// Adds what was seen elsewhere.
    pub fn merge(&mut self, other: Sightings) {
        self.count += other.count;
        if other.first.cmp_first(&self.first) == Ordering::Less {
            self.first = other.first;
        }
        if other.last.cmp_last(&self.last) == Ordering::Greater {
            self.last = other.last;
        }
    }
}

impl Sight {
    /// Orders sights for the earliest: those with a time come before those without.
    pub fn cmp_first(&self, other: &Sight) -> Ordering {
        let key = |it: &Sight| (it.time.is_none(), it.time);
        key(self).cmp(&key(other)).then_with(|| (&self.file, self.line).cmp(&(&other.file, other.line)))
    }

    /// Orders sights for the latest: those with a time come behind those without.
    pub fn cmp_last(&self, other: &Sight) -> Ordering {
        self.time.cmp(&other.time).then_with(|| (&self.file, self.line).cmp(&(&other.file, other.line)))
    }
}

/// A host's name without its domain; an address is whole.
fn short(host: &str) -> &str {
    match host.bytes().next() {
        Some(first) if first.is_ascii_digit() => host,
        _ => host.split('.').next().unwrap_or(host),
    }
}

/// Headers of a session or a file have no time of their own: that of the first record behind them is the best there is.
fn time_behind(format: &Format, chunk: &Chunk<'_>, from: usize) -> Option<Time> {
    let rest = chunk.buffer.get(from..)?;
    let rest = rest.get(..Chunk::AROUND).unwrap_or(rest);
    rest.split(|byte| *byte == b'\n').skip(1).find_map(|line| format.header(line)?.time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sight() -> impl Strategy<Value = Sight> {
        let file = prop_oneof![Just("a.log"), Just("x.log"), Just("x.log.1")];
        let time = proptest::option::of(0..5_i64);
        (time, file, 1..9_u64).prop_map(|(time, file, line)| Sight {
            time: time.map(|second| Time::new(second * 1_000_000_000, None)),
            file: file.into(),
            line,
        })
    }

    fn stated() -> impl Strategy<Value = Vec<(usize, String, Sight)>> {
        proptest::collection::vec((0..2_usize, "v[0-9]{1,2}", sight()), 0..200)
    }

    fn facts(stated: &[(usize, String, Sight)]) -> Facts {
        let mut facts = Facts::default();
        stated.iter().for_each(|(fact, value, sight)| facts.put(*fact, value.as_bytes(), sight.clone()));
        facts
    }

    proptest! {
        #[test]
        fn pieces_merge_in_any_order(stated in stated(), a in 0..201_usize, b in 0..201_usize) {
            let (a, b) = (a.min(b).min(stated.len()), a.max(b).min(stated.len()));
            let expected = facts(&stated);
            let pieces = [&stated[..a], &stated[a..b], &stated[b..]];
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut merged = Facts::default();
                order.into_iter().for_each(|piece| merged.merge(facts(pieces[piece])));
                prop_assert_eq!(&merged, &expected);
            }
            prop_assert!(expected.values.values().all(|values| values.len() <= Facts::VALUES));
            let kept: u64 = expected.values.values().flat_map(BTreeMap::values).map(|it| it.count).sum();
            prop_assert_eq!(kept + expected.overflow, stated.len() as u64);
        }
    }

    #[test]
    fn a_file_that_names_one_computer_states_all_of_that_one() {
        let sight = Sight { time: None, file: "a.log".into(), line: 1 };
        let settled = |hosts: &[&str]| {
            let mut facts = Facts::default();
            hosts.iter().for_each(|host| facts.put(0, host.as_bytes(), sight.clone()));
            facts.put(1, b"1.2", sight.clone());
            facts.settle(|fact| fact == 0);
            facts.values[&1].keys().next().unwrap().host.clone()
        };
        assert_eq!(settled(&["SRV01", "srv01.example.com"]).as_deref(), Some("SRV01"));
        assert_eq!(settled(&["10.0.0.1", "10.0.0.2"]), None);
        assert_eq!(settled(&["a", "b"]), None);
        assert_eq!(settled(&[]), None);
    }

    #[test]
    fn the_earliest_and_the_latest_sight_prefer_those_with_a_time() {
        let at = |second: Option<i64>, line| Sight {
            time: second.map(|second| Time::new(second * 1_000_000_000, None)),
            file: "a.log".into(),
            line,
        };
        let stated = [at(None, 1), at(Some(5), 7), at(Some(3), 9), at(None, 20)];
        let facts = facts(&stated.map(|sight| (0, "v".to_owned(), sight)));
        let seen = &facts.values[&0].values().next().unwrap();
        assert_eq!((seen.count, seen.first.line, seen.last.line), (4, 9, 7));
    }

    #[test]
    fn long_and_broken_values_are_cut() {
        let mut facts = Facts::default();
        let sight = Sight { time: None, file: "a.log".into(), line: 1 };
        facts.put(0, "ü".repeat(150).as_bytes(), sight.clone());
        facts.put(0, b"  ", sight.clone());
        facts.put(0, b"\xff", sight);
        let values: Vec<_> = facts.values[&0].keys().map(|key| key.value.clone()).collect();
        assert_eq!(values, ["ü".repeat(100)]);
    }
}
