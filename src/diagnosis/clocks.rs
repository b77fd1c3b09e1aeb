//! Hosts whose clocks differ.
//!
//! Two kinds of pairs tell it, both taken from the records that the report shows and nothing else: a record that came over
//! a relay has the times of two clocks; and an identifier of a session, job or request in records of two hosts has a time
//! on each. One pair says little, since things take their time. The median of at least three is told if it is at least five
//! seconds and more than twice as large as their spread.

use super::chronology::FileTimes;
use super::zones::host_key;
use crate::finding::{Evidence, Time, relayed};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Two clocks that differ, or a host that always comes later with the same things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockOffset {
    /// The host that is behind.
    pub behind: String,
    /// The host that is ahead.
    pub ahead: String,
    /// By how many seconds: the median of all pairs.
    pub seconds: i64,
    /// The median distance of the pairs from it, in seconds.
    pub spread: i64,
    /// How many pairs there are.
    pub pairs: usize,
    /// The pairs are the two times of relayed records; else identifiers in records of both hosts.
    pub relayed: bool,
}

const SECOND: i64 = 1_000_000_000;
/// Pairs that are needed.
const PAIRS: usize = 3;
/// Seconds below which nothing is told.
const LEAST: i64 = 5;
/// Seconds above which two records are not about the same event.
const MOST: i64 = 6 * 3600;
/// Records that are looked at, and bytes of each.
const RECORDS: usize = 4096;
const BYTES: usize = 2048;
/// Identifiers that are remembered.
const IDENTIFIERS: usize = 4096;

static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| {
    let guid = r"(?P<guid>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)";
    let named = r"(?i:\b(?:session|job|request|trace|correlation|transaction|activity)[ _-]?id\b\W{1,4}(?P<id>[0-9a-z_-]{8,64})\b)";
    Regex::new(&format!("{guid}|{named}")).expect("a pattern of ours")
});

/// A time as an instant, and whether the zone is known.
type Instant = (i64, bool);

/// Compares the clocks of hosts with the help of records.
pub(super) fn clock_offsets<'e>(files: &[FileTimes], evidence: impl Iterator<Item = &'e Evidence>) -> Vec<ClockOffset> {
    let by_file: BTreeMap<&str, &FileTimes> = files.iter().map(|it| (&*it.file, it)).collect();
    // By the two hosts in the order of their keys, and whether the pairs are relayed: differences in nanoseconds.
    let mut pairs: BTreeMap<(String, String, bool), Vec<i64>> = BTreeMap::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    // By identifier and host: the first time.
    let mut seen: BTreeMap<String, BTreeMap<String, Instant>> = BTreeMap::new();
    let mut records = BTreeSet::new();
    for it in evidence.take(RECORDS) {
        let (Some(time), Some(file)) = (it.time, by_file.get(&*it.file)) else { continue };
        if time.assumed() || !records.insert((&it.file, it.line)) {
            continue;
        }
        let text = it.text.get(..it.text.floor_char_boundary(BYTES)).unwrap_or_default();
        let offset = file.inferred.map(|it| it.offset);
        // To read the header again is slow, and few records have anything to tell.
        let (own, second) = match has_two_times(text) || (file.host.is_none() && may_name_hosts(text)) {
            true => relayed(text),
            false => (None, None),
        };
        let Some(host) = own.or_else(|| file.host.clone()) else { continue };
        let key = host_key(&host);
        names.entry(key.clone()).or_insert(host);
        if let Some(second) = second.filter(|it| !it.assumed()) {
            // The second time is the sender's, the first that of whoever wrote the file.
            let writer = file.host.as_deref().map_or_else(|| it.file.to_string(), host_key);
            let writer = if writer == key { it.file.to_string() } else { writer };
            names.entry(writer.clone()).or_insert_with(|| writer.clone());
            add(&mut pairs, (&writer, instant(time, offset)), (&key, instant(second, offset)), true);
        }
        for found in IDENTIFIER.captures_iter(text) {
            let Some(id) = found.name("guid").or_else(|| found.name("id")) else { continue };
            // Words are no identifiers, and of nothing but zeros everybody writes.
            if !id.as_str().bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
                continue;
            }
            let id = id.as_str().to_ascii_lowercase();
            if seen.len() < IDENTIFIERS || seen.contains_key(&id) {
                let first = seen.entry(id).or_default().entry(key.clone()).or_insert((i64::MAX, false));
                *first = (*first).min(instant(time, offset));
            }
        }
    }
    for hosts in seen.values() {
        let hosts: Vec<(&String, Instant)> = hosts.iter().map(|(host, &time)| (host, time)).collect();
        for (index, one) in hosts.iter().enumerate() {
            hosts.iter().skip(index + 1).take(8).for_each(|other| add(&mut pairs, *one, *other, false));
        }
    }
    let name = |key: &String| names.get(key).unwrap_or(key).clone();
    let offset = |((one, other, relayed), differences): ((String, String, bool), Vec<i64>)| {
        let (median, spread, pairs) = robust(differences)?;
        let (behind, ahead) = if median > 0 { (other, one) } else { (one, other) };
        Some(ClockOffset { behind: name(&behind), ahead: name(&ahead), seconds: median.abs(), spread, pairs, relayed })
    };
    pairs.into_iter().filter_map(offset).collect()
}

/// Whether it looks like a syslog line or an event: a file in which many hosts write has no host of its own.
fn may_name_hosts(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let program = || {
        line.match_indices("]: ").any(|(at, _)| line.as_bytes().get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_digit))
    };
    line.starts_with('<') || line.contains("\"computer\":") || program()
}

/// Whether there may be two times of day on the first line.
fn has_two_times(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().as_bytes();
    let is_clock = |it: &&[u8]| matches!(it, [b':', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit());
    line.windows(4).filter(is_clock).take(2).count() == 2
}

fn instant(time: Time, offset: Option<i32>) -> Instant {
    match (time.offset(), offset) {
        (Some(_), _) => (time.instant(), true),
        (None, Some(offset)) => (time.instant().saturating_sub(i64::from(offset) * SECOND), true),
        (None, None) => (time.instant(), false),
    }
}

/// Adds the difference of two clocks. Where a zone is not known, whole quarters of an hour say nothing.
fn add(
    pairs: &mut BTreeMap<(String, String, bool), Vec<i64>>,
    one: (&String, Instant),
    other: (&String, Instant),
    relayed: bool,
) {
    let (one, other) = if one.0 <= other.0 { (one, other) } else { (other, one) };
    let mut difference = one.1.0.saturating_sub(other.1.0);
    if !(one.1.1 && other.1.1) {
        let quarter = 900 * SECOND;
        difference = difference.saturating_add(quarter / 2).rem_euclid(quarter) - quarter / 2;
    }
    if difference.saturating_abs() <= MOST * SECOND {
        pairs.entry((one.0.clone(), other.0.clone(), relayed)).or_default().push(difference);
    }
}

/// The median and the median distance from it, in seconds, if they say something.
fn robust(mut differences: Vec<i64>) -> Option<(i64, i64, usize)> {
    let pairs = differences.len();
    let middle = median(&mut differences)?;
    let mut distances: Vec<i64> = differences.iter().map(|it| (it - middle).abs()).collect();
    let spread = median(&mut distances)?;
    let large = middle.abs() >= LEAST * SECOND && middle.abs() > spread.saturating_mul(2);
    (pairs >= PAIRS && large).then_some((middle / SECOND, spread / SECOND, pairs))
}

fn median(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::super::sample::START;
    use super::*;

    fn file(name: &str, host: Option<&str>) -> FileTimes {
        FileTimes {
            file: name.into(),
            host: host.map(str::to_string),
            dated: 1,
            first_time: None,
            last_time: None,
            stated: Vec::new(),
            inferred: None,
            zoneless: false,
        }
    }

    fn record(file: &str, line: u64, second: i64, offset: Option<i32>, text: &str) -> Evidence {
        let shown = START + second + i64::from(offset.unwrap_or(0));
        let time = Some(Time::new(shown * SECOND, offset));
        Evidence { file: file.into(), line, offset: 0, time, text: text.into(), before: vec![], after: vec![] }
    }

    /// What is told of records of two hosts that name one id each: seconds on the first and on the second host.
    #[track_caller]
    fn check(times: &[(i64, i64)], zone: Option<i32>, expected: Option<(&str, &str, i64)>) {
        let files = [file("a", Some("srv01")), file("b", Some("srv02"))];
        let mut records = Vec::new();
        for (number, &(one, other)) in times.iter().enumerate() {
            let text = format!("session id: 4f1d{number:04}-ab");
            records.push(record("a", number as u64, one, Some(0), &text));
            records.push(record("b", number as u64, other, zone, &text));
        }
        let found = clock_offsets(&files, records.iter());
        let found: Vec<_> = found.iter().map(|it| (&*it.behind, &*it.ahead, it.seconds)).collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_same_identifiers_on_two_hosts_tell_their_clocks() {
        check(&[(0, 34), (100, 135), (500, 534)], Some(7200), Some(("srv01", "srv02", 34)));
        check(&[(34, 0), (135, 100), (534, 500)], Some(0), Some(("srv02", "srv01", 34)));
        // Two pairs are few, differences of all sizes are no offset, and a second is nothing.
        check(&[(0, 34), (100, 135)], Some(0), None);
        check(&[(0, 10), (100, 190), (500, 530), (900, 901)], Some(0), None);
        check(&[(0, 1), (100, 101), (500, 501)], Some(0), None);
    }

    #[test]
    fn an_unknown_zone_hides_whole_quarters_of_an_hour() {
        check(&[(0, 7234), (100, 7334), (500, 7734)], None, Some(("srv01", "srv02", 34)));
        check(&[(0, 7200), (100, 7300), (500, 7700)], None, None);
    }

    #[test]
    fn relayed_records_have_two_clocks() {
        let line = |minute: u32| {
            format!("<34>1 2026-01-02T03:{minute:02}:00Z srv02 app 12 id - 2026-01-02T03:{minute:02}:41Z ERROR text")
        };
        let records: Vec<_> = (0..4)
            .map(|minute| record("relay.log", u64::from(minute), i64::from(minute) * 60, Some(0), &line(minute)))
            .collect();
        // The record's time is its first one.
        let records: Vec<_> =
            records.into_iter().map(|it| Evidence { time: Time::parse(it.text.get(6..26).unwrap()), ..it }).collect();
        let found = clock_offsets(&[file("relay.log", None)], records.iter());
        let found: Vec<_> = found.iter().map(|it| (&*it.behind, &*it.ahead, it.seconds, it.relayed)).collect();
        assert_eq!(found, [("relay.log", "srv02", 41, true)]);
    }
}
