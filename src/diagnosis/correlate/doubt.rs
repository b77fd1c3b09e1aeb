//! Why a match cannot be decided by the logs at hand, or is less sure.

use super::super::State;
use super::moments::{LogSpan, Moments};
use super::rules::Rules;
use super::search::{self, Match};
use super::streams::{Place, Streams};
use super::{Candidate, Found, candidate, found};
use crate::finding::{Stream, Time};
use crate::signature::{Anchor, Correlation, Order, Where};
use std::cell::Cell;
use std::fmt;

/// What the logs leave open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Windows of time cannot be told.
    NoTimes,
    /// What should follow may have followed so many nanoseconds later.
    Ends(i64),
    /// When the log ends, which decides whether something still follows, is not known.
    NoEnd,
    /// What should stand in front may have.
    RotatedAway(Time),
    /// Not all records could be kept.
    TooMany,
    /// The records stand in logs whose times cannot be compared.
    NoZone,
    /// Whether the records are of one computer is not known.
    NoHost,
    /// An exception may have followed so many nanoseconds later.
    ExceptionMayFollow(i64),
    /// An exception may have stood in front.
    ExceptionRotatedAway(Time),
}

impl Doubt {
    /// Whether the problem is there all the same: only an exception to it cannot be ruled out.
    pub(super) fn is_match(&self) -> bool {
        matches!(self, Doubt::ExceptionMayFollow(_) | Doubt::ExceptionRotatedAway(_))
    }
}

impl fmt::Display for Doubt {
    /// As reports show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::NoTimes => f.write_str("the records have no times"),
            Doubt::Ends(gap) | Doubt::ExceptionMayFollow(gap) => {
                write!(f, "the log ends {} before the window closes", length(*gap))
            }
            Doubt::NoEnd => f.write_str("the end of the log is unknown"),
            Doubt::RotatedAway(time) | Doubt::ExceptionRotatedAway(time) => {
                let shown = time.to_string();
                let shown = shown.get(..19).unwrap_or(&shown).replace('T', " ");
                write!(f, "the log was rotated away before {shown}")
            }
            Doubt::TooMany => f.write_str("too many records to correlate"),
            Doubt::NoZone => f.write_str("the time zone of a log is unknown"),
            Doubt::NoHost => f.write_str("the host of the records is unknown"),
        }
    }
}

/// "3 h", "20 min", "1.5 d": two digits are enough.
fn length(nanoseconds: i64) -> String {
    let units = [("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000)];
    let milliseconds = nanoseconds / 1_000_000;
    let Some((name, unit)) = units.into_iter().find(|(_, unit)| nanoseconds >= *unit) else {
        return format!("{} ms", milliseconds.max(1));
    };
    let tenths = nanoseconds / (unit / 10);
    match tenths {
        10..100 if tenths % 10 != 0 => format!("{}.{} {name}", tenths / 10, tenths % 10),
        _ => format!("{} {name}", tenths / 10),
    }
}

/// Judges the matches of a correlation.
pub(super) struct Judge<'j> {
    correlation: &'j Correlation,
    kinds: &'j [&'j Stream],
    moments: &'j Moments,
    /// For each kind of which some were dropped: up to when nothing is missing.
    horizons: Vec<Option<i64>>,
    /// There are more combinations of values than can be looked at.
    pub(super) too_many: Cell<bool>,
}

/// Judges the matches of one place.
pub(super) struct Judged<'j> {
    judge: &'j Judge<'j>,
    unknown_host: bool,
    /// When the last of its logs ends.
    end: Option<i64>,
    /// When its log begins, if it was rotated.
    rotated: Option<LogSpan>,
}

impl<'j> Judge<'j> {
    pub(super) fn new(correlation: &'j Correlation, kinds: &'j [&'j Stream], moments: &'j Moments) -> Judge<'j> {
        let horizon = |kind: &&Stream| {
            let last = kind.events.last().filter(|_| kind.dropped > 0)?;
            // If the last one kept has no time, all that have one were kept.
            last.time.map(|time| moments.of(&last.evidence.file, None, time).instant).or(Some(i64::MAX))
        };
        Judge { correlation, kinds, moments, horizons: kinds.iter().map(horizon).collect(), too_many: Cell::new(false) }
    }

    pub(super) fn at(&self, streams: &Streams<'_>, place: &Place) -> Judged<'_> {
        let spans = || place.logs.iter().filter_map(|log| self.moments.log(streams.logs.get(*log as usize)?));
        let is_known = spans().count() == place.logs.len();
        Judged {
            judge: self,
            unknown_host: place.unknown_host,
            end: spans().map(|span| span.last).max().filter(|_| is_known),
            rotated: spans().next().filter(|span| place.logs.len() == 1 && span.rotated).copied(),
        }
    }

    /// If nothing was found because not all records could be kept.
    pub(super) fn overflow(&self, kinds: &[&Stream]) -> Option<Found> {
        let parts = kinds.get(..self.correlation.parts.len())?;
        if !self.too_many.get() && parts.iter().all(|kind| kind.dropped == 0) {
            return None;
        }
        let rarest = parts.iter().min_by_key(|kind| kind.events.len())?;
        let events = rarest.events.iter().take(1).map(|event| (0, event)).collect();
        let open = Candidate::new(events, Some(Doubt::TooMany));
        let mut found = found(State::Inconclusive, Some(Doubt::TooMany.to_string()), &[&open]);
        found.group.count = rarest.events.len() as u64;
        Some(found)
    }
}

impl Judged<'_> {
    /// What is open of all matches of the place.
    pub(super) fn of_place(&self) -> Option<Doubt> {
        self.unknown_host.then_some(Doubt::NoHost)
    }

    /// Whether a match that was found by the order of files alone is one.
    pub(super) fn order_decides(&self, found: &Match) -> bool {
        let correlation = self.judge.correlation;
        let mut logs = found.used.iter().map(|(_, record)| record.at.log);
        let first = logs.next();
        let one_log = logs.all(|log| Some(log) == first);
        !correlation.needs_times() && (one_log || correlation.order == Order::Any)
    }

    /// What is open of a match that was found by times.
    pub(super) fn doubt(&self, found: &Match) -> Option<Doubt> {
        let judge = self.judge;
        if let Some(doubt) = self.of_place() {
            return Some(doubt);
        }
        if self.has_unlike_zones(found) {
            return Some(Doubt::NoZone);
        }
        let correlation = judge.correlation;
        let behind_parts = judge.horizons.get(correlation.parts.len()..).unwrap_or_default();
        let (unless_horizons, absent_horizons) =
            behind_parts.split_at_checked(correlation.unless.len()).unwrap_or_default();
        let is_beyond = |horizon: &Option<i64>, instant: i64| horizon.is_some_and(|horizon| instant >= horizon);
        let mut weaker = None;
        for (absent, horizon) in correlation.absent.iter().zip(absent_horizons) {
            let close = found.anchor(absent.anchor).instant.saturating_add(absent.within.0);
            if is_beyond(horizon, close) {
                return Some(Doubt::TooMany);
            }
            match self.end {
                Some(end) if end >= close => {}
                Some(end) => return Some(Doubt::Ends(close.saturating_sub(end))),
                None => return Some(Doubt::NoEnd),
            }
        }
        for (unless, horizon) in correlation.unless.iter().zip(unless_horizons) {
            let first = if unless.anchor == Anchor::Whole { found.first() } else { found.anchor(unless.anchor) };
            let open = first.instant.saturating_add(unless.from.0);
            let close = found.anchor(unless.anchor).instant.saturating_add(unless.to.0);
            if is_beyond(horizon, close) {
                return Some(Doubt::TooMany);
            }
            if let Some(end) = self.end.filter(|end| *end < close) {
                weaker = weaker.or(Some(Doubt::ExceptionMayFollow(close.saturating_sub(end))));
            }
            if let Some(span) = self.rotated.filter(|span| open < span.first) {
                weaker = weaker.or(Some(Doubt::ExceptionRotatedAway(span.begins)));
            }
        }
        weaker
    }

    /// Whether the records stand in logs of which some state their zone and others leave it open.
    fn has_unlike_zones(&self, found: &Match) -> bool {
        if self.judge.correlation.place == Where::File {
            return false;
        }
        let zoned = |(part, record): &(usize, search::Record)| {
            let event = self.judge.kinds.get(*part)?.events.get(record.event as usize)?;
            Some(self.judge.moments.of(&event.evidence.file, event.host.as_deref(), event.time?).zoned)
        };
        let mut zoned = found.used.iter().filter_map(zoned);
        let first = zoned.next();
        zoned.any(|it| Some(it) != first)
    }
}

/// If nothing was found, but the end of a sequence stands where its beginning would have been rotated away.
pub(super) fn beginning(correlation: &Correlation, kinds: &[&Stream], moments: &Moments) -> Option<Found> {
    let within = correlation.within?;
    let parts = correlation.parts.len();
    if correlation.order != Order::Sequence || correlation.place != Where::File {
        return None;
    }
    // An exception may be about the record that is missing.
    if kinds.get(parts..)?.iter().any(|kind| !kind.events.is_empty()) {
        return None;
    }
    for missing in 1..parts {
        let rest = Correlation {
            parts: correlation.parts.get(missing..)?.to_vec(),
            unless: Vec::new(),
            absent: Vec::new(),
            ..correlation.clone()
        };
        let kinds = kinds.get(missing..parts)?;
        if kinds.iter().zip(&rest.parts).any(|(kind, part)| kind.events.len() < part.count as usize) {
            continue;
        }
        let streams = Streams::new(&rest, kinds, moments);
        let mut open: Vec<Candidate<'_>> = Vec::new();
        for place in &streams.places {
            let log = place.logs.first().and_then(|log| moments.log(streams.logs.get(*log as usize)?));
            let Some(span) = log.filter(|span| span.rotated) else { continue };
            for lists in streams.lists(place, false).unwrap_or_default() {
                let found = search::matches(&Rules::of(&rest), &lists);
                let reaches = |it: &&Match| it.last().instant.saturating_sub(within.0) < span.first;
                let doubt = Some(Doubt::RotatedAway(span.begins));
                open.extend(found.iter().filter(reaches).map(|it| candidate(it, kinds, doubt)));
            }
        }
        let all: Vec<&Candidate<'_>> = open.iter().collect();
        if let Some(first) = all.first() {
            let reason = first.doubt.as_ref().map(Doubt::to_string);
            return Some(found(State::Inconclusive, reason, &all));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::chronology::FileTimes;
    use super::super::evaluate;
    use super::*;
    use crate::finding::{Event, Evidence};
    use crate::signature::{Absent, Condition, Part, Span, Unless, Wanted};
    use std::collections::BTreeSet;

    /// An event at an instant, if it has a time.
    fn event(file: &str, instant: Option<i64>, offset: Option<i32>) -> Event {
        let time = instant.map(|instant| Time::new(instant, offset));
        let (before, after) = (Vec::new(), Vec::new());
        let evidence = Evidence { file: file.into(), line: 1, offset: 0, time, text: "record".into(), before, after };
        Event { time, evidence, captures: Vec::new(), component: None, host: None, template: None }
    }

    /// A file with the times of its first and last record.
    fn file(name: &str, host: Option<&str>, (first, last): (i64, i64)) -> FileTimes {
        let time = |instant| Some(Time::new(instant, None));
        FileTimes {
            file: name.into(),
            host: host.map(str::to_owned),
            dated: 2,
            first_time: time(first),
            last_time: time(last),
            stated: Vec::new(),
            inferred: None,
            zoneless: true,
        }
    }

    /// What the doubt is about, so that a new one needs a case.
    fn name(doubt: &Doubt) -> &'static str {
        match doubt {
            Doubt::NoTimes => "no times",
            Doubt::Ends(_) => "end",
            Doubt::NoEnd => "no end",
            Doubt::RotatedAway(_) => "rotated",
            Doubt::TooMany => "too many",
            Doubt::NoZone => "no zone",
            Doubt::NoHost => "no host",
            Doubt::ExceptionMayFollow(_) => "exception may follow",
            Doubt::ExceptionRotatedAway(_) => "exception rotated",
        }
    }

    /// The doubt, the state with it, and the correlation, the events and the files that lead to it.
    type Case = (Doubt, State, Correlation, Vec<Stream>, Vec<FileTimes>);

    #[test]
    fn each_doubt_has_its_case() {
        const SECOND: i64 = 1_000_000_000;
        let wanted = || {
            let condition = Condition::Text { text: "record".into(), nocase: false };
            Wanted { condition, files: Vec::new() }
        };
        let part = || Part { name: None, wanted: wanted(), count: 1 };
        let one = || Correlation {
            order: Order::One,
            parts: vec![part()],
            within: None,
            same: Vec::new(),
            place: Where::File,
            unless: Vec::new(),
            absent: Vec::new(),
        };
        let two = |place| {
            let within = Some(Span(60 * SECOND));
            Correlation { order: Order::Sequence, parts: vec![part(), part()], within, place, ..one() }
        };
        let absent = Absent { wanted: wanted(), anchor: Anchor::Last, within: Span(10 * SECOND) };
        let never = || Correlation { absent: vec![absent.clone()], ..one() };
        let except = |anchor, from: i64, to: i64| {
            let unless = Unless { wanted: wanted(), anchor, from: Span(from * SECOND), to: Span(to * SECOND) };
            Correlation { unless: vec![unless], ..one() }
        };
        let of = |events: Vec<Event>| Stream { events, dropped: 0 };
        let at = |file, second: i64| event(file, Some(second * SECOND), None);
        let app = file("app.log", None, (0, 8 * SECOND));
        let rotated = file("app.log.1", None, (0, 8 * SECOND));
        let begins = Time::new(0, None);
        let many = Stream { events: vec![at("app.log", 900)], dropped: 7 };
        let hosts = [file("a.log", Some("a"), (0, 1)), file("b.log", Some("b"), (0, 1)), app.clone()];
        let zones = vec![of(vec![event("a.log", Some(SECOND), Some(0))]), of(vec![at("b.log", 2)])];
        let both = || vec![of(vec![at("app.log", 1)]), of(vec![at("app.log", 2)])];
        let (open, sure) = (State::Inconclusive, State::Match);
        let cases: Vec<Case> = vec![
            (Doubt::NoTimes, open, never(), vec![of(vec![event("app.log", None, None)]), of(Vec::new())], Vec::new()),
            (
                Doubt::Ends(7 * SECOND),
                open,
                never(),
                vec![of(vec![at("app.log", 5)]), of(Vec::new())],
                vec![app.clone()],
            ),
            (Doubt::NoEnd, open, never(), vec![of(vec![at("app.log", 5)]), of(Vec::new())], Vec::new()),
            (
                Doubt::RotatedAway(begins),
                open,
                two(Where::File),
                vec![of(Vec::new()), of(vec![at("app.log.1", 5)])],
                vec![rotated.clone()],
            ),
            (Doubt::TooMany, open, two(Where::File), vec![many, of(vec![at("app.log", 1)])], vec![app.clone()]),
            (Doubt::NoZone, open, two(Where::Bundle), zones, Vec::new()),
            (Doubt::NoHost, open, two(Where::Host), both(), hosts.to_vec()),
            (
                Doubt::ExceptionMayFollow(7 * SECOND),
                sure,
                except(Anchor::Last, 0, 10),
                vec![of(vec![at("app.log", 5)]), of(Vec::new())],
                vec![app.clone()],
            ),
            (
                Doubt::ExceptionRotatedAway(begins),
                sure,
                except(Anchor::First, -10, 0),
                vec![of(vec![at("app.log.1", 5)]), of(Vec::new())],
                vec![rotated.clone()],
            ),
        ];
        let mut names = BTreeSet::new();
        for (doubt, state, correlation, streams, files) in &cases {
            let kinds: Vec<&Stream> = streams.iter().collect();
            let (found, _) = evaluate(correlation, &kinds, &Moments::new(files, &[]));
            let told = found.map(|found| (found.state, found.reason));
            assert_eq!(told, Some((*state, Some(doubt.to_string()))), "{}", name(doubt));
            assert_eq!(*state == State::Match, doubt.is_match());
            names.insert(name(doubt));
        }
        assert_eq!(names.len(), 9, "a case for each of them");
    }

    #[test]
    fn lengths_are_easy_to_read() {
        let check = |seconds: f64, expected: &str| assert_eq!(length((seconds * 1e9) as i64), expected);
        check(0.25, "250 ms");
        check(1.0, "1 s");
        check(90.0, "1.5 min");
        check(1200.0, "20 min");
        check(3.0 * 3600.0, "3 h");
        check(30.0 * 3600.0, "1.2 d");
        check(86_400.0 * 40.3, "40 d");
    }
}
