//! Silences of a file that are long for it, and steps back of its clock.
//!
//! A silence is told if it breaks the file's own rhythm: the file has enough records to have one; the silence is at least
//! two minutes and eight times as long as the longest silence that is not told; no more than three are told of a file; and
//! together they are not longer than the rest of the time that the file covers. So the nights of a quiet log are no
//! silences, because each is much like the others, and a program that is only used now and then has none.
//!
//! The parts of a rotated log are one file here: a silence may lie between them, and each may be too short for a rhythm.
//!
//! A step back is told if there are few of them: a file that is not in the order of time has many. One of an hour in a log
//! without zone is the end of summer time.

use super::chronology::Pause;
use crate::bundle::{FilePath, Turn};
use crate::finding::{Source, Step, Time, Timeline};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records with a time that a file needs to have a rhythm.
const RECORDS: u64 = 64;
/// The shortest silence that is told, in seconds.
const SHORTEST: i64 = 120;
/// How many times as long it is as the longest usual one.
const LONGER: i64 = 8;
/// Silences of one file that are told.
const SILENCES: usize = 3;
/// A file with more steps back has no rhythm and perhaps no clock.
const SETBACKS: u64 = 3;
/// Seconds by which a step back may differ from an hour to be the end of summer time.
const NEARLY: i64 = 300;

/// A log with all its rotated parts.
pub(super) struct Log<'s> {
    /// In the order in which they were written.
    parts: Vec<&'s Source>,
    timeline: Timeline,
}

impl Log<'_> {
    /// Puts the parts of rotated logs together.
    pub(super) fn of(sources: &[Source]) -> Vec<Log<'_>> {
        type Part<'s> = (Turn, Option<Time>, &'s Source);
        let mut logs: BTreeMap<Arc<str>, Vec<Part<'_>>> = BTreeMap::new();
        for source in sources {
            let path = FilePath::from(Arc::clone(&source.file));
            logs.entry(path.log().into()).or_default().push((path.turn(), source.first_time, source));
        }
        let mut whole = Vec::new();
        for mut parts in logs.into_values() {
            parts.sort_by_key(|&(turn, first, _)| (turn, first));
            let mut timeline = Timeline::default();
            parts.iter().for_each(|(.., part)| timeline.append(part.timeline.clone()));
            whole.push(Log { parts: parts.into_iter().map(|(.., part)| part).collect(), timeline });
        }
        whole
    }

    /// The part in which the first record behind a step stands.
    fn file(&self, step: &Step, steps: fn(&Timeline) -> &[Step]) -> Arc<str> {
        let within = |part: &&&Source| steps(&part.timeline).contains(step);
        let behind = |part: &&&Source| part.timeline.ends.is_some_and(|(first, _)| first == step.to);
        let part = self.parts.iter().find(within).or_else(|| self.parts.iter().find(behind));
        part.or(self.parts.last()).map(|part| Arc::clone(&part.file)).unwrap_or_default()
    }

    fn pause(&self, step: &Step, steps: fn(&Timeline) -> &[Step], end_of_summer_time: bool) -> Pause {
        Pause { file: self.file(step, steps), from: step.from, to: step.to, end_of_summer_time }
    }
}

/// Returns the silences of a log that are worth telling.
pub(super) fn silences(log: &Log<'_>) -> Vec<Pause> {
    let timeline = &log.timeline;
    let Some((first, last)) = timeline.ends else { return Vec::new() };
    // Only what is silent in the order of time: where files are not, steps forward follow steps back.
    let is_silent = |step: &&Step| {
        let seconds = |nanos: i64| nanos.div_euclid(1_000_000_000);
        let histogram = if step.from.offset().is_some() { &timeline.stated } else { &timeline.shown };
        histogram.is_silent_between(seconds(step.from.instant()), seconds(step.to.instant()))
    };
    if timeline.dated() < RECORDS || timeline.n_setbacks > SETBACKS {
        return Vec::new();
    }
    let covered = last.instant().saturating_sub(first.instant()) / 1_000_000_000;
    let seconds: Vec<i64> = timeline.silences.iter().map(Step::seconds).collect();
    let count = (1..=SILENCES).rev().find(|&count| {
        let (Some(told), usual) = (seconds.get(..count), seconds.get(count).copied()) else { return false };
        let usual = usual.unwrap_or(Timeline::SILENCE);
        let together: i64 = told.iter().sum();
        told.last().is_some_and(|&it| it >= SHORTEST && it >= usual.saturating_mul(LONGER)) && together <= covered / 2
    });
    let told = timeline.silences.iter().take(count.unwrap_or(0)).filter(is_silent);
    told.map(|step| log.pause(step, |timeline| &timeline.silences, false)).collect()
}

/// Returns the steps back of a log that are worth telling.
pub(super) fn setbacks(log: &Log<'_>) -> Vec<Pause> {
    let timeline = &log.timeline;
    if timeline.dated() < RECORDS || timeline.n_setbacks > SETBACKS {
        return Vec::new();
    }
    let summer = |step: &Step| step.from.offset().is_none() && (step.seconds() + 3600).abs() <= NEARLY;
    // Where the log leaves out the date or the year, the turn of the day or of the year looks like a step back.
    let steps = timeline.setbacks.iter().filter(|step| !step.from.assumed() || step.seconds() > -12 * 3600);
    steps.map(|step| log.pause(step, |timeline| &timeline.setbacks, summer(step))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sample::source;
    use super::*;

    #[track_caller]
    fn check(seconds: impl IntoIterator<Item = i64>, expected: &[i64], expected_back: &[(i64, bool)]) {
        let source = source("a.log", None, &seconds.into_iter().collect::<Vec<_>>());
        let log = &Log::of(std::slice::from_ref(&source))[0];
        let found: Vec<i64> = silences(log).iter().map(Pause::seconds).collect();
        assert_eq!(found, expected);
        let found: Vec<_> = setbacks(log).iter().map(|it| (it.seconds(), it.end_of_summer_time)).collect();
        assert_eq!(found, expected_back);
    }

    #[test]
    fn the_parts_of_a_rotated_log_are_one() {
        let part = |file, range| source(file, None, &every(5, range).collect::<Vec<_>>());
        let sources = [part("x.log", 9000..9100), part("x.log.1", 5000..6000), part("x.log.2.gz", 0..5000)];
        let logs = Log::of(&sources);
        assert_eq!(logs.len(), 1);
        let found: Vec<_> = silences(&logs[0]).iter().map(|it| (it.file.to_string(), it.seconds())).collect();
        assert_eq!(found, [("x.log".to_owned(), 3005)]);
        assert_eq!(setbacks(&logs[0]), []);
        // Logs of other folders are others.
        assert_eq!(Log::of(&[part("a/x.log", 0..50), part("b/x.log.1", 0..50)]).len(), 2);
    }

    /// Records every `step` seconds in `range`.
    fn every(step: usize, range: std::ops::Range<i64>) -> impl Iterator<Item = i64> {
        range.step_by(step)
    }

    #[test]
    fn an_outage_of_a_busy_log_is_told() {
        check(every(5, 0..7200).chain(every(5, 10_000..20_000)), &[2805], &[]);
        check(every(5, 0..7200).chain(every(5, 8000..9000)).chain(every(5, 9800..20_000)), &[805, 805], &[]);
    }

    #[test]
    fn nights_and_seldom_used_programs_are_no_silences() {
        let days = || (0..9).flat_map(|day| every(60, day * 86_400..day * 86_400 + 36_000));
        check(days(), &[], &[]);
        // Three sessions of ten minutes on three days.
        check((0..3).flat_map(|day| every(2, day * 86_400..day * 86_400 + 600)), &[], &[]);
        // Silences of any length, none much longer than the next.
        check((0..60).map(|it: i64| it * it * it), &[], &[]);
    }

    #[test]
    fn a_few_records_have_no_rhythm() {
        check(every(5, 0..100).chain([5000]), &[], &[]);
    }

    #[test]
    fn a_clock_that_goes_back_is_told() {
        check(every(5, 0..1000).chain(every(5, 900..2000)), &[], &[(-95, false)]);
        check(every(5, 0..7200).chain(every(5, 3605..9000)), &[], &[(-3590, true)]);
        check((0..2000).rev().map(|it| it * 10), &[], &[]);
    }
}
