//! When things happened, over all files and hosts.
//!
//! [`Chronology`] is made of the timelines of the files. Whose zone is not stated gets the one that `zones.rs` infers, for
//! the order of events only: what is printed of such a file stays as the file shows it.

use super::clocks::{ClockOffset, clock_offsets};
use super::silence::{Log, setbacks, silences};
use super::starts::{Restart, restarts};
use super::zones::{Inferred, infer};
use crate::finding::{Evidence, Histogram, Others, Source, Starts, Time, Zone};
use std::sync::Arc;

/// When the records of a bundle were written.
#[derive(Clone, Debug, Default)]
pub struct Chronology {
    /// Records of all files, by the clock that `clock` names.
    pub records: Histogram,
    /// What the times of `records` are.
    pub clock: Clock,
    /// Files with times, by path.
    pub files: Vec<FileTimes>,
    /// Files with times that are not in the list, see [`crate::finding::Sources`].
    pub more_files: u64,
    /// Silences that are long compared with the rhythm of their file, the longest first.
    pub silences: Vec<Pause>,
    /// Steps back of a clock, the longest first.
    pub setbacks: Vec<Pause>,
    /// Hosts whose clocks differ.
    pub clock_offsets: Vec<ClockOffset>,
    /// Starts of computers and services, by time; the latest, if there are very many.
    pub starts: Vec<Restart>,
    /// How many earlier starts are not in the list.
    pub more_starts: u64,
}

/// The clock to which all times of a timeline refer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// UTC: every record states its zone.
    #[default]
    Utc,
    /// UTC: some zones are inferred.
    InferredUtc,
    /// The one that the logs show: no record states a zone, and nothing says that they differ.
    Shown,
    /// Some zones are known and others are not: those are taken as UTC.
    Mixed,
}

/// When the records of a file were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTimes {
    /// Path as people read it.
    pub file: Arc<str>,
    /// The host that wrote it, if the logs name it.
    pub host: Option<String>,
    /// Records with a time.
    pub dated: u64,
    /// Earliest time.
    pub first_time: Option<Time>,
    /// Latest time.
    pub last_time: Option<Time>,
    /// Offsets from UTC that its records state, in seconds.
    pub stated: Vec<i32>,
    /// The zone of records that state none, if there are such and it could be inferred.
    pub inferred: Option<Inferred>,
    /// Whether there are records that state none.
    pub zoneless: bool,
}

/// Two records of a file, one behind the other, between which much time has passed or the clock went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The file.
    pub file: Arc<str>,
    /// The time of the first.
    pub from: Time,
    /// The time of the second.
    pub to: Time,
    /// Why a clock went back, if it can be told.
    pub end_of_summer_time: bool,
}

impl Pause {
    /// Returns the seconds from one record to the other, negative for a step back.
    pub fn seconds(&self) -> i64 {
        self.to.instant().saturating_sub(self.from.instant()) / 1_000_000_000
    }
}

/// Pauses of each kind that are told.
const TOLD: usize = 100;

impl Chronology {
    /// Puts the times of all files together. `zone` is that of records which state none, as the user says; `evidence` are
    /// the records that the report shows.
    pub(super) fn of<'e>(
        sources: &[Source],
        others: &Others,
        zone: Option<&Zone>,
        evidence: impl Iterator<Item = &'e Evidence>,
        starts: &Starts,
    ) -> Chronology {
        let files = file_times(sources, zone);
        let zones: Vec<Option<Inferred>> = files.iter().map(|file| file.inferred).collect();
        let (records, clock) = merged(sources, others, &zones);
        let logs = Log::of(sources);
        let mut chronology = Chronology {
            records,
            clock,
            more_files: others.files,
            silences: logs.iter().flat_map(silences).collect(),
            setbacks: logs.iter().flat_map(setbacks).collect(),
            clock_offsets: clock_offsets(&files, evidence),
            starts: restarts(starts, &files),
            more_starts: starts.overflow,
            files,
        };
        for pauses in [&mut chronology.silences, &mut chronology.setbacks] {
            pauses.sort_by(|a, b| {
                let key = |it: &Pause| (std::cmp::Reverse(it.seconds().unsigned_abs()), it.from, it.to);
                key(a).cmp(&key(b)).then_with(|| a.file.cmp(&b.file))
            });
            pauses.truncate(TOLD);
        }
        chronology
    }
}

/// What is known of the times of each file.
pub(super) fn file_times(sources: &[Source], zone: Option<&Zone>) -> Vec<FileTimes> {
    let hosts = super::zones::hosts(sources);
    let zones = infer(sources, &hosts, zone);
    let file = |((source, host), inferred): ((&Source, &Option<String>), &Option<Inferred>)| FileTimes {
        file: Arc::clone(&source.file),
        host: host.clone(),
        dated: source.timeline.dated(),
        first_time: source.first_time,
        last_time: source.last_time,
        stated: source.timeline.offsets.keys().copied().collect(),
        inferred: *inferred,
        zoneless: !source.timeline.shown.is_empty(),
    };
    sources.iter().zip(&hosts).zip(&zones).map(file).collect()
}

/// Adds up the records of all files by one clock.
fn merged(sources: &[Source], others: &Others, zones: &[Option<Inferred>]) -> (Histogram, Clock) {
    let zoneless = || sources.iter().zip(zones).filter(|(source, _)| !source.timeline.shown.is_empty());
    let stated = sources.iter().any(|it| !it.timeline.stated.is_empty()) || !others.stated.is_empty();
    let first = zoneless().next().map(|(_, zone)| zone.map(|it| it.offset));
    let alike = zoneless().all(|(_, zone)| Some(zone.map(|it| it.offset)) == first);
    let known = zoneless().all(|(_, zone)| zone.is_some()) && others.shown.is_empty();
    let clock = match (stated, zoneless().next().is_some() || !others.shown.is_empty()) {
        (_, false) => Clock::Utc,
        (false, true) if alike => Clock::Shown,
        _ if known => Clock::InferredUtc,
        _ => Clock::Mixed,
    };
    let mut records = others.stated.clone();
    records.merge(others.shown.clone());
    for (source, zone) in sources.iter().zip(zones) {
        records.merge(source.timeline.stated.clone());
        let offset = zone.filter(|_| clock != Clock::Shown).map_or(0, |it| it.offset);
        records.merge(source.timeline.shown.shifted(-i64::from(offset)));
    }
    (records, clock)
}

#[cfg(test)]
mod tests {
    use super::super::sample::source;
    use super::*;
    use crate::finding::Clue;
    use proptest::prelude::*;

    /// A file of which each second given has one record with this offset.
    fn of(sources: &[Source]) -> Chronology {
        Chronology::of(sources, &Others::default(), None, std::iter::empty(), &Starts::default())
    }

    fn starts(chronology: &Chronology) -> Vec<i64> {
        chronology.records.buckets().map(|(start, _)| start).collect()
    }

    #[test]
    fn logs_of_one_unknown_zone_are_told_by_their_own_clock() {
        let chronology = of(&[source("a.log", None, &[0, 1]), source("b.log", None, &[1, 5])]);
        assert_eq!(chronology.clock, Clock::Shown);
        assert_eq!(chronology.records.total().iter().sum::<u64>(), 4);
    }

    #[test]
    fn an_inferred_zone_orders_the_timeline_and_leaves_the_times_of_the_file() {
        let mut local = source("b.log", None, &[7200, 7201]);
        local.origin.zone = Some((7200, Clue::Header));
        let chronology = of(&[source("a.log", Some(0), &[0, 1]), local]);
        assert_eq!(chronology.clock, Clock::InferredUtc);
        assert_eq!(starts(&chronology), [super::super::sample::START, super::super::sample::START + 1]);
        assert_eq!(chronology.files[1].first_time.unwrap().offset(), None);
        assert_eq!(chronology.files[1].inferred, Some(Inferred { offset: 7200, clue: Clue::Header }));
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let chronology = of(&[source("a.log", Some(0), &[0, 1]), source("b.log", None, &[0, 1])]);
        assert_eq!(chronology.clock, Clock::Mixed);
    }

    proptest! {
        /// The same records in another zone, with evidence for it, are at the same place.
        #[test]
        fn shifting_a_file_by_its_zone_changes_nothing(
            a in proptest::collection::vec(0..4000_i64, 1..50),
            b in proptest::collection::vec(0..4000_i64, 1..50),
            quarters in -48..=56_i64,
        ) {
            let shifted: Vec<i64> = b.iter().map(|second| second + quarters * 900).collect();
            let mut local = source("b.log", None, &shifted);
            local.origin.zone = Some(((quarters * 900) as i32, Clue::Header));
            let found = of(&[source("a.log", Some(0), &a), local]);
            let stated = of(&[source("a.log", Some(0), &a), source("b.log", Some((quarters * 900) as i32), &shifted)]);
            let plain = of(&[source("a.log", Some(0), &a), source("b.log", Some(0), &b)]);
            prop_assert_eq!(starts(&stated), starts(&plain));
            prop_assert_eq!(found.records.total(), plain.records.total());
            if found.records.width() <= 4 {
                prop_assert_eq!(starts(&found), starts(&plain));
            }
        }
    }
}
