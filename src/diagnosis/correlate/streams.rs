//! The events of one correlation as streams: by place, and by the values that must be the same.

use super::moments::Moments;
use super::search::{At, Lists, Record};
use crate::bundle::FilePath;
use crate::finding::{Event, Stream};
use crate::signature::{Bond, Correlation, Where};
use std::collections::{BTreeMap, BTreeSet};

/// A value that must be the same, as a number.
type Value = u32;

/// More combinations of values than this are not told apart.
const MOST_KEYS: usize = 1 << 16;

/// An event of a place before its values are looked at.
#[derive(Clone, Copy, Debug)]
struct Placed {
    record: Record,
    /// The list of its kind, its values by bond; `None` if its kind has none.
    values: ValuesAt,
    dated: bool,
}

/// Where the values of an event are in a table.
type ValuesAt = u32;

/// All events of one place.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// By number of the kind in the correlation.
    kinds: Vec<Vec<Placed>>,
    /// Logs in which they stand.
    pub(super) logs: BTreeSet<u32>,
    /// Which computer it is is not known, although there are several.
    pub(super) unknown_host: bool,
    /// Whether there are records without any time.
    pub(super) undated: bool,
}

/// The events of a correlation, by place.
pub(super) struct Streams<'e> {
    pub(super) places: Vec<Place>,
    /// The logs in the order of their numbers.
    pub(super) logs: Vec<&'e str>,
    tables: Vec<Vec<Option<Value>>>,
    /// For each kind: which bonds it can have.
    carried: Vec<Vec<bool>>,
    parts: usize,
    unless: usize,
}

impl<'e> Streams<'e> {
    /// `kinds` are the events of each record of the correlation.
    pub(super) fn new(correlation: &Correlation, kinds: &[&'e Stream], moments: &Moments) -> Streams<'e> {
        let mut files: Vec<&FilePath> = kinds.iter().flat_map(|it| &it.events).map(|it| &it.evidence.file).collect();
        files.sort_unstable();
        files.dedup();
        let mut logs: Vec<&str> = files.iter().map(|file| file.log()).collect();
        logs.dedup();
        let numbers: BTreeMap<&str, (u32, u32)> = {
            let number = |(file, path): (usize, &&'e FilePath)| {
                let log = logs.partition_point(|log| *log < path.log());
                let as_str: &'e str = path;
                (as_str, (log as u32, file as u32))
            };
            files.iter().enumerate().map(number).collect()
        };
        let carried: Vec<Vec<bool>> = correlation
            .wanted()
            .map(|wanted| {
                let captures = wanted.condition.captures();
                correlation.same.iter().map(|bond| wanted.carries(bond, &captures)).collect()
            })
            .collect();
        let mut symbols: BTreeMap<String, Value> = BTreeMap::new();
        let mut streams = Streams {
            places: Vec::new(),
            logs,
            tables: Vec::new(),
            carried,
            parts: correlation.parts.len(),
            unless: correlation.unless.len(),
        };
        let mut places: BTreeMap<(bool, String), Place> = BTreeMap::new();
        for (kind, events) in kinds.iter().enumerate() {
            for (number, event) in events.events.iter().enumerate() {
                let Some(&(log, file)) = numbers.get(&*event.evidence.file) else { continue };
                let host = moments.host(&event.evidence.file, event.host.as_deref());
                let Some(values) = streams.values(correlation, kind, event, log, host.as_deref(), &mut symbols) else {
                    continue;
                };
                let instant =
                    event.time.map_or(0, |time| moments.of(&event.evidence.file, host.as_deref(), time).instant);
                let at = At { instant, log, file, line: event.evidence.line };
                let unknown = host.is_none() && correlation.place == Where::Host && moments.has_several_hosts();
                let place = match correlation.place {
                    Where::File => (false, event.evidence.file.log().to_owned()),
                    Where::Host => (unknown, host.unwrap_or_default()),
                    Where::Bundle => (false, String::new()),
                };
                // With one computer at most, all files are its own.
                let place = if correlation.place == Where::Host && !moments.has_several_hosts() {
                    (false, String::new())
                } else {
                    place
                };
                let place = places.entry(place).or_default();
                place.unknown_host |= unknown;
                place.undated |= event.time.is_none() && kind < streams.parts;
                place.logs.insert(log);
                place.kinds.resize_with(kinds.len(), Vec::new);
                let record = Record { at, event: number as u32 };
                if let Some(list) = place.kinds.get_mut(kind) {
                    list.push(Placed { record, values, dated: event.time.is_some() });
                }
            }
        }
        streams.places = places.into_values().collect();
        streams
    }

    /// The values of an event; `None` if it lacks one that its kind should have, so that it cannot be compared.
    fn values(
        &mut self,
        correlation: &Correlation,
        kind: usize,
        event: &Event,
        log: u32,
        host: Option<&str>,
        symbols: &mut BTreeMap<String, Value>,
    ) -> Option<ValuesAt> {
        let mut values = Vec::with_capacity(correlation.same.len());
        for (bond, carried) in correlation.same.iter().zip(self.carried.get(kind)?) {
            if !carried {
                values.push(None);
                continue;
            }
            let value = match bond {
                Bond::Capture(name) => {
                    event.captures.iter().find(|(own, _)| **own == **name).map(|(_, it)| it.to_string())
                }
                Bond::Host => host.map(str::to_owned),
                Bond::File => Some(log.to_string()),
                Bond::Component => event.component.as_deref().map(str::to_owned),
            };
            let next = symbols.len() as Value;
            values.push(Some(*symbols.entry(value?).or_insert(next)));
        }
        self.tables.push(values);
        Some((self.tables.len() - 1) as ValuesAt)
    }

    fn values_of(&self, placed: &Placed) -> &[Option<Value>] {
        self.tables.get(placed.values as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// The lists of a place, one for each combination of values that all parts have; `None` if there are too many. With
    /// `by_order`, records without a time count too, and the order of the files decides.
    pub(super) fn lists(&self, place: &Place, by_order: bool) -> Option<Vec<Lists>> {
        let counts = |it: &&Placed| by_order || it.dated;
        let record = |it: &Placed| match by_order {
            true => Record { at: At { instant: 0, ..it.record.at }, ..it.record },
            false => it.record,
        };
        // By kind and values: the records.
        let mut by_values: Vec<BTreeMap<&[Option<Value>], Vec<Record>>> = Vec::new();
        for kind in &place.kinds {
            let mut lists: BTreeMap<&[Option<Value>], Vec<Record>> = BTreeMap::new();
            for placed in kind.iter().filter(counts) {
                lists.entry(self.values_of(placed)).or_default().push(record(placed));
            }
            lists.values_mut().for_each(|list| list.sort_unstable());
            by_values.push(lists);
        }
        let keys = self.keys(&by_values)?;
        let list = |kind: usize, key: &[Option<Value>]| {
            let carried = self.carried.get(kind).map(Vec::as_slice).unwrap_or_default();
            let own: Vec<Option<Value>> = key.iter().zip(carried).map(|(value, is)| value.filter(|_| *is)).collect();
            by_values.get(kind).and_then(|lists| lists.get(own.as_slice())).cloned().unwrap_or_default()
        };
        let all = |key: &Vec<Option<Value>>| {
            let lists = |range: std::ops::Range<usize>| range.map(|kind| list(kind, key)).collect();
            let behind = self.parts + self.unless;
            Lists {
                parts: lists(0..self.parts),
                unless: lists(self.parts..behind),
                absent: lists(behind..self.carried.len()),
            }
        };
        Some(keys.iter().map(all).collect())
    }

    /// The combinations of values in which every part has records.
    fn keys(&self, by_values: &[BTreeMap<&[Option<Value>], Vec<Record>>]) -> Option<Vec<Vec<Option<Value>>>> {
        let width = self.carried.first().map_or(0, Vec::len);
        let mut keys: Vec<Vec<Option<Value>>> = vec![vec![None; width]];
        let mut bound = vec![false; width];
        for (kind, carried) in self.carried.iter().take(self.parts).enumerate() {
            let both: Vec<bool> = carried.iter().zip(&bound).map(|(a, b)| *a && *b).collect();
            let shared = |values: &[Option<Value>]| -> Vec<Option<Value>> {
                values.iter().zip(&both).map(|(value, is)| value.filter(|_| *is)).collect()
            };
            let mut groups: BTreeMap<Vec<Option<Value>>, Vec<&[Option<Value>]>> = BTreeMap::new();
            for values in by_values.get(kind)?.keys() {
                groups.entry(shared(values)).or_default().push(values);
            }
            let mut joined = Vec::new();
            for key in &keys {
                for values in groups.get(&shared(key)).into_iter().flatten() {
                    joined.push(key.iter().zip(*values).map(|(a, b)| a.or(*b)).collect());
                    if joined.len() > MOST_KEYS {
                        return None;
                    }
                }
            }
            keys = joined;
            bound.iter_mut().zip(carried).for_each(|(bound, carried)| *bound |= carried);
        }
        keys.sort_unstable();
        keys.dedup();
        Some(keys)
    }
}
