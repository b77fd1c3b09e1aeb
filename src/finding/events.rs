//! The records that correlations ask for: a sparse stream of events, bounded, from which `diagnosis` tells whether they
//! hold.
//!
//! Of each kind of record the first [`Events::MOST`] in time order are kept, so that up to the last of them nothing is
//! missing. Pieces and files merge in any order.

use super::Time;
use super::evidence::{Evidence, Kept};
use super::hosts;
use crate::bundle::FilePath;
use crate::record::{Chunk, Format};
use crate::scan::{Hit, Match};
use std::collections::BTreeMap;

/// The records that correlations ask for, by number of the record in [`SignatureSet::wanted`].
///
/// [`SignatureSet::wanted`]: crate::signature::SignatureSet::wanted
#[derive(Clone, Debug, Default)]
pub struct Events {
    kinds: BTreeMap<usize, Kind>,
}

/// A record that a correlation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When: its own time, or that of a record beside it if it has none.
    pub time: Option<Time>,
    /// Where it stands, verbatim. Only the first [`Events::WHOLE`] have lines around them and a long text.
    pub evidence: Evidence,
    /// Captures by name, at most [`Events::VALUE`] bytes of each.
    pub captures: Vec<(Box<str>, Box<str>)>,
    /// The component that its header names.
    pub component: Option<Box<str>>,
    /// The computer that the record itself names, as syslog does.
    pub host: Option<Box<str>>,
    /// The template under which it is counted as an unknown error, if it is.
    pub template: Option<u64>,
}

/// Events of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// In the order of their times, then files, then lines; those without any time come last.
    pub events: Vec<Event>,
    /// How many found no room. They come behind the last one that is kept.
    pub dropped: u64,
}

/// Events of one kind while they are gathered.
#[derive(Clone, Debug, Default)]
struct Kind {
    /// Those that may be among the first; the others are in `rest`.
    whole: Vec<Event>,
    /// The last place among the first, as of the last time when they were sorted.
    whole_bar: Option<Place>,
    rest: Vec<Event>,
    /// The last place that is kept, as of the last time when some were dropped.
    bar: Option<Place>,
    dropped: u64,
}

/// Where an event stands in the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    undated: bool,
    time: Option<Time>,
    file: FilePath,
    line: u64,
}

impl Events {
    /// Events of a kind that are kept.
    pub const MOST: usize = 8192;
    /// Events of a kind that keep the lines around them.
    pub const WHOLE: usize = 64;
    /// Bytes of a text that the others keep.
    const SHORT: usize = 200;
    /// Bytes of a captured value that are kept, and so compared.
    pub const VALUE: usize = 200;
    /// Lines before and behind a record without a time that are asked for one.
    const BESIDE: usize = 8;

    /// Adds what a record of a file is to correlations. The chunk has so many lines of the file in front of it; `template`
    /// is what [`Tally::add`](super::Tally::add) has returned for the hit.
    pub fn add(
        &mut self,
        file: &FilePath,
        format: &Format,
        lines_before: u64,
        chunk: &Chunk<'_>,
        hit: &Hit<'_, '_>,
        template: Option<u64>,
    ) {
        if hit.parts.is_empty() {
            return;
        }
        let record = hit.record;
        let time = record.header.time.or_else(|| time_beside(format, chunk, record.start, record.text.len()));
        let line = lines_before + record.line + 1;
        let place = Place { undated: time.is_none(), time, file: file.clone(), line };
        let first_line = record.text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        for found in hit.parts {
            self.kinds.entry(found.signature).or_default().add(&place, |whole| {
                let evidence = match whole {
                    true => Evidence::of(file, chunk, record, line, Kept::FURTHER),
                    false => Evidence::brief(file, chunk, record, line, Events::SHORT),
                };
                Event {
                    time,
                    evidence,
                    captures: captures(found),
                    component: record.header.component.map(clipped),
                    host: hosts::host(first_line).map(clipped),
                    template,
                }
            });
        }
    }

    /// Adds those of another piece or file.
    pub(super) fn merge(&mut self, other: Events) {
        for (number, kind) in other.kinds {
            self.kinds.entry(number).or_default().merge(kind);
        }
    }

    /// See [`Tally::settle_lines`](super::Tally::settle_lines).
    pub(super) fn settle_lines(&mut self, settled: &impl Fn(u64) -> u64) {
        for kind in self.kinds.values_mut() {
            kind.whole
                .iter_mut()
                .chain(&mut kind.rest)
                .for_each(|event| event.evidence.line = settled(event.evidence.line));
            let bars = [&mut kind.whole_bar, &mut kind.bar].into_iter().flatten();
            bars.for_each(|place| place.line = settled(place.line));
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Returns what was found, by number of the record.
    pub fn finish(self) -> BTreeMap<usize, Stream> {
        self.kinds.into_iter().map(|(number, kind)| (number, kind.finish())).collect()
    }
}

impl Kind {
    /// So many more may gather until the last are dropped together.
    const SLACK: usize = Events::MOST / 4;

    /// Adds an event, which `make` makes, with the lines around it if it is asked to.
    fn add(&mut self, place: &Place, make: impl FnOnce(bool) -> Event) {
        if self.bar.as_ref().is_some_and(|bar| place > bar) {
            self.dropped += 1;
        } else if self.whole_bar.as_ref().is_none_or(|bar| place <= bar) {
            self.whole.push(make(true));
            if self.whole.len() >= 2 * Events::WHOLE {
                self.sort_first();
                self.drop_last(Events::MOST + Kind::SLACK);
            }
        } else {
            self.rest.push(make(false));
            self.drop_last(Events::MOST + Kind::SLACK);
        }
    }

    fn merge(&mut self, other: Kind) {
        self.whole.extend(other.whole);
        self.rest.extend(other.rest);
        self.dropped += other.dropped;
        self.bar = match (self.bar.take(), other.bar) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        self.sort_first();
        self.drop_last(Events::MOST + Kind::SLACK);
    }

    /// Leaves no more than the first where they may have lines around them.
    fn sort_first(&mut self) {
        self.whole.sort_unstable();
        while self.whole.len() > Events::WHOLE
            && let Some(mut event) = self.whole.pop()
        {
            event.evidence.reduce(Events::SHORT);
            self.rest.push(event);
        }
        self.whole_bar = self.whole.get(Events::WHOLE - 1).map(Event::place);
    }

    fn drop_last(&mut self, most: usize) {
        if self.rest.len() <= most {
            return;
        }
        self.rest.select_nth_unstable(Events::MOST - 1);
        self.dropped += (self.rest.len() - Events::MOST) as u64;
        self.rest.truncate(Events::MOST);
        self.bar = self.rest.last().map(Event::place);
    }

    fn finish(mut self) -> Stream {
        self.sort_first();
        self.rest.sort_unstable();
        let mut events = self.whole;
        events.append(&mut self.rest);
        let dropped = self.dropped + events.len().saturating_sub(Events::MOST) as u64;
        events.truncate(Events::MOST);
        Stream { events, dropped }
    }
}

impl Event {
    fn place(&self) -> Place {
        let Evidence { file, line, .. } = &self.evidence;
        Place { undated: self.time.is_none(), time: self.time, file: file.clone(), line: *line }
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // Two files may have one name; what follows the place tells their records apart. The text does not, because how
        // much is kept of it depends on who came first.
        let key = |it: &Event| (it.time.is_none(), it.time, it.evidence.line);
        let (own, others) = (key(self), key(other));
        (own.0, own.1)
            .cmp(&(others.0, others.1))
            .then_with(|| self.evidence.file.cmp(&other.evidence.file))
            .then_with(|| own.2.cmp(&others.2))
            .then_with(|| self.evidence.offset.cmp(&other.evidence.offset))
            .then_with(|| self.captures.cmp(&other.captures))
            .then_with(|| self.head().cmp(other.head()))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Event {
    /// What every event keeps of its text.
    fn head(&self) -> &str {
        let text = &self.evidence.text;
        text.get(..text.floor_char_boundary(Events::SHORT - 4)).unwrap_or(text)
    }
}

/// The captures of a match as text.
fn captures(found: &Match<'_>) -> Vec<(Box<str>, Box<str>)> {
    found.captures().into_iter().map(|(name, value)| (Box::from(name), clipped(&value))).collect()
}

fn clipped(value: &[u8]) -> Box<str> {
    let value = value.get(..Events::VALUE).unwrap_or(value);
    String::from_utf8_lossy(value).into_owned().into_boxed_str()
}

/// The time of the nearest line in front of a record that has one, or behind it: what has no time of its own was written
/// between its neighbours.
pub(super) fn time_beside(format: &Format, chunk: &Chunk<'_>, start: usize, length: usize) -> Option<Time> {
    let before = chunk.buffer.get(start.saturating_sub(Chunk::AROUND)..start).unwrap_or_default();
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    let mut lines = before.rsplit(|byte| *byte == b'\n').take(Events::BESIDE);
    lines.find_map(|line| format.header(line)?.time).or_else(|| {
        let behind = chunk.buffer.get(start.saturating_add(length)..)?;
        let behind = behind.get(..Chunk::AROUND).unwrap_or(behind);
        let mut lines = behind.split(|byte| *byte == b'\n').skip(1).take(Events::BESIDE);
        lines.find_map(|line| format.header(line)?.time)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn event(second: Option<i64>, file: &str, line: u64) -> Event {
        let time = second.map(|second| Time::new(second * 1_000_000_000, None));
        let text = format!("record {line} of {file} {}", "x".repeat(300));
        let evidence = Evidence {
            file: file.into(),
            line,
            offset: line * 400,
            time,
            text,
            before: vec!["before".into()],
            after: vec!["after".into()],
        };
        Event { time, evidence, captures: Vec::new(), component: None, host: None, template: None }
    }

    /// Adds as a scan does: short if that is asked for.
    fn add(kind: &mut Kind, event: &Event) {
        kind.add(&event.place(), |whole| {
            let mut event = event.clone();
            if !whole {
                event.evidence.reduce(Events::SHORT);
            }
            event
        });
    }

    fn gathered<'e>(events: impl Iterator<Item = &'e Event>) -> Kind {
        let mut kind = Kind::default();
        events.for_each(|event| add(&mut kind, event));
        kind
    }

    proptest! {
        #[test]
        fn pieces_merge_in_any_order(
            numbers in proptest::collection::vec((proptest::option::of(0..40_i64), 0..3_usize), 0..400),
            cuts in (0..400_usize, 0..400_usize),
        ) {
            let numbered = numbers.iter().zip(1..);
            let events: Vec<Event> =
                numbered.map(|(&(second, file), line)| event(second, ["a.log", "x.log.1", "x.log"][file], line)).collect();
            let expected = gathered(events.iter()).finish();
            let backwards = gathered(events.iter().rev()).finish();
            prop_assert_eq!(&backwards, &expected);
            let (a, b) = (cuts.0.min(cuts.1).min(events.len()), cuts.0.max(cuts.1).min(events.len()));
            let pieces = [&events[..a], &events[a..b], &events[b..]];
            for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
                let mut merged = Kind::default();
                order.into_iter().for_each(|piece| merged.merge(gathered(pieces[piece].iter())));
                prop_assert_eq!(&merged.finish(), &expected);
            }
            prop_assert!(expected.events.is_sorted());
            let whole = expected.events.iter().filter(|event| !event.evidence.before.is_empty()).count();
            prop_assert_eq!(whole, events.len().min(Events::WHOLE));
        }
    }

    #[test]
    fn a_million_records_of_a_kind_are_bounded_and_the_first_are_kept() {
        let template = event(None, "a.log", 0);
        let at = |second: i64| {
            let mut event = template.clone();
            event.time = Some(Time::new(second * 1_000_000_000, None));
            (event.evidence.time, event.evidence.line) = (event.time, second as u64);
            event
        };
        const ALL: i64 = 1_000_000;
        // In the order of time, against it, and neither.
        let file = FilePath::from("a.log");
        for order in [0, 1, 2] {
            let mut kind = Kind::default();
            for number in 0..ALL {
                let second = match order {
                    0 => number,
                    1 => ALL - 1 - number,
                    _ => (number * 7_919) % ALL,
                };
                let time = Some(Time::new(second * 1_000_000_000, None));
                let place = Place { undated: false, time, file: file.clone(), line: second as u64 };
                kind.add(&place, |whole| {
                    let mut event = at(second);
                    if !whole {
                        event.evidence.reduce(Events::SHORT);
                    }
                    event
                });
                assert!(kind.whole.len() + kind.rest.len() <= Events::MOST + Kind::SLACK + 2 * Events::WHOLE + 1);
            }
            let stream = kind.finish();
            assert_eq!((stream.events.len(), stream.dropped), (Events::MOST, ALL as u64 - Events::MOST as u64));
            assert!(stream.events.iter().zip(0..).all(|(event, second)| event.evidence.line == second));
        }
    }
}
