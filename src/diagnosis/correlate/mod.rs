//! Correlations: what the records that they ask for mean together.
//!
//! The pass over the logs has left a sparse stream of events for each record that a correlation asks for. Here they are put
//! in order (`moments.rs` knows the clocks), parted by place and by the values that must be the same (`streams.rs`),
//! searched for matches (`search.rs`), and judged: a match whose logs do not tell all that would decide it is
//! inconclusive, with the reason (`doubt.rs`). The result does not depend on the order in which files were read.

mod doubt;
mod moments;
#[cfg(test)]
mod reference;

mod rules;
mod search;
mod streams;

use super::State;
use crate::bundle::FilePath;
use crate::finding::{Event, Evidence, Group, Place, Presence, Stay, Stream, Time};
use crate::signature::{Correlation, SignatureSet};
use doubt::{Doubt, Judge};
use rules::Rules;
use search::{Lists, Match};
use std::collections::{BTreeMap, BTreeSet};
use streams::Streams;

pub(super) use moments::{Moment, Moments};

/// What a correlation has shown.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Index of the signature.
    pub(super) signature: usize,
    pub(super) state: State,
    pub(super) reason: Option<String>,
    /// Matches and their records.
    pub(super) group: Group,
    /// When and where.
    pub(super) presence: Presence,
}

/// Pieces of evidence that a correlation shows.
const EVIDENCE: usize = 12;

/// Evaluates all correlations of a set, in the order of the signatures. `take` takes what they have shown, or says that it
/// is nothing. Returns the records of unknown errors that are explained by what was taken, by template.
pub(super) fn correlate(
    set: &SignatureSet,
    events: &BTreeMap<usize, Stream>,
    moments: &Moments,
    take: &mut dyn FnMut(Found) -> Option<()>,
) -> BTreeMap<u64, u64> {
    if events.is_empty() {
        return BTreeMap::new();
    }
    let none = Stream::default();
    let mut explained: BTreeMap<u64, BTreeSet<(&FilePath, u64, u64)>> = BTreeMap::new();
    let mut wanted = set.wanted().enumerate().peekable();
    while let Some((first, record)) = wanted.next() {
        let mut numbers = vec![first];
        while let Some((number, _)) = wanted.next_if(|(_, next)| next.signature == record.signature) {
            numbers.push(number);
        }
        let kinds: Vec<&Stream> = numbers.iter().map(|number| events.get(number).unwrap_or(&none)).collect();
        let (found, records) = evaluate(record.correlation, &kinds, moments);
        if found.and_then(|found| take(Found { signature: record.signature, ..found })).is_none() {
            continue;
        }
        for event in records {
            let Evidence { file, line, offset, .. } = &event.evidence;
            if let Some(template) = event.template {
                explained.entry(template).or_default().insert((file, *line, *offset));
            }
        }
    }
    explained.into_iter().map(|(template, records)| (template, records.len() as u64)).collect()
}

/// A match, reduced to what is shown of it.
struct Candidate<'e> {
    /// Some of its records, with their part.
    records: Vec<(usize, &'e Event)>,
    first_time: Option<Time>,
    last_time: Option<Time>,
    files: BTreeSet<&'e FilePath>,
    doubt: Option<Doubt>,
}

impl<'e> Candidate<'e> {
    /// `records` are all of them, in their order.
    fn new(records: Vec<(usize, &'e Event)>, doubt: Option<Doubt>) -> Candidate<'e> {
        let times = || records.iter().filter_map(|(_, event)| event.evidence.time);
        let (first_time, last_time) = (times().min(), times().max());
        let mut files = BTreeSet::new();
        for (_, event) in &records {
            files.insert(&event.evidence.file);
            if files.len() > Group::FILES {
                files.pop_last();
            }
        }
        Candidate { first_time, last_time, files, doubt, records: shown(&records) }
    }
}

/// Evaluates one correlation. Returns also the records that its matches explain.
fn evaluate<'e>(correlation: &Correlation, kinds: &[&'e Stream], moments: &Moments) -> (Option<Found>, Vec<&'e Event>) {
    let parts = correlation.parts.len();
    // Most correlations of a catalogue end here: one of their parts never occurs.
    if kinds.iter().take(parts).zip(&correlation.parts).any(|(kind, part)| kind.events.len() < part.count as usize) {
        return (doubt::beginning(correlation, kinds, moments), Vec::new());
    }
    let rules = Rules::of(correlation);
    let streams = Streams::new(correlation, kinds, moments);
    let judge = Judge::new(correlation, kinds, moments);
    let mut candidates: Vec<Candidate<'e>> = Vec::new();
    let mut explained = Vec::new();
    for place in &streams.places {
        let judged = judge.at(&streams, place);
        let mut is_found = false;
        match streams.lists(place, false) {
            Some(all) => {
                for lists in &all {
                    let found = search::matches(&rules, lists);
                    let firm: Vec<&Match> =
                        found.iter().filter(|it| judged.doubt(it).is_none_or(|it| it.is_match())).collect();
                    is_found |= !firm.is_empty();
                    explained.extend(records_explained(&rules, lists, &firm, kinds));
                    candidates.extend(found.iter().map(|it| candidate(it, kinds, judged.doubt(it))));
                }
            }
            None => judge.too_many.set(true),
        }
        if place.undated && !is_found {
            let by_order = rules.without_times();
            for lists in streams.lists(place, true).unwrap_or_default() {
                let found = search::matches(&by_order, &lists);
                let firm: Vec<&Match> = found.iter().filter(|it| judged.order_decides(it)).collect();
                explained.extend(records_explained(&by_order, &lists, &firm, kinds));
                let doubt =
                    |it: &Match| if judged.order_decides(it) { judged.of_place() } else { Some(Doubt::NoTimes) };
                candidates.extend(found.iter().map(|it| candidate(it, kinds, doubt(it))));
            }
        }
    }
    (verdict(correlation, kinds, moments, &judge, &candidates), explained)
}

fn candidate<'e>(found: &Match, kinds: &[&'e Stream], doubt: Option<Doubt>) -> Candidate<'e> {
    let event =
        |(part, record): &(usize, search::Record)| Some((*part, kinds.get(*part)?.events.get(record.event as usize)?));
    Candidate::new(found.used.iter().filter_map(event).collect(), doubt)
}

/// The records of all parts that stand in the window of a match, from its first record on: what repeats a part of a problem
/// is explained by the problem.
fn records_explained<'e>(rules: &Rules, lists: &Lists, matches: &[&Match], kinds: &[&'e Stream]) -> Vec<&'e Event> {
    let mut explained = Vec::new();
    for (records, kind) in lists.parts.iter().zip(kinds) {
        let mut next = 0;
        for found in matches {
            let (first, last) = (found.first(), found.used.last().map_or(found.last(), |(_, record)| record.at));
            let end = rules.within.map_or(i64::MAX, |within| first.instant.saturating_add(within)).max(last.instant);
            next = next.max(records.partition_point(|it| it.at < first));
            let to = records.partition_point(|it| it.at.instant <= end);
            let range = records.get(next..to).unwrap_or_default();
            explained.extend(range.iter().filter_map(|it| kind.events.get(it.event as usize)));
            next = next.max(to);
        }
    }
    explained
}

/// What the candidates are together.
fn verdict(
    correlation: &Correlation,
    kinds: &[&Stream],
    moments: &Moments,
    judge: &Judge<'_>,
    candidates: &[Candidate<'_>],
) -> Option<Found> {
    let is_match = |it: &&Candidate<'_>| it.doubt.as_ref().is_none_or(Doubt::is_match);
    let matches: Vec<&Candidate<'_>> = candidates.iter().filter(is_match).collect();
    if !matches.is_empty() {
        // What holds without any doubt is enough.
        let reason = match matches.iter().any(|it| it.doubt.is_none()) {
            true => None,
            false => matches.first().and_then(|it| it.doubt.as_ref()).map(Doubt::to_string),
        };
        return Some(found(State::Match, reason, &matches));
    }
    let open: Vec<&Candidate<'_>> = candidates.iter().collect();
    if let Some(first) = open.first() {
        let reason = first.doubt.as_ref().map(Doubt::to_string);
        return Some(found(State::Inconclusive, reason, &open));
    }
    judge.overflow(kinds).or_else(|| doubt::beginning(correlation, kinds, moments))
}

/// What matches, or candidates, show together; the caller knows the signature.
fn found(state: State, reason: Option<String>, matches: &[&Candidate<'_>]) -> Found {
    let mut presence = Presence::default();
    for it in matches {
        for (_, event) in &it.records {
            let place = Place { file: event.evidence.file.clone(), host: event.host.clone() };
            // A match is there as a whole from its first record on.
            let stay = Stay { first: it.first_time, last: it.last_time, line: event.evidence.line };
            presence.add(&place, stay);
        }
    }
    Found { signature: 0, state, reason, group: group(matches), presence }
}

/// Counts matches and takes the evidence of the first one in time.
fn group(matches: &[&Candidate<'_>]) -> Group {
    let mut group = Group { count: matches.len() as u64, ..Group::default() };
    group.first_time = matches.iter().filter_map(|it| it.first_time).min();
    group.last_time = matches.iter().filter_map(|it| it.last_time).max();
    let files: BTreeSet<&FilePath> = matches.iter().flat_map(|it| it.files.iter().copied()).collect();
    group.files = files.into_iter().take(Group::FILES).cloned().collect();
    // Events are in the order of their times, those without one behind.
    let earliest = matches.iter().min_by(|a, b| {
        let [a, b] = [a, b].map(|it| it.records.first().map(|(_, event)| *event));
        a.cmp(&b)
    });
    let Some(first) = earliest else { return group };
    for (_, event) in &first.records {
        for (name, value) in &event.captures {
            group.captures.entry(name.to_string()).or_insert_with(|| value.to_string());
        }
        // One record may be that of two parts.
        if !group.evidence.contains(&event.evidence) {
            group.evidence.push(event.evidence.clone());
        }
    }
    group
}

/// The records of a match that are shown, in their order: of each part the first and the last, then others.
fn shown<'e>(records: &[(usize, &'e Event)]) -> Vec<(usize, &'e Event)> {
    let mut firsts = BTreeSet::new();
    let mut lasts = BTreeSet::new();
    let is_first: Vec<bool> = records.iter().map(|(part, _)| firsts.insert(*part)).collect();
    let mut is_last: Vec<bool> = records.iter().rev().map(|(part, _)| lasts.insert(*part)).collect();
    is_last.reverse();
    let mut order: Vec<_> = is_first.into_iter().zip(is_last).enumerate().collect();
    order.sort_by_key(|&(index, (is_first, is_last))| (!is_first, !is_last, index));
    order.truncate(EVIDENCE);
    order.sort_unstable();
    order.into_iter().filter_map(|(index, _)| records.get(index).copied()).collect()
}
