//! When and where problems were seen that are causes or effects of others.
//!
//! A group says when a problem was seen first and last over the whole bundle. Whether one problem brought about another is a
//! question of each place: what is asked is when it began and ended in a file and, where records name a computer, on that.

use super::Time;
use super::events::time_beside;
use super::groups::Claim;
use super::hosts;
use crate::bundle::FilePath;
use crate::record::{Chunk, Format};
use crate::scan::Hit;
use std::collections::BTreeMap;

/// When and where each of these problems was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presences {
    claims: BTreeMap<Claim, Presence>,
}

/// When and where one problem was seen. Bounded; what is kept does not depend on the order in which records come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// The first [`Presence::PLACES`] in the order of their paths and hosts.
    pub places: BTreeMap<Place, Stay>,
    /// All others together.
    pub others: Option<Stay>,
}

/// Where a problem was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: FilePath,
    /// The computer that its records themselves name, as syslog does.
    pub host: Option<Box<str>>,
}

/// From when to when a problem was seen in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stay {
    /// The earliest time of a record, or of one beside it if it has none.
    pub first: Option<Time>,
    /// The latest.
    pub last: Option<Time>,
    /// The first line in the file, from 1; of several files the least.
    pub line: u64,
}

impl Presences {
    /// Adds a record of a file for those signatures that claim it and are `related`. The chunk has so many lines of the file
    /// in front of it. Returns whether there is one.
    pub fn add(
        &mut self,
        related: &[bool],
        file: &FilePath,
        format: &Format,
        lines_before: u64,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
    ) -> bool {
        let mut of_record: Option<(Place, Stay)> = None;
        for found in hit.matches.iter().filter(|it| related.get(it.signature).copied().unwrap_or(false)) {
            let (place, stay) = of_record.get_or_insert_with(|| {
                let record = hit.record;
                let time = record.header.time.or_else(|| time_beside(format, chunk, record.start, record.text.len()));
                let first_line = record.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
                let host = hosts::host(first_line).map(|host| String::from_utf8_lossy(host).into());
                let line = lines_before + record.line + 1;
                (Place { file: file.clone(), host }, Stay { first: time, last: time, line })
            });
            let claim = Claim { signature: found.signature, row: found.row() };
            self.claims.entry(claim).or_default().add(place, *stay);
        }
        of_record.is_some()
    }

    /// Adds those of another piece or file.
    pub(super) fn merge(&mut self, other: Presences) {
        for (claim, presence) in other.claims {
            let own = self.claims.entry(claim).or_default();
            presence.places.iter().for_each(|(place, stay)| own.add(place, *stay));
            own.others = Stay::both(own.others, presence.others);
        }
    }

    /// See [`Tally::settle_lines`](super::Tally::settle_lines).
    pub(super) fn settle_lines(&mut self, settled: &impl Fn(u64) -> u64) {
        for presence in self.claims.values_mut() {
            presence.places.values_mut().chain(&mut presence.others).for_each(|stay| stay.line = settled(stay.line));
        }
    }

    /// Returns when and where a problem was seen, if that is known.
    pub fn get(&self, claim: Claim) -> Option<&Presence> {
        self.claims.get(&claim)
    }
}

impl Presence {
    /// Places that are kept.
    pub const PLACES: usize = 256;

    /// Adds that it was seen in a place.
    pub fn add(&mut self, place: &Place, stay: Stay) {
        if let Some(own) = self.places.get_mut(place) {
            *own = own.and(stay);
            return;
        }
        let is_full = self.places.len() >= Presence::PLACES;
        if is_full && self.places.last_key_value().is_some_and(|(last, _)| place > last) {
            self.others = Stay::both(self.others, Some(stay));
            return;
        }
        self.places.insert(place.clone(), stay);
        if is_full {
            let last = self.places.pop_last().map(|(_, stay)| stay);
            self.others = Stay::both(self.others, last);
        }
    }
}

impl Stay {
    fn and(self, other: Stay) -> Stay {
        let earlier = [self.first, other.first].into_iter().flatten().min();
        Stay { first: earlier, last: self.last.max(other.last), line: self.line.min(other.line) }
    }

    fn both(one: Option<Stay>, other: Option<Stay>) -> Option<Stay> {
        match (one, other) {
            (Some(one), Some(other)) => Some(one.and(other)),
            (one, other) => one.or(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen((file, second, line): (u16, i64, u64)) -> (Place, Stay) {
        let time = Some(Time::new(second * 1_000_000_000, None));
        let place = Place { file: format!("{file:04}.log").as_str().into(), host: None };
        (place, Stay { first: time, last: time, line })
    }

    fn all(records: &[(u16, i64, u64)]) -> Presences {
        let mut presence = Presence::default();
        records.iter().map(|it| seen(*it)).for_each(|(place, stay)| presence.add(&place, stay));
        Presences { claims: [(Claim::of(7), presence)].into() }
    }

    proptest! {
        #[test]
        fn what_is_kept_does_not_depend_on_the_order(
            records in proptest::collection::vec((0..400_u16, 0..100_i64, 1..9_u64), 1..900),
            cut in 0..900_usize,
        ) {
            let cut = cut.min(records.len());
            let whole = all(&records);
            let mut reversed = records.clone();
            reversed.reverse();
            prop_assert_eq!(&all(&reversed), &whole);
            let (mut one, other) = (all(&records[cut..]), all(&records[..cut]));
            one.merge(other);
            prop_assert_eq!(&one, &whole);
            prop_assert!(whole.claims[&Claim::of(7)].places.len() <= Presence::PLACES);
        }
    }

    #[test]
    fn a_stay_is_from_the_first_record_to_the_last() {
        let found = all(&[(1, 20, 7), (1, 10, 9), (2, 5, 1)]);
        let told: Vec<_> = found.claims[&Claim::of(7)].places.iter().collect();
        let time = |second: i64| Some(Time::new(second * 1_000_000_000, None));
        assert_eq!(told[0].1, &Stay { first: time(10), last: time(20), line: 7 });
        assert_eq!(told.len(), 2);
    }
}
