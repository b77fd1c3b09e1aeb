//! Matches of one correlation in one stream of records, in the order of time.
//!
//! In go the records of one place (a log, a host, the bundle) that have the same bound values, out come the leftmost
//! matches that do not overlap. The records of a stream are sorted, so that a match costs a few binary searches.
//!
//! - A record follows another one if it is later, or at the same time behind it in the same log, or at the same time in
//!   another log.
//! - `sequence`: from each first record on, each part takes the first record that follows all before it. What bars a record
//!   from being an anchor (`unless`, `absent`) is known of each record alone, so such records are left out beforehand.
//! - `all`: from each first record on, each part takes its first records; if what came last may not be the last, the next
//!   record that may takes its place. At equal times the order of the logs' names decides which record is the last.
//! - One part: a match takes all records of its window, so that a burst is one match.
//! - The next match begins behind the last record of the one before.

use super::rules::Rules;
use crate::signature::{Anchor, Order};

/// Where a record stands in the order of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    /// Nanoseconds; all 0 if the order of the file decides.
    pub(super) instant: i64,
    /// The log, and the file among those of the log; in the order of time.
    pub(super) log: u32,
    pub(super) file: u32,
    pub(super) line: u64,
}

/// A record of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    pub(super) at: At,
    /// Its number among the events of its kind.
    pub(super) event: u32,
}

/// The records of one place with the same bound values, each list sorted.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    pub(super) parts: Vec<Vec<Record>>,
    pub(super) unless: Vec<Vec<Record>>,
    pub(super) absent: Vec<Vec<Record>>,
}

/// The records of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// Part and record, in the order of the records.
    pub(super) used: Vec<(usize, Record)>,
    /// The last one that was needed; the ones behind it were taken with it.
    pub(super) needed: usize,
}

impl At {
    /// Whether a record here can follow one there.
    pub(super) fn follows(self, other: At) -> bool {
        if self.instant == other.instant && self.log != other.log { true } else { self > other }
    }
}

impl Match {
    pub(super) fn first(&self) -> At {
        self.used.first().map(|(_, record)| record.at).unwrap_or(At { instant: 0, log: 0, file: 0, line: 0 })
    }

    /// The last record that was needed.
    pub(super) fn last(&self) -> At {
        let needed = self.used.get(self.needed.saturating_sub(1));
        needed.map_or_else(|| self.first(), |(_, record)| record.at)
    }

    /// Where an anchor is.
    pub(super) fn anchor(&self, anchor: Anchor) -> At {
        match anchor {
            Anchor::Whole | Anchor::Last => self.last(),
            Anchor::First => self.first(),
            Anchor::Part(part) => {
                let needed = self.used.iter().take(self.needed).rev().find(|(of, _)| *of == part);
                needed.map_or_else(|| self.last(), |(_, record)| record.at)
            }
        }
    }
}

/// Whether a record stands in the window from one record (plus `from`) to another (plus `to`). The first itself does not, and
/// at the edges of a window without an offset the order of the log decides; what stands in another log at the time of an
/// edge is in the window. A last record at a later time, or a later one at the same time in the same log, leaves in the
/// window what was there.
pub(super) fn is_between(it: At, first: At, from: i64, last: At, to: i64) -> bool {
    let (begin, end) = (first.instant.saturating_add(from), last.instant.saturating_add(to));
    let too_early = from == 0 && it.instant == first.instant && !it.follows(first);
    let too_late = to == 0 && it.instant == last.instant && !last.follows(it);
    (begin..=end).contains(&it.instant) && !too_early && !too_late && it != first
}

/// Whether one of the sorted records stands in the window.
pub(super) fn any_between(records: &[Record], first: At, from: i64, last: At, to: i64) -> bool {
    let begin = first.instant.saturating_add(from);
    let end = last.instant.saturating_add(to);
    let start = records.partition_point(|it| it.at.instant < begin);
    let mut rest = records.get(start..).unwrap_or_default().iter().take_while(|it| it.at.instant <= end);
    rest.any(|it| is_between(it.at, first, from, last, to))
}

/// Finds the matches in a stream.
pub(super) fn matches(rules: &Rules, lists: &Lists) -> Vec<Match> {
    match rules.order {
        Order::One | Order::Sequence => sequences(rules, lists),
        Order::Any => sets(rules, lists),
    }
}

/// Whether a record may not be what these anchors mean.
pub(super) fn is_barred(rules: &Rules, lists: &Lists, at: At, anchors: &[Anchor]) -> bool {
    let unless = rules.unless.iter().zip(&lists.unless).filter(|(rule, _)| anchors.contains(&rule.anchor));
    let absent = rules.absent.iter().zip(&lists.absent).filter(|(rule, _)| anchors.contains(&rule.anchor));
    unless.into_iter().any(|(rule, records)| any_between(records, at, rule.from, at, rule.to))
        || absent.into_iter().any(|(rule, records)| any_between(records, at, 0, at, rule.within))
}

/// Whether a record that makes it another case stands between the first and the last.
fn is_another_case(rules: &Rules, lists: &Lists, first: At, last: At) -> bool {
    let whole = rules.unless.iter().zip(&lists.unless).filter(|(rule, _)| rule.anchor == Anchor::Whole);
    whole.into_iter().any(|(rule, records)| any_between(records, first, rule.from, last, rule.to))
}

/// The records of a part that may complete it, if it is anchored.
fn completing(rules: &Rules, lists: &Lists, part: usize) -> Vec<Record> {
    let is_last = part + 1 == rules.counts.len() && rules.order != Order::Any;
    let is_first = part == 0 && rules.counts.first() == Some(&1) && rules.order != Order::Any;
    let mut anchors = vec![Anchor::Part(part)];
    anchors.extend(is_last.then_some(Anchor::Last));
    anchors.extend(is_first.then_some(Anchor::First));
    let records = lists.parts.get(part).map(Vec::as_slice).unwrap_or_default();
    records.iter().filter(|it| !is_barred(rules, lists, it.at, &anchors)).copied().collect()
}

fn sequences(rules: &Rules, lists: &Lists) -> Vec<Match> {
    let completing: Vec<Vec<Record>> = (0..rules.counts.len()).map(|part| completing(rules, lists, part)).collect();
    let first_is_counted = rules.counts.first().is_some_and(|count| *count > 1);
    let starts: Vec<Record> = match (first_is_counted, lists.parts.first(), completing.first()) {
        (true, Some(all), _) => {
            all.iter().filter(|it| !is_barred(rules, lists, it.at, &[Anchor::First])).copied().collect()
        }
        (_, _, Some(completing)) => completing.clone(),
        _ => return Vec::new(),
    };
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(&start) = starts.get(next) {
        // What every match from here on needs at least, without regard to the order at equal times.
        let Some(end) = least_end(rules, lists, &completing, start.at) else { break };
        if let Some(within) = rules.within
            && end.saturating_sub(start.at.instant) > within
        {
            let earliest = end.saturating_sub(within);
            next += starts.get(next..).unwrap_or_default().partition_point(|it| it.at.instant < earliest).max(1);
            continue;
        }
        let Some(mut used) = sequence_from(rules, lists, &completing, start) else {
            next += 1;
            continue;
        };
        let last = used.last().map_or(start.at, |(_, record)| record.at);
        let is_long = rules.within.is_some_and(|within| last.instant.saturating_sub(start.at.instant) > within);
        if is_long || is_another_case(rules, lists, start.at, last) {
            next += 1;
            continue;
        }
        let needed = used.len();
        let behind = take_rest(rules, lists, start.at, last, &mut used);
        found.push(Match { used, needed });
        next = starts.partition_point(|it| it.at <= behind);
    }
    found
}

/// The earliest instant at which a sequence from this record on can end, if order at equal times does not count.
fn least_end(rules: &Rules, lists: &Lists, completing: &[Vec<Record>], start: At) -> Option<i64> {
    let mut instant = start.instant;
    for ((count, records), completing) in rules.counts.iter().zip(&lists.parts).zip(completing) {
        if *count > 1 {
            let first = records.partition_point(|it| it.at.instant < instant);
            instant = records.get(first + *count as usize - 2)?.at.instant;
        }
        let last = completing.partition_point(|it| it.at.instant < instant);
        instant = completing.get(last)?.at.instant;
    }
    Some(instant)
}

/// The first record of each part that follows all before it.
fn sequence_from(
    rules: &Rules,
    lists: &Lists,
    completing: &[Vec<Record>],
    start: Record,
) -> Option<Vec<(usize, Record)>> {
    let mut used: Vec<(usize, Record)> = vec![(0, start)];
    // Those at the time of the last one: in other logs, records before them may follow.
    let mut now = vec![start.at];
    for (part, ((count, records), completing)) in rules.counts.iter().zip(&lists.parts).zip(completing).enumerate() {
        let taken = usize::from(part == 0);
        for number in taken..*count as usize {
            let records = if number + 1 == *count as usize { completing } else { records };
            let instant = now.first().map_or(start.at.instant, |at| at.instant);
            let from = match now.as_slice() {
                // A log alone is in order.
                [one] => records.partition_point(|it| it.at.instant < one.instant),
                [.., last] if now.iter().all(|at| at.log == last.log) => {
                    records.partition_point(|it| it.at.instant < last.instant)
                }
                _ => records.partition_point(|it| it.at.instant < instant),
            };
            let follows = |it: &&Record| now.iter().all(|at| it.at.follows(*at));
            let next = *records.get(from..)?.iter().find(follows)?;
            if next.at.instant > instant {
                now.clear();
            }
            now.push(next.at);
            used.push((part, next));
        }
    }
    Some(used)
}

/// Takes what else of a burst stands in the window of a match of one part with a count; returns the last record.
fn take_rest(rules: &Rules, lists: &Lists, first: At, last: At, used: &mut Vec<(usize, Record)>) -> At {
    let largest = used.iter().map(|(_, record)| record.at).max().unwrap_or(last);
    if rules.order != Order::One || rules.counts.first() == Some(&1) {
        return largest;
    }
    let Some(records) = lists.parts.first() else { return largest };
    let end = rules.within.map_or(i64::MAX, |within| first.instant.saturating_add(within));
    let from = records.partition_point(|it| it.at <= largest);
    let rest = records.get(from..).unwrap_or_default().iter().take_while(|it| it.at.instant <= end);
    used.extend(rest.map(|it| (0, *it)));
    used.last().map_or(largest, |(_, record)| record.at.max(largest))
}

fn sets(rules: &Rules, lists: &Lists) -> Vec<Match> {
    let completing: Vec<Vec<Record>> = (0..rules.counts.len()).map(|part| completing(rules, lists, part)).collect();
    let mut starts: Vec<At> = lists.parts.iter().flatten().map(|it| it.at).collect();
    starts.sort_unstable();
    starts.dedup();
    let mut lasts: Vec<Last> = Vec::new();
    for (part, records) in completing.iter().enumerate() {
        let allowed = records.iter().filter(|it| !is_barred(rules, lists, it.at, &[Anchor::Last]));
        lasts.extend(allowed.map(|it| (it.at, part, *it)));
    }
    lasts.sort_unstable();
    let mut found = Vec::new();
    let mut next = 0;
    while let Some(&start) = starts.get(next) {
        let Some(used) = first_of_each(rules, lists, &completing, start) else { break };
        let Some(&largest) = used.iter().map(|(_, record)| &record.at).max() else { break };
        let behind = lasts.partition_point(|(at, ..)| *at < largest);
        let Some(&(least, ..)) = lasts.get(behind) else { break };
        if let Some(within) = rules.within
            && least.instant.saturating_sub(start.instant) > within
        {
            let earliest = least.instant.saturating_sub(within);
            next += starts.get(next..).unwrap_or_default().partition_point(|it| it.instant < earliest).max(1);
            continue;
        }
        let end = rules.within.map_or(i64::MAX, |within| start.instant.saturating_add(within));
        let ends = lasts.get(behind..).unwrap_or_default();
        let ends = ends.get(..ends.partition_point(|(at, ..)| at.instant <= end)).unwrap_or_default();
        let used = match is_barred(rules, lists, start, &[Anchor::First]) {
            true => None,
            false => first_to_hold(rules, lists, start, ends, &|last| ending_with(&used, start, largest, last)),
        };
        let Some(used) = used else {
            next += 1;
            continue;
        };
        let last = used.last().map_or(start, |(_, record)| record.at);
        let needed = used.len();
        found.push(Match { used, needed });
        next = starts.partition_point(|it| *it <= last);
    }
    found
}

/// What may be the last record of a set, with its part.
type Last = (At, usize, Record);

/// The first choice of records without one that makes it another case. All begin with the same record; `with` tells the
/// choice that ends with one of the sorted last ones.
fn first_to_hold(
    rules: &Rules,
    lists: &Lists,
    start: At,
    lasts: &[Last],
    with: &dyn Fn(Last) -> Option<Vec<(usize, Record)>>,
) -> Option<Vec<(usize, Record)>> {
    let mut next = 0;
    let mut refused: Option<At> = None;
    while let Some(&last) = lasts.get(next) {
        let at = last.0;
        // What stood in the window of one that was refused stands in that of each at a later time.
        if refused.is_some_and(|before| at.instant > before.instant) {
            return None;
        }
        let Some(used) = with(last) else {
            next += 1;
            continue;
        };
        if !is_another_case(rules, lists, start, at) {
            return Some(used);
        }
        refused = Some(at);
        // The same holds for the later ones in its log.
        next = lasts.partition_point(|(it, ..)| (it.instant, it.log) <= (at.instant, at.log));
    }
    None
}

/// The records of a match with this one as the last, in their order; `None` if the first is no longer in it.
fn ending_with(
    used: &[(usize, Record)],
    start: At,
    largest: At,
    (at, part, record): Last,
) -> Option<Vec<(usize, Record)>> {
    let mut used = used.to_vec();
    if at > largest {
        used.iter_mut().filter(|(of, _)| *of == part).max_by_key(|(_, record)| record.at)?.1 = record;
    }
    used.sort_unstable_by_key(|(part, record)| (record.at, *part));
    used.first().is_some_and(|(_, record)| record.at == start).then_some(used)
}

/// The first records of each part from a place on.
fn first_of_each(rules: &Rules, lists: &Lists, completing: &[Vec<Record>], start: At) -> Option<Vec<(usize, Record)>> {
    let mut used = Vec::new();
    for (part, ((count, records), completing)) in rules.counts.iter().zip(&lists.parts).zip(completing).enumerate() {
        let from = records.partition_point(|it| it.at < start);
        let before = records.get(from..from + *count as usize - 1)?;
        used.extend(before.iter().map(|it| (part, *it)));
        let last = match before.last() {
            Some(last) => completing.partition_point(|it| it.at <= last.at),
            None => completing.partition_point(|it| it.at < start),
        };
        used.push((part, *completing.get(last)?));
    }
    Some(used)
}
