//! The zone of logs that do not state one, inferred from what is around them.
//!
//! In this order: what the user says; a header with the time in UTC; the second time of relayed lines; the zone that other
//! files of the same host state or tell; and the times of the files' last changes, if most files of the host agree on an
//! offset. Files belong to one host if the logs name it, else to the host of their folder, else to nobody but the folder.

use crate::finding::{Clue, Source, Zone, quarters};
use std::collections::BTreeMap;

/// The offset from UTC of a log that states none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// Seconds east of UTC.
    pub offset: i32,
    /// What tells it.
    pub clue: Clue,
}

/// Seconds between the last record of a file and its last change.
const FLUSH: i64 = 60;
const SECOND: i64 = 1_000_000_000;

/// Returns the host of each file: the one that it names, or the one that all files of its folder name which name one.
pub(super) fn hosts(sources: &[Source]) -> Vec<Option<String>> {
    let mut by_folder: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for source in sources {
        if let Some(host) = source.origin.host.as_deref() {
            let known = by_folder.entry(folder(&source.file)).or_insert(Some(host));
            *known = known.filter(|known| same_host(known, host));
        }
    }
    let host = |source: &Source| {
        let of_folder = || by_folder.get(folder(&source.file)).copied().flatten();
        source.origin.host.as_deref().or_else(of_folder).map(str::to_string)
    };
    sources.iter().map(host).collect()
}

/// Whether two names are one host: logs write them with and without the domain, in any case.
pub(super) fn same_host(one: &str, other: &str) -> bool {
    host_key(one) == host_key(other)
}

/// Is equal for names of one host.
pub(super) fn host_key(name: &str) -> String {
    let is_address = name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let first = if is_address { name } else { name.split('.').next().unwrap_or(name) };
    first.to_ascii_lowercase()
}

fn folder(file: &str) -> &str {
    plain(file).rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path of a file that is packed by itself as if it were not: `x/a.log` of `x/a.log.gz!/a.log`.
fn plain(file: &str) -> &str {
    let Some((container, name)) = file.rsplit_once("!/") else { return file };
    let packed = container.rsplit('/').next().unwrap_or(container);
    let extension = packed.strip_prefix(name).filter(|rest| rest.starts_with('.') && rest.len() <= 6);
    extension.and_then(|extension| container.strip_suffix(extension)).map_or(file, plain)
}

/// Returns the zones of the files that have records without one.
pub(super) fn infer(sources: &[Source], hosts: &[Option<String>], zone: Option<&Zone>) -> Vec<Option<Inferred>> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, (source, host)) in sources.iter().zip(hosts).enumerate() {
        let key = host.as_deref().map_or_else(|| format!("/{}", folder(&source.file)), host_key);
        groups.entry(key).or_default().push(index);
    }
    let mut zones = vec![None; sources.len()];
    for members in groups.values() {
        let members: Vec<(usize, &Source)> = members.iter().filter_map(|&it| Some((it, sources.get(it)?))).collect();
        let of_others = told_by_files(&members);
        let of_changes = told_by_changes(&members);
        for &(index, source) in members.iter().filter(|(_, source)| !source.timeline.shown.is_empty()) {
            let given =
                zone.zip(source.last_time).map(|(zone, last)| (zone.offset_at(zone.instant(shown(last))), Clue::Given));
            let told = given.or(source.origin.zone).or(of_others).or(of_changes);
            if let Some(place) = zones.get_mut(index) {
                *place = told.map(|(offset, clue)| Inferred { offset, clue });
            }
        }
    }
    zones
}

/// The one offset that files of a host state with their times or tell otherwise. UTC that is stated says nothing of the
/// others: many programs write UTC wherever they are.
fn told_by_files(members: &[(usize, &Source)]) -> Option<(i32, Clue)> {
    let stated = |source: &Source| match *source.timeline.offsets.keys().collect::<Vec<_>>() {
        [&offset] if offset != 0 => Some(offset),
        _ => None,
    };
    let told = |source: &Source| source.origin.zone.map(|(offset, _)| offset).or_else(|| stated(source));
    let mut offsets = members.iter().filter_map(|(_, source)| told(source));
    let first = offsets.next()?;
    offsets.all(|offset| offset == first).then_some((first, Clue::Host))
}

/// The offset between last records and last changes that at least two files have, and at least half of all. Archives keep
/// the local time of the machine that packed them as often as UTC, so that of their members no difference says nothing.
fn told_by_changes(members: &[(usize, &Source)]) -> Option<(i32, Clue)> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    let mut all = 0;
    for (_, source) in members.iter().filter(|(_, source)| !source.timeline.shown.is_empty()) {
        let (Some(modified), Some((_, last))) = (source.modified, source.timeline.ends) else { continue };
        if last.offset().is_some() || last.assumed() {
            continue;
        }
        all += 1;
        // A file is changed a little after the time of its last record and never before.
        let behind = last.instant().saturating_sub(modified.saturating_mul(SECOND));
        let candidate = quarters(behind.saturating_add(FLUSH / 2 * SECOND), FLUSH / 2 + 2);
        if let Some(offset) = candidate.filter(|&offset| offset != 0 || !plain(&source.file).contains("!/")) {
            *counts.entry(offset).or_default() += 1;
        }
    }
    let (&offset, &count) = counts.iter().max_by_key(|&(offset, count)| (count, std::cmp::Reverse(offset)))?;
    (count >= 2 && count * 2 >= all).then_some((offset, Clue::Modified))
}

/// The clock that a time shows, in nanoseconds since 1970.
fn shown(time: crate::finding::Time) -> i64 {
    time.instant().saturating_add(i64::from(time.offset().unwrap_or(0)) * SECOND)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{START, source};
    use super::*;

    /// A file without zone whose last record is at `START + last` and that was changed at `START + modified`.
    fn changed(file: &str, last: i64, modified: i64) -> Source {
        Source { modified: Some(START + modified), ..source(file, None, &[0, last]) }
    }

    #[track_caller]
    fn check(sources: &[Source], expected: &[Option<(i32, Clue)>]) {
        let found = infer(sources, &hosts(sources), None);
        let found: Vec<_> = found.into_iter().map(|it| it.map(|it| (it.offset, it.clue))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn last_changes_tell_the_zone_if_they_agree() {
        let east = Some((7200, Clue::Modified));
        check(&[changed("x/a.log", 9000, 1800), changed("x/b.log", 9500, 2310)], &[east, east]);
        // One alone may be chance; a minority was copied at other times; nobody was changed before the last record.
        check(&[changed("x/a.log", 9000, 1800)], &[None]);
        check(&[changed("x/a.log", 9000, 1800), changed("y/b.log", 9500, 2310)], &[None, None]);
        check(
            &[
                changed("a", 9000, 1800),
                changed("b", 9500, 2300),
                changed("c", 1, 333),
                changed("d", 1, 555),
                changed("e", 1, 700),
            ],
            &[None; 5],
        );
        check(&[changed("a", 9000, 1780), changed("b", 9500, 2280)], &[None, None]);
    }

    #[test]
    fn no_difference_says_nothing_in_an_archive() {
        let utc = Some((0, Clue::Modified));
        check(&[changed("a.log", 100, 101), changed("b.log", 200, 200)], &[utc, utc]);
        check(&[changed("x.zip!/a.log", 100, 101), changed("x.zip!/b.log", 200, 200)], &[None, None]);
    }

    #[test]
    fn a_file_packed_by_itself_is_in_the_folder_of_the_packed_file() {
        let check = |file: &str, expected: &str| assert_eq!(folder(file), expected, "{file}");
        check("x/y/a.log", "x/y");
        check("x/y/a.log.gz!/a.log", "x/y");
        check("case.zip!/y/a.log.zst!/a.log", "case.zip!/y");
        check("x/logs.zip!/a.log", "x/logs.zip!");
        check("a.log", "");
    }

    #[test]
    fn files_of_a_host_tell_each_other() {
        let named = |file: &str, host: &str, offset| {
            let mut source = source(file, offset, &[0]);
            source.origin.host = Some(host.into());
            source
        };
        let east = Some((7200, Clue::Host));
        check(&[named("a/x", "SRV01", Some(7200)), named("b/y", "srv01.example.com", None)], &[None, east]);
        check(&[named("a/x", "srv01", Some(7200)), named("b/y", "srv02", None)], &[None, None]);
        check(&[named("a/x", "srv01", Some(7200)), source("a/y", None, &[0])], &[None, east]);
        // Programs write UTC wherever they are.
        check(&[named("a/x", "srv01", Some(0)), named("b/y", "srv01", None)], &[None, None]);
    }

    #[test]
    fn what_the_user_says_comes_first() {
        let mut told = source("a", None, &[0]);
        told.origin.zone = Some((7200, Clue::Header));
        let zone = Zone::parse("-05:00");
        let found = infer(&[told.clone()], &[None], zone.as_ref());
        assert_eq!(found, [Some(Inferred { offset: -18_000, clue: Clue::Given })]);
        check(&[told], &[Some((7200, Clue::Header))]);
    }
}
