//! The part of a log around an incident.
//!
//! A [`Window`] says which times are wanted; a [`Gate`] takes it through the records of a chunk. A record without a time
//! of its own belongs to the one before it in its file, so a gate has to know what stands before the chunk:
//! [`Window::gates`] and [`Window::gate_behind`] find that out.

use crate::record::{Chunk, Format, Time, chunks};
use std::ops::Range;

const SECOND: i64 = 1_000_000_000;

/// Which times are wanted: from `since` on (inclusive), up to `until` (exclusive).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// For times with a zone: nanoseconds since 1970 UTC.
    stated: (i64, i64),
    /// For times without: nanoseconds since 1970 of the clock that the log shows.
    shown: (i64, i64),
    /// Times with a zone are compared by the clock that they show too.
    by_shown: bool,
}

/// No bound on either side.
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);

impl Window {
    /// Everything.
    pub const ALL: Window = Window { stated: ALWAYS, shown: ALWAYS, by_shown: false };

    /// Compares every time by the clock that the log shows, whatever its zone. The bounds are nanoseconds since 1970 of
    /// that clock.
    pub fn of_shown(since: Option<i64>, until: Option<i64>) -> Window {
        let bounds = (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
        Window { stated: ALWAYS, shown: bounds, by_shown: true }
    }

    /// Compares times with a zone by `instants` (nanoseconds since 1970 UTC) and times without by `shown`, which are the
    /// same bounds on the clock that such logs show.
    pub fn of_instants(instants: (Option<i64>, Option<i64>), shown: (Option<i64>, Option<i64>)) -> Window {
        let bounds =
            |(since, until): (Option<i64>, Option<i64>)| (since.unwrap_or(i64::MIN), until.unwrap_or(i64::MAX));
        Window { stated: bounds(instants), shown: bounds(shown), by_shown: false }
    }

    /// Whether a time lies in it.
    pub fn contains(&self, time: Time) -> bool {
        let (place, (since, _)) = self.place(time);
        since <= place && !self.is_past(time)
    }

    /// Whether a time lies behind its end.
    pub fn is_past(&self, time: Time) -> bool {
        let (place, (_, until)) = self.place(time);
        // Nothing is after the last moment that can be expressed.
        place >= until && until != i64::MAX
    }

    /// A time as it is compared, and with what.
    fn place(&self, time: Time) -> (i64, (i64, i64)) {
        match time.offset() {
            None => (time.instant(), self.shown),
            Some(_) if !self.by_shown => (time.instant(), self.stated),
            Some(offset) => (time.instant().saturating_add(i64::from(offset) * SECOND), self.shown),
        }
    }

    /// Returns the gates for the chunks of a whole text.
    pub fn gates(&self, text: &[u8], format: &Format, chunks: &[Range<usize>]) -> Vec<Gate> {
        let mut before = None;
        let gate = |range: &Range<usize>| {
            let chunk = Chunk::of(text, range.clone());
            let gate = self.gate_behind(before, &chunk, format);
            before = last_time(&chunk, format).or(before);
            gate
        };
        chunks.iter().map(gate).collect()
    }

    /// Returns the gate for a chunk behind a record of this time. Records at the beginning of a file that have no time
    /// belong to the first that has one, if it comes in the same chunk; else they are let through.
    pub fn gate_behind(&self, before: Option<Time>, chunk: &Chunk<'_>, format: &Format) -> Gate {
        let time = before.or_else(|| first_time(chunk, format));
        let inside = time.is_none_or(|time| self.contains(time));
        Gate { window: *self, inside, past: time.is_some_and(|time| self.is_past(time)) }
    }
}

/// Lets the records of a chunk through that lie in a window.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    window: Window,
    /// Whether the last record with a time was inside.
    inside: bool,
    /// Whether it was behind the end.
    past: bool,
}

impl Gate {
    /// Whether the next record is wanted.
    #[inline]
    pub fn admits(&mut self, time: Option<Time>) -> bool {
        if let Some(time) = time {
            self.inside = self.window.contains(time);
            self.past = self.window.is_past(time);
        }
        self.inside
    }

    /// Whether the last record was behind the end of the window.
    pub(super) fn is_past(&self) -> bool {
        self.past
    }
}

/// The time of the last record of a chunk that has one: of the last line with a time that begins a record by itself.
pub fn last_time(chunk: &Chunk<'_>, format: &Format) -> Option<Time> {
    // What a record of several headers says is only known when it has been read from its start.
    if !format.has_layouts() {
        return format.records(chunk).filter_map(|record| record.header.time).last();
    }
    let mut rest = chunk.text();
    while !rest.is_empty() {
        let line = rest.strip_suffix(b"\n").unwrap_or(rest);
        let start = memchr::memrchr(b'\n', line).map_or(0, |at| at + 1);
        if let Some(time) = time_of(&line[start..], format) {
            return Some(time);
        }
        rest = &rest[..start];
    }
    None
}

fn first_time(chunk: &Chunk<'_>, format: &Format) -> Option<Time> {
    if !format.has_layouts() {
        return format.records(chunk).find_map(|record| record.header.time);
    }
    chunk.text().split(|&byte| byte == b'\n').find_map(|line| time_of(line, format))
}

fn time_of(line: &[u8], format: &Format) -> Option<Time> {
    let mut line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    format.header(line)?.time
}

/// Returns the time of the last record with one of a whole text, looked for from its end.
pub fn last_time_of(text: &[u8], format: &Format) -> Option<Time> {
    chunks(text, format).into_iter().rev().find_map(|range| last_time(&Chunk::of(text, range), format))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Reading;
    use proptest::prelude::*;

    const LOG: &str = "banner without a time\n\
        2026-01-02 03:00:00 INFO one\n  more of one\n\
        2026-01-02 03:00:10 INFO two\n\
        2026-01-02T03:00:20+02:00 INFO three\n  more of three\n\
        2026-01-02 03:00:30 INFO four\n";

    fn shown(text: &str) -> i64 {
        Time::parse(text).unwrap().instant()
    }

    /// The first words of the messages that the window lets through.
    #[track_caller]
    fn check(window: Window, expected: &[&str]) {
        let reading = Reading::guess(LOG.as_bytes(), None).unwrap();
        let chunk = Chunk::of(LOG.as_bytes(), 0..LOG.len());
        let mut gate = window.gate_behind(None, &chunk, &reading.format);
        let wanted = reading.format.records(&chunk).filter(|record| gate.admits(record.header.time));
        let messages: Vec<_> = wanted.map(|it| String::from_utf8_lossy(it.message()).into_owned()).collect();
        let words: Vec<_> = messages.iter().filter_map(|it| it.split_whitespace().next()).collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn since_is_inclusive_and_until_is_exclusive() {
        let at = |second| Some(shown(&format!("2026-01-02T03:00:{second:02}")));
        check(Window::ALL, &["banner", "one", "two", "three", "four"]);
        check(Window::of_shown(at(10), None), &["two", "three", "four"]);
        check(Window::of_shown(None, at(10)), &["banner", "one"]);
        check(Window::of_shown(at(10), at(20)), &["two"]);
        check(Window::of_shown(at(31), None), &[]);
    }

    #[test]
    fn instants_are_compared_with_instants_and_shown_clocks_with_shown_clocks() {
        let utc = |text| Some(Time::parse(text).unwrap().instant());
        let instants = (utc("2026-01-02T01:00:20Z"), utc("2026-01-02T01:00:25Z"));
        // Logs without zone are two hours east of UTC too.
        check(Window::of_instants(instants, (utc("2026-01-02T03:00:20"), utc("2026-01-02T03:00:25"))), &["three"]);
        // They are in UTC.
        check(Window::of_instants(instants, instants), &["three"]);
        check(Window::of_instants((None, None), instants), &["three"]);
    }

    proptest! {
        /// A chunk's gate knows what stands before it, however many lines have no time.
        #[test]
        fn chunks_let_through_what_the_whole_text_does(
            lines in proptest::collection::vec((0..4_u8, 0..60_i64), 1..60),
            bounds in (0..60_i64, 0..60_i64),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            let line = |&(kind, second): &(u8, i64)| match kind {
                0 => "no time, stands alone\n".to_string(),
                _ => format!("2026-01-02 03:00:{second:02} INFO text\n"),
            };
            let lines: Vec<String> = lines.iter().map(line).collect();
            let text = lines.concat();
            let reading = Reading::guess(text.as_bytes(), None).unwrap();
            let second = |second: i64| Some(shown("2026-01-02T03:00:00") + second * SECOND);
            let window = Window::of_shown(second(bounds.0), second(bounds.1));
            let admitted = |pieces: &[Range<usize>]| {
                let gates = window.gates(text.as_bytes(), &reading.format, pieces);
                let mut all = Vec::new();
                for (range, mut gate) in pieces.iter().zip(gates) {
                    let chunk = Chunk::of(text.as_bytes(), range.clone());
                    let records = reading.format.records(&chunk);
                    all.extend(records.filter(|it| gate.admits(it.header.time)).map(|it| it.start - chunk.start + range.start));
                }
                all
            };
            let mut borders: Vec<usize> = cuts.iter().map(|cut| lines[..cut.index(lines.len())].concat().len()).collect();
            // A chunk begins at a line that begins a record by itself. What comes before the first time of a file is judged
            // by that time only in the chunk in which it stands.
            borders.retain(|&at| !text.contains("2026") || (text[at..].starts_with("2026") && text[..at].contains("2026")));
            borders.extend([0, text.len()]);
            borders.sort_unstable();
            borders.dedup();
            let pieces: Vec<_> = borders.windows(2).map(|pair| pair[0]..pair[1]).collect();
            prop_assert_eq!(admitted(&pieces), admitted(std::slice::from_ref(&(0..text.len()))));
        }
    }
}
