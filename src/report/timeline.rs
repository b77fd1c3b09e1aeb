//! When it happened, for people: a row of errors over time, and what is odd about the times.

use super::wording::{moment, number, plural, seconds};
use crate::diagnosis::{Chronology, Clock, ClockOffset, FileTimes, Pause, Restart};
use crate::finding::{Clue, Level, Levels, Time, shown_offset};
use std::collections::BTreeMap;

/// Errors over time, as one row of characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// A character for each column, higher where there are more errors.
    pub(super) marks: String,
    /// Where the first column begins.
    pub(super) first: String,
    /// Where the last column ends.
    pub(super) last: String,
    /// What a column is and how much the highest one has.
    pub(super) scale: String,
}

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '#', '@'];
/// Columns with errors that a row needs: of fewer, numbers tell as much.
const COLUMNS: usize = 3;
/// Remarks of one kind that are told.
const TOLD: usize = 5;

/// Returns the errors over time in at most so many columns; `None` if a row would show nothing that a number does not.
pub(super) fn row(chronology: &Chronology, columns: usize, blocks: bool) -> Option<Row> {
    let errors = |levels: &Levels| levels[Level::Error as usize].saturating_add(levels[Level::Fatal as usize]);
    let buckets: Vec<(i64, u64)> =
        chronology.records.buckets().map(|(start, levels)| (start, errors(levels))).filter(|it| it.1 > 0).collect();
    let (&(first, _), &(last, _)) = (buckets.first()?, buckets.last()?);
    let mut width = chronology.records.width();
    let column = |start: i64, width: i64| start.div_euclid(width).saturating_sub(first.div_euclid(width));
    while column(last, width) >= i64::try_from(columns.max(1)).ok()? {
        width = width.checked_mul(2)?;
    }
    let mut counts = vec![0_u64; usize::try_from(column(last, width)).ok()? + 1];
    for (start, count) in buckets {
        let place = usize::try_from(column(start, width)).ok()?;
        if let Some(column) = counts.get_mut(place) {
            *column = column.saturating_add(count);
        }
    }
    let most = *counts.iter().max()?;
    if counts.iter().filter(|&&count| count > 0).count() < COLUMNS {
        return None;
    }
    let marks = if blocks { BLOCKS } else { ASCII };
    let mark = |&count: &u64| {
        let height = (u128::from(count) * 8).div_ceil(u128::from(most));
        marks.get(usize::try_from(height).unwrap_or(8)).copied().unwrap_or(' ')
    };
    let zone = (chronology.clock == Clock::Utc).then_some(0);
    let shown = |second: i64| seconds(Time::new(second.saturating_mul(1_000_000_000), zone));
    let begin = first.div_euclid(width).saturating_mul(width);
    Some(Row {
        marks: counts.iter().map(mark).collect(),
        first: shown(begin),
        last: shown(begin.saturating_add(width.saturating_mul(counts.len() as i64))),
        scale: format!("a column is {}, the highest has {}", duration(width), plural(most, "error")),
    })
}

/// Returns what started, and what is odd about the times, each a sentence.
pub(super) fn remarks(chronology: &Chronology) -> Vec<String> {
    let mut remarks = Vec::new();
    let mut tell = |sentences: Vec<String>, noun: &str| {
        let more = sentences.len().saturating_sub(TOLD) as u64;
        remarks.extend(sentences.into_iter().take(TOLD));
        if more > 0 {
            remarks.push(format!("{}; the JSON report has all.", plural(more, &format!("more {noun}"))));
        }
    };
    tell(starts(chronology), "start");
    tell(chronology.silences.iter().map(silence).collect(), "silence");
    tell(chronology.setbacks.iter().map(setback).collect(), "step back");
    tell(chronology.clock_offsets.iter().map(clock_offset).collect(), "clock offset");
    remarks.extend(zones(chronology));
    remarks
}

/// One sentence for each thing that started on a host, in the order of the first start of each.
fn starts(chronology: &Chronology) -> Vec<String> {
    let mut things: Vec<(&Restart, Vec<&Restart>)> = Vec::new();
    for start in &chronology.starts {
        match things.iter_mut().find(|(first, _)| first.what == start.what && first.host == start.host) {
            Some((_, all)) => all.push(start),
            None => things.push((start, vec![start])),
        }
    }
    let mut sentences: Vec<String> = things.into_iter().map(|(first, all)| start(first, &all)).collect();
    if chronology.more_starts > 0 {
        sentences.push(format!("{} before these.", plural(chronology.more_starts, "start")));
    }
    sentences
}

/// Starts of a thing that are told with their times: the last.
const TIMES: usize = 4;

fn start(first: &Restart, all: &[&Restart]) -> String {
    let host = first.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    let told = &all[all.len().saturating_sub(TIMES)..];
    let times: Vec<String> = told.iter().map(|it| seconds(it.time)).collect();
    let last = all.last().unwrap_or(&first);
    let place = format!("{}, line {}", last.file, number(last.line));
    match all.len() {
        1 => format!("{} starts{host} at {} ({place}).", first.what, times.join(", ")),
        n => {
            let which = if n > TIMES { ", the last at " } else { ": " };
            let times = plural(n as u64, "time") + which + &times.join(", ");
            format!("{} starts{host} {times} (the last in {place}).", first.what)
        }
    }
}

fn silence(pause: &Pause) -> String {
    let (from, to) = (seconds(pause.from), seconds(pause.to));
    format!("{} is silent from {from} to {to} ({}).", pause.file, duration(pause.seconds()))
}

fn setback(pause: &Pause) -> String {
    let why = if pause.end_of_summer_time { ": the end of summer time" } else { "" };
    let (from, to) = (moment(pause.from), moment(pause.to));
    format!("{}: the clock goes back from {from} to {to} ({}){why}.", pause.file, duration(pause.seconds()))
}

fn clock_offset(offset: &ClockOffset) -> String {
    let ClockOffset { behind, ahead, seconds, spread, pairs, relayed } = offset;
    let (by, spread) = (duration(*seconds), duration(*spread));
    match relayed {
        true => format!(
            "Records that came over a relay have two times: the clock of {ahead} is {by} ahead of that of {behind} \
             (median of {pairs}, spread {spread})."
        ),
        false => format!(
            "{ahead} has the same identifiers {by} later than {behind} (median of {pairs}, spread {spread}): its clock \
             is ahead, or it waits."
        ),
    }
}

/// How files without a zone were put into order, if there is more than one way.
fn zones(chronology: &Chronology) -> Vec<String> {
    if !matches!(chronology.clock, Clock::InferredUtc | Clock::Mixed) {
        return Vec::new();
    }
    let mut inferred: BTreeMap<(i32, Clue), u64> = BTreeMap::new();
    let mut unknown = chronology.more_files;
    for file in chronology.files.iter().filter(|file| file.zoneless) {
        match file.inferred {
            Some(it) => *inferred.entry((it.offset, it.clue)).or_default() += 1,
            None => unknown += 1,
        }
    }
    let told = |((offset, clue), files): ((i32, Clue), u64)| {
        format!("{} for {}, {}", shown_offset(offset), plural(files, "file"), source(clue))
    };
    let mut sentences = Vec::new();
    if !inferred.is_empty() {
        let told: Vec<String> = inferred.into_iter().map(told).collect();
        sentences
            .push(format!("Zones that files do not state were inferred to put them in order: {}.", told.join("; ")));
    }
    if unknown > 0 {
        let them = if unknown == 1 { "it is" } else { "they are" };
        sentences.push(format!(
            "Nothing tells the zone of {}; {them} put in order as if in UTC. --tz says it.",
            plural(unknown, "file")
        ));
    }
    sentences
}

/// The zone that all times without one have in all likelihood, with what tells it.
pub(super) fn likely_zone(files: &[FileTimes]) -> Option<String> {
    let mut zoneless = files.iter().filter(|file| file.zoneless).map(|file| file.inferred);
    let first = zoneless.next()??;
    zoneless
        .all(|zone| zone.is_some_and(|zone| zone.offset == first.offset))
        .then(|| format!("{}, {}", shown_offset(first.offset), source(first.clue)))
}

fn source(clue: Clue) -> &'static str {
    match clue {
        Clue::Given => "as given",
        Clue::Header => "from a header with the time in UTC",
        Clue::Relay => "from the second time of relayed lines",
        Clue::Host => "from other files of the host",
        Clue::Modified => "from the times at which the files were last changed",
    }
}

/// "34 s", "2 min 8 s", "5 h 20 min", "3 d 4 h": the two largest units.
pub(super) fn duration(seconds: i64) -> String {
    let seconds = seconds.unsigned_abs();
    let (large, small) = match seconds {
        0..60 => ((seconds, "s"), (0, "")),
        60..3600 => ((seconds / 60, "min"), (seconds % 60, "s")),
        3600..86_400 => ((seconds / 3600, "h"), (seconds / 60 % 60, "min")),
        _ => ((seconds / 86_400, "d"), (seconds / 3600 % 24, "h")),
    };
    match small {
        (0, _) => format!("{} {}", number(large.0), large.1),
        (count, unit) => format!("{} {} {count} {unit}", number(large.0), large.1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Histogram;
    use proptest::prelude::*;

    const START: i64 = 1_767_323_136;

    fn of(errors: &[(i64, u64)]) -> Chronology {
        let mut records = Histogram::default();
        for &(second, count) in errors {
            records.add(START + second, &[0, 0, 9, 0, count, 0, 0]);
        }
        Chronology { records, clock: Clock::Shown, ..Chronology::default() }
    }

    #[test]
    fn errors_are_a_row_of_characters() {
        let row = row(&of(&[(0, 1), (1, 8), (3, 4), (60, 0)]), 40, false).unwrap();
        let expected = Row {
            marks: ".@ =".into(),
            first: "2026-01-02 03:05:36".into(),
            last: "2026-01-02 03:05:40".into(),
            scale: "a column is 1 s, the highest has 8 errors".into(),
        };
        assert_eq!(row, expected);
        assert_eq!(super::row(&of(&[(0, 1), (1, 8), (3, 4)]), 40, true).unwrap().marks, "▁█ ▄");
        assert_eq!(super::row(&of(&[(0, 1), (1, 8), (3, 4), (6, 9)]), 4, false).unwrap().marks, "@= @");
        assert_eq!(super::row(&of(&[(0, 1), (1, 8), (3, 4)]), 2, false), None);
    }

    #[test]
    fn a_row_that_says_nothing_is_left_out() {
        for errors in [&[][..], &[(0, 0), (9, 0)], &[(5, 100)], &[(0, 1), (9, 1)]] {
            assert_eq!(row(&of(errors), 40, false), None, "{errors:?}");
        }
    }

    #[test]
    fn durations_have_two_units() {
        let all: Vec<String> = [0, 34, 60, 128, -3600, 19_200, 273_600].into_iter().map(duration).collect();
        assert_eq!(all, ["0 s", "34 s", "1 min", "2 min 8 s", "1 h", "5 h 20 min", "3 d 4 h"]);
    }

    #[test]
    fn what_is_odd_is_a_sentence() {
        let time = |second: i64| Time::new((START + second) * 1_000_000_000, None);
        let pause = |from, to, end_of_summer_time| Pause {
            file: "a.log".into(),
            from: time(from),
            to: time(to),
            end_of_summer_time,
        };
        let offset =
            ClockOffset { behind: "a".into(), ahead: "b".into(), seconds: 34, spread: 1, pairs: 3, relayed: false };
        let restart = |second| Restart {
            what: "PostgreSQL".into(),
            host: Some("db1".into()),
            file: "a.log".into(),
            line: 1200,
            time: time(second),
        };
        let starts = Chronology { starts: vec![restart(0)], ..of(&[]) };
        assert_eq!(remarks(&starts), ["PostgreSQL starts on db1 at 2026-01-02 03:05:36 (a.log, line 1,200)."]);
        let starts = Chronology { starts: (0..5).map(restart).collect(), more_starts: 7, ..of(&[]) };
        assert_eq!(
            remarks(&starts),
            [
                "PostgreSQL starts on db1 5 times, the last at 2026-01-02 03:05:37, 2026-01-02 03:05:38, 2026-01-02 \
                 03:05:39, 2026-01-02 03:05:40 (the last in a.log, line 1,200).",
                "7 starts before these."
            ]
        );
        let chronology = Chronology {
            silences: vec![pause(0, 3000, false); 7],
            setbacks: vec![pause(3600, 0, true)],
            clock_offsets: vec![offset],
            ..of(&[])
        };
        let remarks = remarks(&chronology);
        assert_eq!(remarks[0], "a.log is silent from 2026-01-02 03:05:36 to 2026-01-02 03:55:36 (50 min).");
        assert_eq!(remarks[5], "2 more silences; the JSON report has all.");
        assert_eq!(
            remarks[6],
            "a.log: the clock goes back from 2026-01-02 04:05:36 to 2026-01-02 03:05:36 (1 h): the end of summer time."
        );
        assert_eq!(
            remarks[7],
            "b has the same identifiers 34 s later than a (median of 3, spread 1 s): its clock is ahead, or it waits."
        );
    }

    proptest! {
        #[test]
        fn every_row_fits(errors in proptest::collection::vec((0..4_000_000_000_i64, 0..u64::MAX / 100), 0..80), columns in 0..120_usize) {
            if let Some(row) = row(&of(&errors), columns, false) {
                prop_assert!(row.marks.chars().count() <= columns.max(1));
                prop_assert!(row.marks.contains('@') && !row.marks.starts_with(' ') && !row.marks.ends_with(' '));
            }
        }
    }
}
